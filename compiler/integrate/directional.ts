/**
 * Directional derivatives of functions of the model: along a change of the state, and in time. The second runs through
 * everything that a function gets of the time, the weights between the knots of signals included.
 */

import { jvp } from "../differentiate/forward.ts";
import type { Context } from "../differentiate/normalise.ts";
import { vjp } from "../differentiate/reverse.ts";
import * as build from "../ir/build.ts";
import { expandCall } from "../ir/expand.ts";
import { Names } from "../ir/names.ts";
import type { Argument, Call, Expr, Fn, Parameter } from "../ir/nodes.ts";
import { bindersOf, forEachExprIn } from "../ir/walk.ts";
import type { Input, Model } from "../model.ts";
import { isSignal } from "./signals.ts";

/** Directional derivatives of a function of the model, and their transposes. */
export interface Directional {
  /** Along a change of the state. */
  readonly ofState: Fn;
  readonly ofStateVjp: Fn;
  /** In time; nothing where the function does not depend on it. */
  readonly inTime: Fn | undefined;
  readonly inTimeVjp: Fn | undefined;
  /** The function's own vjp for the state alone. */
  readonly vjpOfState: Fn;
}

export interface Interval {
  readonly t0: string;
  readonly t1: string;
}

/** `wanted`: what the transposes are for. */
export function directional(
  fn: Fn,
  model: Model,
  wanted: ReadonlySet<string>,
  interval: Interval,
  context: Context,
): Directional {
  const state = new Set(model.state.map(({ name }) => name));
  const named = (made: Fn, name: string, doc: string): Fn => ({ ...made, name: `${fn.name}_${name}`, doc });
  const ofState = named(
    jvp(fn, state, context),
    "along",
    `How ${fn.name} changes along a change of the state.`,
  );
  const inTime = changeInTime(fn, model, interval, context);
  const transposed = (made: Fn): Fn =>
    named(
      vjp(made, wanted, context),
      made === ofState ? "along_vjp" : "in_time_vjp",
      `Transpose of ${made.name}.`,
    );
  return {
    ofState,
    ofStateVjp: transposed(ofState),
    inTime,
    inTimeVjp: inTime && transposed(inTime),
    vjpOfState: named(vjp(fn, state, context), "vjp_of_state", `Vjp of ${fn.name} for the state alone.`),
  };
}

/** The derivative in time, of a function that gets time as numbers; nothing where it uses none of them. */
function changeInTime(fn: Fn, model: Model, { t0, t1 }: Interval, context: Context): Fn | undefined {
  const clocks = fn.parameters.filter((one) => one.kind === "real");
  if (!clocks.some(({ name }) => isMentioned(fn, name))) return undefined;
  const signals = model.inputs.filter(isSignal);
  const rateOf = ({ name }: Parameter): Expr => {
    const input = signals.find((one) => name.startsWith(`${one.name}_weight`));
    return input === undefined ? build.one : rate(input);
  };
  const rate = (input: Input): Expr =>
    build.div(build.number(input.count - 1), build.sub(build.read(t1), build.read(t0)));
  // Forward mode takes changes of arrays: each number becomes one, and a number again outside.
  const names = new Names([...bindersOf(fn), t0, t1, ...context.arrays.map((array) => array.name)]);
  const arrays = new Map(clocks.map(({ name }) => [name, names.fresh(`${name}_now`)]));
  const ofArrays: Fn = {
    ...fn,
    parameters: fn.parameters.map((one) =>
      one.kind === "real"
        ? { kind: "array", name: arrays.get(one.name)!, element: "real", shape: [], access: "in" }
        : one,
    ),
    body: [...clocks.map(({ name }) => build.bind(name, build.read(arrays.get(name)!))), ...fn.body],
  };
  const tangent = jvp(ofArrays, new Set(arrays.values()), context);
  const results = tangent.parameters.slice(-outsOf(fn).length);
  const given = fn.parameters.filter((one) => !outsOf(fn).includes(one));
  const inner = new Names([
    ...bindersOf(tangent),
    ...bindersOf(fn),
    t0,
    t1,
    ...context.arrays.map(({ name }) => name),
  ]);
  const local = clocks.map((clock) => ({
    clock,
    now: inner.fresh(`${clock.name}_now`),
    change: inner.fresh(`${clock.name}_dot`),
  }));
  const view = (array: string): Argument => ({ kind: "array", view: { array, prefix: [] } });
  const call: Call = {
    kind: "call",
    callee: tangent.name,
    args: [
      ...given.map((one) => view(local.find(({ clock }) => clock === one)?.now ?? one.name)),
      ...local.map(({ change }) => view(change)),
      ...results.map(({ name }) => view(name)),
    ],
  };
  return {
    ...tangent,
    name: `${fn.name}_in_time`,
    parameters: [...given, ...results],
    body: [
      ...local.flatMap(({ clock, now, change }) => [
        build.alloc(now, [], { zero: false }),
        build.store(now, [], build.name(clock.name)),
        build.alloc(change, [], { zero: false }),
        build.store(change, [], rateOf(clock)),
      ]),
      ...expandCall(call, tangent, inner.fresh),
    ],
    doc: `Derivative of ${fn.name} in time.`,
  };
}

const isMentioned = (fn: Fn, name: string): boolean => {
  let found = false;
  forEachExprIn(fn.body, (expr) => {
    if (expr.kind === "name" && expr.name === name) found = true;
  });
  return found;
};

const outsOf = (fn: Fn): Parameter[] =>
  fn.parameters.filter((one) => one.kind === "array" && one.access === "out");
