/** Puts the hooks that compile models in force, as the running version of Node has it. */

import module from "node:module";
import type { LoaderOptions } from "./hooks.ts";

type AtOnce = typeof import("./hooks.ts").atOnce;
// Since 22.15; the types are those of the oldest version in use.
const { registerHooks } = module as { registerHooks?: (hooks: AtOnce) => unknown };

let isHooked = false;

export async function hookLoader(options: LoaderOptions = {}): Promise<void> {
  if (registerHooks === undefined) {
    module.register("./hooks.js", import.meta.url, { data: options });
    return;
  }
  // Otherwise the thread of the hooks loads the compiler, and this one has no use for it.
  const { atOnce, initialize } = await import("./hooks.ts");
  await initialize(options);
  if (!isHooked) registerHooks(atOnce);
  isHooked = true;
}
