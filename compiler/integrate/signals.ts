/**
 * Inputs that are no `hold`: `linear` and `cubic` signals. In the solve a function of the model does not get such an
 * input as a value but the two knots around the time it is asked for and a weight between them, and forms the value
 * itself; so its derivative for the knots comes out of reverse mode like any other. A `cubic` takes the second
 * derivatives of the natural spline at the two knots as well; they are solved for once, and transposed once.
 *
 * For unit spacing, M_0 = M_last = 0 and M_{i-1} + 4 M_i + M_{i+1} = 6 (y_{i-1} - 2 y_i + y_{i+1}), and between two
 * knots, with w from 0 to 1 and v = 1 - w, the value is v y_i + w y_{i+1} + ((v³ - v) M_i + (w³ - w) M_{i+1}) / 6.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Expr, Fn, GlobalArray, Parameter, Statement } from "../ir/nodes.ts";
import { bindersOf } from "../ir/walk.ts";
import { type Input, type Leaf, type Model, mapFunctions } from "../model.ts";

export const isSignal = (input: Input): boolean => input.kind !== "hold";

/** What a function takes in the place of one leaf of a signal: values, and for splines curvatures, at both knots. */
export interface KnotNames {
  readonly left: string;
  readonly right: string;
  readonly leftCurve: string;
  readonly rightCurve: string;
}

export const knotNames = ({ name }: Leaf): KnotNames => ({
  left: `${name}_left`,
  right: `${name}_right`,
  leftCurve: `${name}_left_curve`,
  rightCurve: `${name}_right_curve`,
});

/** Names of the parameters of a leaf's value, in their order; of a `hold` the leaf itself. */
export function valueParameters(input: Input, leaf: Leaf): readonly string[] {
  if (!isSignal(input)) return [leaf.name];
  const { left, right, leftCurve, rightCurve } = knotNames(leaf);
  return input.kind === "linear" ? [left, right] : [left, right, leftCurve, rightCurve];
}

/** The same function of knots and weights; itself where the model has no signals. */
export function ofKnots(fn: Fn, model: Model): Fn {
  const signals = model.inputs.filter(isSignal);
  if (signals.length === 0) return fn;
  const names = new Names(bindersOf(fn));
  const parameters: Parameter[] = [];
  const opening: Statement[] = [];
  const leavesOf = new Map(model.inputs.flatMap((input) => input.leaves.map((leaf) => [leaf.name, input])));
  const weights = new Map<string, string>();
  for (const parameter of fn.parameters) {
    const input = leavesOf.get(parameter.name);
    if (input === undefined || !isSignal(input) || parameter.kind !== "array") {
      parameters.push(parameter);
      continue;
    }
    let weight = weights.get(input.name);
    if (weight === undefined) {
      weight = names.fresh(`${input.name}_weight`);
      weights.set(input.name, weight);
      parameters.push({ kind: "real", name: weight });
    }
    const leaf = input.leaves.find((one) => one.name === parameter.name)!;
    for (const name of valueParameters(input, leaf)) parameters.push({ ...parameter, name });
    opening.push(
      build.alloc(leaf.name, leaf.shape, { zero: false }),
      ...build.forEachEntry(leaf.shape, names.fresh, (at) => [
        build.store(leaf.name, at, between(input, leaf, build.name(weight!), at)),
      ]),
    );
  }
  return { ...fn, name: `${fn.name}_of_knots`, parameters, body: [...opening, ...fn.body] };
}

/** The value of one entry between its two knots. */
function between(input: Input, leaf: Leaf, w: Expr, at: readonly Affine[]): Expr {
  const { left, right, leftCurve, rightCurve } = knotNames(leaf);
  const v = build.sub(build.one, w);
  const straight = build.add(build.mul(v, build.read(left, at)), build.mul(w, build.read(right, at)));
  if (input.kind === "linear") return straight;
  const cubic = (x: Expr): Expr => build.sub(build.mul(build.mul(x, x), x), x);
  const bend = build.add(
    build.mul(cubic(v), build.read(leftCurve, at)),
    build.mul(cubic(w), build.read(rightCurve, at)),
  );
  return build.add(straight, build.div(bend, build.number(6)));
}

/** 1/4, 1/(4 - 1/4), …: what the elimination of the spline's system divides by, from knot 1 on. */
export function pivots(name: string, count: number): GlobalArray {
  const data = [0];
  for (let i = 1; i < count; i++) data.push(1 / (4 - data[i - 1]!));
  return { name, element: "real", shape: [count], role: "constant", data };
}

/**
 * Second derivatives of the natural spline through the knots of one leaf: parameters `knots` (in) and `curve` (out),
 * both [count, …shape]. `pivot`: the constant array of `pivots`.
 */
export function splineOf(leaf: Leaf, count: number, pivot: string): Fn {
  const shape = [count, ...leaf.shape];
  const names = new Names(["knots", "curve", pivot]);
  const array = (name: string, access: "in" | "out"): Parameter => ({
    kind: "array",
    name,
    element: "real",
    shape,
    access,
  });
  const k = names.fresh("k");
  const knot = (offset: number): Affine => affine.offset(affine.index(k), offset);
  const each = (act: (at: readonly Affine[]) => Statement[]) =>
    build.forEachEntry(leaf.shape, names.fresh, act);
  const y = (offset: number, at: readonly Affine[]): Expr => build.read("knots", [knot(offset), ...at]);
  const bend = (offset: number, at: readonly Affine[]): Expr => build.read("curve", [knot(offset), ...at]);
  const pivotAt = build.read(pivot, [knot(0)]);
  const inner = (down: boolean, body: Statement[]): Statement =>
    build.loop(k, affine.integer(1), affine.integer(count - 1), body, { down });
  const forward = each((at) => {
    const second = build.sub(build.add(y(-1, at), y(1, at)), build.mul(build.number(2), y(0, at)));
    const rest = build.sub(build.mul(build.number(6), second), bend(-1, at));
    return [build.store("curve", [knot(0), ...at], build.mul(pivotAt, rest))];
  });
  const l = names.fresh("k");
  const back = build.loop(
    l,
    affine.integer(1),
    affine.integer(count - 1),
    each((at) => {
      const here = [affine.index(l), ...at];
      const next = build.read("curve", [affine.offset(affine.index(l), 1), ...at]);
      const change = build.mul(build.read(pivot, [affine.index(l)]), next);
      return [build.store("curve", here, build.sub(build.read("curve", here), change))];
    }),
    { down: true },
  );
  return {
    name: `spline_${leaf.name}`,
    parameters: [array("knots", "in"), array("curve", "out")],
    body: [
      ...build.forEachEntry(shape, names.fresh, (at) => [build.store("curve", at, build.zero)]),
      ...(count > 2 ? [inner(false, forward), back] : []),
    ],
    doc: `Second derivatives of the natural spline through the knots of ${leaf.path.join(".")}, for unit spacing.`,
  };
}

/** The model whose functions form the values of signals from their knots, and what finds the curvatures of splines. */
export function withSignals(model: Model): {
  readonly solved: Model;
  readonly splines: ReadonlyMap<string, Fn>;
  readonly pivotArrays: readonly GlobalArray[];
} {
  if (!model.inputs.some(isSignal)) return { solved: model, splines: new Map(), pivotArrays: [] };
  const solved = mapFunctions(model, (fn) => ofKnots(fn, model));
  const names = new Names([
    ...[...model.state, ...model.params, ...model.data].map((leaf) => leaf.name),
    ...model.inputs.flatMap((input) =>
      input.leaves.flatMap((leaf) => [leaf.name, ...valueParameters(input, leaf)]),
    ),
    ...model.constants.map((array) => array.name),
  ]);
  const splines = new Map<string, Fn>();
  const pivotArrays: GlobalArray[] = [];
  for (const input of model.inputs.filter(({ kind }) => kind === "cubic")) {
    const pivot = pivots(names.fresh(`${input.name}_pivots`), input.count);
    pivotArrays.push(pivot);
    for (const leaf of input.leaves) splines.set(leaf.name, splineOf(leaf, input.count, pivot.name));
  }
  return { solved, splines, pivotArrays };
}
