import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { effectiveMatrix, oppositeEnds } from "../../runtime/crossbar-wires.ts";
import { draw, uniform } from "../../runtime/random.ts";
import recorded from "../reference/crossbar/ir-drop.json" with { type: "json" };

const outputs = recorded.weights.length;
const inputs = recorded.weights[0]!.length;
const largest = Math.max(...recorded.weights.flat().map(Math.abs));
const lowest = recorded.g_min_over_g_max;
/** One array of the pair: its weights are those of one sign. */
const half = (sign: number) =>
  Float64Array.from(recorded.weights.flat(), (w) =>
    Math.fround(lowest + (1 - lowest) * Math.max((sign * w) / largest, 0)),
  );
const weights = (of: typeof effectiveMatrix, wire: readonly [number, number]) => {
  const positive = of(half(1), outputs, inputs, ...wire);
  const negative = of(half(-1), outputs, inputs, ...wire);
  return positive.map((t, k) => ((t - negative[k]!) / (1 - lowest)) * largest);
};
const product = (t: Float64Array, x: readonly number[]) =>
  Array.from({ length: outputs }, (_, i) => x.reduce((sum, v, j) => sum + t[i * inputs + j]! * v, 0));
const transposedProduct = (t: Float64Array, y: readonly number[]) =>
  Array.from({ length: inputs }, (_, j) => y.reduce((sum, v, i) => sum + t[i * inputs + j]! * v, 0));
const gap = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, k) => Math.abs(value - b[k]!)));

describe("recorded nodal solutions of a 16 x 12 array", () => {
  test.each(recorded.cases)("$wire_over_rmin_input, $wire_over_rmin_output", (of) => {
    const wire = [of.wire_over_rmin_input, of.wire_over_rmin_output] as const;
    const t = weights(effectiveMatrix, wire);
    const opposite = weights(oppositeEnds, wire);
    recorded.x.forEach((x, k) => {
      expect(gap(product(t, x), of.nodal_mvm[k]!)).toBeLessThan(1e-12);
      expect(gap(product(t, x), of.crosssim_mvm[k]!)).toBeLessThan(recorded.tolerance_between_the_two);
    });
    recorded.y.forEach((y, k) => {
      expect(gap(transposedProduct(t, y), of.nodal_vmm_same_terminals[k]!)).toBeLessThan(1e-12);
      expect(gap(transposedProduct(opposite, y), of.nodal_vmm_opposite_ends[k]!)).toBeLessThan(1e-12);
    });
  });
});

/**
 * The resistor network written out as Kirchhoff's law at each of its 2 x outputs x inputs nodes, solved by elimination with
 * pivots: what is sensed at the terminals of one side per volt at each terminal of the other.
 */
function network(
  g: Float64Array,
  outputs: number,
  inputs: number,
  inputWire: number,
  outputWire: number,
  drive: "inputs" | "outputs" | "far ends of outputs",
): number[][] {
  const nodes = 2 * outputs * inputs;
  const onInput = (i: number, j: number) => i * inputs + j;
  const onOutput = (i: number, j: number) => outputs * inputs + i * inputs + j;
  const y = Array.from({ length: nodes }, () => new Float64Array(nodes));
  const link = (a: number, b: number, conductance: number) => {
    y[a]![a]! += conductance;
    y[b]![b]! += conductance;
    y[a]![b]! -= conductance;
    y[b]![a]! -= conductance;
  };
  for (let i = 0; i < outputs; i++)
    for (let j = 0; j < inputs; j++) {
      link(onInput(i, j), onOutput(i, j), g[i * inputs + j]!);
      if (i > 0) link(onInput(i - 1, j), onInput(i, j), 1 / inputWire);
      if (j > 0) link(onOutput(i, j - 1), onOutput(i, j), 1 / outputWire);
    }
  const far = drive === "far ends of outputs";
  const inputEnds = Array.from({ length: inputs }, (_, j) => onInput(far ? outputs - 1 : 0, j));
  const outputEnds = Array.from({ length: outputs }, (_, i) => onOutput(i, far ? 0 : inputs - 1));
  for (const end of inputEnds) y[end]![end]! += 1 / inputWire;
  for (const end of outputEnds) y[end]![end]! += 1 / outputWire;
  const [driven, drivenWire, sensed, sensedWire] =
    drive === "inputs"
      ? [inputEnds, inputWire, outputEnds, outputWire]
      : [outputEnds, outputWire, inputEnds, inputWire];
  const sensing = driven.map((end) => {
    const current = new Float64Array(nodes);
    current[end] = 1 / drivenWire;
    const voltage = eliminate(y, current);
    return sensed.map((at) => voltage[at]! / sensedWire);
  });
  // Outputs by inputs in either case.
  return drive === "inputs" ? outputEnds.map((_, i) => sensing.map((of) => of[i]!)) : sensing;
}

function eliminate(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const a = matrix.map((row, i) => Float64Array.of(...row, right[i]!));
  const n = a.length;
  for (let p = 0; p < n; p++) {
    let pivot = p;
    for (let i = p + 1; i < n; i++) if (Math.abs(a[i]![p]!) > Math.abs(a[pivot]![p]!)) pivot = i;
    [a[p], a[pivot]] = [a[pivot]!, a[p]!];
    for (let i = p + 1; i < n; i++) {
      const factor = a[i]![p]! / a[p]![p]!;
      for (let q = p; q <= n; q++) a[i]![q]! -= factor * a[p]![q]!;
    }
  }
  const x = new Float64Array(n);
  for (let p = n - 1; p >= 0; p--) {
    let sum = a[p]![n]!;
    for (let q = p + 1; q < n; q++) sum -= a[p]![q]! * x[q]!;
    x[p] = sum / a[p]![p]!;
  }
  return x;
}

describe("against Kirchhoff's law at every node", () => {
  const array = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })).chain(([m, n]) =>
    fc.record({
      outputs: fc.constant(m),
      inputs: fc.constant(n),
      g: fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: m * n, maxLength: m * n }),
      inputWire: fc.double({ min: 1e-3, max: 0.1, noNaN: true }),
      outputWire: fc.double({ min: 1e-3, max: 0.1, noNaN: true }),
    }),
  );

  test("forward, transposed at the same terminals, and at the other ends", () => {
    fc.assert(
      fc.property(array, ({ outputs, inputs, g, inputWire, outputWire }) => {
        const cells = Float64Array.from(g);
        const t = effectiveMatrix(cells, outputs, inputs, inputWire, outputWire);
        const opposite = oppositeEnds(cells, outputs, inputs, inputWire, outputWire);
        const solved = (drive: "inputs" | "outputs" | "far ends of outputs") =>
          network(cells, outputs, inputs, inputWire, outputWire, drive).flat();
        expect(gap(t, solved("inputs"))).toBeLessThan(1e-12);
        // Reciprocity: driving the outputs and sensing the inputs measures the same matrix.
        expect(gap(t, solved("outputs"))).toBeLessThan(1e-12);
        expect(gap(opposite, solved("far ends of outputs"))).toBeLessThan(1e-12);
      }),
      { numRuns: 100 },
    );
  });

  test("a large array: lines joined from either side give the same matrix", () => {
    const n = 64;
    const g = draw(uniform(1, 0.1, 1), n * n);
    /** The network turned over: output lines in place of input lines, both orders turned round. */
    const turned = (a: Float64Array) =>
      Float64Array.from(a, (_, k) => a[(n - 1 - (k % n)) * n + (n - 1 - Math.floor(k / n))]!);
    for (const [input, output] of [
      [0.001, 0.0005],
      [0.05, 0.02],
    ] as const) {
      const t = effectiveMatrix(g, n, n, input, output);
      expect(gap(t, turned(effectiveMatrix(turned(g), n, n, output, input)))).toBeLessThan(1e-12);
      // Far cells of long lines see little of the voltage.
      expect(t[0]! / g[0]!).toBeLessThan(0.9);
    }
  });

  test("a wire without resistance is the limit of a little one", () => {
    const g = Float64Array.from({ length: 20 }, (_, k) => 0.1 + ((k * 7) % 10) / 11);
    expect([...effectiveMatrix(g, 5, 4, 0, 0)]).toEqual([...g]);
    for (const [input, output] of [
      [0, 0.01],
      [0.01, 0],
    ] as const) {
      const limit = effectiveMatrix(g, 5, 4, input, output);
      const near = effectiveMatrix(g, 5, 4, input || 1e-9, output || 1e-9);
      expect(gap(limit, near)).toBeLessThan(1e-7);
      expect(gap(limit, g)).toBeGreaterThan(1e-3);
    }
  });
});
