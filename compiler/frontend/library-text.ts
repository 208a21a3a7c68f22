/**
 * The library's functions that are written in the input language, as text: the compiler reads them like any helper of
 * a user. Written by test/support/embed-library.mjs from runtime/activations.ts and runtime/linear-algebra.ts.
 */
export const libraryText = `import { mat, vec } from "odegrad";

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

/** log(1 + exp(x)), the integral of \`sigmoid\`. */
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

/** a . b, the sum of a[i] b[i]. Both of one length. */
export function dot(a: Vec, b: Vec): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** A x, for A of shape [m, n] and x of length n: a vector of length m. */
export function matvec(A: Mat, x: Vec): Vec {
  const y = vec(A.length);
  for (let i = 0; i < A.length; i++) y[i] = dot(A[i]!, x);
  return y;
}

/** A B, for A of shape [m, k] and B of shape [k, n]: a matrix of shape [m, n]. */
export function matmul(A: Mat, B: Mat): Mat {
  const C = mat(A.length, B[0]!.length);
  for (let i = 0; i < A.length; i++) {
    for (let j = 0; j < B[0]!.length; j++) {
      for (let k = 0; k < B.length; k++) C[i]![j]! += A[i]![k]! * B[k]![j]!;
    }
  }
  return C;
}

/** A x, for a sparse A of \`A.rows\` rows and x of length \`A.columns\`: a vector of length \`A.rows\`. */
export function spmv(A: Csr, x: Vec): Vec {
  const y = vec(A.rowStart.length - 1);
  for (let i = 0; i < A.rowStart.length - 1; i++) {
    for (let e = A.rowStart[i]!; e < A.rowStart[i + 1]!; e++) y[i]! += A.value[e]! * x[A.column[e]!]!;
  }
  return y;
}
`;
