/**
 * Which scalars and arrays carry a derivative: those that depend on what is differentiated (varied) and on which a
 * result depends (useful). In: a normalised block. Out: two sets of names. Arrays count as a whole, whatever their
 * subscripts; that is safe, and precise enough for models, which seldom reuse an array for something else.
 */

import type { Block, Call, Expr, Statement } from "../ir/nodes.ts";
import { primitives } from "../ir/primitives.ts";
import { forEachStatement } from "../ir/walk.ts";

export interface Activity {
  readonly scalars: ReadonlySet<string>;
  readonly arrays: ReadonlySet<string>;
}

/** Scalars and arrays through which a derivative flows into the expression: zero-derivative operations stop it. */
function sources(expr: Expr, scalar: (name: string) => void, array: (name: string) => void): void {
  switch (expr.kind) {
    case "name":
      scalar(expr.name);
      return;
    case "read":
      array(expr.array);
      return;
    case "primitive":
      if (primitives[expr.op].kind === "zero") return;
      for (const arg of expr.args) sources(arg, scalar, array);
      return;
    case "select":
      sources(expr.then, scalar, array);
      sources(expr.else, scalar, array);
      return;
    case "number":
    case "integer":
      return;
    default:
      expr satisfies never;
  }
}

export function activity(
  block: Block,
  independent: ReadonlySet<string>,
  dependent: ReadonlySet<string>,
): Activity {
  const statements: Statement[] = [];
  forEachStatement(block, (statement) => statements.push(statement));

  const variedScalars = new Set<string>();
  const variedArrays = new Set(independent);
  const isVaried = (expr: Expr): boolean => {
    let found = false;
    sources(
      expr,
      (name) => {
        found ||= variedScalars.has(name);
      },
      (array) => {
        found ||= variedArrays.has(array);
      },
    );
    return found;
  };
  untilStable(() => {
    const before = variedScalars.size + variedArrays.size;
    for (const statement of statements) {
      if (statement.kind === "let" && isVaried(statement.value)) variedScalars.add(statement.name);
      if ((statement.kind === "store" || statement.kind === "accumulate") && isVaried(statement.value)) {
        variedArrays.add(statement.array);
      }
      if (statement.kind === "call" && argumentsOf(statement).some(isVaried)) {
        for (const array of resultsOf(statement)) variedArrays.add(array);
      }
    }
    return variedScalars.size + variedArrays.size !== before;
  });

  const usefulScalars = new Set<string>();
  const usefulArrays = new Set(dependent);
  const markUseful = (expr: Expr): void =>
    sources(
      expr,
      (name) => usefulScalars.add(name),
      (array) => usefulArrays.add(array),
    );
  untilStable(() => {
    const before = usefulScalars.size + usefulArrays.size;
    for (const statement of statements.toReversed()) {
      if (statement.kind === "let" && usefulScalars.has(statement.name)) markUseful(statement.value);
      if (
        (statement.kind === "store" || statement.kind === "accumulate") &&
        usefulArrays.has(statement.array)
      ) {
        markUseful(statement.value);
      }
      if (statement.kind === "call" && resultsOf(statement).some((array) => usefulArrays.has(array))) {
        argumentsOf(statement).forEach(markUseful);
      }
    }
    return usefulScalars.size + usefulArrays.size !== before;
  });

  return {
    scalars: new Set([...variedScalars].filter((name) => usefulScalars.has(name))),
    arrays: new Set([...variedArrays].filter((name) => usefulArrays.has(name))),
  };
}

/** Of a function with a rule: real arguments, and results of rank 0. */
export const argumentsOf = (call: Call): Expr[] =>
  call.args.flatMap((arg) => (arg.kind === "real" ? [arg.value] : []));

export const resultsOf = (call: Call): string[] =>
  call.args.flatMap((arg) => (arg.kind === "array" ? [arg.view.array] : []));

function untilStable(round: () => boolean): void {
  while (round()) {
    // Sets only grow, so this ends after at most as many rounds as there are names.
  }
}
