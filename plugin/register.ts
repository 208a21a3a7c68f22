/** `node --import odegrad/register main.mjs`: models are compiled when they are imported. Alone, or beside tsx. */

import { hookLoader } from "../compiler/load/loader.ts";

await hookLoader();
