/** Models and the modules they import, as they find each other: as the compiler finds them, `./x` and `./x.js` may be `./x.ts`. */

import * as fs from "node:fs";
import * as path from "node:path";

/** Files whose types are ours to take out. */
export const own = new Set<string>();

/** What a file asks for that was not found: the path of the TypeScript file that is meant, where there is one. */
export function meant(specifier: string, from: string): string | undefined {
  if (!/^\.{1,2}\//.test(specifier)) return undefined;
  const candidates = [specifier.replace(/\.js$/, ".ts"), `${specifier}.ts`, `${specifier}/index.ts`];
  return candidates
    .map((each) => path.resolve(path.dirname(from), each))
    .find((each) => each.endsWith(".ts") && fs.existsSync(each));
}
