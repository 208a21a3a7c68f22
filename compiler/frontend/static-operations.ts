/**
 * What the interpreter does with values: arithmetic, `Math`, members and entries. In: static values, and the node to
 * point at. Out: a static value, or a located diagnostic. No scopes and no control flow.
 */

import { ts } from "ts-morph";
import { nearest } from "../../runtime/nearest.ts";
import * as messages from "../diagnostics/messages.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import { refuse, spanOf } from "./load.ts";
import * as mathematics from "./mathematics.ts";
import { describe, isTagged, part, type Static } from "./static-values.ts";

const K = ts.SyntaxKind;

export const numberOf = (value: Static, at: ts.Node): number =>
  typeof value === "number" ? value : refuse(messages.wrongKind(spanOf(at), "a number", describe(value)));

export function combine(operator: ts.SyntaxKind, left: Static, right: Static, at: ts.Node): number {
  if (typeof left === "string" || typeof right === "string") refuse(syntax.textValue(spanOf(at)));
  const a = numberOf(left, at);
  const b = numberOf(right, at);
  switch (operator) {
    case K.PlusToken:
      return a + b;
    case K.MinusToken:
      return a - b;
    case K.AsteriskToken:
      return a * b;
    case K.SlashToken:
      return a / b;
    case K.PercentToken:
      return a % b;
    default:
      return a ** b;
  }
}

export function mathConstant(node: ts.PropertyAccessExpression): number {
  const name = node.name.text;
  const value = mathematics.constants.get(name);
  if (value !== undefined) return value;
  if (mathematics.unary.has(name) || mathematics.binary.has(name)) refuse(syntax.functionValue(spanOf(node)));
  return refuse(unknownMath(name, node));
}

export function unknownMath(name: string, at: ts.Node) {
  if (name === "random") return messages.impure(spanOf(at), "Math.random");
  return messages.unknownMath(spanOf(at), name, nearest(name, mathematics.names));
}

export function mathCall(node: ts.CallExpression, name: ts.MemberName, args: readonly Static[]): number {
  const numbers = args.map((value, position) => numberOf(value, node.arguments[position]!));
  if (!mathematics.unary.has(name.text) && !mathematics.binary.has(name.text)) {
    return refuse(unknownMath(name.text, node.expression));
  }
  return (Math[name.text as "hypot"] as (...x: number[]) => number)(...numbers);
}

export function memberOf(value: Static, name: string, at: ts.Node): Static {
  if (isTagged(value)) {
    switch (value.kind) {
      case "record": {
        if (value.entries.has(name)) return value.entries.get(name);
        const known = [...value.entries.keys()];
        return refuse(messages.unknownMember(spanOf(at), name, known, nearest(name, known)));
      }
      case "namespace":
        return value.lookup(name, at);
      case "tensor":
        if (name === "length") return value.shape[0]!;
        break;
      case "list":
        if (name === "length") return value.items.length;
        break;
      default:
        break;
    }
  }
  return refuse(
    messages.unsupported(
      spanOf(at),
      `\`.${name}\` of ${describe(value)}`,
      "only records have members, and arrays `.length`",
    ),
  );
}

export function entryOf(value: Static, at: number, node: ts.Node): Static {
  if (!isTagged(value) || (value.kind !== "list" && value.kind !== "tensor")) {
    return refuse(messages.wrongKind(spanOf(node), "an array", describe(value)));
  }
  const extent = value.kind === "list" ? value.items.length : value.shape[0]!;
  if (!Number.isInteger(at)) refuse(messages.badSubscript(spanOf(node)));
  if (at < 0 || at >= extent) refuse(messages.outOfRange(spanOf(node), at, at, extent));
  return value.kind === "list" ? value.items[at] : part(value, at);
}

export function itemsOf(value: Static, at: ts.Node): Static[] {
  if (isTagged(value)) {
    if (value.kind === "list") return [...value.items];
    if (value.kind === "tensor") return Array.from({ length: value.shape[0]! }, (_, i) => part(value, i));
  }
  return refuse(messages.wrongKind(spanOf(at), "an array", describe(value)));
}
