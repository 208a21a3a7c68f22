/** `odegrad/esbuild`: the plugin of esbuild. */

import type { Plugin } from "esbuild";
import { createEsbuildPlugin } from "unplugin";
import { factory } from "./index.ts";
import type { PluginOptions } from "./options.ts";

export type { PluginOptions } from "./options.ts";

const create = createEsbuildPlugin(factory);

/** Compiles every `*.ode.ts` of the build where it stands. */
export default function odegrad(options?: PluginOptions): Plugin {
  return create(options) as Plugin;
}
