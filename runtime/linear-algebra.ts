/**
 * Products of vectors and matrices, dense and sparse, for models to call.
 *
 * Written in the input language itself: the compiler reads these bodies like any helper of a user, finds the contractions in
 * the loops, and knows no rule for them. Sums run in the order of the loops, un-compiled and in every target.
 */
import { type Csr, type Mat, mat, type Vec, vec } from "./leaves.ts";

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

/** A x, for a sparse A of `A.rows` rows and x of length `A.columns`: a vector of length `A.rows`. */
export function spmv(A: Csr, x: Vec): Vec {
  const y = vec(A.rowStart.length - 1);
  for (let i = 0; i < A.rowStart.length - 1; i++) {
    for (let e = A.rowStart[i]!; e < A.rowStart[i + 1]!; e++) y[i]! += A.value[e]! * x[A.column[e]!]!;
  }
  return y;
}
