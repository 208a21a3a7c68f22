/**
 * The options of the plugin. They stand by themselves because they are in the types of every entry: those of unplugin name the
 * types of every bundler there is, and a project has one of them.
 */

import type { Options } from "../compiler/options.ts";

/**
 * The options of `compile`, for every model of the build, over those of the project's configuration. `emit` leaves out what is not
 * needed: `["solve", "gradient"]`.
 */
export interface PluginOptions extends Omit<Options, "target" | "model" | "batch" | "emit"> {
  readonly emit?: readonly ("solve" | "gradient" | "field" | "fieldVjp" | "fieldJvp" | "jvp" | "hvp")[];
  /** The configuration file, from the project's root; `false`: none is looked for. */
  readonly config?: string | false;
}
