/** `odegrad/rspack`: the plugin of Rspack. */

import type { RspackPluginInstance } from "@rspack/core";
import { createRspackPlugin } from "unplugin";
import { factory } from "./index.ts";
import type { PluginOptions } from "./options.ts";

export type { PluginOptions } from "./options.ts";

const create = createRspackPlugin(factory);

/** Compiles every `*.ode.ts` of the build where it stands. */
export default function odegrad(options?: PluginOptions): RspackPluginInstance {
  return create(options) as RspackPluginInstance;
}
