/** `node --import odegrad/register main.mjs`: models are compiled when they are imported or required. Alone, or beside tsx. */

import { hookRequire } from "../compiler/load/common.ts";
import { hookLoader } from "../compiler/load/loader.ts";

await hookLoader();
hookRequire();
