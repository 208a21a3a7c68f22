/**
 * Steps of implicit Runge–Kutta methods: stages by Newton's method with the Jacobian of every stage, until the update is
 * at rounding, one group of stages that are solved for together after the other. Slopes come from the stage states,
 * k = A⁻¹ (X - x) / h, so that a stiff field does not amplify the rounding of X.
 *
 * Source: Hairer, Wanner 1996, IV.8.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Statement, Test } from "../ir/nodes.ts";
import type { Leaf } from "../model.ts";
import { status } from "../module.ts";
import type { Point } from "./calls.ts";
import { type Driver, read, type Vector } from "./driver.ts";
import { coefficientOf, type Implicit, inverseOf } from "./implicit.ts";
import { flatIndex } from "./jacobian.ts";
import { k, x } from "./scheme.ts";
import type { Attempts, Control, Stepper } from "./stepper.ts";
import { type ImplicitFunctions, Systems } from "./systems.ts";
import { double, type Fraction, isZero } from "./tableau.ts";

/** Newton's iterations, at most; from a good start there are three to five. */
const mostIterations = 50;

/** Relative updates that are rounding. */
const atRounding = 4 * 2 ** -52;

/**
 * Relative updates that are rounding where they do not shrink any more, as an ill-conditioned system makes more of it: a few
 * units in the last place of single precision, and a thousandth of that in double. Which of them h is in is known where the code runs.
 */
function belowDoubt(h: Expr): Expr {
  const isSingle = build.compare("eq", build.add(h, build.mul(build.number(2 ** -40), h)), h);
  return build.select(isSingle, build.number(1e-6), build.number(1e-9));
}

const aboutStalling =
  "An update that shrinks no more is rounding below 1e-9, or 1e-6 in floats, where h and its 2^-40th part are h.";

/** Whether a group is one stage that needs no system. */
export const isExplicit = (method: Implicit, group: readonly number[]): boolean =>
  group.length === 1 && isZero(coefficientOf(method, group[0]!, group[0]!));

export class ImplicitStepper implements Stepper, Attempts {
  readonly #driver: Driver;
  readonly #method: Implicit;
  readonly #systems: Systems;
  /** What is done before a step, and where its stages are. */
  readonly #enter: (n: Affine) => Statement[];
  readonly #failed: string;
  readonly #base: Vector;
  readonly keepsSlope = false;

  constructor(
    driver: Driver,
    method: Implicit,
    functions: ImplicitFunctions,
    enter: (n: Affine) => Statement[] = () => [],
  ) {
    this.#driver = driver;
    this.#method = method;
    this.#systems = new Systems(driver, method.b.length, functions, "");
    this.#enter = enter;
    this.#failed = driver.names.fresh("newton_failed");
    this.#base = driver.vector("base_");
  }

  get #firstGroup(): readonly number[] | undefined {
    return this.#method.groups.find((group) => !isExplicit(this.#method, group));
  }

  get attempts(): Attempts | undefined {
    return this.#method.estimate === undefined ? undefined : this;
  }

  /** The errors of a stiff problem do not add up. */
  readonly margin = 1;

  get errorOrder(): number {
    return this.#method.estimate!.order + 1;
  }

  allocate(): Statement[] {
    const driver = this.#driver;
    return [
      ...driver.slopes.allocate(),
      ...driver.allocate(this.#base),
      ...this.#systems.allocate(),
      build.alloc(this.#failed, []),
    ];
  }

  forward(n: Affine): Statement[] {
    const driver = this.#driver;
    const { failedStep } = driver.io;
    return [
      ...this.#enter(n),
      ...this.stages(n),
      build.branch(build.compare("ne", build.read(this.#failed), build.zero), [
        build.store(failedStep, [], build.integerValue(n)),
        ...this.leaveNotFinite(),
      ]),
      ...this.#running(n),
      build.comment("New state."),
      ...driver.assign(driver.state, (leaf, at) => this.#newState(leaf, at)),
    ];
  }

  advance(n: Affine): Statement[] {
    const driver = this.#driver;
    return [...this.stages(n), ...driver.assign(driver.state, (leaf, at) => this.#newState(leaf, at))];
  }

  attempt(n: Affine, next: Vector, control: Control): Statement[] {
    const driver = this.#driver;
    const failed = build.compare("ne", build.read(this.#failed), build.zero);
    return [
      ...this.#enter(n),
      ...this.stages(n),
      build.branch(
        failed,
        [control.set("error", build.number(Number.NaN))],
        [...driver.assign(next, (leaf, at) => this.#newState(leaf, at)), ...this.#estimate(n, next, control)],
      ),
    ];
  }

  accepted(n: Affine): Statement[] {
    return this.#driver.inCoefficients(() => this.#running(n));
  }

  /** Says whether the field was not finite or the iteration came to no end. */
  leaveNotFinite(): Statement[] {
    const what = (code: number): Expr => build.number(code);
    const failed = build.read(this.#failed);
    return [
      ...this.#driver.results.spoil(),
      build.branch(
        build.compare("eq", failed, what(status.notFiniteField)),
        [build.leave(status.notFiniteField)],
        [
          build.branch(
            build.compare("eq", failed, what(status.singularMatrix)),
            [build.leave(status.singularMatrix)],
            [build.leave(status.newtonFailed)],
          ),
        ],
      ),
    ];
  }

  /** Counts evaluations of the field, whose number nobody knows before. */
  #evaluated(count: number): Statement {
    return build.accumulate(this.#driver.io.evaluations!, [], build.number(count));
  }

  #newState(leaf: Leaf, at: readonly Affine[]): Expr {
    const driver = this.#driver;
    const { b } = this.#method;
    return build.add(
      read(driver.state, leaf, at),
      this.#combined(
        b.map((weight, i) => [weight, i]),
        leaf,
        at,
      ),
    );
  }

  /** Σ (h·c)·k over the nonzero coefficients. */
  #combined(terms: readonly (readonly [Fraction, number])[], leaf: Leaf, at: readonly Affine[]): Expr {
    const driver = this.#driver;
    return terms
      .filter(([weight]) => !isZero(weight))
      .map(([weight, i]) => build.mul(driver.scaled(weight), read(driver.vectorOf(k(i)), leaf, at)))
      .reduce((left, right) => build.add(left, right), build.zero);
  }

  /** Where stage i asks. */
  pointOf(n: Affine, i: number): Point {
    const driver = this.#driver;
    const c = this.#method.c[i]!;
    return {
      t: isZero(c) ? driver.stepStart : build.add(driver.stepStart, driver.scaled(c)),
      state: driver.vectorOf(x(i)),
      piece: driver.pieceOfStep(n),
    };
  }

  /** All stage states and slopes of step n from the state; a flag says where there are none. */
  stages(n: Affine): Statement[] {
    const out: Statement[] = [build.store(this.#failed, [], build.zero)];
    let known: number[] = [];
    for (const group of this.#method.groups) {
      const part = isExplicit(this.#method, group)
        ? this.#explicitStage(n, group[0]!, known)
        : this.#newton(n, group, known);
      // Behind a group that failed there is nothing to start from.
      out.push(
        ...(known.length === 0
          ? part
          : [build.branch(build.compare("eq", build.read(this.#failed), build.zero), part)]),
      );
      known = [...known, ...group];
    }
    return out;
  }

  #explicitStage(n: Affine, i: number, known: readonly number[]): Statement[] {
    const driver = this.#driver;
    return [
      build.comment(`Stage ${i + 1}.`),
      ...driver.assign(driver.vectorOf(x(i)), (leaf, at) => this.#baseOf(i, known, leaf, at)),
      ...driver.slopeOf(this.pointOf(n, i), k(i)),
      this.#evaluated(1),
    ];
  }

  /** x + h Σ a_ij k_j over the stages that are known. */
  #baseOf(i: number, known: readonly number[], leaf: Leaf, at: readonly Affine[]): Expr {
    const terms = known.map((j) => [coefficientOf(this.#method, i, j), j] as const);
    return build.add(read(this.#driver.state, leaf, at), this.#combined(terms, leaf, at));
  }

  /** Newton's method for the stage states of a group, then their slopes. */
  #newton(n: Affine, group: readonly number[], known: readonly number[]): Statement[] {
    const driver = this.#driver;
    const { names } = driver;
    const systems = this.#systems;
    const size = group.length * systems.words;
    const [open, before, norm, stalled] = ["newton_open", "norm_before", "norm", "stalled_at"].map((wish) =>
      names.fresh(wish),
    ) as [string, string, string, string];
    const place = (leaf: Leaf, at: readonly Affine[], g: number): Affine =>
      affine.offset(flatIndex(leaf, at), g * systems.words);
    // One stage at a time has a base; of stages that are solved for together it is the state.
    const hasBase = known.length > 0;
    const base = (leaf: Leaf, at: readonly Affine[]): Expr =>
      hasBase ? read(this.#base, leaf, at) : read(driver.state, leaf, at);
    const setBase = hasBase
      ? driver.assign(this.#base, (leaf, at) => this.#baseOf(group[0]!, known, leaf, at))
      : [];
    const start = group.flatMap((i) => driver.assign(driver.vectorOf(x(i)), base));
    const evaluate = group.flatMap((i) => [
      ...driver.slopeOf(this.pointOf(n, i), k(i)),
      ...systems.jacobian(this.pointOf(n, i), i),
    ]);
    const residual = group.flatMap((i, g) =>
      driver.model.state.flatMap((leaf) =>
        build.forEachEntry(leaf.shape, names.fresh, (at) => [
          build.store(
            systems.rightOf(size),
            [place(leaf, at, g)],
            build.sub(
              build.add(
                base(leaf, at),
                this.#combined(
                  group.map((j) => [coefficientOf(this.#method, i, j), j]),
                  leaf,
                  at,
                ),
              ),
              read(driver.vectorOf(x(i)), leaf, at),
            ),
          ),
        ]),
      ),
    );
    const largest = names.fresh("largest_state");
    const size_ = (leaf: Leaf, at: readonly Affine[], i: number): Expr =>
      build.add(
        build.primitive("abs", [read(driver.vectorOf(x(i)), leaf, at)]),
        build.primitive("abs", [base(leaf, at)]),
      );
    const update = [
      build.store(largest, [], build.zero),
      ...group.flatMap((i) =>
        driver.model.state.flatMap((leaf) =>
          build.forEachEntry(leaf.shape, names.fresh, (at) => [
            build.store(largest, [], build.primitive("max", [build.read(largest), size_(leaf, at, i)])),
          ]),
        ),
      ),
      build.store(norm, [], build.zero),
      ...group.flatMap((i, g) =>
        driver.model.state.flatMap((leaf) =>
          build.forEachEntry(leaf.shape, names.fresh, (at) => {
            const to = driver.vectorOf(x(i))(leaf);
            const scale = build.add(
              size_(leaf, at, i),
              build.add(build.mul(build.number(1e-10), build.read(largest)), build.number(1e-300)),
            );
            const change = names.fresh("change");
            const relative = build.div(build.primitive("abs", [build.name(change)]), scale);
            return [
              build.bind(change, systems.rightAt(size, place(leaf, at, g))),
              // Not a maximum, which may lose what is not a number.
              build.branch(build.not(build.compare("le", relative, build.read(norm))), [
                build.store(norm, [], relative),
              ]),
              build.store(
                to.array,
                [...to.prefix, ...at],
                build.add(read(driver.vectorOf(x(i)), leaf, at), build.name(change)),
              ),
            ];
          }),
        ),
      ),
    ];
    const isBelow = (limit: Expr): Test => build.compare("le", build.read(norm), limit);
    const isStill = build.compare("ge", build.read(norm), build.read(before));
    const isDone = build.or(
      isBelow(build.number(atRounding)),
      build.and(isBelow(build.name(stalled)), isStill),
    );
    const fail = (code: number): Statement[] => [
      build.store(this.#failed, [], build.number(code)),
      build.store(open, [], build.zero),
    ];
    const counter = names.fresh("iteration");
    const isLast = build.compare(
      "ge",
      build.integerValue(affine.index(counter)),
      build.number(mostIterations - 1),
    );
    return [
      build.comment(
        group.length === 1 ? `Stage ${group[0]! + 1}, by Newton's method.` : "Stages, by Newton's method.",
      ),
      ...setBase,
      ...start,
      ...(group === this.#firstGroup ? [build.comment(aboutStalling)] : []),
      build.bind(stalled, belowDoubt(driver.h)),
      build.alloc(open, []),
      build.alloc(before, [], { zero: false }),
      build.alloc(norm, [], { zero: false }),
      build.alloc(largest, [], { zero: false }),
      build.store(open, [], build.one),
      build.store(before, [], build.number(Number.MAX_VALUE)),
      {
        kind: "while",
        counter,
        test: build.compare("ne", build.read(open), build.zero),
        limit: mostIterations,
        body: [
          ...evaluate,
          this.#evaluated(group.length),
          ...residual,
          build.store(systems.singular, [], build.zero),
          ...systems.factorise(this.#method, group),
          build.branch(
            build.compare("ne", build.read(systems.singular), build.zero),
            [
              // No number on the diagonal comes from a field that is none.
              build.branch(
                build.isNotFinite(systems.sumOf(size)),
                fail(status.notFiniteField),
                fail(status.singularMatrix),
              ),
            ],
            [
              systems.solve(size, false),
              ...update,
              build.branch(build.isNotFinite(build.read(norm)), fail(status.notFiniteField), [
                build.branch(
                  isDone,
                  [build.store(open, [], build.zero)],
                  [
                    build.branch(isLast, fail(status.newtonFailed)),
                    build.store(before, [], build.read(norm)),
                  ],
                ),
              ]),
            ],
          ),
        ],
      },
      ...this.#slopes(group, base),
    ];
  }

  /** k = A⁻¹ (X - base) / h over a group. */
  #slopes(group: readonly number[], base: (leaf: Leaf, at: readonly Affine[]) => Expr): Statement[] {
    const driver = this.#driver;
    const inverse = inverseOf(group.map((i) => group.map((j) => double(coefficientOf(this.#method, i, j)))));
    return group.flatMap((i, row) =>
      driver.assign(driver.vectorOf(k(i)), (leaf, at) => {
        const sum = group
          .map((j, column) =>
            build.mul(
              build.number(inverse[row]![column]!),
              build.sub(read(driver.vectorOf(x(j)), leaf, at), base(leaf, at)),
            ),
          )
          .reduce((left, right) => build.add(left, right));
        return build.div(sum, driver.h);
      }),
    );
  }

  #running(n: Affine): Statement[] {
    const driver = this.#driver;
    const { running } = driver.model.loss;
    if (running === undefined) return [];
    return this.#method.b.flatMap((weight, i) => {
      if (isZero(weight)) return [];
      const amount = driver.names.fresh("running_loss");
      return [
        build.alloc(amount, [], { zero: false }),
        ...driver.calls.to(running, this.pointOf(n, i), [{ array: amount, prefix: [] }]),
        build.accumulate(driver.integral, [], build.mul(driver.scaled(weight), build.read(amount))),
      ];
    });
  }

  /** The error; of a method that asks for it filtered by one more system, so that stiff components do not stand in the way. */
  #estimate(n: Affine, next: Vector, control: Control): Statement[] {
    const driver = this.#driver;
    const systems = this.#systems;
    const { weights, start, filter } = this.#method.estimate!;
    const size = systems.words;
    const point = { t: driver.stepStart, state: driver.state, piece: driver.pieceOfStep(n) };
    const first = k(this.#driver.slopeCount - 1);
    const entry = (leaf: Leaf, at: readonly Affine[]): Expr =>
      build.add(
        start === 0
          ? build.zero
          : build.mul(driver.scaled([start, 1]), read(driver.vectorOf(first), leaf, at)),
        this.#combined(
          weights.map((weight, stage) => [[weight, 1], stage]),
          leaf,
          at,
        ),
      );
    const { statements, mean } = control.meanSquare(
      (leaf, at) => systems.rightAt(size, flatIndex(leaf, at)),
      driver.state,
      next,
    );
    const filterSystem = [...systems.jacobian(point, 0), ...systems.factoriseOne(filter)];
    return [
      build.comment("For the estimate of the error."),
      ...(start === 0 ? [] : [...driver.slopeOf(point, first), this.#evaluated(1)]),
      ...(filter === 0 ? [] : filterSystem),
      ...driver.model.state.flatMap((leaf) =>
        build.forEachEntry(leaf.shape, driver.names.fresh, (at) => [
          build.store(systems.rightOf(size), [flatIndex(leaf, at)], entry(leaf, at)),
        ]),
      ),
      ...(filter === 0 ? [] : [systems.solve(size, false)]),
      ...statements,
      control.set("error", mean),
    ];
  }
}
