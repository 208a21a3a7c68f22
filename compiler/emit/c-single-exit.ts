/**
 * One way out of a function (MISRA C rule 15.5). In: the body of an entry function. Out: the same, in which what follows
 * a statement that may leave stands in a branch of its own; `return` then only says with which status, and loops that
 * may be left ask for it before each trip.
 */

import * as build from "../ir/build.ts";
import type { Block, If, Statement, Test } from "../ir/nodes.ts";
import { arraysOf, forEachStatement, leaves, mayLeave } from "../ir/walk.ts";
import { status } from "../module.ts";

/** The scalar that holds the status. */
export const exitStatus = "status#exit";

/** The status of going on. */
export const wellStatus = "status#well";

const isOk: Test = {
  kind: "compare",
  relation: "eq",
  left: build.name(exitStatus),
  right: build.name(wellStatus),
};

/** The body with one exit; nothing where it leaves early and well, which a status cannot tell from going on. */
export function singleExit(body: Block): Block | undefined {
  const last = body.at(-1);
  const rest = last?.kind === "return" ? body.slice(0, -1) : body;
  let isTellable = last?.kind === "return";
  forEachStatement(rest, (statement) => {
    if (statement.kind === "return" && statement.status === status.ok) isTellable = false;
  });
  if (!isTellable || last?.kind !== "return") return undefined;
  return guarded(last.status === status.ok ? rest : body);
}

function guarded(block: Block): Statement[] {
  const out: Statement[] = [];
  for (let i = 0; i < block.length; i++) {
    const statement = block[i]!;
    const own = inside(statement);
    if (statement.kind === "return") return [...out, own];
    const rest = [...sunk(out, statement), ...block.slice(i + 1)];
    const isLast = rest.every((each) => each.kind === "comment");
    if (!mayLeave([statement]) || isLast) {
      out.push(own);
      continue;
    }
    if (own.kind === "if" && own.else.length === 0 && leaves(own.then))
      return [...out, { ...own, else: guarded(rest) }];
    const going: If = { kind: "if", test: isOk, then: guarded(rest), else: [] };
    return [...out, own, going];
  }
  return out;
}

/** Takes scalars that nothing has touched yet out of what is done, to where they are. */
function sunk(done: Statement[], next: Statement): Statement[] {
  if (!mayLeave([next])) return [];
  const touched = arraysOf({
    name: "",
    parameters: [],
    body: [...done.filter((each) => each.kind !== "alloc"), next],
  });
  const moved = done.filter(
    (each) => each.kind === "alloc" && !each.zero && each.shape.length === 0 && !touched.has(each.array),
  );
  for (const each of moved) done.splice(done.indexOf(each), 1);
  return moved;
}

function inside(statement: Statement): Statement {
  switch (statement.kind) {
    case "for":
    case "while":
      return { ...statement, body: guarded(statement.body) };
    case "if":
      return { ...statement, then: guarded(statement.then), else: guarded(statement.else) };
    default:
      return statement;
  }
}
