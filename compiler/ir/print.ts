/**
 * The IR as text, for `inspect --ir`, for failing tests and for golden files. In: a program or a part of it. Out: text
 * that reads like the code it stands for; nothing reads it back.
 */

import type { Affine, Atom } from "./affine.ts";
import type {
  Argument,
  Block,
  Expr,
  Fn,
  GlobalArray,
  Parameter,
  Program,
  Relation,
  Statement,
  Test,
  View,
} from "./nodes.ts";

export function printProgram(program: Program): string {
  const arrays = program.arrays.map(printArray);
  return [...arrays, "", ...program.functions.map(printFn)].join("\n");
}

function printArray(array: GlobalArray): string {
  const shape = array.shape.length === 0 ? "" : `[${array.shape.join(", ")}]`;
  const home = array.home === undefined ? "" : ` = ${[array.home.record, ...array.home.path].join(".")}`;
  return `${array.role} ${array.element} ${array.name}${shape}${home}`;
}

function printParameter(parameter: Parameter): string {
  if (parameter.kind !== "array") return `${parameter.kind} ${parameter.name}`;
  const { name, element, shape, access } = parameter;
  return `${access}${element === "integer" ? " integer" : ""} ${name}[${shape.join(", ")}]`;
}

export function printFn(fn: Fn): string {
  const parameters = fn.parameters.map(printParameter);
  const doc = fn.doc === undefined ? "" : `// ${fn.doc}\n`;
  return `${doc}function ${fn.name}(${parameters.join(", ")})\n${printBlock(fn.body, "  ")}\n`;
}

export const printBlock = (block: Block, indent = ""): string =>
  block.map((statement) => printStatement(statement, indent)).join("\n");

export function printStatement(statement: Statement, indent = ""): string {
  const deeper = `${indent}  `;
  switch (statement.kind) {
    case "let":
      return `${indent}let ${statement.name} = ${printExpr(statement.value)}`;
    case "alloc": {
      const zero = statement.zero ? " zero" : "";
      return `${indent}alloc ${statement.role} ${statement.element} ${statement.array}[${statement.shape.join(", ")}]${zero}`;
    }
    case "store":
      return `${indent}${place(statement.array, statement.at)} = ${printExpr(statement.value)}`;
    case "accumulate":
      return `${indent}${place(statement.array, statement.at)} += ${printExpr(statement.value)}`;
    case "for": {
      const down = statement.down ? " down" : "";
      return `${indent}for ${statement.index} in ${printForm(statement.from)}..${printForm(statement.to)}${down}\n${printBlock(statement.body, deeper)}`;
    }
    case "while":
      return `${indent}while ${printTest(statement.test)} count ${statement.counter} limit ${statement.limit}\n${printBlock(statement.body, deeper)}`;
    case "if": {
      const otherwise =
        statement.else.length === 0 ? "" : `\n${indent}else\n${printBlock(statement.else, deeper)}`;
      return `${indent}if ${printTest(statement.test)}\n${printBlock(statement.then, deeper)}${otherwise}`;
    }
    case "call":
      return `${indent}call ${statement.callee}(${statement.args.map(printArgument).join(", ")})`;
    case "contract": {
      const over = statement.over
        .map(({ index, from, to }) => `${index} in ${printForm(from)}..${printForm(to)}`)
        .join(", ");
      const factors = statement.factors.map((factor) => place(factor.array, factor.at)).join(" * ");
      return `${indent}contract ${place(statement.to.array, statement.to.at)} += ${factors} over ${over}`;
    }
    case "return":
      return `${indent}return ${statement.status}`;
    case "comment":
      return `${indent}// ${statement.text}`;
    default:
      return statement satisfies never;
  }
}

const place = (array: string, at: readonly Affine[]): string => `${array}[${at.map(printForm).join(", ")}]`;

const printView = (view: View): string =>
  view.prefix.length === 0 ? view.array : `${view.array}[${view.prefix.map(printForm).join(", ")}, …]`;

function printArgument(arg: Argument): string {
  switch (arg.kind) {
    case "real":
      return printExpr(arg.value);
    case "integer":
      return printForm(arg.value);
    case "array":
      return printView(arg.view);
    default:
      return arg satisfies never;
  }
}

/** Every operation in brackets of its own: the tree as it is, not as precedence would read it. */
export function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case "number":
      return Object.is(expr.value, -0) ? "-0" : String(expr.value);
    case "name":
      return expr.name;
    case "read":
      return place(expr.array, expr.at);
    case "integer":
      return `real(${printForm(expr.value)})`;
    case "primitive":
      return `${expr.op}(${expr.args.map(printExpr).join(", ")})`;
    case "select":
      return `select(${printTest(expr.test)}, ${printExpr(expr.then)}, ${printExpr(expr.else)})`;
    default:
      return expr satisfies never;
  }
}

const signs: Record<Relation, string> = { lt: "<", le: "<=", gt: ">", ge: ">=", eq: "==", ne: "!=" };

export function printTest(test: Test): string {
  switch (test.kind) {
    case "compare":
      return `${printExpr(test.left)} ${signs[test.relation]} ${printExpr(test.right)}`;
    case "and":
    case "or":
      return `(${printTest(test.left)} ${test.kind} ${printTest(test.right)})`;
    case "not":
      return `not (${printTest(test.of)})`;
    case "constant":
      return String(test.value);
    default:
      return test satisfies never;
  }
}

export function printForm(form: Affine): string {
  const terms = form.terms.map(({ coefficient, atom }) =>
    coefficient === 1 ? printAtom(atom) : `${coefficient}*${printAtom(atom)}`,
  );
  if (form.constant !== 0 || terms.length === 0) terms.push(String(form.constant));
  return terms.join(" + ").replaceAll("+ -", "- ");
}

function printAtom(atom: Atom): string {
  switch (atom.kind) {
    case "index":
      return atom.name;
    case "gather":
      return place(atom.array, atom.at);
    case "quotient":
      return `((${printForm(atom.of)}) div (${printForm(atom.by)}))`;
    case "remainder":
      return `((${printForm(atom.of)}) mod (${printForm(atom.by)}))`;
    default:
      return atom satisfies never;
  }
}
