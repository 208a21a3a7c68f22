/**
 * Calls of the model's functions with the right arguments: time, state, parameters, inputs as they are at that time, data, and
 * places for results or cotangents. Signals that are no `hold` are looked up here: the knots around a time, and splines
 * through them.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Argument, Expr, Fn, Statement, View } from "../ir/nodes.ts";
import type { Input, Leaf } from "../model.ts";
import type { Driver, Vector } from "./driver.ts";
import { isSignal } from "./signals.ts";
import { stepLength } from "./taylor.ts";

/** Where a function of the model is asked: time, state, and the piece of each `hold` by input name. */
export interface Point {
  readonly t: Expr;
  /** Nothing for `initial`, which makes the state. */
  readonly state?: Vector | undefined;
  readonly piece: (input: string) => Affine;
  /** Index of the observation, for `at`. */
  readonly k?: Affine;
}

export class Calls {
  readonly #driver: Driver;
  /** Of signals that are no `hold`: the knot at or before the time that is asked for. */
  readonly #knotAt = new Map<string, string>();
  /** Second derivatives of splines at their knots, and their cotangents, by leaf. */
  readonly #curves = new Map<string, { readonly curve: string; readonly bar: string }>();

  constructor(driver: Driver) {
    this.#driver = driver;
    const { model, names } = driver;
    for (const { kind, name, leaves } of model.inputs.filter(isSignal)) {
      this.#knotAt.set(name, names.fresh(`${name}_at`));
      if (kind !== "cubic") continue;
      for (const leaf of leaves) {
        const curve = names.fresh(`${leaf.name}_curve`);
        this.#curves.set(leaf.name, { curve, bar: names.fresh(`${leaf.name}_curve_bar`) });
      }
    }
  }

  /** Integer scalars for the knots; belong in front of everything. */
  allocateKnots(): Statement[] {
    return [...this.#knotAt.values()].map((at) => build.alloc(at, [], { element: "integer", zero: false }));
  }

  /** Finds the knots around a time, and how far it is from the first of them. */
  #locate(t: Expr): {
    readonly statements: readonly Statement[];
    readonly weights: ReadonlyMap<string, Expr>;
  } {
    const { io, model, names } = this.#driver;
    const statements: Statement[] = [];
    const weights = new Map<string, Expr>();
    for (const input of model.inputs.filter(isSignal)) {
      const at = this.#knotAt.get(input.name)!;
      const position = names.fresh("position");
      const weight = names.fresh(`${input.name}_weight`);
      const done = build.div(
        build.sub(t, build.read(io.t0)),
        build.sub(build.read(io.t1), build.read(io.t0)),
      );
      const floor = build.primitive("floor", [build.name(position)]);
      const last = build.primitive("min", [floor, build.number(input.count - 2)]);
      statements.push(
        build.bind(position, build.mul(done, build.number(input.count - 1))),
        build.store(at, [], build.primitive("max", [last, build.zero])),
        build.bind(weight, build.sub(build.name(position), build.integerValue(affine.gather(at, [])))),
      );
      weights.set(input.name, build.name(weight));
    }
    return { statements, weights };
  }

  /** Views of what a function takes of a leaf of an input, or of its cotangents; `record` and `curve` hold them. */
  #valueViews(input: Input, point: Point, record: string, curve: string | undefined): View[] {
    if (!isSignal(input)) return [{ array: record, prefix: [point.piece(input.name)] }];
    const knot = affine.gather(this.#knotAt.get(input.name)!, []);
    const arrays = curve === undefined ? [record] : [record, curve];
    return arrays.flatMap((array) =>
      [0, 1].map((offset) => ({ array, prefix: [affine.offset(knot, offset)] })),
    );
  }

  /** Solves for the second derivatives of the splines; belongs before all steps. */
  curves(splines: ReadonlyMap<string, Fn>): Statement[] {
    return this.#splines().flatMap(({ input, leaf, curve }) => [
      build.alloc(curve, [input.count, ...leaf.shape], { zero: false }),
      callOf(splines.get(leaf.name)!, [this.#driver.io.given.get(leaf.name)!, curve]),
    ]);
  }

  /** Cotangents of the splines' second derivatives, from 0; belongs before the reverse sweep. */
  curveBars(): Statement[] {
    return this.#splines().flatMap(({ input, leaf, bar }) =>
      this.#driver.io.givenBar.has(leaf.name) ? [build.alloc(bar, [input.count, ...leaf.shape])] : [],
    );
  }

  /** Hands them on to the knots; belongs behind the reverse sweep. */
  transposeCurves(vjps: ReadonlyMap<string, Fn>): Statement[] {
    return this.#splines().flatMap(({ leaf, bar }) => {
      const knotsBar = this.#driver.io.givenBar.get(leaf.name);
      if (knotsBar === undefined) return [];
      return [callOf(vjps.get(leaf.name)!, [this.#driver.io.given.get(leaf.name)!, bar, knotsBar])];
    });
  }

  #splines() {
    return this.#driver.model.inputs.flatMap((input) =>
      input.leaves.flatMap((leaf) => {
        const own = this.#curves.get(leaf.name);
        return own === undefined ? [] : [{ input, leaf, ...own }];
      }),
    );
  }

  /** Arguments for the parameters that all functions of the model share. */
  #given(fn: Fn, point: Point, weights: ReadonlyMap<string, Expr>): Argument[] {
    const view = (array: string, prefix: readonly Affine[] = []): Argument => ({
      kind: "array",
      view: { array, prefix },
    });
    const { model, io } = this.#driver;
    const { state } = point;
    return [
      { kind: "real", value: point.t },
      ...(takesLength(fn) ? [{ kind: "real" as const, value: this.#driver.h }] : []),
      ...(takesIndex(fn) ? [{ kind: "integer" as const, value: point.k! }] : []),
      ...(state === undefined
        ? []
        : model.state.map((leaf): Argument => ({ kind: "array", view: state(leaf) }))),
      ...model.params.map((leaf) => view(io.given.get(leaf.name)!)),
      ...model.inputs.flatMap((input): Argument[] => {
        const weight = weights.get(input.name);
        const views = input.leaves.flatMap((leaf) =>
          this.#valueViews(input, point, io.given.get(leaf.name)!, this.#curves.get(leaf.name)?.curve),
        );
        return [
          ...(weight === undefined ? [] : [{ kind: "real" as const, value: weight }]),
          ...views.map((each): Argument => ({ kind: "array", view: each })),
        ];
      }),
      ...model.data.map((leaf) => view(io.given.get(leaf.name)!)),
    ];
  }

  /** Calls a function of the model; `results` in the order of its results. */
  to(fn: Fn, point: Point, results: readonly View[]): Statement[] {
    const { statements, weights } = this.#locate(point.t);
    return [
      ...statements,
      {
        kind: "call",
        callee: fn.name,
        args: [
          ...this.#given(fn, point, weights),
          ...results.map((view) => ({ kind: "array" as const, view })),
        ],
      },
    ];
  }

  /**
   * Calls the vjp of a function: seeds for its results, the state's cotangents into `stateBar`; of the `leaves` it was
   * made for. `isComplete`: whether it has cotangents of everything else too.
   */
  toVjp(
    vjp: Fn,
    point: Point,
    seeds: readonly View[],
    stateBar: Vector | undefined,
    leaves: readonly Leaf[] = this.#driver.model.state,
    isComplete = true,
  ): Statement[] {
    const { model, io } = this.#driver;
    const { statements, weights } = this.#locate(point.t);
    const rest: View[] = [
      ...model.params.flatMap((leaf): View[] => {
        const bar = io.givenBar.get(leaf.name);
        return bar === undefined ? [] : [{ array: bar, prefix: [] }];
      }),
      ...model.inputs.flatMap((input) =>
        input.leaves.flatMap((leaf): View[] => {
          const bar = io.givenBar.get(leaf.name);
          if (bar === undefined) return [];
          return this.#valueViews(input, point, bar, this.#curves.get(leaf.name)?.bar);
        }),
      ),
    ];
    const bars = [...(stateBar === undefined ? [] : leaves.map(stateBar)), ...(isComplete ? rest : [])];
    return [
      ...statements,
      {
        kind: "call",
        callee: vjp.name,
        args: [
          ...this.#given(vjp, point, weights),
          ...[...seeds, ...bars].map((view) => ({ kind: "array" as const, view })),
        ],
      },
    ];
  }
}

/** Of Taylor's method: what a step is made of depends on its length. */
const takesLength = (fn: Fn): boolean => fn.parameters.some(({ name }) => name === stepLength);

const takesIndex = (fn: Fn): boolean => fn.parameters.some((parameter) => parameter.kind === "integer");

const callOf = (fn: Fn, arrays: readonly string[]): Statement => ({
  kind: "call",
  callee: fn.name,
  args: arrays.map((array) => ({ kind: "array", view: { array, prefix: [] } })),
});
