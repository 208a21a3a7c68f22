/**
 * Arithmetic on values of function bodies. A number keeps its integer form as long as it has one, so that the same
 * expression can be a subscript and a number. Integer division and remainder are forms only where both sides are known
 * not to be negative, for there JavaScript and the IR agree.
 */

import { ts } from "ts-morph";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr } from "../ir/nodes.ts";
import type { BinaryOpcode, UnaryOpcode } from "../ir/opcode.ts";
import type { Lowering } from "./lowering.ts";
import { rangeOf } from "./ranges.ts";
import { integer, real, type Scalar } from "./values.ts";

const K = ts.SyntaxKind;

/** `left operator right` for `+ - * / % **`. */
export function arithmetic(lowering: Lowering, operator: ts.SyntaxKind, left: Scalar, right: Scalar): Scalar {
  switch (operator) {
    case K.PlusToken:
      return exact(lowering, left, right, affine.add, build.add);
    case K.MinusToken:
      return exact(lowering, left, right, affine.subtract, build.sub);
    case K.AsteriskToken: {
      return exact(lowering, left, right, affine.multiply, build.mul);
    }
    case K.SlashToken:
      return real(build.div(left.real(), right.real()));
    case K.PercentToken:
      return remainder(lowering, left, right);
    default:
      return power(lowering, left, right);
  }
}

/** Integer forms are computed in 32 bits by some targets. */
const largest = 2 ** 31 - 1;

/** Forms are exact where their numbers are; what may grow beyond 32 bits is a number and nothing else. */
function exact(
  lowering: Lowering,
  left: Scalar,
  right: Scalar,
  form: (a: Affine, b: Affine) => Affine | undefined,
  expr: (a: Expr, b: Expr) => Expr,
): Scalar {
  const formed = bothForms(left, right, form);
  const plain = () => expr(left.real(), right.real());
  if (formed === undefined) return real(plain());
  if (!isInteger(left) || !isInteger(right)) {
    return { kind: "scalar", real: once(plain), form: formed, pure: false };
  }
  const { low, high } = rangeOf(formed(), lowering.knowledge);
  if (low < -largest || high > largest) return real(plain());
  return isSigned(lowering, expr, left, right) ? signed(plain, formed()) : integer(formed());
}

/** An integer by its making. */
const isInteger = ({ pure, signed }: Scalar): boolean => pure || signed === true;

/** An integer whose zero may have a sign. */
const signed = (plain: () => Expr, form: Affine): Scalar => ({
  kind: "scalar",
  real: once(plain),
  form: () => form,
  pure: false,
  signed: true,
});

const isHeldBy = (lowering: Lowering, value: Scalar, number: number): boolean => {
  const { low, high } = rangeOf(value.form!(), lowering.knowledge);
  return low <= number && high >= number;
};

/** Whether the result of two integers may be -0. A product with 0 itself is 0, as it is for all numbers. */
function isSigned(
  lowering: Lowering,
  expr: (a: Expr, b: Expr) => Expr,
  left: Scalar,
  right: Scalar,
): boolean {
  const mayBeMinus = (value: Scalar) => value.signed === true && isHeldBy(lowering, value, 0);
  if (expr === build.add) return mayBeMinus(left) && mayBeMinus(right);
  if (expr === build.sub) return mayBeMinus(left) && isHeldBy(lowering, right, 0);
  const [a, b] = [left, right].map((each) => affine.constantOf(each.form!()));
  const [factor, other] = a === undefined ? [b, left] : [a, right];
  if (factor === undefined || factor === 0) return false;
  return factor < 0 ? isHeldBy(lowering, other, 0) : mayBeMinus(other);
}

function bothForms(
  left: Scalar,
  right: Scalar,
  combine: (a: Affine, b: Affine) => Affine | undefined,
): (() => Affine) | undefined {
  const { form: a } = left;
  const { form: b } = right;
  if (a === undefined || b === undefined) return undefined;
  if (isInteger(left) && isInteger(right)) {
    const form = combine(a(), b());
    return form && (() => form);
  }
  // A product with an entry of a constant list is a form only if the other factor is a number.
  const probe = combine(isInteger(left) ? a() : oneAtom, isInteger(right) ? b() : oneAtom);
  return probe && (() => combine(a(), b())!);
}

const oneAtom = affine.index("?");

/** Computes at most once: what is shared in the text stays shared in the tree. */
export function once<T>(compute: () => T): () => T {
  let done: { readonly value: T } | undefined;
  return () => {
    done ??= { value: compute() };
    return done.value;
  };
}

export function negate(lowering: Lowering, value: Scalar): Scalar {
  const { form } = value;
  const expr = once(() => build.neg(value.real()));
  if (form === undefined) return real(expr());
  const negated = () => affine.scale(form(), -1);
  if (!isInteger(value)) return { kind: "scalar", real: expr, form: negated, pure: false };
  return isHeldBy(lowering, value, 0) ? signed(expr, negated()) : integer(negated());
}

function remainder(lowering: Lowering, left: Scalar, right: Scalar): Scalar {
  const expr = once(() => build.primitive("mod", [left.real(), right.real()]));
  const by = right.form?.();
  const divisor = by && affine.constantOf(by);
  if (left.form === undefined || by === undefined || divisor === undefined || divisor <= 0)
    return real(expr());
  const of = left.form();
  const { low } = rangeOf(of, lowering.knowledge);
  if (low >= 0) {
    const form = reduced(of, divisor, lowering);
    return left.pure && right.pure
      ? integer(form)
      : { kind: "scalar", real: expr, form: () => form, pure: false };
  }
  return real(expr());
}

/** The remainder of a form that is not negative: what is a multiple of the divisor falls out. */
function reduced(of: Affine, divisor: number, lowering: Lowering): Affine {
  const { low, high } = rangeOf(of, lowering.knowledge);
  if (low >= 0 && high < divisor) return of;
  return affine.remainder(of, affine.integer(divisor));
}

/** `Math.floor(a / b)` of integer forms; undefined where it is none. */
export function floorOfQuotient(lowering: Lowering, left: Scalar, right: Scalar): Scalar | undefined {
  if (left.form === undefined || right.form === undefined) return undefined;
  const of = left.form();
  const divisor = affine.constantOf(right.form());
  if (divisor === undefined || divisor <= 0) return undefined;
  const { low, high } = rangeOf(of, lowering.knowledge);
  if (low < 0) return undefined;
  return high < divisor ? integer(affine.integer(0)) : integer(affine.quotient(of, affine.integer(divisor)));
}

function power(lowering: Lowering, base: Scalar, exponent: Scalar): Scalar {
  const [a, b] = [base.form?.(), exponent.form?.()].map((form) => form && affine.constantOf(form));
  if (a !== undefined && b !== undefined && base.pure && exponent.pure && b >= 0) {
    const value = a ** b;
    if (Number.isSafeInteger(value)) return integer(affine.integer(value));
  }
  const to = exponent.real();
  // Small whole powers are products, which repeat the base.
  const repeats = to.kind === "number" && (to.value === 2 || to.value === 3);
  const from = base.real();
  if (repeats) {
    const leaf = isSteady(lowering, from) ? from : lowering.leaf("base", from);
    const square = build.mul(leaf, leaf);
    return real(to.value === 2 ? square : build.mul(square, leaf));
  }
  return real(build.pow(from, to));
}

/** An expression that costs nothing to repeat and never changes: a leaf, or a scalar that came in. */
export const isSteady = (lowering: Lowering, expr: Expr): boolean =>
  build.isLeaf(expr) || (expr.kind === "read" && expr.at.length === 0 && lowering.isInput(expr.array));

/** The least or greatest of integers is looked up in a table, unless it is known which one it is. */
const longestTable = 2 ** 16;

/** `Math.min` and `Math.max` of integer forms, which may then be subscripts and bounds; undefined for other numbers. */
function extreme(lowering: Lowering, op: "min" | "max", left: Scalar, right: Scalar): Scalar | undefined {
  if (!isInteger(left) || !isInteger(right) || left.form === undefined || right.form === undefined) {
    return undefined;
  }
  const [a, b] = [left.form(), right.form()];
  // What is constant stays outside of the table, so that its entries are the values less a constant.
  const [of, than] = affine.constantOf(a) === undefined ? [a, b] : [b, a];
  const difference = affine.subtract(of, than);
  const { low, high } = rangeOf(difference, lowering.knowledge);
  const extremes = [left, right].flatMap((each) =>
    each.extreme?.op === op ? each.extreme.of : [each.form!()],
  );
  const plain = () => build.primitive(op, [left.real(), right.real()]);
  const known = (form: Affine): Scalar => ({
    ...(left.pure && right.pure ? integer(form) : signed(plain, form)),
    extreme: { op, of: extremes },
  });
  if (op === "max" ? low >= 0 : high <= 0) return known(of);
  if (op === "max" ? high <= 0 : low >= 0) return known(than);
  if (!(high - low < longestTable)) return undefined;
  const table = lowering.constants.table(op, low, high);
  const form = affine.add(than, affine.gather(table, [affine.offset(difference, -low)]));
  return { ...known(form), real: once(plain) };
}

export function unary(op: UnaryOpcode, value: Scalar): Scalar {
  const rounding = op === "floor" || op === "ceil" || op === "round" || op === "trunc";
  if (rounding && value.form !== undefined) return value;
  return real(build.primitive(op, [value.real()]));
}

export const binary = (lowering: Lowering, op: BinaryOpcode, left: Scalar, right: Scalar): Scalar => {
  if (op === "pow") return power(lowering, left, right);
  if (op === "min" || op === "max") {
    const [a, b] = [left, right].map(({ form, pure }) =>
      pure && form ? affine.constantOf(form()) : undefined,
    );
    if (a !== undefined && b !== undefined) return integer(affine.integer(Math[op](a, b)));
    const whole = extreme(lowering, op, left, right);
    if (whole !== undefined) return whole;
  }
  return real(build.primitive(op, [left.real(), right.real()]));
};
