/**
 * Roots of a method, as a check of the method alone: what its step does to the state and the past where the field is 0.
 * Another root than 1 on the unit circle makes a weakly stable method, whose discrete adjoint oscillates.
 */

import { carriedBy, type Explicit, same, type Term, type Vec } from "./scheme.ts";
import { double } from "./tableau.ts";

type Matrix = readonly (readonly number[])[];

const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));

/** What a step does to the vectors that live on, the field being 0. */
function stepMatrix(method: Explicit): Matrix {
  const carried = carriedBy(method);
  const known: { readonly vec: Vec; readonly row: readonly number[] }[] = carried.map((vec, i) => ({
    vec,
    row: carried.map((_, j) => (i === j ? 1 : 0)),
  }));
  const rowOf = (vec: Vec): readonly number[] =>
    known.findLast((one) => same(one.vec, vec))?.row ?? carried.map(() => 0);
  // Terms with the step size are small, and slopes 0.
  const sum = (terms: readonly Term[]): number[] =>
    carried.map((_, j) =>
      terms
        .filter(({ withStep }) => !withStep)
        .reduce((total, { of, coefficient }) => total + double(coefficient) * rowOf(of)[j]!, 0),
    );
  for (const operation of method.main.operations)
    if (operation.kind === "combine") known.push({ vec: operation.to, row: sum(operation.terms) });
  return method.main.next.map(({ terms }) => sum(terms));
}

/** Whether a root other than 1 lies on the unit circle: powers of the step then come to no rest. */
export function isWeaklyStable(method: Explicit): boolean {
  let power = stepMatrix(method);
  const step = power;
  for (let i = 0; i < 8; i++) power = product(power, power);
  const next = product(power, step);
  return power.some((row, i) => row.some((value, j) => Math.abs(value - next[i]![j]!) > 1e-6));
}
