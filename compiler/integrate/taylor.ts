/**
 * Taylor's method: a step of length h goes from x to x + h·Φ(t, x; h), where Φ = Σ_{k=1..p} x_k h^{k-1} and x_k are the
 * coefficients of the solution, (k + 1)·x_{k+1} = f_k with f_k the coefficient of the field along the curve so far. In: a
 * model and an order. Out: the model with Φ in the place of its field and with the mean of the running loss over the step
 * in the place of that, each with the length of the step as a second number: Taylor's method is then Euler's, and every
 * plan has its gradient.
 *
 * Source: Corliss, Chang 1982, ACM TOMS 8; Jorba, Zou 2005, Exp. Math. 14.
 */

import { alongCurve } from "../differentiate/jets.ts";
import type { Context } from "../differentiate/normalise.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { expandCall } from "../ir/expand.ts";
import { Names } from "../ir/names.ts";
import type { Argument, Expr, Fn, Parameter, Shape, Statement } from "../ir/nodes.ts";
import { bindersOf } from "../ir/walk.ts";
import type { Leaf, Model } from "../model.ts";

/** The number among the parameters of the field that is the length of the step. */
export const stepLength = "step_length#";

export interface TaylorModel {
  readonly model: Model;
  /** What the last terms of Φ say of the error, by which steps are chosen. */
  readonly lastTerms: Fn;
}

export function withTaylor(model: Model, order: number, context: Context): TaylorModel {
  const series = new Series(model, context);
  const { running } = model.loss;
  return {
    model: {
      ...model,
      rhs: series.field("taylor", order, false),
      loss: { ...model.loss, running: running && series.mean(running, order) },
    },
    lastTerms: series.field("taylor_last_terms", order, true),
  };
}

const one: Affine = affine.integer(0);

class Series {
  readonly #model: Model;
  readonly #context: Context;
  /** The field with its time among the arrays, so that it can move. */
  readonly #rhs: Fn;

  constructor(model: Model, context: Context) {
    this.#model = model;
    this.#context = context;
    this.#rhs = withTimeAsArray(model.rhs, context);
  }

  /** Φ, or the size of its last terms. */
  field(name: string, order: number, isLast: boolean): Fn {
    const { state } = this.#model;
    const names = this.#names(this.#model.rhs);
    const { statements, coefficients } = this.#coefficients(names, order);
    const h = build.name(stepLength);
    const body = [
      ...statements,
      ...state.flatMap((leaf) =>
        this.#filled(`f_${leaf.name}`, leaf.shape, names, (at) => {
          const term = (k: number): Expr => build.read(coefficients.get(leaf)![k]!, [...at, one]);
          // The last term may vanish by chance, or because the solution is even or odd: the one before is asked too.
          return isLast
            ? build.mul(
                power(h, order - 2),
                build.add(
                  build.primitive("abs", [build.mul(h, term(order))]),
                  build.mul(build.number(1 / 16), build.primitive("abs", [term(order - 1)])),
                ),
              )
            : horner(
                h,
                Array.from({ length: order }, (_, k) => term(k + 1)),
              );
        }),
      ),
    ];
    const doc = isLast
      ? "The size of the last terms of the series that a step is made of."
      : `The slope of a step: the Taylor series of the solution, order ${order}.`;
    return { ...withLength(this.#model.rhs), name, body, doc };
  }

  /** The mean of a number over the step: Σ r_k h^k / (k + 1). */
  mean(fn: Fn, order: number): Fn {
    const names = this.#names(fn);
    const { statements, coefficients, clock } = this.#coefficients(names, order);
    const moving = withTimeAsArray(fn, this.#context);
    const h = build.name(stepLength);
    const terms: Expr[] = [];
    const body: Statement[] = [...statements];
    for (let k = 0; k < order; k++) {
      const value = names.fresh(`running_${k}`);
      body.push(build.alloc(value, k === 0 ? [] : [1], { zero: false }));
      body.push(...this.#call(moving, k, coefficients, clock, [value], names));
      terms.push(build.mul(build.number(1 / (k + 1)), build.read(value, k === 0 ? [] : [one])));
    }
    body.push(build.store("result", [], horner(h, terms)));
    return {
      ...withLength(fn),
      name: "running_mean",
      body,
      doc: "The mean of the running loss over a step.",
    };
  }

  #names(fn: Fn): Names {
    const { arrays } = this.#context;
    return new Names([...bindersOf(fn), stepLength, ...arrays.map(({ name }) => name)]);
  }

  /** The coefficients of the solution, of order 1 to `order`, in arrays of their own. */
  #coefficients(names: Names, order: number) {
    const { state, rhs } = { state: this.#model.state, rhs: this.#model.rhs };
    const coefficients = new Map(state.map((leaf) => [leaf, [] as string[]]));
    const clock = { now: names.fresh("time"), moved: names.fresh("time_1") };
    const statements: Statement[] = [
      build.alloc(clock.now, [], { zero: false }),
      build.store(clock.now, [], build.name(rhs.parameters[0]!.name)),
      build.alloc(clock.moved, [1], { zero: false }),
      build.store(clock.moved, [one], build.one),
    ];
    for (let k = 1; k <= order; k++) {
      const slopes = state.map((leaf) => {
        const array = names.fresh(`${leaf.name}_slope`);
        statements.push(build.alloc(array, k === 1 ? leaf.shape : [...leaf.shape, 1], { zero: false }));
        return array;
      });
      statements.push(...this.#call(this.#rhs, k - 1, coefficients, clock, slopes, names));
      state.forEach((leaf, i) => {
        const array = names.fresh(`${leaf.name}_${k}`);
        coefficients.get(leaf)![k] = array;
        statements.push(
          build.alloc(array, [...leaf.shape, 1], { zero: false }),
          ...build.forEachEntry(leaf.shape, names.fresh, (at) => {
            const slope = build.read(slopes[i]!, k === 1 ? at : [...at, one]);
            return [build.store(array, [...at, one], build.div(slope, build.number(k)))];
          }),
        );
      });
    }
    return { statements, coefficients, clock };
  }

  /** The coefficient of an order of a function along the solution; of order 0 the function itself. */
  #call(
    fn: Fn,
    order: number,
    coefficients: ReadonlyMap<Leaf, readonly string[]>,
    clock: { readonly now: string; readonly moved: string },
    results: readonly string[],
    names: Names,
  ): Statement[] {
    const [time] = fn.parameters as [Parameter];
    const given = fn.parameters.filter((each) => each.kind !== "array" || each.access !== "out");
    const curve = new Map<string, readonly number[]>();
    const leaves = this.#model.state;
    for (const leaf of leaves)
      curve.set(
        leaf.name,
        Array.from({ length: order }, (_, k) => k + 1),
      );
    curve.set(time.name, [1]);
    const callee = order === 0 ? fn : alongCurve(fn, curve, order, this.#context);
    const view = (array: string): Argument => ({ kind: "array", view: { array, prefix: [] } });
    const moved =
      order === 0
        ? []
        : [...leaves.flatMap((leaf) => coefficients.get(leaf)!.slice(1, order + 1)), clock.moved];
    const args = [
      ...given.map((each) => view(each === time ? clock.now : each.name)),
      ...moved.map(view),
      ...results.map(view),
    ];
    return expandCall({ kind: "call", callee: callee.name, args }, callee, names.fresh);
  }

  #filled(to: string, shape: Shape, names: Names, value: (at: readonly Affine[]) => Expr): Statement[] {
    return build.forEachEntry(shape, names.fresh, (at) => [build.store(to, at, value(at))]);
  }
}

/** Σ terms[k] h^k */
const horner = (h: Expr, terms: readonly Expr[]): Expr =>
  terms.reduceRight((sum, term) => build.add(term, build.mul(h, sum)), build.zero);

const power = (h: Expr, exponent: number): Expr =>
  Array.from({ length: exponent }, () => h).reduce((product, each) => build.mul(product, each), build.one);

/** A function of the model with the length of the step behind the time. */
function withLength(fn: Fn): Fn {
  const [time, ...rest] = fn.parameters;
  return { ...fn, parameters: [time!, { kind: "real", name: stepLength }, ...rest] };
}

function withTimeAsArray(fn: Fn, context: Context): Fn {
  const [time, ...rest] = fn.parameters as [Parameter, ...Parameter[]];
  const names = new Names([...bindersOf(fn), ...context.arrays.map(({ name }) => name)]);
  const now = names.fresh(`${time.name}_now`);
  return {
    ...fn,
    parameters: [{ kind: "array", name: now, element: "real", shape: [], access: "in" }, ...rest],
    body: [build.bind(time.name, build.read(now)), ...fn.body],
  };
}
