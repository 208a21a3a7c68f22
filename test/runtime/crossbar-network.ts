/**
 * A small neural ODE, x' = W2 a(W1 x) with a(z) = z / (1 + |z|), by the classical Runge-Kutta method, with its exact discrete
 * adjoint, written out by hand. Every product with a matrix is one of a device's, whose matrices 1 and 2 are W1 and W2.
 */
import { crossbar, type Device, idealDevice, parameters } from "../../runtime/crossbar.ts";

export interface Network {
  readonly states: number;
  readonly hidden: number;
  readonly steps: number;
  readonly step: number;
}

export interface Gradient {
  readonly loss: number;
  readonly final: Float64Array;
  readonly x0: Float64Array;
  readonly w1: Float64Array;
  readonly w2: Float64Array;
}

export function program(device: Device, { states, hidden }: Network, w1: Float64Array, w2: Float64Array) {
  device.program(1, w1, 0, hidden, states);
  device.program(2, w2, 0, states, hidden);
}

/** The gradient of 0.5 |x(T) - y|^2. Stages are computed again on the way back. */
export function gradient(
  device: Device,
  { states, hidden, steps, step: h }: Network,
  start: Float64Array,
  y: Float64Array,
): Gradient {
  const product = (matrix: number, x: Float64Array, length: number) => {
    const result = new Float64Array(length);
    device.apply(matrix, result, 0, 1, x, 0, 1);
    return result;
  };
  const transposed = (matrix: number, x: Float64Array, length: number) => {
    const result = new Float64Array(length);
    device.applyTransposed(matrix, result, 0, 1, x, 0, 1);
    return result;
  };
  const field = (x: Float64Array) => {
    const activity = product(1, x, hidden).map((z) => z / (1 + Math.abs(z)));
    return { activity, slope: product(2, activity, states) };
  };
  const plus = (x: Float64Array, factor: number, k: Float64Array) => x.map((v, i) => v + factor * k[i]!);
  const nodes = [0, 0.5, 0.5, 1];
  const weights = [1 / 6, 1 / 3, 1 / 3, 1 / 6];
  /** The stages of one step, and its end. */
  const stages = (x: Float64Array) => {
    const list: { at: Float64Array; activity: Float64Array; slope: Float64Array }[] = [];
    let end = x;
    for (let s = 0; s < 4; s++) {
      const at = s === 0 ? x : plus(x, h * nodes[s]!, list[s - 1]!.slope);
      const stage = { at, ...field(at) };
      list.push(stage);
      end = plus(end, h * weights[s]!, stage.slope);
    }
    return { list, end };
  };
  const path = [start];
  for (let n = 0; n < steps; n++) path.push(stages(path[n]!).end);
  const final = path[steps]!;
  let adjoint = final.map((v, i) => v - y[i]!);
  const loss = 0.5 * adjoint.reduce((sum, v) => sum + v * v, 0);
  const w1 = new Float64Array(hidden * states);
  const w2 = new Float64Array(states * hidden);
  for (let n = steps - 1; n >= 0; n--) {
    const { list } = stages(path[n]!);
    let total = adjoint;
    let next: Float64Array | undefined;
    for (let s = 3; s >= 0; s--) {
      let slopeBar = adjoint.map((v) => h * weights[s]! * v);
      if (next) slopeBar = plus(slopeBar, h * nodes[s + 1]!, next);
      const { at, activity } = list[s]!;
      device.accumulate(2, w2, 0, hidden, 1, slopeBar, 0, 1, activity, 0, 1);
      // The slope of the activation is (1 - |a|)^2 of its value a.
      const inner = transposed(2, slopeBar, hidden).map((v, i) => v * (1 - Math.abs(activity[i]!)) ** 2);
      device.accumulate(1, w1, 0, states, 1, inner, 0, 1, at, 0, 1);
      next = transposed(1, inner, states);
      total = plus(total, 1, next);
    }
    adjoint = total;
  }
  return { loss, final, x0: adjoint, w1, w2 };
}

/** The cosine of the angle between two gradients. */
export function cosine(a: Float64Array, b: Float64Array): number {
  const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** The distance of a gradient from the right one, over the size of that. */
export function relativeError(got: Float64Array, right: Float64Array): number {
  return Math.hypot(...got.map((v, i) => v - right[i]!)) / Math.hypot(...right);
}

/** The generator of the recorded matrices: numbers of [-1, 1] in steps of 1/128. */
export function generated(seed: number, count: number): Float64Array {
  let s = BigInt(seed);
  return Float64Array.from({ length: count }, () => {
    s = (s * 1103515245n + 12345n) % 2n ** 31n;
    return (Number((s >> 16n) % 257n) - 128) / 128;
  });
}

/** A network of the measurements: so many hidden by so many states, weights in [-0.5, 0.5], 20 steps to t = 1. */
export function problem(hidden: number, states: number) {
  const half = (seed: number, count: number) => generated(seed, count).map((v) => v / 2);
  const network = { states, hidden, steps: 20, step: 0.05 };
  const [w1, w2] = [half(7, hidden * states), half(8, states * hidden)];
  const [start, end] = [generated(100, states), generated(200, states)];
  /** The gradient that a device gives with what is programmed on it. */
  const again = (device: Device) => gradient(device, network, start, end);
  /** The gradient that a device gives with these weights, or with others. */
  const on = (device: Device, ...[a, b]: readonly Float64Array[]) => {
    program(device, network, a ?? w1, b ?? w2);
    return again(device);
  };
  return {
    on,
    again,
    /** The exact gradient of the network that a device has after `on`. */
    exactOf: (device: Device) => on(idealDevice(), device.read(1), device.read(2)),
    /** The exact gradient of the network that is wanted. */
    ideal: on(idealDevice()),
  };
}

/** Hidden units and states of the networks that are measured. */
export const shapes: readonly (readonly [hidden: number, states: number])[] = [
  [16, 12],
  [32, 16],
];

const named = ([hidden, states]: readonly [number, number]) => `${hidden} x ${states}`;

/** Errors of the gradient of W1, against the exact gradient of what the array computes, by how transposed reads are made. */
export function wireErrors() {
  return shapes.flatMap((shape) => {
    const { on, exactOf } = problem(...shape);
    return [1e-4, 1e-3, 3e-3].map((wire) => {
      const error = (transposedRead: "same-terminals" | "opposite-ends" | "digital") => {
        const segment = wire * parameters.minimumResistance.default;
        const device = crossbar({ wires: true, inputWire: segment, outputWire: segment, transposedRead });
        const { w1 } = on(device);
        return relativeError(w1, exactOf(device).w1);
      };
      return {
        network: named(shape),
        wire,
        same: error("same-terminals"),
        opposite: error("opposite-ends"),
        digital: error("digital"),
      };
    });
  });
}

/** The lower of the cosines of both gradients to the ideal ones, with converters in both directions. */
export function converterCosines() {
  return shapes.flatMap((shape) => {
    const { on, ideal } = problem(...shape);
    return [8, 6].flatMap((bits) =>
      [10, 4].map((outputBound) => {
        const of = (transposedInputScale: "pow2max" | "absmax" | "none") => {
          const g = on(
            crossbar({
              ...{ converters: true, dacBits: bits, adcBits: bits },
              ...{ outputBound, transposedInputScale },
            }),
          );
          return Math.min(cosine(g.w1, ideal.w1), cosine(g.w2, ideal.w2));
        };
        return {
          network: named(shape),
          bits,
          outputBound,
          scaled: of("pow2max"),
          absmax: of("absmax"),
          fixed: of("none"),
        };
      }),
    );
  });
}

/** Cosines of the gradient of W1 with errors of programming. */
export function programmingCosines() {
  return shapes.flatMap((shape) => {
    const { on, exactOf, ideal } = problem(...shape);
    return [0.01, 0.03, 0.05].map((programmingError) => {
      const run = (transposedRead: "same-terminals" | "digital") => {
        const device = crossbar({ programmingNoise: "constant", programmingError, transposedRead });
        return { w1: on(device).w1, exact: exactOf(device).w1 };
      };
      const [array, digital] = [run("same-terminals"), run("digital")];
      return {
        network: named(shape),
        error: programmingError,
        toIdeal: cosine(array.w1, ideal.w1),
        toExact: relativeError(array.w1, array.exact),
        digital: cosine(digital.w1, digital.exact),
      };
    });
  });
}

/** The lower of the cosines of both gradients to the ideal ones, with noise of 5 % of each conductance at every read. */
export function noiseCosine(shape: readonly [number, number], seed: number): number {
  const { on, ideal } = problem(...shape);
  const g = on(crossbar({ readNoise: "proportional", readNoiseLevel: 0.05, seed }));
  return Math.min(cosine(g.w1, ideal.w1), cosine(g.w2, ideal.w2));
}
