/**
 * A read of a tile, either way: inputs over their scale, DAC, noise of inputs; currents of the effective matrix; noise of cells and
 * outputs; ADC; slices and bits put together; scales put back.
 *
 * In: what the arrays of the tile multiply by, and the vectors. Out: the product, added to a vector. Everything is in weights over
 * their range until scales are put back.
 */
import type { Effective } from "./crossbar-array.ts";
import { bitsOf, convert, inputScale } from "./crossbar-converters.ts";
import type { DeviceParameters } from "./crossbar-parameters.ts";
import { type Streams, use } from "./crossbar-random.ts";
import type { Place } from "./crossbar-tiles.ts";

/** Adds the product of the tile's matrix with x to y, in units of `range`. */
export type Read = (
  arrays: readonly Effective[],
  range: number,
  y: Float64Array,
  yAt: number,
  yStep: number,
  x: Float64Array,
  xAt: number,
  xStep: number,
) => void;

/** Reads of a tile in one direction. @param factors what each slice counts */
export function reader(
  p: DeviceParameters,
  random: Streams,
  { index, tile, wear }: Place,
  factors: readonly number[],
  transposed: boolean,
): Read {
  const { rows, columns } = tile;
  const [inputs, outputs] = transposed ? [rows, columns] : [columns, rows];
  /** From one output, or input, to the next in a row-major matrix. */
  const [outStep, inStep] = transposed ? [1, columns] : [columns, 1];
  const [noiseUse, inputUse] = transposed
    ? [use.transposedRead, use.transposedInput]
    : [use.forwardRead, use.forwardInput];
  const drive = new Float64Array(inputs);
  const out = new Float64Array(outputs);
  const sum = new Float64Array(outputs);
  let reads = 0;

  const adcBound =
    p.outputUnit === "weights"
      ? p.outputBound
      : p.outputBound / (1 - p.minimumResistance / p.maximumResistance);
  const adc = (value: number) => (p.converters ? convert(value, p.adcBits, adcBound, p.codes) : value);
  const dac = (value: number) => (p.converters ? convert(value, p.dacBits, p.inputBound, p.codes) : value);

  /** Currents of one array for what is on the input lines, into `out`, with the noise of this read. */
  const measure = (
    { forward, transposed: backward, variance, onRows, onColumns }: Effective,
    count: number,
  ) => {
    const t = transposed ? backward : forward;
    const onLine = transposed ? onRows : onColumns;
    for (let j = 0; j < inputs; j++) wear.driven += onLine[j]! * drive[j]! * drive[j]!;
    for (let i = 0; i < outputs; i++) {
      let current = 0;
      for (let j = 0, k = i * outStep; j < inputs; j++, k += inStep) current += t[k]! * drive[j]!;
      if (p.irDrop > 0) current -= drop(t, i * outStep);
      let noise = p.outputNoise ** 2;
      if (p.weightNoise > 0) noise += p.weightNoise ** 2 * spread(t, i * outStep);
      if (variance)
        for (let j = 0, k = i * outStep; j < inputs; j++, k += inStep)
          noise += variance[k]! * drive[j]! * drive[j]!;
      // Independent normal errors of one output add up to one normal error.
      if (noise > 0) current += Math.sqrt(noise) * random.at(noiseUse, index, i, count).normal();
      out[i] = current;
    }
    wear.cellsRead += 2 * rows * columns;
  };

  /** AIHWKIT's fit of what an output loses to the resistance of lines. */
  const drop = (t: Float64Array, at: number): number => {
    let absolute = 0;
    let dropped = 0;
    for (let j = 0, k = at; j < inputs; j++, k += inStep) {
      const current = t[k]! * drive[j]!;
      absolute += Math.abs(current);
      dropped += current * (1 - (1 - j / inputs) ** 2);
    }
    const a = (inputs / p.irDropRatio) * absolute;
    return p.irDrop * a * (a * (0.05 * a - 0.2) + 0.5) * dropped;
  };

  /** What noise of weights, of variance 1 or of their magnitude, makes of an output's variance. */
  const spread = (t: Float64Array, at: number): number => {
    let variance = 0;
    for (let j = 0, k = at; j < inputs; j++, k += inStep)
      variance += (p.weightNoiseForm === "additive" ? 1 : Math.abs(t[k]!)) * drive[j]! * drive[j]!;
    return variance;
  };

  const addInputNoise = (count: number) => {
    if (p.inputNoise === 0) return;
    for (let j = 0; j < inputs; j++)
      drive[j]! += p.inputNoise * random.at(inputUse, index, j, count).normal();
  };

  /** All bits at once. */
  const readWhole = (arrays: readonly Effective[], scaled: Float64Array) => {
    const count = reads++;
    for (let j = 0; j < inputs; j++) drive[j] = dac(scaled[j]!);
    addInputNoise(count);
    arrays.forEach((array, s) => {
      measure(array, count * arrays.length + s);
      for (let i = 0; i < outputs; i++) sum[i]! += factors[s]! * adc(out[i]!);
    });
  };

  /** One bit of each magnitude after the other, lowest first. Halving once per bit gives each its weight. */
  const readSerially = (arrays: readonly Effective[], scaled: Float64Array) => {
    const bits = Array.from(scaled, (value) => bitsOf(value, p.dacBits, p.inputBound));
    const eachBit = p.bitSerial === "adc-each-bit";
    const halved = arrays.map(() => new Float64Array(outputs));
    for (let bit = 0; bit < p.dacBits - 1; bit++) {
      const count = reads++;
      for (let j = 0; j < inputs; j++) drive[j] = bits[j]![bit]! * p.inputBound;
      addInputNoise(count);
      arrays.forEach((array, s) => {
        measure(array, count * arrays.length + s);
        const part = halved[s]!;
        for (let i = 0; i < outputs; i++) part[i] = (part[i]! + (eachBit ? adc(out[i]!) : out[i]!)) / 2;
      });
    }
    // That leaves the code over 2^bits, and the bound is the code one step below.
    const codes = 2 ** (p.dacBits - 1);
    const stretch = codes / (codes - 1);
    halved.forEach((part, s) => {
      for (let i = 0; i < outputs; i++) {
        const whole = part[i]! * stretch;
        sum[i]! += factors[s]! * (eachBit ? whole : adc(whole));
      }
    });
  };

  const scaled = new Float64Array(inputs);
  return (arrays, range, y, yAt, yStep, x, xAt, xStep) => {
    const kind = transposed ? p.transposedInputScale : p.inputScale;
    const scale = inputScale(kind, x, xAt, xStep, inputs);
    for (let j = 0; j < inputs; j++) scaled[j] = x[xAt + j * xStep]! / scale;
    sum.fill(0);
    if (p.bitSerial === "off") readWhole(arrays, scaled);
    else readSerially(arrays, scaled);
    for (let i = 0; i < outputs; i++) y[yAt + i * yStep]! += sum[i]! * (range * scale);
  };
}
