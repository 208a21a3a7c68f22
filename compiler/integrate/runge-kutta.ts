/**
 * One explicit Runge–Kutta step as statements. In: a driver with its tableau, and where the state lies. Out: the
 * stages (each a stage state and a call of the vector field) and the new state; the running loss goes along as one
 * more state whose slope nobody depends on.
 */

import type { Affine } from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Statement, View } from "../ir/nodes.ts";
import type { Leaf } from "../model.ts";
import { status } from "../module.ts";
import type { Driver, Point, Vector } from "./driver.ts";
import { type Fraction, isZero, usedStages } from "./tableau.ts";

const entry = (view: View, at: readonly Affine[]): Expr => build.read(view.array, [...view.prefix, ...at]);

/** Σ (h·c_j)·k_j over the nonzero coefficients; the products h·c_j are bound once before all steps. */
export function combination(driver: Driver, terms: readonly { coefficient: Fraction; value: Expr }[]): Expr {
  return terms
    .filter((term) => !isZero(term.coefficient))
    .map((term) => build.mul(driver.scaled(term.coefficient), term.value))
    .reduce((left, right) => build.add(left, right), build.zero);
}

const fractionText = ([over, under]: Fraction): string => (under === 1 ? `${over}` : `${over}/${under}`);

/** A stage's coefficients for the reader of generated code. */
export function stageComment(driver: Driver, i: number): Statement {
  const row = driver.tableau.a[i] ?? [];
  const coefficients = row.map(fractionText).join(", ");
  const at = `c = ${fractionText(driver.tableau.c[i]!)}`;
  return build.comment(
    row.length === 0 ? `Stage ${i + 1}: ${at}.` : `Stage ${i + 1}: ${at}, a = ${coefficients}.`,
  );
}

export class RungeKutta {
  readonly #driver: Driver;
  readonly #used: readonly boolean[];

  constructor(driver: Driver) {
    this.#driver = driver;
    this.#used = usedStages(driver.tableau);
  }

  /** Indices of the stages that are computed. */
  get stages(): readonly number[] {
    return this.#used.flatMap((used, i) => (used ? [i] : []));
  }

  /** The time of stage i of the step that starts at `t`. */
  stageTime(t: Expr, i: number): Expr {
    const c = this.#driver.tableau.c[i]!;
    return isZero(c) ? t : build.add(t, this.#driver.scaled(c));
  }

  /** Stage state X_i = x + h·Σ a_ij k_j, into its place among the stages. */
  stageState(i: number, from: Vector): Statement[] {
    const { tableau, slopes, stages } = this.#driver;
    return this.#driver.assign(stages.stage(i), (leaf, at) =>
      build.add(
        entry(from(leaf), at),
        combination(
          this.#driver,
          (tableau.a[i] ?? []).map((coefficient, j) => ({
            coefficient,
            value: entry(slopes.stage(j)(leaf), at),
          })),
        ),
      ),
    );
  }

  /** Binds the time at which step n starts, to which `pointIn` refers until this is called again. */
  startOf(n: Affine): Statement[] {
    const start = this.#driver.names.fresh("t_n");
    this.#driver.stepStart = build.name(start);
    return [build.bind(start, this.#driver.timeAt(n))];
  }

  /** Where stage i of step n is asked. */
  pointIn(n: Affine, i: number): Point {
    const driver = this.#driver;
    return {
      t: this.stageTime(driver.stepStart, i),
      state: driver.stages.stage(i),
      piece: driver.pieceOfStep(n),
    };
  }

  /** All slopes of step n from `state`. `slope` and `running` get a stage's point and index. */
  forward(
    n: Affine,
    state: Vector,
    slope: (point: Point, i: number) => Statement[],
    running: (point: Point, i: number) => Statement[],
  ): Statement[] {
    return [
      ...this.startOf(n),
      ...this.stages.flatMap((i) => {
        const at = this.pointIn(n, i);
        return [
          stageComment(this.#driver, i),
          ...this.stageState(i, state),
          ...slope(at, i),
          ...running(at, i),
        ];
      }),
    ];
  }

  /** x += h·Σ b_i k_i. */
  advance(state: Vector): Statement[] {
    const { tableau, slopes } = this.#driver;
    return this.#driver.assign(state, (leaf, at) =>
      build.add(
        entry(state(leaf), at),
        combination(
          this.#driver,
          tableau.b.map((coefficient, j) => ({ coefficient, value: entry(slopes.stage(j)(leaf), at) })),
        ),
      ),
    );
  }

  /**
   * Leaves when the new state is not finite: says in which step, and at which stage the slope first was not. One sum
   * and one comparison a step; the search is off the common path.
   */
  checkFinite(n: Affine, state: Vector, invalidate: (code: number) => Statement[]): Statement[] {
    const driver = this.#driver;
    const { statements, sum } = this.#sum(state);
    const { failedStep, failedStage } = driver.io;
    const search = [...this.stages].reverse().flatMap((i): Statement[] => {
      const slope = this.#sum(driver.slopes.stage(i));
      return [
        ...slope.statements,
        build.branch(driver.isNotFinite(slope.sum), [build.store(failedStage, [], build.number(i + 1))]),
      ];
    });
    return [
      ...statements,
      build.branch(driver.isNotFinite(sum), [
        build.store(failedStep, [], build.integerValue(n)),
        ...search,
        build.branch(
          build.compare("gt", build.read(failedStage), build.zero),
          invalidate(status.notFiniteField),
          invalidate(status.notFiniteState),
        ),
      ]),
    ];
  }

  #sum(vector: Vector): { statements: Statement[]; sum: Expr } {
    const driver = this.#driver;
    const scalars: Expr[] = [];
    const arrays: Leaf[] = [];
    for (const leaf of driver.model.state) {
      if (leaf.shape.length === 0) scalars.push(entry(vector(leaf), []));
      else arrays.push(leaf);
    }
    const name = driver.names.fresh("sum");
    const direct =
      scalars.length === 0 ? build.zero : scalars.reduce((left, right) => build.add(left, right));
    if (arrays.length === 0) return { statements: [build.bind(name, direct)], sum: build.name(name) };
    const total = driver.names.fresh("total");
    return {
      statements: [
        build.alloc(total, [], { zero: false }),
        build.store(total, [], direct),
        ...arrays.flatMap((leaf) =>
          build.forEachEntry(leaf.shape, driver.names.fresh, (at) => [
            build.accumulate(total, [], entry(vector(leaf), at)),
          ]),
        ),
        build.bind(name, build.read(total)),
      ],
      sum: build.name(name),
    };
  }
}
