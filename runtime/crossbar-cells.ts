/**
 * A tile of real cells: pairs of conductances that are programmed, age, are read through converters and wires, and are moved.
 *
 * In: the parameters of the device, and which tile of which matrix this is. Out: a tile. A read goes: inputs over their scale, DAC,
 * noise of inputs; currents of the effective matrix; noise of cells and outputs; ADC; slices and bits put together; scales put
 * back. Everything is in weights over their range until then.
 */
import { negativeCell, positiveCell, sliceFactors, slicesOf } from "./crossbar-conductances.ts";
import { bitsOf, convert, inputScale } from "./crossbar-converters.ts";
import { driftExponent, programmingDeviation, readDeviation } from "./crossbar-noise.ts";
import type { DeviceParameters } from "./crossbar-parameters.ts";
import { coincidences, firing } from "./crossbar-pulses.ts";
import { type Streams, use } from "./crossbar-random.ts";
import type { Place, Tile } from "./crossbar-tiles.ts";
import { effectiveMatrix, oppositeEnds } from "./crossbar-wires.ts";

/** One array of pairs. The first half of each list holds the cells that count positive, the second half the others. */
interface Slice {
  readonly factor: number;
  /** The number of its first cell in the tile. */
  readonly first: number;
  readonly wanted: Float64Array;
  /** Right after programming or a move. */
  readonly set: Float64Array;
  readonly exponent: Float64Array;
  readonly since: Float64Array;
  readonly written: Uint32Array;
  readonly pulses: Uint32Array;
  /** 0: works; else stuck for good. */
  readonly stuck: Uint8Array;
}

/** What a slice multiplies by at the moment. */
interface Effective {
  readonly forward: Float64Array;
  readonly transposed: Float64Array;
  /** Of weights at one read. */
  readonly variance: Float64Array | undefined;
}

export function cellTile(
  p: DeviceParameters,
  random: Streams,
  { index, tile: { rows, columns }, wear, now }: Place,
): Tile {
  const size = rows * columns;
  const lowest = p.minimumResistance / p.maximumResistance;
  const mapping = { pair: p.pair, lowest, cellBits: p.cellBits };
  const slices = sliceFactors(p.weightSlices, p.weightBits).map((factor, s): Slice => {
    const first = s * 2 * size;
    const stuck = new Uint8Array(2 * size);
    if (p.stuck)
      for (let c = 0; c < 2 * size; c++) {
        const chance = random.at(use.stuck, index, first + c, 0).uniform();
        stuck[c] = chance < p.stuckLow ? low : chance >= 1 - p.stuckHigh ? high : 0;
      }
    const numbers = () => new Float64Array(2 * size);
    const counts = () => new Uint32Array(2 * size);
    return {
      ...{ factor, first, stuck, wanted: numbers(), set: numbers(), exponent: numbers(), since: numbers() },
      ...{ written: counts(), pulses: counts() },
    };
  });
  /** Weights over their range: as they are wanted, and as cells were last written for. */
  const weights = new Float64Array(size);
  const held = new Float64Array(size);
  let range = 1;
  let effective: Effective[] | undefined;
  let effectiveAt = 0;
  let pulseUpdates = 0;
  const reads = { forward: 0, transposed: 0 };

  const shrink = (slice: Slice, c: number): number =>
    !p.drift || slice.stuck[c] ? 1 : (1 + (now() - slice.since[c]!) / p.driftStart) ** -slice.exponent[c]!;
  const present = (slice: Slice): Float64Array => slice.set.map((g, c) => g * shrink(slice, c));

  const countPulses = (slice: Slice, c: number, count: number) => {
    slice.pulses[c]! += count;
    wear.pulses += count;
    wear.mostPulses = Math.max(wear.mostPulses, slice.pulses[c]!);
  };

  const program = (slice: Slice, c: number, target: number) => {
    slice.wanted[c] = target;
    countPulses(slice, c, 1);
    wear.cellsWritten++;
    const time = slice.written[c]!++;
    slice.since[c] = now();
    if (slice.stuck[c]) {
      slice.set[c] = slice.stuck[c] === low ? lowest : 1;
      return;
    }
    const deviation = programmingDeviation(target, p.programmingNoise, p.programmingError);
    const cell = slice.first + c;
    slice.set[c] =
      deviation === 0
        ? target
        : Math.max(target + deviation * random.at(use.programming, index, cell, time).normal(), 0);
    if (p.drift) {
      const exponent = driftExponent(target);
      slice.exponent[c] = Math.abs(
        exponent.mean + exponent.deviation * random.at(use.drift, index, cell, time).normal(),
      );
    }
  };

  /** Writes the cells of a weight: all of them, or those whose conductance becomes another. */
  const writeWeight = (k: number, all: boolean) => {
    held[k] = weights[k]!;
    slicesOf(weights[k]!, p.weightSlices, p.weightBits).forEach((weight, s) => {
      const slice = slices[s]!;
      const [plus, minus] = [positiveCell(weight, mapping), negativeCell(weight, mapping)];
      if (all || plus !== slice.wanted[k]) program(slice, k, plus);
      if (all || minus !== slice.wanted[size + k]) program(slice, size + k, minus);
    });
  };

  /** Moves one cell by a share of the range, as far as the ends of the range let it. Says how far it came. */
  const moveCell = (c: number, by: number, pulses: number): number => {
    const slice = slices[0]!;
    if (by === 0 || slice.stuck[c]) return 0;
    const shrunk = shrink(slice, c);
    const g = slice.set[c]! * shrunk;
    const span = 1 - lowest;
    const moved = Math.min(Math.max(g + by * span, Math.min(g, lowest)), Math.max(g, 1));
    if (moved === g) return 0;
    slice.set[c] = moved / shrunk;
    countPulses(slice, c, pulses);
    return (moved - g) / span;
  };

  /** Moves a weight by a share of its range. A cell of a one-sided pair goes back to rest before the other one rises. */
  const moveWeight = (k: number, by: number, pulses: number) => {
    const [own, other] = by > 0 ? [k, size + k] : [size + k, k];
    const size_ = Math.abs(by);
    if (p.pair === "two-sided") {
      moveCell(own, size_ / 2, pulses);
      moveCell(other, -size_ / 2, pulses);
      return;
    }
    const back = moveCell(other, -size_, pulses);
    moveCell(own, size_ + back, pulses);
  };

  const stepOf = (k: number): number =>
    p.pulseDeviceSpread === 0
      ? p.pulseStep
      : p.pulseStep *
        Math.max(1 + p.pulseDeviceSpread * random.at(use.deviceSpread, index, k, 0).normal(), 0);

  /** Moves a weight by a number of pulses, up or down. */
  const pulseWeight = (k: number, sign: number, count: number) => {
    const spread =
      p.pulseSpread === 0
        ? 0
        : p.pulseSpread * Math.sqrt(count) * random.at(use.pulseSpread, index, k, pulseUpdates).normal();
    moveWeight(k, sign * stepOf(k) * (count + spread), count);
  };

  const matrixOf = (slice: Slice, of: typeof effectiveMatrix | undefined): Float64Array => {
    const g = present(slice);
    const [plus, minus] = [g.subarray(0, size), g.subarray(size)];
    const gMax = 1 / p.minimumResistance;
    const through = (half: Float64Array) =>
      of ? of(half, rows, columns, p.inputWire * gMax, p.outputWire * gMax) : half;
    const [a, b] = [through(plus), through(minus)];
    return Float64Array.from(a, (value, k) => (value - b[k]!) / (1 - lowest));
  };

  const varianceOf = (slice: Slice): Float64Array | undefined => {
    if (p.readNoise === "none") return undefined;
    const g = present(slice);
    const of = (c: number) => {
      const age = now() - slice.since[c]! + p.driftStart;
      return readDeviation(slice.set[c]!, g[c]!, age, p.readTime, p.readNoise, p.readNoiseLevel) ** 2;
    };
    return Float64Array.from({ length: size }, (_, k) => (of(k) + of(size + k)) / (1 - lowest) ** 2);
  };

  const current = (): Effective[] => {
    const ages = p.drift || p.readNoise === "pcm";
    if (effective && !(ages && effectiveAt !== now())) return effective;
    effectiveAt = now();
    effective = slices.map((slice) => {
      const forward = matrixOf(slice, p.wires ? effectiveMatrix : undefined);
      const opposite = p.wires && p.transposedRead === "opposite-ends";
      const transposed = opposite ? matrixOf(slice, oppositeEnds) : forward;
      return { forward, transposed, variance: varianceOf(slice) };
    });
    return effective;
  };

  const adcBound = p.outputUnit === "weights" ? p.outputBound : p.outputBound / (1 - lowest);
  const adc = (value: number) => (p.converters ? convert(value, p.adcBits, adcBound, p.codes) : value);
  const dac = (value: number) => (p.converters ? convert(value, p.dacBits, p.inputBound, p.codes) : value);

  /** Currents of one array for inputs at its lines, with the noise of this read. */
  const currents = (
    { forward, transposed, variance }: Effective,
    direction: Direction,
    drive: Float64Array,
    count: number,
    out: Float64Array,
  ) => {
    const t = direction.transposed ? transposed : forward;
    const { outStep, inStep } = direction;
    const inputs = drive.length;
    const noisy = variance !== undefined || p.outputNoise > 0 || p.weightNoise > 0;
    for (let i = 0; i < out.length; i++) {
      let sum = 0;
      let noise = p.outputNoise ** 2;
      let absolute = 0;
      let dropped = 0;
      for (let j = 0, k = i * outStep; j < inputs; j++, k += inStep) {
        const v = drive[j]!;
        const w = t[k]!;
        sum += w * v;
        if (noisy) {
          if (variance) noise += variance[k]! * v * v;
          noise += p.weightNoise ** 2 * (p.weightNoiseForm === "additive" ? 1 : Math.abs(w)) * v * v;
        }
        if (p.irDrop > 0) {
          absolute += Math.abs(w) * Math.abs(v);
          dropped += w * v * (1 - (1 - j / inputs) ** 2);
        }
      }
      if (p.irDrop > 0) {
        const a = (inputs / p.irDropRatio) * absolute;
        sum -= p.irDrop * a * (a * (0.05 * a - 0.2) + 0.5) * dropped;
      }
      // Independent normal errors of one output add up to one normal error.
      if (noise > 0) sum += Math.sqrt(noise) * random.at(direction.use, index, i, count).normal();
      out[i] = sum;
    }
  };

  const direction = (transposed: boolean): Direction => ({
    transposed,
    ...(transposed
      ? { outStep: 1, inStep: columns, inputs: rows, outputs: columns }
      : { outStep: columns, inStep: 1, inputs: columns, outputs: rows }),
    use: transposed ? use.transposedRead : use.forwardRead,
    inputUse: transposed ? use.transposedInput : use.forwardInput,
    scale: transposed ? p.transposedInputScale : p.inputScale,
    drive: new Float64Array(transposed ? rows : columns),
    out: new Float64Array(transposed ? columns : rows),
    sum: new Float64Array(transposed ? columns : rows),
  });
  const forward = direction(false);
  const backward = direction(true);

  const measure = (
    d: Direction,
    y: Float64Array,
    yAt: number,
    yStep: number,
    x: Float64Array,
    xAt: number,
    xStep: number,
  ) => {
    const scale = inputScale(d.scale, x, xAt, xStep, d.inputs);
    const arrays = current();
    const { drive, out, sum } = d;
    sum.fill(0);
    const serial = p.bitSerial !== "off";
    const bits = serial
      ? Array.from(drive, (_, j) => bitsOf(x[xAt + j * xStep]! / scale, p.dacBits, p.inputBound))
      : [];
    const steps = serial ? p.dacBits - 1 : 1;
    const parts = arrays.map(() => (serial ? new Float64Array(d.outputs) : out));
    for (let step = 0; step < steps; step++) {
      const count = d.transposed ? reads.transposed++ : reads.forward++;
      for (let j = 0; j < d.inputs; j++)
        drive[j] = serial ? bits[j]![step]! * p.inputBound : dac(x[xAt + j * xStep]! / scale);
      if (p.inputNoise > 0)
        for (let j = 0; j < d.inputs; j++)
          drive[j]! += p.inputNoise * random.at(d.inputUse, index, j, count).normal();
      arrays.forEach((array, s) => {
        currents(array, d, drive, count * arrays.length + s, out);
        wear.cellsRead += 2 * size;
        const part = parts[s]!;
        for (let i = 0; i < d.outputs; i++) {
          if (!serial) sum[i]! += slices[s]!.factor * adc(out[i]!);
          else part[i] = (part[i]! + (p.bitSerial === "adc-once" ? out[i]! : adc(out[i]!))) / 2;
        }
      });
    }
    if (serial) {
      // Halving once per bit leaves the code over 2^bits; its bound is one step below that.
      const bound = 2 ** steps / (2 ** steps - 1);
      parts.forEach((part, s) => {
        for (let i = 0; i < d.outputs; i++) {
          const whole = part[i]! * bound;
          sum[i]! += slices[s]!.factor * (p.bitSerial === "adc-once" ? adc(whole) : whole);
        }
      });
    }
    for (let i = 0; i < d.outputs; i++) y[yAt + i * yStep]! += sum[i]! * (range * scale);
  };

  return {
    cells: 2 * p.weightSlices * size,
    write(given, at, stride, fullRange) {
      range = fullRange;
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++)
          weights[i * columns + j] = Math.min(Math.max(given[at + i * stride + j]! / range, -1), 1);
      for (let k = 0; k < size; k++) writeWeight(k, true);
      effective = undefined;
    },
    apply: (...arrays) => measure(forward, ...arrays),
    applyTransposed(y, yAt, yStep, x, xAt, xStep) {
      if (p.transposedRead !== "digital") {
        measure(backward, y, yAt, yStep, x, xAt, xStep);
        return;
      }
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++)
          y[yAt + j * yStep]! += range * weights[i * columns + j]! * x[xAt + i * xStep]!;
    },
    update(rate, gradient, at, stride) {
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          const k = i * columns + j;
          const by = -(rate * gradient[at + i * stride + j]!) / range;
          weights[k] = Math.min(Math.max(weights[k]! + by, -1), 1);
          if (p.update === "reprogram") {
            if (Math.abs(weights[k]! - held[k]!) > p.updateThreshold) writeWeight(k, false);
          } else if (p.update === "exact") moveWeight(k, by, 1);
          else {
            const pulses = Math.abs(by) / p.pulseStep;
            const whole = Math.floor(pulses);
            const more =
              pulses > whole && random.at(use.rounding, index, k, pulseUpdates).uniform() < pulses - whole;
            const count = more ? whole + 1 : whole;
            if (count > 0) pulseWeight(k, Math.sign(by), count);
          }
        }
      pulseUpdates++;
      effective = undefined;
    },
    pulse(planned, rate, errors, errorsAt, inputs, inputsAt) {
      const lines = (
        of: typeof use.rowPulses | typeof use.columnPulses,
        length: number,
        chance: number,
        x: Float64Array,
        at: number,
      ) =>
        Int32Array.from({ length }, (_, i) =>
          firing(
            planned.length,
            chance * Math.abs(x[at + i]!),
            random.at(of, index, i, pulseUpdates).uniform,
          ),
        );
      const down = lines(use.rowPulses, rows, planned.row, errors, errorsAt);
      const across = lines(use.columnPulses, columns, planned.column, inputs, inputsAt);
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          const k = i * columns + j;
          const by = -(rate * errors[errorsAt + i]! * inputs[inputsAt + j]!) / range;
          weights[k] = Math.min(Math.max(weights[k]! + by, -1), 1);
          const count = coincidences(down[i]!, across[j]!);
          if (count > 0) pulseWeight(k, Math.sign(by), count);
        }
      pulseUpdates++;
      effective = undefined;
    },
    read(to, at, stride) {
      const arrays = current();
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++)
          to[at + i * stride + j] =
            range *
            arrays.reduce((sum, { forward: t }, s) => sum + slices[s]!.factor * t[i * columns + j]!, 0);
    },
  };
}

/** How a read goes through the tile: which way, and the vectors that it needs. */
interface Direction {
  readonly transposed: boolean;
  readonly outStep: number;
  readonly inStep: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly use: typeof use.forwardRead | typeof use.transposedRead;
  readonly inputUse: typeof use.forwardInput | typeof use.transposedInput;
  readonly scale: DeviceParameters["inputScale"];
  readonly drive: Float64Array;
  readonly out: Float64Array;
  readonly sum: Float64Array;
}

const low = 1;
const high = 2;
