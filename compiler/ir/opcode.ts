/**
 * The names of the primitive real functions of the IR, by number of arguments.
 * What each one means, and its derivative, is in `primitives.ts`.
 */

export const unaryOpcodes = [
  "neg",
  "abs",
  "sign",
  "sqrt",
  "cbrt",
  "exp",
  "expm1",
  "log",
  "log1p",
  "log2",
  "log10",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "sinh",
  "cosh",
  "tanh",
  "asinh",
  "acosh",
  "atanh",
  "floor",
  "ceil",
  "round",
  "trunc",
  "fround",
  /** x / (1 + |x|), whose slope follows from its value. The frontend's pass `softsigns` finds it; targets never see it. */
  "softsign",
  /** (1 - x)(1 + x), in the derivatives of the inverse sine and its kin, whose own derivative -2x has all its digits. */
  "cosquare",
  /** stop(x) = x, a constant to every derivative: `stopGradient`. */
  "stop",
] as const;

export const binaryOpcodes = [
  "add",
  "sub",
  "mul",
  "div",
  "mod",
  "pow",
  "atan2",
  "hypot",
  /** hypot where it does not bend, in the derivatives of smooth functions; what is emitted has hypot again. */
  "radius",
  /** x / hypot(x, y) and y / hypot(x, y), whose derivatives are products: x/h² - x³/h⁴ would lose its digits for large x. */
  "adjacent",
  "opposite",
  "min",
  "max",
  /** gate(c, p) = c·p, but exactly 0 where c is 0: how a zero tangent or cotangent meets an infinite partial. */
  "gate",
] as const;

export type UnaryOpcode = (typeof unaryOpcodes)[number];
export type BinaryOpcode = (typeof binaryOpcodes)[number];
export type Opcode = UnaryOpcode | BinaryOpcode;

export const opcodes: readonly Opcode[] = [...unaryOpcodes, ...binaryOpcodes];
