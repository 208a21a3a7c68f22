/**
 * `--adjoint auto`: the fastest exact plan whose working memory fits. In: a solver, and what a plan costs. Out: the solver
 * with its plan, or the least that would do. Plans are asked in the order of what they compute again; the last of them,
 * `revolve`, has a bill that is linear in its checkpoints, so two questions tell how many fit.
 */

import type { Solver } from "./module.ts";

export type Chosen = { readonly solver: Solver } | { readonly solver?: undefined; readonly least: number };

const inOrder = ["store-all", "step", "symplectic"] as const;

/** `bytesOf`: working memory of a gradient. `ram`: bytes there are. */
export function choosePlan(solver: Solver, ram: number, bytesOf: (solver: Solver) => number): Chosen {
  for (const adjoint of inOrder) {
    const candidate: Solver = { ...solver, adjoint };
    if (bytesOf(candidate) <= ram) return { solver: candidate };
  }
  const withCheckpoints = (checkpoints: number): Solver => ({ ...solver, adjoint: "revolve", checkpoints });
  const [one, two] = [bytesOf(withCheckpoints(1)), bytesOf(withCheckpoints(2))];
  if (one > ram) return { least: one };
  let count = Math.min(solver.steps, 1 + Math.floor((ram - one) / Math.max(1, two - one)));
  // Padding may round a bill up.
  while (count > 1 && bytesOf(withCheckpoints(count)) > ram) count--;
  return { solver: withCheckpoints(count) };
}
