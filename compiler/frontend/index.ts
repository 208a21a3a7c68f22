/**
 * The frontend: text of a model in, models in the IR out. In: the name and text of the file, and a host that reads what
 * it imports. Out: every model the file exports, and what is wrong. The user's text is parsed and never executed.
 */

import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Model } from "../model.ts";
import { Declaration } from "./declaration.ts";
import { type Host, isModel, Modules } from "./modules.ts";
import { Reporter } from "./reporter.ts";
import { Interpreter } from "./static.ts";

export type { Host } from "./modules.ts";

/** Reads every exported model of a file. A model with an error is left out, and its errors are in `diagnostics`. */
export function readModels(
  file: string,
  text: string,
  host: Host,
): { models: Model[]; diagnostics: Diagnostic[] } {
  const reporter = new Reporter();
  const interpreter = new Interpreter((error) => reporter.note(error, { file, start: 0, end: 0 }));
  const models: Model[] = [];
  const read = new Set<object>();
  reporter.attempt({ file, start: 0, end: 0 }, () => {
    const module = new Modules(host, interpreter, reporter).main(file, text);
    for (const [name, value] of module?.exports ?? []) {
      const exported = reporter.attempt({ file, start: 0, end: 0 }, value);
      if (!isModel(exported ?? undefined)) continue;
      const { declaration, node } = exported as Extract<typeof exported, { kind: "model" }>;
      // Exported under two names it is one model.
      if (read.has(node)) continue;
      read.add(node);
      const place = { file, start: node.getStart(), end: node.end };
      reporter.attempt(place, () => {
        const model = new Declaration(interpreter, reporter, declaration, node).read(
          modelName(name, file),
          file,
        );
        if (model !== undefined) models.push(model);
      });
    }
  });
  return { models: reporter.failed ? [] : models, diagnostics: reporter.diagnostics(file) };
}

/** The name of the export; that of the file for the default export. */
const modelName = (name: string, file: string): string =>
  name === "default" ? file.replace(/^.*[/\\]/, "").replace(/(\.ode)?\.[^.]+$/, "") : name;
