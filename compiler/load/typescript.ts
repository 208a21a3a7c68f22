/**
 * TypeScript's parser as built code has it in Node, in the place of `ts-morph`: see `imports` in package.json. Asked for by
 * `import`, Node reads through its 13 MB for names to export before it runs them, a sixth of what a command takes.
 */

import { createRequire } from "node:module";

// Sources are checked against `ts-morph` itself: what is built of them alone comes here.
export const { ts } = createRequire(import.meta.url)("ts-morph");
