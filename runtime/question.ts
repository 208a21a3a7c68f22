/**
 * The question of one run: interval, steps and observation times have to fit each other. What does not is refused here, by its name
 * and in the same words for compiled models and others; generated code only knows that something is wrong.
 */
import type { SolverOptions } from "./declaration.ts";
import { refuse } from "./refuse.ts";

/** What is asked for, after defaults. */
export interface Question {
  readonly t0: number;
  readonly t1: number;
  /** Of fixed steps; nothing where steps are found, and may end anywhere. */
  readonly steps: number | undefined;
  readonly times: readonly number[];
  /** How many pieces each signal has that is piecewise constant. */
  readonly pieces: Readonly<Record<string, number>>;
}

/** The most steps that generated code counts. */
const most = 2 ** 31 - 1;

/** @throws RangeError when a way of stepping is given twice over */
export function checkStepping({ steps, dt, rtol, atol }: SolverOptions): void {
  if (steps !== undefined && dt !== undefined)
    refuse("steps and dt are both given, and one of them is enough");
  if ((steps ?? dt) !== undefined && (rtol ?? atol) !== undefined)
    refuse("steps or dt, which are fixed, are given with rtol or atol, which are not");
}

/**
 * The number of steps of a size.
 *
 * @throws RangeError when they do not divide the interval
 */
export function stepsOf(dt: number, t0: number, t1: number): number {
  const exact = (t1 - t0) / dt;
  const whole = Math.round(exact);
  if (!(whole > 0 && Math.abs(exact - whole) <= 1e-9 * whole))
    refuse(`dt: ${dt} does not divide the interval from ${t0} to ${t1}`);
  return whole;
}

/** @throws RangeError when there is no way from t0 to t1 */
export function checkInterval(t0: number, t1: number): void {
  if (!(Number.isFinite(t0) && Number.isFinite(t1) && t0 !== t1))
    refuse(`t0, t1: there is no interval from ${t0} to ${t1}`);
}

/** @throws RangeError when tolerances leave nothing to tolerate */
export function checkTolerances(rtol: number, atol: number): void {
  if (!(rtol >= 0 && atol >= 0 && rtol + atol > 0 && rtol + atol < Infinity))
    refuse(`rtol, atol: ${rtol} and ${atol} are not 0 or more, one of them more`);
}

/** @throws RangeError when there are not as many observation times as the model has, which is settled where it is declared */
export function checkNumber(times: readonly number[], declared: number | undefined): void {
  if (declared === undefined) refuse("times: the model has none, and is observed at its end");
  if (times.length !== declared) refuse(`times: the model has ${declared}, and ${times.length} are given`);
}

/** @throws RangeError when steps, pieces and observation times do not fit each other */
export function checkQuestion({ t0, t1, steps, times, pieces }: Question): void {
  if (steps !== undefined) {
    if (!(Number.isInteger(steps) && steps >= 1 && steps <= most))
      refuse(`steps: ${steps} is no whole number from 1 to ${most}`);
    for (const name in pieces) {
      if (steps % pieces[name]! !== 0)
        refuse(`steps: ${steps} is no multiple of the ${pieces[name]} pieces of inputs.${name}`);
    }
  }
  for (let k = 0; k < times.length; k++) {
    const time = times[k]!;
    if (steps === undefined ? !isBetween(time, t0, t1) : !isStepBoundary(time, t0, t1, steps))
      refuse(
        `times: ${time} ${isBetween(time, t0, t1) ? "is no step boundary" : `is not in the interval from ${t0} to ${t1}`}`,
      );
    if (k > 0 && !((time - times[k - 1]!) * (t1 - t0) > 0))
      refuse(`times: ${time} comes after ${times[k - 1]}; they are in the order of integration, each once`);
  }
}

const isBetween = (time: number, t0: number, t1: number): boolean =>
  time >= Math.min(t0, t1) && time <= Math.max(t0, t1);

/** Whether a time is a boundary but for rounding: as generated code has it, an offset that vanishes against the number of steps is one. */
function isStepBoundary(time: number, t0: number, t1: number, steps: number): boolean {
  const position = (time - t0) / ((t1 - t0) / steps);
  const n = Math.round(position);
  const off = (steps + Math.abs(position - n) / 64 - steps) * 64;
  return n >= 0 && n <= steps && off <= 1e-6;
}
