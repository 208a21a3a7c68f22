/** `odegrad/webpack`: the plugin of webpack. */

import { createWebpackPlugin } from "unplugin";
import type { WebpackPluginInstance } from "webpack";
import { factory } from "./index.ts";
import type { PluginOptions } from "./options.ts";

export type { PluginOptions } from "./options.ts";

const create = createWebpackPlugin(factory);

/** Compiles every `*.ode.ts` of the build where it stands. */
export default function odegrad(options?: PluginOptions): WebpackPluginInstance {
  return create(options) as WebpackPluginInstance;
}
