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

/** x / (1 + |x|): one division, the same bits everywhere, and a slope that follows from the value. */
export function softsign(x: number): number {
  return x / (1 + Math.abs(x));
}

/** tanh to 0.024, as a quotient: x (27 + x²) / (27 + 9 x²) within 3 of 0, and ±1 outside; with its slope continuous. */
export function rationalTanh(x: number): number {
  if (x >= 3) return 1;
  if (x <= -3) return -1;
  const square = x * x;
  return (x * (27 + square)) / (27 + 9 * square);
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
  for (let i = 0; i < x.length; i++) p[i]! /= sum;
  return p;
}
