/** `Math` as models may use it: which member is which primitive, and the constants. */

import { type BinaryOpcode, type UnaryOpcode, unaryOpcodes } from "../ir/opcode.ts";

/** Functions of one argument, by their name in `Math`. */
export const unary: ReadonlyMap<string, UnaryOpcode> = new Map(
  unaryOpcodes.filter((op) => op !== "neg" && op !== "stop" && op !== "softsign").map((op) => [op, op]),
);

/** Functions of two arguments; `hypot`, `min` and `max` take any number and are folded from the left. */
export const binary: ReadonlyMap<string, BinaryOpcode> = new Map(
  (["pow", "atan2", "hypot", "min", "max"] as const).map((op) => [op, op]),
);

export const variadic: ReadonlySet<string> = new Set(["hypot", "min", "max"]);

export const constants: ReadonlyMap<string, number> = new Map(
  (["E", "LN10", "LN2", "LOG10E", "LOG2E", "PI", "SQRT1_2", "SQRT2"] as const).map((name) => [
    name,
    Math[name],
  ]),
);

/** Members of `Number` that are numbers. */
export const limits: ReadonlyMap<string, number> = new Map(
  (
    [
      ...(["EPSILON", "MAX_VALUE", "MIN_VALUE", "MAX_SAFE_INTEGER", "MIN_SAFE_INTEGER", "NaN"] as const),
      ...(["POSITIVE_INFINITY", "NEGATIVE_INFINITY"] as const),
    ] as const
  ).map((name) => [name, Number[name]]),
);

/** Every name that `Math` has here, for spelling suggestions. */
export const names: readonly string[] = [...unary.keys(), ...binary.keys(), ...constants.keys()];
