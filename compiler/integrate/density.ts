/**
 * The continuous-consistent gradient of inputs: the density g(t) = (∂f/∂u)ᵀ p(t) + ∂running/∂u, with p the adjoint of the
 * differential equation, at every step. It is an approximation of the gradient of the equation, of the order of the
 * method up to two, not the gradient of the discrete loss, which oscillates where a method is weakly stable and depends
 * on the weights of its stages where parameters are sampled at them.
 *
 * What stands for p at the start of step n: of one-step methods λ_n. Of multistep methods a change of the state changes
 * the past that belongs to it, so that λ of past slopes counts through Jᵀ, and λ of past states as it is. Of the
 * leapfrog method, whose two interleaved branches carry p + q and p - q, with μ_m = λ_{m+1}
 *
 *     p_m = (μ_{m-1} + 2 μ_m + μ_{m+1}) / 2 ,   μ_N = 0 ,   p_0 = λ_0 ,   p_N = μ_{N-1} .
 *
 * Source: numerics 4.2 to 4.5; Sandu 2006 for discrete adjoints of multistep methods.
 */

import type { Context } from "../differentiate/normalise.ts";
import { vjp } from "../differentiate/reverse.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Fn, Statement, View } from "../ir/nodes.ts";
import type { Input, Leaf, Model } from "../model.ts";
import type { Point } from "./calls.ts";
import { type Driver, read, type Vector } from "./driver.ts";
import { fromStart, Kept } from "./kept.ts";
import type { PastKind } from "./schemes.ts";
import { isSignal, ofKnots } from "./signals.ts";
import type { Transposer } from "./stepper.ts";

/** Derivatives for inputs, at values of them. */
export interface DensityFunctions {
  readonly field: Fn;
  readonly running: Fn | undefined;
  /** Jᵀ, and that of the running loss, where past slopes count. */
  readonly ofState: Fn | undefined;
  readonly runningOfState: Fn | undefined;
}

export function densityFunctions(
  model: Model,
  kinds: readonly PastKind[],
  isWanted: (leaf: Leaf) => boolean,
  context: Context,
  ofState: (fn: Fn) => Fn,
  solved: Model,
): DensityFunctions {
  const leaves = model.inputs.flatMap((input) => input.leaves.filter(isWanted).map(({ name }) => name));
  const derive = (fn: Fn): Fn => {
    const derived = ofKnots(vjp(fn, new Set(leaves), context), model);
    return {
      ...derived,
      name: `${fn.name}_density`,
      doc: `Derivative of ${fn.name} for inputs, transposed.`,
    };
  };
  const { running } = model.loss;
  return {
    field: derive(model.rhs),
    running: running && derive(running),
    ofState: kinds.includes("slope") ? ofState(solved.rhs) : undefined,
    runningOfState:
      kinds.includes("slope") && solved.loss.running !== undefined ? ofState(solved.loss.running) : undefined,
  };
}

export class Density {
  readonly #driver: Driver;
  readonly #kinds: readonly PastKind[];
  readonly #functions: DensityFunctions;
  readonly #states: Kept;
  readonly #costates: Kept;
  readonly #adjoint: Vector;
  readonly #change: Vector;
  readonly #leaves: readonly {
    readonly input: Input;
    readonly leaf: Leaf;
    readonly here: string;
    readonly nodes: string;
  }[];
  readonly #seed: string;

  constructor(driver: Driver, kinds: readonly PastKind[], functions: DensityFunctions) {
    this.#driver = driver;
    this.#kinds = kinds;
    this.#functions = functions;
    const nodes = driver.solver.steps + 1;
    this.#states = new Kept(driver, "node_", nodes);
    this.#costates = new Kept(driver, "node_lambda_", nodes);
    this.#adjoint = driver.vector("adjoint_");
    this.#change = driver.vector("change_");
    this.#leaves = driver.model.inputs.flatMap((input) =>
      input.leaves
        .filter((leaf) => driver.io.density.has(leaf.name))
        .map((leaf) => ({
          input,
          leaf,
          here: driver.names.fresh(`${leaf.name}_density_here`),
          nodes: driver.names.fresh(`${leaf.name}_density_at`),
        })),
    );
    this.#seed = driver.names.fresh("density_seed");
  }

  get #isLeapfrog(): boolean {
    return this.#kinds.includes("state before");
  }

  /** The same adjoint, whose cotangents are kept. */
  listening(inner: Transposer): Transposer {
    return {
      forward: fromStart(inner.forward, (n) => this.#states.keep(n, this.#driver.state)),
      lambda: inner.lambda,
      past: inner.past,
      allocatePlan: () => [...inner.allocatePlan(), ...this.#allocate()],
      allocateCarried: () => inner.allocateCarried(),
      allocate: () => inner.allocate(),
      reverse: (n) => this.#reverse(n, inner),
    };
  }

  #allocate(): Statement[] {
    const driver = this.#driver;
    const role = "checkpoint" as const;
    return [
      ...this.#states.allocate(),
      ...this.#costates.allocate(),
      ...driver.allocate(this.#adjoint),
      ...driver.allocate(this.#change),
      build.alloc(this.#seed, [], { zero: false }),
      ...this.#leaves.flatMap(({ input, leaf, here, nodes }) => [
        build.alloc(here, leaf.shape, { zero: false }),
        ...(isSignal(input)
          ? [build.alloc(nodes, [driver.solver.steps + 1, ...leaf.shape], { zero: false, role })]
          : []),
      ]),
    ];
  }

  #reverse(n: Affine, inner: Transposer): Statement[] {
    const driver = this.#driver;
    if (this.#isLeapfrog) return [...this.#costates.keep(n, inner.lambda), ...inner.reverse(n)];
    const last = build.compare(
      "eq",
      build.integerValue(affine.offset(n, 1)),
      build.integerValue(driver.steps),
    );
    const sum =
      (kind: PastKind, first: (leaf: Leaf, at: readonly Affine[]) => Expr) =>
      (leaf: Leaf, at: readonly Affine[]): Expr =>
        inner.past
          .filter((_, j) => this.#kinds[j] === kind)
          .map((vector) => read(vector, leaf, at))
          .reduce((left, right) => build.add(left, right), first(leaf, at));
    const { ofState, runningOfState } = this.#functions;
    const { companions } = driver;
    const runningOfPast =
      companions &&
      inner.past.flatMap((_, index) =>
        this.#kinds[index] === "slope" ? [companions.barOf({ kind: "past", index, part: "all" })] : [],
      );
    const to = this.#costates.of(n);
    const out = [
      build.branch(last, this.#costates.keep(driver.steps, inner.lambda)),
      ...inner.reverse(n),
      build.comment("λ of the step's start, with what a change of the past adds."),
    ];
    const alone = sum("state", (leaf, at) => read(inner.lambda, leaf, at));
    if (ofState === undefined) return [...out, ...driver.assign(to, alone)];
    return [
      ...out,
      ...driver.assign(
        this.#adjoint,
        sum("slope", () => build.zero),
      ),
      ...driver.assign(this.#change, () => build.zero),
      ...driver.calls.toVjp(
        ofState,
        this.#pointOf(n),
        driver.model.state.map(this.#adjoint),
        this.#change,
        driver.model.state,
        false,
      ),
      ...(runningOfState === undefined || runningOfPast === undefined
        ? []
        : [
            build.store(
              this.#seed,
              [],
              runningOfPast.reduce((left, right) => build.add(left, right)),
            ),
            ...driver.calls.toVjp(
              runningOfState,
              this.#pointOf(n),
              [{ array: this.#seed, prefix: [] }],
              this.#change,
              driver.model.state,
              false,
            ),
          ]),
      ...driver.assign(to, (leaf, at) => build.add(alone(leaf, at), read(this.#change, leaf, at))),
    ];
  }

  /** Where the field is asked at the start of step n. */
  #pointOf(n: Affine): Point {
    const driver = this.#driver;
    return { t: driver.stepStart, state: this.#states.of(n), piece: driver.pieceOfStep(n) };
  }

  /** Keeps the last state; belongs between the sweeps. */
  atEnd(): Statement[] {
    return this.#states.keep(this.#driver.steps, this.#driver.state);
  }

  /** Forms the densities; belongs behind the sweeps. `lambda`: of the start. */
  statements(lambda: Vector): Statement[] {
    const driver = this.#driver;
    const { names, io } = driver;
    const n = names.fresh("n");
    const here = affine.index(n);
    const signals = this.#leaves.filter(({ input }) => isSignal(input));
    const holds = this.#leaves.filter(({ input }) => !isSignal(input));
    const out: Statement[] = [
      build.banner("Density"),
      build.loop(n, affine.integer(0), driver.steps, [
        ...driver.inStep(here, () => [
          ...this.#adjointOf(here, lambda),
          ...this.#densityHere(this.#pointOf(here)),
          ...holds.flatMap(({ input, leaf, here: g }) => {
            const share = names.fresh("share");
            // A piece is span / count long, and this step h of it.
            const part = build.div(build.mul(driver.h, build.number(input.count)), driver.span);
            return [
              build.bind(share, part),
              ...build.forEachEntry(leaf.shape, names.fresh, (at) => [
                build.accumulate(
                  io.density.get(leaf.name)!,
                  [driver.pieceOfStep(here)(input.name), ...at],
                  build.mul(build.name(share), build.read(g, at)),
                ),
              ]),
            ];
          }),
          ...this.#keep(signals, here),
        ]),
      ]),
    ];
    if (signals.length === 0) return out;
    const last = this.#isLeapfrog ? affine.offset(driver.steps, -1) : driver.steps;
    return [
      ...out,
      build.comment("At the end."),
      ...driver.assign(this.#adjoint, (leaf, at) => read(this.#costates.of(last), leaf, at)),
      ...this.#densityHere({ ...driver.finalPoint(), state: this.#states.of(driver.steps) }),
      ...this.#keep(signals, driver.steps),
      ...signals.flatMap((each) => this.#atKnots(each)),
    ];
  }

  #adjointOf(n: Affine, lambda: Vector): Statement[] {
    const driver = this.#driver;
    const costate = (offset: number, leaf: Leaf, at: readonly Affine[]) =>
      read(this.#costates.of(affine.offset(n, offset)), leaf, at);
    if (!this.#isLeapfrog) return driver.assign(this.#adjoint, (leaf, at) => costate(0, leaf, at));
    const half = build.number(0.5);
    const isInside = build.compare("gt", build.integerValue(n), build.zero);
    const isBeforeLast = build.compare(
      "lt",
      build.integerValue(affine.offset(n, 1)),
      build.integerValue(driver.steps),
    );
    return [
      build.branch(
        isInside,
        [
          ...driver.assign(this.#adjoint, (leaf, at) =>
            build.add(costate(0, leaf, at), build.mul(half, costate(-1, leaf, at))),
          ),
          build.branch(
            isBeforeLast,
            driver.assign(this.#adjoint, (leaf, at) =>
              build.add(read(this.#adjoint, leaf, at), build.mul(half, costate(1, leaf, at))),
            ),
          ),
        ],
        driver.assign(this.#adjoint, (leaf, at) => read(lambda, leaf, at)),
      ),
    ];
  }

  /** (∂f/∂u)ᵀ p + ∂running/∂u at a point, for every leaf. */
  #densityHere(point: Point): Statement[] {
    const driver = this.#driver;
    const { field, running } = this.#functions;
    const results: View[] = this.#leaves.map(({ here }) => ({ array: here, prefix: [] }));
    return [
      ...this.#leaves.flatMap(({ leaf, here }) =>
        build.forEachEntry(leaf.shape, driver.names.fresh, (at) => [build.store(here, at, build.zero)]),
      ),
      ...driver.calls.to(field, point, [...driver.model.state.map(this.#adjoint), ...results]),
      ...(running === undefined
        ? []
        : [
            build.store(this.#seed, [], build.one),
            ...driver.calls.to(running, point, [{ array: this.#seed, prefix: [] }, ...results]),
          ]),
    ];
  }

  #keep(signals: readonly { leaf: Leaf; here: string; nodes: string }[], n: Affine): Statement[] {
    return signals.flatMap(({ leaf, here, nodes }) =>
      build.forEachEntry(leaf.shape, this.#driver.names.fresh, (at) => [
        build.store(nodes, [n, ...at], build.read(here, at)),
      ]),
    );
  }

  /** Between the two steps around a knot, as most knots lie on no step. */
  #atKnots({ input, leaf, nodes }: { input: Input; leaf: Leaf; nodes: string }): Statement[] {
    const driver = this.#driver;
    const { names, io } = driver;
    const [n, k] = [names.fresh("n"), names.fresh("k")];
    const [knot, place] = [names.fresh("knot"), names.fresh("place")];
    const here = affine.index(n);
    const weight = build.name(place);
    const isInStep = build.and(
      build.compare("ge", weight, build.number(-1e-9)),
      build.compare("le", weight, build.number(1 + 1e-9)),
    );
    const done = build.div(build.integerValue(affine.index(k)), build.number(input.count - 1));
    return [
      build.loop(n, affine.integer(0), driver.steps, [
        ...driver.inStep(here, () => [
          build.loop(k, affine.integer(0), affine.integer(input.count), [
            build.bind(knot, build.add(build.read(io.t0), build.mul(driver.span, done))),
            build.bind(place, build.div(build.sub(build.name(knot), driver.stepStart), driver.h)),
            build.branch(
              isInStep,
              build.forEachEntry(leaf.shape, names.fresh, (at) => [
                build.store(
                  io.density.get(leaf.name)!,
                  [affine.index(k), ...at],
                  build.add(
                    build.mul(build.sub(build.one, weight), build.read(nodes, [here, ...at])),
                    build.mul(weight, build.read(nodes, [affine.offset(here, 1), ...at])),
                  ),
                ),
              ]),
            ),
          ]),
        ]),
      ]),
    ];
  }
}
