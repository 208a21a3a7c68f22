/** `odegrad/rolldown`: the plugin of Rolldown. */

import type { Plugin } from "rolldown";
import { createRolldownPlugin } from "unplugin";
import { factory, type PluginOptions } from "./index.ts";

export type { PluginOptions } from "./index.ts";

const create = createRolldownPlugin(factory);

/** Compiles every `*.ode.ts` of the build where it stands. */
export default function odegrad(options?: PluginOptions): Plugin {
  return create(options) as Plugin;
}
