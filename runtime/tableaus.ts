/**
 * The explicit Runge-Kutta methods as data, in exact fractions.
 *
 * Both the un-compiled solve and the compiler's integrator read these coefficients, so they cannot differ. Nothing here is
 * trusted: the tests check row sums and every order condition in exact rational arithmetic. Where a pair is embedded only the
 * propagating weights are listed, and a stage that has no weight and feeds no other stage is left out.
 */

/** Numerator and denominator; both are integers that a double holds exactly, the denominator positive. */
export type Fraction = readonly [number, number];

/**
 * k_i = f(t + c_i h, y + h sum_{j < i} a_ij k_j), then y + h sum_i b_i k_i.
 * Row i of `a` has i entries.
 */
export interface Coefficients {
  readonly c: readonly Fraction[];
  readonly a: readonly (readonly Fraction[])[];
  readonly b: readonly Fraction[];
}

/** A method: its coefficients, and where they come from. */
export interface Tableau extends Coefficients {
  readonly name: string;
  readonly title: string;
  readonly order: number;
  readonly source: string;
}

/** By method: c; then the rows of a from the second on; then b. */
const rows: Readonly<Record<string, string>> = {
  euler: "0;1",
  midpoint: "0 1/2;1/2;0 1",
  heun: "0 1;1;1/2 1/2",
  ralston: "0 2/3;2/3;1/4 3/4",
  bosh3: "0 1/2 3/4;1/2;0 3/4;2/9 1/3 4/9",
  rk4: "0 1/2 1/2 1;1/2;0 1/2;0 0 1;1/6 1/3 1/3 1/6",
  rk38: "0 1/3 2/3 1;1/3;-1/3 1;1 -1 1;1/8 3/8 3/8 1/8",
  dopri5:
    "0 1/5 3/10 4/5 8/9 1;1/5;3/40 9/40;44/45 -56/15 32/9;19372/6561 -25360/2187 64448/6561 -212/729;" +
    "9017/3168 -355/33 46732/5247 49/176 -5103/18656;35/384 0 500/1113 125/192 -2187/6784 11/84",
};

/** The coefficients of a method, or nothing for a name that is not listed. */
export function coefficients(method: string): Coefficients | undefined {
  const text = Object.hasOwn(rows, method) ? rows[method] : undefined;
  const table = text?.split(";").map((row) =>
    row.split(" ").map((fraction): Fraction => {
      const [numerator, denominator = 1] = fraction.split("/").map(Number);
      return [numerator!, denominator];
    }),
  );
  return table && { c: table[0]!, a: [[], ...table.slice(1, -1)], b: table.at(-1)! };
}

function tableau(name: string, title: string, order: number, source: string): Tableau {
  return { name, title, order, source, ...coefficients(name)! };
}

/** Every method listed above, by name. */
export const tableaus: Readonly<Record<string, Tableau>> = {
  euler: /* @__PURE__ */ tableau("euler", "Euler", 1, "Euler 1768, Institutiones calculi integralis I"),
  midpoint: /* @__PURE__ */ tableau("midpoint", "explicit midpoint rule", 2, "Runge 1895, Math. Ann. 46"),
  heun: /* @__PURE__ */ tableau("heun", "explicit trapezoidal rule", 2, "Heun 1900, Z. Math. Phys. 45"),
  ralston: /* @__PURE__ */ tableau(
    "ralston",
    "Ralston, least error bound of order 2",
    2,
    "Ralston 1962, Math. Comp. 16",
  ),
  bosh3: /* @__PURE__ */ tableau(
    "bosh3",
    "Bogacki-Shampine 3(2)",
    3,
    "Bogacki, Shampine 1989, Appl. Math. Lett. 2",
  ),
  rk4: /* @__PURE__ */ tableau("rk4", "classical Runge-Kutta", 4, "Kutta 1901, Z. Math. Phys. 46"),
  rk38: /* @__PURE__ */ tableau("rk38", "Kutta's 3/8 rule", 4, "Kutta 1901, Z. Math. Phys. 46"),
  dopri5: /* @__PURE__ */ tableau(
    "dopri5",
    "Dormand-Prince 5(4)",
    5,
    "Dormand, Prince 1980, J. Comput. Appl. Math. 6",
  ),
};
