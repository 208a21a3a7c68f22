/**
 * `--adjoint auto`: the fastest exact plan whose working memory fits. In: a solver, and what a plan costs. Out: the solver
 * with its plan, or the least that would do. Plans are asked in the order of what they compute again; the last of them,
 * `revolve`, has a bill that is linear in its checkpoints, so two questions tell how many fit.
 */

import type { Solver } from "./module.ts";

export type Chosen = { readonly solver: Solver } | { readonly solver?: undefined; readonly least: Bill };

/** Bytes of working memory, and the plan that needs them. */
interface Bill {
  readonly plan: string;
  readonly bytes: number;
}

const inOrder = ["store-all", "step", "symplectic"] as const;

/** `bytesOf`: working memory of a gradient. `ram`: bytes there are. */
export function choosePlan(solver: Solver, ram: number, bytesOf: (solver: Solver) => number): Chosen {
  const bills: Bill[] = [];
  for (const adjoint of inOrder) {
    const candidate: Solver = { ...solver, adjoint };
    const bytes = bytesOf(candidate);
    if (bytes <= ram) return { solver: candidate };
    bills.push({ plan: `\`${adjoint}\``, bytes });
  }
  const withCheckpoints = (checkpoints: number): Solver => ({ ...solver, adjoint: "revolve", checkpoints });
  const [one, two] = [bytesOf(withCheckpoints(1)), bytesOf(withCheckpoints(2))];
  if (one > ram) {
    // A short solve has fewer states to keep than `revolve` has to count.
    const last: Bill = { plan: "`revolve` with one checkpoint", bytes: one };
    return { least: bills.reduce((least, bill) => (bill.bytes < least.bytes ? bill : least), last) };
  }
  let count = Math.min(solver.steps, 1 + Math.floor((ram - one) / Math.max(1, two - one)));
  // Padding may round a bill up.
  while (count > 1 && bytesOf(withCheckpoints(count)) > ram) count--;
  return { solver: withCheckpoints(count) };
}
