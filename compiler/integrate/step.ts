/**
 * One step of an explicit method as statements, forward and transposed. In: a driver with its scheme. Out: the vector
 * operations of the scheme on the arrays of the driver; the running loss goes along as one more state whose slope nobody
 * depends on.
 *
 * The transpose pulls: the cotangent of a vector is gathered, at the place where the vector was made, from the
 * cotangents of what was made of it. For Runge–Kutta methods that is the division-free form
 *
 *     w_i = h b_i·λ + Σ_{j>i} h a_ji·u_j ,   u_i = J(X_i)ᵀ·w_i ,   θ_bar += F(X_i)ᵀ·w_i ,   λ += Σ u_i
 *
 * of the symplectic partner method, for weights b_i = 0 too, and what it is for every other scheme. Source: Matsubara,
 * Miyatake, Yaguchi 2021 (arXiv:2102.09750); Sanz-Serna 2016.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Shape, Statement, View } from "../ir/nodes.ts";
import { type Leaf, sizeOf } from "../model.ts";
import { status } from "../module.ts";
import type { Point } from "./calls.ts";
import { type Driver, read, type Vector } from "./driver.ts";
import {
  type Combine,
  type Evaluate,
  type Explicit,
  evaluationsOf,
  type Quadrature,
  type Scheme,
  same,
  type Term,
  type Vec,
} from "./scheme.ts";
import { type Fraction, isZero } from "./tableau.ts";

/** How the slope of an evaluation is computed, which plans decide. */
export type Slope = (point: Point, evaluate: Evaluate) => Statement[];

/** How seeds for a slope become cotangents of where it was asked, which plans decide. */
export type Back = (
  point: Point,
  evaluate: Evaluate,
  seeds: readonly View[],
  bars: (leaf: Leaf) => View,
) => Statement[];

export class Step {
  readonly #driver: Driver;
  readonly #method: Explicit;

  constructor(driver: Driver, method: Explicit) {
    this.#driver = driver;
    this.#method = method;
  }

  /** What `write` makes of the scheme that step n is done by; both, with a branch, where the first steps differ. */
  byScheme(n: Affine, write: (scheme: Scheme) => Statement[]): Statement[] {
    const { main, start } = this.#method;
    if (start === undefined) return write(main);
    const isEarly = build.compare("lt", build.integerValue(n), build.number(start.steps));
    return [build.branch(isEarly, write(start.scheme), write(main))];
  }

  /** Where a scheme asks in step n. */
  pointOf(n: Affine, { at, c }: Evaluate | Quadrature): Point {
    const driver = this.#driver;
    return {
      t: isZero(c) ? driver.stepStart : build.add(driver.stepStart, driver.scaled(c)),
      state: (leaf) => {
        const own = at.find(({ part }) => driver.leavesOf(part).includes(leaf));
        return driver.vectorOf(own!)(leaf);
      },
      piece: driver.pieceOfStep(n),
    };
  }

  /** Everything up to the new state, which `next` makes. */
  operations(n: Affine, scheme: Scheme, slope: Slope): Statement[] {
    return scheme.operations.flatMap((operation): Statement[] => {
      switch (operation.kind) {
        case "combine":
          return this.combine(operation);
        case "evaluate": {
          const point = this.pointOf(n, operation);
          return [...slope(point, operation), ...this.running(point, operation, scheme)];
        }
        case "quadrature":
          return this.#quadrature(n, operation);
        default:
          return operation satisfies never;
      }
    });
  }

  /** The operations that the new state is made of, and nothing of the running loss. */
  silently(n: Affine, scheme: Scheme): Statement[] {
    return scheme.operations.flatMap((operation): Statement[] => {
      if (operation.kind === "combine") return this.combine(operation);
      if (operation.kind === "quadrature") return [];
      return this.#driver.slopeOf(this.pointOf(n, operation), operation.slope);
    });
  }

  combine({ to, terms, note }: Combine): Statement[] {
    const driver = this.#driver;
    return [
      ...(note === undefined ? [] : [build.comment(note)]),
      ...driver.assign(
        driver.vectorOf(to),
        (leaf, at) => this.#sum(terms, (vec) => read(driver.vectorOf(vec), leaf, at)),
        driver.leavesOf(to.part),
      ),
    ];
  }

  /** The vectors that live on. */
  nextVectors(scheme: Scheme): Statement[] {
    return this.assignAtOnce(scheme.next);
  }

  /** Sets vectors whose new values may read the old ones of others. */
  assignAtOnce(rows: readonly Combine[]): Statement[] {
    const driver = this.#driver;
    const note = rows[0]?.note;
    return [
      ...(note === undefined ? [] : [build.comment(note)]),
      ...this.#atOnce(
        rows.map(({ to, terms }) => ({
          vec: to,
          vector: driver.vectorOf(to),
          value: (leaf: Leaf, at: readonly Affine[]): Expr =>
            this.#sum(terms, (vec) => read(driver.vectorOf(vec), leaf, at)),
        })),
      ),
    ];
  }

  /** What lives on, the running loss included. */
  next(scheme: Scheme): Statement[] {
    const { companions } = this.#driver;
    return [
      ...this.nextVectors(scheme),
      ...(companions === undefined
        ? []
        : this.#scalarsAtOnce(
            scheme.next.map(({ to, terms }) => ({
              to: companions.value(to),
              value: this.#sum(terms, (vec) => entry(companions.value(vec), [])),
            })),
          )),
    ];
  }

  /**
   * Leaves when the new state is not finite: says in which step, and at which evaluation the slope first was not. One
   * sum and one comparison a step; the search is off the common path.
   */
  checkFinite(n: Affine, scheme: Scheme): Statement[] {
    const driver = this.#driver;
    const { statements, sum } = this.#total(
      driver.state,
      driver.model.state,
      driver.solver.isSmall === true ? 1 : lanes,
    );
    return [
      ...statements,
      build.branch(build.isNotFinite(sum), [
        build.store(driver.io.failedStep, [], build.integerValue(n)),
        ...this.leaveNotFinite(scheme),
      ]),
    ];
  }

  /** Looks for the evaluation that first was not finite, and leaves. */
  leaveNotFinite(scheme: Scheme): Statement[] {
    const driver = this.#driver;
    const { failedStage } = driver.io;
    const search = evaluationsOf(scheme)
      .reverse()
      .flatMap(({ slope, index }): Statement[] => {
        const total = this.#total(driver.vectorOf(slope), driver.leavesOf(slope.part));
        return [
          ...total.statements,
          build.branch(build.isNotFinite(total.sum), [build.store(failedStage, [], build.number(index + 1))]),
        ];
      });
    return [
      ...search,
      // Behind the search: a call in front of it would have every slope kept across it.
      ...driver.results.spoil(),
      build.branch(
        build.compare("gt", build.read(failedStage), build.zero),
        [build.leave(status.notFiniteField)],
        [build.leave(status.notFiniteState)],
      ),
    ];
  }

  // The transpose.

  /** λ of the step's start from λ of its end; everything the field was asked for must be known. */
  transpose(n: Affine, scheme: Scheme, bars: Bars, back: Back): Statement[] {
    const driver = this.#driver;
    const { companions } = driver;
    const out: Statement[] = [];
    const begun: Vec[] = [];
    /** A cotangent that calls add to starts from 0. */
    const begin = (vec: Vec): void => {
      if (begun.some((one) => same(one, vec))) return;
      begun.push(vec);
      out.push(...driver.assign(bars.of(vec), () => build.zero, driver.leavesOf(vec.part)));
    };
    const gathered = (vec: Vec): readonly Term[] => usesOf(vec, scheme);
    const gather = (vec: Vec, leaf: Leaf, at: readonly Affine[]): Expr =>
      this.#sum(gathered(vec), (target) => read(bars.of(target), leaf, at));
    const barOf =
      (at: readonly Vec[]) =>
      (leaf: Leaf): View =>
        bars.of(at.find(({ part }) => driver.leavesOf(part).includes(leaf))!)(leaf);

    for (const operation of [...scheme.operations].reverse()) {
      switch (operation.kind) {
        case "combine": {
          const { to } = operation;
          const hasBar = begun.some((one) => same(one, to));
          if (gathered(to).length === 0 && hasBar) break;
          out.push(
            ...driver.assign(
              bars.of(to),
              (leaf, at) =>
                hasBar ? build.add(read(bars.of(to), leaf, at), gather(to, leaf, at)) : gather(to, leaf, at),
              driver.leavesOf(to.part),
            ),
          );
          break;
        }
        case "evaluate": {
          const { slope, at, index } = operation;
          if (gathered(slope).length === 0) break;
          out.push(build.comment(`Adjoint of evaluation ${index + 1}.`));
          out.push(
            ...driver.assign(
              bars.seed,
              (leaf, place) => gather(slope, leaf, place),
              driver.leavesOf(slope.part),
            ),
          );
          at.forEach(begin);
          const point = this.pointOf(n, operation);
          out.push(...back(point, operation, driver.leavesOf(slope.part).map(bars.seed), barOf(at)));
          if (companions !== undefined) {
            const seed = this.#sum(gathered(slope), companions.barOf);
            out.push(...this.#runningBack(point, seed, barOf(at)));
          } else if (slope.part === "all") {
            const weight = directWeight(slope, scheme);
            if (weight !== undefined) out.push(...this.#runningBack(point, driver.scaled(weight), barOf(at)));
          }
          break;
        }
        case "quadrature": {
          if (driver.model.loss.running === undefined) break;
          operation.at.forEach(begin);
          const point = this.pointOf(n, operation);
          out.push(...this.#runningBack(point, driver.scaled(operation.weight), barOf(operation.at)));
          break;
        }
        default:
          operation satisfies never;
      }
    }
    out.push(
      build.comment("λ of the step's start."),
      ...this.#atOnce(
        scheme.next.map(({ to }) => ({
          vec: to,
          vector: bars.of(to),
          value: (leaf: Leaf, at: readonly Affine[]): Expr => gather(to, leaf, at),
        })),
      ),
    );
    if (companions !== undefined) {
      out.push(
        ...this.#scalarsAtOnce(
          scheme.next.map(({ to }) => ({
            to: companions.bar(to),
            value: this.#sum(gathered(to), companions.barOf),
          })),
        ),
      );
    }
    return out;
  }

  /** Σ c·v at an entry, what has no factor h in front of it first. */
  sumOf(terms: readonly Term[], leaf: Leaf, at: readonly Affine[]): Expr {
    return this.#sum(terms, (vec) => read(this.#driver.vectorOf(vec), leaf, at));
  }

  #sum(terms: readonly Term[], value: (vec: Vec) => Expr): Expr {
    const { scaled } = this.#driver;
    const lead = terms
      .filter((each) => !each.withStep)
      .map(({ coefficient, of }) => weighted(coefficient, value(of)));
    const rest = terms
      .filter((each) => each.withStep)
      .map(({ coefficient, of }) => build.mul(scaled(coefficient), value(of)));
    const sums = [lead, rest]
      .filter((list) => list.length > 0)
      .map((list) => list.reduce((a, b) => build.add(a, b)));
    return sums.reduce((left, right) => build.add(left, right), build.zero);
  }

  /** Stores values that may read what others of them overwrite. */
  #atOnce(
    rows: readonly {
      readonly vec: Vec;
      readonly vector: Vector;
      readonly value: (leaf: Leaf, at: readonly Affine[]) => Expr;
    }[],
  ): Statement[] {
    const driver = this.#driver;
    return driver.model.state.flatMap((leaf) => {
      const own = rows.filter(({ vec }) => driver.leavesOf(vec.part).includes(leaf));
      return build.forEachEntry(leaf.shape, driver.names.fresh, (at) => {
        const places = own.map(({ vector }) => vector(leaf));
        const write = (value: Expr, i: number): Statement =>
          build.store(places[i]!.array, [...places[i]!.prefix, ...at], value);
        if (own.length === 1) return [write(own[0]!.value(leaf, at), 0)];
        const names = own.map(({ vector }) => driver.names.fresh(`${vector(leaf).array}_next`));
        return [
          ...own.map(({ value }, i) => build.bind(names[i]!, value(leaf, at))),
          ...names.map((name, i) => write(build.name(name), i)),
        ];
      });
    });
  }

  #scalarsAtOnce(rows: readonly { readonly to: View; readonly value: Expr }[]): Statement[] {
    const names = rows.map(({ to }) => this.#driver.names.fresh(`${to.array}_next`));
    return [
      ...rows.map(({ value }, i) => build.bind(names[i]!, value)),
      ...rows.map(({ to }, i) => build.store(to.array, to.prefix, build.name(names[i]!))),
    ];
  }

  // The running loss.

  /** What an evaluation adds to the running loss. */
  running(point: Point, { slope }: Evaluate, scheme: Scheme): Statement[] {
    const driver = this.#driver;
    const { running } = driver.model.loss;
    if (running === undefined || slope.part !== "all") return [];
    if (driver.companions !== undefined)
      return driver.calls.to(running, point, [driver.companions.value(slope)]);
    const weight = directWeight(slope, scheme);
    return weight === undefined ? [] : this.#addRunning(point, weight);
  }

  #quadrature(n: Affine, operation: Quadrature): Statement[] {
    if (this.#driver.model.loss.running === undefined) return [];
    return this.#addRunning(this.pointOf(n, operation), operation.weight);
  }

  /** integral += h·weight·running. */
  #addRunning(point: Point, weight: Fraction): Statement[] {
    const driver = this.#driver;
    const amount = driver.names.fresh("running_loss");
    return [
      build.alloc(amount, [], { zero: false }),
      ...driver.calls.to(driver.model.loss.running!, point, [{ array: amount, prefix: [] }]),
      build.accumulate(driver.integral, [], build.mul(driver.scaled(weight), build.read(amount))),
    ];
  }

  #runningBack(point: Point, seed: Expr, bars: (leaf: Leaf) => View): Statement[] {
    const driver = this.#driver;
    const { running } = driver.vjps;
    if (running === undefined) return [];
    return [
      build.store(driver.runningSeed, [], seed),
      ...driver.calls.toVjp(running, point, [{ array: driver.runningSeed, prefix: [] }], bars),
    ];
  }

  /** The sum of all entries; of long leaves several sums side by side, which need not wait for one another. */
  #total(vector: Vector, leaves: readonly Leaf[], width = 1): { statements: Statement[]; sum: Expr } {
    const driver = this.#driver;
    const scalars: Expr[] = [];
    const arrays: Leaf[] = [];
    for (const leaf of leaves) {
      if (leaf.shape.length === 0) scalars.push(entry(vector(leaf), []));
      else arrays.push(leaf);
    }
    const name = driver.names.fresh("sum");
    const direct =
      scalars.length === 0 ? build.zero : scalars.reduce((left, right) => build.add(left, right));
    if (arrays.length === 0) return { statements: [build.bind(name, direct)], sum: build.name(name) };
    const isLong = ({ shape }: Leaf): boolean =>
      width > 1 && sizeOf(shape) >= long && Math.max(...shape) >= width;
    const totals = Array.from({ length: arrays.some(isLong) ? width : 1 }, () => driver.names.fresh("total"));
    const add = (leaf: Leaf, to: number, at: readonly Affine[]): Statement =>
      build.accumulate(totals[to]!, [], entry(vector(leaf), at));
    return {
      statements: [
        ...totals.map((total) => build.alloc(total, [], { zero: false })),
        ...totals.map((total, lane) => build.store(total, [], lane === 0 ? direct : build.zero)),
        ...arrays.flatMap((leaf) =>
          isLong(leaf)
            ? sideBySide(leaf.shape, width, driver.names.fresh, (lane, at) => add(leaf, lane, at))
            : build.forEachEntry(leaf.shape, driver.names.fresh, (at) => [add(leaf, 0, at)]),
        ),
        build.bind(
          name,
          totals.map((total) => build.read(total)).reduce((left, right) => build.add(left, right)),
        ),
      ],
      sum: build.name(name),
    };
  }
}

/** Sums side by side, and entries from which they pay: an addition takes four cycles, and two are begun in each. */
const lanes = 8;
const long = 64;

/** All entries, those of the longest axis by turns in one of several lanes; what is left over is in the first. */
function sideBySide(
  shape: Shape,
  width: number,
  fresh: (stem: string) => string,
  body: (lane: number, at: readonly Affine[]) => Statement,
): Statement[] {
  const axis = shape.lastIndexOf(Math.max(...shape));
  const along = (extent: number): number[] => shape.with(axis, extent);
  const turns = Math.floor(shape[axis]! / width);
  const rest = shape[axis]! - turns * width;
  const place = (at: readonly Affine[], scale: number, offset: number): Affine[] =>
    at.with(axis, affine.offset(affine.scale(at[axis]!, scale), offset));
  const whole = build.forEachEntry(along(turns), fresh, (at) =>
    Array.from({ length: width }, (_, lane) => body(lane, place(at, width, lane))),
  );
  if (rest === 0) return whole;
  const left = build.forEachEntry(along(rest), fresh, (at) => [body(0, place(at, 1, turns * width))]);
  return [...whole, ...left];
}

const entry = (view: View, at: readonly Affine[]): Expr => build.read(view.array, [...view.prefix, ...at]);

const weighted = ([over, under]: Fraction, value: Expr): Expr =>
  over === under ? value : build.mul(build.number(over / under), value);

/** What is made of a vector, with the factors it has there: what is known first in the reverse order first. */
function usesOf(vec: Vec, { operations, next }: Scheme): Term[] {
  const made = [...operations].filter((each): each is Combine => each.kind === "combine").reverse();
  return [...next, ...made].flatMap(({ to, terms }) =>
    terms.filter(({ of }) => same(of, vec)).map((each) => ({ ...each, of: to })),
  );
}

/** The weight of a slope in the new state. */
function directWeight(slope: Vec, scheme: Scheme): Fraction | undefined {
  return scheme.next
    .filter(({ to }) => to.kind === "state")
    .flatMap(({ terms }) => terms)
    .find(({ of }) => same(of, slope))?.coefficient;
}

/** The cotangents of a scheme's vectors: λ for what lives from step to step, u for stage states, one seed for slopes. */
export class Bars {
  readonly #driver: Driver;
  readonly #carried = new Map<string, Vector>();
  readonly #stages: Vector;
  readonly seed: Vector;

  constructor(driver: Driver) {
    this.#driver = driver;
    this.#carried.set("state", driver.vector("lambda_"));
    driver.shape.past.forEach((_, j) => {
      this.#carried.set(`past ${j}`, driver.vector(`lambda_past_${j + 1}_`));
    });
    this.#stages = driver.vector("u_");
    this.seed = driver.vector("w_");
  }

  get lambda(): Vector {
    return this.#carried.get("state")!;
  }

  of(vec: Vec): Vector {
    switch (vec.kind) {
      case "state":
        return this.lambda;
      case "past":
        return this.#carried.get(`past ${vec.index}`)!;
      case "x":
        return (leaf) => ({ array: this.#stages(leaf).array, prefix: [affine.integer(vec.index)] });
      default:
        throw new Error("slopes share one cotangent");
    }
  }

  /** λ starts from 0. */
  allocateCarried(): Statement[] {
    return [...this.#carried.values()].flatMap((vector) => this.#driver.allocate(vector, { zero: true }));
  }

  allocate(): Statement[] {
    const driver = this.#driver;
    return [...driver.allocate(this.#stages, { copies: [driver.stageCount] }), ...driver.allocate(this.seed)];
  }
}
