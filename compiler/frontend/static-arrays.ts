/** What JavaScript's own arrays offer to module-level code: constructors and the few methods that change no length. */

import type { ts } from "ts-morph";
import * as messages from "../diagnostics/messages.ts";
import type { Span } from "../diagnostics/span.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import { refuse, spanOf } from "./load.ts";
import type { Interpreter } from "./static.ts";
import { checkedSize, functionOf } from "./static-arguments.ts";
import { itemsOf } from "./static-operations.ts";
import {
  describe,
  isTagged,
  list,
  numbersOf,
  plain,
  type Static,
  type Tensor,
  tensorOf,
} from "./static-values.ts";

/** `new Float64Array(…)`, `new Int32Array(…)`, `new Array(…)`. */
export function construct(node: ts.NewExpression, args: readonly Static[]): Static {
  const name = node.expression.getText();
  const [first] = args;
  const at = spanOf(node.arguments?.[0] ?? node);
  if (args.length > 1) refuse(messages.wrongArity(spanOf(node), name, "one argument", args.length));
  if (name === "Array") {
    if (typeof first !== "number") return refuse(syntax.newObject(spanOf(node), "Array"));
    return list(Array.from({ length: checkedSize(first, at) }, () => undefined));
  }
  const element = name === "Int32Array" ? "integer" : "real";
  if (typeof first === "number" || first === undefined) {
    const size = checkedSize(typeof first === "number" ? first : 0, at);
    return tensorOf([size], new Float64Array(size), element);
  }
  return typedArray(first, element, at);
}

function typedArray(value: Static, element: Tensor["element"], at: Span): Tensor {
  const numbers = numbersOf(value);
  if (numbers === undefined || numbers.shape.length !== 1) {
    return refuse(messages.wrongKind(at, "an array of numbers", describe(value)));
  }
  return tensorOf(
    numbers.shape,
    element === "integer" ? numbers.data.map((x) => x | 0) : numbers.data,
    element,
  );
}

/** Methods that change the length of an array. */
export const growing: ReadonlySet<string> = new Set(["push", "pop", "shift", "unshift", "splice", "concat"]);

/** A method of an array, or of a constructor of arrays (`self` is then its name). */
export function callMethod(
  interpreter: Interpreter,
  self: Static,
  name: ts.MemberName,
  args: readonly Static[],
  node: ts.CallExpression,
): Static {
  const place = (position: number) => spanOf(node.arguments[position] ?? node);
  const apply = (...given: Static[]): Static => {
    const position = typeof self === "string" ? 1 : 0;
    const fn = functionOf(args[position], place(position));
    return interpreter.call(fn, given.slice(0, fn.node.parameters.length), node);
  };
  if (typeof self === "string") {
    if (name.text !== "from") return refuse(unknownMethod(name));
    const items = countedItems(args[0], place(0)).map((item, i) => (args.length > 1 ? apply(item, i) : item));
    if (self === "Array") return list(items);
    return typedArray(list(items), self === "Int32Array" ? "integer" : "real", spanOf(node));
  }
  if (isTagged(self) && self.kind === "model") refuse(syntax.moduleEffect(spanOf(node)));
  if (isTagged(self) && self.kind === "function") refuse(unknownMethod(name));
  if (!isTagged(self) || (self.kind !== "list" && self.kind !== "tensor")) {
    return refuse(messages.wrongKind(spanOf(node.expression), "an array", describe(self)));
  }
  switch (name.text) {
    case "map": {
      const items = itemsOf(self, node).map((item, i) => apply(item, i, self));
      return self.kind === "tensor" && self.shape.length === 1
        ? typedArray(list(items), self.element, spanOf(node))
        : list(items);
    }
    case "reduce": {
      const items = itemsOf(self, node);
      if (args.length < 2)
        return refuse(messages.wrongArity(spanOf(node), "reduce", "a function and a start", args.length));
      return items.reduce((sum, item, i) => apply(sum, item, i, self), args[1]);
    }
    case "fill": {
      const [value] = args;
      interpreter.noteWrite();
      if (self.kind === "list") self.items.fill(value);
      else if (typeof value === "number" && self.shape.length === 1) self.data.fill(value);
      else refuse(messages.wrongKind(place(0), "a number", describe(value)));
      return self;
    }
    default:
      return refuse(unknownMethod(name));
  }
}

/** The items of an array, or `{ length: n }` with nothing in it. */
function countedItems(value: Static, at: Span): Static[] {
  if (isTagged(value) && value.kind === "record") {
    const length = value.entries.get("length");
    if (typeof length === "number") return Array.from({ length: checkedSize(length, at) }, () => undefined);
  }
  if (isTagged(value) && (value.kind === "list" || value.kind === "tensor")) {
    return value.kind === "list" ? [...value.items] : plain(value.data);
  }
  return refuse(messages.wrongKind(at, "an array, or `{ length: n }`", describe(value)));
}

export const unknownMethod = (name: ts.MemberName) => {
  if (growing.has(name.text)) return syntax.arrayGrowth(spanOf(name), name.text);
  const ofFunctions = ["call", "apply", "bind"].includes(name.text);
  const instead = ofFunctions ? "call the function itself: `f(x)`" : "write a `for` loop";
  return syntax.unknownMethod(spanOf(name), name.text, instead);
};
