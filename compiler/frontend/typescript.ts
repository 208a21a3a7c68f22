/**
 * TypeScript's parser as built code has it in Node, in the place of `ts-morph`: see `imports` in package.json. Asked for by
 * `import`, Node reads through its 13 MB for names to export before it runs them, a sixth of what a command takes.
 */

import { createRequire } from "node:module";
import type * as morph from "ts-morph";

export const { ts } = createRequire(import.meta.url)("ts-morph") as typeof morph;
