/**
 * The frontend: text of a model file in, models in the IR out. Parses, evaluates what is constant, lowers functions.
 * Nothing of the user's is executed; whatever is not understood is refused with its place.
 */

import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { ModelError } from "../diagnostics/diagnostic.ts";
import { notYet } from "../diagnostics/messages.ts";
import type { Model } from "../model.ts";
import { readOde } from "./declaration.ts";
import { type Host, Modules, spanOf, ts } from "./load.ts";
import { StaticEvaluator } from "./static.ts";
import { Declared } from "./static-values.ts";

export type { Host };

/** Errors reported for one file; what follows the first twenty is seldom news. */
const most = 20;

/** Every exported model of a file; with errors, those that have none. */
export function readModels(
  file: string,
  text: string,
  host: Host,
): { models: Model[]; diagnostics: Diagnostic[] } {
  const modules = new Modules(host);
  const module = modules.parse(file, text);
  const diagnostics: Diagnostic[] = [];
  const models: Model[] = [];
  if (modules.diagnostics.length === 0) {
    const evaluator = new StaticEvaluator(modules);
    for (const statement of module.source.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const isExported =
        statement.modifiers?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword) ?? false;
      if (!isExported) continue;
      for (const { name } of statement.declarationList.declarations) {
        if (!ts.isIdentifier(name)) continue;
        try {
          const value = evaluator.global(module, name.text, name);
          if (!(value instanceof Declared)) continue;
          if (value.form !== "ode") {
            const at = spanOf(value.node.expression);
            diagnostics.push(
              notYet(at, `\`${value.form}\``, "declare the model with `ode({ state, params, rhs })`"),
            );
            continue;
          }
          const read = readOde(value, name.text, evaluator);
          diagnostics.push(...read.diagnostics);
          if (read.model) models.push(read.model);
        } catch (error) {
          if (!(error instanceof ModelError)) throw error;
          diagnostics.push(error.diagnostic);
        }
      }
    }
  }
  const all = [...modules.diagnostics, ...diagnostics];
  const seen = new Set<string>();
  const unique = all.filter(({ code, span, message }) => {
    const key = `${code}@${span?.file}:${span?.start}:${message}`;
    return seen.has(key) ? false : (seen.add(key), true);
  });
  unique.sort((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0));
  return { models, diagnostics: unique.slice(0, most) };
}
