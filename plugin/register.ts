/**
 * `node --import odegrad/register main.mjs`: models are compiled when they are imported or required, under the configuration of the
 * working folder. Alone, or beside tsx.
 */

import { loadConfig } from "../compiler/cli/load-config.ts";
import { Failure } from "../compiler/cli/streams.ts";
import { hookRequire } from "../compiler/load/common.ts";
import { hookLoader } from "../compiler/load/loader.ts";
import { thrown } from "../compiler/load/thrown.ts";
import type { CommandOptions } from "../compiler/options.ts";

const config = await configured();
await hookLoader({ config });
hookRequire(config);

/** @throws Error with what is wrong with the configuration, as diagnostics */
async function configured(): Promise<CommandOptions> {
  try {
    return (await loadConfig(process.cwd(), {})).config;
  } catch (error) {
    throw error instanceof Failure ? thrown(error.diagnostics) : error;
  }
}
