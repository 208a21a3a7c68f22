import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CrossbarOptions, crossbar, type Device, idealDevice, presets } from "../../runtime/crossbar.ts";
import { draw, normal, uniform } from "../../runtime/random.ts";

const numbers = (seed: number, count: number) => draw(normal(seed), count);
const gap = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, k) => Math.abs(value - b[k]!)));

/** The loops of a program. */
function loops(t: Float64Array, rows: number, columns: number) {
  return {
    apply(y: Float64Array, x: Float64Array) {
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) y[i] = y[i]! + t[i * columns + j]! * x[j]!;
    },
    applyTransposed(y: Float64Array, x: Float64Array) {
      for (let j = 0; j < columns; j++)
        for (let i = 0; i < rows; i++) y[j] = y[j]! + t[i * columns + j]! * x[i]!;
    },
  };
}

describe("the ideal device is the loops, bit for bit", () => {
  test.each([
    [1, 1, 128],
    [7, 300, 128],
    [300, 7, 128],
    [257, 130, 128],
    [13, 11, 4],
  ])("%i x %i on tiles of %i", (rows, columns, tile) => {
    for (const scaleTransposed of [false, true]) {
      const device = idealDevice({ tileRows: tile, tileColumns: tile, scaleTransposed });
      const t = numbers(1, rows * columns);
      device.program(5, t, 0, rows, columns);
      const exact = loops(t, rows, columns);
      const [y, want] = [numbers(2, rows), numbers(2, rows)];
      device.apply(5, y, 0, 1, numbers(3, columns), 0, 1);
      exact.apply(want, numbers(3, columns));
      expect(y).toEqual(want);
      const [z, wanted] = [numbers(4, columns), numbers(4, columns)];
      const x = numbers(6, rows).map((v) => v * 1e-7);
      device.applyTransposed(5, z, 0, 1, x, 0, 1);
      exact.applyTransposed(wanted, x);
      expect(z).toEqual(wanted);
      expect(device.read(5)).toEqual(t);
    }
  });

  test("any shape, tiles and scale", () => {
    const size = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(size, size, size, size, fc.nat(1000), fc.boolean(), (rows, columns, a, b, seed, scaled) => {
        const device = idealDevice({ tileRows: a, tileColumns: b, scaleTransposed: scaled });
        const t = numbers(seed, rows * columns);
        device.program(0, t, 0, rows, columns);
        const [y, want] = [new Float64Array(columns), new Float64Array(columns)];
        const x = numbers(seed + 1, rows).map((v) => v * 2 ** ((seed % 40) - 20));
        device.applyTransposed(0, y, 0, 1, x, 0, 1);
        loops(t, rows, columns).applyTransposed(want, x);
        expect(y).toEqual(want);
      }),
    );
  });

  test("vectors lie anywhere in their arrays", () => {
    const device = idealDevice({ tileRows: 2, tileColumns: 2 });
    const t = Float64Array.of(99, 1, 2, 3, 4, 5, 6);
    device.program(0, t, 1, 2, 3);
    const y = new Float64Array(6);
    // Every second number, from the back.
    device.apply(0, y, 5, -2, Float64Array.of(0, 1, 0, 10, 0, 100), 1, 2);
    expect([...y]).toEqual([0, 0, 0, 654, 0, 321]);
    const z = new Float64Array(5);
    device.applyTransposed(0, z, 0, 2, Float64Array.of(7, 1, 10), 1, 1);
    expect([...z]).toEqual([41, 0, 52, 0, 63]);
    const to = new Float64Array(7);
    device.accumulate(0, to, 1, 3, 1, Float64Array.of(2, 0, 3), 0, 2, Float64Array.of(1, 10, 100), 0, 1);
    expect([...to]).toEqual([0, 2, 20, 200, 3, 30, 300]);
    // A transpose, summed where the matrix itself lies.
    device.accumulate(0, to, 1, 1, 2, Float64Array.of(1, 1), 0, 1, Float64Array.of(1, 10, 100), 0, 1);
    expect([...to]).toEqual([0, 3, 21, 210, 13, 130, 400]);
  });

  test("updates", () => {
    const device = idealDevice({ tileRows: 3, tileColumns: 2 });
    const [t, gradient, d, x] = [numbers(1, 35), numbers(2, 36), numbers(3, 5), numbers(4, 7)];
    device.program(0, t, 0, 5, 7);
    device.update(0, 0.1, gradient, 1);
    const after = t.map((v, k) => v - 0.1 * gradient[k + 1]!);
    expect(device.read(0)).toEqual(after);
    device.updateOuter(0, 0.3, d, x);
    expect(device.read(0)).toEqual(after.map((v, k) => v - 0.3 * (d[Math.floor(k / 7)]! * x[k % 7]!)));
  });
});

describe("a device of cells without effects is exact to rounding", () => {
  test.each(["one-sided", "two-sided"] as const)("%s", (pair) => {
    const device = crossbar({ pair, tileRows: 5, tileColumns: 4, update: "exact", weightMargin: 2 });
    const [rows, columns] = [11, 9];
    const t = numbers(1, rows * columns);
    device.program(0, t, 0, rows, columns);
    const exact = loops(t, rows, columns);
    const [y, want] = [numbers(2, rows), numbers(2, rows)];
    device.apply(0, y, 0, 1, numbers(3, columns), 0, 1);
    exact.apply(want, numbers(3, columns));
    expect(gap(y, want)).toBeLessThan(1e-12);
    const gradient = numbers(5, rows * columns);
    device.update(0, 0.1, gradient);
    expect(
      gap(
        device.read(0),
        t.map((v, k) => v - 0.1 * gradient[k]!),
      ),
    ).toBeLessThan(1e-13);
  });
});

describe("both directions of one array", () => {
  const shape = fc.integer({ min: 1, max: 20 });

  test("with wires, a transposed read is the exact transpose of the forward read", () => {
    fc.assert(
      fc.property(
        ...[shape, shape, fc.nat(1000), fc.double({ min: 0, max: 0.01, noNaN: true })],
        (rows, columns, seed, wire) => {
          const device = crossbar({
            ...{ wires: true, inputWire: wire * 1e4, outputWire: (wire / 2) * 1e4 },
            ...{ tileRows: 8, tileColumns: 12 },
          });
          device.program(0, draw(uniform(seed, -1, 1), rows * columns), 0, rows, columns);
          const [x, d] = [draw(uniform(seed + 1, -1, 1), columns), draw(uniform(seed + 2, -1, 1), rows)];
          const [tx, td] = [new Float64Array(rows), new Float64Array(columns)];
          device.apply(0, tx, 0, 1, x, 0, 1);
          device.applyTransposed(0, td, 0, 1, d, 0, 1);
          const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
          expect(Math.abs(dot(d, tx) - dot(td, x))).toBeLessThan(1e-12);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("read from the opposite ends it is not", () => {
    const of = (transposedRead: "same-terminals" | "opposite-ends") => {
      const device = crossbar({ wires: true, inputWire: 10, outputWire: 10, transposedRead });
      device.program(0, numbers(1, 16 * 12), 0, 16, 12);
      const y = new Float64Array(12);
      device.applyTransposed(0, y, 0, 1, numbers(2, 16), 0, 1);
      return y;
    };
    expect(gap(of("same-terminals"), of("opposite-ends"))).toBeGreaterThan(1e-3);
  });

  test("in the digital part it is that of the wanted weights", () => {
    const device = crossbar({ wires: true, inputWire: 10, outputWire: 10, transposedRead: "digital" });
    const t = numbers(1, 16 * 12);
    device.program(0, t, 0, 16, 12);
    const [y, want] = [new Float64Array(12), new Float64Array(12)];
    device.applyTransposed(0, y, 0, 1, numbers(2, 16), 0, 1);
    loops(t, 16, 12).applyTransposed(want, numbers(2, 16));
    expect(gap(y, want)).toBeLessThan(1e-13);
    expect(device.report().transposedReads).toBe(0);
  });
});

test("an ideal device has no effects to switch on", () => {
  expect(() => idealDevice({ wires: true } as object)).toThrow("wires is no option of an ideal device");
});

describe("presets", () => {
  test.each(Object.entries(presets))("%s", (_, preset) => {
    const device = crossbar({ ...preset, seed: 1 });
    device.program(0, numbers(1, 30 * 20), 0, 30, 20);
    device.wait(3600);
    const exact = new Float64Array(30);
    loops(numbers(1, 600), 30, 20).apply(exact, numbers(2, 20));
    const y = new Float64Array(30);
    device.apply(0, y, 0, 1, numbers(2, 20), 0, 1);
    const norm = (x: Float64Array) => Math.hypot(...x);
    const error = norm(y.map((v, i) => v - exact[i]!)) / norm(exact);
    expect(error).toBeGreaterThan(1e-3);
    expect(error).toBeLessThan(0.6);
  });
});

describe("results follow from the seed, not from the order of evaluation", () => {
  const noisy: CrossbarOptions = {
    ...{ readNoise: "proportional", programmingNoise: "constant", outputNoise: 0.01, inputNoise: 0.01 },
    ...{ weightNoise: 0.01, stuck: true, stuckLow: 0.05, stuckHigh: 0.05, drift: true },
    ...{ update: "pulses", tileRows: 4, tileColumns: 5, seed: 11 },
  };
  const t = numbers(1, 63);
  const [x, d] = [numbers(2, 7), numbers(3, 9)];
  const programmed = (order: readonly number[], options = noisy) => {
    const device = crossbar(options);
    for (const matrix of order) device.program(matrix, t, 0, 9, 7);
    return device;
  };
  const forward = (device: Device, matrix: number) => {
    const y = new Float64Array(9);
    device.apply(matrix, y, 0, 1, x, 0, 1);
    return [...y];
  };
  const backward = (device: Device, matrix: number) => {
    const y = new Float64Array(7);
    device.applyTransposed(matrix, y, 0, 1, d, 0, 1);
    return [...y];
  };

  test("matrices and directions in any order", () => {
    const one = programmed([0, 1]);
    const other = programmed([1, 0]);
    one.wait(100);
    other.wait(100);
    const first = [forward(one, 0), forward(one, 0), backward(one, 0), forward(one, 1), backward(one, 1)];
    const [b1, f1, b0, f0, again] = [
      backward(other, 1),
      forward(other, 1),
      backward(other, 0),
      forward(other, 0),
      forward(other, 0),
    ];
    expect([f0, again, b0, f1, b1]).toEqual(first);
    expect(first[0]).not.toEqual(first[1]);
    expect(first[0]).not.toEqual(first[3]);
    one.updateOuter(0, 0.05, d, x);
    one.updateOuter(1, 0.05, d, x);
    other.updateOuter(1, 0.05, d, x);
    other.updateOuter(0, 0.05, d, x);
    expect(one.read(0)).toEqual(other.read(0));
    expect(one.read(1)).toEqual(other.read(1));
  });

  test("another seed gives other numbers, the same seed the same", () => {
    expect(forward(programmed([0]), 0)).toEqual(forward(programmed([0]), 0));
    expect(forward(programmed([0]), 0)).not.toEqual(forward(programmed([0], { ...noisy, seed: 12 }), 0));
  });
});

describe("what a device refuses", () => {
  const w = Float64Array.of(1, 2, 3, 4);
  const device = idealDevice({ tileRows: 2, tileColumns: 2, tiles: 2 });
  device.program(0, w, 0, 2, 2);

  test.each<[string, () => void]>([
    [
      "matrix 1, 2 x 4, needs 2 tiles of 2 x 2; of 2 tiles 1 are free",
      () => device.program(1, new Float64Array(8), 0, 2, 4),
    ],
    [
      "matrix 0 has NaN in row 1, column 0",
      () => device.program(0, Float64Array.of(1, 2, Number.NaN, 4), 0, 2, 2),
    ],
    ["has Infinity in row 0, column 1", () => device.program(0, Float64Array.of(1, Infinity), 0, 1, 2)],
    ["matrix 0 has 4 entries; the product goes from 1 to 4", () => device.program(0, w, 1, 2, 2)],
    ["has the shape 0 x 2", () => device.program(0, w, 0, 0, 2)],
    ["the number of a matrix, -1,", () => device.program(-1, w, 0, 2, 2)],
    ["apply: matrix 7 is not programmed", () => device.apply(7, w, 0, 1, w, 0, 1)],
    ["apply: x has 1 entries", () => device.apply(0, w, 0, 1, Float64Array.of(1), 0, 1)],
    ["update of matrix 0: the rate is NaN", () => device.update(0, Number.NaN, w)],
    [
      "update of matrix 0: the gradient has NaN",
      () =>
        device.update(
          0,
          1,
          w.map(() => Number.NaN),
        ),
    ],
    ["updateOuter of matrix 0: d has NaN", () => device.updateOuter(0, 1, Float64Array.of(Number.NaN, 1), w)],
    ["wait: -1 is no number of seconds", () => device.wait(-1)],
  ])("%s", (message, act) => {
    expect(act).toThrow(message);
    // Nothing is lost.
    expect([...device.read(0)]).toEqual([1, 2, 3, 4]);
    expect(device.report().tiles).toBe(1);
  });

  test.each<[string, CrossbarOptions]>([
    ["the range of conductances is empty", { minimumResistance: 1e5, maximumResistance: 1e5 }],
    ["there is no parameter adcBit", { adcBit: 8 } as CrossbarOptions],
    ['pair is "both"; it takes one of "one-sided", "two-sided"', { pair: "both" as "one-sided" }],
    ["dacBits is 2.5; it takes an integer from 0 to 24", { dacBits: 2.5 }],
    ["seed is -1", { seed: -1 }],
    ["readNoiseLevel is NaN", { readNoiseLevel: Number.NaN }],
    ["weightBits 8 do not go into 3 equal weightSlices", { weightSlices: 3 }],
    ['2 slices take update "reprogram" alone', { weightSlices: 2, update: "pulses" }],
    ["cells of 2^4 levels cannot move by exact changes", { cellBits: 4, update: "exact" }],
    ['bitSerial "adc-once" needs converters', { bitSerial: "adc-once" }],
    ["adcBits is 1", { converters: true, adcBits: 1 }],
    [
      'maximumResistance is "Infinity"; it takes a positive number, or Infinity',
      { maximumResistance: "Infinity" as never },
    ],
    ["wires and irDrop are two models of the same lines", { wires: true, irDrop: 1 }],
    ["are more than all cells", { stuckLow: 0.6, stuckHigh: 0.6 }],
    ["there is no constant adcPower", { costs: { adcPower: 1 } as object }],
    ["the constant adcEnergy is -1", { costs: { adcEnergy: -1 } }],
  ])("%s", (message, options) => {
    expect(() => crossbar(options)).toThrow(message);
  });
});

describe("what cells hold is read back line after line", () => {
  const t = Float64Array.of(0.5, -0.25, 1, 0.75, 0.1, -1);

  test("without wires and noise, so that programming it again changes nothing", () => {
    const device = crossbar({
      ...{ wires: true, inputWire: 20, outputWire: 20, readNoise: "proportional", outputNoise: 0.1 },
      ...{ converters: true, programmingNoise: "constant", tileColumns: 2 },
    } as CrossbarOptions);
    device.program(0, t, 0, 2, 3);
    const held = device.read(0, "cells");
    expect(gap(held, t)).toBeGreaterThan(1e-4);
    expect(gap(held, t)).toBeLessThan(0.1);
    expect(gap(held, device.read(0))).toBeGreaterThan(1e-4);
    const again = crossbar({ wires: true, inputWire: 20, outputWire: 20, tileColumns: 2 });
    again.program(0, held, 0, 2, 3);
    expect(gap(again.read(0, "cells"), held)).toBeLessThan(1e-12);
    // Tiles of one and two columns, which are read at the same time.
    const { forwardReads, dacConversions, dissipated } = device.report();
    expect([forwardReads, dacConversions]).toEqual([2, 2 * 3]);
    expect(dissipated.reads).toBeGreaterThan(0);
  });

  test("slices are put together, and ideal cells are what was written", () => {
    const sliced = crossbar({ weightSlices: 4 });
    sliced.program(0, t, 0, 2, 3);
    expect(sliced.read(0, "cells")).toEqual(sliced.read(0));
    const ideal = idealDevice();
    ideal.program(0, t, 0, 2, 3);
    expect(ideal.read(0, "cells")).toEqual(t);
    expect(ideal.report().forwardReads).toBe(3);
    expect(ideal.report().energy.reads).toBeGreaterThan(0);
    expect(() => ideal.read(0, "pairs" as "cells")).toThrow(/"array" and "cells", not "pairs"/);
  });
});

test("programming again replaces a matrix and gives its tiles back", () => {
  const device = idealDevice({ tileRows: 2, tileColumns: 2, tiles: 4 });
  device.program(0, numbers(1, 16), 0, 4, 4);
  device.program(0, numbers(2, 16), 0, 4, 4);
  expect(device.read(0)).toEqual(numbers(2, 16));
  device.program(0, numbers(3, 8), 0, 2, 4);
  expect(device.read(0)).toEqual(numbers(3, 8));
  expect(device.report().tiles).toBe(2);
  device.program(1, numbers(4, 8), 0, 4, 2);
  expect(device.report().tiles).toBe(4);
});

describe("reports", () => {
  test("counts, energy and time of a device with converters", () => {
    const device = crossbar({ converters: true, tileRows: 4, tileColumns: 4, outputBound: 20 });
    device.program(0, numbers(1, 48), 0, 8, 6);
    const before = device.report();
    expect(before.tiles).toBe(4);
    expect(before.cells).toBe(96);
    expect(before.utilisation).toBe(48 / 64);
    expect(before.pulses).toBe(96);
    expect(before.energy.programming).toBeCloseTo((22.6e-9 * 48) / 128 ** 2, 20);
    device.apply(0, new Float64Array(8), 0, 1, numbers(2, 6), 0, 1);
    device.applyTransposed(0, new Float64Array(6), 0, 1, numbers(2, 8), 0, 1);
    const report = device.report();
    // Each tile converts its own inputs and outputs: 2 x 6 and 2 x 8, forward; the other way round, backward.
    expect(report.dacConversions).toBe(2 * 6 + 2 * 8);
    expect(report.adcConversions).toBe(2 * 8 + 2 * 6);
    expect([report.forwardReads, report.transposedReads]).toEqual([1, 1]);
    expect(report.energy.converters).toBeCloseTo(28 * 1.56e-12 + 28 * 8 * 3.9e-15, 20);
    expect(report.energy.reads).toBeCloseTo((2 * 48 * 30e-12) / 128 ** 2, 20);
    expect(report.time.reads).toBeCloseTo(200e-9, 15);
    expect(report.layout.map(({ row, column, rows, columns }) => [row, column, rows, columns])).toEqual([
      [0, 0, 4, 3],
      [0, 3, 4, 3],
      [4, 0, 4, 3],
      [4, 3, 4, 3],
    ]);
    const total = Object.entries(report.energy).reduce((sum, [of, v]) => (of === "total" ? sum : sum + v), 0);
    expect(report.energy.total).toBeCloseTo(total, 25);
    expect(report.costs.name).toBe("isaac-puma");
  });

  test("the example of the constants: 16 states, 32 hidden, 480 reads", () => {
    const device = crossbar({ converters: true });
    device.program(1, numbers(1, 512), 0, 32, 16);
    device.program(2, numbers(2, 512), 0, 16, 32);
    const [small, large] = [numbers(3, 16), numbers(4, 32)];
    // 20 steps of 4 stages: forward, rebuilding, transposed.
    for (let n = 0; n < 80; n++) {
      for (let twice = 0; twice < 2; twice++) {
        device.apply(1, new Float64Array(32), 0, 1, small, 0, 1);
        device.apply(2, new Float64Array(16), 0, 1, large, 0, 1);
      }
      device.applyTransposed(2, new Float64Array(32), 0, 1, small, 0, 1);
      device.applyTransposed(1, new Float64Array(16), 0, 1, large, 0, 1);
    }
    const { adcConversions, time } = device.report();
    expect(adcConversions).toBe(11520);
    expect(adcConversions * 1.56e-12).toBeCloseTo(18e-9, 10);
    expect(time.reads + time.converters).toBeCloseTo(48e-6, 12);
  });

  test("what cells dissipate", () => {
    const device = crossbar({
      minimumResistance: 1e4,
      maximumResistance: 1e5,
      weightRange: 1,
      inputScale: "none",
    });
    device.program(0, Float64Array.of(0.5, -1, 0, 0.25), 0, 2, 2);
    // Conductances over Gmax: 0.55 0.1, 0.1 1; 0.1 0.1, 0.325 0.1.
    device.apply(0, new Float64Array(2), 0, 1, Float64Array.of(1, 0.5), 0, 1);
    device.applyTransposed(0, new Float64Array(2), 0, 1, Float64Array.of(0, 1), 0, 1);
    const { reads, pulses } = device.report().dissipated;
    const forward = 0.55 + 0.1 + 0.1 + 0.1 + 0.25 * (0.1 + 1 + 0.325 + 0.1);
    // The power of two at or above 1 is 1.
    const backward = 0.1 + 0.1 + 0.325 + 0.1;
    expect(reads / ((forward + backward) * 1e-4 * 0.2 ** 2 * 100e-9)).toBeCloseTo(1, 12);
    expect(pulses / ((0.65 + 1.1 + 0.2 + 0.425) * 1e-4 * 16 * 50e-9)).toBeCloseTo(1, 12);
    expect(idealDevice().report().dissipated).toEqual({ reads: 0, pulses: 0 });
  });

  test("bits of inputs one after the other, and slices of weights", () => {
    for (const [bitSerial, conversions] of [
      ["adc-once", 2 * 5],
      ["adc-each-bit", 2 * 5 * 7],
    ] as const) {
      const device = crossbar({ converters: true, bitSerial, weightSlices: 2 });
      device.program(0, numbers(1, 15), 0, 5, 3);
      device.apply(0, new Float64Array(5), 0, 1, numbers(2, 3), 0, 1);
      const report = device.report();
      expect([report.dacConversions, report.adcConversions]).toEqual([3 * 7, conversions]);
      expect(report.time.reads).toBeCloseTo(700e-9, 15);
      expect(report.energy.reads).toBeCloseTo((2 * 15 * 7 * 30e-12) / 128 ** 2, 20);
      expect(report.energy.programming).toBeCloseTo((2 * 15 * 22.6e-9) / 128 ** 2, 20);
      expect(report.cells).toBe(60);
    }
  });

  test("pulses are counted on each cell", () => {
    const device = crossbar({ update: "pulses", pulseSpread: 0, pulseDeviceSpread: 0, weightRange: 1 });
    device.program(0, Float64Array.of(0.5, 0), 0, 1, 2);
    // 20 and 10 pulses of 0.001; each cell was written once.
    device.update(0, 1, Float64Array.of(0.02, 0.01));
    const { pulses, mostPulses } = device.report();
    expect(mostPulses).toBe(21);
    expect(pulses).toBe(4 + 20 + 10);
    expect(gap(device.read(0), [0.48, -0.01])).toBeLessThan(1e-12);
  });

  test("only cells whose conductance changes are written again", () => {
    const device = crossbar({ cellBits: 4, weightRange: 1, updateThreshold: 0.01 });
    device.program(0, Float64Array.of(0.4, -0.4, 0, 0), 0, 2, 2);
    expect(device.report().pulses).toBe(8);
    // Below the threshold; kept digitally until it is more.
    device.update(0, 1, Float64Array.of(0.008, 0, 0, 0));
    expect(device.report().pulses).toBe(8);
    // 0.4 is level 6 of 15; 0.384 is nearest to it too, and -0.28 to level 4.
    device.update(0, 1, Float64Array.of(0.008, -0.12, 0, 0));
    expect(device.report().pulses).toBe(9);
    expect(gap(device.read(0), [6 / 15, -4 / 15, 0, 0])).toBeLessThan(1e-12);
  });

  test("weights saturate", () => {
    for (const update of ["reprogram", "exact", "pulses"] as const) {
      const device = crossbar({ update, weightRange: 1, pulseSpread: 0, pulseDeviceSpread: 0 });
      device.program(0, Float64Array.of(0.5, -0.5), 0, 1, 2);
      device.update(0, 1, Float64Array.of(-3, 3));
      expect(gap(device.read(0), [1, -1])).toBeLessThan(1e-12);
    }
  });
});
