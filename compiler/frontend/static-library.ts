/**
 * What the library and JavaScript's arrays offer to module-level code: leaves, initialisers, signals, sparse matrices,
 * and the few methods of arrays. In: static values. Out: static values, or a located diagnostic.
 */

import type { ts } from "ts-morph";
import { draw } from "../../runtime/random.ts";
import * as messages from "../diagnostics/messages.ts";
import { nearest } from "../diagnostics/nearest.ts";
import * as operatorMessages from "../diagnostics/operator-messages.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import type { Shape } from "../ir/nodes.ts";
import type { Estimated } from "../model.ts";
import { refuse, spanOf } from "./load.ts";
import type { Interpreter } from "./static.ts";
import { graphOf } from "./static-graph.ts";
import { itemsOf } from "./static-operations.ts";
import {
  describe,
  type FunctionValue,
  isTagged,
  list,
  numbersOf,
  type Operator,
  type OperatorName,
  record,
  type Static,
  sizeOf,
  type Tensor,
  tensorOf,
} from "./static-values.ts";
import { keyNode } from "./syntax.ts";

/** Functions of the library that this version does not compile, with what to do meanwhile. */
export const libraryLater: ReadonlyMap<string, string> = new Map();

/** Differential operators of a function, and those that are given something first. */
const plainOperators: ReadonlySet<string> = new Set<OperatorName>([
  ...(["gradient", "jacobian", "hessian", "divergence", "laplacian", "biharmonic"] as const),
  ...(["jvp", "vjp", "hvp"] as const),
]);
const givenOperators: ReadonlySet<string> = new Set<OperatorName>([
  "weightedLaplacian",
  "linearOperator",
  "directional",
  "stochastic",
]);

export const operatorNames: readonly string[] = [...plainOperators, ...givenOperators];

/** An operator that is given nothing, by its name. */
export const plainOperator = (name: string): Operator | undefined =>
  plainOperators.has(name) ? { kind: "operator", name: name as OperatorName, operands: [] } : undefined;

export const isOperatorName = (name: string): boolean => plainOperators.has(name) || givenOperators.has(name);

export const isLeafFunction = (name: string): boolean =>
  name === "vec" || name === "mat" || name === "tensor";

/** Every name of the library that the compiler knows by itself. */
export const libraryFunctions: readonly string[] = [
  ...[
    "ode",
    "kernel",
    "field",
    "vec",
    "mat",
    "tensor",
    "csr",
    "adjacency",
    "uniform",
    "normal",
    "hold",
    "linear",
    "cubic",
  ],
  ...["stopGradient", "custom"],
  ...plainOperators,
  ...givenOperators,
  ...libraryLater.keys(),
];

/** The largest array, in entries: 128 MiB of doubles, which the compiler reads and writes out one by one. */
const largest = 2 ** 24;

export function callLibrary(
  interpreter: Interpreter,
  name: string,
  args: readonly Static[],
  node: ts.CallExpression,
): Static {
  const place = (position: number) => spanOf(node.arguments[position] ?? node);
  const number = (position: number, otherwise?: number): number => {
    const value = args[position];
    if (value === undefined && otherwise !== undefined && position >= args.length) return otherwise;
    if (typeof value === "number") return value;
    return refuse(messages.wrongKind(place(position), "a number", describe(value)));
  };
  const size = (position: number): number => checkedSize(number(position), place(position));
  if (plainOperators.has(name)) {
    if (args.length !== 1) refuse(messages.wrongArity(spanOf(node), name, "one function", args.length));
    return applyOperator({ kind: "operator", name: name as OperatorName, operands: [] }, args, node);
  }
  switch (name) {
    case "weightedLaplacian":
      if (args.length < 1 || args.length > 2)
        refuse(messages.wrongArity(spanOf(node), name, "sigma, and a drift or none", args.length));
      return { kind: "operator", name, operands: args };
    case "linearOperator":
      if (args.length !== 1) refuse(messages.wrongArity(spanOf(node), name, "a list of terms", args.length));
      return { kind: "operator", name, operands: args };
    case "stochastic":
      if (args.length !== 2)
        refuse(messages.wrongArity(spanOf(node), name, "an operator and how it is sampled", args.length));
      return stochastic(args, node);
    case "directional": {
      const order = number(0);
      if (!Number.isInteger(order) || order < 1 || order > 6)
        refuse(operatorMessages.badOrder(place(0), `the order is ${order}`));
      return { kind: "operator", name, operands: [order] };
    }
    case "ode":
    case "kernel":
    case "field":
      if (args.length !== 1) refuse(messages.wrongArity(spanOf(node), name, "one record", args.length));
      return { kind: "model", form: name, declaration: args[0], node };
    case "custom": {
      const [f, rules] = args;
      if (args.length !== 2) {
        refuse(messages.wrongArity(spanOf(node), name, "a function and a record of its rules", args.length));
      }
      const own = functionOf(f, place(0));
      if (!isTagged(rules) || rules.kind !== "record" || rules.entries.size === 0) {
        return refuse(messages.wrongKind(place(1), "a record of rules, `{ jvp, vjp }`", describe(rules)));
      }
      const known = ["jvp", "vjp"];
      const rule = (key: string): FunctionValue | undefined =>
        rules.entries.has(key) ? functionOf(rules.entries.get(key), place(1)) : undefined;
      for (const key of rules.entries.keys()) {
        const written = rules.nodes.get(key);
        const at = written === undefined ? place(1) : spanOf(keyNode(written));
        if (!known.includes(key))
          refuse(messages.unknownKey(at, key, "the rules", known, nearest(key, known)));
      }
      return { kind: "custom", name: own.name, f: own, jvp: rule("jvp"), vjp: rule("vjp"), node };
    }
    case "stopGradient":
      if (args.length !== 1) refuse(messages.wrongArity(spanOf(node), name, "one value", args.length));
      return args[0];
    case "vec":
      return filled(interpreter, [size(0)], args[1], node, 1);
    case "mat":
      return filled(interpreter, [size(0), size(1)], args[2], node, 2);
    case "tensor": {
      const shape = numbersOf(args[0]);
      if (shape === undefined || shape.shape.length !== 1 || shape.data.length === 0) {
        return refuse(messages.wrongKind(place(0), "an array of sizes", describe(args[0])));
      }
      const sizes = shape.data.map((extent) => checkedSize(extent, place(0)));
      return filled(interpreter, sizes, args[1], node, 1);
    }
    case "csr":
      return sparse(args, node);
    case "adjacency":
      return sparse(graphOf(args, node), node);
    case "uniform":
      return {
        kind: "initialiser",
        value: { kind: "uniform", seed: seed(number(0), place(0)), low: number(1, 0), high: number(2, 1) },
      };
    case "normal":
      return {
        kind: "initialiser",
        value: { kind: "normal", seed: seed(number(0), place(0)), mean: number(1, 0), sd: number(2, 1) },
      };
    case "hold":
    case "linear":
    case "cubic": {
      const count = size(0);
      if (count === 0) refuse(messages.badLeaf(place(0), "a signal needs at least one piece"));
      const leaf = args[1] ?? 0;
      const each = args[2];
      const knots = Array.from({ length: count }, (_, k) =>
        each === undefined ? leaf : interpreter.call(functionOf(each, place(2)), [k], node),
      );
      return { kind: "signal", signal: name, leaf, knots };
    }
    default:
      return refuse(
        messages.notYet(spanOf(node.expression), `\`${name}\``, libraryLater.get(name) ?? "leave it out"),
      );
  }
}

const estimated: ReadonlySet<string> = new Set<Estimated>([
  ...(["laplacian", "weightedLaplacian", "biharmonic", "divergence"] as const),
]);

/** `stochastic(operator, { samples, distribution, seed?, standardError? })`; a seed that is left out is `undefined`. */
function stochastic([of, sampling]: readonly Static[], node: ts.CallExpression): Operator {
  const place = spanOf(node.arguments[0] ?? node);
  const written =
    typeof of === "string"
      ? plainOperator(of)
      : isTagged(of) && of.kind === "operator"
        ? of
        : isTagged(of) && of.kind === "library"
          ? plainOperator(of.name)
          : undefined;
  if (written === undefined || !estimated.has(written.name)) {
    const known = [...estimated].map((each) => `\`${each}\``).join(", ");
    return refuse(messages.wrongKind(place, `one of ${known}`, written?.name ?? describe(of)));
  }
  const at = spanOf(node.arguments[1] ?? node);
  if (!isTagged(sampling) || sampling.kind !== "record")
    return refuse(messages.wrongKind(at, "`{ samples, distribution, seed? }`", describe(sampling)));
  const known = ["samples", "distribution", "seed", "standardError"];
  for (const key of sampling.entries.keys()) {
    const own = sampling.nodes.get(key);
    if (!known.includes(key))
      refuse(
        messages.unknownKey(own ? spanOf(keyNode(own)) : at, key, "the sampling", known, nearest(key, known)),
      );
  }
  const samples = sampling.entries.get("samples");
  if (typeof samples !== "number" || !Number.isInteger(samples) || samples < 1 || samples > 2 ** 16)
    return refuse(messages.wrongKind(at, "`samples`, a whole number from 1 to 65536", describe(samples)));
  const distribution = sampling.entries.get("distribution");
  if (distribution !== "normal" && distribution !== "rademacher" && distribution !== "coordinate") {
    const expected = '`distribution`: "normal", "rademacher" or "coordinate"';
    return refuse(messages.wrongKind(at, expected, describe(distribution)));
  }
  if (written.name === "biharmonic" && distribution !== "normal")
    refuse(operatorMessages.biasedEstimator(at, "biharmonic", distribution));
  const given = sampling.entries.get("seed");
  const standardError = sampling.entries.get("standardError") ?? false;
  if (typeof standardError !== "boolean")
    return refuse(messages.wrongKind(at, "`standardError`: true or false", describe(standardError)));
  if (standardError && samples < 2)
    refuse(messages.wrongKind(at, "at least two samples for a standard error", "one"));
  const checked =
    given === undefined
      ? undefined
      : typeof given === "number"
        ? seed(given, at)
        : refuse(messages.wrongKind(at, "`seed`, a whole number", describe(given)));
  return {
    kind: "operator",
    name: "stochastic",
    operands: [written, samples, distribution, checked, standardError],
  };
}

/** An operator of a function, of a `custom` one, or of another operator. */
export function applyOperator(operator: Operator, args: readonly Static[], node: ts.CallExpression): Static {
  const [of] = args;
  if (
    args.length === 1 &&
    isTagged(of) &&
    (of.kind === "function" || of.kind === "custom" || of.kind === "applied")
  )
    return { kind: "applied", operator, of };
  const span = spanOf(node.arguments[0] ?? node);
  return refuse(messages.wrongKind(span, `the function that \`${operator.name}\` is of`, describe(of)));
}

function functionOf(value: Static, span: ReturnType<typeof spanOf>): FunctionValue {
  if (isTagged(value) && value.kind === "function") return value;
  return refuse(messages.wrongKind(span, "a function", describe(value)));
}

function checkedSize(value: number, span: ReturnType<typeof spanOf>): number {
  if (Number.isInteger(value) && value >= 0 && value <= largest) return value;
  return refuse(messages.wrongKind(span, `a whole number from 0 to ${largest}`, String(value)));
}

const seed = (value: number, span: ReturnType<typeof spanOf>): number =>
  value === value >>> 0
    ? value
    : refuse(messages.wrongKind(span, "a whole number from 0 to 4294967295", String(value)));

function filled(
  interpreter: Interpreter,
  shape: Shape,
  init: Static,
  node: ts.CallExpression,
  position: number,
): Tensor {
  const size = sizeOf(shape);
  const at = node.arguments[position] ?? node;
  if (size > largest)
    refuse(messages.wrongKind(spanOf(node), `an array of at most ${largest} entries`, `one of ${size}`));
  if (init === undefined) return tensorOf(shape, new Float64Array(size));
  if (typeof init === "number") return tensorOf(shape, new Float64Array(size).fill(init));
  if (isTagged(init) && init.kind === "initialiser") return tensorOf(shape, draw(init.value, size));
  if (isTagged(init) && init.kind === "function") {
    const data = new Float64Array(size);
    const index = shape.map(() => 0);
    for (let entry = 0; entry < size; entry++) {
      const args = index.slice(0, init.node.parameters.length);
      const value = interpreter.call(init, args, at);
      data[entry] =
        typeof value === "number"
          ? value
          : refuse(messages.wrongKind(spanOf(at), "a function that returns a number", describe(value)));
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        index[axis]! += 1;
        if (index[axis]! < shape[axis]!) break;
        index[axis] = 0;
      }
    }
    return tensorOf(shape, data);
  }
  const given = numbersOf(init);
  if (given === undefined) {
    return refuse(
      messages.wrongKind(
        spanOf(at),
        "a number, an array of numbers or a function of the index",
        describe(init),
      ),
    );
  }
  if (given.data.length !== size) {
    refuse(messages.wrongCount(spanOf(at), size, given.data.length));
  }
  return tensorOf(shape, given.data);
}

function sparse(args: readonly Static[], node: ts.CallExpression): Static {
  const [rows, columns] = args;
  const place = (position: number) => spanOf(node.arguments[position] ?? node);
  if (args.length !== 5) refuse(messages.wrongArity(spanOf(node), "csr", "5 arguments", args.length));
  if (typeof rows !== "number") return refuse(messages.wrongKind(place(0), "a number", describe(rows)));
  if (typeof columns !== "number") return refuse(messages.wrongKind(place(1), "a number", describe(columns)));
  checkedSize(rows, place(0));
  checkedSize(columns, place(1));
  const [rowStart, column, value] = [2, 3, 4].map((position) => {
    const numbers = numbersOf(args[position]);
    if (numbers?.shape.length === 1) return numbers.data;
    return refuse(messages.wrongKind(place(position), "an array of numbers", describe(args[position])));
  }) as [readonly number[], readonly number[], readonly number[]];
  const rising = rowStart.every(
    (start, row) => Number.isInteger(start) && (row === 0 ? start === 0 : start >= rowStart[row - 1]!),
  );
  if (rowStart.length !== rows + 1 || !rising || rowStart[rows] !== value.length) {
    const what = `\`rowStart\` does not hold ${rows + 1} rising offsets from 0 to ${value.length}, the number of values`;
    refuse(messages.badSparse(place(2), what));
  }
  const inside = column.every((j) => Number.isInteger(j) && j >= 0 && j < columns);
  if (column.length !== value.length || !inside) {
    const what = `\`column\` does not hold ${value.length} columns from 0 to ${columns - 1}, one for each value`;
    refuse(messages.badSparse(place(3), what));
  }
  return record(
    new Map<string, Static>([
      ["rows", rows],
      ["columns", columns],
      ["rowStart", tensorOf([rowStart.length], rowStart, "integer")],
      ["column", tensorOf([column.length], column, "integer")],
      ["value", tensorOf([value.length], value)],
    ]),
  );
}

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

function typedArray(value: Static, element: Tensor["element"], at: ReturnType<typeof spanOf>): Tensor {
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
      const items = itemsOf(self, node).map((item, i) => apply(item, i));
      return self.kind === "tensor" && self.shape.length === 1
        ? typedArray(list(items), self.element, spanOf(node))
        : list(items);
    }
    case "reduce": {
      const items = itemsOf(self, node);
      if (args.length < 2)
        return refuse(messages.wrongArity(spanOf(node), "reduce", "a function and a start", args.length));
      return items.reduce((sum, item, i) => apply(sum, item, i), args[1]);
    }
    case "fill": {
      const [value] = args;
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
function countedItems(value: Static, at: ReturnType<typeof spanOf>): Static[] {
  if (isTagged(value) && value.kind === "record") {
    const length = value.entries.get("length");
    if (typeof length === "number") return Array.from({ length: checkedSize(length, at) }, () => undefined);
  }
  if (isTagged(value) && (value.kind === "list" || value.kind === "tensor")) {
    return value.kind === "list" ? [...value.items] : Array.from(value.data);
  }
  return refuse(messages.wrongKind(at, "an array, or `{ length: n }`", describe(value)));
}

export const unknownMethod = (name: ts.MemberName) => {
  if (growing.has(name.text)) return syntax.arrayGrowth(spanOf(name), name.text);
  const ofFunctions = ["call", "apply", "bind"].includes(name.text);
  const instead = ofFunctions ? "call the function itself: `f(x)`" : "write a `for` loop";
  return syntax.unknownMethod(spanOf(name), name.text, instead);
};
