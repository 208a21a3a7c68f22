/** Gradients through a device: where they are exact, and how near they come where they are not. */
import { describe, expect, test } from "vitest";
import { crossbar, idealDevice } from "../../runtime/crossbar.ts";
import {
  converterCosines,
  noiseCosine,
  problem,
  programmingCosines,
  shapes,
  wireErrors,
} from "./crossbar-network.ts";

test("the gradient is that of finite differences through the wires", () => {
  const { on } = problem(16, 12);
  const wired = () => crossbar({ wires: true, inputWire: 10, outputWire: 10 });
  const device = wired();
  const { w1 } = on(device);
  const [t1, t2] = [device.read(1), device.read(2)];
  // Entries of the effective matrix, which is what outer products are derivatives in.
  for (const k of [0, 17, 100, 191]) {
    const loss = (by: number) =>
      on(
        idealDevice(),
        t1.map((v, at) => (at === k ? v + by : v)),
        t2,
      ).loss;
    expect(Math.abs((loss(1e-5) - loss(-1e-5)) / 2e-5 - w1[k]!)).toBeLessThan(1e-9);
  }
});

test("wires: exact at the same terminals, and only there", () => {
  for (const { wire, same, opposite, digital } of wireErrors()) {
    expect(same).toBeLessThan(5e-15);
    expect(opposite).toBeGreaterThan(10 * wire);
    expect(digital).toBeGreaterThan(opposite);
  }
});

describe("converters in both directions, transposed reads scaled by powers of two, a bound that outputs fit", () => {
  test.each(converterCosines().filter(({ outputBound }) => outputBound === 4))(
    "$network, $bits bits",
    ({ bits, scaled, fixed }) => {
      expect(scaled).toBeGreaterThanOrEqual(bits === 8 ? 0.9999 : 0.9995);
      // Adjoints are small against a fixed range. Not a number: they were all lost.
      expect(fixed >= 0.99).toBe(false);
    },
  );
});

test.each(shapes)("5 %% noise of reads, %i x %i, five seeds", (...shape) => {
  for (let seed = 0; seed < 5; seed++) expect(noiseCosine(shape, seed)).toBeGreaterThanOrEqual(0.999);
});

test("errors of programming change the network, and the gradient stays exact for it", () => {
  for (const { toIdeal, toExact, digital } of programmingCosines()) {
    expect(toExact).toBeLessThan(5e-15);
    expect(toIdeal).toBeLessThan(0.9999);
    expect(digital).toBeLessThan(0.9999);
  }
});

describe("training in the array", () => {
  const devices = {
    ideal: () => idealDevice(),
    "written again, with an error each time": () =>
      crossbar({ programmingNoise: "constant", programmingError: 0.002, weightMargin: 2 }),
    "moved exactly, wires, 5 % errors of programming, 2 % noise of reads": () =>
      crossbar({
        ...{ wires: true, inputWire: 10, outputWire: 10, update: "exact", weightMargin: 2 },
        ...{ programmingNoise: "constant", programmingError: 0.05 },
        ...{ readNoise: "proportional", readNoiseLevel: 0.02 },
      }),
    "pulses, converters of 8 bits": () =>
      crossbar({ converters: true, outputBound: 4, update: "pulses", weightMargin: 2 }),
  };

  test.each(Object.entries(devices))("%s", (_, make) => {
    const device = make();
    const { on, again } = problem(16, 12);
    const { loss } = on(device);
    for (let n = 0; n < 60; n++) {
      const { w1, w2 } = again(device);
      device.update(1, 0.05, w1);
      device.update(2, 0.05, w2);
    }
    expect(again(device).loss).toBeLessThan(loss / 10);
    expect(device.report().updates).toBe(120);
  });
});
