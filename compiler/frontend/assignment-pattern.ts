/** The parts of a pattern that is assigned to, `[a, b] = …` and `({ a, b: c } = …)`, in the order of the text. */

import { ts } from "ts-morph";
import * as syntax from "../diagnostics/syntax-messages.ts";
import { refuse, spanOf } from "./load.ts";
import { bare, propertyName } from "./syntax.ts";

const K = ts.SyntaxKind;

/** Which part of the right side goes to a target, which may be a pattern again. */
export type PatternPart = { readonly target: ts.Expression } & (
  | { readonly kind: "item"; readonly position: number }
  | { readonly kind: "member"; readonly name: string; readonly at: ts.Node }
);

export const isPattern = (node: ts.Node): node is ts.ArrayLiteralExpression | ts.ObjectLiteralExpression =>
  node.kind === K.ArrayLiteralExpression || node.kind === K.ObjectLiteralExpression;

export function partsOf(pattern: ts.ArrayLiteralExpression | ts.ObjectLiteralExpression): PatternPart[] {
  if (ts.isArrayLiteralExpression(pattern)) {
    return pattern.elements.flatMap((element, position): PatternPart[] => {
      if (ts.isOmittedExpression(element)) return [];
      return [{ kind: "item", position, target: target(element) }];
    });
  }
  return pattern.properties.map((property): PatternPart => {
    if (ts.isShorthandPropertyAssignment(property)) {
      const { name, objectAssignmentInitializer: initial } = property;
      if (initial !== undefined) refuse(syntax.defaultValue(spanOf(initial)));
      return { kind: "member", name: name.text, at: name, target: name };
    }
    if (!ts.isPropertyAssignment(property)) return refuse(syntax.spreadOrRest(spanOf(property)));
    const name = propertyName(property.name) ?? refuse(syntax.computedName(spanOf(property.name)));
    return { kind: "member", name, at: property.name, target: target(property.initializer) };
  });
}

function target(node: ts.Expression): ts.Expression {
  if (ts.isSpreadElement(node)) return refuse(syntax.spreadOrRest(spanOf(node)));
  if (ts.isBinaryExpression(node)) return refuse(syntax.defaultValue(spanOf(node.right)));
  return bare(node);
}
