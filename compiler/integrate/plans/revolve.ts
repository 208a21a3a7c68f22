/**
 * Binomial checkpointing: a fixed number of states is kept, and the steps between them are made again, as few as
 * possible. The forward sweep places checkpoints for the whole run; the reverse sweep goes from the last of them to the
 * step it needs, places what is free on the way, and gives checkpoints back as it passes them.
 *
 * With c checkpoints, the first one included, and l steps, the next is placed after m steps,
 *
 *     m = β(c-1, r-2)  where l ≤ β(c, r-1) + β(c-2, r-1) ,   β(c, r-1)  where l ≥ β(c, r) - β(c-3, r) ,
 *     m = l - β(c-1, r-1) - β(c-2, r-1)  else ,    β(c, r) = (c + r)! / (c! r!) , r the least with β(c, r) ≥ l .
 *
 * Source: Griewank, Walther 2000, ACM TOMS 26, Algorithm 799.
 */

import type { Affine } from "../../ir/affine.ts";
import * as affine from "../../ir/affine.ts";
import * as build from "../../ir/build.ts";
import type { Expr, Statement } from "../../ir/nodes.ts";
import type { Driver, Vector } from "../driver.ts";
import type { Vec } from "../scheme.ts";
import type { Transposer } from "../stepper.ts";

/** Trips of the loops that end themselves, at most. */
const most = 2 ** 31 - 1;

/** β(c, r), exact for what steps can be counted with. */
export function binomial(c: number, r: number): number {
  if (c < 0 || r < 0) return 0;
  let value = 1;
  for (let i = 1; i <= r; i++) value = (value * (c + i)) / i;
  return value;
}

/** Checkpoints where nobody says how many: with them no step is made more than three times again. */
export function usualCheckpoints(steps: number): number {
  let count = 1;
  while (binomial(count, 3) < steps) count++;
  return count;
}

/** Steps that are made again in reversing l steps with c checkpoints. */
export function repetitions(steps: number, checkpoints: number): number {
  if (checkpoints === 1) return (steps * (steps - 1)) / 2;
  let r = 0;
  // β(c, r) by the one before it: with few checkpoints there are many of them.
  for (let reach = 1; reach < steps; r++) reach = (reach * (checkpoints + r + 1)) / (r + 1);
  return r * steps - binomial(checkpoints + 1, r - 1);
}

/** How often things happen in a run of so many steps with so many checkpoints; counted on the schedule itself, or on a part of it. */
interface Schedule {
  /** Rounds of the search for r, each time the next checkpoint is placed. */
  readonly rounds: number;
  /** Steps that the forward sweep begins with a checkpoint. */
  readonly placed: number;
  /** Stretches of steps that are made again, those of them that end with a checkpoint, and their steps. */
  readonly stretches: number;
  readonly free: number;
  readonly again: number;
}

/** Steps up to which a schedule is gone through, which estimates alone are made from. */
const longest = 10_000;

export function scheduleOf(steps: number, slots: number): Schedule {
  if (steps <= longest) return countedSchedule(steps, slots);
  const part = countedSchedule(longest, slots);
  const share = steps / longest;
  return {
    rounds: part.rounds,
    placed: Math.min(slots, steps),
    stretches: Math.round(part.stretches * share),
    free: Math.round(part.free * share),
    again: repetitions(steps, slots) - Math.round((repetitions(longest, slots) - part.again) * share),
  };
}

function countedSchedule(steps: number, slots: number): Schedule {
  const starts: number[] = [];
  let [searches, rounds, stretches, free, again] = [0, 0, 0, 0, 0];
  const ahead = (left: number): number => {
    const c = slots - (starts.length - 1);
    let r = 0;
    let reach = 1;
    while (reach < left) {
      r++;
      reach = Math.round((reach * (r + c)) / r);
    }
    searches++;
    rounds += r;
    // As `#advance` has it.
    const one = Math.round((reach * r) / (c + r));
    const two = c > 1 ? Math.round((one * c) / (c + r - 1)) : 1;
    const three = c > 2 ? Math.round((two * (c - 1)) / (c + r - 2)) : c > 1 ? 1 : 0;
    const four = Math.round((two * (r - 1)) / c);
    const five = c > 3 ? Math.round((three * (c - 1)) / r) : c > 2 ? 1 : 0;
    const chosen = left <= one + three ? four : left >= reach - five ? one : left - two - three;
    return Math.max(1, chosen);
  };
  for (let n = 0; n < steps && starts.length < slots; ) {
    starts.push(n);
    n = starts.length < slots ? n + ahead(steps - n) : steps;
  }
  const placed = starts.length;
  for (let end = steps; end > 0; end--) {
    let here = starts.at(-1)!;
    while (here < end - 1) {
      const isFree = starts.length < slots;
      const target = isFree ? here + ahead(end - here) : end - 1;
      again += target - here;
      stretches++;
      here = target;
      if (isFree) {
        free++;
        starts.push(here);
      }
    }
    if (starts.at(-1) === end - 1) starts.pop();
  }
  return { rounds: rounds / Math.max(1, searches), placed, stretches, free, again };
}

export class Revolve {
  readonly #driver: Driver;
  readonly #slots: number;
  readonly #kept: readonly { readonly vec: Vec; readonly slots: Vector }[];
  readonly #stepOf: string;
  readonly #top: string;
  readonly #next: string;
  /** Known where steps are. */
  readonly #schedule: Schedule | undefined;

  /** `carried`: what a step starts from. */
  constructor(driver: Driver, carried: readonly Vec[], slots: number) {
    this.#driver = driver;
    this.#slots = slots;
    this.#schedule = driver.isAdaptive ? undefined : scheduleOf(driver.solver.steps, slots);
    this.#kept = carried.map((vec) => ({
      vec,
      slots: driver.vector(vec.kind === "past" ? `slot_past_${vec.index + 1}_` : "slot_"),
    }));
    this.#stepOf = driver.names.fresh("slot_step");
    this.#top = driver.names.fresh("slot_top");
    this.#next = driver.names.fresh("slot_next");
  }

  allocate(): Statement[] {
    const driver = this.#driver;
    const integer = (array: string, shape: readonly number[]): Statement =>
      build.alloc(array, shape, { element: "integer", zero: false });
    return [
      ...this.#kept.flatMap(({ vec, slots }) =>
        driver.allocate(slots, { copies: [this.#slots], leaves: driver.leavesOf(vec.part) }),
      ),
      integer(this.#stepOf, [this.#slots]),
      integer(this.#top, []),
      integer(this.#next, []),
      // One less than none: the first step places the first checkpoint.
      build.store(this.#top, [], build.number(-1)),
      build.store(this.#next, [], build.zero),
    ];
  }

  get #topmost(): Affine {
    return affine.gather(this.#top, []);
  }

  /** In the forward sweep, before step n: places a checkpoint where one is due. */
  enter(n: Affine): Statement[] {
    const driver = this.#driver;
    const isDue = build.compare(
      "eq",
      build.integerValue(n),
      build.integerValue(affine.gather(this.#next, [])),
    );
    const ahead = this.#advance(build.sub(build.integerValue(driver.steps), build.integerValue(n)));
    const isLeft = build.compare("lt", build.integerValue(this.#topmost), build.number(this.#slots - 1));
    const none = build.store(this.#next, [], build.number(-1));
    // How many steps there will be is not known where their length is chosen as they come.
    const later: Statement[] = driver.isAdaptive
      ? [none]
      : [
          build.branch(
            isLeft,
            [...ahead.statements, build.store(this.#next, [], build.add(build.integerValue(n), ahead.value))],
            [none],
          ),
        ];
    const usual = this.#schedule && this.#schedule.placed / driver.solver.steps;
    return [{ ...build.branch(isDue, [...this.#place(build.integerValue(n)), ...later]), usual }];
  }

  #place(step: Expr): Statement[] {
    const driver = this.#driver;
    return [
      build.store(this.#top, [], build.add(build.integerValue(this.#topmost), build.one)),
      build.store(this.#stepOf, [this.#topmost], step),
      ...this.#kept.flatMap(({ vec, slots }) =>
        driver.assign(
          (leaf) => ({ array: slots(leaf).array, prefix: [this.#topmost] }),
          (leaf, at) => {
            const { array, prefix } = driver.vectorOf(vec)(leaf);
            return build.read(array, [...prefix, ...at]);
          },
          driver.leavesOf(vec.part),
        ),
      ),
    ];
  }

  #restore(): Statement[] {
    const driver = this.#driver;
    return this.#kept.flatMap(({ vec, slots }) =>
      driver.assign(
        driver.vectorOf(vec),
        (leaf, at) => build.read(slots(leaf).array, [this.#topmost, ...at]),
        driver.leavesOf(vec.part),
      ),
    );
  }

  /** How many steps to the next checkpoint, of `left` steps, with the topmost and all free ones. */
  #advance(left: Expr): { readonly statements: readonly Statement[]; readonly value: Expr } {
    const { names } = this.#driver;
    const out: Statement[] = [];
    const bind = (wish: string, value: Expr): Expr => {
      const name = names.fresh(wish);
      out.push(build.bind(name, value));
      return build.name(name);
    };
    const whole = (over: Expr, under: Expr): Expr =>
      // Quotients of binomials that divide: what rounding adds is less than a half.
      build.primitive("round", [build.div(over, under)]);
    const l = bind("steps_left", left);
    const c = bind("free", build.sub(build.number(this.#slots), build.integerValue(this.#topmost)));
    const [r, range, growing] = ["rounds", "reach", "growing"].map((wish) => names.fresh(wish)) as [
      string,
      string,
      string,
    ];
    const reach = build.read(range);
    const rounds = build.read(r);
    out.push(
      build.alloc(r, []),
      build.alloc(range, [], { zero: false }),
      build.alloc(growing, [], { zero: false }),
      build.store(range, [], build.one),
      build.store(growing, [], build.select(build.compare("lt", build.one, l), build.one, build.zero)),
      {
        kind: "while",
        counter: names.fresh("round"),
        test: build.compare("ne", build.read(growing), build.zero),
        limit: most,
        usual: this.#schedule?.rounds,
        body: [
          build.store(r, [], build.add(rounds, build.one)),
          build.store(range, [], whole(build.mul(reach, build.add(rounds, c)), rounds)),
          build.store(growing, [], build.select(build.compare("lt", reach, l), build.one, build.zero)),
        ],
      },
    );
    const above = (n: number): ReturnType<typeof build.compare> => build.compare("gt", c, build.number(n));
    const one = bind("beta_1", whole(build.mul(reach, rounds), build.add(c, rounds)));
    const two = bind(
      "beta_2",
      build.select(above(1), whole(build.mul(one, c), build.sub(build.add(c, rounds), build.one)), build.one),
    );
    const three = bind(
      "beta_3",
      build.select(
        above(2),
        whole(build.mul(two, build.sub(c, build.one)), build.sub(build.add(c, rounds), build.number(2))),
        build.select(above(1), build.one, build.zero),
      ),
    );
    const four = bind("beta_4", whole(build.mul(two, build.sub(rounds, build.one)), c));
    const five = bind(
      "beta_5",
      build.select(
        above(3),
        whole(build.mul(three, build.sub(c, build.one)), rounds),
        build.select(above(2), build.one, build.zero),
      ),
    );
    const chosen = build.select(
      build.compare("le", l, build.add(one, three)),
      four,
      build.select(build.compare("ge", l, build.sub(reach, five)), one, build.sub(build.sub(l, two), three)),
    );
    const value = bind("ahead", build.primitive("max", [chosen, build.one]));
    return { statements: out, value };
  }

  /** The reverse sweep of a transposer, whose steps are made again from checkpoints. */
  over({ forward, reverse }: Pick<Transposer, "forward" | "reverse">): NonNullable<Transposer["sweep"]> {
    const inStep = (write: (n: Affine) => Statement[]) => (n: Affine) =>
      this.#driver.inStep(n, () => write(n));
    const [advance, transpose] = [inStep((n) => forward.advance(n)), inStep(reverse)];
    return (boundary) => this.#sweep(advance, transpose, boundary);
  }

  /**
   * `advance`: makes step n again, for its state alone; `reverse`: transposes step n, whose start is the state;
   * `boundary`: what happens to λ where step n begins, before step n - 1 is transposed.
   */
  #sweep(
    advance: (n: Affine) => Statement[],
    reverse: (n: Affine) => Statement[],
    boundary: (n: Affine) => Statement[],
  ): Statement[] {
    const driver = this.#driver;
    const { names } = driver;
    const [end, here, target] = ["end_step", "here_step", "target_step"].map((wish) => names.fresh(wish)) as [
      string,
      string,
      string,
    ];
    const [open, apart] = [names.fresh("steps_open"), names.fresh("apart")];
    const at = (name: string): Affine => affine.gather(name, []);
    const value = (name: string): Expr => build.integerValue(at(name));
    const isApart = (): Expr =>
      build.select(build.compare("lt", value(here), build.sub(value(end), build.one)), build.one, build.zero);
    const ahead = this.#advance(build.sub(value(end), value(here)));
    const n = names.fresh("n");
    const last = names.fresh("n");
    const isFree = build.compare("lt", build.integerValue(this.#topmost), build.number(this.#slots - 1));
    const integer = (name: string): Statement => build.alloc(name, [], { element: "integer", zero: false });
    const schedule = this.#schedule;
    const perStretch = (count: number): number => count / Math.max(1, schedule?.stretches ?? 1);
    return [
      ...[end, here, target].map(integer),
      build.alloc(open, [], { zero: false }),
      build.alloc(apart, [], { zero: false }),
      build.store(end, [], build.integerValue(driver.steps)),
      build.store(open, [], build.one),
      {
        kind: "while",
        counter: names.fresh("reversed"),
        test: build.compare("ne", build.read(open), build.zero),
        limit: most,
        usual: schedule && driver.solver.steps,
        body: [
          ...boundary(at(end)),
          ...this.#restore(),
          build.store(here, [], build.integerValue(affine.gather(this.#stepOf, [this.#topmost]))),
          build.store(apart, [], isApart()),
          build.comment("From the last checkpoint to the step that is next."),
          {
            kind: "while",
            counter: names.fresh("stretch"),
            test: build.compare("ne", build.read(apart), build.zero),
            limit: most,
            usual: schedule && schedule.stretches / driver.solver.steps,
            body: [
              {
                ...build.branch(
                  isFree,
                  [...ahead.statements, build.store(target, [], build.add(value(here), ahead.value))],
                  [build.store(target, [], build.sub(value(end), build.one))],
                ),
                usual: schedule && perStretch(schedule.free),
              },
              {
                ...build.loop(n, at(here), at(target), advance(affine.index(n))),
                usual: schedule && perStretch(schedule.again),
              },
              build.store(here, [], value(target)),
              {
                ...build.branch(isFree, this.#place(value(here))),
                usual: schedule && perStretch(schedule.free),
              },
              build.store(apart, [], isApart()),
            ],
          },
          // A loop of one trip gives the step a name of its own.
          {
            ...build.loop(last, affine.offset(at(end), -1), at(end), reverse(affine.index(last))),
            usual: schedule && 1,
          },
          build.store(end, [], build.sub(value(end), build.one)),
          build.branch(
            build.compare("eq", build.integerValue(affine.gather(this.#stepOf, [this.#topmost])), value(end)),
            [build.store(this.#top, [], build.sub(build.integerValue(this.#topmost), build.one))],
          ),
          build.branch(build.compare("eq", value(end), build.zero), [build.store(open, [], build.zero)]),
        ],
      },
    ];
  }
}
