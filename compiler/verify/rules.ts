/**
 * Check 8: a rule of the user's own, `custom(f, { jvp, vjp })`, is the derivative of its function, at the arguments
 * that the model calls it with along its trajectory: the cotangent against reverse mode of the function's own text,
 * and tangent against cotangent by the dot-product identity. A rule that is meant to differ fails: it says by how much.
 */

import { doubles } from "../../runtime/random.ts";
import { vjp } from "../differentiate/reverse.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { allocate, evaluate } from "../ir/evaluate.ts";
import type { Fn, GlobalArray, Parameter, Program } from "../ir/nodes.ts";
import type { CustomRule, Model } from "../model.ts";
import { type Check, skipped } from "./check.ts";

const title = (rule: CustomRule): string => `rule of \`${rule.name}\``;
const limit = 1e-10;

/** Calls one function of the model somewhere along the trajectory, in the given program and memory. */
export type Walk = (program: Program, memory: ReturnType<typeof allocate>, seen: () => void) => void;

/** One check for each rule. `place`: file and line of a span, for people. */
export function ruleChecks(model: Model, walk: Walk, place: (rule: CustomRule) => string): Check[] {
  const points = argumentsSeen(model, walk);
  return model.rules.map((rule) => {
    const own = points.get(rule.value) ?? [];
    if (own.length === 0)
      return skipped(8, title(rule), `the model never calls it along its trajectory (${place(rule)})`);
    const worst = own.reduce((most, xs) => Math.max(most, misfit(model, rule, xs)), 0);
    const isRight = worst <= limit;
    return {
      number: 8,
      title: title(rule),
      outcome: isRight ? "pass" : "fail",
      figure: `${worst.toExponential(1)} (at most ${limit.toExponential(0)})`,
      detail: `${isRight ? "" : "it is not the derivative of its function: "}${place(rule)}, at ${own.length} points`,
    };
  });
}

/** Arguments of every function with a rule, each place of the walk once: its last call there. */
function argumentsSeen(model: Model, walk: Walk): Map<string, number[][]> {
  const probes = new Map<string, GlobalArray>();
  const functions = model.functions.map((fn): Fn => {
    if (fn.rule === undefined) return fn;
    const reals = fn.parameters.filter((parameter) => parameter.kind === "real");
    const array = {
      name: `${fn.name}_seen`,
      element: "real",
      shape: [reals.length + 1],
      role: "workspace",
    } as const;
    probes.set(fn.name, array);
    const stores = [...reals.map(({ name }) => build.name(name)), build.one].map((value, i) =>
      build.store(array.name, [affine.integer(i)], value),
    );
    return { ...fn, body: [...stores, ...fn.body] };
  });
  const { rhs, initial, loss } = model;
  const all = [rhs, initial, loss.terminal, loss.running, loss.at].filter((fn) => fn !== undefined);
  const program: Program = {
    arrays: [...model.constants, ...probes.values()],
    functions: [...functions, ...all],
  };
  const memory = allocate(program);
  const found = new Map<string, number[][]>();
  walk(program, memory, () => {
    for (const [name, { name: probe }] of probes) {
      const words = memory.get(probe)!;
      const isCalled = words[words.length - 1] === 1;
      if (isCalled) found.set(name, [...(found.get(name) ?? []), Array.from(words.subarray(0, -1))]);
      words.fill(0);
    }
  });
  return found;
}

/** The largest relative difference between the rule and the derivative of the function, at one point. */
function misfit(model: Model, rule: CustomRule, xs: readonly number[]): number {
  const value = model.functions.find((fn) => fn.name === rule.value)!;
  const outs = value.parameters.filter((parameter) => parameter.kind === "array");
  const plain = model.functions.map((fn) => (fn.name === value.name ? { ...fn, rule: undefined } : fn));
  const wrapped = onArrays(value);
  const wrt = new Set(xs.map((_, i) => `at_${i}`));
  const derived = vjp(wrapped, wrt, { arrays: model.constants, functions: plain });
  const program: Program = { arrays: model.constants, functions: [...plain, derived] };
  const next = doubles(7);
  const random = (count: number): number[] => Array.from({ length: count }, () => 2 * next() - 1);
  const [seeds, dots] = [random(outs.length), random(xs.length)];
  const call = (name: string, given: readonly number[], count: number): number[] => {
    const results = Array.from({ length: count }, () => new Float64Array(1));
    evaluate(program, name, [...given, ...results], allocate(program));
    return results.map(([word]) => word!);
  };
  const bars = call(rule.cotangent, [...xs, ...seeds], xs.length);
  const tangents = call(rule.tangent, [...xs, ...dots], outs.length);
  const own = xs.map(() => new Float64Array(1));
  const boxes = [...xs, ...seeds].map((word) => Float64Array.of(word));
  evaluate(program, derived.name, [...boxes, ...own], allocate(program));
  const exact = own.map(([word]) => word!);
  const scale = Math.max(...exact.map(Math.abs), ...bars.map(Math.abs)) || 1;
  const far = Math.max(...exact.map((word, i) => difference(word, bars[i]!))) / scale;
  const products = [tangents.map((word, j) => word * seeds[j]!), bars.map((word, i) => word * dots[i]!)];
  const [left, right] = products.map((terms) => terms.reduce((sum, term) => sum + term, 0)) as [
    number,
    number,
  ];
  const size = products.flat().reduce((sum, term) => sum + Math.abs(term), 0) || 1;
  return Math.max(far, difference(left, right) / size);
}

/** NaN equals NaN alone. */
const difference = (a: number, b: number): number => {
  if (Object.is(a, b)) return 0;
  const apart = Math.abs(a - b);
  return Number.isNaN(apart) ? Infinity : apart;
};

/** The function with its real parameters as arrays of rank 0, which is what is differentiated for. */
function onArrays(fn: Fn): Fn {
  const reals = fn.parameters.filter((parameter) => parameter.kind === "real");
  const outs = fn.parameters.filter((parameter) => parameter.kind === "array");
  const ins = reals.map(
    (_, i): Parameter => ({ kind: "array", name: `at_${i}`, element: "real", shape: [], access: "in" }),
  );
  const results = outs.map((out, j): Parameter => ({ ...out, name: `to_${j}` }));
  return {
    name: `${fn.name}_plain`,
    parameters: [...ins, ...results],
    body: [
      {
        kind: "call",
        callee: fn.name,
        args: [
          ...ins.map(({ name }) => ({ kind: "real" as const, value: build.read(name) })),
          ...results.map(({ name }) => ({ kind: "array" as const, view: { array: name, prefix: [] } })),
        ],
      },
    ],
  };
}
