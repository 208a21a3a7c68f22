/**
 * Every method there is, with what a reader wants to know of it: data for lists, checks and choices. What a step of it
 * does stands in `schemes` and `implicit`.
 */

import { tableaus } from "../../runtime/tableaus.ts";
import { usedStages } from "./tableau.ts";

export interface MethodRow {
  readonly name: string;
  readonly title: string;
  readonly order: number;
  readonly family: "explicit" | "implicit" | "partitioned" | "multistep";
  /** Evaluations of the field in a step; of each half for partitioned methods. */
  readonly evaluations: number;
  readonly source: string;
}

const partitioned: readonly (readonly [string, string, number, number, string])[] = [
  ["symplectic-euler", "symplectic Euler, kick then drift", 1, 1, "de Vogelaere 1956"],
  ["verlet", "Störmer-Verlet, kick-drift-kick", 2, 2, "Verlet 1967, Phys. Rev. 159"],
  ["verlet-dkd", "Störmer-Verlet, drift-kick-drift", 2, 2, "Verlet 1967, Phys. Rev. 159"],
  ["ruth3", "Ruth, kick first", 3, 3, "Ruth 1983, IEEE Trans. Nucl. Sci. 30"],
  ["yoshida4", "Forest-Ruth-Yoshida, drift first", 4, 4, "Yoshida 1990, Phys. Lett. A 150"],
  ["yoshida6", "Yoshida, solution A, drift first", 6, 8, "Yoshida 1990, Phys. Lett. A 150"],
  ["yoshida8", "Yoshida, solution D, drift first", 8, 16, "Yoshida 1990, Phys. Lett. A 150"],
];

const multistep: readonly (readonly [string, string, number, number, string])[] = [
  ["leapfrog", "two-step midpoint rule, started by Euler", 2, 1, "Nyström 1925; weakly stable"],
  ["reversible-heun", "reversible Heun, started by Heun", 2, 1, "Kidger et al. 2021, arXiv:2105.13493"],
  ["alf", "asynchronous leapfrog", 2, 1, "Mutze 2013, arXiv:1311.6602"],
  ["ab2", "Adams-Bashforth, started by rk4", 2, 1, "Bashforth, Adams 1883"],
  ["ab3", "Adams-Bashforth, started by rk4", 3, 1, "Bashforth, Adams 1883"],
  ["ab4", "Adams-Bashforth, started by rk4", 4, 1, "Bashforth, Adams 1883"],
  ["ab5", "Adams-Bashforth, started by dopri5", 5, 1, "Bashforth, Adams 1883"],
  ["abm4", "Adams-Bashforth-Moulton, PECE, started by rk4", 4, 2, "Moulton 1926"],
];

const implicit: readonly (readonly [string, string, number, number, string])[] = [
  ["gauss1", "implicit midpoint rule, symplectic", 2, 1, "Gauss-Legendre; Butcher 1964"],
  ["gauss2", "Gauss-Legendre, symplectic", 4, 2, "Hammer, Hollingsworth 1955"],
  ["gauss3", "Gauss-Legendre, symplectic", 6, 3, "Butcher 1964, Math. Comp. 18"],
  ["radau5", "Radau IIA, stiffly accurate", 5, 3, "Hairer, Wanner 1996, RADAU5"],
  ["rodas4", "Rosenbrock, stiffly accurate, L-stable", 4, 6, "Hairer, Wanner 1996, RODAS"],
  ["rodas5p", "Rosenbrock, stiffly accurate, for parabolic problems", 5, 8, "Steinebach 2023, BIT 63:27"],
  ["esdirk4", "ESDIRK of ARK4(3)6L[2]SA, L-stable", 4, 6, "Kennedy, Carpenter 2003, Appl. Numer. Math. 44"],
];

const rows = (
  family: MethodRow["family"],
  list: readonly (readonly [string, string, number, number, string])[],
): MethodRow[] =>
  list.map(([name, title, order, evaluations, source]) => ({
    ...{ name, title, order, evaluations, source, family },
  }));

/** Order of Taylor's method where nothing else is said. */
export const usualOrder = 8;

export const methods: readonly MethodRow[] = [
  ...Object.values(tableaus).map((tableau) => ({
    name: tableau.name,
    title: tableau.title,
    order: tableau.order,
    source: tableau.source,
    family: "explicit" as const,
    evaluations: usedStages(tableau).filter(Boolean).length,
  })),
  {
    name: "taylor",
    title: "Taylor series of the solution, order by --order",
    order: usualOrder,
    source: "Corliss, Chang 1982, ACM TOMS 8",
    family: "explicit",
    evaluations: 1,
  },
  ...rows("implicit", implicit),
  ...rows("partitioned", partitioned),
  ...rows("multistep", multistep),
];

export const methodNamed = (name: string): MethodRow | undefined => methods.find((row) => row.name === name);
