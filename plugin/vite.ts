/** `odegrad/vite`: the plugin of Vite. */

import { createVitePlugin } from "unplugin";
import type { Plugin } from "vite";
import { factory } from "./index.ts";
import type { PluginOptions } from "./options.ts";

export type { PluginOptions } from "./options.ts";

const create = createVitePlugin(factory);

/** Compiles every `*.ode.ts` of the build where it stands. */
export default function odegrad(options?: PluginOptions): Plugin {
  return create(options) as Plugin;
}
