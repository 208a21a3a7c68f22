/**
 * Every parameter of a crossbar: its unit, its default, where the default is from, and what values it takes.
 *
 * One table makes the type of the options, holds options to it, and is the table of the documentation. An effect is off until its
 * switch says otherwise; what a switch turns on has the figures of the literature as defaults.
 */
import { refuse } from "./refuse.ts";

/** A parameter. `means` and `source` are what the documentation prints. */
export interface Parameter<T> {
  readonly unit: string;
  readonly default: T;
  readonly means: string;
  readonly source: string;
  /** What values it takes, in words. */
  readonly takes: string;
  readonly accepts: (value: unknown) => boolean;
}

type Said = readonly [means: string, source: string];

const endless = Number.POSITIVE_INFINITY;
const isWithin = (v: unknown, least: number, most: number) =>
  Number.isFinite(v) && (v as number) >= least && (v as number) <= most;

function number(unit: string, value: number, least: number, most: number, said: Said) {
  const takes = most === endless ? `a number from ${least}` : `a number from ${least} to ${most}`;
  return of<number>(unit, value, takes, (v) => isWithin(v, least, most), said);
}

function positive(unit: string, value: number, said: Said) {
  return of<number>(unit, value, "a positive number", (v) => isWithin(v, Number.MIN_VALUE, endless), said);
}

function whole(unit: string, value: number, least: number, most: number, said: Said) {
  const takes = `an integer from ${least} to ${most}`;
  return of<number>(unit, value, takes, (v) => Number.isInteger(v) && isWithin(v, least, most), said);
}

function choice<const C extends readonly string[]>(values: C, value: C[number], said: Said) {
  const takes = `one of ${values.map((v) => `"${v}"`).join(", ")}`;
  return of<C[number]>("", value, takes, (v) => values.includes(v as string), said);
}

function flag(said: Said) {
  return of<boolean>("", false, "true or false", (v) => typeof v === "boolean", said);
}

function of<T>(
  unit: string,
  value: T,
  takes: string,
  accepts: (v: unknown) => boolean,
  [means, source]: Said,
): Parameter<T> {
  return { unit, default: value, means, source, takes, accepts };
}

const ours = "our choice";

export const parameters = {
  seed: whole("", 0, 0, 2 ** 32 - 1, ["all that is random follows from it", ours]),

  // Tiles
  tileRows: whole("rows", 128, 1, 65536, ["most rows of a tile", "ISAAC, PUMA, NeuroSim training V2.1"]),
  tileColumns: whole("columns", 128, 1, 65536, [
    "most columns of a tile",
    "ISAAC, PUMA, NeuroSim training V2.1",
  ]),
  tiles: of<number>(
    "tiles",
    endless,
    "an integer from 0, or Infinity",
    (v) => v === endless || (Number.isInteger(v) && isWithin(v, 0, endless)),
    ["the array budget: how many tiles there are", "no limit until one is given"],
  ),

  // Cells
  minimumResistance: positive("ohm", 1e4, [
    "of a cell at its highest conductance, Gmax",
    "simulation of arXiv 2209.06886",
  ]),
  maximumResistance: of<number>(
    "ohm",
    1e5,
    "a positive number, or Infinity",
    (v) => v === endless || isWithin(v, Number.MIN_VALUE, endless),
    ["of a cell at its lowest conductance, Gmin", "ratio 10 of CrossSim 3.2.0"],
  ),
  pair: choice(["one-sided", "two-sided"], "one-sided", [
    "one of the two cells of a weight rests at Gmin, or their sum is constant",
    "CrossSim 3.2.0",
  ]),
  weightRange: number("weights", 0, 0, endless, [
    "the weight of a full conductance difference; 0: the largest magnitude of each matrix when it is programmed",
    "CrossSim 3.2.0",
  ]),
  weightMargin: number("", 1, 1, endless, [
    "with weightRange 0, that magnitude times this: room for weights to grow in",
    ours,
  ]),
  cellBits: whole("bits", 0, 0, 24, [
    "levels of a cell, 2^bits; 0: analogue",
    "option; ISAAC and PUMA 2, NeuroSim 5",
  ]),
  weightSlices: whole("arrays", 1, 1, 16, [
    "arrays that share the bits of a weight's magnitude; 1: not cut into bits",
    "CrossSim 3.2.0",
  ]),
  weightBits: whole("bits", 8, 1, 24, [
    "of a weight's magnitude, where it is cut into slices",
    "CrossSim 3.2.0, 9 with the sign",
  ]),

  // Converters
  converters: flag(["switch: inputs go through a DAC, outputs through an ADC", ours]),
  dacBits: whole("bits", 8, 0, 24, [
    "of the DAC, with the sign; 0: exact and without bounds",
    "AIHWKIT Standard",
  ]),
  adcBits: whole("bits", 8, 0, 24, [
    "of the ADC, with the sign; 0: exact and without bounds",
    "AIHWKIT Standard",
  ]),
  inputBound: positive("scaled inputs", 1, ["largest magnitude of the DAC", "AIHWKIT Standard"]),
  outputBound: positive("see outputUnit", 10, ["largest magnitude of the ADC", "AIHWKIT Standard"]),
  outputUnit: choice(["weights", "conductances"], "weights", [
    "the ADC's unit times scaled inputs: weights over their range, or conductances over Gmax",
    "AIHWKIT; CrossSim 3.2.0",
  ]),
  codes: choice(["signed", "unsigned"], "signed", [
    "where converter codes are counted from, zero or the lowest one: which way ties go, always to an even code",
    "AIHWKIT; CrossSim 3.2.0",
  ]),
  inputScale: choice(["none", "absmax", "pow2max"], "absmax", [
    "inputs of forward reads over 1, their largest magnitude, or the power of two at or above it",
    "AIHWKIT AbsMax",
  ]),
  transposedInputScale: choice(["none", "absmax", "pow2max"], "pow2max", [
    "the same for transposed reads, whose inputs are small",
    "our measurement",
  ]),
  bitSerial: choice(["off", "adc-once", "adc-each-bit"], "off", [
    "inputs one bit of their magnitude at a time, lowest first, and when the ADC converts",
    "CrossSim 3.2.0; ISAAC",
  ]),

  // Wires
  wires: flag(["switch: resistance of lines, by a nodal solution", ours]),
  inputWire: number("ohm", 0.35, 0, endless, [
    "of one segment of an input line (a column of the matrix)",
    "AIHWKIT",
  ]),
  outputWire: number("ohm", 0.35, 0, endless, [
    "of one segment of an output line (a row of the matrix)",
    "AIHWKIT",
  ]),
  transposedRead: choice(["same-terminals", "opposite-ends", "digital"], "same-terminals", [
    "transposed reads drive what was sensed and sense what was driven; or use the other ends of the lines; or multiply the wanted weights in the digital part",
    "our measurement",
  ]),
  irDrop: number("", 0, 0, endless, [
    "strength of AIHWKIT's fit of the voltage drop, in place of a nodal solution; 0: off",
    "AIHWKIT, where 1 is full strength",
  ]),
  irDropRatio: positive("", 571428.57, [
    "of wire conductance to Gmax in that fit",
    "AIHWKIT: 0.35 ohm a cell at 5 uS",
  ]),

  // Noise of a read
  readNoise: choice(["none", "independent", "proportional", "pcm"], "none", [
    "of a cell at a read: readNoiseLevel of Gmax, readNoiseLevel of its conductance, or 1/f noise of phase-change cells",
    "CrossSim 3.2.0; AIHWKIT",
  ]),
  readNoiseLevel: number("", 0.01, 0, endless, ["its standard deviation", "AIHWKIT, note on ReRAM"]),
  readTime: positive("s", 250e-9, ["of a read, in 1/f noise", "AIHWKIT"]),
  outputNoise: number("scaled outputs", 0, 0, endless, [
    "standard deviation at each output, in front of the ADC",
    "AIHWKIT: 0.04 or 0.06 where it is on",
  ]),
  inputNoise: number("scaled inputs", 0, 0, endless, [
    "standard deviation at each input, behind the DAC",
    "AIHWKIT: 0.01 where it is on",
  ]),
  weightNoise: number("", 0, 0, endless, [
    "of weights over their range at a read",
    "AIHWKIT: 0.0175 where it is on",
  ]),
  weightNoiseForm: choice(["additive", "pcm-read"], "additive", [
    "the same for all weights, or as the root of the weight",
    "AIHWKIT",
  ]),

  // Programming and age
  programmingNoise: choice(
    [
      "none",
      "constant",
      "pcm",
      "pcm-joshi",
      "reram-wan",
      "reram-wan-1-day",
      "reram-wan-2-days",
      "reram-wan-cubic",
      "reram-milo",
    ],
    "none",
    [
      "error of a programmed conductance: programmingError of Gmax, or a published fit, scaled from its Gmax to this one",
      "AIHWKIT; CrossSim 3.2.0",
    ],
  ),
  programmingError: number("", 0.01, 0, endless, ['standard deviation over Gmax with "constant"', ours]),
  drift: flag(["switch: conductances of phase-change cells fall as (1 + t / driftStart)^-nu", "AIHWKIT"]),
  driftStart: positive("s", 20, ["age of a cell at its first read", "AIHWKIT"]),
  stuck: flag(["switch: some cells keep one conductance for good", ours]),
  stuckLow: number("", 0.001, 0, 1, ["share of cells at Gmin", "MNSIM 2.0"]),
  stuckHigh: number("", 0.001, 0, 1, ["share of cells at Gmax", "MNSIM 2.0"]),

  // Updates
  update: choice(["reprogram", "exact", "pulses"], "reprogram", [
    "weights kept digitally and programmed again; conductances moved by exactly the change; or stochastic pulse trains",
    "mixed precision; AIHWKIT",
  ]),
  updateThreshold: number("", 0, 0, 1, [
    'with "reprogram", cells are written when their weight is off by more than this share of the range',
    ours,
  ]),
  pulseStep: positive("", 0.001, [
    "change by one pulse, of a weight over its range",
    "AIHWKIT constant step",
  ]),
  pulseTrain: whole("pulses", 31, 1, 31, ["most pulses of an update", "AIHWKIT"]),
  pulseManagement: of<boolean>("", true, "true or false", (v) => typeof v === "boolean", [
    "the length of a train, and the shares of rows and columns in it, follow from the largest numbers of the update",
    "AIHWKIT",
  ]),
  pulseSpread: number("", 0.3, 0, endless, [
    "standard deviation of a pulse's change, over it",
    "AIHWKIT constant step",
  ]),
  pulseDeviceSpread: number("", 0.3, 0, endless, [
    "standard deviation of a weight's own step, over pulseStep",
    "AIHWKIT constant step",
  ]),
};

/** The parameters of a crossbar, with the names, units and meanings of the table. */
export type DeviceParameters = {
  readonly [K in keyof typeof parameters]: (typeof parameters)[K] extends Parameter<infer T> ? T : never;
};

/**
 * Parameters with defaults where none are given.
 *
 * @throws RangeError for a name that is none, a value outside its range, and values that contradict each other: an empty range of
 *   conductances, slices that do not divide the bits, input bits one at a time without a DAC, two models of the same wires
 */
export function complete(options: Partial<DeviceParameters>): DeviceParameters {
  const all = Object.fromEntries(
    Object.entries(parameters).map(([name, { default: value }]) => [name, value]),
  );
  for (const [name, value] of Object.entries(options)) {
    const parameter = Object.hasOwn(parameters, name)
      ? parameters[name as keyof DeviceParameters]
      : refuse(`crossbar: there is no parameter ${name}; there are ${Object.keys(parameters).join(", ")}`);
    if (value === undefined) continue;
    if (!parameter.accepts(value))
      refuse(`crossbar: ${name} is ${inWords(value)}; it takes ${parameter.takes}`);
    all[name] = value;
  }
  const p = all as DeviceParameters;
  if (p.minimumResistance >= p.maximumResistance)
    refuse(
      `crossbar: the range of conductances is empty: minimumResistance ${p.minimumResistance} ohm is not below maximumResistance ${p.maximumResistance} ohm`,
    );
  if (p.weightSlices > 1 && p.weightBits % p.weightSlices !== 0)
    refuse(`crossbar: weightBits ${p.weightBits} do not go into ${p.weightSlices} equal weightSlices`);
  if (p.weightSlices > 1 && p.update !== "reprogram")
    refuse(`crossbar: weights in ${p.weightSlices} slices take update "reprogram" alone, not "${p.update}"`);
  if (p.cellBits > 0 && p.update === "exact")
    refuse(`crossbar: cells of 2^${p.cellBits} levels cannot move by exact changes; take update "reprogram"`);
  if (p.bitSerial !== "off" && (!p.converters || p.dacBits < 2))
    refuse(`crossbar: bitSerial "${p.bitSerial}" needs converters, and dacBits of 2 or more`);
  if (p.wires && p.irDrop > 0)
    refuse(
      `crossbar: wires and irDrop are two models of the same lines, and both would count: take wires alone, or irDrop ${p.irDrop} without wires`,
    );
  for (const name of ["dacBits", "adcBits"] as const)
    if (p.converters && p[name] === 1) refuse(`crossbar: ${name} is 1: one code holds nothing but zero`);
  if (p.stuckLow + p.stuckHigh > 1)
    refuse(`crossbar: stuckLow ${p.stuckLow} and stuckHigh ${p.stuckHigh} are more than all cells`);
  return p;
}

/** A value as it is written: a text is none of the words that it says. */
const inWords = (value: unknown): string =>
  typeof value === "string" ? JSON.stringify(value) : String(value);

/** Options for well-known devices, to be spread into one's own: `crossbar({ ...presets.pcm, seed: 3 })`. */
export const presets = {
  /** Converters of 8 bits with AIHWKIT's noise at the outputs. */
  converters8: { converters: true, outputNoise: 0.04 },
  /** Phase-change cells of AIHWKIT: 25 uS, programming noise, 1/f noise of reads, drift. */
  pcm: {
    minimumResistance: 4e4,
    maximumResistance: endless,
    programmingNoise: "pcm",
    readNoise: "pcm",
    drift: true,
  },
  /** ReRAM cells of Wan 2022 as AIHWKIT fits them, 40 uS, one second after programming, 1 % read noise. */
  reram: {
    minimumResistance: 2.5e4,
    maximumResistance: endless,
    programmingNoise: "reram-wan",
    readNoise: "proportional",
  },
  /** What the simulation of arXiv 2209.06886 assumes: 4-bit inputs, 14-bit outputs, 20 ohm lines, 1 % of cells stuck at each end. */
  seizureGraph: {
    converters: true,
    dacBits: 4,
    adcBits: 14,
    wires: true,
    inputWire: 20,
    outputWire: 20,
    stuck: true,
    stuckLow: 0.01,
    stuckHigh: 0.01,
  },
} as const satisfies Record<string, Partial<DeviceParameters>>;
