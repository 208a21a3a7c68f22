/**
 * Modules of generated text: `import text from "./x.ode.ts?ir"`.
 *
 * The default export is the text of the one file of a target, what it holds where that is JSON, or a record of texts by name
 * where a target has several files: `import { files } from "./x.ode.ts?c"` gives header, source, self-test and description.
 */

import { checkOptions } from "../compiler/check-options.ts";
import { build, type Source } from "../compiler/compile.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import { emit } from "../compiler/emission.ts";
import type { Options, Target } from "../compiler/options.ts";

export interface Secondary {
  readonly code?: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly imported: ReadonlyMap<string, string>;
}

export function secondary(
  source: Source,
  target: string,
  model: string | undefined,
  options: Options,
): Secondary {
  const imported = new Map<string, string>();
  const host = {
    read(file: string) {
      const text = source.host.read(file);
      if (text !== undefined) imported.set(file, text);
      return text;
    },
  };
  const asked = checkOptions({ ...options, target: [target], model }, "library");
  if (asked.diagnostics.length > 0) {
    const wanted = `${source.file}?${target}`;
    const diagnostics = asked.diagnostics.map((each) => ({ ...each, message: `${wanted}: ${each.message}` }));
    return { diagnostics, imported };
  }
  const { ready, diagnostics } = build({ ...source, host }, asked.options);
  if (ready === undefined) return { diagnostics, imported };
  const outputs = emit(ready, target as Target, asked.options).filter(({ name }) => !name.endsWith(".map"));
  const files = Object.fromEntries(outputs.map(({ name, text }) => [name, text]));
  const [first] = outputs;
  const own =
    outputs.length > 1
      ? "files"
      : first?.name.endsWith(".json")
        ? first.text.trim()
        : JSON.stringify(first?.text);
  const code = `export const files = ${JSON.stringify(files)};\nexport default ${own};\n`;
  return { code, diagnostics, imported };
}
