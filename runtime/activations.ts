/**
 * Activation functions for models to call.
 *
 * Written in the input language itself, with real branches, so that the derivative at a kink is the derivative of the branch
 * taken, and in forms that neither overflow nor cancel for large arguments of either sign.
 */
import { type Vec, vec } from "./leaves.ts";

/** max(x, 0); its derivative at 0 is 0. */
export function relu(x: number): number {
  // A branch, because Math.max gives the derivative of a tie to its first argument
  return x > 0 ? x : 0;
}

/** 1 / (1 + exp(-x)). Only negative numbers are exponentiated, so nothing overflows. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log(1 + exp(x)), the integral of `sigmoid`. */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

/** exp(x[i]) over the sum of them. The largest entry is taken off first, which changes no value and no derivative. */
export function softmax(x: Vec): Vec {
  let largest = x[0]!;
  for (let i = 1; i < x.length; i++) largest = Math.max(largest, x[i]!);
  const p = vec(x.length);
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    p[i] = Math.exp(x[i]! - largest);
    sum += p[i]!;
  }
  for (let i = 0; i < x.length; i++) p[i] = p[i]! / sum;
  return p;
}
