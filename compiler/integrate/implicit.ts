/**
 * The implicit Runge–Kutta methods as data. Their stages come in groups that are solved for together: all stages of a
 * fully implicit method, one at a time of a diagonally implicit one.
 */

import type { Fraction } from "./tableau.ts";

export interface Implicit {
  readonly name: string;
  readonly a: readonly (readonly Fraction[])[];
  readonly b: readonly Fraction[];
  readonly c: readonly Fraction[];
  /** Stages that are solved for together, in order; a stage that depends on itself nowhere is a group too. */
  readonly groups: readonly (readonly number[])[];
  /**
   * The estimate of the error: (I - h·filter·J)⁻¹·h·(Σ weights·k + start·f(t_n, x_n)), of the order below; nothing where
   * there are no adaptive steps.
   */
  readonly estimate?: {
    readonly weights: readonly number[];
    readonly start: number;
    readonly filter: number;
    readonly order: number;
  };
}

const all = (stages: number): number[][] => [Array.from({ length: stages }, (_, i) => i)];
const each = (stages: number): number[][] => Array.from({ length: stages }, (_, i) => [i]);
const decimals = (values: readonly number[]): Fraction[] => values.map((value) => [value, 1]);

const root3 = Math.sqrt(3);
const root6 = Math.sqrt(6);
const root15 = Math.sqrt(15);

const gauss1: Implicit = { name: "gauss1", a: [[[1, 2]]], b: [[1, 1]], c: [[1, 2]], groups: all(1) };

const gauss2: Implicit = {
  name: "gauss2",
  a: [decimals([1 / 4, 1 / 4 - root3 / 6]), decimals([1 / 4 + root3 / 6, 1 / 4])],
  b: [
    [1, 2],
    [1, 2],
  ],
  c: decimals([1 / 2 - root3 / 6, 1 / 2 + root3 / 6]),
  groups: all(2),
};

const gauss3: Implicit = {
  name: "gauss3",
  a: [
    decimals([5 / 36, 2 / 9 - root15 / 15, 5 / 36 - root15 / 30]),
    decimals([5 / 36 + root15 / 24, 2 / 9, 5 / 36 - root15 / 24]),
    decimals([5 / 36 + root15 / 30, 2 / 9 + root15 / 15, 5 / 36]),
  ],
  b: [
    [5, 18],
    [4, 9],
    [5, 18],
  ],
  c: decimals([1 / 2 - root15 / 10, 1 / 2, 1 / 2 + root15 / 10]),
  groups: all(3),
};

const radauA = [
  [(88 - 7 * root6) / 360, (296 - 169 * root6) / 1800, (-2 + 3 * root6) / 225],
  [(296 + 169 * root6) / 1800, (88 + 7 * root6) / 360, (-2 - 3 * root6) / 225],
  [(16 - root6) / 36, (16 + root6) / 36, 1 / 9],
];

/** The real eigenvalue of the matrix, which the estimate's own stage has on its diagonal. */
const radauGamma = (6 + Math.cbrt(81) - Math.cbrt(9)) / 30;

/** Weights of the estimate on X_i - x, turned into weights on the slopes: z = h A k. */
const radauDifferences = [-(13 + 7 * root6) / 3, (-13 + 7 * root6) / 3, -1 / 3];

const radau5: Implicit = {
  name: "radau5",
  a: radauA.map(decimals),
  b: decimals(radauA[2]!),
  c: decimals([(4 - root6) / 10, (4 + root6) / 10, 1]),
  groups: all(3),
  estimate: {
    weights: [0, 1, 2].map(
      (j) => radauGamma * radauDifferences.reduce((sum, weight, i) => sum + weight * radauA[i]![j]!, 0),
    ),
    start: radauGamma,
    filter: radauGamma,
    order: 3,
  },
};

const esdirkB: Fraction[] = [
  [82889, 524892],
  [0, 1],
  [15625, 83664],
  [69875, 102672],
  [-2260, 8211],
  [1, 4],
];

const esdirkCompared: Fraction[] = [
  [4586570599, 29645900160],
  [0, 1],
  [178811875, 945068544],
  [814220225, 1159782912],
  [-3700637, 11593932],
  [61727, 225920],
];

const esdirk4: Implicit = {
  name: "esdirk4",
  a: [
    [],
    [
      [1, 4],
      [1, 4],
    ],
    [
      [8611, 62500],
      [-1743, 31250],
      [1, 4],
    ],
    [
      [5012029, 34652500],
      [-654441, 2922500],
      [174375, 388108],
      [1, 4],
    ],
    [
      [15267082809, 155376265600],
      [-71443401, 120774400],
      [730878875, 902184768],
      [2285395, 8070912],
      [1, 4],
    ],
    esdirkB,
  ],
  b: esdirkB,
  c: [
    [0, 1],
    [1, 2],
    [83, 250],
    [31, 50],
    [17, 20],
    [1, 1],
  ],
  groups: each(6),
  estimate: {
    weights: esdirkB.map(([over, under], i) => over / under - esdirkCompared[i]![0] / esdirkCompared[i]![1]),
    start: 0,
    // Both formulas are L-stable: the difference stays small in stiff components.
    filter: 0,
    order: 3,
  },
};

const methods: Readonly<Record<string, Implicit>> = { gauss1, gauss2, gauss3, radau5, esdirk4 };

export const implicitMethod = (name: string): Implicit | undefined =>
  Object.hasOwn(methods, name) ? methods[name] : undefined;

export const implicitMethods: readonly Implicit[] = Object.values(methods);

/** a_ij, 0 where a row ends before it. */
export const coefficientOf = ({ a }: Implicit, i: number, j: number): Fraction => a[i]?.[j] ?? [0, 1];

/** The inverse of a small matrix of numbers. */
export function inverseOf(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k; i < n; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[best]![k]!)) best = i;
    [rows[k], rows[best]] = [rows[best]!, rows[k]!];
    const pivot = rows[k]![k]!;
    rows[k] = rows[k]!.map((value) => value / pivot);
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = rows[i]![k]!;
      rows[i] = rows[i]!.map((value, j) => value - factor * rows[k]![j]!);
    }
  }
  return rows.map((row) => row.slice(n));
}
