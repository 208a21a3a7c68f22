/**
 * Prints expressions, tests and index forms by precedence, in the syntax JavaScript and C share. In: IR expressions
 * and a dialect that says how the target spells names, numbers, reads and functions. Out: text with the parentheses it
 * needs and no others; the order of additions and multiplications is kept as it stands.
 */

import type { Affine, Atom } from "../ir/affine.ts";
import type { Expr, Relation, Test } from "../ir/nodes.ts";
import type { Opcode } from "../ir/opcode.ts";
import { primitives } from "../ir/primitives.ts";
import { spellings } from "./spelling.ts";

export interface Dialect {
  readonly number: (value: number) => string;
  readonly name: (name: string) => string;
  readonly read: (array: string, at: readonly Affine[]) => string;
  readonly index: (name: string) => string;
  /** An entry of an integer array, as an integer. */
  readonly gather: (array: string, at: readonly Affine[]) => string;
  /** An integer expression used as a real number. */
  readonly real: (text: string, isAtom: boolean) => string;
  readonly quotient: (of: string, by: string) => string;
  /** A function applied to printed arguments; undefined for what is an operator. */
  readonly apply: (op: Opcode, args: readonly string[]) => string;
  readonly equal: string;
  readonly unequal: string;
  /** Whether operators of different rank never stand side by side without parentheses, as MISRA C asks (rule 12.1). */
  readonly isExplicit?: boolean;
  /** Whether integers are numbers of a type of their own. */
  readonly hasIntegers?: boolean;
}

export interface Printed {
  readonly text: string;
  readonly precedence: number;
}

export const precedence = {
  select: 1,
  or: 2,
  and: 3,
  equality: 4,
  relation: 5,
  sum: 6,
  product: 7,
  unary: 8,
  atom: 10,
} as const;

export const within = ({ text, precedence: own }: Printed, outer: number): string =>
  own < outer ? `(${text})` : text;

/** An operand of an operator of rank `own`, which has to be of rank `outer` at least to stand without parentheses. */
const operand = (printed: Printed, outer: number, own: number, dialect: Dialect): string =>
  dialect.isExplicit === true && printed.precedence !== own && printed.precedence < precedence.unary
    ? `(${printed.text})`
    : within(printed, outer);

const levelOf = (sign: string): number =>
  sign === "+" || sign === "-" ? precedence.sum : precedence.product;

/** The operator of a function that is an operator in every target. */
function operatorOf(op: Opcode): string | undefined {
  const { js, c } = spellings[op];
  return js.kind === "infix" && c.kind === "infix" ? js.sign : undefined;
}

export function printExpr(expr: Expr, dialect: Dialect): Printed {
  switch (expr.kind) {
    case "number": {
      const text = dialect.number(expr.value);
      return { text, precedence: /^-|[ /]/.test(text) ? precedence.sum : precedence.atom };
    }
    case "name":
      return { text: dialect.name(expr.name), precedence: precedence.atom };
    case "read":
      return { text: dialect.read(expr.array, expr.at), precedence: precedence.atom };
    case "integer": {
      const inner = printInteger(expr.value, dialect);
      const isAtom = inner.precedence === precedence.atom;
      const text = dialect.real(inner.text, isAtom);
      return text === inner.text ? inner : { text, precedence: precedence.unary };
    }
    case "primitive":
      return printPrimitive(expr, dialect);
    case "select": {
      const test = operand(printTest(expr.test, dialect), precedence.or, precedence.atom, dialect);
      const then = operand(printExpr(expr.then, dialect), precedence.select + 1, precedence.atom, dialect);
      const otherwise = operand(printExpr(expr.else, dialect), precedence.select, precedence.atom, dialect);
      return { text: `${test} ? ${then} : ${otherwise}`, precedence: precedence.select };
    }
    default:
      return expr satisfies never;
  }
}

function printPrimitive(expr: Expr & { kind: "primitive" }, dialect: Dialect): Printed {
  const sign = operatorOf(expr.op);
  if (sign !== undefined) {
    const level = levelOf(sign);
    // The right side is closed off even where algebra would allow it open: floating-point sums have an order.
    const left = operand(printExpr(expr.args[0]!, dialect), level, level, dialect);
    const right = operand(printExpr(expr.args[1]!, dialect), level + 1, precedence.atom, dialect);
    return { text: `${left} ${sign} ${right}`, precedence: level };
  }
  if (expr.op === "neg") {
    const inner = operand(printExpr(expr.args[0]!, dialect), precedence.product, precedence.atom, dialect);
    // A sign before a product binds as the product does: -a * b negates a, which is the same number.
    return { text: `-${inner.startsWith("-") ? `(${inner})` : inner}`, precedence: precedence.sum };
  }
  if (expr.op === "stop") return printExpr(expr.args[0]!, dialect);
  const { written } = primitives[expr.op];
  if (written !== undefined) return printExpr(written(...expr.args), dialect);
  const args = expr.args.map((arg) => printExpr(arg, dialect).text);
  return { text: dialect.apply(expr.op, args), precedence: precedence.atom };
}

const relations: Record<Relation, { readonly sign?: string; readonly level: number }> = {
  lt: { sign: "<", level: precedence.relation },
  le: { sign: "<=", level: precedence.relation },
  gt: { sign: ">", level: precedence.relation },
  ge: { sign: ">=", level: precedence.relation },
  eq: { level: precedence.equality },
  ne: { level: precedence.equality },
};

export function printTest(test: Test, dialect: Dialect): Printed {
  switch (test.kind) {
    case "compare": {
      const { sign, level } = relations[test.relation];
      const text = sign ?? (test.relation === "eq" ? dialect.equal : dialect.unequal);
      // Whole numbers are compared as such.
      const isWhole = [test.left, test.right].every(
        (side) => side.kind === "integer" || (side.kind === "number" && Number.isInteger(side.value)),
      );
      const side = (expr: Expr): Printed => {
        if (isWhole && expr.kind === "integer") return printForm(expr.value, dialect);
        if (isWhole && expr.kind === "number")
          return {
            text: String(expr.value),
            precedence: expr.value < 0 ? precedence.sum : precedence.atom,
          };
        return printExpr(expr, dialect);
      };
      const left = operand(side(test.left), precedence.sum, precedence.atom, dialect);
      const right = operand(side(test.right), precedence.sum, precedence.atom, dialect);
      return { text: `${left} ${text} ${right}`, precedence: level };
    }
    case "and":
    case "or": {
      const level = precedence[test.kind];
      // `a && b || c` needs no parentheses, but compilers warn and readers wonder.
      const side = (inner: Test): string => {
        const printed = printTest(inner, dialect);
        return inner.kind !== test.kind && (inner.kind === "and" || inner.kind === "or")
          ? `(${printed.text})`
          : operand(printed, level, level, dialect);
      };
      return {
        text: `${side(test.left)} ${test.kind === "and" ? "&&" : "||"} ${side(test.right)}`,
        precedence: level,
      };
    }
    case "not":
      return { text: `!(${printTest(test.of, dialect).text})`, precedence: precedence.unary };
    case "constant":
      return { text: `1 ${dialect.equal} ${test.value ? 1 : 0}`, precedence: precedence.equality };
    default:
      return test satisfies never;
  }
}

/** A form as the value of a variable: where all numbers are doubles -i would be -0 for i = 0, and no integer is. */
export const printInteger = (form: Affine, dialect: Dialect): Printed =>
  printForm(form, dialect, dialect.hasIntegers !== true && isNegative(form) ? "0" : "");

/** Nothing but negative terms. */
const isNegative = ({ constant, terms }: Affine): boolean =>
  constant === 0 && terms.length > 0 && terms.every(({ coefficient }) => coefficient < 0);

/** An index form: terms with a positive sign first, so that subtraction reads as such. `first`: what it starts from. */
export function printForm(form: Affine, dialect: Dialect, first = ""): Printed {
  if (form.terms.length === 0) {
    return {
      text: String(form.constant),
      precedence: form.constant < 0 ? precedence.sum : precedence.atom,
    };
  }
  const ordered = [...form.terms].sort((a, b) => Number(b.coefficient > 0) - Number(a.coefficient > 0));
  let text = first;
  for (const { coefficient, atom } of ordered) {
    const size = Math.abs(coefficient);
    const printed = printAtom(atom, dialect);
    const product = `${size} * ${printed}`;
    const isAlone = form.terms.length === 1 && form.constant === 0;
    const term = size === 1 ? printed : dialect.isExplicit === true && !isAlone ? `(${product})` : product;
    if (text === "") text = coefficient < 0 ? `-${term}` : term;
    else text += coefficient < 0 ? ` - ${term}` : ` + ${term}`;
  }
  if (form.constant !== 0) text += form.constant < 0 ? ` - ${-form.constant}` : ` + ${form.constant}`;
  const [only] = form.terms;
  if (form.terms.length === 1 && form.constant === 0 && only !== undefined && only.coefficient > 0) {
    return { text, precedence: only.coefficient === 1 ? precedence.atom : precedence.product };
  }
  return { text, precedence: precedence.sum };
}

function printAtom(atom: Atom, dialect: Dialect): string {
  switch (atom.kind) {
    case "index":
      return dialect.index(atom.name);
    case "gather":
      return dialect.gather(atom.array, atom.at);
    case "quotient":
      return dialect.quotient(
        operand(printForm(atom.of, dialect), precedence.product, precedence.atom, dialect),
        operand(printForm(atom.by, dialect), precedence.product + 1, precedence.atom, dialect),
      );
    case "remainder": {
      const of = operand(printForm(atom.of, dialect), precedence.product, precedence.atom, dialect);
      return `(${of} % ${operand(printForm(atom.by, dialect), precedence.product + 1, precedence.atom, dialect)})`;
    }
    default:
      return atom satisfies never;
  }
}
