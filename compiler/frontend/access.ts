/**
 * Members and entries: `record.name`, `array.length`, `array[i][j]`. Subscripts are integer forms that are shown to
 * stay inside the array; whatever cannot be shown is refused, since outside of an array C reads what happens to be
 * there.
 */

import { ts } from "ts-morph";
import { nearest } from "../../runtime/nearest.ts";
import * as messages from "../diagnostics/messages.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import type { Affine, Range } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Access } from "../ir/nodes.ts";
import { once } from "./arithmetic.ts";
import { lowerExpression, lowerScalar } from "./expressions.ts";
import { refuse, spanOf } from "./load.ts";
import type { Lowering } from "./lowering.ts";
import * as mathematics from "./mathematics.ts";
import { isUnreachable, openIn, rangeOf } from "./ranges.ts";
import { isGlobal } from "./resolve-name.ts";
import type { Scope } from "./scope.ts";
import { memberOf, unknownMath } from "./static-operations.ts";
import { isTagged, numbersOf, part, type Static } from "./static-values.ts";
import { bare } from "./syntax.ts";
import {
  type ArrayValue,
  borrowed,
  type Constant,
  constant,
  describe,
  fromStatic,
  integer,
  number,
  real,
  type Scalar,
  type Value,
} from "./values.ts";

export function lowerMember(lowering: Lowering, node: ts.PropertyAccessExpression, scope: Scope): Value {
  const object = bare(node.expression);
  const name = node.name.text;
  if (node.questionDotToken !== undefined) refuse(syntax.optionalValue(spanOf(node)));
  if (isGlobal(object, "Math", scope)) {
    const value = mathematics.constants.get(name);
    if (value !== undefined) return number(value);
    if (mathematics.unary.has(name) || mathematics.binary.has(name))
      refuse(syntax.functionValue(spanOf(node)));
    return refuse(unknownMath(name, node));
  }
  if (isGlobal(object, "Number", scope)) {
    const value = mathematics.limits.get(name);
    return value === undefined ? refuse(syntax.numberFromText(spanOf(node), node.getText())) : number(value);
  }
  return member(lowerExpression(lowering, object, scope), name, node.name);
}

export function member(value: Value, name: string, at: ts.Node): Value {
  switch (value.kind) {
    case "record": {
      if (value.tuple) {
        if (name === "length") return number(value.entries.size);
        break;
      }
      const found = value.entries.get(name);
      if (found !== undefined) return found;
      const known = [...value.entries.keys()];
      return refuse(messages.unknownMember(spanOf(at), name, known, nearest(name, known)));
    }
    case "array":
      if (name === "length") return number(value.shape[0]!);
      break;
    case "constant":
      return fromStatic(memberOf(value.value, name, at), `${value.root.name}_${name}`);
    default:
      break;
  }
  const instead = "only records have members, and arrays `.length`";
  return refuse(messages.unsupported(spanOf(at), `\`.${name}\` of ${describe(value)}`, instead));
}

export function lowerEntry(lowering: Lowering, node: ts.ElementAccessExpression, scope: Scope): Value {
  if (node.questionDotToken !== undefined) refuse(syntax.optionalValue(spanOf(node)));
  const of = lowerExpression(lowering, node.expression, scope);
  const at = bare(node.argumentExpression);
  if (ts.isStringLiteral(at)) return member(of, at.text, at);
  return entry(lowering, of, () => lowerScalar(lowering, at, scope), at);
}

/** `of[at]`. */
export function entry(lowering: Lowering, of: Value, subscript: () => Scalar, at: ts.Node): Value {
  switch (of.kind) {
    case "array":
      return arrayEntry(of, checkedSubscript(lowering, subscript(), of.shape[0]!, at));
    case "constant":
      return constantEntry(lowering, of, subscript(), at);
    case "record": {
      if (!of.tuple) break;
      const form = subscript().form?.();
      const position = form && affine.constantOf(form);
      if (position === undefined) {
        const declared = arrayOf([...of.entries.values()]) ?? "mat(m, n)";
        const instead = `make them one array where they are declared, \`${declared}\`, or go over them with \`for (const item of …)\``;
        return refuse(messages.unsupported(spanOf(at), "choosing one of several items in a loop", instead));
      }
      const found = of.entries.get(String(position));
      return found ?? refuse(messages.outOfRange(spanOf(at), position, position, of.entries.size));
    }
    default:
      break;
  }
  return refuse(messages.wrongKind(spanOf(at.parent ?? at), "an array", describe(of)));
}

/** How the items of a tuple would be declared as one array; nothing where they have different shapes. */
function arrayOf(items: readonly Value[]): string | undefined {
  const shapes = items.map((item) => {
    if (item.kind === "scalar") return [];
    return item.kind === "array" ? item.shape : undefined;
  });
  const [shape] = shapes;
  if (shape === undefined || shapes.some((each) => each?.join() !== shape.join())) return undefined;
  if (shape.length === 0) return `vec(${items.length}, […])`;
  return shape.length === 1 ? `mat(${items.length}, ${shape[0]})` : undefined;
}

/** One step into an array, by a subscript that was checked. */
export function arrayEntry(of: ArrayValue, at: Affine): Value {
  const prefix = [...of.view.prefix, at];
  const shape = of.shape.slice(1);
  if (shape.length > 0) return { ...of, view: { array: of.view.array, prefix }, shape };
  if (of.element === "integer") return integer(affine.gather(of.view.array, prefix));
  return real(build.read(of.view.array, prefix));
}

function constantEntry(lowering: Lowering, of: Constant, subscript: Scalar, at: ts.Node): Value {
  const { value, root } = of;
  if (!isTagged(value) || (value.kind !== "list" && value.kind !== "tensor")) {
    return refuse(messages.wrongKind(spanOf(at), "an array", describe(of)));
  }
  const extent = value.kind === "list" ? value.items.length : value.shape[0]!;
  const form = checkedSubscript(lowering, subscript, extent, at);
  const position = affine.constantOf(form);
  const prefix = [...of.prefix, form];
  const isKnown = of.prefix.every((outer) => affine.constantOf(outer) !== undefined);
  if (position !== undefined && isKnown) {
    // An unreachable place may have any subscript.
    if (position < 0 || position >= extent) return number(0);
    const inner = value.kind === "list" ? value.items[position] : part(value, position);
    if (
      isTagged(inner) &&
      (inner.kind === "list" || inner.kind === "tensor") &&
      numbersOf(inner) !== undefined
    ) {
      return { kind: "constant", value: inner, root, prefix };
    }
    const name = `${root.name}_${position}`;
    return isTagged(inner) && inner.kind !== "function" ? constant(inner, name) : fromStatic(inner, name);
  }
  const known = lowering.constants.shapeOf(root.value);
  if (known === undefined) {
    const instead = "make it one array of numbers, in which all rows have the same length";
    return refuse(messages.unsupported(spanOf(at), "choosing one of several items in a loop", instead));
  }
  const isInteger = isTagged(root.value) && root.value.kind === "tensor" && root.value.element === "integer";
  const name = (element: "real" | "integer") => lowering.constants.name(root.value, root.name, element);
  if (prefix.length < known.shape.length) {
    const element = isInteger ? "integer" : "real";
    const shape = known.shape.slice(prefix.length);
    if (!known.whole || isInteger) {
      return {
        kind: "array",
        view: { array: name(element), prefix },
        shape,
        element,
        readOnly: "a constant",
        list: isList(value),
      };
    }
    // A row of whole numbers may still be needed either way: stay with the constant.
    return { kind: "constant", value: rowOf(value), root, prefix };
  }
  const gather = once(() => affine.gather(name("integer"), prefix));
  if (isInteger) return integer(gather());
  const expr = once(() => build.read(name("real"), prefix));
  return { kind: "scalar", real: expr, form: known.whole ? gather : undefined, pure: false };
}

/** Whether the numbers of a constant stand in arrays of JavaScript. */
function isList(value: Static): boolean {
  if (!isTagged(value) || value.kind !== "list") return false;
  const [first] = value.items;
  return !isTagged(first) || isList(first);
}

/** Any row of a regular constant: all have the same shape, and which one it is decides the prefix. */
function rowOf(value: Constant["value"]): Constant["value"] {
  if (isTagged(value) && value.kind === "list") return value.items[0];
  if (isTagged(value) && value.kind === "tensor") return part(value, 0);
  return undefined;
}

/** The form of a subscript that stays from 0 to extent - 1. */
export function checkedSubscript(lowering: Lowering, subscript: Scalar, extent: number, at: ts.Node): Affine {
  const form = subscript.form?.();
  if (form === undefined) {
    const table = ts.isElementAccessExpression(at) ? bare(at.expression) : undefined;
    const name = table !== undefined && ts.isIdentifier(table) ? table.text : undefined;
    return refuse(messages.badSubscript(spanOf(at), name));
  }
  const isInside = ({ low, high }: Range): boolean => low >= 0 && high < extent;
  const { low, high } = rangeOf(form, lowering.knowledge);
  if (isInside({ low, high })) return form;
  if (isUnreachable(lowering.knowledge)) return form;
  if (openIn(lowering.knowledge)?.narrow(() => isInside(rangeOf(form, lowering.knowledge)))) return form;
  const certain = lowering.guards === 0 && Number.isFinite(low) && Number.isFinite(high);
  const missed = high < 0 || low >= extent;
  const isPlain = form.terms.every(({ atom }) => atom.kind === "index");
  return refuse(
    missed || (certain && isPlain)
      ? messages.outOfRange(spanOf(at), low, high, extent)
      : syntax.unprovenSubscript(spanOf(at), low, high, extent),
  );
}

/** The entry an assignment writes to. */
export function lowerTarget(lowering: Lowering, node: ts.ElementAccessExpression, scope: Scope): Access {
  const base = lowerExpression(lowering, node.expression, scope);
  if (base.kind === "constant") refuse(messages.readOnly(spanOf(node), base.root.name));
  if (base.kind === "record" && base.tuple) {
    const instead = "make the array with `vec(n)` or `mat(m, n)`, which can be written to";
    refuse(messages.unsupported(spanOf(node), "assigning to an item of this array", instead));
  }
  if (base.kind !== "array")
    return refuse(messages.wrongKind(spanOf(node.expression), "an array", describe(base)));
  checkWritable(lowering, base, node, node.expression);
  if (base.shape.length > 1) return refuse(syntax.wholeArray(spanOf(node), node.getText()));
  const at = bare(node.argumentExpression);
  const form = checkedSubscript(lowering, lowerScalar(lowering, at, scope), base.shape[0]!, at);
  return { array: base.view.array, at: [...base.view.prefix, form] };
}

/** Refuses what may not be written to. `written`: the expression that names it. */
export function checkWritable(
  lowering: Lowering,
  base: ArrayValue,
  at: ts.Node,
  written: ts.Expression,
): void {
  if (base.readOnly === borrowed || lowering.isLent(base.view.array)) {
    refuse(syntax.sharedRows(spanOf(at), written.getText()));
  }
  if (base.readOnly !== undefined) refuse(messages.readOnly(spanOf(at), written.getText()));
}

/** A constant as an array of the program, where a view is needed. */
export function asArray(lowering: Lowering, value: Value, at: ts.Node): ArrayValue {
  if (value.kind === "array") return value;
  if (value.kind === "constant") {
    const known = lowering.constants.shapeOf(value.root.value);
    if (known !== undefined) {
      const isInteger =
        isTagged(value.root.value) &&
        value.root.value.kind === "tensor" &&
        value.root.value.element === "integer";
      const element = isInteger ? "integer" : "real";
      const array = lowering.constants.name(value.root.value, value.root.name, element);
      const shape = known.shape.slice(value.prefix.length);
      return {
        kind: "array",
        view: { array, prefix: value.prefix },
        shape,
        element,
        readOnly: "a constant",
        list: isList(value.value),
      };
    }
  }
  return refuse(messages.wrongKind(spanOf(at), "an array of numbers", describe(value)));
}
