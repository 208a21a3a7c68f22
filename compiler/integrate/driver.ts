/**
 * What the entry functions of a solve have in common: names, vector operations over all leaves of the state, steps with their
 * lengths, times and pieces. In: a model, its solver, its interface. Out: statements.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Access, Alloc, Expr, Statement, View } from "../ir/nodes.ts";
import type { Input, Leaf, Model } from "../model.ts";
import type { Solver } from "../module.ts";
import { Calls, type Point } from "./calls.ts";
import { Companions } from "./companions.ts";
import type { Interface } from "./interface-arrays.ts";
import type { Vjps } from "./plans/plan.ts";
import { Results } from "./results.ts";
import type { Part, Vec } from "./scheme.ts";
import { isSignal } from "./signals.ts";
import { double, type Fraction } from "./tableau.ts";

/** A state-shaped set of views, by leaf name. */
export type Vector = (leaf: Leaf) => View;

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
  readonly calls: Calls;
  readonly results: Results;
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
    for (const { name } of this.holds) this.#pieceAt.set(name, this.names.fresh(`${name}_at`));
    this.calls = new Calls(this);
    this.results = new Results(io, this.names);
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
    this.companions = isLinked ? new Companions(this.integral, shape, this.names) : undefined;
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
      ...(this.companions?.allocate() ?? []),
    ];
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
    return kinds === undefined || !this.results.hasBars ? [] : [build.store(kinds, [n], kind)];
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
    if (this.#grid === undefined || !this.results.hasBars) return [];
    const { t, h, kind, pieces } = this.#grid;
    return [t, h, ...(kind === undefined ? [] : [kind]), ...pieces.values()].map((array) =>
      build.alloc(array, [this.room], { zero: false, role: "checkpoint" }),
    );
  }

  /** Keeps time, length and pieces of step n. */
  storeGrid(n: Affine, t: Expr, h: Expr): Statement[] {
    if (this.#grid === undefined || !this.results.hasBars) return [];
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

  /**
   * Statements for every entry of the state that has a place in the interface: `places` by leaf of the user's, under the
   * indices `lead`.
   */
  placed(
    places: ReadonlyMap<string, string>,
    lead: readonly Affine[],
    write: (leaf: Leaf, at: readonly Affine[], place: Access) => Statement[],
  ): Statement[] {
    return this.model.state.flatMap((leaf) => {
      if (leaf.parts === undefined) {
        const array = places.get(leaf.name);
        if (array === undefined) return [];
        return build.forEachEntry(leaf.shape, this.names.fresh, (at) =>
          write(leaf, at, { array, at: [...lead, ...at] }),
        );
      }
      return leaf.parts.flatMap(({ name }, i) => {
        const array = places.get(name);
        return array === undefined ? [] : write(leaf, [affine.integer(i)], { array, at: lead });
      });
    });
  }

  /** Asks the field, all of it or one half, for a slope. */
  slopeOf(point: Point, slope: Vec): Statement[] {
    const { fn } = this.vjps.fields.get(slope.part)!;
    return this.calls.to(fn, point, this.leavesOf(slope.part).map(this.vectorOf(slope)));
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
    if (initial !== undefined) return this.calls.to(initial, this.startPoint(), state.map(this.state));
    return this.placed(this.io.start, [], (leaf, at, place) => [
      build.store(leaf.name, at, build.read(place.array, place.at)),
    ]);
  }

  /** How far the state at hand is from the start, relative to its largest entry; where it was recovered. */
  deviation(): Statement[] {
    const { deviation, start } = this.io;
    if (deviation === undefined) return [];
    const truth = this.model.initial === undefined ? undefined : this.vector("true_");
    const [most, size] = [this.names.fresh("most"), this.names.fresh("size")];
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
            ...this.calls.to(this.model.initial!, this.startPoint(), this.model.state.map(truth)),
          ]),
      build.alloc(most, []),
      build.alloc(size, []),
      ...this.placed(start, [], (leaf, at, place) => {
        const given = truth === undefined ? build.read(place.array, place.at) : read(truth, leaf, at);
        return [larger(most, abs(build.sub(read(this.state, leaf, at), given))), larger(size, abs(given))];
      }),
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

  /** Steps of which events shorten some: room for as many more as there are, and a few. */
  get room(): number {
    const { steps } = this.solver;
    return steps + this.spareSteps;
  }

  get spareSteps(): number {
    return this.findsSteps && !this.isAdaptive ? this.solver.steps + 16 : 0;
  }
}
