/** Results of other simulators and of our own double-precision references, reproduced through the device. */
import { describe, expect, test } from "vitest";
import { type CrossbarOptions, crossbar, type Device, idealDevice } from "../../runtime/crossbar.ts";
import { negativeCell, positiveCell } from "../../runtime/crossbar-conductances.ts";
import aihwkit from "../reference/crossbar/aihwkit-mvm-update.json" with { type: "json" };
import crosssim from "../reference/crossbar/crosssim-mvm.json" with { type: "json" };
import irDrop from "../reference/crossbar/ir-drop.json" with { type: "json" };
import neural from "../reference/crossbar/neural-ode-gradient.json" with { type: "json" };
import { type Gradient, generated, gradient, program } from "./crossbar-network.ts";

const flat = (rows: readonly (readonly number[])[]) => Float64Array.from(rows.flat());

function forward(device: Device, x: readonly number[], outputs: number): Float64Array {
  const y = new Float64Array(outputs);
  device.apply(0, y, 0, 1, Float64Array.from(x), 0, 1);
  return y;
}

function transposed(device: Device, x: readonly number[], outputs: number): Float64Array {
  const y = new Float64Array(outputs);
  device.applyTransposed(0, y, 0, 1, Float64Array.from(x), 0, 1);
  return y;
}

const gap = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, k) => Math.abs(value - b[k]!)));

/** A ratio of conductances from Gmin over Gmax. */
const ratio = (lowest: number): CrossbarOptions => ({
  minimumResistance: 1,
  maximumResistance: lowest === 0 ? Number.POSITIVE_INFINITY : 1 / lowest,
});

test.each([
  [7, crosssim.weights],
  [31, irDrop.weights],
])("the generator with seed %i makes the recorded matrix", (seed, weights) => {
  const w = generated(seed, weights.flat().length);
  let largest = 0;
  w.forEach((v, k) => {
    if (Math.abs(v) > Math.abs(w[largest]!)) largest = k;
  });
  w[largest] = 1;
  expect(w).toEqual(flat(weights));
});

describe("CrossSim 3.2.0", () => {
  const outputs = crosssim.weights.length;
  const inputs = crosssim.weights[0]!.length;
  /** Converters of CrossSim count codes from the lowest; inputs are not scaled. */
  const common: CrossbarOptions = { inputScale: "none", transposedInputScale: "none", codes: "unsigned" };

  test.each(crosssim.cases)("$name", (of) => {
    const { adc_range: [, bound] = [], cell_bits: cellBits = 0, dac_bits: dacBits, slices } = of;
    const device = crossbar({
      ...common,
      ...ratio(of.g_min_over_g_max),
      pair: of.name === "ideal_two_sided" ? "two-sided" : "one-sided",
      cellBits,
      ...(dacBits !== undefined && {
        converters: true,
        dacBits,
        adcBits: of.adc_bits!,
        outputBound: bound!,
        outputUnit: "conductances",
      }),
      ...(of.input_slice === 1 && {
        bitSerial: of.name === "bit_serial_adc_once" ? "adc-once" : "adc-each-bit",
      }),
      ...(slices !== undefined && { weightSlices: slices, weightBits: of.weight_bits! - 1 }),
      // The recorded tiles hold 3 outputs by 4 inputs: CrossSim's rows are inputs.
      ...(of.rows_max !== undefined && { tileRows: of.cols_max!, tileColumns: of.rows_max }),
    });
    device.program(0, flat(crosssim.weights), 0, outputs, inputs);
    if (of.rows_max !== undefined) {
      const shapes = device.report().layout.map(({ rows, columns }) => [rows, columns]);
      expect(shapes).toEqual(crosssim.tile_shapes.flat());
    }
    const ties = of.name === "bit_serial_adc_each_bit";
    // One step of the converter at the highest bit, in weights: halved once and stretched by 128/127. Single precision may take
    // a tie the other way at one bit, whose step is that over a power of two.
    const highest = ties
      ? ((2 * bound!) / (2 ** of.adc_bits! - 2) / (1 - of.g_min_over_g_max)) * (64 / 127)
      : 0;
    const steps = [0, ...Array.from({ length: 7 }, (_, k) => highest / 2 ** k)].slice(0, ties ? 8 : 1);
    let off = 0;
    const check = (got: Float64Array, want: readonly number[]) =>
      got.forEach((value, k) => {
        const error = Math.abs(value - want[k]!);
        if (error > crosssim.tolerance) off++;
        expect(Math.min(...steps.map((step) => Math.abs(error - step)))).toBeLessThanOrEqual(
          crosssim.tolerance,
        );
      });
    of.mvm.forEach((want, k) => {
      check(forward(device, crosssim.x[k]!, outputs), want);
    });
    of.vmm?.forEach((want, k) => {
      check(transposed(device, crosssim.y[k]!, inputs), want);
    });
    expect(off).toBeLessThanOrEqual(ties ? 10 : 0);
  });

  test.each(crosssim.cases.filter(({ g_pos }) => g_pos))("conductances of $name", (of) => {
    const mapping = {
      pair: of.name === "ideal_two_sided" ? "two-sided" : "one-sided",
      lowest: of.g_min_over_g_max,
      cellBits: of.cell_bits ?? 0,
    } as const;
    // Recorded in single precision.
    const w = flat(crosssim.weights);
    expect(
      gap(
        w.map((v) => positiveCell(v, mapping)),
        flat(of.g_pos!),
      ),
    ).toBeLessThan(1.2e-7);
    expect(
      gap(
        w.map((v) => negativeCell(v, mapping)),
        flat(of.g_neg!),
      ),
    ).toBeLessThan(1.2e-7);
  });
});

describe("AIHWKIT, what is deterministic", () => {
  const weights = Float64Array.from(aihwkit.weights);
  const options: Readonly<Record<string, CrossbarOptions>> = {
    ideal: {},
    dac7_adc9_bound12: { converters: true, dacBits: 7, adcBits: 9, outputBound: 12 },
    dac8_adc8_bound10: { converters: true },
    dac8_adc8_bound10_absmax: { converters: true, inputScale: "absmax", transposedInputScale: "absmax" },
    ir_drop_1: { irDrop: 1 },
    ir_drop_1_strong_wire: { irDrop: 1, irDropRatio: 500 },
  };

  test.each(Object.keys(options))("%s", (name) => {
    const of = aihwkit.mvm.find((entry) => entry.name === name)!;
    const device = crossbar({
      weightRange: 1,
      inputScale: "none",
      transposedInputScale: "none",
      ...options[name],
    });
    device.program(0, weights, 0, 12, 8);
    const tolerance = name.startsWith("ir_drop") ? aihwkit.agreement.ir_drop : aihwkit.agreement.quantised;
    expect(gap(forward(device, aihwkit.x, 12), of.forward_mean)).toBeLessThan(tolerance);
    expect(gap(transposed(device, aihwkit.y, 8), of.transposed_mean)).toBeLessThan(tolerance);
  });

  test("an update without pulses is the outer product", () => {
    const of = aihwkit.update.find(({ name }) => name === "ideal_outer_product")!;
    for (const update of ["reprogram", "exact"] as const) {
      const device = crossbar({ weightRange: 1, update });
      device.program(0, weights, 0, 12, 8);
      device.updateOuter(0, of.lr, Float64Array.from(aihwkit.y), Float64Array.from(aihwkit.x));
      const moved = device.read(0).map((v, k) => v - weights[k]!);
      expect(gap(moved, of.delta_mean)).toBeLessThan(aihwkit.agreement.quantised);
    }
  });
});

describe("wires, through the device", () => {
  test.each(irDrop.cases)("$wire_over_rmin_input, $wire_over_rmin_output", (of) => {
    const make = (more: CrossbarOptions) => {
      const device = crossbar({
        ...ratio(irDrop.g_min_over_g_max),
        wires: true,
        inputWire: of.wire_over_rmin_input,
        outputWire: of.wire_over_rmin_output,
        ...more,
      });
      device.program(0, flat(irDrop.weights), 0, 16, 12);
      return device;
    };
    const device = make({});
    const opposite = make({ transposedRead: "opposite-ends" });
    // Recorded for conductances in single precision; the network itself is held to 1e-12 in crossbar-wires.test.ts.
    irDrop.x.forEach((x, k) => {
      expect(gap(forward(device, x, 16), of.nodal_mvm[k]!)).toBeLessThan(crosssim.tolerance);
    });
    irDrop.y.forEach((y, k) => {
      expect(gap(transposed(device, y, 12), of.nodal_vmm_same_terminals[k]!)).toBeLessThan(
        crosssim.tolerance,
      );
      expect(gap(transposed(opposite, y, 12), of.nodal_vmm_opposite_ends[k]!)).toBeLessThan(
        crosssim.tolerance,
      );
    });
  });
});

describe("a neural ODE and its gradient", () => {
  const network = { states: 4, hidden: 8, steps: 10, step: 0.0625 };
  const devices: Readonly<Record<string, (of: (typeof neural.cases)[number]) => Device>> = {
    ideal: () => idealDevice(),
    "wire_0.001": wired,
    "wire_0.005": wired,
    dac8_adc8: (of) => converting(8, of.adc_bound!),
    dac6_adc8: (of) => converting(6, of.adc_bound!),
  };
  function wired({ wire_over_rmin: wire }: (typeof neural.cases)[number]) {
    return crossbar({ ...ratio(neural.g_min_over_g_max), wires: true, inputWire: wire!, outputWire: wire! });
  }
  function converting(dacBits: number, outputBound: number) {
    return crossbar({ converters: true, dacBits, outputBound, transposedInputScale: "absmax" });
  }

  test.each(neural.cases)("$name", (of) => {
    const device = devices[of.name]!(of);
    program(device, network, flat(neural.w1), flat(neural.w2));
    if (of.effective_w1) {
      expect(gap(device.read(1), flat(of.effective_w1))).toBeLessThan(1e-12);
      expect(gap(device.read(2), flat(of.effective_w2!))).toBeLessThan(1e-12);
    }
    const got: Gradient = gradient(
      device,
      network,
      Float64Array.from(neural.x0),
      Float64Array.from(neural.y),
    );
    expect(Math.abs(got.loss - of.loss)).toBeLessThan(1e-10);
    expect(gap(got.final, of.x_final)).toBeLessThan(1e-10);
    expect(gap(got.x0, of.g_x0)).toBeLessThan(1e-10);
    expect(gap(got.w1, flat(of.g_w1))).toBeLessThan(1e-10);
    expect(gap(got.w2, flat(of.g_w2))).toBeLessThan(1e-10);
    // 4 stages of 10 steps, forward, again, and backward, with two matrices.
    const { forwardReads, transposedReads, outerProducts } = device.report();
    expect([forwardReads, transposedReads, outerProducts]).toEqual([160, 80, 80]);
  });
});
