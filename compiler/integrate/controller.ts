/**
 * The step size controller as expressions: a proportional-integral controller on the squared error norm. Powers are
 * chains of square roots, so that step sizes are the same bits in every target; exponents are therefore multiples of
 * 1/256, which a controller does not feel. Nothing here is ever differentiated: step sizes pass through `stop`.
 *
 * Source: Gustafsson 1991 (ACM TOMS 17), exponents 0.7/k and 0.4/k for an error of order k; Hairer, Nørsett, Wanner 1993,
 * II.4, for the safety factor and the first step.
 */

import * as build from "../ir/build.ts";
import type { Expr, Statement } from "../ir/nodes.ts";

const safety = 0.9;
const smallestFactor = 0.2;
const largestFactor = 10;

/** x to the power of m/256, for positive x, with the square roots it takes. */
export function power(
  x: Expr,
  exponent: number,
  fresh: (wish: string) => string,
): { readonly statements: readonly Statement[]; readonly value: Expr } {
  let rest = Math.round(exponent * 256);
  const statements: Statement[] = [];
  let root = x;
  let value: Expr | undefined;
  for (let bit = 128; bit >= 1 && rest > 0; bit /= 2) {
    const name = fresh("root");
    statements.push(build.bind(name, build.primitive("sqrt", [root])));
    root = build.name(name);
    if (rest < bit) continue;
    rest -= bit;
    value = value === undefined ? root : build.mul(value, root);
  }
  return { statements, value: value ?? build.one };
}

const clamp = (x: Expr, low: number, high: number): Expr =>
  build.primitive("min", [build.primitive("max", [x, build.number(low)]), build.number(high)]);

/** What the step size is multiplied by behind a step that was accepted. `k`: order of the error. */
export function growth(
  error: Expr,
  errorBefore: Expr,
  k: number,
  fresh: (wish: string) => string,
): { readonly statements: readonly Statement[]; readonly value: Expr } {
  // Norms are squared here, so exponents are halved.
  const now = power(error, 0.35 / k, fresh);
  const before = power(errorBefore, 0.2 / k, fresh);
  const factor = build.div(build.mul(build.number(safety), before.value), now.value);
  return {
    statements: [...now.statements, ...before.statements],
    value: clamp(factor, smallestFactor, largestFactor),
  };
}

/** What it is multiplied by behind a step that was rejected. */
export function shrinkage(
  error: Expr,
  k: number,
  fresh: (wish: string) => string,
): { readonly statements: readonly Statement[]; readonly value: Expr } {
  const root = power(error, 0.5 / k, fresh);
  return {
    statements: root.statements,
    value: clamp(build.div(build.number(safety), root.value), smallestFactor, safety),
  };
}
