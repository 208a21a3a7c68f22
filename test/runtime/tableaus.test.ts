import { describe, expect, test } from "vitest";
import { coefficients, type Fraction, tableaus } from "../../runtime/tableaus.ts";

/** Exact rational numbers, in lowest terms. */
type Rational = readonly [bigint, bigint];

function rational(over: bigint, under: bigint): Rational {
  let [a, b] = [over < 0n ? -over : over, under];
  while (b) [a, b] = [b, a % b];
  return [over / a, under / a];
}
const exact = ([over, under]: Fraction): Rational => rational(BigInt(over), BigInt(under));
const plus = (x: Rational, y: Rational) => rational(x[0] * y[1] + y[0] * x[1], x[1] * y[1]);
const times = (x: Rational, y: Rational) => rational(x[0] * y[0], x[1] * y[1]);
const sum = (terms: readonly Rational[]) => terms.reduce(plus, [0n, 1n]);

/** A rooted tree is the list of its root's subtrees. */
type Tree = readonly Tree[];

/** All rooted trees of `order` nodes, each with its subtrees in order of `JSON.stringify`. */
function trees(order: number): Tree[] {
  const found = new Map<string, Tree>();
  const grow = (subtrees: Tree[], left: number) => {
    if (left === 0) {
      const tree = [...subtrees].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      found.set(JSON.stringify(tree), tree);
    }
    for (let size = 1; size <= left; size++)
      for (const tree of trees(size)) grow([...subtrees, tree], left - size);
  };
  grow([], order - 1);
  return [...found.values()];
}

const size = (tree: Tree): number => 1 + tree.reduce((n, subtree) => n + size(subtree), 0);
/** gamma(t) of Butcher: the order times the densities of the subtrees. */
const density = (tree: Tree): bigint => tree.reduce((g, subtree) => g * density(subtree), BigInt(size(tree)));

const isExact = (name: string) =>
  [...tableaus[name]!.a, tableaus[name]!.b].flat().every((fraction) => fraction.every(Number.isInteger));

describe.each(Object.keys(tableaus).filter((name) => !isExact(name)))("%s, in decimals", (name) => {
  const { a, b, c, order } = tableaus[name]!;
  const A = a.map((row) => row.map(([over, under]) => over / under));
  const stages = (tree: Tree): number[] =>
    b.map((_, i) =>
      tree
        .map((subtree) => stages(subtree))
        .map((phi) => (A[i] ?? []).reduce((total, weight, j) => total + weight * phi[j]!, 0))
        .reduce((product, value) => product * value, 1),
    );
  const missed = (n: number): number =>
    Math.max(
      ...trees(n).map((tree) => {
        const phi = stages(tree);
        const sum = b.reduce((total, [over, under], i) => total + (over / under) * phi[i]!, 0);
        return Math.abs(sum - 1 / Number(density(tree)));
      }),
    );

  test("row i has i entries and sums to c_i", () => {
    expect(c.length).toBe(b.length);
    A.forEach((row, i) => {
      expect(row.length).toBe(i);
      expect(row.reduce((total, value) => total + value, 0)).toBeCloseTo(c[i]![0] / c[i]![1], 13);
    });
  });

  test("fulfils the order conditions of its order to rounding, up to order 6", () => {
    for (let n = 1; n <= Math.min(order, 6); n++) expect(missed(n)).toBeLessThan(1e-13);
  });
});

describe.each(Object.keys(tableaus).filter(isExact))("%s", (name) => {
  const { a, b, c, order } = tableaus[name]!;
  const A = a.map((row) => row.map(exact));

  /** Elementary weights of the stages: the product over the subtrees of A times theirs. */
  const stages = (tree: Tree): Rational[] =>
    A.map((_, i) =>
      tree
        .map((subtree) => stages(subtree))
        .map((phi) => sum(A[i]!.map((weight, j) => times(weight, phi[j]!))))
        .reduce(times, [1n, 1n]),
    );
  const weight = (tree: Tree) => {
    const phi = stages(tree);
    return sum(b.map((fraction, i) => times(exact(fraction), phi[i]!)));
  };

  test("row i has i entries and sums to c_i", () => {
    expect(c.length).toBe(b.length);
    A.forEach((row, i) => {
      expect(row.length).toBe(i);
      expect(sum(row)).toEqual(exact(c[i]!));
    });
  });

  test("fulfils the order conditions of its order exactly, and misses one of the next", () => {
    for (let n = 1; n <= order; n++) {
      for (const tree of trees(n)) expect(weight(tree)).toEqual([1n, density(tree)]);
    }
    expect(
      trees(order + 1).every((tree) => weight(tree)[0] === 1n && weight(tree)[1] === density(tree)),
    ).toBe(false);
  });
});

test("there are 1, 1, 2, 4, 9, 20 rooted trees of 1 to 6 nodes", () => {
  expect([1, 2, 3, 4, 5, 6].map((n) => trees(n).length)).toEqual([1, 1, 2, 4, 9, 20]);
});

test("an unknown method has no coefficients", () => {
  expect(coefficients("gauss2")).toBeUndefined();
  expect(coefficients("toString")).toBeUndefined();
});
