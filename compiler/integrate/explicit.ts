/** Steps of explicit methods: forward, as attempts with an error estimate, and transposed by a plan. */

import type { Affine } from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Fn, Statement } from "../ir/nodes.ts";
import { type Driver, read, type Vector } from "./driver.ts";
import { type Embedded, usualMargin } from "./embedded.ts";
import type { Plan } from "./plans/plan.ts";
import type { Revolve } from "./plans/revolve.ts";
import { type Explicit, evaluationsOf, k, scaledTerm, type Term } from "./scheme.ts";
import { Bars, type Slope, Step } from "./step.ts";
import type { Attempts, Control, Stepper, Transposer } from "./stepper.ts";
import { isZero } from "./tableau.ts";

/** What a forward sweep leaves to others: what is done before each step, and how a slope is computed. */
export interface Sweep {
  enter(n: Affine): Statement[];
  readonly slope: Slope;
  /** Whether slopes leave tapes behind, so that none may be taken over from another step. */
  readonly keepsTapes: boolean;
}

/** The sweep of a solve that keeps nothing. */
export const plainSweep = (driver: Driver): Sweep => ({
  enter: () => [],
  slope: (point, { slope }) => driver.slopeOf(point, slope),
  keepsTapes: false,
});

/** The error estimate of Taylor's method: a function like the field, whose results are sizes, and the order of the series. */
export interface Remainder {
  readonly lastTerms: Fn;
  readonly order: number;
}

export class ExplicitStepper implements Stepper {
  readonly attempts: Attempts | undefined;
  readonly #driver: Driver;
  readonly #step: Step;
  readonly #sweep: Sweep;

  constructor(driver: Driver, method: Explicit, sweep: Sweep, estimate: Embedded | Remainder | undefined) {
    this.#driver = driver;
    this.#step = new Step(driver, method);
    this.#sweep = sweep;
    this.attempts =
      estimate === undefined
        ? undefined
        : "lastTerms" in estimate
          ? new SeriesAttempts(driver, method, sweep, estimate)
          : new EmbeddedAttempts(driver, method, sweep, estimate);
  }

  allocate(): Statement[] {
    return [...this.#driver.slopes.allocate(), ...this.#driver.allocatePast()];
  }

  advance(n: Affine): Statement[] {
    return this.#step.byScheme(n, (scheme) => [
      ...this.#step.silently(n, scheme),
      ...this.#step.nextVectors(scheme),
    ]);
  }

  forward(n: Affine): Statement[] {
    return [
      ...this.#sweep.enter(n),
      ...this.#step.byScheme(n, (scheme) => [
        ...this.#step.operations(n, scheme, this.#sweep.slope),
        ...this.#step.next(scheme),
        ...this.#step.checkFinite(n, scheme),
      ]),
    ];
  }
}

class EmbeddedAttempts implements Attempts {
  readonly errorOrder: number;
  readonly margin: number;
  readonly keepsSlope: boolean;
  readonly #driver: Driver;
  readonly #method: Explicit;
  readonly #sweep: Sweep;
  readonly #embedded: Embedded;
  readonly #step: Step;
  readonly #probe: Vector;

  constructor(driver: Driver, method: Explicit, sweep: Sweep, embedded: Embedded) {
    this.#driver = driver;
    this.#method = method;
    this.#sweep = sweep;
    this.#embedded = embedded;
    this.#step = new Step(driver, method);
    this.#probe = driver.vector("probe_");
    this.errorOrder = embedded.order + 1;
    this.margin = embedded.margin ?? usualMargin;
    this.keepsSlope = !sweep.keepsTapes;
  }

  attempt(n: Affine, next: Vector, control: Control): Statement[] {
    const [advance] = this.#method.main.next;
    return [
      ...this.#sweep.enter(n),
      ...this.#stages(n, control),
      ...this.#driver.assign(next, (leaf, at) => this.#step.sumOf(advance!.terms, leaf, at)),
      ...this.#estimate(n, next, control),
    ];
  }

  /** The running loss, and the slope that the next step begins with. */
  accepted(n: Affine, control: Control): Statement[] {
    const driver = this.#driver;
    const { main } = this.#method;
    const running = driver.inCoefficients(() =>
      evaluationsOf(main).flatMap((evaluate) =>
        this.#step.running(this.#step.pointOf(n, evaluate), evaluate, main),
      ),
    );
    if (this.#embedded.extra !== "new state" || !this.keepsSlope)
      return [...running, control.set("fresh", build.one)];
    return [
      ...running,
      ...driver.assign(driver.vectorOf(k(0)), (leaf, at) => read(driver.vectorOf(this.#behind), leaf, at)),
      control.set("fresh", build.zero),
    ];
  }

  leaveNotFinite(): Statement[] {
    return this.#step.leaveNotFinite(this.#method.main);
  }

  /** The slope behind the stages. */
  get #behind() {
    return k(evaluationsOf(this.#method.main).length);
  }

  /** The first slope only where that of the last step or attempt cannot be used. */
  #stages(n: Affine, control: Control): Statement[] {
    const out: Statement[] = [];
    let count = 0;
    for (const operation of this.#method.main.operations) {
      if (operation.kind === "combine") out.push(...this.#step.combine(operation));
      if (operation.kind !== "evaluate") continue;
      const slope = this.#sweep.slope(this.#step.pointOf(n, operation), operation);
      if (operation.index > 0) {
        out.push(...slope);
        count++;
        continue;
      }
      const isFresh = build.compare("ne", control.scalar("fresh"), build.zero);
      out.push(build.branch(isFresh, [...slope, control.add("evaluations", 1)]));
    }
    return [...out, control.add("evaluations", count + (this.#embedded.extra === undefined ? 0 : 1))];
  }

  /** No error at all, or no number. */
  #whetherFinite(next: Vector, control: Control): Statement[] {
    const driver = this.#driver;
    return [
      control.set("error", build.zero),
      ...driver.model.state.flatMap((leaf) =>
        build.forEachEntry(leaf.shape, driver.names.fresh, (at) => {
          const value = read(next, leaf, at);
          return [control.set("error", build.add(control.scalar("error"), build.sub(value, value)))];
        }),
      ),
    ];
  }

  /** The squared error norm of the attempt. */
  #estimate(n: Affine, next: Vector, control: Control): Statement[] {
    const driver = this.#driver;
    const { extra, errors } = this.#embedded;
    const out: Statement[] = [];
    const weighted = (row: readonly (readonly [number, number])[]): Term[] =>
      row.map((weight, j) => scaledTerm(weight, k(j))).filter(({ coefficient }) => !isZero(coefficient));
    if (extra !== undefined) {
      let place = next;
      if (extra !== "new state") {
        place = this.#probe;
        out.push(
          ...driver.allocate(place),
          ...driver.assign(place, (leaf, at) =>
            build.add(read(driver.state, leaf, at), this.#step.sumOf(weighted(extra.a), leaf, at)),
          ),
        );
      }
      const c = extra === "new state" ? driver.h : driver.scaled(extra.c);
      const point = { t: build.add(driver.stepStart, c), state: place, piece: driver.pieceOfStep(n) };
      out.push(build.comment("For the estimate of the error."), ...driver.slopeOf(point, this.#behind));
    }
    const squares = errors.map((row) => {
      const { statements, mean } = control.meanSquare(
        (leaf, at) => this.#step.sumOf(weighted(row), leaf, at),
        driver.state,
        next,
      );
      const name = driver.names.fresh("mean_square");
      out.push(...statements, build.bind(name, mean));
      return build.name(name);
    });
    if (errors.length === 0) return [...out, ...this.#whetherFinite(next, control)];
    const [fifth, third] = squares as [Expr, Expr?];
    if (third === undefined) return [...out, control.set("error", fifth)];
    // Hairer's DOP853: the estimate of order 5 times itself over a mean of both.
    const both = driver.names.fresh("both");
    const under = build.name(both);
    const tamed = build.div(build.mul(fifth, fifth), under);
    return [
      ...out,
      build.bind(both, build.add(fifth, build.mul(build.number(0.01), third))),
      control.set("error", build.select(build.compare("eq", under, build.zero), build.zero, tamed)),
    ];
  }
}

/** Attempts of a step that is one slope, with what the last terms of its series say of the error. */
class SeriesAttempts implements Attempts {
  readonly errorOrder: number;
  /** The terms that are asked belong to the series: what is left behind them is smaller. */
  readonly margin = 0.1;
  readonly keepsSlope = false;
  readonly #driver: Driver;
  readonly #method: Explicit;
  readonly #sweep: Sweep;
  readonly #lastTerms: Fn;
  readonly #step: Step;
  readonly #probe: Vector;

  constructor(driver: Driver, method: Explicit, sweep: Sweep, { lastTerms, order }: Remainder) {
    this.#driver = driver;
    this.#method = method;
    this.#sweep = sweep;
    this.#lastTerms = lastTerms;
    this.errorOrder = order;
    this.#step = new Step(driver, method);
    this.#probe = driver.vector("last_terms_");
  }

  attempt(n: Affine, next: Vector, control: Control): Statement[] {
    const driver = this.#driver;
    const { main } = this.#method;
    const [advance] = main.next;
    const [evaluate] = evaluationsOf(main);
    const point = this.#step.pointOf(n, evaluate!);
    const { statements, mean } = control.meanSquare(
      (leaf, at) => build.mul(driver.h, read(this.#probe, leaf, at)),
      driver.state,
      next,
    );
    return [
      ...this.#sweep.enter(n),
      ...main.operations.flatMap((operation): Statement[] => {
        if (operation.kind === "combine") return this.#step.combine(operation);
        return operation.kind === "evaluate" ? this.#sweep.slope(point, operation) : [];
      }),
      ...driver.assign(next, (leaf, at) => this.#step.sumOf(advance!.terms, leaf, at)),
      ...driver.allocate(this.#probe),
      build.comment("For the estimate of the error."),
      ...driver.calls.to(this.#lastTerms, point, driver.model.state.map(this.#probe)),
      ...statements,
      control.set("error", mean),
      control.add("evaluations", 2),
    ];
  }

  accepted(n: Affine, control: Control): Statement[] {
    const { main } = this.#method;
    const running = this.#driver.inCoefficients(() =>
      evaluationsOf(main).flatMap((evaluate) =>
        this.#step.running(this.#step.pointOf(n, evaluate), evaluate, main),
      ),
    );
    return [...running, control.set("fresh", build.one)];
  }

  leaveNotFinite(): Statement[] {
    return this.#step.leaveNotFinite(this.#method.main);
  }
}

export class ExplicitTransposer implements Transposer {
  readonly forward: Stepper;
  readonly #plan: Plan;
  readonly #step: Step;
  readonly #bars: Bars;
  readonly #driver: Driver;
  readonly #revolve: Revolve | undefined;

  /** `revolve`: keeps checkpoints in the place of every state. */
  constructor(
    driver: Driver,
    method: Explicit,
    plan: Plan,
    embedded: Embedded | Remainder | undefined,
    revolve?: Revolve,
  ) {
    this.#driver = driver;
    this.#plan = plan;
    this.#revolve = revolve;
    this.#step = new Step(driver, method);
    this.#bars = new Bars(driver);
    const sweep: Sweep = {
      enter: (n) => [...plan.enter(n), ...(revolve?.enter(n) ?? [])],
      slope: (point, evaluate) => plan.slope(point, evaluate),
      keepsTapes: plan.keepsTapes,
    };
    this.forward = new ExplicitStepper(driver, method, sweep, embedded);
  }

  get lambda(): Vector {
    return this.#bars.lambda;
  }

  get past(): Vector[] {
    return this.#driver.shape.past.map((part, index) => this.#bars.of({ kind: "past", index, part }));
  }

  allocatePlan(): Statement[] {
    return [...this.#plan.allocate(), ...(this.#revolve?.allocate() ?? [])];
  }

  get sweep() {
    return this.#revolve?.over({ forward: this.forward, reverse: (n) => this.reverse(n) });
  }

  allocateCarried(): Statement[] {
    return this.#bars.allocateCarried();
  }

  allocate(): Statement[] {
    return this.#bars.allocate();
  }

  reverse(n: Affine): Statement[] {
    return this.#step.byScheme(n, (scheme) => [
      ...this.#plan.reenter(n, scheme),
      ...this.#step.transpose(n, scheme, this.#bars, (point, evaluate, seeds, to) =>
        this.#plan.back(point, evaluate, seeds, to),
      ),
    ]);
  }
}
