/**
 * Check 5: generated JavaScript and generated C give the same numbers. To the last bit where the program is made of
 * operations that IEEE 754 rounds exactly; else to the difference of the two mathematical libraries.
 */

import type { Engine, Problem } from "../execute/problem.ts";
import type { Program } from "../ir/nodes.ts";
import type { Opcode } from "../ir/opcode.ts";
import { opcodesOf } from "../ir/walk.ts";
import { type Check, difference, sameBits, within } from "./check.ts";
import type { Response } from "./response.ts";

const title = "JavaScript and C agree";
/** Exactly rounded, or a choice or a whole number: one right answer, which both targets must give. */
const exact: ReadonlySet<Opcode> = new Set<Opcode>([
  ...(["add", "sub", "mul", "div", "neg", "abs", "sqrt", "gate", "min", "max", "sign"] as const),
  ...(["floor", "ceil", "round", "trunc", "fround", "stop", "mod"] as const),
]);

export function targetsAgree(
  javaScript: Engine,
  c: Engine,
  problem: Problem,
  program: Program,
  real: "double" | "float",
  response: Response,
): Check {
  const pairs = [
    ...records(javaScript.gradient(problem), c.gradient(problem)),
    ...records(javaScript.solve(problem), c.solve(problem)),
  ];
  const least: Readonly<Record<string, number | undefined>> = { ...response, slopes: undefined };
  const gaps = pairs.map(([key, ours, theirs]) => difference(ours, theirs, least[key]));
  const worst = gaps.some(Number.isNaN) ? Number.NaN : Math.max(...gaps);
  const identical = pairs.every(([, ours, theirs]) => sameBits(ours, theirs));
  const inexact = [...opcodesOf(program)].filter((op) => !exact.has(op));
  if (real === "float") return within(5, title, worst, 1e-3, "C in single precision");
  if (identical) return { number: 5, title, outcome: "pass", figure: "bit for bit" };
  if (inexact.length > 0) {
    return within(5, title, worst, 1e-12, `not bit for bit: their libraries differ in ${inexact.join(", ")}`);
  }
  return {
    number: 5,
    title,
    outcome: "fail",
    figure: `${worst.toExponential(1)} (bit for bit)`,
    detail: "every operation of the program is exactly rounded, so the bits must be the same",
  };
}

/** The numbers of two answers side by side, record by record, with its name. */
function records<Answer extends object>(
  ours: Answer,
  theirs: Answer,
): (readonly [string, ArrayLike<number>, ArrayLike<number>])[] {
  const list = (value: unknown): ArrayLike<number> =>
    typeof value === "number" ? [value] : (value as Float64Array);
  return Object.keys(ours).map((key) => [
    key,
    list(ours[key as keyof Answer]),
    list(theirs[key as keyof Answer]),
  ]);
}
