/**
 * Published fits of what conductances do on their own: errors of programming, noise of reads, drift.
 *
 * In: conductances over Gmax, ages in seconds. Out: standard deviations over Gmax, and exponents. Fits in microsiemens are scaled
 * from the Gmax they were made at, so they hold as printed for a device with that Gmax.
 */

import type { DeviceParameters } from "./crossbar-parameters.ts";

/** Standard deviation in uS as a polynomial of the conductance, over Gmax or in uS; and the Gmax, in uS, of the fit. */
interface Fit {
  readonly gMax: number;
  readonly of: "share" | "uS";
  readonly coefficients: readonly number[];
}

const fits = {
  // AIHWKIT; Nandakumar 2019.
  pcm: { gMax: 25, of: "share", coefficients: [0.26348, 1.965, -1.1731] },
  // CrossSim; Joshi 2020.
  "pcm-joshi": { gMax: 25, of: "uS", coefficients: [0.28638599, 0.07585724, -0.00178767] },
  // AIHWKIT; Wan 2022, one second, one day, two days after programming.
  "reram-wan": { gMax: 40, of: "share", coefficients: [0.348, 16.03, -43.853, 45.393, -16.815] },
  "reram-wan-1-day": { gMax: 40, of: "share", coefficients: [0.701, 22.086, -50.773, 47.095, -16.458] },
  "reram-wan-2-days": { gMax: 40, of: "share", coefficients: [0.782, 20.274, -43.507, 37.062, -11.934] },
  // CrossSim; a cubic of the same data.
  "reram-wan-cubic": { gMax: 39, of: "uS", coefficients: [1.053, 0.2374, -0.01167, 0.0001536] },
  // CrossSim; Milo 2021.
  "reram-milo": { gMax: 225, of: "uS", coefficients: [4.782321, -0.009107] },
} as const satisfies Record<string, Fit>;

/** The standard deviation of a conductance around what it was programmed to. */
export function programmingDeviation(
  g: number,
  kind: DeviceParameters["programmingNoise"],
  constant: number,
): number {
  if (kind === "none") return 0;
  if (kind === "constant") return constant;
  const fit: Fit = fits[kind];
  const x = fit.of === "share" ? g : g * fit.gMax;
  return Math.max(fit.coefficients.reduceRight((sum, c) => sum * x + c, 0) / fit.gMax, 0);
}

/**
 * The standard deviation of a conductance at one read.
 *
 * @param programmed what the cell held when it was programmed, which 1/f noise goes by
 * @param now what it holds at this age
 * @param age seconds since it was programmed and first read
 * @param read seconds that a read takes
 */
export function readDeviation(
  programmed: number,
  now: number,
  age: number,
  read: number,
  kind: DeviceParameters["readNoise"],
  constant: number,
): number {
  if (kind === "none") return 0;
  if (kind === "independent") return constant;
  if (kind === "proportional") return constant * now;
  return now * flickerShare(programmed) * Math.sqrt(Math.log((age + read) / (2 * read)));
}

/** The strength of 1/f noise in phase-change cells (AIHWKIT). */
export function flickerShare(g: number): number {
  return Math.min(0.0088 / Math.max(g ** 0.65, 1e-3), 0.2);
}

/** Mean and standard deviation of the drift exponent of a phase-change cell (AIHWKIT). */
export function driftExponent(g: number): { readonly mean: number; readonly deviation: number } {
  const log = Math.log(Math.max(g, 1e-7));
  return {
    mean: Math.min(Math.max(-0.0155 * log + 0.0244, 0.049), 0.1),
    deviation: Math.min(Math.max(-0.0125 * log - 0.0059, 0.008), 0.045),
  };
}
