/** `odegrad/rolldown`: the plugin of Rolldown. */

import type { Plugin } from "rolldown";
import { createRolldownPlugin } from "unplugin";
import { factory } from "./index.ts";
import type { PluginOptions } from "./options.ts";

export type { PluginOptions } from "./options.ts";

const create = createRolldownPlugin(factory);

/** Compiles every `*.ode.ts` of the build where it stands. */
export default function odegrad(options?: PluginOptions): Plugin {
  return create(options) as Plugin;
}
