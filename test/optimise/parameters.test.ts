/** What is left of a function whose parameters became numbers: nothing that nobody reads, which C compilers warn of. */

import { describe, expect, it } from "vitest";
import type { Block } from "../../compiler/ir/nodes.ts";
import { forEachExprIn, forEachStatement } from "../../compiler/ir/walk.ts";
import { compiled } from "../support/compiled.ts";

const text = `import { hold, ode } from "odegrad";
export const oscillator = ode({
  state: { x: 2, y: 0 },
  params: { mu: 1.5 },
  inputs: { u: hold(4) },
  rhs: ({ x, y }, { mu }, { t, inputs: { u } }) => ({ x: y, y: mu * (1 - x * x) * y - x + u * Math.cos(t) }),
  loss: { terminal: ({ x, y }) => x * x + y },
  solver: { method: "taylor", t1: 4, rtol: 1e-5, atol: 1e-7 },
});`;

const unreadIn = (body: Block): string[] => {
  const read = new Set<string>();
  forEachExprIn(body, (expr) => {
    if (expr.kind === "name") read.add(expr.name);
  });
  const unread: string[] = [];
  forEachStatement(body, (statement) => {
    if (statement.kind === "let" && !read.has(statement.name)) unread.push(statement.name);
  });
  return unread;
};

describe.each(["store-all", "step", "symplectic"])("%s", (adjoint) => {
  it.each(["size", "speed"] as const)("for %s: every scalar of a kernel is read", async (optimise) => {
    const { module, engine, problem } = await compiled(text, { adjoint, optimise }, false);
    for (const fn of module.program.functions) expect(unreadIn(fn.body), fn.name).toEqual([]);
    // The slope that the first step is chosen by is the field's own.
    const { value, status } = engine.gradient(problem);
    const fine = await compiled(
      text,
      { method: "dopri8", rtol: 1e-12, atol: 1e-14, adjoint: "symplectic" },
      false,
    );
    expect(status).toBe(0);
    expect(Math.abs(value - fine.engine.solve(fine.problem).value)).toBeLessThan(1e-3);
  });
});
