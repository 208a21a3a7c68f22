/**
 * Events of adaptive explicit Runge–Kutta steps: where `when` passes through 0 in an accepted step, the step is made
 * again with the length h that ends there, `then` makes the state behind it, or the solve stops.
 *
 * The length is an implicit function of everything: with Φ(x, t, h) the step, g(Φ, t + h) = 0 gives, for cotangents λ of
 * the step's end and τ̄ of its time,
 *
 *     μ = - (λ·Φ_h + τ̄) / (g_x·Φ_h + g_t) ,    λ += μ g_x ,   τ̄ += μ g_t ,   θ̄ += μ g_θ ,
 *
 * behind which a change of h changes nothing. The time of an event moves the steps behind it; the one that lands on an
 * observation, a piece or the end takes up the change: its h is what is left, so τ̄ = - λ·Φ_h at its start, and be it 0
 * where the event is at that time itself. Lengths that the controller chose stay as they were.
 *
 * Source: Corner, Sandu, Sandu 2019 for the jump conditions; here they are those of the discrete steps.
 */

import type { Tableau } from "../../runtime/tableaus.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Fn, Statement, Test, View } from "../ir/nodes.ts";
import type { Leaf, ModelEvent } from "../model.ts";
import type { Point } from "./calls.ts";
import type { Directional } from "./directional.ts";
import { type Driver, read, type Vector } from "./driver.ts";
import { fromStart, Kept } from "./kept.ts";
import type { Stepper, Transposer } from "./stepper.ts";
import { isZero } from "./tableau.ts";

/** Functions and derivatives that events need. */
export interface EventFunctions {
  readonly field: Directional;
  readonly running: Directional | undefined;
  readonly when: Directional;
  readonly whenVjp: Fn;
  readonly thenVjp: Fn | undefined;
  readonly thenInTime: Fn | undefined;
  readonly terminalInTime: Fn | undefined;
}

export const functionsOf = (functions: EventFunctions): Fn[] =>
  [
    ...[functions.field, functions.running, functions.when].flatMap((each) =>
      each === undefined ? [] : [each.ofState, each.inTime],
    ),
    functions.whenVjp,
    functions.thenVjp,
    functions.thenInTime,
    functions.terminalInTime,
  ].filter((fn): fn is Fn => fn !== undefined);

/** How a step was chosen: by the controller, to land on a time that is given, or to end at an event. */
export const stepKind = { chosen: 0, landing: 1, event: 2 } as const;

/** How a step changes with its length, or with its start in time. */
export class StepTangent {
  readonly #driver: Driver;
  readonly #tableau: Tableau;
  readonly #functions: EventFunctions;
  readonly #x: Vector;
  readonly #k: Vector;
  readonly #dx: Vector;
  readonly #dk: Vector;
  readonly #extra: Vector;
  /** What comes out: the change of the state, and of the integral of the running loss. */
  readonly change: Vector;
  readonly integral: string;
  readonly #part: string;

  constructor(driver: Driver, tableau: Tableau, functions: EventFunctions) {
    this.#driver = driver;
    this.#tableau = tableau;
    this.#functions = functions;
    this.#x = driver.vector("event_x_");
    this.#k = driver.vector("event_k_");
    this.#dx = driver.vector("event_dx_");
    this.#dk = driver.vector("event_dk_");
    this.#extra = driver.vector("event_in_time_");
    this.change = driver.vector("step_change_");
    this.integral = driver.names.fresh("integral_change");
    this.#part = driver.names.fresh("running_part");
  }

  allocate(): Statement[] {
    const driver = this.#driver;
    const copies = { copies: [this.#tableau.b.length] };
    return [
      ...driver.allocate(this.#x),
      ...driver.allocate(this.#k, copies),
      ...driver.allocate(this.#dx),
      ...driver.allocate(this.#dk, copies),
      ...driver.allocate(this.#extra),
      ...driver.allocate(this.change),
      build.alloc(this.integral, []),
      build.alloc(this.#part, [], { zero: false }),
    ];
  }

  #stage(vector: Vector, i: number): Vector {
    return (leaf) => ({ array: vector(leaf).array, prefix: [affine.integer(i)] });
  }

  /** The end of the step whose change was taken last. */
  end(to: Vector, from: Vector): Statement[] {
    const driver = this.#driver;
    return driver.assign(to, (leaf, at) =>
      this.#tableau.b
        .flatMap((weight, i) =>
          isZero(weight) ? [] : [build.mul(driver.scaled(weight), read(this.#stage(this.#k, i), leaf, at))],
        )
        .reduce((left, right) => build.add(left, right), read(from, leaf, at)),
    );
  }

  /** Whether a step depends on its start in time at all. */
  get dependsOnTime(): boolean {
    return this.#functions.field.inTime !== undefined || this.#functions.running?.inTime !== undefined;
  }

  /** `of`: the length h (with the start in time kept), or the start in time (with h kept). `from`: the step's start. */
  along(n: Affine, of: "h" | "t", from: Vector): Statement[] {
    const driver = this.#driver;
    const { a, b, c } = this.#tableau;
    const { field, running } = this.#functions;
    const stages = b.length;
    const out: Statement[] = [build.store(this.integral, [], build.zero)];
    const combined = (row: readonly (readonly [number, number])[], leaf: Leaf, at: readonly Affine[]): Expr =>
      row
        .flatMap((coefficient, j) => {
          if (isZero(coefficient)) return [];
          const slope = read(this.#stage(this.#k, j), leaf, at);
          const turn = build.mul(driver.h, read(this.#stage(this.#dk, j), leaf, at));
          const value = of === "h" ? build.add(slope, turn) : turn;
          return [build.mul(build.number(coefficient[0] / coefficient[1]), value)];
        })
        .reduce((left, right) => build.add(left, right), build.zero);
    for (let i = 0; i < stages; i++) {
      const [over, under] = c[i]!;
      const share = over / under;
      const point: Point = {
        t: over === 0 ? driver.stepStart : build.add(driver.stepStart, driver.scaled(c[i]!)),
        state: this.#x,
        piece: driver.pieceOfStep(n),
      };
      const row = a[i] ?? [];
      const timed = of === "t" ? 1 : share;
      out.push(
        ...driver.assign(this.#x, (leaf, at) =>
          row
            .flatMap((coefficient, j) =>
              isZero(coefficient)
                ? []
                : [build.mul(driver.scaled(coefficient), read(this.#stage(this.#k, j), leaf, at))],
            )
            .reduce((left, right) => build.add(left, right), read(from, leaf, at)),
        ),
        ...driver.calls.to(
          driver.vjps.fields.get("all")!.fn,
          point,
          driver.model.state.map(this.#stage(this.#k, i)),
        ),
        ...driver.assign(this.#dx, (leaf, at) => combined(row, leaf, at)),
        ...driver.calls.to(field.ofState, point, [
          ...driver.model.state.map(this.#dx),
          ...driver.model.state.map(this.#stage(this.#dk, i)),
        ]),
      );
      if (field.inTime !== undefined && timed !== 0)
        out.push(
          ...driver.calls.to(field.inTime, point, driver.model.state.map(this.#extra)),
          ...driver.assign(this.#stage(this.#dk, i), (leaf, at) =>
            build.add(
              read(this.#stage(this.#dk, i), leaf, at),
              build.mul(build.number(timed), read(this.#extra, leaf, at)),
            ),
          ),
        );
      if (running !== undefined && !isZero(b[i]!)) out.push(...this.#running(point, b[i]!, of, timed));
    }
    out.push(...driver.assign(this.change, (leaf, at) => combined(b, leaf, at)));
    return out;
  }

  #running(point: Point, weight: readonly [number, number], of: "h" | "t", timed: number): Statement[] {
    const driver = this.#driver;
    const running = this.#functions.running!;
    const view: View = { array: this.#part, prefix: [] };
    const add = (factor: Expr): Statement =>
      build.accumulate(this.integral, [], build.mul(factor, build.read(this.#part)));
    const share = build.number(weight[0] / weight[1]);
    return [
      ...(of === "h" ? [...driver.calls.to(driver.model.loss.running!, point, [view]), add(share)] : []),
      ...driver.calls.to(running.ofState, point, [...driver.model.state.map(this.#dx), view]),
      add(driver.scaled(weight)),
      ...(running.inTime === undefined || timed === 0
        ? []
        : [
            ...driver.calls.to(running.inTime, point, [view]),
            add(build.mul(driver.scaled(weight), build.number(timed))),
          ]),
    ];
  }
}

/** `when` at a place, and how it changes along a step's change. */
export class EventValue {
  readonly #driver: Driver;
  readonly #event: ModelEvent;
  readonly #functions: EventFunctions;
  readonly value: string;
  readonly rate: string;
  readonly #inTime: string;

  constructor(driver: Driver, event: ModelEvent, functions: EventFunctions) {
    this.#driver = driver;
    this.#event = event;
    this.#functions = functions;
    this.value = driver.names.fresh("event_value");
    this.rate = driver.names.fresh("event_rate");
    this.#inTime = driver.names.fresh("event_in_time");
  }

  allocate(): Statement[] {
    return [this.value, this.rate, this.#inTime].map((name) => build.alloc(name, []));
  }

  at(point: Point): Statement[] {
    return this.#driver.calls.to(this.#event.when, point, [{ array: this.value, prefix: [] }]);
  }

  /** The part of the rate that is `when`'s own change in time; 0 where there is none. */
  get inTime(): Expr {
    return build.read(this.#inTime);
  }

  /** g_x·change + g_t, where a change of the step's length ends. */
  rateAt(point: Point, change: Vector): Statement[] {
    const driver = this.#driver;
    const { when } = this.#functions;
    return [
      ...driver.calls.to(when.ofState, point, [
        ...driver.model.state.map(change),
        { array: this.rate, prefix: [] },
      ]),
      ...(when.inTime === undefined
        ? []
        : [
            ...driver.calls.to(when.inTime, point, [{ array: this.#inTime, prefix: [] }]),
            build.accumulate(this.rate, [], build.read(this.#inTime)),
          ]),
    ];
  }

  /** Whether the value has passed through 0 in the direction that is asked for, from a value before. */
  passed(before: Expr, after: Expr): Test {
    const rising = build.and(build.compare("lt", before, build.zero), build.compare("ge", after, build.zero));
    const falling = build.and(
      build.compare("gt", before, build.zero),
      build.compare("le", after, build.zero),
    );
    const { direction } = this.#event;
    return direction === 1 ? rising : direction === -1 ? falling : build.or(rising, falling);
  }
}

/** The adjoint of steps that may end at events, around the adjoint of the steps. */
export class EventTransposer implements Transposer {
  readonly forward: Stepper;
  readonly lambda: Vector;
  readonly past: readonly Vector[] = [];
  readonly #driver: Driver;
  readonly #event: ModelEvent;
  readonly #functions: EventFunctions;
  readonly #inner: Transposer;
  readonly #tangent: StepTangent;
  readonly #value: EventValue;
  readonly #nodes: Kept;
  readonly #before: Vector;
  readonly #seeds: Vector;
  readonly #timeBar: string;
  readonly #dot: string;
  readonly #mu: string;

  constructor(
    driver: Driver,
    event: ModelEvent,
    tableau: Tableau,
    functions: EventFunctions,
    inner: Transposer,
  ) {
    this.#driver = driver;
    this.#event = event;
    this.#functions = functions;
    this.#inner = inner;
    this.lambda = inner.lambda;
    this.#tangent = new StepTangent(driver, tableau, functions);
    this.#value = new EventValue(driver, event, functions);
    this.#nodes = new Kept(driver, "event_node_", driver.room);
    this.#before = driver.vector("before_event_");
    this.#seeds = driver.vector("event_seed_");
    this.#timeBar = driver.names.fresh("time_bar");
    this.#dot = driver.names.fresh("event_dot");
    this.#mu = driver.names.fresh("event_mu");
    this.forward = fromStart(inner.forward, (n) => this.#nodes.keep(n, driver.state));
  }

  allocatePlan(): Statement[] {
    return [...this.#inner.allocatePlan(), ...this.#nodes.allocate()];
  }

  allocateCarried(): Statement[] {
    return [...this.#inner.allocateCarried(), build.alloc(this.#timeBar, [])];
  }

  allocate(): Statement[] {
    const driver = this.#driver;
    return [
      ...this.#inner.allocate(),
      ...this.#tangent.allocate(),
      ...this.#value.allocate(),
      ...driver.allocate(this.#before),
      ...driver.allocate(this.#seeds),
      build.alloc(this.#dot, []),
      build.alloc(this.#mu, [], { zero: false }),
    ];
  }

  /** λ·change of the step, and of the running loss. */
  #alongChange(): Statement[] {
    return [
      ...this.#product(this.lambda, this.#tangent.change),
      build.accumulate(this.#dot, [], build.read(this.#tangent.integral)),
    ];
  }

  #product(left: Vector, right: Vector): Statement[] {
    const driver = this.#driver;
    return [
      build.store(this.#dot, [], build.zero),
      ...driver.model.state.flatMap((leaf) =>
        build.forEachEntry(leaf.shape, driver.names.fresh, (at) => [
          build.accumulate(this.#dot, [], build.mul(read(left, leaf, at), read(right, leaf, at))),
        ]),
      ),
    ];
  }

  reverse(n: Affine): Statement[] {
    const driver = this.#driver;
    const kind = build.name(driver.names.fresh("kind"));
    const is = (code: number): Test => build.compare("eq", kind, build.number(code));
    const start = this.#nodes.of(n);
    const tangent = this.#tangent;
    const dot = build.read(this.#dot);
    const landing = [
      ...this.#alongChange(),
      build.comment("What is left to a time that is given."),
      build.store(this.#timeBar, [], build.neg(dot)),
    ];
    return [
      build.bind(kind.kind === "name" ? kind.name : "", driver.kindOfStep(n)),
      build.branch(build.not(is(stepKind.chosen)), [
        ...tangent.along(n, "h", start),
        build.branch(is(stepKind.event), this.#atEvent(n, start), landing),
      ]),
      ...(tangent.dependsOnTime
        ? [...tangent.along(n, "t", start), ...this.#alongChange(), build.accumulate(this.#timeBar, [], dot)]
        : []),
      ...this.#inner.reverse(n),
    ];
  }

  #atEvent(n: Affine, start: Vector): Statement[] {
    const driver = this.#driver;
    const { model } = driver;
    const { thenVjp, thenInTime, terminalInTime, when, whenVjp } = this.#functions;
    const point: Point = {
      t: build.add(driver.stepStart, driver.h),
      state: this.#before,
      piece: driver.pieceOfStep(n),
    };
    const out: Statement[] = [
      build.comment("The event at the end of this step."),
      ...this.#tangent.end(this.#before, start),
    ];
    if (thenVjp !== undefined) {
      out.push(
        ...driver.assign(this.#seeds, (leaf, at) => read(this.lambda, leaf, at)),
        ...driver.assign(this.lambda, () => build.zero),
        ...driver.calls.toVjp(thenVjp, point, model.state.map(this.#seeds), this.lambda),
      );
      if (thenInTime !== undefined) {
        const scratch = driver.vector("then_in_time_");
        out.push(
          ...driver.allocate(scratch),
          ...driver.calls.to(thenInTime, point, model.state.map(scratch)),
          ...this.#product(this.#seeds, scratch),
          build.accumulate(this.#timeBar, [], build.read(this.#dot)),
        );
      }
    }
    if (this.#event.stops && terminalInTime !== undefined)
      out.push(
        ...driver.calls.to(terminalInTime, driver.finalPoint(), [{ array: this.#mu, prefix: [] }]),
        build.accumulate(this.#timeBar, [], build.read(this.#mu)),
      );
    return [
      ...out,
      ...this.#value.rateAt(point, this.#tangent.change),
      ...this.#alongChange(),
      build.store(
        this.#mu,
        [],
        build.neg(
          build.div(
            build.add(build.read(this.#dot), build.read(this.#timeBar)),
            build.read(this.#value.rate),
          ),
        ),
      ),
      ...driver.calls.toVjp(whenVjp, point, [{ array: this.#mu, prefix: [] }], this.lambda),
      ...(when.inTime === undefined
        ? []
        : [build.accumulate(this.#timeBar, [], build.mul(build.read(this.#mu), this.#value.inTime))]),
    ];
  }
}
