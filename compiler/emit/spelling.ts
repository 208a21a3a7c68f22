/**
 * How each primitive function is spelled in each target: one row per opcode, complete by type. What it is worth, and
 * its derivative, stand in the table of primitives; here is only its name. C gets a helper of its own wherever its
 * library means something else than JavaScript (NaN and signed zeros in min and max, halves in round, 1 to the power
 * of infinity).
 */

import type { Opcode } from "../ir/opcode.ts";
import type { HelperName } from "./c-helpers.ts";

export type Spelling =
  | { readonly kind: "infix"; readonly sign: "+" | "-" | "*" | "/" | "%" }
  /** -x: written out where expressions are printed. */
  | { readonly kind: "negation" }
  /** Something else stands in its place: what the table of primitives says, or what `gates` makes of it in JavaScript. */
  | { readonly kind: "written" }
  /** The argument itself. */
  | { readonly kind: "identity" }
  /** A function of the target's library; in C the name for `double`, which gets an `f` behind it for `float`. */
  | { readonly kind: "function"; readonly name: string }
  /** A function that the generated file brings along. */
  | { readonly kind: "helper"; readonly name: HelperName };

export interface Row {
  readonly js: Spelling;
  readonly c: Spelling;
}

const infix = (sign: "+" | "-" | "*" | "/"): Row => ({
  js: { kind: "infix", sign },
  c: { kind: "infix", sign },
});
const both = (kind: "negation" | "written" | "identity"): Row => ({ js: { kind }, c: { kind } });
const library = (name: string, inC: string = name): Row => ({
  js: { kind: "function", name: `Math.${name}` },
  c: { kind: "function", name: inC },
});
const helped = (name: HelperName): Row => ({
  js: { kind: "function", name: `Math.${name}` },
  c: { kind: "helper", name },
});

export const spellings: { readonly [op in Opcode]: Row } = {
  neg: both("negation"),
  abs: library("abs", "fabs"),
  sign: helped("sign"),
  sqrt: library("sqrt"),
  cbrt: library("cbrt"),
  exp: library("exp"),
  expm1: library("expm1"),
  log: library("log"),
  log1p: library("log1p"),
  log2: library("log2"),
  log10: library("log10"),
  sin: library("sin"),
  cos: library("cos"),
  tan: library("tan"),
  asin: library("asin"),
  acos: library("acos"),
  atan: library("atan"),
  sinh: library("sinh"),
  cosh: library("cosh"),
  tanh: library("tanh"),
  asinh: library("asinh"),
  acosh: library("acosh"),
  atanh: library("atanh"),
  floor: library("floor"),
  ceil: library("ceil"),
  round: helped("round"),
  trunc: library("trunc"),
  fround: helped("fround"),
  softsign: both("written"),
  cosquare: both("written"),
  stop: both("identity"),
  add: infix("+"),
  sub: infix("-"),
  mul: infix("*"),
  div: infix("/"),
  mod: { js: { kind: "infix", sign: "%" }, c: { kind: "function", name: "fmod" } },
  pow: helped("pow"),
  atan2: library("atan2"),
  hypot: library("hypot"),
  radius: both("written"),
  adjacent: both("written"),
  opposite: both("written"),
  min: helped("min"),
  max: helped("max"),
  gate: { js: { kind: "written" }, c: { kind: "helper", name: "gate" } },
};
