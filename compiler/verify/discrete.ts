/**
 * The discrete solve written out once more: a plain loop over steps and stages that calls the model's functions in the
 * interpreter of the IR and keeps every state. From it come the exact tangent along a direction (forward mode) and the
 * exact gradient with everything stored (textbook reverse mode of a Runge-Kutta step).
 *
 * It shares the model's derivatives `_jvp` and `_vjp` with the compiler, and nothing else: not the integrator, the
 * checkpoints, the optimiser nor an emitter. Slow on purpose. Explicit Runge-Kutta methods with fixed steps.
 */

import { tableaus } from "../../runtime/tableaus.ts";
import { jvp } from "../differentiate/forward.ts";
import { vjp } from "../differentiate/reverse.ts";
import type { Gradients, Problem } from "../execute/problem.ts";
import { allocate, evaluate, type Memory } from "../ir/evaluate.ts";
import type { Fn, Program } from "../ir/nodes.ts";
import { type Leaf, type Model, sizeOf } from "../model.ts";
import { status } from "../module.ts";
import type { Direction } from "./direction.ts";
import { knotWeights } from "./knot-weights.ts";

/** Places of a trajectory that `walk` visits, at most. */
const walked = 8;

type Values = Map<string, number | Float64Array>;

interface Method {
  readonly a: readonly (readonly number[])[];
  readonly b: readonly number[];
  readonly c: readonly number[];
}

/** A call of one model function at one place of the integration. */
interface Place {
  readonly t: number;
  readonly y: Float64Array;
  readonly piece: number;
  readonly k?: number;
}

/** The whole forward solve. */
export interface Trajectory {
  readonly value: number;
  /** States at the boundaries, steps + 1 of them. */
  readonly states: readonly Float64Array[];
  /** Stage states of each step. */
  readonly stages: readonly (readonly Float64Array[])[];
}

export class DiscreteSolve {
  readonly #model: Model;
  readonly #method: Method;
  readonly #problem: Problem;
  readonly #program: Program;
  /** Of the model's constants, which is all that its functions read beside their arguments. */
  readonly #memory: Memory;
  readonly #h: number;
  /** Boundary of each observation time. */
  readonly #observed: readonly number[];

  constructor(model: Model, method: string, problem: Problem) {
    const { a, b, c } = tableaus[method]!;
    const ratio = ([over, under]: readonly [number, number]): number => over / under;
    this.#model = model;
    this.#method = { a: a.map((row) => row.map(ratio)), b: b.map(ratio), c: c.map(ratio) };
    this.#problem = problem;
    this.#h = (problem.t1 - problem.t0) / problem.steps;
    this.#observed = Array.from(problem.times, (time) => Math.round((time - problem.t0) / this.#h));
    const functions = functionsOf(model);
    const context = { arrays: model.constants, functions: [...functions, ...model.functions] };
    const wrt = new Set([...model.state, ...model.params, ...inputLeaves(model)].map((leaf) => leaf.name));
    this.#program = {
      arrays: model.constants,
      functions: [
        ...model.functions,
        ...functions,
        ...functions.map((fn) => jvp(fn, wrt, context)),
        ...functions.map((fn) => vjp(fn, wrt, context)),
      ],
    };
    this.#memory = allocate(this.#program);
  }

  /** Steps forward, keeping everything. */
  run(): Trajectory {
    const { t0, steps } = this.#problem;
    const { a, b, c } = this.#method;
    const { terminal, running, at } = this.#model.loss;
    const h = this.#h;
    let value = 0;
    const states: Float64Array[] = [this.#start()];
    const stages: Float64Array[][] = [];
    for (let n = 0; n < steps; n++) {
      const own: Float64Array[] = [];
      const slopes: Float64Array[] = [];
      for (let i = 0; i < b.length; i++) {
        const y = combined(states[n]!, h, a[i]!, slopes);
        const place = { t: t0 + n * h + c[i]! * h, y, piece: n };
        own.push(y);
        slopes.push(this.#slope(place));
        if (running !== undefined) value += h * b[i]! * this.#scalar(running, place);
      }
      stages.push(own);
      states.push(combined(states[n]!, h, b, slopes));
    }
    this.#observed.forEach((n, k) => {
      if (at !== undefined) value += this.#scalar(at, this.#boundary(n, k, states));
    });
    if (terminal !== undefined) value += this.#scalar(terminal, this.#boundary(steps, undefined, states));
    return { value, states, stages };
  }

  /** Derivative of the loss along a direction: forward mode through every step. */
  tangent(trajectory: Trajectory, along: Direction): number {
    const { t0, steps } = this.#problem;
    const { a, b, c } = this.#method;
    const { terminal, running, at } = this.#model.loss;
    const h = this.#h;
    let value = 0;
    const yDots: Float64Array[] = [this.#startTangent(along)];
    for (let n = 0; n < steps; n++) {
      const slopes: Float64Array[] = [];
      for (let i = 0; i < b.length; i++) {
        const yDot = combined(yDots[n]!, h, a[i]!, slopes);
        const place = { t: t0 + n * h + c[i]! * h, y: trajectory.stages[n]![i]!, piece: n };
        const rate = this.#forward(this.#model.rhs, place, yDot, along);
        slopes.push(this.#gather(rate, (leaf) => `f_${leaf.name}_dot`));
        if (running !== undefined) {
          value += h * b[i]! * scalarOf(this.#forward(running, place, yDot, along), "result_dot");
        }
      }
      yDots.push(combined(yDots[n]!, h, b, slopes));
    }
    const add = (fn: Fn | undefined, n: number, k: number | undefined): void => {
      if (fn === undefined) return;
      const place = this.#boundary(n, k, trajectory.states);
      value += scalarOf(this.#forward(fn, place, yDots[n]!, along), "result_dot");
    };
    this.#observed.forEach((n, k) => {
      add(at, n, k);
    });
    add(terminal, steps, undefined);
    return value;
  }

  /** The gradient, reverse mode with every stage stored: Y_bar_i = vjp(Y_i, h b_i λ + h Σ_j a_ji Y_bar_j). */
  gradient(trajectory: Trajectory, seen?: (n: number, lambda: Float64Array) => void): Gradients {
    const { t0, steps, state0, params, inputs } = this.#problem;
    const { a, b, c } = this.#method;
    const { terminal, running, at } = this.#model.loss;
    const h = this.#h;
    const lambda = new Float64Array(state0.length);
    const bars = { params: new Float64Array(params.length), inputs: new Float64Array(inputs.length) };
    const one = Float64Array.of(1);
    const add = (fn: Fn | undefined, n: number, k: number | undefined): void => {
      if (fn === undefined) return;
      this.#reverse(fn, this.#boundary(n, k, trajectory.states), { result_bar: one }, lambda, bars);
    };
    add(terminal, steps, undefined);
    for (let n = steps; n >= 0; n--) {
      this.#observed.forEach((boundary, k) => {
        if (boundary === n) add(at, n, k);
      });
      seen?.(n, lambda);
      if (n === 0) break;
      const stageBars: Float64Array[] = [];
      for (let i = b.length - 1; i >= 0; i--) {
        const place = { t: t0 + (n - 1) * h + c[i]! * h, y: trajectory.stages[n - 1]![i]!, piece: n - 1 };
        const seed = lambda.map((value) => h * b[i]! * value);
        for (let j = i + 1; j < b.length; j++) {
          const weight = h * a[j]![i]!;
          for (let e = 0; e < seed.length; e++) seed[e]! += weight * stageBars[j]![e]!;
        }
        const yBar = new Float64Array(lambda.length);
        const seeds = Object.fromEntries(
          this.#model.state.map((leaf) => [`f_${leaf.name}_bar`, slice(seed, leaf.offset, leaf)]),
        );
        this.#reverse(this.#model.rhs, place, seeds, yBar, bars);
        if (running !== undefined) {
          this.#reverse(running, place, { result_bar: Float64Array.of(h * b[i]!) }, yBar, bars);
        }
        stageBars[i] = yBar;
      }
      for (const bar of stageBars) for (let e = 0; e < bar.length; e++) lambda[e]! += bar[e]!;
    }
    const { initial } = this.#model;
    if (initial === undefined) return { status: status.ok, value: trajectory.value, state0: lambda, ...bars };
    const seeds = Object.fromEntries(
      this.#model.state.map((leaf) => [`f_${leaf.name}_bar`, slice(lambda, leaf.offset, leaf)]),
    );
    const none = new Float64Array(lambda.length);
    this.#reverse(initial, this.#startPlace(), seeds, none, bars);
    return { status: status.ok, value: trajectory.value, state0: none, ...bars };
  }

  /**
   * Calls every function of the model at some places of a trajectory, in a program that has them in other clothes, and
   * says so after each.
   */
  walk(trajectory: Trajectory, program: Program, memory: Memory, seen: () => void): void {
    const { t0, steps } = this.#problem;
    const { initial, rhs, loss } = this.#model;
    const visit = (fn: Fn | undefined, place: Place): void => {
      if (fn === undefined) return;
      const values = this.#arguments(place);
      for (const leaf of this.#model.state)
        values.set(`f_${leaf.name}`, new Float64Array(sizeOf(leaf.shape)));
      values.set("result", new Float64Array(1));
      const given = fn.parameters.map((parameter) => values.get(parameter.name)!);
      evaluate(program, fn.name, given, memory);
      seen();
    };
    visit(initial, this.#startPlace());
    const count = Math.min(steps, walked);
    for (let i = 0; i < count; i++) {
      const n = Math.floor((i * steps) / count);
      const place = { t: t0 + n * this.#h, y: trajectory.states[n]!, piece: n };
      visit(rhs, place);
      visit(loss.running, place);
    }
    this.#observed.forEach((n, k) => {
      if (k < walked) visit(loss.at, this.#boundary(n, k, trajectory.states));
    });
    visit(loss.terminal, this.#boundary(steps, undefined, trajectory.states));
  }

  /** A boundary sees the piece that ends there, and the first one at the start. */
  #boundary(n: number, k: number | undefined, states: readonly Float64Array[]): Place {
    const { t0, t1, steps } = this.#problem;
    const t = k !== undefined ? this.#problem.times[k]! : n === steps ? t1 : t0 + n * this.#h;
    return { t, y: states[n]!, piece: Math.max(n - 1, 0), ...(k === undefined ? {} : { k }) };
  }

  #slope(place: Place): Float64Array {
    const values = this.#arguments(place);
    for (const leaf of this.#model.state) values.set(`f_${leaf.name}`, new Float64Array(sizeOf(leaf.shape)));
    this.#call(this.#model.rhs.name, values);
    return this.#gather(values, (leaf) => `f_${leaf.name}`);
  }

  #scalar(fn: Fn, place: Place): number {
    const values = this.#arguments(place);
    values.set("result", new Float64Array(1));
    this.#call(fn.name, values);
    return scalarOf(values, "result");
  }

  #forward(fn: Fn, place: Place, yDot: Float64Array, along: Direction): Values {
    const values = this.#arguments(place);
    const { state, params } = this.#model;
    for (const leaf of state) values.set(`${leaf.name}_dot`, slice(yDot, leaf.offset, leaf));
    for (const leaf of params) values.set(`${leaf.name}_dot`, slice(along.params, leaf.offset, leaf));
    this.#eachInput(place, (leaf, weights) => {
      values.set(`${leaf.name}_dot`, sumOfKnots(along.inputs, leaf, weights));
    });
    for (const leaf of state) values.set(`f_${leaf.name}_dot`, new Float64Array(sizeOf(leaf.shape)));
    values.set("result_dot", new Float64Array(1));
    this.#call(`${fn.name}_jvp`, values);
    return values;
  }

  #reverse(
    fn: Fn,
    place: Place,
    seeds: Readonly<Record<string, Float64Array>>,
    yBar: Float64Array,
    bars: { readonly params: Float64Array; readonly inputs: Float64Array },
  ): void {
    const values = this.#arguments(place);
    for (const [name, seed] of Object.entries(seeds)) values.set(name, seed);
    // Views, so that the vjp accumulates in place.
    const view = (record: Float64Array, leaf: Leaf, offset: number): void => {
      values.set(`${leaf.name}_bar`, record.subarray(offset, offset + sizeOf(leaf.shape)));
    };
    for (const leaf of this.#model.state) view(yBar, leaf, leaf.offset);
    for (const leaf of this.#model.params) view(bars.params, leaf, leaf.offset);
    this.#eachInput(place, (leaf) => {
      values.set(`${leaf.name}_bar`, new Float64Array(sizeOf(leaf.shape)));
    });
    this.#call(`${fn.name}_vjp`, values);
    this.#eachInput(place, (leaf, weights) => {
      const bar = values.get(`${leaf.name}_bar`) as Float64Array;
      weights.forEach((weight, k) => {
        const offset = leaf.offset + k * bar.length;
        for (let e = 0; weight !== 0 && e < bar.length; e++) bars.inputs[offset + e]! += weight * bar[e]!;
      });
    });
  }

  #startPlace(): Place {
    return { t: this.#problem.t0, y: new Float64Array(this.#problem.state0.length), piece: 0 };
  }

  #start(): Float64Array {
    const { initial, state } = this.#model;
    if (initial === undefined) return this.#problem.state0.slice();
    const values = this.#arguments(this.#startPlace());
    for (const leaf of state) values.set(`f_${leaf.name}`, new Float64Array(sizeOf(leaf.shape)));
    this.#call(initial.name, values);
    return this.#gather(values, (leaf) => `f_${leaf.name}`);
  }

  #startTangent(along: Direction): Float64Array {
    const { initial } = this.#model;
    if (initial === undefined) return along.state0.slice();
    const place = this.#startPlace();
    return this.#gather(this.#forward(initial, place, place.y, along), (leaf) => `f_${leaf.name}_dot`);
  }

  #arguments(place: Place): Values {
    const { t, y, k } = place;
    const values: Values = new Map<string, number | Float64Array>([["t", t]]);
    if (k !== undefined) values.set("k", k);
    for (const leaf of this.#model.state) values.set(leaf.name, slice(y, leaf.offset, leaf));
    for (const leaf of this.#model.params)
      values.set(leaf.name, slice(this.#problem.params, leaf.offset, leaf));
    this.#eachInput(place, (leaf, weights) => {
      values.set(leaf.name, sumOfKnots(this.#problem.inputs, leaf, weights));
    });
    for (const leaf of this.#model.data) values.set(leaf.name, slice(this.#problem.data, leaf.offset, leaf));
    return values;
  }

  /** Each input leaf with what its pieces or knots count for at a place. */
  #eachInput({ t, piece: step }: Place, use: (leaf: Leaf, weights: Float64Array) => void): void {
    const { t0, t1, steps } = this.#problem;
    for (const input of this.#model.inputs) {
      let weights: Float64Array;
      if (input.kind === "hold") {
        weights = new Float64Array(input.count);
        weights[Math.floor((step * input.count) / steps)] = 1;
      } else {
        weights = knotWeights(input, ((t - t0) / (t1 - t0)) * (input.count - 1));
      }
      for (const leaf of input.leaves) use(leaf, weights);
    }
  }

  #gather(values: Values, name: (leaf: Leaf) => string): Float64Array {
    const record = new Float64Array(this.#problem.state0.length);
    for (const leaf of this.#model.state) record.set(values.get(name(leaf)) as Float64Array, leaf.offset);
    return record;
  }

  /** Calls a function of the program; arguments by the names of its parameters, results written in place. */
  #call(name: string, values: Values): void {
    const fn = this.#program.functions.find((each) => each.name === name)!;
    const given = fn.parameters.map((parameter) => {
      const value = values.get(parameter.name);
      if (value === undefined) throw new Error(`no value for parameter ${parameter.name} of ${name}`);
      return value;
    });
    evaluate(this.#program, name, given, this.#memory);
  }
}

/** Σ weight_k knot_k of one leaf of the record of all knots. */
function sumOfKnots(record: Float64Array, leaf: Leaf, weights: Float64Array): Float64Array {
  const sum = new Float64Array(sizeOf(leaf.shape));
  weights.forEach((weight, k) => {
    const offset = leaf.offset + k * sum.length;
    for (let e = 0; weight !== 0 && e < sum.length; e++) sum[e]! += weight * record[offset + e]!;
  });
  return sum;
}

const functionsOf = ({ rhs, initial, loss }: Model): Fn[] =>
  [rhs, initial, loss.terminal, loss.running, loss.at].filter((fn) => fn !== undefined);

const inputLeaves = (model: Model): Leaf[] => model.inputs.flatMap((input) => [...input.leaves]);

const slice = (record: Float64Array, offset: number, leaf: Leaf): Float64Array =>
  record.slice(offset, offset + sizeOf(leaf.shape));

const scalarOf = (values: Values, name: string): number => (values.get(name) as Float64Array)[0]!;

/** y + h Σ weight_j slope_j. */
function combined(
  y: Float64Array,
  h: number,
  weights: readonly number[],
  slopes: readonly Float64Array[],
): Float64Array {
  return y.map((value, e) => {
    let sum = 0;
    slopes.forEach((slope, j) => {
      sum += weights[j]! * slope[e]!;
    });
    return value + h * sum;
  });
}
