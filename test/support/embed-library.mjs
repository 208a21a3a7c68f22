// Writes compiler/frontend/library-text.ts from the library's functions that are written in the input language. The
// compiler reads no files, so it carries their text; test/frontend/library.test.ts holds the two together.
import * as fs from "node:fs";
import * as path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");

export function embedded() {
  const texts = ["activations", "linear-algebra"].map((name) => {
    const text = fs.readFileSync(path.join(root, `runtime/${name}.ts`), "utf8");
    const code = text.replace(/^\/\*\*[\s\S]*?\*\/\n/, "").replace(/^import .*\n/gm, "");
    return code.trim();
  });
  const text = ['import { mat, vec } from "odegrad";', ...texts].join("\n\n");
  return [
    "/**",
    " * The library's functions that are written in the input language, as text: the compiler reads them like any helper of",
    " * a user. Written by test/support/embed-library.mjs from runtime/activations.ts and runtime/linear-algebra.ts.",
    " */",
    `export const libraryText = ${"`"}${text.replace(/[\\`]|\$\{/g, "\\$&")}`,
    "`;",
    "",
  ].join("\n");
}

if (process.argv[1] === import.meta.filename) {
  fs.writeFileSync(path.join(root, "compiler/frontend/library-text.ts"), embedded());
}
