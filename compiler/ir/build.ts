/**
 * Constructors of IR nodes. They fold what is free to fold (0, 1, negation, exactly rounded arithmetic on numbers), so
 * that passes may be naive. Folding keeps values to the bit with two stated exceptions: x·0 and 0·x become 0, as the
 * derivative of an expression that does not depend on a variable is 0 whatever x is, and x + 0 becomes x.
 * Functions whose rounding differs between machines (exp, pow …) are never folded.
 */

import type { Span } from "../diagnostics/span.ts";
import type { Affine } from "./affine.ts";
import * as affine from "./affine.ts";
import type {
  Access,
  Accumulate,
  Alloc,
  Block,
  Comment,
  Element,
  Expr,
  For,
  If,
  Let,
  Relation,
  Return,
  Shape,
  Statement,
  Store,
  Test,
} from "./nodes.ts";
import type { Opcode } from "./opcode.ts";

export const number = (value: number): Expr => ({ kind: "number", value });
export const zero = number(0);
export const one = number(1);

export const name = (text: string): Expr => ({ kind: "name", name: text });

export const read = (array: string, at: readonly Affine[] = []): Expr => ({ kind: "read", array, at });

export function integerValue(value: Affine): Expr {
  const constant = affine.constantOf(value);
  return constant === undefined ? { kind: "integer", value } : number(constant);
}

const is = (x: Expr, value: number): boolean => x.kind === "number" && x.value === value;

export const isZero = (x: Expr): boolean => is(x, 0);
export const isOne = (x: Expr): boolean => is(x, 1);

const raw = (op: Opcode, ...args: Expr[]): Expr => ({ kind: "primitive", op, args });

export function neg(x: Expr): Expr {
  if (x.kind === "number") return number(-x.value);
  if (x.kind === "primitive" && x.op === "neg") return x.args[0]!;
  if (x.kind === "primitive" && x.op === "sub") return raw("sub", x.args[1]!, x.args[0]!);
  return raw("neg", x);
}

export function add(x: Expr, y: Expr): Expr {
  if (x.kind === "number" && y.kind === "number") return number(x.value + y.value);
  if (isZero(x)) return y;
  if (isZero(y)) return x;
  if (y.kind === "primitive" && y.op === "neg") return sub(x, y.args[0]!);
  if (x.kind === "primitive" && x.op === "neg") return sub(y, x.args[0]!);
  return raw("add", x, y);
}

export function sub(x: Expr, y: Expr): Expr {
  if (x.kind === "number" && y.kind === "number") return number(x.value - y.value);
  if (isZero(y)) return x;
  if (isZero(x)) return neg(y);
  if (y.kind === "primitive" && y.op === "neg") return add(x, y.args[0]!);
  return raw("sub", x, y);
}

export function mul(x: Expr, y: Expr): Expr {
  if (x.kind === "number" && y.kind === "number") return number(x.value * y.value);
  if (isZero(x) || isZero(y)) return zero;
  if (isOne(x)) return y;
  if (isOne(y)) return x;
  if (is(x, -1)) return neg(y);
  if (is(y, -1)) return neg(x);
  // A factor that is chosen: choose the product, so that what is not taken contributes exactly 0.
  if (x.kind === "select" && (isZero(x.then) || isZero(x.else))) {
    return select(x.test, mul(x.then, y), mul(x.else, y));
  }
  if (y.kind === "select" && (isZero(y.then) || isZero(y.else))) {
    return select(y.test, mul(x, y.then), mul(x, y.else));
  }
  if (x.kind === "primitive" && x.op === "neg") return neg(mul(x.args[0]!, y));
  if (y.kind === "primitive" && y.op === "neg") return neg(mul(x, y.args[0]!));
  // a · (1 / b) = a / b: how a partial that is a reciprocal meets its cotangent.
  if (y.kind === "primitive" && y.op === "div" && isOne(y.args[0]!)) return div(x, y.args[1]!);
  return raw("mul", x, y);
}

export function div(x: Expr, y: Expr): Expr {
  if (x.kind === "number" && y.kind === "number") return number(x.value / y.value);
  if (isOne(y)) return x;
  if (is(y, -1)) return neg(x);
  if (isZero(x) && y.kind === "number" && y.value !== 0) return zero;
  if (x.kind === "primitive" && x.op === "neg") return neg(div(x.args[0]!, y));
  return raw("div", x, y);
}

/** c·p, exactly 0 where c is 0. A product with a known finite factor needs no gate. */
export function gate(c: Expr, p: Expr): Expr {
  if (isZero(c)) return zero;
  if (c.kind === "number" || (p.kind === "number" && Number.isFinite(p.value))) return mul(c, p);
  if (isZero(p)) return zero;
  return raw("gate", c, p);
}

/**
 * x to a power. Small whole exponents become products, so they never touch a logarithm; `x` must then be a leaf, or
 * its text is repeated.
 */
export function pow(x: Expr, y: Expr): Expr {
  if (is(y, 0)) return one;
  if (is(y, 1)) return x;
  if (is(y, -1)) return div(one, x);
  if (isLeaf(x)) {
    if (is(y, 2)) return mul(x, x);
    if (is(y, 3)) return mul(mul(x, x), x);
  }
  return raw("pow", x, y);
}

export function sqrt(x: Expr): Expr {
  return x.kind === "number" ? number(Math.sqrt(x.value)) : raw("sqrt", x);
}

/** An operation or a choice with its place, where it has none. */
export const placed = (expr: Expr, span: Span): Expr =>
  (expr.kind === "primitive" || expr.kind === "select") && expr.span === undefined ? { ...expr, span } : expr;

/** Any primitive by its opcode; dispatches to the folding constructors above. */
export function primitive(op: Opcode, args: readonly Expr[]): Expr {
  const x = args[0]!;
  const y = args[1]!;
  switch (op) {
    case "neg":
      return neg(x);
    case "add":
      return add(x, y);
    case "sub":
      return sub(x, y);
    case "mul":
      return mul(x, y);
    case "div":
      return div(x, y);
    case "gate":
      return gate(x, y);
    case "pow":
      return pow(x, y);
    case "sqrt":
      return sqrt(x);
    default:
      return { kind: "primitive", op, args };
  }
}

/** A node that may be written twice without computing anything twice. */
export const isLeaf = (x: Expr): boolean => x.kind === "number" || x.kind === "name" || x.kind === "integer";

// Tests.

export const always: Test = { kind: "constant", value: true };
export const never: Test = { kind: "constant", value: false };

export function compare(relation: Relation, left: Expr, right: Expr): Test {
  if (left.kind === "number" && right.kind === "number") {
    return { kind: "constant", value: holds(relation, left.value, right.value) };
  }
  return { kind: "compare", relation, left, right };
}

export function holds(relation: Relation, left: number, right: number): boolean {
  switch (relation) {
    case "lt":
      return left < right;
    case "le":
      return left <= right;
    case "gt":
      return left > right;
    case "ge":
      return left >= right;
    case "eq":
      return left === right;
    case "ne":
      return left !== right;
    default:
      return relation satisfies never;
  }
}

export function not(of: Test): Test {
  if (of.kind === "constant") return { kind: "constant", value: !of.value };
  if (of.kind === "not") return of.of;
  return { kind: "not", of };
}

export function and(left: Test, right: Test): Test {
  if (left.kind === "constant") return left.value ? right : never;
  if (right.kind === "constant" && right.value) return left;
  return { kind: "and", left, right };
}

export function or(left: Test, right: Test): Test {
  if (left.kind === "constant") return left.value ? always : right;
  if (right.kind === "constant" && !right.value) return left;
  return { kind: "or", left, right };
}

export function select(test: Test, then: Expr, otherwise: Expr): Expr {
  if (test.kind === "constant") return test.value ? then : otherwise;
  if (then.kind === "number" && otherwise.kind === "number" && Object.is(then.value, otherwise.value)) {
    return then;
  }
  return { kind: "select", test, then, else: otherwise };
}

// Statements.

export const bind = (text: string, value: Expr, span?: Span): Let => ({
  kind: "let",
  name: text,
  value,
  span,
});

export const alloc = (
  array: string,
  shape: Shape,
  options: { element?: Element; role?: Alloc["role"]; zero?: boolean; span?: Span | undefined } = {},
): Alloc => ({
  kind: "alloc",
  array,
  element: options.element ?? "real",
  shape,
  role: options.role ?? "local",
  zero: options.zero ?? true,
  span: options.span,
});

export const store = (array: string, at: readonly Affine[], value: Expr, span?: Span): Store => ({
  kind: "store",
  array,
  at,
  value,
  span,
});

export const accumulate = (array: string, at: readonly Affine[], value: Expr, span?: Span): Accumulate => ({
  kind: "accumulate",
  array,
  at,
  value,
  span,
});

export const loop = (
  index: string,
  from: Affine,
  to: Affine,
  body: Block,
  options: { down?: boolean; span?: Span | undefined } = {},
): For => ({ kind: "for", index, from, to, down: options.down ?? false, body, span: options.span });

export const branch = (test: Test, then: Block, otherwise: Block = [], span?: Span): If => ({
  kind: "if",
  test,
  then,
  else: otherwise,
  span,
});

/** Whether a number is infinite or none. */
export const isNotFinite = (x: Expr): Test => compare("ne", sub(x, x), zero);

export const leave = (status: number): Return => ({ kind: "return", status });

export const comment = (text: string): Comment => ({ kind: "comment", text, banner: false });
export const banner = (text: string): Comment => ({ kind: "comment", text, banner: true });

export const access = (array: string, at: readonly Affine[]): Access => ({ array, at });

/** Statements that visit every entry of a shape: nested loops around what `body` makes of the indices; none for extent 1. */
export function forEachEntry(
  shape: Shape,
  fresh: (stem: string) => string,
  body: (at: readonly Affine[]) => Statement[],
): Statement[] {
  const indices = shape.map((extent, axis) => (extent === 1 ? undefined : fresh("ijklmn"[axis] ?? "i")));
  let statements = body(indices.map((name) => (name === undefined ? affine.integer(0) : affine.index(name))));
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const name = indices[axis];
    if (name === undefined) continue;
    statements = [loop(name, affine.integer(0), affine.integer(shape[axis]!), statements)];
  }
  return statements;
}
