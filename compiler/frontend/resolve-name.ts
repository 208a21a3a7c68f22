/** What a name stands for at a place of the text, or a located diagnostic that says why it stands for nothing. */

import type { ts } from "ts-morph";
import { nearest } from "../../runtime/nearest.ts";
import { ModelError } from "../diagnostics/diagnostic.ts";
import * as messages from "../diagnostics/messages.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import { libraryNames } from "./library-names.ts";
import { refuse, spanOf } from "./load.ts";
import type { Binding, Scope } from "./scope.ts";
import { refusedGlobal } from "./subset.ts";

/** Thrown where the reason was reported already, at the declaration. */
export class Reported extends Error {}

export type Found = Exclude<Binding, { kind: "later" | "broken" }>;

/** Numbers that are names in JavaScript. */
const numbers: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
]);

export function resolveName(node: ts.Identifier, scope: Scope): { binding: Found; scope: Scope } {
  const found = scope.find(node.text);
  if (found === undefined) {
    const number = numbers.get(node.text);
    if (number !== undefined) return { binding: { kind: "static", value: number, constant: true }, scope };
    if (node.text === "undefined") refuse(syntax.notInLanguage(spanOf(node), "`undefined`"));
    const known = refusedGlobal(node.text, spanOf(node));
    const close = nearest(node.text, scope.names());
    return refuse(
      known ?? messages.unknownName(spanOf(node), node.text, close, libraryNames().includes(node.text)),
    );
  }
  const { binding } = found;
  switch (binding.kind) {
    case "later":
      return refuse(syntax.usedBefore(spanOf(node), node.text));
    case "broken":
      if (binding.diagnostic === undefined) throw new Reported();
      throw new ModelError(binding.diagnostic);
    default:
      return { binding, scope: found.scope };
  }
}

/** Whether a name is the one the language gives it: not declared by the user. */
export const isGlobal = (node: ts.Node, name: string, scope: Scope): boolean =>
  "text" in node && node.text === name && scope.find(name) === undefined;
