/** `odegrad/rspack`: the plugin of Rspack. */

import type { RspackPluginInstance } from "@rspack/core";
import { createRspackPlugin } from "unplugin";
import { factory, type PluginOptions } from "./index.ts";

export type { PluginOptions } from "./index.ts";

const create = createRspackPlugin(factory);

/** Compiles every `*.ode.ts` of the build where it stands. */
export default function odegrad(options?: PluginOptions): RspackPluginInstance {
  return create(options) as RspackPluginInstance;
}
