/**
 * Tableaus, and the conditions they must satisfy. In: the data of `runtime/tableaus`. Out: the order
 * a method really has, which stages matter, and its coefficients as doubles. A method is data that checks itself.
 */

import type { Coefficients, Fraction } from "../../runtime/tableaus.ts";

export type { Coefficients, Fraction };

/** An exact rational number in lowest terms, the denominator positive. */
export interface Rational {
  readonly over: bigint;
  readonly under: bigint;
}

export function rational(over: bigint, under = 1n): Rational {
  if (under === 0n) throw new RangeError("a fraction has denominator 0");
  const sign = under < 0n ? -1n : 1n;
  let a = over < 0n ? -over : over;
  let b = under < 0n ? -under : under;
  while (b !== 0n) [a, b] = [b, a % b];
  const divisor = a === 0n ? 1n : a;
  return { over: (sign * over) / divisor, under: (sign * under) / divisor };
}

export const exact = ([over, under]: Fraction): Rational => rational(BigInt(over), BigInt(under));
const plus = (x: Rational, y: Rational): Rational =>
  rational(x.over * y.under + y.over * x.under, x.under * y.under);
const times = (x: Rational, y: Rational): Rational => rational(x.over * y.over, x.under * y.under);
const isEqual = (x: Rational, y: Rational): boolean => x.over === y.over && x.under === y.under;
const none = rational(0n);
const one = rational(1n);

/** The nearest double: one correctly rounded division of integers that doubles hold. */
export const double = ([over, under]: Fraction): number => over / under;

/** A coefficient that is given as a number. */
export const decimal = (value: number): Fraction => [value, 1];

export const isZero = ([over]: Fraction): boolean => over === 0;

/** A rooted tree, as the list of the trees hanging from its root. */
interface Tree {
  readonly children: readonly Tree[];
  readonly order: number;
}

/** All rooted trees of an order, each once. */
export function rootedTrees(order: number): Tree[] {
  if (order === 1) return [{ children: [], order: 1 }];
  const forests = (total: number, most: readonly Tree[]): Tree[][] => {
    if (total === 0) return [[]];
    return most.flatMap((tree, position) =>
      tree.order > total
        ? []
        : forests(total - tree.order, most.slice(position)).map((rest) => [tree, ...rest]),
    );
  };
  const smaller: Tree[] = [];
  for (let size = order - 1; size >= 1; size--) smaller.push(...rootedTrees(size));
  return forests(order - 1, smaller).map((children) => ({ children, order }));
}

/** Density of a tree: its order times the densities of its children. */
const density = (tree: Tree): bigint =>
  tree.children.reduce((product, child) => product * density(child), BigInt(tree.order));

/** Elementary weight of a tree at each stage: product over children of Σ_j a_ij · weight_j. */
function stageWeights(tree: Tree, a: readonly (readonly Rational[])[]): Rational[] {
  const inner = tree.children.map((child) => stageWeights(child, a));
  return a.map((row) =>
    inner.reduce((product, weights) => {
      const sum = row.reduce((total, coefficient, j) => plus(total, times(coefficient, weights[j]!)), none);
      return times(product, sum);
    }, one),
  );
}

/** Rounding of decimal coefficients in the longest products of an order condition. */
const decimalRounding = 1e-13;

const isExact = (method: Coefficients): boolean =>
  [...method.a, method.b, method.c].flat().every(([over, under]) => [over, under].every(Number.isInteger));

/** Order conditions that fail up to an order, in words; empty for a method of that order. Source: Butcher 1963. */
export function failedConditions(method: Coefficients, order: number): string[] {
  return isExact(method) ? failedExactly(method, order) : failedInDecimals(method, order);
}

function failedExactly(method: Coefficients, order: number): string[] {
  const stages = method.b.length;
  const a = Array.from({ length: stages }, (_, i) =>
    Array.from({ length: stages }, (_, j) => {
      const coefficient = method.a[i]?.[j];
      return coefficient === undefined ? none : exact(coefficient);
    }),
  );
  const b = method.b.map(exact);
  const failed: string[] = [];
  a.forEach((row, i) => {
    if (!isEqual(row.reduce(plus, none), exact(method.c[i]!))) failed.push(`row ${i + 1} does not sum to c`);
  });
  for (let size = 1; size <= order; size++) {
    rootedTrees(size).forEach((tree, position) => {
      const weights = stageWeights(tree, a);
      const sum = b.reduce((total, weight, i) => plus(total, times(weight, weights[i]!)), none);
      if (!isEqual(sum, rational(1n, density(tree)))) failed.push(`order ${size}, tree ${position + 1}`);
    });
  }
  return failed;
}

function failedInDecimals(method: Coefficients, order: number): string[] {
  const a = method.a.map((row) => row.map(double));
  const b = method.b.map(double);
  const failed: string[] = [];
  const isNear = (x: number, y: number): boolean => Math.abs(x - y) <= decimalRounding;
  a.forEach((row, i) => {
    const sum = row.reduce((total, value) => total + value, 0);
    if (!isNear(sum, double(method.c[i]!))) failed.push(`row ${i + 1} does not sum to c`);
  });
  const weightsOf = (tree: Tree): number[] => {
    const inner = tree.children.map(weightsOf);
    return b.map((_, i) =>
      inner.reduce(
        (product, weights) =>
          product * (a[i] ?? []).reduce((total, value, j) => total + value * weights[j]!, 0),
        1,
      ),
    );
  };
  for (let size = 1; size <= order; size++) {
    rootedTrees(size).forEach((tree, position) => {
      const weights = weightsOf(tree);
      const sum = b.reduce((total, weight, i) => total + weight * weights[i]!, 0);
      if (!isNear(sum, 1 / Number(density(tree)))) failed.push(`order ${size}, tree ${position + 1}`);
    });
  }
  return failed;
}

/** Stages that reach the result: those with a weight, and those that feed one that reaches it. */
export function usedStages(method: Coefficients): boolean[] {
  const used = method.b.map((weight) => !isZero(weight));
  for (let i = used.length - 1; i >= 0; i--) {
    if (!used[i]) continue;
    method.a[i]?.forEach((coefficient, j) => {
      if (!isZero(coefficient)) used[j] = true;
    });
  }
  return used;
}
