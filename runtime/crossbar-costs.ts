/**
 * Energy and time of a crossbar's operations: one named table of constants, and what counts come to by it.
 *
 * Constants of whole arrays hold for 128 x 128 cell pairs and count in proportion to the cells in use. Tiles of one matrix work at
 * the same time; matrices, and the digital part, one after the other. What a host computes beyond the device is not in it.
 */
import { refuse } from "./refuse.ts";

/** A constant: its unit, its value, where it is from. */
export interface Cost {
  readonly unit: "J" | "s" | "V";
  readonly default: number;
  readonly means: string;
  readonly source: string;
}

const cost = (unit: Cost["unit"], value: number, means: string, source: string): Cost => ({
  unit,
  default: value,
  means,
  source,
});

export const costs = {
  readEnergy: cost("J", 30e-12, "read of a 128 x 128 array", "ISAAC in the PUMA simulator"),
  readTime: cost("s", 100e-9, "of a read, or of one bit of a bit-serial read", "ISAAC in the PUMA simulator"),
  adcEnergy: cost("J", 1.56e-12, "conversion of 8 bits", "ISAAC as used by MNSIM 2.0 and PUMA"),
  adcTime: cost(
    "s",
    0.78e-9,
    "conversion; the outputs of an array share one",
    "ISAAC as used by MNSIM 2.0 and PUMA",
  ),
  dacEnergy: cost("J", 3.9e-15, "one bit on one line", "PUMA simulator"),
  updateEnergy: cost("J", 290e-12, "outer product on 128 x 128 cells", "PUMA simulator"),
  updateTime: cost("s", 256e-9, "of an outer product", "PUMA simulator"),
  programEnergy: cost("J", 22.6e-9, "writing 128 x 128 cells", "PANTHER constants in the PUMA simulator"),
  programTime: cost("s", 11e-6, "of writing 128 rows", "PANTHER constants in the PUMA simulator"),
  vectorEnergy: cost("J", 1.7e-12, "addition or product of the digital part", "PUMA simulator"),
  vectorTime: cost("s", 1e-9, "of an addition or product", "PUMA simulator"),
  readVoltage: cost(
    "V",
    0.2,
    "largest on a driven line, in `dissipated`",
    "our choice, between MNSIM 0.15 V and NeuroSim 0.5 V",
  ),
  writeVoltage: cost("V", 4, "of a programming pulse, in `dissipated`", "NeuroSim training V2.1; MNSIM 3 V"),
  writeTime: cost(
    "s",
    50e-9,
    "of a programming pulse, in `dissipated`",
    "NeuroSim training V2.1; MNSIM 10 ns",
  ),
};

/** A table of constants with its name. */
export type Costs = { readonly name: string } & { readonly [K in keyof typeof costs]: number };

/**
 * The constants of the table, under the name `isaac-puma`, with others in their place where given.
 *
 * @throws RangeError for a name that is none, and for a value that is negative or not finite
 */
export function costTable(given: Partial<Costs> = {}): Costs {
  for (const [name, value] of Object.entries(given)) {
    if (name === "name") continue;
    if (!Object.hasOwn(costs, name))
      refuse(`crossbar: there is no constant ${name}; there are ${Object.keys(costs).join(", ")}`);
    if (!(typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY))
      refuse(`crossbar: the constant ${name} is ${value}; it takes a number from 0`);
  }
  const defaults = Object.fromEntries(
    Object.entries(costs).map(([name, { default: value }]) => [name, value]),
  );
  const name = Object.keys(given).length > 0 ? "isaac-puma, changed" : "isaac-puma";
  return { name, ...defaults, ...given } as Costs;
}

/** What was spent, by where it went. J or s. */
export interface Spent {
  readonly reads: number;
  readonly converters: number;
  readonly programming: number;
  readonly updates: number;
  readonly digital: number;
  readonly total: number;
}

export function spent(parts: Omit<Spent, "total">): Spent {
  const { reads, converters, programming, updates, digital } = parts;
  return { ...parts, total: reads + converters + programming + updates + digital };
}
