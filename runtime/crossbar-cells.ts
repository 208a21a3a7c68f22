/**
 * A tile of real cells: arrays of pairs, what is kept of their weights digitally, and how an update reaches them.
 *
 * In: the parameters of the device, and which tile of which matrix this is. Out: a tile.
 */
import { pairArray } from "./crossbar-array.ts";
import { sliceFactors, slicesOf } from "./crossbar-conductances.ts";
import type { DeviceParameters } from "./crossbar-parameters.ts";
import { coincidences, firing } from "./crossbar-pulses.ts";
import { type Streams, use } from "./crossbar-random.ts";
import { reader } from "./crossbar-reading.ts";
import type { Place, Tile } from "./crossbar-tiles.ts";

export function cellTile(p: DeviceParameters, random: Streams, place: Place): Tile {
  const { rows, columns } = place.tile;
  const size = rows * columns;
  const factors = sliceFactors(p.weightSlices, p.weightBits);
  const arrays = factors.map((_, s) => pairArray(p, random, place, s * 2 * size));
  const forward = reader(p, random, place, factors, false);
  const transposed = reader(p, random, place, factors, true);
  /** Weights over their range: as they are wanted, and as cells were last written for. */
  const weights = new Float64Array(size);
  const held = new Float64Array(size);
  let range = 1;
  let pulseUpdates = 0;

  const effective = () => arrays.map((array) => array.effective());

  const write = (k: number, all: boolean) => {
    held[k] = weights[k]!;
    slicesOf(weights[k]!, p.weightSlices, p.weightBits).forEach((weight, s) => {
      arrays[s]!.write(k, weight, all);
    });
  };

  /** The change by one pulse: a pair has its own, for good. */
  let steps: Float64Array | undefined;
  const stepOf = (k: number): number => {
    if (p.pulseDeviceSpread === 0) return p.pulseStep;
    steps ??= Float64Array.from({ length: size }, (_, pair) => {
      const off = p.pulseDeviceSpread * random.at(use.deviceSpread, place.index, pair, 0).normal();
      return p.pulseStep * Math.max(1 + off, 0);
    });
    return steps[k]!;
  };

  /** Moves a weight by a number of pulses, up or down. */
  const pulse = (k: number, sign: number, count: number) => {
    if (count === 0) return;
    const spread =
      p.pulseSpread === 0 ? 0 : random.at(use.pulseSpread, place.index, k, pulseUpdates).normal();
    // Independent spreads of pulses add up to one.
    arrays[0]!.move(k, sign * stepOf(k) * (count + p.pulseSpread * Math.sqrt(count) * spread), count);
  };

  /** The nearest numbers of pulses, up or down at random, so that the mean is right. */
  const roundedPulses = (k: number, pulses: number): number => {
    const whole = Math.floor(pulses);
    const up = random.at(use.rounding, place.index, k, pulseUpdates).uniform() < pulses - whole;
    return up ? whole + 1 : whole;
  };

  /** Puts what the slices hold together, into the place of the block in a whole matrix. */
  const putTogether = (slices: readonly Float64Array[], to: Float64Array, at: number, stride: number) => {
    for (let k = 0; k < size; k++)
      to[at + Math.floor(k / columns) * stride + (k % columns)] =
        range * slices.reduce((sum, t, s) => sum + factors[s]! * t[k]!, 0);
  };

  /** Changes the wanted weight, within its range. */
  const want = (k: number, by: number) => {
    weights[k] = Math.min(Math.max(weights[k]! + by, -1), 1);
  };

  return {
    cells: 2 * arrays.length * size,
    write(given, at, stride, fullRange) {
      range = fullRange;
      for (let k = 0; k < size; k++) {
        weights[k] = 0;
        want(k, given[at + Math.floor(k / columns) * stride + (k % columns)]! / range);
        write(k, true);
      }
    },
    apply(...vectors) {
      forward(effective(), range, ...vectors);
    },
    applyTransposed(...vectors) {
      if (p.transposedRead !== "digital") {
        transposed(effective(), range, ...vectors);
        return;
      }
      const [y, yAt, yStep, x, xAt, xStep] = vectors;
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++)
          y[yAt + j * yStep]! += range * weights[i * columns + j]! * x[xAt + i * xStep]!;
    },
    update(rate, gradient, at, stride) {
      for (let k = 0; k < size; k++) {
        const by = -(rate * gradient[at + Math.floor(k / columns) * stride + (k % columns)]!) / range;
        want(k, by);
        if (p.update === "pulses") pulse(k, Math.sign(by), roundedPulses(k, Math.abs(by) / p.pulseStep));
        else if (p.update === "exact") arrays[0]!.move(k, by, 1);
        else if (Math.abs(weights[k]! - held[k]!) > p.updateThreshold) write(k, false);
      }
      pulseUpdates++;
    },
    pulse(planned, rate, errors, errorsAt, inputs, inputsAt) {
      const moments = (lines: typeof use.rowPulses | typeof use.columnPulses, line: number, chance: number) =>
        firing(planned.length, chance, random.at(lines, place.index, line, pulseUpdates).uniform);
      const down = Int32Array.from({ length: rows }, (_, i) =>
        moments(use.rowPulses, i, planned.row * Math.abs(errors[errorsAt + i]!)),
      );
      const across = Int32Array.from({ length: columns }, (_, j) =>
        moments(use.columnPulses, j, planned.column * Math.abs(inputs[inputsAt + j]!)),
      );
      for (let i = 0, k = 0; i < rows; i++)
        for (let j = 0; j < columns; j++, k++) {
          const by = -(rate * errors[errorsAt + i]! * inputs[inputsAt + j]!) / range;
          want(k, by);
          pulse(k, Math.sign(by), coincidences(down[i]!, across[j]!));
        }
      pulseUpdates++;
    },
    read(...place) {
      putTogether(
        effective().map(({ forward: t }) => t),
        ...place,
      );
    },
    verify(...place) {
      putTogether(
        arrays.map((array) => array.stored()),
        ...place,
      );
    },
  };
}
