/** Loads a model's file as a bundler plugin would hand it over: transformed, with the library from `dist`. */

import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { formatDiagnostic } from "../../compiler/diagnostics/codeframe.ts";
import type { Host } from "../../compiler/frontend/index.ts";
import { type TransformOptions, transform } from "../../compiler/transform.ts";

const library = path.resolve(import.meta.dirname, "../../dist/runtime");

export const host: Host = {
  read(file) {
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
  },
};

export function transformed(text: string, file = "model.ode.ts", options: TransformOptions = {}): string {
  const { code, diagnostics } = transform({ file, text, host }, options);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (code === undefined)
    throw new Error(errors.map((each) => formatDiagnostic(each, () => text)).join("\n"));
  return code;
}

/** The exports of a model's file, compiled. */
// biome-ignore lint/suspicious/noExplicitAny: what a file exports is known where it is asked
export async function loadCompiled(text: string, options: TransformOptions = {}): Promise<any> {
  const code = transformed(text, "model.ode.ts", options)
    .replace('from "odegrad/compiled"', `from "${pathToFileURL(path.join(library, "compiled.js"))}"`)
    .replace('from "odegrad"', `from "${pathToFileURL(path.join(library, "index.js"))}"`);
  return import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
}
