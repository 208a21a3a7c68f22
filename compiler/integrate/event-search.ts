/**
 * The search for an event in a forward sweep that finds its steps: whether the step that was just accepted passes one,
 * the length that ends there, and what happens then. How the event depends on everything is put into the length by one
 * step of Newton's method, which changes no bit worth keeping and makes it the function that it is.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Statement } from "../ir/nodes.ts";
import type { ModelEvent } from "../model.ts";
import type { Point } from "./calls.ts";
import { type Driver, read, type Vector } from "./driver.ts";
import { type EventValue, type StepTangent, stepKind } from "./events.ts";
import type { Attempts, Control } from "./stepper.ts";

/** What finds an event, and how it changes. */
export interface Events {
  readonly event: ModelEvent;
  readonly tangent: StepTangent;
  readonly value: EventValue;
  /** Whether what a step passes is kept from the forward sweep, and changes along directions: it moves with the event, too. */
  readonly movesStages: boolean;
}

/** The sweep that is searched. */
export interface Searched extends Control {
  /** Of the state. */
  readonly t: Expr;
  /** The state that an attempt makes. */
  readonly next: Vector;
  /** Steps that have been accepted. */
  readonly accepted: Affine;
  /** Observes the state at every time that is left. */
  observeRest(): Statement[];
}

/** Attempts at the length of a step that ends at an event, at most; from the thirtieth on the interval is halved. */
const mostRefinements = 200;
const halving = 30;

/**
 * Behind `then` the event's function is still 0 where it is no larger than it was at the event, this many times, or comes
 * there from 0 within this part of the time: what is more has been jumped to.
 */
const roundingOfValue = 4;
const roundingOfTime = 2 ** -26;

/**
 * An event is at a time that is given where this part of what is between them is no part of the time, so within 8 units in
 * its last place: what is more is not too short for a step either.
 */
const partOfGap = 2 ** -4;

/** Stands for the sign that `when` has just behind an event, where its value is rounding; no zero in floats. */
const justBehind = 1e-30;

export class EventSearch {
  readonly #driver: Driver;
  readonly #sweep: Searched;
  readonly #attempts: Attempts;
  readonly #events: Events;

  constructor(driver: Driver, sweep: Searched, attempts: Attempts, events: Events) {
    this.#driver = driver;
    this.#sweep = sweep;
    this.#attempts = attempts;
    this.#events = events;
  }

  allocate(): Statement[] {
    const { io, endTime } = this.#driver;
    return [
      ...this.#events.tangent.allocate(),
      ...this.#events.value.allocate(),
      ...(endTime === undefined
        ? []
        : [build.alloc(endTime, [], { zero: false }), build.store(endTime, [], build.read(io.t1))]),
    ];
  }

  /** `when` at the start; where it is 0 there, the sign that it is going to have. */
  atStart(): Statement[] {
    const driver = this.#driver;
    const point = { t: this.#sweep.t, state: driver.state, piece: driver.pieceOfStep(this.#sweep.accepted) };
    const value = build.read(this.#events.value.value);
    return [
      build.comment("Where the event's function starts."),
      ...this.#events.value.at(point),
      this.#sweep.set("event_before", value),
      this.#sweep.set("behind_event", build.zero),
      build.branch(build.compare("eq", value, build.zero), this.#signBehind(point)),
    ];
  }

  /** The sign that `when` has just behind a point where it is 0: that of its rate along the field. */
  #signBehind(point: Point): Statement[] {
    const { value } = this.#events;
    const sign = build.primitive("sign", [
      build.mul(build.read(value.rate), this.#sweep.scalar("direction")),
    ]);
    return [
      ...this.#rateAlongField(point),
      this.#sweep.set("event_before", build.mul(build.number(justBehind), build.primitive("stop", [sign]))),
      this.#sweep.set("behind_event", build.one),
    ];
  }

  #rateAlongField(point: Point): Statement[] {
    const driver = this.#driver;
    const { tangent, value } = this.#events;
    const { fn } = driver.vjps.fields.get("all")!;
    return [
      ...driver.calls.to(fn, point, driver.model.state.map(tangent.change)),
      ...value.rateAt(point, tangent.change),
    ];
  }

  /** Where the event's function is behind `then`: at 0, so that its rate tells on which side it is going to be, or away. */
  #sideBehind(point: Point): Statement[] {
    const { value } = this.#events;
    const stop = (x: Expr): Expr => build.primitive("stop", [x]);
    const size = (x: Expr): Expr => stop(build.primitive("abs", [x]));
    const here = build.read(value.value);
    const span = build.add(
      build.primitive("abs", [this.#sweep.t]),
      build.primitive("abs", [this.#sweep.scalar("h_taken")]),
    );
    const isAtZero = build.or(
      build.compare(
        "le",
        size(here),
        build.mul(build.number(roundingOfValue), this.#sweep.scalar("event_residue")),
      ),
      build.compare(
        "le",
        size(here),
        stop(
          build.mul(
            build.mul(build.number(roundingOfTime), span),
            build.primitive("abs", [build.read(value.rate)]),
          ),
        ),
      ),
    );
    return [
      ...value.at(point),
      ...this.#signBehind(point),
      build.branch(build.not(isAtZero), [
        this.#sweep.set("event_before", stop(here)),
        this.#sweep.set("behind_event", build.zero),
      ]),
    ];
  }

  /**
   * Where an event falls on the time that was to be reached, one more step goes from it to that time. It has no length but
   * rounding, of either sign, and as a function it is how the event moves under a time that stays. No event is looked for
   * in it: just behind one the event's function is rounding too.
   */
  isAtTarget(start: Expr, h: Expr): Statement[] {
    const scalar = (name: string): Expr => this.#sweep.scalar(name);
    const size = this.#driver.names.fresh("size_of_time");
    const scale = build.name(size);
    const part = build.mul(build.number(partOfGap), build.mul(h, scalar("direction")));
    return [
      build.comment("From an event to the time that it fell on there is a step of no length."),
      this.#sweep.set("event_at_target", build.mul(scalar("is_event"), scalar("lands"))),
      build.bind(
        size,
        build.add(build.primitive("abs", [start]), build.primitive("abs", [scalar("h_taken")])),
      ),
      build.branch(build.compare("gt", build.add(scale, part), scale), [
        this.#sweep.set("event_at_target", build.zero),
      ]),
    ];
  }

  /** Statements for any step but the one from an event to the time that it fell on. */
  unlessAtTarget(statements: readonly Statement[]): Statement {
    return build.branch(build.compare("eq", this.#sweep.scalar("event_at_target"), build.zero), statements);
  }

  /** The sign behind an event once more, where a piece ends at that time too. */
  inNextPiece(n: Affine): Statement[] {
    const driver = this.#driver;
    if (driver.holds.length === 0) return [];
    const point = { t: this.#sweep.t, state: driver.state, piece: driver.pieceOfStep(n) };
    const isFromEvent = build.compare("ne", this.#sweep.scalar("event_at_target"), build.zero);
    const isBehind = build.compare("ne", this.#sweep.scalar("behind_event"), build.zero);
    return [
      build.branch(isFromEvent, [
        build.comment("In the next piece the event's function may go the other way."),
        build.branch(isBehind, this.#signBehind(point)),
      ]),
    ];
  }

  /**
   * Whether the step that was just made passes an event, and the length that ends there. `end`: the time that the step
   * comes to, which is one that is given to the last bit.
   */
  locate(
    n: Affine,
    start: Expr,
    h: Expr,
    end: Expr,
  ): {
    readonly statements: Statement[];
    readonly h: Expr;
    readonly running: Expr;
  } {
    const driver = this.#driver;
    const { tangent, value, movesStages } = this.#events;
    const { fresh } = driver.names;
    const at = (length: Expr): Point => ({
      t: build.add(start, length),
      state: this.#sweep.next,
      piece: driver.pieceOfStep(n),
    });
    const attempt = (length: Expr): Statement[] => {
      driver.h = length;
      return driver.inCoefficients(() => this.#attempts.attempt(n, this.#sweep.next, this.#sweep));
    };
    const stop = (x: Expr): Expr => build.primitive("stop", [x]);
    const [lo, hi] = [this.#sweep.scalar("event_low"), this.#sweep.scalar("event_high")];
    const [below, above] = [this.#sweep.scalar("value_low"), this.#sweep.scalar("value_high")];
    const before = this.#sweep.scalar("event_before");
    const here = build.read(value.value);
    const middle = fresh("h_middle");
    const counter = fresh("refinement");
    const secant = build.div(build.sub(build.mul(lo, above), build.mul(hi, below)), build.sub(above, below));
    const guess = fresh("guess");
    const half = build.mul(build.number(0.5), build.add(lo, hi));
    const isInside = build.and(
      build.compare(
        "gt",
        build.mul(build.sub(build.name(guess), lo), build.sub(hi, build.name(guess))),
        build.zero,
      ),
      build.and(
        build.compare("lt", build.integerValue(affine.index(counter)), build.number(halving)),
        // Behind an event the value at its own place says nothing.
        build.not(
          build.and(
            build.compare("ne", this.#sweep.scalar("behind_event"), build.zero),
            build.compare("eq", lo, build.zero),
          ),
        ),
      ),
    );
    const width = build.primitive("abs", [build.sub(hi, lo)]);
    const finest = build.mul(
      build.number(2 ** -52),
      build.add(build.primitive("abs", [start]), build.primitive("abs", [h])),
    );
    const side = this.#sweep.scalar("event_side");
    const halve = (which: string, of: Expr): Statement =>
      this.#sweep.set(which, build.mul(build.number(0.5), of));
    const refine: Statement[] = [
      build.bind(guess, secant),
      build.bind(middle, stop(build.select(isInside, build.name(guess), half))),
      ...attempt(build.name(middle)),
      ...value.at(at(build.name(middle))),
      build.branch(
        value.passed(before, here),
        [
          this.#sweep.set("event_high", build.name(middle)),
          this.#sweep.set("value_high", stop(here)),
          build.branch(build.compare("eq", side, build.one), [halve("value_low", below)]),
          this.#sweep.set("event_side", build.one),
        ],
        [
          this.#sweep.set("event_low", build.name(middle)),
          this.#sweep.set("value_low", stop(here)),
          build.branch(build.compare("eq", side, build.number(-1)), [halve("value_high", above)]),
          this.#sweep.set("event_side", build.number(-1)),
        ],
      ),
      build.branch(build.or(build.compare("le", width, finest), build.compare("eq", here, build.zero)), [
        // On the spot: nothing is nearer.
        build.branch(build.compare("eq", here, build.zero), [
          this.#sweep.set("event_high", build.name(middle)),
        ]),
        this.#sweep.set("event_open", build.zero),
      ]),
    ];
    const found = fresh("h_event");
    const correction = fresh("h_correction");
    const rate = build.read(value.rate);
    const corrected = build.select(
      build.compare("eq", rate, build.zero),
      build.zero,
      build.neg(build.div(here, stop(rate))),
    );
    const moving = fresh("h_moving");
    // A step that is done once more with a length that moves has the change in everything it passes.
    const ofCorrection = movesStages ? stop(build.name(correction)) : build.name(correction);
    const atRoot = (): Statement[] => {
      const length = build.name(found);
      const again = attempt(length);
      const change = driver.inCoefficients(() => tangent.along(n, "h", driver.state));
      const moved = movesStages
        ? [
            // No number but 0 is added: only how it changes.
            build.bind(moving, build.add(length, build.sub(build.name(correction), ofCorrection))),
            ...attempt(build.name(moving)),
          ]
        : [];
      return [
        build.bind(found, stop(hi)),
        ...again,
        ...change,
        ...value.at(at(length)),
        ...value.rateAt(at(length), tangent.change),
        // As a number this is rounding; as a function it is how the event moves.
        build.bind(correction, corrected),
        ...moved,
        ...driver.assign(this.#sweep.next, (leaf, entry) =>
          build.add(
            read(this.#sweep.next, leaf, entry),
            build.mul(read(tangent.change, leaf, entry), ofCorrection),
          ),
        ),
        ...(driver.model.loss.running === undefined
          ? []
          : [build.accumulate(driver.integral, [], build.mul(build.read(tangent.integral), ofCorrection))]),
        this.#sweep.set("h_taken", build.add(length, build.name(correction))),
        this.#sweep.set("lands", build.zero),
        this.#sweep.set("is_event", build.one),
      ];
    };
    const taken = fresh("h_used");
    const after = this.#sweep.scalar("event_after");
    const search: Statement[] = [
      ...value.at({ ...at(h), t: end }),
      this.#sweep.set("event_after", here),
      build.branch(value.passed(before, after), [
        build.comment("An event: where it is in this step."),
        this.#sweep.set("event_low", build.zero),
        this.#sweep.set("event_high", stop(h)),
        this.#sweep.set("value_low", stop(before)),
        this.#sweep.set("value_high", stop(after)),
        this.#sweep.set("event_side", build.zero),
        // At the end of the step there is nothing to look for.
        this.#sweep.set(
          "event_open",
          build.select(build.compare("eq", after, build.zero), build.zero, build.one),
        ),
        {
          kind: "while",
          counter,
          test: build.compare("ne", this.#sweep.scalar("event_open"), build.zero),
          limit: mostRefinements,
          body: refine,
        },
        ...atRoot(),
      ]),
      this.#sweep.set("event_before", after),
      this.#sweep.set("behind_event", build.zero),
    ];
    const statements = [
      this.#sweep.set("h_taken", h),
      this.#sweep.set("is_event", build.zero),
      this.unlessAtTarget(search),
      build.bind(taken, this.#sweep.scalar("h_taken")),
      ...driver.storeGrid(n, start, build.name(taken)),
      ...driver.storeKind(
        n,
        build.select(
          build.compare("ne", this.#sweep.scalar("is_event"), build.zero),
          build.number(stepKind.event),
          // Where nothing has moved since the last time that was given, nothing has to be taken up.
          build.select(
            build.and(
              build.compare("ne", this.#sweep.scalar("lands"), build.zero),
              build.compare("ne", this.#sweep.scalar("adrift"), build.zero),
            ),
            build.number(stepKind.landing),
            build.number(stepKind.chosen),
          ),
        ),
      ),
      this.#sweep.set(
        "adrift",
        build.select(
          build.compare("ne", this.#sweep.scalar("is_event"), build.zero),
          build.one,
          build.select(
            build.compare("ne", this.#sweep.scalar("lands"), build.zero),
            build.zero,
            this.#sweep.scalar("adrift"),
          ),
        ),
      ),
    ];
    // How the integral changes with the length of a step that ends at an event is in its correction already.
    const running = fresh("h_of_running");
    statements.push(
      build.bind(
        running,
        build.select(
          build.compare("ne", this.#sweep.scalar("is_event"), build.zero),
          movesStages ? build.name(taken) : stop(build.name(taken)),
          build.name(taken),
        ),
      ),
    );
    return { statements, h: build.name(taken), running: build.name(running) };
  }

  /** What an event does, at its time: the state behind it, or the end. */
  happen(n: Affine): Statement[] {
    const driver = this.#driver;
    const { then, stops } = this.#events.event;
    const point: Point = { t: this.#sweep.t, state: driver.state, piece: driver.pieceOfStep(n) };
    const jump =
      then === undefined
        ? []
        : [
            ...this.#events.value.at(point),
            this.#sweep.set(
              "event_residue",
              build.primitive("stop", [build.primitive("abs", [build.read(this.#events.value.value)])]),
            ),
            ...driver.calls.to(then, point, driver.model.state.map(this.#sweep.next)),
            ...driver.assign(driver.state, (leaf, at) => read(this.#sweep.next, leaf, at)),
          ];
    return [
      build.branch(build.compare("ne", this.#sweep.scalar("is_event"), build.zero), [
        ...jump,
        this.#sweep.set("fresh", build.one),
        ...(stops
          ? this.#stopHere()
          : then === undefined
            ? this.#signBehind(point)
            : this.#sideBehind(point)),
      ]),
    ];
  }

  /** The end is here: what would be observed later sees this state. */
  #stopHere(): Statement[] {
    const { endTime } = this.#driver;
    return [
      this.#sweep.set("open", build.zero),
      build.store(endTime!, [], this.#sweep.t),
      ...this.#sweep.observeRest(),
    ];
  }
}
