/**
 * Error estimates of the explicit Runge–Kutta pairs: what is evaluated beside the stages, and the differences of the
 * weights that propagate from those that are compared with. Methods that are not listed have no second set of weights,
 * and so no adaptive steps.
 */

import type { Fraction } from "./tableau.ts";

export interface Embedded {
  /** Rows of differences of weights, over the stages and then the evaluation behind them; of DOP853 two. */
  readonly errors: readonly (readonly Fraction[])[];
  /**
   * The evaluation behind the stages: at the new state, where it is the next step's first stage too, or at a stage of
   * its own.
   */
  readonly extra?: "new state" | { readonly c: Fraction; readonly a: readonly Fraction[] };
  /** Order of the weights that are compared with. */
  readonly order: number;
  /** The part of the tolerance that a step's error may have, where it is not `usualMargin`. */
  readonly margin?: number;
}

/**
 * The errors of all steps add up, and a gradient magnifies them. With a hundredth of the tolerance for each, the nine
 * problems of test/reference/ivp have states within 50 rtol and gradients within 100, Arenstorf's orbit with its
 * condition of 1e5 among them; methods of order 5 then take 2.5 times the steps.
 */
export const usualMargin = 0.01;

const fractions = (text: string): Fraction[] =>
  text.split(" ").map((one) => {
    const [over, under = 1] = one.split("/").map(Number);
    return [over!, under];
  });

/** Of steps that are given, and accepted whatever their error is. */
export const withoutEstimate: Embedded = { errors: [], order: 0, margin: 1 };

const pairs: Readonly<Record<string, Embedded>> = {
  midpoint: { errors: [fractions("-1 1")], order: 1, margin: 0.1 },
  heun: { errors: [fractions("-1/2 1/2")], order: 1, margin: 0.1 },
  ralston: { errors: [fractions("-3/4 3/4")], order: 1, margin: 0.1 },
  bosh3: { errors: [fractions("-5/72 1/12 1/9 -1/8")], extra: "new state", order: 2, margin: 0.005 },
  // Propagates order 4; the estimate is the difference to order 5.
  fehlberg45: {
    errors: [fractions("-1/360 0 128/4275 2197/75240 -1/50 -2/55")],
    extra: { c: [1, 2], a: fractions("-8/27 2 -3544/2565 1859/4104 -11/40") },
    order: 4,
    // What is estimated here is the error of what is propagated, not of something worse.
    margin: 0.0008,
  },
  dopri5: {
    errors: [fractions("71/57600 0 -71/16695 71/1920 -17253/339200 22/525 -1/40")],
    extra: "new state",
    order: 4,
  },
  tsit5: {
    errors: [
      fractions(
        "-0.00178001105222577714 -0.0008164344596567469 0.007880878010261995 -0.1447110071732629 " +
          "0.5823571654525552 -0.45808210592918697 0.015151515151515152",
      ),
    ],
    extra: "new state",
    order: 4,
  },
  // The estimate of order 5, tamed by that of order 3.
  dopri8: {
    errors: [
      fractions(
        "0.01312004499419488 0 0 0 0 -1.2251564463762044 -0.4957589496572502 1.6643771824549864 " +
          "-0.35032884874997366 0.3341791187130175 0.08192320648511571 -0.022355307863886294",
      ),
      fractions(
        "-0.18980075407240762 0 0 0 0 4.450312892752409 1.8915178993145003 -5.801203960010585 " +
          "-0.4226823213237919 -0.1521609496625161 0.20136540080403034 0.02265179219836082",
      ),
    ],
    order: 7,
  },
};

export const embeddedOf = (method: string): Embedded | undefined =>
  Object.hasOwn(pairs, method) ? pairs[method] : undefined;
