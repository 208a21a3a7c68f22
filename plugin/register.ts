/** `node --import odegrad/register main.mjs`: models are compiled when they are imported. Alone, or beside tsx. */

import { register } from "node:module";

register("../compiler/load/hooks.js", import.meta.url);
