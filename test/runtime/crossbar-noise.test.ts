/** Means and spreads of what is random, against formulas and against what other simulators sampled. */
import { describe, expect, test } from "vitest";
import { type CrossbarOptions, crossbar } from "../../runtime/crossbar.ts";
import {
  driftExponent,
  flickerShare,
  programmingDeviation,
  readDeviation,
} from "../../runtime/crossbar-noise.ts";
import aihwkit from "../reference/crossbar/aihwkit-mvm-update.json" with { type: "json" };
import recorded from "../reference/crossbar/noise-statistics.json" with { type: "json" };

interface Sample {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Mean and standard deviation of each entry of vectors. */
function sample(count: number, entries: number, draw: () => ArrayLike<number>): Sample {
  const [sum, squares] = [new Float64Array(entries), new Float64Array(entries)];
  const first = Float64Array.from(draw());
  for (let n = 0; n < count; n++) {
    const x = n === 0 ? first : draw();
    for (let i = 0; i < entries; i++) {
      sum[i]! += x[i]! - first[i]!;
      squares[i]! += (x[i]! - first[i]!) ** 2;
    }
  }
  return {
    mean: sum.map((s, i) => first[i]! + s / count),
    deviation: squares.map((q, i) => Math.sqrt(Math.max(q - sum[i]! ** 2 / count, 0) / (count - 1))),
  };
}

const ratio = (lowest: number) => ({ minimumResistance: 1, maximumResistance: 1 / lowest });

/** Relative tolerance of a standard deviation: four standard errors. */
const spreadTolerance = (samples: number) => 4 / Math.sqrt(2 * samples);

describe("noise of reads", () => {
  const samples = 20000;
  const results = recorded.results.filter(({ x }) => x);

  test.each(results)("$name", (of) => {
    const outputs = recorded.weights.length;
    const device = crossbar({
      ...ratio(recorded.g_min_over_g_max),
      readNoise: of.name.includes("Independent") ? "independent" : "proportional",
      readNoiseLevel: of.magnitude!,
      inputScale: "none",
    });
    device.program(0, Float64Array.from(recorded.weights.flat()), 0, outputs, 8);
    const x = Float64Array.from(of.x!);
    const got = sample(samples, outputs, () => {
      const y = new Float64Array(outputs);
      device.apply(0, y, 0, 1, x, 0, 1);
      return y;
    });
    const both = spreadTolerance(samples) + spreadTolerance(of.samples);
    got.deviation.forEach((deviation, i) => {
      expect(Math.abs(deviation / of.expected_std![i]! - 1)).toBeLessThan(spreadTolerance(samples));
      expect(Math.abs(deviation / of.std![i]! - 1)).toBeLessThan(both);
      const error = deviation * (1 / Math.sqrt(samples) + 1 / Math.sqrt(of.samples));
      expect(Math.abs(got.mean[i]! - of.mean![i]!)).toBeLessThan(4 * error);
    });
  });

  const options: Readonly<Record<string, CrossbarOptions>> = {
    "out_noise_0.06": { outputNoise: 0.06 },
    "inp_noise_0.01": { inputNoise: 0.01 },
    "w_noise_additive_0.0175": { weightNoise: 0.0175 },
    "w_noise_pcm_read_0.0175": { weightNoise: 0.0175, weightNoiseForm: "pcm-read" },
  };
  test.each(Object.keys(options))("AIHWKIT: %s", (name) => {
    const of = aihwkit.mvm.find((entry) => entry.name === name)!;
    const device = crossbar({
      weightRange: 1,
      inputScale: "none",
      transposedInputScale: "none",
      ...options[name],
    });
    device.program(0, Float64Array.from(aihwkit.weights), 0, 12, 8);
    const [x, d] = [Float64Array.from(aihwkit.x), Float64Array.from(aihwkit.y)];
    const forward = sample(samples, 12, () => {
      const y = new Float64Array(12);
      device.apply(0, y, 0, 1, x, 0, 1);
      return y;
    });
    const backward = sample(samples, 8, () => {
      const y = new Float64Array(8);
      device.applyTransposed(0, y, 0, 1, d, 0, 1);
      return y;
    });
    for (const [got, mean, deviation] of [
      [forward, of.forward_mean, of.forward_std],
      [backward, of.transposed_mean, of.transposed_std],
    ] as const)
      deviation.forEach((want, i) => {
        expect(Math.abs(got.deviation[i]! / want - 1)).toBeLessThan(
          spreadTolerance(samples) + spreadTolerance(of.samples),
        );
        expect(Math.abs(got.mean[i]! - mean[i]!)).toBeLessThan((8 * want) / Math.sqrt(samples));
      });
  });
});

describe("errors of programming", () => {
  const kinds = {
    PCMJoshi: "pcm-joshi",
    RRAMMilo: "reram-milo",
    RRAMWan: "reram-wan-cubic",
  } as const;
  const results = recorded.results.filter(({ model }) => model);

  test.each(results)("$name", (of) => {
    const kind = kinds[of.model as keyof typeof kinds];
    const [rows, columns] = [100, 200];
    const samples = rows * columns;
    const lowest = of.g_min! / of.g_max!;
    /** Differences, in uS, of cells programmed to a level and cells at rest. */
    const differences = (target: number, seed: number) => {
      const device = crossbar({
        minimumResistance: 1e6 / of.g_max!,
        maximumResistance: 1e6 / of.g_min!,
        ...{ programmingNoise: kind, weightRange: 1, seed },
      });
      const weight = (target - of.g_min!) / (of.g_max! - of.g_min!);
      device.program(0, new Float64Array(samples).fill(weight), 0, rows, columns);
      const span = (1 - lowest) * of.g_max!;
      const x = device.read(0);
      let at = 0;
      const { mean, deviation } = sample(samples, 1, () => [x[at++]! * span]);
      return { mean: mean[0]!, variance: deviation[0]! ** 2 };
    };
    const rest = differences(of.g_min!, 99).variance / 2;
    of.levels!.forEach(({ target, mean, std, formula }, k) => {
      expect(programmingDeviation(target / of.g_max!, kind, 0) * of.g_max!).toBeCloseTo(formula, 12);
      const got = differences(target, k);
      // The cells at rest have a share in the variance; it comes off, with its own sampling error.
      const variance = k === 0 ? got.variance / 2 : got.variance - rest;
      const error = 4 * Math.sqrt(2 / samples) * Math.hypot(got.variance, rest);
      // Conductances are cut at zero, which only the lowest levels notice: there the sampled spread is the truth.
      const cut = target < 4 * formula;
      if (!cut) expect(Math.abs(variance - formula ** 2)).toBeLessThan(error);
      expect(Math.abs(variance - std ** 2)).toBeLessThan(error + 4 * Math.sqrt(2 / of.samples) * std ** 2);
      const wanted = mean - of.levels![0]!.mean;
      expect(Math.abs(got.mean - wanted)).toBeLessThan(
        (8 * Math.sqrt(got.variance + std ** 2)) / Math.sqrt(samples),
      );
    });
  });

  const { pcm, reram_wan: wan, levels_g_over_gmax: levels } = recorded.aihwkit_formulas;
  test("formulas of AIHWKIT", () => {
    levels.forEach((g, k) => {
      const close = (got: number, want: number) =>
        expect(Math.abs(got - want)).toBeLessThan(1e-14 * (1 + want));
      close(programmingDeviation(g, "pcm", 0) * pcm.g_max_uS, pcm.programming_sigma_uS[k]!);
      close(programmingDeviation(g, "reram-wan", 0) * wan.g_max_uS, wan.sigma_uS["1"][k]!);
      close(programmingDeviation(g, "reram-wan-1-day", 0) * wan.g_max_uS, wan.sigma_uS["86400"][k]!);
      close(programmingDeviation(g, "reram-wan-2-days", 0) * wan.g_max_uS, wan.sigma_uS["172800"][k]!);
      close(driftExponent(g).mean, pcm.drift_nu_mean[k]!);
      close(driftExponent(g).deviation, pcm.drift_nu_std[k]!);
      close(flickerShare(g), pcm.read_q[k]!);
      // An hour after the first read.
      close(readDeviation(g, 1, 3600 + pcm.t0_s, pcm.t_read_s, "pcm", 0), pcm.read_sigma_over_g_at_1h[k]!);
    });
  });

  test("each programming, and each slice of a weight, has an error of its own", () => {
    const samples = 20000;
    const weights = new Float64Array(samples).fill(1);
    const device = crossbar({ weightSlices: 2, programmingNoise: "constant", programmingError: 0.02 });
    device.program(0, weights, 0, 100, 200);
    const first = device.read(0);
    device.program(0, weights, 0, 100, 200);
    const second = device.read(0);
    // A weight of 1 fills both slices, which count 15 and 240 of 255; a pair has two errors.
    const one = (0.02 / 0.9) * Math.sqrt(2) * Math.hypot(15 / 255, 240 / 255);
    for (const [of, want] of [
      [(k: number) => first[k]!, one],
      [(k: number) => second[k]! - first[k]!, one * Math.sqrt(2)],
    ] as const) {
      let at = 0;
      const { deviation } = sample(samples, 1, () => [of(at++)]);
      expect(Math.abs(deviation[0]! / want - 1)).toBeLessThan(spreadTolerance(samples));
    }
  });

  test("a constant share of Gmax", () => {
    expect(programmingDeviation(0.3, "constant", 0.05)).toBe(0.05);
    expect(programmingDeviation(0.3, "none", 0.05)).toBe(0);
  });
});

describe("age", () => {
  const infinite = { maximumResistance: Number.POSITIVE_INFINITY, weightRange: 1 };
  const half = new Float64Array(20000).fill(0.5);

  test("conductances drift by their exponents", () => {
    const device = crossbar({ ...infinite, drift: true });
    device.program(0, half, 0, 100, 200);
    expect(device.read(0)).toEqual(half);
    device.wait(3000);
    const early = device.read(0);
    device.wait(600);
    const x = device.read(0);
    let at = 0;
    const { mean, deviation } = sample(x.length, 1, () => [
      -Math.log(x[at++]! / 0.5) / Math.log(1 + 3600 / 20),
    ]);
    const want = driftExponent(0.5);
    expect(Math.abs(mean[0]! - want.mean)).toBeLessThan((4 * want.deviation) / Math.sqrt(x.length));
    expect(Math.abs(deviation[0]! / want.deviation - 1)).toBeLessThan(spreadTolerance(x.length));
    expect(x.every((g, k) => g < early[k]!)).toBe(true);
    // What is programmed again starts anew.
    device.program(0, half, 0, 100, 200);
    expect(device.read(0)).toEqual(half);
  });

  test("no conductance grows, though exponents of low ones spread beyond zero", () => {
    const device = crossbar({ ...infinite, drift: true });
    const low = new Float64Array(20000).fill(0.001);
    device.program(0, low, 0, 100, 200);
    device.wait(1e6);
    expect(device.read(0).every((g) => g > 0 && g < 0.001)).toBe(true);
  });

  test("1/f noise grows with age", () => {
    const device = crossbar({ ...infinite, readNoise: "pcm", inputScale: "none" });
    device.program(0, Float64Array.of(0.5), 0, 1, 1);
    for (const wait of [0, 3600]) {
      device.wait(wait);
      const { deviation } = sample(20000, 1, () => {
        const y = new Float64Array(1);
        device.apply(0, y, 0, 1, Float64Array.of(1), 0, 1);
        return y;
      });
      const want = 0.5 * flickerShare(0.5) * Math.sqrt(Math.log((wait + 20 + 250e-9) / 500e-9));
      expect(Math.abs(deviation[0]! / want - 1)).toBeLessThan(spreadTolerance(20000));
    }
  });

  test("stuck cells stay as they are", () => {
    const device = crossbar({ ...infinite, stuck: true, stuckLow: 0.1, stuckHigh: 0.05, update: "exact" });
    device.program(0, half, 0, 100, 200);
    const first = device.read(0);
    // 0.5 - 0: the positive cell can stick at 0 or 1, the negative one at 1 (or at 0, where it rests).
    const share = (value: number) =>
      first.reduce((count, w) => (w === value ? count + 1 : count), 0) / first.length;
    for (const [value, chance] of [
      [0, 0.1 * 0.95 + 0.05 * 0.05],
      [1, 0.05 * 0.95],
      [-0.5, 0.85 * 0.05],
      [-1, 0.1 * 0.05],
      [0.5, 0.85 * 0.95],
    ] as const)
      expect(Math.abs(share(value) - chance)).toBeLessThan(
        4 * Math.sqrt((chance * (1 - chance)) / first.length),
      );
    device.update(0, -0.25, new Float64Array(20000).fill(1));
    device.read(0).forEach((w, k) => {
      if (first[k] === 1 || first[k] === -1) expect(w).toBe(first[k]);
    });
    device.program(0, half, 0, 100, 200);
    expect(device.read(0)).toEqual(first);
  });
});

describe("stochastic pulses", () => {
  const cases = aihwkit.update.filter(({ name }) => name.startsWith("stochastic"));

  test.each(cases)("$name", (of) => {
    const samples = 4000;
    const managed = !of.name.includes("no_management");
    const spread = of.name.includes("cycle_noise") ? 0.3 : 0;
    const step = of.dw_min;
    const device = crossbar({
      ...{ weightRange: 1, update: "pulses", pulseStep: step, pulseManagement: managed },
      ...{ pulseSpread: spread, pulseDeviceSpread: 0 },
    });
    const weights = Float64Array.from(aihwkit.weights);
    const [x, d] = [Float64Array.from(aihwkit.x), Float64Array.from(aihwkit.y, (v) => v * of.y_scale)];
    const got = sample(samples, 96, () => {
      device.program(0, weights, 0, 12, 8);
      device.updateOuter(0, of.lr, d, x);
      return device.read(0).map((w, k) => w - weights[k]!);
    });
    const largest = (v: Float64Array) => Math.max(...v.map(Math.abs));
    const [xm, dm] = [largest(x), largest(d)];
    const pulses = (of.lr * xm * dm) / step;
    const length = managed ? Math.min(Math.ceil(pulses), 31) : 31;
    const error = pulses > 31 ? (dm * 31) / pulses : dm;
    const chance = Math.sqrt(of.lr / (step * length));
    const [row, column] = managed ? [Math.sqrt(xm / error), Math.sqrt(error / xm)] : [1, 1];
    for (let k = 0; k < 96; k++) {
      const [dk, xk] = [d[Math.floor(k / 8)]!, x[k % 8]!];
      const p = Math.min(1, chance * row * Math.abs(dk)) * Math.min(1, chance * column * Math.abs(xk));
      const mean = -Math.sign(dk * xk) * step * length * p;
      const deviation = step * Math.sqrt(length * (p * (1 - p) + p * spread ** 2));
      if (deviation < 1e-9) {
        expect(Math.abs(got.mean[k]! - mean)).toBeLessThan(1e-7);
        continue;
      }
      expect(Math.abs(got.mean[k]! - mean)).toBeLessThan((4 * deviation) / Math.sqrt(samples));
      expect(Math.abs(got.mean[k]! - of.delta_mean[k]!)).toBeLessThan((8 * deviation) / Math.sqrt(samples));
      // Rare pulses have heavy tails: the standard error of a spread grows with the kurtosis of the binomial distribution.
      const kurtosis = Math.max((1 - 6 * p * (1 - p)) / (length * p * (1 - p)), 0);
      const tolerance = 4 * Math.sqrt((2 + kurtosis) / (4 * samples));
      expect(Math.abs(got.deviation[k]! / deviation - 1)).toBeLessThan(tolerance);
      expect(Math.abs(got.deviation[k]! / of.delta_std[k]! - 1)).toBeLessThan(2 * tolerance);
    }
  });

  test("a full gradient moves by whole pulses whose mean is the wanted change", () => {
    const device = crossbar({ weightRange: 1, update: "pulses", pulseSpread: 0, pulseDeviceSpread: 0 });
    const samples = 4000;
    const gradient = Float64Array.of(0.0023, -0.0004);
    const got = sample(samples, 2, () => {
      device.program(0, new Float64Array(2), 0, 1, 2);
      device.update(0, 1, gradient);
      return device.read(0);
    });
    for (const [k, p] of [0.3, 0.4].entries()) {
      const deviation = 0.001 * Math.sqrt(p * (1 - p));
      expect(Math.abs(got.mean[k]! + gradient[k]!)).toBeLessThan((4 * deviation) / Math.sqrt(samples));
    }
  });

  test("cells differ in their steps, each for good", () => {
    const steps = (seed: number) => {
      const device = crossbar({ weightRange: 1, update: "pulses", pulseSpread: 0, seed });
      device.program(0, new Float64Array(5000), 0, 50, 100);
      device.update(0, 1, new Float64Array(5000).fill(-0.001));
      const once = device.read(0);
      device.update(0, 1, new Float64Array(5000).fill(-0.001));
      device.read(0).forEach((w, k) => {
        expect(w).toBeCloseTo(2 * once[k]!, 12);
      });
      return once;
    };
    const x = steps(1);
    let at = 0;
    const { mean, deviation } = sample(x.length, 1, () => [x[at++]!]);
    expect(Math.abs(mean[0]! - 0.001)).toBeLessThan((4 * 0.0003) / Math.sqrt(x.length));
    expect(Math.abs(deviation[0]! / 0.0003 - 1)).toBeLessThan(spreadTolerance(x.length));
    expect(steps(2)).not.toEqual(x);
  });
});
