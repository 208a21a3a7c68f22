/**
 * The forward sweep that finds its steps. In: a driver, and attempts at steps with their errors. Out: IR. A step is
 * accepted where the norm of its error, each entry against atol + rtol·|x|, is at most its margin; one that is not leaves
 * no trace. Observation times and the boundaries of `hold` are hit by shortening the step; so are the points of the grid
 * where steps are given and events shorten some of them. The reverse sweep runs over the accepted steps: time, length and
 * pieces of each are stored, the controller is not differentiated.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Statement, Test } from "../ir/nodes.ts";
import { status } from "../module.ts";
import { growth, power, shrinkage } from "./controller.ts";
import { type Driver, read, type Vector } from "./driver.ts";
import { EventSearch, type Events, type Searched } from "./event-search.ts";
import { k } from "./scheme.ts";
import type { Attempts } from "./stepper.ts";

/** Attempts at steps, at most; the run's own limit is lower. */
const most = 2 ** 31 - 1;

/** Steps that would end this near to where they must land end there, relative to what is left. */
const nearly = 1 + 1e-9;

/** The least squared error norm that the controller looks at. */
const least = 1e-20;

/** The part of the whole span below which no step is tried again that came to no number. */
const hopeless = 1e-30;

/** The part of a step of the grid by which a time that is given may miss a point of it. */
const gridSlack = 1e-6;

export class AdaptiveSweep implements Searched {
  readonly #driver: Driver;
  readonly #attempts: Attempts;
  readonly #observe: (k: Affine) => Statement[];
  readonly next: Vector;
  readonly #scalars = new Map<string, string>();
  readonly #integers = new Map<string, string>();
  /** Of the time the state is at. */
  readonly t: Expr;

  readonly #search: EventSearch | undefined;

  /** `observe`: records observation k at the state. */
  constructor(
    driver: Driver,
    attempts: Attempts,
    observe: (k: Affine) => Statement[],
    events: Events | undefined,
  ) {
    this.#driver = driver;
    this.#attempts = attempts;
    this.#observe = observe;
    this.next = driver.vector("next_");
    this.t = this.scalar("t_now");
    this.#search = events && new EventSearch(driver, this, attempts, events);
  }

  statements(): Statement[] {
    const driver = this.#driver;
    const { io } = driver;
    const open = this.scalar("open");
    const body = this.#attempt();
    const first = this.#firstStep();
    return [
      ...[...this.#scalars.values()].map((name) => build.alloc(name, [], { zero: false })),
      ...[...this.#integers.values()].map((name) =>
        build.alloc(name, [], { element: "integer", zero: false }),
      ),
      ...driver.allocate(this.next),
      ...(this.#search?.allocate() ?? []),
      ...[...this.#scalars.keys()].map((name) => this.set(name, build.zero)),
      ...[...this.#integers.values()].map((name) => build.store(name, [], build.zero)),
      this.set("t_now", build.read(io.t0)),
      this.set("fresh", build.one),
      this.set("error_before", build.one),
      this.set("open", build.one),
      this.set("was_finite", build.one),
      ...this.#observeAtStart(),
      ...first,
      ...(this.#search?.atStart() ?? []),
      {
        kind: "while",
        counter: driver.names.fresh("attempt"),
        test: build.compare("ne", open, build.zero),
        limit: most,
        body,
      },
      ...(driver.model.times === undefined
        ? []
        : [
            build.store(
              driver.observeAt,
              [affine.integer(io.observations + 1)],
              build.integerValue(this.accepted),
            ),
          ]),
    ];
  }

  scalar(name: string): Expr {
    let known = this.#scalars.get(name);
    if (known === undefined) {
      known = this.#driver.names.fresh(name);
      this.#scalars.set(name, known);
    }
    return build.read(known);
  }

  #integer(name: string): Affine {
    let known = this.#integers.get(name);
    if (known === undefined) {
      known = this.#driver.names.fresh(name);
      this.#integers.set(name, known);
    }
    return affine.gather(known, []);
  }

  set(name: string, value: Expr): Statement {
    this.scalar(name);
    return build.store(this.#scalars.get(name)!, [], value);
  }

  add(name: string, value: number): Statement {
    if (name === "evaluations")
      return build.accumulate(this.#driver.io.evaluations!, [], build.number(value));
    return this.set(name, build.add(this.scalar(name), build.number(value)));
  }

  #bind(wish: string, value: Expr, out: Statement[]): Expr {
    const name = this.#driver.names.fresh(wish);
    out.push(build.bind(name, value));
    return build.name(name);
  }

  get accepted(): Affine {
    return this.#driver.steps;
  }

  // The first step.

  #observeAtStart(): Statement[] {
    const { io, model } = this.#driver;
    if (model.times === undefined) return [];
    const first = build.read(io.times, [affine.integer(0)]);
    const atStart = build.compare("eq", first, build.read(io.t0));
    return [this.set("next_time", first), build.branch(atStart, this.#observation(affine.integer(0)))];
  }

  #firstStep(): Statement[] {
    const driver = this.#driver;
    const { fresh } = driver.names;
    const out: Statement[] = [build.comment("The first step: Hairer, Nørsett, Wanner 1993, II.4.")];
    driver.stepStart = this.t;
    const direction = this.#bind("direction", build.primitive("sign", [driver.span]), out);
    out.push(this.set("direction", direction));
    if (!driver.isAdaptive) {
      // Every step goes to the next point of the grid, or to what is nearer.
      out.push(
        this.set("h_next", build.mul(build.number(2), driver.span)),
        this.set("grid_point", build.one),
        this.set("fresh", build.one),
        ...this.#report(),
      );
      return out;
    }
    const first = k(0);
    // The slope of a step of no length, where slopes depend on it.
    driver.h = build.zero;
    const point = { t: this.t, state: driver.state, piece: driver.pieceOfStep(this.accepted) };
    out.push(...driver.slopeOf(point, first));
    const norms = (
      value: (leaf: Parameters<Vector>[0], at: readonly Affine[]) => Expr,
      wish: string,
    ): Expr => {
      const { statements, mean } = this.meanSquare(value, driver.state, driver.state);
      out.push(...statements);
      return this.#bind(wish, build.primitive("sqrt", [mean]), out);
    };
    const slope = driver.vectorOf(first);
    const d0 = norms((leaf, at) => read(driver.state, leaf, at), "size_of_state");
    const d1 = norms((leaf, at) => read(slope, leaf, at), "size_of_slope");
    const length = this.#bind("length", build.primitive("abs", [driver.span]), out);
    const tiny = build.or(
      build.not(build.compare("ge", d0, build.number(1e-5))),
      build.or(
        build.not(build.compare("ge", d1, build.number(1e-5))),
        // No step would be left to find out with.
        build.compare("gt", d1, build.number(1e300)),
      ),
    );
    const guess = build.select(tiny, build.number(1e-6), build.div(build.mul(build.number(0.01), d0), d1));
    const trial = this.#bind("trial", build.primitive("min", [guess, length]), out);
    const signed = this.#bind("trial_step", build.mul(direction, trial), out);
    out.push(
      ...driver.assign(this.next, (leaf, at) =>
        build.add(read(driver.state, leaf, at), build.mul(signed, read(slope, leaf, at))),
      ),
    );
    const second = k(driver.slopeCount - 1);
    out.push(
      ...driver.slopeOf({ t: build.add(this.t, signed), state: this.next, piece: point.piece }, second),
    );
    const change = norms(
      (leaf, at) => build.sub(read(driver.vectorOf(second), leaf, at), read(slope, leaf, at)),
      "change_of_slope",
    );
    const d2 = this.#bind("curvature", build.div(change, trial), out);
    const larger = this.#bind("larger", build.primitive("max", [d1, d2]), out);
    const quotient = this.#bind(
      "quotient",
      build.div(build.number(0.01), build.primitive("max", [larger, build.number(1e-15)])),
      out,
    );
    const root = power(quotient, 1 / this.#attempts.errorOrder, fresh);
    out.push(...root.statements);
    const flat = build.primitive("max", [build.number(1e-6), build.mul(trial, build.number(1e-3))]);
    const wished = build.select(build.compare("gt", larger, build.number(1e-15)), root.value, flat);
    const bounded = build.primitive("min", [
      build.primitive("min", [build.mul(build.number(100), trial), wished]),
      length,
    ]);
    // What is not a number would end in no step at all.
    const chosen = this.#bind("chosen", bounded, out);
    const usable = build.compare("gt", chosen, build.zero);
    out.push(
      this.set("h_next", build.mul(direction, build.select(usable, chosen, trial))),
      this.add("evaluations", 2),
      this.set("fresh", this.#attempts.keepsSlope ? build.zero : build.one),
      ...this.#report(),
    );
    return out;
  }

  // One attempt.

  #attempt(): Statement[] {
    const driver = this.#driver;
    const { io } = driver;
    const out: Statement[] = [];
    const { target, aims } = this.#target(out);
    const rest = this.#bind("rest", build.sub(target, this.t), out);
    const wished = this.scalar("h_next");
    const reach = build.primitive("abs", [build.mul(wished, build.number(nearly))]);
    const left = this.#bind("left", build.primitive("abs", [rest]), out);
    const lands = build.compare("ge", reach, left);
    // Two halves rather than a long and a very short step.
    const isNear = build.compare("gt", build.mul(build.number(2), reach), left);
    const halved = build.select(isNear, build.mul(build.number(0.5), rest), wished);
    // What is chosen is no function of anything; what is left to a time that is given is.
    const h = this.#bind("h", build.select(lands, rest, build.primitive("stop", [halved])), out);
    driver.h = h;
    out.push(this.set("lands", build.select(lands, build.one, build.zero)));
    const start = this.#bind("t_n", this.t, out);
    driver.stepStart = start;
    if (this.#search !== undefined) out.push(...this.#search.isAtTarget(start, h));
    const underflow = build.branch(
      build.compare("eq", build.add(start, build.mul(build.number(0.1), h)), start),
      this.#leaveFinite(status.stepUnderflow),
    );
    out.push(
      // What shrank the steps was no error where the last attempt came to no number.
      build.branch(
        build.compare(
          "ge",
          this.scalar("attempts"),
          build.add(build.read(io.steps), build.number(driver.spareSteps)),
        ),
        this.#leaveFinite(status.stepLimit),
      ),
      this.#search?.unlessAtTarget([underflow]) ?? underflow,
      // At time 0 every step can be told from none: without this it would take hundreds of attempts to see it.
      build.branch(
        build.and(
          build.compare("eq", this.scalar("was_finite"), build.zero),
          build.compare(
            "lt",
            build.primitive("abs", [h]),
            build.mul(build.number(hopeless), build.primitive("abs", [driver.span])),
          ),
        ),
        this.#leaveNotFinite(),
      ),
      this.add("attempts", 1),
    );
    const n = this.accepted;
    const attempt = driver.inCoefficients(() => [
      ...driver.storeGrid(n, start, h),
      ...this.#attempts.attempt(n, this.next, this),
    ]);
    out.push(...attempt);
    // The norm is squared.
    const norm = build.mul(this.scalar("error"), build.number(1 / this.#attempts.margin ** 2));
    const error = this.#bind("error_held", norm, out);
    const k = this.#attempts.errorOrder;
    const { fresh } = driver.names;
    const bounded = this.#bind("error_seen", build.primitive("max", [error, build.number(least)]), out);
    const grown = growth(bounded, this.scalar("error_before"), k, fresh);
    const shrunk = shrinkage(bounded, k, fresh);
    const after = build.select(
      build.compare("ne", this.scalar("was_rejected"), build.zero),
      build.primitive("min", [grown.value, build.one]),
      grown.value,
    );
    const longer = fresh("h_after");
    // A step that was shortened says little about how long one may be.
    const isLess = build.compare(
      "gt",
      build.primitive("abs", [wished]),
      build.primitive("abs", [build.name(longer)]),
    );
    const isShort = build.compare("ne", h, wished);
    const end = build.select(lands, target, build.add(start, h));
    const located = this.#search?.locate(n, start, h, end) ?? { statements: [], h, running: h };
    driver.h = located.running;
    const accept: Statement[] = [
      ...located.statements,
      ...(driver.isAdaptive
        ? [
            ...grown.statements,
            build.bind(longer, build.mul(h, after)),
            this.set("h_next", build.select(build.and(isShort, isLess), wished, build.name(longer))),
            this.set("error_before", build.primitive("max", [bounded, build.number(1e-8)])),
            this.set("was_rejected", build.zero),
          ]
        : []),
      ...this.#attempts.accepted(n, this),
      ...driver.assign(driver.state, (leaf, at) => read(this.next, leaf, at)),
      build.store(driver.stepCount, [], build.add(build.integerValue(n), build.one)),
      build.branch(
        build.compare("ne", this.scalar("lands"), build.zero),
        [this.set("t_now", target), ...this.#arrive(target, aims), ...(this.#search?.inNextPiece(n) ?? [])],
        [this.set("t_now", build.add(start, located.h)), ...(this.#search?.happen(n) ?? [])],
      ),
    ];
    driver.h = h;
    const reject: Statement[] = !driver.isAdaptive
      ? this.#leaveNotFinite()
      : [
          this.add("rejected", 1),
          this.set("was_rejected", build.one),
          this.set("fresh", this.#attempts.keepsSlope ? build.zero : build.one),
          build.branch(
            build.isNotFinite(error),
            [this.set("h_next", build.mul(h, build.number(0.25))), this.set("was_finite", build.zero)],
            [
              ...shrunk.statements,
              this.set("h_next", build.mul(h, shrunk.value)),
              this.set("was_finite", build.one),
            ],
          ),
        ];
    out.push(build.branch(build.compare("le", error, build.one), accept, reject), ...this.#report());
    return out;
  }

  /** Where the step must not go past: the next observation, the end of a piece, the end. */
  #target(out: Statement[]): {
    readonly target: Expr;
    readonly aims: readonly { readonly time: Expr; readonly reached: () => Statement[] }[];
  } {
    const driver = this.#driver;
    const { io, model } = driver;
    const direction = this.scalar("direction");
    const aims: { time: Expr; reached: () => Statement[] }[] = [];
    const end = build.read(io.t1);
    let target: Expr = end;
    const nearer = (time: Expr): void => {
      // A point of the grid and a time that is given may be the same but for rounding: then the time is meant.
      const isNearer = driver.isAdaptive
        ? build.and(
            build.compare("gt", build.mul(build.sub(target, time), direction), build.zero),
            build.not(this.#isSame(time, target)),
          )
        : build.compare(
            "gt",
            build.mul(build.sub(target, time), direction),
            build.mul(build.number(-gridSlack), build.primitive("abs", [driver.gridStep])),
          );
      target = this.#bind("target", build.select(isNearer, time, target), out);
    };
    if (!driver.isAdaptive) {
      const point = build.add(build.read(io.t0), build.mul(this.scalar("grid_point"), driver.gridStep));
      const time = this.#bind("grid_time", point, out);
      target = time;
      nearer(end);
      aims.push({ time, reached: () => [] });
    }
    if (model.times !== undefined) {
      const next = this.#integer("next_observation");
      const isLeft = build.compare("lt", build.integerValue(next), build.number(io.observations));
      const time = this.scalar("next_time");
      nearer(time);
      aims.push({
        time,
        reached: () => [build.branch(isLeft, this.#observation(next))],
      });
    }
    for (const input of driver.holds) {
      const piece = driver.pieceNow(input.name);
      const end = build.div(build.add(build.integerValue(piece), build.one), build.number(input.count));
      const inside = build.add(build.read(io.t0), build.mul(driver.span, end));
      const isInside = build.compare("lt", build.integerValue(piece), build.number(input.count - 1));
      const time = this.#bind(`${input.name}_end`, build.select(isInside, inside, build.read(io.t1)), out);
      nearer(time);
      aims.push({
        time,
        reached: () => [
          build.branch(isInside, [
            build.store(driver.pieceArray(input.name), [], build.add(build.integerValue(piece), build.one)),
            this.set("fresh", build.one),
          ]),
        ],
      });
    }
    return { target, aims };
  }

  /** Whether two times differ by so little that no step leads from one to the other. */
  #isSame(time: Expr, target: Expr): Test {
    const gap = build.sub(time, target);
    if (this.#driver.isAdaptive)
      return build.compare("eq", build.add(target, build.mul(build.number(1 / 16), gap)), target);
    const slack = build.mul(build.number(gridSlack), build.primitive("abs", [this.#driver.gridStep]));
    return build.compare("le", build.primitive("abs", [gap]), slack);
  }

  #arrive(
    target: Expr,
    aims: readonly { readonly time: Expr; readonly reached: () => Statement[] }[],
  ): Statement[] {
    const driver = this.#driver;
    const isEnd = build.compare("eq", target, build.read(driver.io.t1));
    const passed = (): Statement[] => {
      const time = build.add(build.read(driver.io.t0), build.mul(this.scalar("grid_point"), driver.gridStep));
      return [build.branch(this.#isSame(time, target), [this.add("grid_point", 1)])];
    };
    return [
      ...(driver.isAdaptive ? [] : passed()),
      ...aims.map(({ time, reached }) => build.branch(this.#isSame(time, target), reached())),
      build.branch(isEnd, [this.set("open", build.zero)]),
    ];
  }

  /** Observation k, here: after how many steps, in which pieces, and what is seen. */
  #observation(at: Affine): Statement[] {
    const driver = this.#driver;
    const index = driver.names.fresh("seen");
    const inner = affine.index(index);
    return [
      // A loop of one trip gives the index a name of its own.
      build.loop(index, at, affine.offset(at, 1), [
        ...this.#see(inner),
        build.branch(
          build.compare("lt", build.integerValue(inner), build.number(driver.io.observations - 1)),
          [this.set("next_time", build.read(driver.io.times, [affine.offset(inner, 1)]))],
          [this.set("next_time", build.read(driver.io.t1))],
        ),
      ]),
      build.store(this.#nameOfNext(), [], build.add(build.integerValue(at), build.one)),
    ];
  }

  #see(k: Affine): Statement[] {
    const driver = this.#driver;
    return [
      build.store(driver.observeAt, [affine.offset(k, 1)], build.integerValue(this.accepted)),
      ...driver.holds.map((input) =>
        build.store(
          driver.pieceAtObservation(input.name),
          [k],
          build.integerValue(driver.pieceNow(input.name)),
        ),
      ),
      ...this.#observe(k),
    ];
  }

  observeRest(): Statement[] {
    const { io, model, names } = this.#driver;
    if (model.times === undefined) return [];
    const index = names.fresh("unseen");
    const next = this.#integer("next_observation");
    return [build.loop(index, next, affine.integer(io.observations), this.#see(affine.index(index)))];
  }

  #nameOfNext(): string {
    this.#integer("next_observation");
    return this.#integers.get("next_observation")!;
  }

  /** The mean of (value / (atol + rtol·max(|from|, |to|)))² over the entries of the state. */
  meanSquare(
    value: (leaf: Parameters<Vector>[0], at: readonly Affine[]) => Expr,
    from: Vector,
    to: Vector,
  ): { readonly statements: Statement[]; readonly mean: Expr } {
    const driver = this.#driver;
    const { io, model, names } = driver;
    const sum = names.fresh("sum");
    const words = model.state.reduce((all, { shape }) => all + shape.reduce((a, b) => a * b, 1), 0);
    const abs = (vector: Vector, leaf: Parameters<Vector>[0], at: readonly Affine[]): Expr =>
      build.primitive("abs", [read(vector, leaf, at)]);
    return {
      statements: [
        build.alloc(sum, []),
        ...model.state.flatMap((leaf) =>
          build.forEachEntry(leaf.shape, names.fresh, (at) => {
            const size =
              from === to
                ? abs(from, leaf, at)
                : build.primitive("max", [abs(from, leaf, at), abs(to, leaf, at)]);
            const scale = build.add(build.read(io.atol!), build.mul(build.read(io.rtol!), size));
            const part = names.fresh("part");
            return [
              build.bind(part, build.div(value(leaf, at), scale)),
              build.accumulate(sum, [], build.mul(build.name(part), build.name(part))),
            ];
          }),
        ),
      ],
      mean: build.div(build.read(sum), build.number(words)),
    };
  }

  // Ways out.

  #report(): Statement[] {
    const { io } = this.#driver;
    return [
      build.store(io.accepted!, [], build.integerValue(this.accepted)),
      build.store(io.rejected!, [], this.scalar("rejected")),
    ];
  }

  /** In which step it was. */
  #reportFailure(): Statement {
    return build.store(this.#driver.io.failedStep, [], build.integerValue(this.accepted));
  }

  /** With a status, or with what was not finite where the last attempt came to no number. */
  #leaveFinite(code: number): Statement[] {
    return [
      this.#reportFailure(),
      build.branch(
        build.compare("ne", this.scalar("was_finite"), build.zero),
        this.#driver.results.leaveSpoilt(code),
        this.#attempts.leaveNotFinite(),
      ),
    ];
  }

  #leaveNotFinite(): Statement[] {
    return [this.#reportFailure(), ...this.#attempts.leaveNotFinite()];
  }
}
