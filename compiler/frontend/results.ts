/**
 * What a function of a model returns goes into its `out` arrays: records member by member, array literals entry by
 * entry, arrays by a copy. A derivative that is missing, extra or of another shape is an error at the place of the
 * `return`, with a note at the state.
 */

import { ts } from "ts-morph";
import { nearest } from "../../runtime/nearest.ts";
import * as messages from "../diagnostics/messages.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Shape, Statement } from "../ir/nodes.ts";
import { asArray } from "./access.ts";
import { copy } from "./arrays.ts";
import { keyOf, lowerExpression, lowerScalar } from "./expressions.ts";
import { refuse, spanOf } from "./load.ts";
import { type Lowering, writtenIn } from "./lowering.ts";
import type { Scope } from "./scope.ts";
import { describeShape } from "./static-values.ts";
import { bare } from "./syntax.ts";
import { describe, type Value } from "./values.ts";

/** Where a result goes. */
export type Target =
  | {
      readonly kind: "leaf";
      readonly array: string;
      readonly prefix: readonly Affine[];
      readonly shape: Shape;
      /** The leaf in the words of the user. */
      readonly name: string;
      readonly span: Span | undefined;
      /** Of the state of a `kernel` or of a bare function, which is declared by the number of its entries: how. */
      readonly counted?: "state: " | "--state ";
    }
  | {
      readonly kind: "record";
      readonly tuple: boolean;
      readonly entries: ReadonlyMap<string, Target>;
      /** The function whose result it is. */
      readonly maker: "rhs" | "initial";
      readonly name: string;
      readonly span: Span | undefined;
    };

/** Statements of a block that copy an array into a result. */
interface Copy {
  readonly from: string;
  readonly block: Statement[];
  readonly statements: readonly Statement[];
}

/** Stores the value of an expression. Literals are taken apart in the text, so that nothing is stored twice. */
export function putResult(lowering: Lowering, node: ts.Expression, scope: Scope, target: Target): void {
  const copies: Copy[] = [];
  put(lowering, node, scope, target, copies);
  // A literal holds arrays themselves, which what stands behind them in it may write to.
  for (const { from, block, statements } of copies) {
    const last = statements.at(-1);
    if (last === undefined || !writtenIn(block.slice(block.lastIndexOf(last) + 1)).has(from)) continue;
    const rest = block.filter((statement) => !statements.includes(statement));
    block.splice(0, block.length, ...rest, ...statements);
  }
}

function put(lowering: Lowering, node: ts.Expression, scope: Scope, target: Target, copies: Copy[]): void {
  const inner = bare(node);
  if (ts.isObjectLiteralExpression(inner) && target.kind === "record" && !target.tuple) {
    const found = new Set<string>();
    for (const property of inner.properties) {
      if (!ts.isPropertyAssignment(property) && !ts.isShorthandPropertyAssignment(property)) {
        lowerExpression(lowering, inner, scope);
        return;
      }
      const key = keyOf(property.name);
      found.add(key);
      // Each derivative is read by itself, so that one that is refused hides no other.
      lowering.statement(
        property,
        () => {
          const goal = target.entries.get(key) ?? refuse(extra(target, key, property.name));
          const value = ts.isPropertyAssignment(property) ? property.initializer : property.name;
          put(lowering, value, scope, goal, copies);
        },
        () => undefined,
      );
    }
    checkComplete(target, found, spanOf(inner));
    return;
  }
  if (ts.isArrayLiteralExpression(inner) && inner.elements.every((element) => !ts.isSpreadElement(element))) {
    const { elements } = inner;
    if (target.kind === "leaf" && target.shape.length > 0) {
      const [extent, ...rest] = target.shape;
      if (elements.length !== extent) {
        const found = `an array of ${elements.length} entries`;
        const needed = describeShape(target.shape);
        const instead = remedy(target, [elements.length, ...rest]);
        refuse(messages.wrongShape(spanOf(inner), target.name, needed, found, target.span, instead));
      }
      elements.forEach((element, i) => {
        const prefix = [...target.prefix, affine.integer(i)];
        put(lowering, element, scope, { ...target, prefix, shape: rest }, copies);
      });
      return;
    }
    if (target.kind === "record" && target.tuple && elements.length === target.entries.size) {
      elements.forEach((element, i) => {
        put(lowering, element, scope, target.entries.get(String(i))!, copies);
      });
      return;
    }
  }
  if (target.kind === "leaf" && target.shape.length === 0) {
    const value = lowerExpression(lowering, inner, scope);
    if (value.kind !== "scalar") refuse(differs(value, target, inner));
    lowering.emit(build.store(target.array, target.prefix, value.real(), lowering.span));
    return;
  }
  putValue(lowering, lowerExpression(lowering, inner, scope, wishFor(target)), target, inner, copies);
}

const wishFor = (target: Target): string =>
  target.kind === "leaf" ? target.array.replace(/^f_/, "d_") : "result";

function putValue(lowering: Lowering, value: Value, target: Target, at: ts.Node, copies: Copy[]) {
  if (target.kind === "record") {
    if (value.kind !== "record" || value.tuple !== target.tuple) refuse(differs(value, target, at));
    for (const [key, inner] of value.entries) {
      const goal = target.entries.get(key) ?? refuse(extra(target, key, value.nodes?.get(key) ?? at));
      putValue(lowering, inner, goal, at, copies);
    }
    return checkComplete(target, new Set(value.entries.keys()), spanOf(at));
  }
  if (target.shape.length === 0) {
    if (value.kind !== "scalar") refuse(differs(value, target, at));
    lowering.emit(build.store(target.array, target.prefix, value.real(), lowering.span));
    return;
  }
  if (value.kind === "record" && value.tuple && value.entries.size === target.shape[0]) {
    [...value.entries.values()].forEach((item, i) => {
      const prefix = [...target.prefix, affine.integer(i)];
      putValue(lowering, item, { ...target, prefix, shape: target.shape.slice(1) }, at, copies);
    });
    return;
  }
  if (value.kind !== "array" && value.kind !== "constant") refuse(differs(value, target, at));
  const from = asArray(lowering, value, at);
  if (String(from.shape) !== String(target.shape)) refuse(differs(from, target, at));
  const { block, position } = lowering.mark();
  copy(lowering, from, { array: target.array, prefix: target.prefix });
  copies.push({ from: from.view.array, block, statements: block.slice(position) });
}

const recordInWords = ({ tuple, entries }: Extract<Target, { kind: "record" }>): string =>
  tuple ? `an array of ${entries.size} items` : `a record \`{ ${[...entries.keys()].join(", ")} }\``;

const differs = (value: Value, target: Target, at: ts.Node) =>
  messages.wrongShape(
    spanOf(at),
    target.name,
    target.kind === "leaf" ? describeShape(target.shape) : recordInWords(target),
    describe(value),
    target.span,
    remedy(target, value.kind === "array" ? value.shape : value.kind === "scalar" ? [] : undefined),
  );

/** A leaf of a shape as it is declared. */
const declaration = (shape: Shape): string =>
  shape.length === 0
    ? "0"
    : shape.length === 1
      ? `vec(${shape[0]})`
      : shape.length === 2
        ? `mat(${shape.join(", ")})`
        : `tensor([${shape.join(", ")}])`;

/** What to write instead. `found`: the shape of what was written, where it is a number or an array. */
function remedy(target: Target, found: Shape | undefined): string {
  if (target.kind === "record") {
    const keys = [...target.entries.keys()];
    if (target.tuple) return `write \`[${keys.map(() => "…").join(", ")}]\``;
    return `write \`({ ${keys.map((key) => `${key}: …`).join(", ")} })\`: an arrow function that returns a record has parentheses around it`;
  }
  const { shape, prefix, counted } = target;
  const [, leaf] = /`([^`]*)`/.exec(target.name) ?? [];
  // Of a part of a leaf nothing can be said about its declaration.
  const declared =
    leaf === undefined || found === undefined || prefix.length > 0 || (counted && found.length !== 1)
      ? ""
      : counted
        ? `; or declare as many variables: \`${counted}${found[0]}\``
        : `; or declare the state in that shape: \`${leaf.split(".").at(-1)}: ${declaration(found)}\``;
  if (shape.length === 0) {
    const entry =
      found === undefined ? "" : `, such as \`v${found.map(() => "[0]").join("")}\` of an array \`v\``;
    return `give a number${entry}${declared}`;
  }
  if (found?.length === 0) {
    const filled = declaration(shape).replace(/\)$/, ", …)");
    return `give a number for each entry: \`${filled}\` fills all with one${declared}`;
  }
  return `give ${describeShape(shape)}${declared}`;
}

const extra = (target: Extract<Target, { kind: "record" }>, key: string, at: ts.Node) => {
  const known = [...target.entries.keys()];
  return messages.extraDerivative(spanOf(at), key, known, nearest(key, known));
};

function checkComplete(
  target: Extract<Target, { kind: "record" }>,
  found: ReadonlySet<string>,
  at: Span,
): void {
  for (const [key, { span }] of target.entries) {
    if (!found.has(key)) refuse(messages.missingDerivative(at, key, span ?? at, target.maker));
  }
}

/** Stores the one number a loss or output returns. */
export function putNumber(lowering: Lowering, node: ts.Expression, scope: Scope, array: string): void {
  const value = lowerScalar(lowering, node, scope);
  lowering.emit(build.store(array, [], value.real(), lowering.span));
}
