/**
 * The authoring functions as the compiler's interpreter knows them: leaves, signals, initialisers, sparse matrices.
 * In: a name and static arguments. Out: a static value. Everything else of the package is read from its source.
 */

import { draw, normal, uniform } from "../../runtime/random.ts";
import { ModelError } from "../diagnostics/diagnostic.ts";
import { badLeaf, noSource, notConstant } from "../diagnostics/messages.ts";
import { spanOf, type ts } from "./load.ts";
import {
  Closure,
  Draw,
  describeShape,
  describeStatic,
  Signal,
  type Static,
  sizeOfShape,
  Tensor,
} from "./static-values.ts";

export interface Tools {
  readonly call: (closure: Closure, args: readonly Static[]) => Static;
  readonly source: (name: string) => Closure | undefined;
}

export const isDeclaration = (name: string): boolean =>
  name === "ode" || name === "field" || name === "kernel";

/** Functions of the package that are read like a user's helper, by the file that holds them. */
export const leafFunctions: ReadonlyMap<string, string> = new Map([
  ...["matvec", "matmul", "dot", "spmv"].map((name) => [name, "linear-algebra.ts"] as const),
  ...["relu", "sigmoid", "softplus", "softmax"].map((name) => [name, "activations.ts"] as const),
]);

export function callLibrary(
  name: string,
  args: readonly Static[],
  node: ts.CallExpression,
  tools: Tools,
): Static {
  const size = (position: number): number => {
    const value = args[position];
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
      throw new ModelError(
        notConstant(spanOf(node.arguments[position] ?? node), "a size is a whole number that"),
      );
    }
    return value;
  };
  const number = (position: number, otherwise: number): number => {
    const value = args[position];
    return typeof value === "number" ? value : otherwise;
  };
  switch (name) {
    case "vec":
      return filled([size(0)], args[1], node, tools);
    case "mat":
      return filled([size(0), size(1)], args[2], node, tools);
    case "tensor": {
      const shape = args[0];
      if (!Array.isArray(shape)) throw new ModelError(notConstant(spanOf(node), "the shape of a tensor"));
      return filled(shape.map(Number), args[1], node, tools);
    }
    case "csr": {
      const [rows, columns, rowStart, column, value] = args;
      return new Map<string, Static>([
        ["rows", rows],
        ["columns", columns],
        ["rowStart", rowStart],
        ["column", column],
        ["value", value],
      ]);
    }
    case "uniform":
      return new Draw(uniform(size(0), number(1, 0), number(2, 1)));
    case "normal":
      return new Draw(normal(size(0), number(1, 0), number(2, 1)));
    case "hold":
    case "linear":
    case "cubic": {
      const count = size(0);
      const [, leaf = 0, piece] = args;
      const pieces = Array.from({ length: count }, (_, k) =>
        piece instanceof Closure ? tools.call(piece, [k]) : leaf,
      );
      return new Signal(name, count, pieces);
    }
    default: {
      const source = tools.source(name);
      if (source === undefined) throw new ModelError(noSource(spanOf(node.expression), name));
      return tools.call(source, args);
    }
  }
}

/** An array of a shape, filled as `init` says: a number, numbers in row-major order or nested, a function, a draw. */
function filled(shape: readonly number[], init: Static, node: ts.CallExpression, tools: Tools): Tensor {
  const size = sizeOfShape(shape);
  if (init === undefined) return new Tensor(shape);
  if (typeof init === "number") return new Tensor(shape, new Array<number>(size).fill(init));
  if (init instanceof Draw) return new Tensor(shape, Array.from(draw(init.initialiser, size)));
  if (init instanceof Closure) {
    const data = Array.from({ length: size }, (_, flat) => {
      const value = tools.call(init, positionOf(flat, shape));
      if (typeof value !== "number")
        throw new ModelError(badLeaf(spanOf(node), `the initialiser gives ${describeStatic(value)}`));
      return value;
    });
    return new Tensor(shape, data);
  }
  const numbers = flatNumbers(init);
  if (numbers === undefined || numbers.length !== size) {
    const found = numbers === undefined ? describeStatic(init) : `${numbers.length} numbers`;
    throw new ModelError(badLeaf(spanOf(node), `${describeShape(shape)} is given ${found}`));
  }
  return new Tensor(shape, numbers);
}

function positionOf(flat: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return at;
}

/** All numbers of a nested list, row by row; undefined where something else is in it. */
export function flatNumbers(value: Static): number[] | undefined {
  if (typeof value === "number") return [value];
  if (value instanceof Tensor) return value.values();
  if (!Array.isArray(value)) return undefined;
  const out: number[] = [];
  for (const entry of value) {
    const inside = flatNumbers(entry);
    if (inside === undefined) return undefined;
    out.push(...inside);
  }
  return out;
}

/** The shape of a rectangular nested list of numbers; undefined where it is none. */
export function shapeOf(value: Static): number[] | undefined {
  if (typeof value === "number") return [];
  if (value instanceof Tensor) return [...value.shape];
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const shapes = value.map(shapeOf);
  const [first] = shapes;
  if (first === undefined || shapes.some((shape) => shape?.join() !== first.join())) return undefined;
  return [value.length, ...first];
}
