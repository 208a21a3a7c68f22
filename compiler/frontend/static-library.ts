/**
 * What the library offers to module-level code: leaves, initialisers, signals, sparse matrices, functions with rules. In: static
 * values. Out: static values, or a located diagnostic.
 */

import type { ts } from "ts-morph";
import { nearest } from "../../runtime/nearest.ts";
import { draw } from "../../runtime/random.ts";
import * as messages from "../diagnostics/messages.ts";
import * as operatorMessages from "../diagnostics/operator-messages.ts";
import type { Shape } from "../ir/nodes.ts";
import { mostEntries } from "../model.ts";
import { refuse, spanOf } from "./load.ts";
import type { Interpreter } from "./static.ts";
import { checkedSeed, checkedSize, functionOf } from "./static-arguments.ts";
import { graphOf } from "./static-graph.ts";
import { applyOperator, givenOperators, plainOperators, stochastic } from "./static-operators.ts";
import {
  describe,
  type FunctionValue,
  isTagged,
  numbersOf,
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

export const isLeafFunction = (name: string): boolean =>
  name === "vec" || name === "mat" || name === "tensor";

/** What describes random numbers with a seed. */
export const isInitialiser = (name: string): boolean => name === "uniform" || name === "normal";

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
        value: {
          kind: "uniform",
          seed: checkedSeed(number(0), place(0)),
          low: number(1, 0),
          high: number(2, 1),
        },
      };
    case "normal":
      return {
        kind: "initialiser",
        value: {
          kind: "normal",
          seed: checkedSeed(number(0), place(0)),
          mean: number(1, 0),
          sd: number(2, 1),
        },
      };
    case "hold":
    case "linear":
    case "cubic": {
      const count = size(0);
      if (count === 0) refuse(messages.wrongKind(place(0), "a number of pieces from 1 on", "0"));
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

function filled(
  interpreter: Interpreter,
  shape: Shape,
  init: Static,
  node: ts.CallExpression,
  position: number,
): Tensor {
  const size = sizeOf(shape);
  const at = node.arguments[position] ?? node;
  if (size > mostEntries)
    refuse(messages.wrongKind(spanOf(node), `an array of at most ${mostEntries} entries`, `one of ${size}`));
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
