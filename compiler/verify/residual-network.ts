/**
 * What `odegrad inspect --plans` says of a residual network, the Euler or Heun method with a layer for every step: how
 * smooth its weights are in depth, how far its states may be from those of its ODE, and how well a plan without stored
 * states finds its start again. In: the generated field and a problem. Out: figures; nothing for another model.
 *
 *     |x_n - x(t_n)| ≤ h/2 · (e^{LT} - 1) / L · sup |∂φ/∂t + ∂φ/∂x φ| ,   L the largest norm of ∂φ/∂x on the way
 *
 * Source: Sander, Ablin, Peyré 2022, arXiv:2205.14612; the bound is that of the Euler method.
 */

import type { GeneratedModule } from "../execute/javascript.ts";
import type { Problem } from "../execute/problem.ts";
import { sizeOf } from "../model.ts";
import type { Entry, Module } from "../module.ts";

export interface ResidualNetwork {
  readonly depth: number;
  /** The largest change of the weights from layer to layer, relative to the largest weights of a layer. */
  readonly roughness: number;
  /** The largest norm of the Jacobian of a layer, along the states. */
  readonly lipschitz: number;
  /** Bound on the distance of any state from the ODE, relative to the largest state; of Euler networks. */
  readonly distance: number | undefined;
  /** Of the error with which states are recovered from the end, in 1 / depth. */
  readonly recoveryOrder: number;
  /** How far the recovered start is from the start, relative to its largest entry. */
  readonly deviation: number;
}

const norm = (values: Float64Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
const largest = (values: Float64Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

export function residualNetwork(
  generated: GeneratedModule,
  module: Module,
  problem: Problem,
): ResidualNetwork | undefined {
  const { model, solver } = module;
  const { steps } = problem;
  const isHeun = solver.method === "heun";
  const isLayered =
    model.inputs.length > 0 && model.inputs.every(({ kind, count }) => kind === "hold" && count === steps);
  if (
    (!isHeun && solver.method !== "euler") ||
    solver.tolerance !== undefined ||
    !isLayered ||
    model.initial !== undefined
  )
    return undefined;
  const size = problem.state0.length;
  const h = (problem.t1 - problem.t0) / steps;
  const layers = Array.from({ length: steps }, (_, n) => layer(module, problem, n));
  const ask = asker(generated, module, problem);

  const time = (n: number): number => problem.t0 + n * h;
  /** One step from a state with layer n; a step backwards has -h. */
  const step = (n: number, x: Float64Array, t: number, by: number): Float64Array => {
    const first = ask.field(t, x, layers[n]!);
    const ahead = x.map((value, i) => value + by * first[i]!);
    if (!isHeun) return ahead;
    const second = ask.field(t + by, ahead, layers[n]!);
    return x.map((value, i) => value + (by / 2) * (first[i]! + second[i]!));
  };
  const states: Float64Array[] = [Float64Array.from(problem.state0)];
  for (let n = 0; n < steps; n++) states.push(step(n, states[n]!, time(n), h));
  let back: Float64Array = states[steps]!;
  for (let n = steps - 1; n >= 0; n--) back = step(n, back, time(n + 1), -h);

  let [lipschitz, bend] = [0, 0];
  for (let n = 0; n < steps; n++) {
    const x = states[n]!;
    const here = ask.field(time(n), x, layers[n]!);
    lipschitz = Math.max(lipschitz, ask.jacobianNorm(time(n), x, layers[n]!));
    const along = ask.jvp(time(n), x, layers[n]!, here);
    const next = ask.field(time(n + 1), x, layers[Math.min(n + 1, steps - 1)]!);
    bend = Math.max(bend, norm(along.map((value, i) => value + (next[i]! - here[i]!) / h)));
  }
  const span = Math.abs(problem.t1 - problem.t0);
  const growth = lipschitz === 0 ? span : Math.expm1(lipschitz * span) / lipschitz;
  const weights = Math.max(...layers.map(norm), Number.MIN_VALUE);
  const change = layers.slice(1).map((one, n) => norm(one.map((value, i) => value - layers[n]![i]!)));
  const start = Math.max(largest(problem.state0), Number.MIN_VALUE);
  return {
    depth: steps,
    roughness: Math.max(0, ...change) / weights,
    lipschitz,
    distance: isHeun
      ? undefined
      : ((Math.abs(h) / 2) * growth * bend) / Math.max(...states.map(norm), Number.MIN_VALUE),
    recoveryOrder: isHeun ? 3 : 1,
    deviation: largest(Float64Array.from({ length: size }, (_, i) => back[i]! - problem.state0[i]!)) / start,
  };
}

/** The weights of layer n as the field takes them: leaf by leaf. */
function layer({ model }: Module, problem: Problem, n: number): Float64Array {
  const parts = model.inputs.flatMap((input) =>
    input.leaves.flatMap((leaf) => {
      const words = sizeOf(leaf.shape);
      return [...problem.inputs.subarray(leaf.offset + n * words, leaf.offset + (n + 1) * words)];
    }),
  );
  return Float64Array.from(parts);
}

/** Iterations for the norm of a Jacobian, whose accuracy nobody needs beyond two digits. */
const powerIterations = 30;

/** The generated functions of the field, by what they are asked for. */
function asker(generated: GeneratedModule, module: Module, problem: Problem) {
  const entry = (name: Entry["name"]): Entry => module.entries.find((one) => one.name === name)!;
  const call = (
    name: "field" | "fieldJvp" | "fieldVjp",
    t: number,
    given: Readonly<Record<string, Float64Array>>,
  ): Readonly<Record<string, Float64Array>> => {
    const records: Record<string, Float64Array> = {};
    const args = entry(name).arguments.map((argument) => {
      if (argument.kind === "real") return t;
      records[argument.name] = given[argument.name] ?? new Float64Array(argument.size);
      return records[argument.name]!;
    });
    generated[name](...args);
    return records;
  };
  const common = (x: Float64Array, inputs: Float64Array) => ({
    y: x,
    p: problem.params,
    inputs,
    data: problem.data,
  });
  const jvp = (t: number, x: Float64Array, inputs: Float64Array, yDot: Float64Array): Float64Array =>
    call("fieldJvp", t, { ...common(x, inputs), yDot })["dyDot"]!;
  return {
    field: (t: number, x: Float64Array, inputs: Float64Array): Float64Array =>
      call("field", t, common(x, inputs))["dy"]!,
    jvp,
    /** The largest singular value, by the power method on JᵀJ. */
    jacobianNorm(t: number, x: Float64Array, inputs: Float64Array): number {
      let v: Float64Array = x.map((_, i) => 1 + Math.sin(i + 1) / 2);
      let size = 0;
      for (let k = 0; k < powerIterations; k++) {
        const length = norm(v);
        if (length === 0) return 0;
        const unit = v.map((value) => value / length);
        const w = jvp(t, x, inputs, unit);
        size = norm(w);
        v = call("fieldVjp", t, { ...common(x, inputs), w })["yBar"]!;
      }
      return size;
    },
  };
}
