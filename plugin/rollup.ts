/** `odegrad/rollup`: the plugin of Rollup. */

import type { Plugin } from "rollup";
import { createRollupPlugin } from "unplugin";
import { factory } from "./index.ts";
import type { PluginOptions } from "./options.ts";

export type { PluginOptions } from "./options.ts";

const create = createRollupPlugin(factory);

/** Compiles every `*.ode.ts` of the build where it stands. */
export default function odegrad(options?: PluginOptions): Plugin {
  return create(options) as Plugin;
}
