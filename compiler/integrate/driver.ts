/**
 * What the entry functions of a solve have in common: names, calls of the model's functions with the right arguments,
 * vector operations over all leaves of the state, and the ways out. In: a model, its solver, its interface. Out:
 * statements.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Alloc, Argument, Expr, Fn, Statement, Test, View } from "../ir/nodes.ts";
import { rewriteBlock } from "../ir/walk.ts";
import type { Input, Leaf, Model } from "../model.ts";
import { type Solver, status } from "../module.ts";
import type { Interface } from "./interface-arrays.ts";
import type { Vjps } from "./plans/plan.ts";
import type { Part, Vec } from "./scheme.ts";
import { isSignal } from "./signals.ts";
import { double, type Fraction } from "./tableau.ts";
import { stepLength } from "./taylor.ts";

/** A state-shaped set of views, by leaf name. */
export type Vector = (leaf: Leaf) => View;

/** Where a function of the model is asked: time, state, and the piece of each `hold` by input name. */
export interface Point {
  readonly t: Expr;
  /** Nothing for `initial`, which makes the state. */
  readonly state?: Vector | undefined;
  readonly piece: (input: string) => Affine;
  /** Index of the observation, for `at`. */
  readonly k?: Affine;
}

export const read = (vector: Vector, leaf: Leaf, at: readonly Affine[]): Expr => {
  const { array, prefix } = vector(leaf);
  return build.read(array, [...prefix, ...at]);
};

/** A vector for every stage of a step, or of every step: one array per leaf, the stage its first dimension but for that. */
export class Stages {
  readonly #driver: Driver;
  readonly #vector: Vector;
  readonly #count: number;
  /** The step whose stages are meant, where those of every step are kept. */
  step: readonly Affine[] = [];

  constructor(driver: Driver, prefix: string, count: number) {
    this.#driver = driver;
    this.#vector = driver.vector(prefix);
    this.#count = count;
  }

  /** `steps`: of how many steps, where those of every step are kept. */
  allocate(steps?: number): Statement[] {
    const copies = this.#count;
    return steps === undefined
      ? this.#driver.allocate(this.#vector, { copies: [copies] })
      : this.#driver.allocate(this.#vector, { copies: [steps, copies], role: "checkpoint" });
  }

  /** The vector of stage i, counting from 0. */
  stage(i: number): Vector {
    const prefix = [...this.step, affine.integer(i)];
    return (leaf) => ({ array: this.#vector(leaf).array, prefix });
  }
}

/** How many vectors a method has: stage states, slopes, and what lives from step to step beside the state. */
export interface Shape {
  readonly stages: number;
  readonly slopes: number;
  readonly past: readonly Part[];
}

/** The running loss as one more state, of methods whose steps look further back than their start. */
export interface Companions {
  /** What belongs to a vector: the integral so far, or the running loss where a slope was taken. */
  value(vec: Vec): View;
  bar(vec: Vec): View;
  /** The cotangent of what belongs to a vector; nothing is made of it at stage states. */
  readonly barOf: (vec: Vec) => Expr;
}

export class Driver {
  readonly model: Model;
  readonly solver: Solver;
  readonly shape: Shape;
  readonly io: Interface;
  /** Derivatives of the model's functions, in `gradient` alone. */
  readonly vjps: Vjps;
  readonly names: Names;
  /** Integer scalar with the number of steps of this run. */
  readonly stepCount: string;
  /** Observation k is made after `observeAt[k + 1]` steps; entry 0 is 0 and the last is the number of steps. */
  readonly observeAt: string;
  readonly #pieceAt = new Map<string, string>();
  /** Of signals that are no `hold`: the knot at or before the time that is asked for. */
  readonly #knotAt = new Map<string, string>();
  /** Second derivatives of splines at their knots, and their cotangents, by leaf. */
  readonly #curves = new Map<string, { readonly curve: string; readonly bar: string }>();
  h: Expr;
  /** The time at which the step that is being written starts. */
  stepStart: Expr = build.zero;
  /** Stage states X_i and their slopes k_i, used by every sweep, so that one kernel serves them all. */
  readonly stages: Stages;
  readonly slopes: Stages;
  readonly stageCount: number;
  readonly slopeCount: number;
  readonly isAdaptive: boolean;
  /** Whether a run finds its steps: by tolerances, or because events shorten them. */
  readonly findsSteps: boolean;
  /** Length of the steps that are given, where events shorten some of them. */
  readonly gridStep: Expr;
  /** The integral of the running loss: the value itself, or a scalar of its own. */
  readonly integral: string;
  readonly companions: Companions | undefined;
  readonly runningSeed: string;
  readonly #past: readonly Vector[];
  readonly #leaves: Readonly<Record<Part, readonly Leaf[]>>;

  constructor(
    model: Model,
    solver: Solver,
    shape: Shape,
    io: Interface,
    vjps: Vjps,
    leaves: Readonly<Record<Part, readonly Leaf[]>>,
  ) {
    this.model = model;
    this.solver = solver;
    this.shape = shape;
    this.io = io;
    this.vjps = vjps;
    this.#leaves = leaves;
    this.names = new Names(io.arrays.map((array) => array.name));
    for (const leaf of model.state) this.names.take(leaf.name);
    this.stepCount = this.names.fresh("step_count");
    this.observeAt = this.names.fresh("observe_at");
    this.h = build.name(this.names.fresh("h"));
    for (const input of model.inputs) {
      const at = this.names.fresh(`${input.name}_at`);
      (isSignal(input) ? this.#knotAt : this.#pieceAt).set(input.name, at);
      if (input.kind !== "cubic") continue;
      for (const { name } of input.leaves) {
        const curve = this.names.fresh(`${name}_curve`);
        this.#curves.set(name, { curve, bar: this.names.fresh(`${name}_curve_bar`) });
      }
    }
    this.stageCount = shape.stages;
    this.stages = new Stages(this, "x_", this.stageCount);
    this.isAdaptive = solver.tolerance !== undefined;
    this.slopeCount = shape.slopes;
    this.slopes = new Stages(this, "k_", this.slopeCount);
    this.findsSteps = this.isAdaptive || model.event !== undefined;
    this.gridStep = build.name(this.names.fresh("grid_step"));
    if (this.findsSteps) {
      this.#grid = {
        t: this.names.fresh("stored_t"),
        h: this.names.fresh("stored_h"),
        ...(model.event === undefined ? {} : { kind: this.names.fresh("stored_kind") }),
        pieces: new Map(this.holds.map(({ name }) => [name, this.names.fresh(`stored_${name}_piece`)])),
      };
      for (const { name } of this.holds) this.#pieceNow.set(name, this.names.fresh(`${name}_now`));
    }
    this.#endTime = model.event?.stops === true ? this.names.fresh("end_time") : undefined;
    this.#past = shape.past.map((_, j) => this.vector(`past_${j + 1}_`));
    this.runningSeed = this.names.fresh("running_seed");
    const isLinked = model.loss.running !== undefined && shape.past.length > 0;
    this.integral = isLinked ? this.names.fresh("integral") : io.value;
    this.companions = isLinked ? this.#makeCompanions() : undefined;
  }

  /** Leaves of the state that a vector has. */
  leavesOf(part: Part): readonly Leaf[] {
    return this.#leaves[part];
  }

  /** Where a vector of a scheme is. */
  vectorOf({ kind, index }: Vec): Vector {
    switch (kind) {
      case "state":
        return this.state;
      case "past":
        return this.#past[index]!;
      case "x":
        return this.stages.stage(index);
      case "k":
        return this.slopes.stage(index);
      default:
        return kind satisfies never;
    }
  }

  /** What lives from step to step beside the state, from 0. */
  allocatePast(): Statement[] {
    return [
      ...this.#past.flatMap((vector) => this.allocate(vector, { zero: true })),
      ...this.#companionArrays(["state", "past", "k"]),
    ];
  }

  /** Cotangents of the companions: 1 for the integral at the end. */
  allocateCompanionBars(): Statement[] {
    const { companions } = this;
    if (companions === undefined) return [];
    const { array, prefix } = companions.bar({ kind: "state", index: 0, part: "all" });
    return [...this.#companionArrays(["bar"]), build.store(array, prefix, build.one)];
  }

  #companionNames: Readonly<Record<"past" | "k" | "bar", string>> | undefined;

  #makeCompanions(): Companions {
    const names = {
      past: this.names.fresh("past_integral"),
      k: this.names.fresh("running_of"),
      bar: this.names.fresh("integral_bar"),
    };
    this.#companionNames = names;
    const at = (array: string, index: number): View => ({ array, prefix: [affine.integer(index)] });
    const bar = ({ kind, index }: Vec): View => at(names.bar, kind === "state" ? 0 : index + 1);
    return {
      value: ({ kind, index }) =>
        kind === "state"
          ? { array: this.integral, prefix: [] }
          : at(kind === "past" ? names.past : names.k, index),
      bar,
      barOf: (vec) => {
        if (vec.kind === "x") return build.zero;
        const { array, prefix } = bar(vec);
        return build.read(array, prefix);
      },
    };
  }

  #companionArrays(which: readonly ("state" | "past" | "k" | "bar")[]): Statement[] {
    const names = this.#companionNames;
    if (names === undefined) return [];
    const past = this.shape.past.length;
    const rows = {
      state: build.alloc(this.integral, []),
      past: build.alloc(names.past, [past]),
      k: build.alloc(names.k, [this.shape.slopes], { zero: false }),
      bar: build.alloc(names.bar, [past + 1]),
    };
    return which.map((key) => rows[key]);
  }

  /** Inputs that are piecewise constant. */
  get holds(): readonly Input[] {
    return this.model.inputs.filter((input) => !isSignal(input));
  }

  get steps(): Affine {
    return affine.gather(this.stepCount, []);
  }

  #scaled = new Map<string, { readonly name: string; readonly value: number }>();

  /** h times a coefficient of the tableau, as a name that is bound once before all steps. */
  readonly scaled = (coefficient: Fraction): Expr => {
    const [over, under] = coefficient;
    if (over === under) return this.h;
    const key = `${over}/${under}`;
    let known = this.#scaled.get(key);
    if (known === undefined) {
      const wish = Number.isInteger(over)
        ? `h_${under === 1 ? over : `${over}_${under}`}`.replace("-", "minus_")
        : `h_times_${this.#scaled.size + 1}`;
      known = { name: this.names.fresh(wish), value: double(coefficient) };
      this.#scaled.set(key, known);
    }
    return build.name(known.name);
  };

  /** Binds the coefficients asked for so far; belongs before all steps. */
  coefficients(): Statement[] {
    return [...this.#scaled.values()].map(({ name, value }) =>
      build.bind(name, build.mul(this.h, build.number(value))),
    );
  }

  /** Statements with coefficients of their own in front of them, of a step whose length is known there alone. */
  inCoefficients(write: () => Statement[]): Statement[] {
    const outer = this.#scaled;
    this.#scaled = new Map();
    const statements = write();
    const own = this.coefficients();
    this.#scaled = outer;
    return [...own, ...statements];
  }

  // Steps.

  get span(): Expr {
    return build.sub(build.read(this.io.t1), build.read(this.io.t0));
  }

  /** Statements in step n, whose time and length are known in them; of steps that are stored, in reverse sweeps. */
  inStep(n: Affine, write: () => Statement[]): Statement[] {
    const start = this.names.fresh("t_n");
    this.stepStart = build.name(start);
    if (this.#grid === undefined) return [build.bind(start, this.timeAt(n)), ...write()];
    const h = this.names.fresh("h");
    this.h = build.name(h);
    return [
      build.bind(start, build.read(this.#grid.t, [n])),
      build.bind(h, build.read(this.#grid.h, [n])),
      ...this.holds.map(({ name }) =>
        build.store(this.pieceArray(name), [], build.read(this.#grid!.pieces.get(name)!, [n])),
      ),
      ...this.inCoefficients(write),
    ];
  }

  /** How a stored step was chosen; of models with events. */
  kindOfStep(n: Affine): Expr {
    return build.read(this.#grid!.kind!, [n]);
  }

  storeKind(n: Affine, kind: Expr): Statement[] {
    const kinds = this.#grid?.kind;
    return kinds === undefined || !this.hasBars ? [] : [build.store(kinds, [n], kind)];
  }

  /** Where the solve ended; of models whose events stop it. */
  get endTime(): string | undefined {
    return this.#endTime;
  }

  readonly #endTime: string | undefined;

  #grid:
    | {
        readonly kind?: string;
        readonly t: string;
        readonly h: string;
        readonly pieces: ReadonlyMap<string, string>;
      }
    | undefined;

  /** Room for the steps that were accepted; only in `gradient`, and only where they are adaptive. */
  allocateGrid(): Statement[] {
    if (this.#grid === undefined || !this.hasBars) return [];
    const { t, h, kind, pieces } = this.#grid;
    return [t, h, ...(kind === undefined ? [] : [kind]), ...pieces.values()].map((array) =>
      build.alloc(array, [this.room], { zero: false, role: "checkpoint" }),
    );
  }

  /** Keeps time, length and pieces of step n. */
  storeGrid(n: Affine, t: Expr, h: Expr): Statement[] {
    if (this.#grid === undefined || !this.hasBars) return [];
    return [
      build.store(this.#grid.t, [n], t),
      build.store(this.#grid.h, [n], h),
      ...[...this.#grid.pieces].map(([input, array]) =>
        build.store(array, [n], build.integerValue(this.pieceNow(input))),
      ),
    ];
  }

  readonly #pieceNow = new Map<string, string>();

  /** Integer scalar with the piece of an input that the steps are in, where they are adaptive. */
  pieceArray(input: string): string {
    return this.#pieceNow.get(input)!;
  }

  pieceNow(input: string): Affine {
    return affine.gather(this.pieceArray(input), []);
  }

  pieceAtObservation(input: string): string {
    return this.#pieceAt.get(input)!;
  }

  // Views of the state.

  /** One local array per leaf, named after it. */
  vector(prefix: string): Vector {
    const byLeaf = new Map(
      this.model.state.map((leaf) => [leaf.name, this.names.fresh(`${prefix}${leaf.name}`)]),
    );
    return (leaf) => ({ array: byLeaf.get(leaf.name)!, prefix: [] });
  }

  /** The state itself, under the names of its leaves. */
  readonly state: Vector = (leaf) => ({ array: leaf.name, prefix: [] });

  /** Statements that allocate a vector, or `copies` of it under one name. */
  allocate(
    vector: Vector,
    options: {
      copies?: readonly number[];
      zero?: boolean;
      role?: Alloc["role"];
      leaves?: readonly Leaf[];
    } = {},
  ): Statement[] {
    return (options.leaves ?? this.model.state).map((leaf) =>
      build.alloc(vector(leaf).array, [...(options.copies ?? []), ...leaf.shape], {
        zero: options.zero ?? false,
        role: options.role ?? "local",
      }),
    );
  }

  /** Assigns to every entry of the state, or of some leaves of it, what `value` makes of it. */
  assign(
    to: Vector,
    value: (leaf: Leaf, at: readonly Affine[]) => Expr,
    leaves: readonly Leaf[] = this.model.state,
  ): Statement[] {
    return leaves.flatMap((leaf) =>
      build.forEachEntry(leaf.shape, this.names.fresh, (at) => {
        const { array, prefix } = to(leaf);
        return [build.store(array, [...prefix, ...at], value(leaf, at))];
      }),
    );
  }

  // Calls.

  /** Finds the knots around a time, and how far it is from the first of them. */
  #locate(t: Expr): {
    readonly statements: readonly Statement[];
    readonly weights: ReadonlyMap<string, Expr>;
  } {
    const { io, model, names } = this;
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
      callOf(splines.get(leaf.name)!, [this.io.given.get(leaf.name)!, curve]),
    ]);
  }

  /** Cotangents of the splines' second derivatives, from 0; belongs before the reverse sweep. */
  curveBars(): Statement[] {
    return this.#splines().flatMap(({ input, leaf, bar }) =>
      this.io.givenBar.has(leaf.name) ? [build.alloc(bar, [input.count, ...leaf.shape])] : [],
    );
  }

  /** Hands them on to the knots; belongs behind the reverse sweep. */
  transposeCurves(vjps: ReadonlyMap<string, Fn>): Statement[] {
    return this.#splines().flatMap(({ leaf, bar }) => {
      const knotsBar = this.io.givenBar.get(leaf.name);
      if (knotsBar === undefined) return [];
      return [callOf(vjps.get(leaf.name)!, [this.io.given.get(leaf.name)!, bar, knotsBar])];
    });
  }

  #splines() {
    return this.model.inputs.flatMap((input) =>
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
    const { model, io } = this;
    const { state } = point;
    return [
      { kind: "real", value: point.t },
      ...(takesLength(fn) ? [{ kind: "real" as const, value: this.h }] : []),
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
  call(fn: Fn, point: Point, results: readonly View[]): Statement[] {
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
  callVjp(
    vjp: Fn,
    point: Point,
    seeds: readonly View[],
    stateBar: Vector | undefined,
    leaves: readonly Leaf[] = this.model.state,
    isComplete = true,
  ): Statement[] {
    const { model, io } = this;
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

  /** Asks the field, all of it or one half, for a slope. */
  slopeOf(point: Point, slope: Vec): Statement[] {
    const { fn } = this.vjps.fields.get(slope.part)!;
    return this.call(fn, point, this.leavesOf(slope.part).map(this.vectorOf(slope)));
  }

  // Time, pieces, observations.

  /** t_n = t0 + n·h. */
  timeAt(n: Affine): Expr {
    return build.add(build.read(this.io.t0), build.mul(build.integerValue(n), this.h));
  }

  /** The piece of each input in which step n lies. */
  pieceOfStep =
    (n: Affine) =>
    (input: string): Affine => {
      if (this.findsSteps) return this.pieceNow(input);
      const { count } = this.model.inputs.find((one) => one.name === input)!;
      return affine.quotient(affine.scale(n, count), this.steps);
    };

  /** The piece that ends at the final time. */
  lastPiece = (input: string): Affine =>
    affine.integer(this.model.inputs.find((one) => one.name === input)!.count - 1);

  /** The piece that ends at observation k. */
  pieceOfObservation =
    (k: Affine) =>
    (input: string): Affine =>
      this.model.times === undefined ? this.lastPiece(input) : affine.gather(this.#pieceAt.get(input)!, [k]);

  observationPoint(k: Affine): Point {
    const t = this.model.times === undefined ? build.read(this.io.t1) : build.read(this.io.times, [k]);
    return { t, state: this.state, piece: this.pieceOfObservation(k), k };
  }

  /** Where the initial state is asked for, if the model computes it. */
  startPoint(): Point {
    return { t: build.read(this.io.t0), piece: () => affine.integer(0) };
  }

  /** The state at t0: given, or computed. */
  start(): Statement[] {
    const { initial, state } = this.model;
    if (initial !== undefined) return this.call(initial, this.startPoint(), state.map(this.state));
    return this.assign(this.state, (leaf, at) => build.read(this.io.start.get(leaf.name)!, at));
  }

  /** How far the state at hand is from the start, relative to its largest entry; where it was recovered. */
  deviation(): Statement[] {
    const { deviation, start } = this.io;
    if (deviation === undefined) return [];
    const truth = this.model.initial === undefined ? undefined : this.vector("true_");
    const [most, size] = [this.names.fresh("most"), this.names.fresh("size")];
    const given = (leaf: Leaf, at: readonly Affine[]): Expr =>
      truth === undefined ? build.read(start.get(leaf.name)!, at) : read(truth, leaf, at);
    const larger = (array: string, value: Expr): Statement =>
      // Not a maximum, which may lose what is not a number.
      build.branch(build.not(build.compare("le", value, build.read(array))), [build.store(array, [], value)]);
    const abs = (value: Expr): Expr => build.primitive("abs", [value]);
    return [
      build.comment("What was recovered at the start, and the start."),
      ...(truth === undefined
        ? []
        : [
            ...this.allocate(truth),
            ...this.call(this.model.initial!, this.startPoint(), this.model.state.map(truth)),
          ]),
      build.alloc(most, []),
      build.alloc(size, []),
      ...this.model.state.flatMap((leaf) =>
        build.forEachEntry(leaf.shape, this.names.fresh, (at) => [
          larger(most, abs(build.sub(read(this.state, leaf, at), given(leaf, at)))),
          larger(size, abs(given(leaf, at))),
        ]),
      ),
      build.store(
        deviation,
        [],
        build.select(
          build.compare("gt", build.read(size), build.zero),
          build.div(build.read(most), build.read(size)),
          build.read(most),
        ),
      ),
    ];
  }

  finalPoint(): Point {
    if (this.#endTime !== undefined)
      return { t: build.read(this.#endTime), state: this.state, piece: (input) => this.pieceNow(input) };
    return { t: build.read(this.io.t1), state: this.state, piece: this.lastPiece };
  }

  /**
   * Reads the control, refuses what makes no sense, places the observations. `capacity`: the constant that says how
   * many steps checkpoints have room for, where there are any.
   */
  prelude(capacity: string | undefined): Statement[] {
    if (this.findsSteps) return this.#findingPrelude(capacity);
    const { io, model } = this;
    const n = build.name(this.names.fresh("n_steps"));
    const count = n.kind === "name" ? n.name : "";
    const stepName = this.h.kind === "name" ? this.h.name : "";
    const span = build.sub(build.read(io.t1), build.read(io.t0));
    const length = this.names.fresh("length");
    const statements: Statement[] = [
      build.bind(count, build.read(io.steps)),
      // No step, no length: refused below, and not divided by nothing before.
      build.alloc(length, []),
      {
        ...build.branch(build.compare("ge", n, build.one), [build.store(length, [], build.div(span, n))]),
        usual: 1,
      },
      build.bind(stepName, build.read(length)),
    ];
    const bound = (wish: string, value: Expr): Expr => {
      const name = this.names.fresh(wish);
      statements.push(build.bind(name, value));
      return build.name(name);
    };
    const whole = bound("whole_steps", build.primitive("floor", [n]));
    // Infinity minus itself is NaN: 0, and with that less than the length, for finite steps alone that are not 0.
    const spread = bound("h_spread", build.sub(this.h, this.h));
    const size = bound("h_size", build.primitive("abs", [this.h]));
    const wrong: Test[] = [build.compare("ne", whole, n), build.not(build.compare("lt", spread, size))];
    for (const pieces of new Set(this.holds.map((input) => input.count))) {
      const left = bound("left_over", build.primitive("mod", [n, build.number(pieces)]));
      wrong.push(build.compare("ne", left, build.zero));
    }
    statements.push(
      build.store(io.failedStep, [], build.zero),
      build.store(io.failedStage, [], build.zero),
      build.branch(
        wrong.reduce((left, right) => build.or(left, right)),
        this.leaveInvalid(status.badArgument),
      ),
    );
    if (capacity !== undefined) {
      statements.push(
        build.branch(build.compare("gt", n, build.read(capacity)), this.leaveInvalid(status.stepLimit)),
      );
    }
    if (io.evaluations !== undefined) {
      statements.push(
        build.store(io.accepted!, [], n),
        build.store(io.rejected!, [], build.zero),
        build.store(io.evaluations, [], build.zero),
      );
    }
    if (io.deviation !== undefined && this.hasBars)
      statements.push(build.store(io.deviation, [], build.number(Number.NaN)));
    statements.push(build.alloc(this.stepCount, [], { element: "integer", zero: false }));
    statements.push(build.store(this.stepCount, [], n));
    for (const at of this.#knotAt.values()) {
      statements.push(build.alloc(at, [], { element: "integer", zero: false }));
    }
    return model.times === undefined ? statements : [...statements, ...this.#placeObservations(n)];
  }

  /** Steps of which events shorten some: room for as many more as there are, and a few. */
  get room(): number {
    const { steps } = this.solver;
    return steps + this.spareSteps;
  }

  get spareSteps(): number {
    return this.findsSteps && !this.isAdaptive ? this.solver.steps + 16 : 0;
  }

  #badTolerances(bound: (wish: string, value: Expr) => Expr): Test[] {
    const [rtol, atol] = [build.read(this.io.rtol!), build.read(this.io.atol!)];
    const tolerances = bound("tolerances", build.add(rtol, atol));
    return [
      build.not(build.compare("ge", rtol, build.zero)),
      build.not(build.compare("ge", atol, build.zero)),
      build.not(build.compare("gt", tolerances, build.zero)),
      this.isNotFinite(tolerances),
    ];
  }

  #badGrid(count: Expr, length: Expr, statements: Statement[]): Test[] {
    if (this.gridStep.kind === "name")
      statements.push(build.bind(this.gridStep.name, build.div(length, count)));
    const whole = this.names.fresh("whole_steps");
    statements.push(build.bind(whole, build.primitive("floor", [count])));
    return [build.compare("ne", build.name(whole), count)];
  }

  /** The same where steps are found: their number is a limit, and observations are met as they come. */
  #findingPrelude(capacity: string | undefined): Statement[] {
    const { io, model, names } = this;
    const statements: Statement[] = [];
    const bound = (wish: string, value: Expr): Expr => {
      const name = names.fresh(wish);
      statements.push(build.bind(name, value));
      return build.name(name);
    };
    const limit = bound("step_limit", build.read(io.steps));
    const length = bound("length", this.span);
    const wrong = [
      build.not(build.compare("ge", limit, build.one)),
      ...(this.isAdaptive ? this.#badTolerances(bound) : this.#badGrid(limit, length, statements)),
      this.isNotFinite(length),
      build.compare("eq", length, build.zero),
    ].reduce((left, right) => build.or(left, right));
    statements.push(
      build.store(io.failedStep, [], build.zero),
      build.store(io.failedStage, [], build.zero),
      ...[io.accepted!, io.rejected!, io.evaluations!].map((array) => build.store(array, [], build.zero)),
      build.branch(wrong, this.leaveInvalid(status.badArgument)),
    );
    if (capacity !== undefined) {
      statements.push(
        build.branch(build.compare("gt", limit, build.read(capacity)), this.leaveInvalid(status.stepLimit)),
      );
    }
    const integer = (array: string, shape: readonly number[] = []): Statement =>
      build.alloc(array, shape, { element: "integer", zero: false });
    statements.push(
      integer(this.stepCount),
      build.store(this.stepCount, [], build.zero),
      ...[...this.#knotAt.values()].map((at) => integer(at)),
      ...[...this.#pieceNow.values()].flatMap((at) => [integer(at), build.store(at, [], build.zero)]),
    );
    if (model.times === undefined) return statements;
    const observations = io.observations;
    const misplaced = names.fresh("misplaced");
    const before = names.fresh("time_before");
    const k = names.fresh("k");
    const time = names.fresh("time");
    const direction = build.primitive("sign", [length]);
    const ahead = (from: Expr, to: Expr): Expr => build.mul(build.sub(to, from), direction);
    const at = affine.index(k);
    return [
      ...statements,
      integer(this.observeAt, [observations + 2]),
      ...this.holds.map(({ name }) => integer(this.#pieceAt.get(name)!, [observations])),
      build.store(this.observeAt, [affine.integer(0)], build.zero),
      build.comment("Observations in order, and in the interval."),
      build.alloc(misplaced, []),
      build.alloc(before, [], { zero: false }),
      build.store(before, [], build.read(io.t0)),
      build.loop(k, affine.integer(0), affine.integer(observations), [
        build.bind(time, build.read(io.times, [at])),
        build.branch(
          build.or(
            build.not(build.compare("ge", ahead(build.read(before), build.name(time)), build.zero)),
            build.or(
              build.not(build.compare("ge", ahead(build.name(time), build.read(io.t1)), build.zero)),
              build.and(
                build.compare("gt", build.integerValue(at), build.zero),
                build.compare("eq", build.read(before), build.name(time)),
              ),
            ),
          ),
          [build.store(misplaced, [], build.one)],
        ),
        build.store(before, [], build.name(time)),
      ]),
      build.branch(
        build.compare("ne", build.read(misplaced), build.zero),
        this.leaveInvalid(status.badArgument),
      ),
    ];
  }

  #placeObservations(n: Expr): Statement[] {
    const { io } = this;
    const observations = io.observations;
    const k = this.names.fresh("k");
    const at = affine.index(k);
    const misplaced = this.names.fresh("misplaced");
    const before = this.names.fresh("step_before");
    const [q, m] = [this.names.fresh("q"), this.names.fresh("m")];
    const [position, step] = [build.name(q), build.name(m)];
    const [off, last] = [this.names.fresh("off_step"), this.names.fresh("last_step")];
    const fits = [
      build.compare("le", build.name(off), build.number(1e-6)),
      build.compare("ge", step, build.name(last)),
      build.compare("le", step, n),
    ].reduce((left, right) => build.and(left, right));
    const pieces = this.holds.map((input): Statement => {
      const ending = build.primitive("ceil", [build.div(build.mul(step, build.number(input.count)), n)]);
      const piece = build.primitive("max", [build.sub(ending, build.one), build.zero]);
      return build.store(this.#pieceAt.get(input.name)!, [at], piece);
    });
    return [
      build.comment("Steps after which the observations are made."),
      build.alloc(this.observeAt, [observations + 2], { element: "integer", zero: false }),
      ...this.holds.map((input) =>
        build.alloc(this.#pieceAt.get(input.name)!, [observations], { element: "integer", zero: false }),
      ),
      build.alloc(misplaced, []),
      build.alloc(before, []),
      build.store(this.observeAt, [affine.integer(0)], build.zero),
      build.store(this.observeAt, [affine.integer(observations + 1)], n),
      build.loop(k, affine.integer(0), affine.integer(observations), [
        build.bind(q, build.div(build.sub(build.read(io.times, [at]), build.read(io.t0)), this.h)),
        build.bind(m, build.primitive("round", [position])),
        build.bind(off, this.#beyondRounding(build.primitive("abs", [build.sub(position, step)]), n)),
        build.bind(last, build.read(before)),
        build.branch(
          fits,
          [
            build.store(this.observeAt, [affine.offset(at, 1)], step),
            ...pieces,
            build.store(before, [], step),
          ],
          [build.store(misplaced, [], build.one)],
        ),
      ]),
      build.branch(
        build.compare("ne", build.read(misplaced), build.zero),
        this.leaveInvalid(status.badArgument),
      ),
    ];
  }

  /**
   * A small number of steps, or 0 where it is so small that rounding of times may have made it: where a 64th of it
   * vanishes against the count of steps, in whatever precision the program runs.
   */
  #beyondRounding(steps: Expr, count: Expr): Expr {
    const rest = build.sub(build.add(count, build.mul(steps, build.number(1 / 64))), count);
    return build.mul(rest, build.number(64));
  }

  // Ways out.

  isNotFinite(x: Expr): Test {
    return build.compare("ne", build.sub(x, x), build.zero);
  }

  /** Cotangents of the interface start from 0; only in `gradient`. */
  /**
   * The body of an entry for every sample of a batch: what a sample has for itself is its own row of the interface,
   * losses and counts are added up, and a sample that fails ends the run. Without a batch the body as it is.
   */
  inBatch(body: readonly Statement[]): readonly Statement[] {
    const { batch } = this.solver;
    if (batch === undefined) return body;
    const { io, names } = this;
    const sample = names.fresh("sample");
    const isOwn = (record: string): boolean => /^(state0|states|outputs|data|state0Bar)$/.test(record);
    const rows = new Map<string, View>();
    for (const { name, home } of io.arrays)
      if (home !== undefined && isOwn(home.record))
        rows.set(name, { array: name, prefix: [affine.index(sample)] });
    const summed = [io.value, io.accepted, io.rejected, io.evaluations].filter((one) => one !== undefined);
    const greatest = io.deviation === undefined || !this.hasBars ? [] : [io.deviation];
    const parts = new Map([...summed, ...greatest].map((name) => [name, names.fresh(`sample_${name}`)]));
    for (const [name, part] of parts) rows.set(name, { array: part, prefix: [] });
    // A row that failed makes the whole loss no number.
    const failing = (block: readonly Statement[]): Statement[] =>
      block.flatMap((statement): Statement[] => {
        switch (statement.kind) {
          case "return":
            return [build.store(io.value, [], build.number(Number.NaN)), statement];
          case "for":
          case "while":
            return [{ ...statement, body: failing(statement.body) }];
          case "if":
            return [{ ...statement, then: failing(statement.then), else: failing(statement.else) }];
          default:
            return [statement];
        }
      });
    const own = rewriteBlock(body, { array: (name) => rows.get(name) });
    return [
      ...[...parts.keys()].map((name) => build.store(name, [], build.zero)),
      ...[...parts.values()].map((part) => build.alloc(part, [])),
      build.loop(sample, affine.integer(0), affine.integer(batch), [
        ...failing(own),
        ...summed.map((name) => build.accumulate(name, [], build.read(parts.get(name)!))),
        ...greatest.map((name) =>
          build.store(name, [], build.primitive("max", [build.read(name), build.read(parts.get(name)!)])),
        ),
      ]),
    ];
  }

  clearBars = (): Statement[] =>
    [...this.#barArrays(), ...this.io.unasked].flatMap((array) => this.#fill(array, 0));

  #barArrays(): string[] {
    return [...this.io.startBar.values(), ...this.io.givenBar.values(), ...this.io.density.values()];
  }

  #fill(array: string, value: number): Statement[] {
    const { shape } = this.io.arrays.find((one) => one.name === array)!;
    return build.forEachEntry(shape, this.names.fresh, (at) => [build.store(array, at, build.number(value))]);
  }

  /** Set by the entry: whether the cotangents of the interface are its results too. */
  hasBars = false;

  /** No result is left over from an earlier run: all of them become NaN. */
  leaveInvalid(code: number): Statement[] {
    const scalars = [this.io.value, ...(this.hasBars ? this.#barArrays() : [])].filter(
      (array) => this.#rank(array) === 0,
    );
    const arrays = this.#resultArrays();
    return [
      ...scalars.map((array) => build.store(array, [], build.number(Number.NaN))),
      ...(arrays.length === 0 ? [] : [{ kind: "call" as const, callee: this.#invalidate, args: [] }]),
      build.leave(code),
    ];
  }

  /** The function that makes the arrays among the results NaN; entry functions share it where they share results. */
  invalidation(): Fn[] {
    const arrays = this.#resultArrays();
    if (arrays.length === 0) return [];
    return [
      {
        name: this.#invalidate,
        parameters: [],
        body: arrays.flatMap((array) => this.#fill(array, Number.NaN)),
        doc: "Makes the arrays among the results NaN, so that none is left over from an earlier run.",
      },
    ];
  }

  get #invalidate(): string {
    return this.hasBars ? "invalidate_gradient" : "invalidate_solve";
  }

  #resultArrays(): string[] {
    const { states, outputs } = this.io;
    const bars = this.hasBars ? this.#barArrays() : [];
    const own = this.hasBars ? bars : [...outputs.values()];
    return [...states.values(), ...own].filter((array) => this.#rank(array) > 0);
  }

  #rank(array: string): number {
    return this.io.arrays.find((one) => one.name === array)!.shape.length;
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
