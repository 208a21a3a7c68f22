/**
 * What of a function moves with some of its arguments, where its derivatives of higher orders end, and where they are
 * those of one side alone. In: a function as the frontend leaves it. Arrays count as a whole.
 */

import type { Span } from "../diagnostics/span.ts";
import type { Expr, Fn, Statement, Test } from "../ir/nodes.ts";
import type { Opcode } from "../ir/opcode.ts";
import { primitives } from "../ir/primitives.ts";
import { expressionsOf, expressionsOfTest, forEachExpr, forEachStatement } from "../ir/walk.ts";
import { argumentsOf, resultsOf } from "./activity.ts";

interface Place {
  readonly span: Span | undefined;
}

/** Smooth but where its argument is 0, as a root is. */
const isSmoothElsewhere = (op: Opcode): boolean => op === "hypot";

export class Moving {
  readonly #names: Set<string>;
  readonly #statements: Statement[] = [];

  /** `names`: the parameters that move, numbers and arrays. */
  constructor({ body }: Fn, names: Iterable<string>) {
    this.#names = new Set(names);
    forEachStatement(body, (statement) => this.#statements.push(statement));
    let before: number;
    do {
      before = this.#names.size;
      for (const statement of this.#statements) this.#carry(statement);
    } while (this.#names.size > before);
  }

  #carry(statement: Statement): void {
    switch (statement.kind) {
      case "let":
        if (this.#moves(statement.value)) this.#names.add(statement.name);
        break;
      case "store":
      case "accumulate":
        if (this.#moves(statement.value)) this.#names.add(statement.array);
        break;
      case "call":
        if (this.#callMoves(statement)) for (const array of resultsOf(statement)) this.#names.add(array);
        break;
      default:
        break;
    }
  }

  #callMoves = (statement: Extract<Statement, { kind: "call" }>): boolean =>
    argumentsOf(statement).some((arg) => this.#moves(arg)) ||
    statement.args.some((arg) => arg.kind === "array" && this.#names.has(arg.view.array));

  /** A step function does not move but where it jumps; `stop` hands on what does. */
  #moves(expr: Expr): boolean {
    switch (expr.kind) {
      case "name":
        return this.#names.has(expr.name);
      case "read":
        return this.#names.has(expr.array);
      case "select":
        return this.#moves(expr.then) || this.#moves(expr.else);
      case "primitive":
        if (isStep(expr.op)) return false;
        return expr.args.some((arg) => this.#moves(arg));
      case "number":
      case "integer":
        return false;
      default:
        return expr satisfies never;
    }
  }

  #testMoves = (test: Test): boolean => expressionsOfTest(test).some((side) => this.#moves(side));

  /** The first `stop` of what moves. */
  stop(): Place | undefined {
    return this.#first((expr) => this.#isPrimitive(expr, (op) => op === "stop"));
  }

  /** The first call of a function with a rule of its own whose arguments move. */
  rule(): Place | undefined {
    return this.#statements.find((one) => one.kind === "call" && this.#callMoves(one)) as Place | undefined;
  }

  /** The first choice by what moves: a branch, or a primitive with a bend or a jump. */
  choice(): (Place & { readonly op: Opcode | undefined }) | undefined {
    for (const statement of this.#statements) {
      const isSeamless = "seamless" in statement && statement.seamless === true;
      const span = "span" in statement ? statement.span : undefined;
      const asks = statement.kind === "if" || statement.kind === "while";
      if (asks && !isSeamless && this.#testMoves(statement.test)) return { span, op: undefined };
      for (const expr of everyExpr(statement)) {
        if (expr.kind === "select" && this.#testMoves(expr.test))
          return { span: expr.span ?? span, op: undefined };
        const bends = (op: Opcode): boolean =>
          !(isSeamless && op === "max") &&
          (isStep(op) || (primitives[op].kind === "kinked" && !isSmoothElsewhere(op)));
        if (expr.kind === "primitive" && this.#isPrimitive(expr, bends))
          return { span: expr.span ?? span, op: expr.op };
      }
    }
    return undefined;
  }

  #first(isIt: (expr: Expr) => boolean): Place | undefined {
    return this.#statements.find((statement) => everyExpr(statement).some(isIt)) as Place | undefined;
  }

  #isPrimitive = (expr: Expr, isOne: (op: Opcode) => boolean): boolean =>
    expr.kind === "primitive" && isOne(expr.op) && expr.args.some((arg) => this.#moves(arg));
}

const isStep = (op: Opcode): boolean => op !== "stop" && primitives[op].kind === "zero";

function everyExpr(statement: Statement): Expr[] {
  const found: Expr[] = [];
  for (const expr of expressionsOf(statement)) forEachExpr(expr, (inner) => found.push(inner));
  return found;
}
