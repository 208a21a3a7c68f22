/**
 * The explicit methods as schemes. In: coefficients. Out: the straight line of vector operations of a step. What is not
 * a tableau (splittings of separable systems, multistep methods, reversible pairs) has its coefficients here, with
 * where they come from; the tests measure the order of every one of them.
 */

import { type Coefficients, tableaus } from "../../runtime/tableaus.ts";
import {
  type Combine,
  combine,
  type Explicit,
  k,
  type Operation,
  one,
  past,
  type Scheme,
  scaledTerm,
  state,
  type Term,
  term,
  type Vec,
  x,
} from "./scheme.ts";
import { decimal, type Fraction, isZero, usedStages } from "./tableau.ts";

export const fractionText = ([over, under]: Fraction): string =>
  under === 1 ? `${over}` : `${over}/${under}`;

const nonzero = (terms: readonly Term[]): Term[] => terms.filter(({ coefficient }) => !isZero(coefficient));

/** The stages of an explicit Runge–Kutta step; x_i and k_i are those of stage i. */
function stagesOf(tableau: Coefficients): Operation[] {
  return usedStages(tableau).flatMap((used, i): Operation[] => {
    if (!used) return [];
    const row = tableau.a[i] ?? [];
    const c = tableau.c[i]!;
    const at = `c = ${fractionText(c)}`;
    const note =
      row.length === 0
        ? `Stage ${i + 1}: ${at}.`
        : `Stage ${i + 1}: ${at}, a = ${row.map(fractionText).join(", ")}.`;
    return [
      combine(x(i), [term(state()), ...nonzero(row.map((a, j) => scaledTerm(a, k(j))))], note),
      { kind: "evaluate", slope: k(i), at: [x(i)], c, index: i },
    ];
  });
}

const stateAfter = (tableau: Coefficients): Combine =>
  combine(state(), [term(state()), ...nonzero(tableau.b.map((b, i) => scaledTerm(b, k(i))))], "New state.");

/** The same method with a step of -h, from the end of the step; stages numbered behind those of the step itself. */
function backwards(tableau: Coefficients): NonNullable<Scheme["inverse"]> {
  const stages = tableau.b.length;
  const minus = ([over, under]: Fraction): Fraction => [-over, under];
  const operations = usedStages(tableau).flatMap((used, i): Operation[] => {
    if (!used) return [];
    const row = tableau.a[i] ?? [];
    const [over, under] = tableau.c[i]!;
    const c: Fraction = Number.isInteger(over) ? reduced(under - over, under) : decimal(1 - over / under);
    return [
      combine(x(stages + i), [
        term(state()),
        ...nonzero(row.map((a, j) => scaledTerm(minus(a), k(stages + j)))),
      ]),
      { kind: "evaluate", slope: k(stages + i), at: [x(stages + i)], c, index: i },
    ];
  });
  const back = nonzero(tableau.b.map((b, i) => scaledTerm(minus(b), k(stages + i))));
  return { operations, previous: [combine(state(), [term(state()), ...back])], isExact: false };
}

/** `isUndone`: with the stages of a step backwards. */
function rungeKutta(tableau: Coefficients, isUndone: boolean): Explicit {
  const main: Scheme = { operations: stagesOf(tableau), next: [stateAfter(tableau)] };
  return { main: isUndone ? { ...main, inverse: backwards(tableau) } : main, past: [] };
}

// Splittings of separable systems: positions move with the momenta held, and the other way round.

/** A kick or a drift by a fraction of the step. */
type Move = readonly ["kick" | "drift", Fraction];

/**
 * A splitting step; the time in front of a kick is that of the positions, in front of a drift that of the momenta, as
 * for a system whose time is one more position and one more momentum.
 */
function splitting(moves: readonly Move[]): Explicit {
  const operations: Operation[] = [
    combine(x(0, "positions"), [term(state("positions"))]),
    combine(x(0, "momenta"), [term(state("momenta"))]),
    { kind: "quadrature", at: [x(0, "positions"), x(0, "momenta")], c: [0, 1], weight: [1, 2] },
  ];
  const count = { positions: 0, momenta: 0 };
  const undone: Operation[] = [];
  const time = { positions: [0, 1] as Fraction, momenta: [0, 1] as Fraction };
  moves.forEach(([name, fraction], index) => {
    const [moved, held] =
      name === "drift" ? (["positions", "momenta"] as const) : (["momenta", "positions"] as const);
    const from = count[moved]++;
    const evaluate: Operation = {
      kind: "evaluate",
      slope: k(from, moved),
      at: [
        x(count.positions - (moved === "positions" ? 1 : 0), "positions"),
        x(count.momenta - (moved === "momenta" ? 1 : 0), "momenta"),
      ],
      c: time[held],
      index,
    };
    undone.unshift(
      evaluate,
      combine(x(from, moved), [
        term(x(from + 1, moved)),
        scaledTerm([-fraction[0], fraction[1]], k(from, moved)),
      ]),
    );
    operations.push(
      evaluate,
      combine(
        x(from + 1, moved),
        [term(x(from, moved)), scaledTerm(fraction, k(from, moved))],
        `${name === "kick" ? "Kick" : "Drift"}: ${fractionText(fraction)} of the step.`,
      ),
    );
    time[moved] = sum(time[moved], fraction);
  });
  operations.push({
    kind: "quadrature",
    at: [x(count.positions, "positions"), x(count.momenta, "momenta")],
    c: one,
    weight: [1, 2],
  });
  return {
    main: {
      operations,
      next: [
        combine(state("positions"), [term(x(count.positions, "positions"))], "New state."),
        combine(state("momenta"), [term(x(count.momenta, "momenta"))]),
      ],
      inverse: {
        operations: [
          combine(x(count.positions, "positions"), [term(state("positions"))]),
          combine(x(count.momenta, "momenta"), [term(state("momenta"))]),
          ...undone,
        ],
        previous: [
          combine(state("positions"), [term(x(0, "positions"))]),
          combine(state("momenta"), [term(x(0, "momenta"))]),
        ],
        isExact: true,
      },
    },
    past: [],
  };
}

/** Of small fractions exactly, of decimals to rounding, which must come to 1 at the end of a step. */
function sum([a, b]: Fraction, [c, d]: Fraction): Fraction {
  if ([a, b, c, d].every(Number.isInteger)) return reduced(a * d + c * b, b * d);
  const value = a / b + c / d;
  return Math.abs(value - 1) < 1e-12 ? one : decimal(value);
}

function reduced(over: number, under: number): Fraction {
  let [left, right] = [Math.abs(over), under];
  while (right !== 0) [left, right] = [right, left % right];
  return [over / (left || 1), under / (left || 1)];
}

/** Drift-kick-drift steps of the lengths w_m … w_1 w_0 w_1 … w_m, as Yoshida composes them; drifts that meet are one. */
function composed(outer: readonly number[]): Move[] {
  const middle = 1 - 2 * outer.reduce((total, each) => total + each, 0);
  const steps = [...outer].reverse().concat(middle, outer);
  const moves: Move[] = [["drift", decimal(steps[0]! / 2)]];
  steps.forEach((each, i) => {
    const next = steps[i + 1];
    moves.push(
      ["kick", decimal(each)],
      ["drift", decimal(next === undefined ? each / 2 : (each + next) / 2)],
    );
  });
  return moves;
}

/** Yoshida 1990, order 6, solution A; order 8, solution D; refined against the order conditions to full precision. */
const yoshida6 = [-1.177679984178871, 0.23557321335935813, 0.7845136104775573];
const yoshida8 = [
  0.10279984939179646, -1.9606102329753108, 1.938139137622526, -0.1582406353680502, -1.4448522368606052,
  0.2536933365662113, 0.9148442462297915,
];

const splittings: Readonly<Record<string, readonly Move[]>> = {
  "symplectic-euler": [
    ["kick", one],
    ["drift", one],
  ],
  verlet: [
    ["kick", [1, 2]],
    ["drift", one],
    ["kick", [1, 2]],
  ],
  "verlet-dkd": [
    ["drift", [1, 2]],
    ["kick", one],
    ["drift", [1, 2]],
  ],
  ruth3: [
    ["kick", [7, 24]],
    ["drift", [2, 3]],
    ["kick", [3, 4]],
    ["drift", [-2, 3]],
    ["kick", [-1, 24]],
    ["drift", one],
  ],
  yoshida4: composed([1 / (2 - Math.cbrt(2))]),
  yoshida6: composed(yoshida6),
  yoshida8: composed(yoshida8),
};

// Multistep methods. past(j) is the slope j + 1 steps ago; of `leapfrog` past(0) is the state one step ago.

const adamsBashforth: readonly (readonly Fraction[])[] = [
  [
    [3, 2],
    [-1, 2],
  ],
  [
    [23, 12],
    [-4, 3],
    [5, 12],
  ],
  [
    [55, 24],
    [-59, 24],
    [37, 24],
    [-3, 8],
  ],
  [
    [1901, 720],
    [-1387, 360],
    [109, 30],
    [-637, 360],
    [251, 720],
  ],
];

const shifted = (count: number, newest: Term): Combine[] =>
  Array.from({ length: count }, (_, j) => combine(past(j), [j === 0 ? newest : term(past(j - 1))]));

const slopesOf = (weights: readonly Fraction[]): Term[] =>
  weights.map((weight, j) => scaledTerm(weight, j === 0 ? k(0) : past(j - 1)));

const ask = (index: number, c: Fraction): Operation => ({
  ...{ kind: "evaluate", slope: k(index), at: [x(index)], c, index },
});

const here: readonly Operation[] = [
  combine(x(0), [term(state())], "Slope at the step's start."),
  { kind: "evaluate", slope: k(0), at: [x(0)], c: [0, 1], index: 0 },
];

/** The first steps, by a Runge–Kutta method whose first stage is the slope that is kept. */
function started(main: Scheme, steps: number, pasts: number, starter: Coefficients): Explicit {
  const scheme: Scheme = {
    operations: stagesOf(starter),
    next: [stateAfter(starter), ...shifted(pasts, term(k(0)))],
  };
  return { main, past: Array.from({ length: pasts }, () => "all" as const), start: { steps, scheme } };
}

function adams(weights: readonly Fraction[], starter: Coefficients): Explicit {
  const pasts = weights.length - 1;
  const main: Scheme = {
    operations: here,
    next: [
      combine(state(), [term(state()), ...slopesOf(weights)], "New state."),
      ...shifted(pasts, term(k(0))),
    ],
  };
  return started(main, pasts, pasts, starter);
}

/** Predicted by AB4, evaluated, corrected by AM4, evaluated at the next step's start (PECE). */
function predictorCorrector(starter: Coefficients): Explicit {
  const main: Scheme = {
    operations: [
      ...here,
      combine(x(1), [term(state()), ...slopesOf(adamsBashforth[2]!)], "Predicted by AB4."),
      { kind: "evaluate", slope: k(1), at: [x(1)], c: one, index: 1 },
    ],
    next: [
      combine(
        state(),
        [
          term(state()),
          scaledTerm([3, 8], k(1)),
          scaledTerm([19, 24], k(0)),
          scaledTerm([-5, 24], past(0)),
          scaledTerm([1, 24], past(1)),
        ],
        "Corrected by AM4.",
      ),
      ...shifted(3, term(k(0))),
    ],
  };
  return started(main, 3, 3, starter);
}

const leapfrog: Explicit = {
  main: {
    operations: here,
    next: [
      combine(state(), [term(past(0)), scaledTerm([2, 1], k(0))], "New state."),
      combine(past(0), [term(state())]),
    ],
    inverse: {
      operations: [combine(x(0), [term(past(0))]), ask(0, [0, 1])],
      previous: [
        combine(state(), [term(past(0))]),
        combine(past(0), [term(state()), scaledTerm([-2, 1], k(0))]),
      ],
      isExact: true,
    },
  },
  past: ["all"],
  start: {
    steps: 1,
    scheme: {
      operations: here,
      next: [
        combine(state(), [term(state()), scaledTerm(one, k(0))], "New state."),
        combine(past(0), [term(state())]),
      ],
      inverse: {
        operations: [combine(x(0), [term(past(0))])],
        previous: [combine(state(), [term(x(0))])],
        isExact: true,
      },
    },
  },
};

// Reversible pairs: a second vector goes along, so that a step can be undone by its own algebra.

const times = (coefficient: Fraction, of: Vec): Term => ({ of, coefficient, withStep: false });

/** past(0) is the second solution, past(1) the slope there. */
const reversibleHeun: Explicit = {
  past: ["all", "all"],
  main: {
    operations: [
      combine(x(0), [times([2, 1], state()), times([-1, 1], past(0)), scaledTerm(one, past(1))]),
      ask(0, one),
    ],
    next: [
      combine(state(), [term(state()), scaledTerm([1, 2], past(1)), scaledTerm([1, 2], k(0))], "New state."),
      combine(past(0), [term(x(0))]),
      combine(past(1), [term(k(0))]),
    ],
    inverse: {
      operations: [
        combine(x(0), [term(past(0))]),
        combine(x(1), [times([2, 1], state()), times([-1, 1], past(0)), scaledTerm([-1, 1], past(1))]),
        ask(1, [0, 1]),
      ],
      previous: [
        combine(state(), [term(state()), scaledTerm([-1, 2], past(1)), scaledTerm([-1, 2], k(1))]),
        combine(past(0), [term(x(1))]),
        combine(past(1), [term(k(1))]),
      ],
      isExact: true,
    },
  },
  start: {
    steps: 1,
    scheme: {
      operations: [
        combine(x(0), [term(state())]),
        ask(0, [0, 1]),
        combine(x(1), [term(state()), scaledTerm(one, k(0))]),
        ask(1, one),
      ],
      next: [
        combine(state(), [term(state()), scaledTerm([1, 2], k(0)), scaledTerm([1, 2], k(1))], "New state."),
        combine(past(0), [term(x(1))]),
        combine(past(1), [term(k(1))]),
      ],
      inverse: {
        operations: [
          combine(x(1), [term(past(0))]),
          combine(x(0), [times([2, 1], state()), times([-1, 1], past(0)), scaledTerm([-1, 1], past(1))]),
        ],
        previous: [combine(state(), [term(x(0))])],
        isExact: true,
      },
    },
  },
};

/** past(0) is the velocity. */
const asynchronousLeapfrog: Explicit = {
  past: ["all"],
  main: {
    operations: [combine(x(0), [term(state()), scaledTerm([1, 2], past(0))], "Half way."), ask(0, [1, 2])],
    next: [
      combine(state(), [term(state()), scaledTerm(one, k(0))], "New state."),
      combine(past(0), [times([2, 1], k(0)), times([-1, 1], past(0))]),
    ],
    inverse: {
      operations: [combine(x(0), [term(state()), scaledTerm([-1, 2], past(0))]), ask(0, [1, 2])],
      previous: [
        combine(state(), [term(state()), scaledTerm([-1, 1], k(0))]),
        combine(past(0), [times([2, 1], k(0)), times([-1, 1], past(0))]),
      ],
      isExact: true,
    },
  },
  start: {
    steps: 1,
    scheme: {
      operations: [
        combine(x(0), [term(state())]),
        ask(0, [0, 1]),
        combine(x(1), [term(state()), scaledTerm([1, 2], k(0))], "Half way."),
        ask(1, [1, 2]),
      ],
      next: [
        combine(state(), [term(state()), scaledTerm(one, k(1))], "New state."),
        combine(past(0), [times([2, 1], k(1)), times([-1, 1], k(0))]),
      ],
      inverse: {
        operations: [
          combine(x(1), [term(state()), scaledTerm([-1, 2], past(0))]),
          ask(1, [1, 2]),
          combine(x(0), [term(state()), scaledTerm([-1, 1], k(1))]),
        ],
        previous: [combine(state(), [term(x(0))])],
        isExact: true,
      },
    },
  },
};

/** How well a step can be undone: by its own algebra, by a step backwards, or not at all. */
export function undoing(method: string): "exact" | "approximate" | undefined {
  const inverse = explicitMethod(method, undefined, true)?.main.inverse;
  if (inverse === undefined) return undefined;
  return inverse.isExact ? "exact" : "approximate";
}

/** What starts a multistep method unless the user says otherwise. */
const usualStart: Readonly<Record<string, string>> = {
  ab2: "rk4",
  ab3: "rk4",
  ab4: "rk4",
  ab5: "dopri5",
  abm4: "rk4",
};

export const isPartitioned = (method: string): boolean => Object.hasOwn(splittings, method);

/** What a vector that lives from step to step beside the state is: a slope, a state, or the state a step before. */
export type PastKind = "slope" | "state" | "state before";

/** The same of the past of a method, by its name. */
export function pastKinds(name: string, { past: vectors }: Explicit): PastKind[] {
  if (name === "leapfrog") return ["state before"];
  if (name === "reversible-heun") return ["state", "slope"];
  return vectors.map(() => "slope");
}

/** Whether a method takes `--order`. */
export const takesOrder = (method: string): boolean => method === "taylor";

/** Whether a method takes `--start`. */
export const takesStart = (method: string): boolean => Object.hasOwn(usualStart, method);

/**
 * The scheme of an explicit method; nothing for a name that is none. `start`: what starts a multistep method; `isUndone`:
 * whether steps of Runge–Kutta methods are to be undone, which takes stages of their own.
 */
export function explicitMethod(name: string, start?: string, isUndone = false): Explicit | undefined {
  const tableau = Object.hasOwn(tableaus, name) ? tableaus[name] : undefined;
  if (tableau !== undefined) return rungeKutta(tableau, isUndone);
  // The field of a step is then the series: see `taylor`.
  if (name === "taylor") return rungeKutta(tableaus["euler"]!, false);
  if (isPartitioned(name)) return splitting(splittings[name]!);
  if (name === "leapfrog") return leapfrog;
  if (name === "reversible-heun") return reversibleHeun;
  if (name === "alf") return asynchronousLeapfrog;
  if (!takesStart(name)) return undefined;
  const starter = tableaus[start ?? usualStart[name]!];
  if (starter === undefined) return undefined;
  if (name === "abm4") return predictorCorrector(starter);
  return adams(adamsBashforth[Number(name.slice(2)) - 2]!, starter);
}
