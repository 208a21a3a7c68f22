/**
 * What in the functions of a model a method does not go with, because it takes their derivatives itself: what
 * `stopGradient` holds there would change the solution and not its gradient alone, or leave Newton's method without an
 * end; a rule of the first order has no series, and a series knows nothing of the other side of a branch.
 */

import { Moving } from "./analysis/moving.ts";
import { sidesOfSeries, stopInMethod, withoutSeries } from "./diagnostics/command-messages.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { implicitMethod } from "./integrate/implicit.ts";
import { rosenbrockMethod } from "./integrate/rosenbrock.ts";
import type { Fn } from "./ir/nodes.ts";
import type { Leaf, Model } from "./model.ts";
import type { Solver } from "./module.ts";

/** Of the functions that are integrated. */
export function unfitFor(model: Model, { method, tolerance }: Solver): Diagnostic | undefined {
  const isSeries = method === "taylor";
  // Newton's method asks for the field's derivatives in the state alone.
  const isNewton = implicitMethod(method) !== undefined;
  if (!isSeries && !isNewton && rosenbrockMethod(method) === undefined) return undefined;
  const { rhs, loss } = model;
  for (const fn of isNewton || loss.running === undefined ? [rhs] : [rhs, loss.running]) {
    const moving = new Moving(fn, isNewton ? namesOf(model.state) : movingIn(model, fn));
    const stop = moving.stop();
    if (stop !== undefined) return stopInMethod(method, stop.span ?? model.span);
    if (!isSeries) continue;
    const rule = moving.rule();
    if (rule !== undefined) return withoutSeries(rule.span ?? model.span);
    const choice = tolerance === undefined ? undefined : moving.choice();
    if (choice !== undefined) return sidesOfSeries(choice.op, choice.span ?? model.span);
  }
  return undefined;
}

/** What moves in a step: the time, the state, and inputs that do not hold. */
function movingIn({ state, inputs }: Model, fn: Fn): string[] {
  const time = fn.parameters[0]!.name;
  const signals = inputs.filter(({ kind }) => kind !== "hold").flatMap(({ leaves }) => leaves);
  return [time, ...namesOf([...state, ...signals])];
}

const namesOf = (leaves: readonly Leaf[]): string[] => leaves.map(({ name }) => name);
