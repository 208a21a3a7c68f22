/**
 * The explicit Runge-Kutta methods as data: in exact fractions, or in decimals of full precision where a method's coefficients
 * are no fractions of small integers.
 *
 * Both the un-compiled solve and the compiler's integrator read these coefficients, so they cannot differ. Nothing here is
 * trusted: the tests check row sums and every order condition, in exact rational arithmetic where the coefficients are exact. Where a pair is embedded only the
 * propagating weights are listed, and a stage that has no weight and feeds no other stage is left out.
 */

/** Numerator and denominator: integers that a double holds exactly, the denominator positive; or a decimal over 1. */
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
  fehlberg45:
    "0 1/4 3/8 12/13 1;1/4;3/32 9/32;1932/2197 -7200/2197 7296/2197;439/216 -8 3680/513 -845/4104;25/216 " +
    "0 1408/2565 2197/4104 -1/5",
  dopri5:
    "0 1/5 3/10 4/5 8/9 1;1/5;3/40 9/40;44/45 -56/15 32/9;19372/6561 -25360/2187 64448/6561 -212/729;" +
    "9017/3168 -355/33 46732/5247 49/176 -5103/18656;35/384 0 500/1113 125/192 -2187/6784 11/84",
  tsit5:
    "0 0.161 0.327 0.9 0.9800255409045097 1;0.161;-0.008480655492356989 " +
    "0.335480655492357;2.8971530571054935 -6.359448489975075 4.3622954328695815;5.325864828439257 " +
    "-11.748883564062828 7.4955393428898365 -0.09249506636175525;5.86145544294642 -12.92096931784711 " +
    "8.159367898576159 -0.071584973281401 -0.028269050394068383;0.09646076681806523 0.01 " +
    "0.4798896504144996 1.379008574103742 -3.290069515436081 2.324710524099774",
  dopri8:
    "0 0.05260015195876773 0.0789002279381516 0.1183503419072274 0.2816496580927726 0.3333333333333333 " +
    "0.25 0.3076923076923077 0.6512820512820513 0.6 0.8571428571428571 " +
    "1;0.05260015195876773;0.0197250569845379 0.0591751709536137;0.02958758547680685 0 " +
    "0.08876275643042054;0.2413651341592667 0 -0.8845494793282861 0.924834003261792;0.037037037037037035 " +
    "0 0 0.17082860872947386 0.12546768756682242;0.037109375 0 0 0.17025221101954405 0.06021653898045596 " +
    "-0.017578125;0.03709200011850479 0 0 0.17038392571223998 0.10726203044637328 -0.015319437748624402 " +
    "0.008273789163814023;0.6241109587160757 0 0 -3.3608926294469414 -0.868219346841726 27.59209969944671 " +
    "20.154067550477894 -43.48988418106996;0.47766253643826434 0 0 -2.4881146199716677 -0.590290826836843 " +
    "21.230051448181193 15.279233632882423 -33.28821096898486 -0.020331201708508627;-0.9371424300859873 0 " +
    "0 5.186372428844064 1.0914373489967295 -8.149787010746927 -18.52006565999696 22.739487099350505 " +
    "2.4936055526796523 -3.0467644718982196;2.273310147516538 0 0 -10.53449546673725 -2.0008720582248625 " +
    "-17.9589318631188 27.94888452941996 -2.8589982771350235 -8.87285693353063 12.360567175794303 " +
    "0.6433927460157636;0.054293734116568765 0 0 0 0 4.450312892752409 1.8915178993145003 " +
    "-5.801203960010585 0.3111643669578199 -0.1521609496625161 0.20136540080403034 0.04471061572777259",
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
  fehlberg45: /* @__PURE__ */ tableau(
    "fehlberg45",
    "Fehlberg 4(5), propagating order 4",
    4,
    "Fehlberg 1969, NASA TR R-315",
  ),
  tsit5: /* @__PURE__ */ tableau("tsit5", "Tsitouras 5(4)", 5, "Tsitouras 2011, Comput. Math. Appl. 62"),
  dopri8: /* @__PURE__ */ tableau(
    "dopri8",
    "Dormand-Prince 8(5,3)",
    8,
    "Hairer, Norsett, Wanner 1993, DOP853",
  ),
};
