/** Small dense matrices as lists of rows, for truths that are written out by hand. */

import { draw, normal } from "../../runtime/random.ts";

export type Matrix = readonly (readonly number[])[];

/** Normal numbers of a seed, times a scale, row by row. */
export const normalMatrix = (rows: number, columns: number, seed: number, scale: number): Matrix => {
  const drawn = draw(normal(seed), rows * columns);
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => scale * drawn[i * columns + j]!),
  );
};

export const transposed = (m: Matrix): Matrix => m[0]!.map((_, j) => m.map((row) => row[j]!));

export const product = (x: Matrix, y: Matrix): Matrix =>
  x.map((row) => y[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * y[k]![j]!, 0)));

/** A function of two matrices, entry by entry. */
export const zip = (x: Matrix, y: Matrix, f: (a: number, b: number) => number): Matrix =>
  x.map((row, i) => row.map((value, j) => f(value, y[i]![j]!)));
