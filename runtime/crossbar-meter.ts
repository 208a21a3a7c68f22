/**
 * What a device uses: counts of reads, conversions and updates, and what they come to in energy and time.
 *
 * In: parameters, constants of cost, the blocks of a matrix once, and then each thing that is done with it. Out: a report.
 */
import { type Costs, type Spent, spent } from "./crossbar-costs.ts";
import type { DeviceParameters } from "./crossbar-parameters.ts";
import type { Block, Wear } from "./crossbar-tiles.ts";

/** What a device has used. Counts are of this device alone; energy and time are those counts by the table of constants. */
export interface Report {
  /** Tiles in use. */
  readonly tiles: number;
  /** Cells in use: one for each weight of an ideal device, else a pair in each slice. */
  readonly cells: number;
  /** The share of the weights that the tiles in use could hold. */
  readonly utilisation: number;
  /** Products with a matrix, each on all of its tiles. */
  readonly forwardReads: number;
  /** Products with a transposed matrix. */
  readonly transposedReads: number;
  /** Outer products summed digitally. */
  readonly outerProducts: number;
  /** Updates of a matrix in its array. */
  readonly updates: number;
  readonly dacConversions: number;
  readonly adcConversions: number;
  /** Additions and products in the digital part: outer products, sums over tiles, transposed products of `transposedRead: "digital"`. */
  readonly digitalOperations: number;
  /** Programming pulses on all cells. */
  readonly pulses: number;
  /** The most on one cell. */
  readonly mostPulses: number;
  /** In J. */
  readonly energy: Spent;
  /** In s. */
  readonly time: Spent;
  /**
   * What cells turn into heat by Ohm's law without wires, in J: V^2 G t of reads and of programming pulses. A check on the lumped
   * constants of `energy`, whose arrays it is part of; 0 in an ideal device, which has no conductances.
   */
  readonly dissipated: { readonly reads: number; readonly pulses: number };
  /** The constants that energy and time come from. */
  readonly costs: Costs;
  /** Where each tile stands in its matrix. */
  readonly layout: readonly (Block & { readonly matrix: number })[];
}

/** What one read of a matrix, in one direction, uses on all of its tiles. */
interface ReadLoad {
  readonly dac: number;
  readonly adc: number;
  /** Additions that put the results of tiles together. */
  readonly sums: number;
  /** Seconds that the slowest ADC takes beyond the read itself. */
  readonly waiting: number;
}

/** What a matrix costs to use, from how it lies on tiles. */
export interface Load {
  readonly weights: number;
  readonly forward: ReadLoad;
  readonly transposed: ReadLoad;
  /** Seconds to write all of it; tiles are written at once, row after row. */
  readonly programming: number;
}

export interface Meter {
  load(blocks: readonly Block[]): Load;
  programmed(load: Load): void;
  forwardRead(load: Load): void;
  /** In the array, or in the digital part where the device is set to that. */
  transposedRead(load: Load): void;
  outerProduct(load: Load): void;
  update(load: Load): void;
  report(layout: Report["layout"], cells: number): Report;
}

export function meter(p: DeviceParameters, table: Costs, wear: Wear): Meter {
  const used = { forward: 0, transposed: 0, outer: 0, updates: 0, moved: 0, dac: 0, adc: 0, digital: 0 };
  const time = { reads: 0, converters: 0, programming: 0, updates: 0 };
  const steps = p.bitSerial === "off" ? 1 : p.dacBits - 1;
  const gMax = 1 / p.minimumResistance;
  const readTime = steps * table.readTime;

  const readLoad = (sizes: readonly (readonly [inputs: number, outputs: number])[]): ReadLoad => {
    const load = { dac: 0, adc: 0, sums: 0, waiting: 0 };
    for (const [inputs, outputs] of sizes) {
      load.sums += outputs;
      if (p.converters && p.dacBits > 0) load.dac += inputs * steps;
      if (!p.converters || p.adcBits === 0) continue;
      const conversions = outputs * (p.bitSerial === "adc-each-bit" ? steps : 1);
      load.adc += conversions * p.weightSlices;
      // The ADC converts while the next inputs are on the lines.
      load.waiting = Math.max(load.waiting, conversions * table.adcTime - readTime);
    }
    return load;
  };
  const read = (load: ReadLoad) => {
    used.dac += load.dac;
    used.adc += load.adc;
    used.digital += load.sums;
    time.reads += readTime;
    time.converters += load.waiting;
  };
  const programmed = ({ programming }: Load) => {
    time.programming += programming;
  };

  return {
    load: (blocks) => ({
      weights: blocks.reduce((sum, { rows, columns }) => sum + rows * columns, 0),
      forward: readLoad(blocks.map(({ rows, columns }) => [columns, rows])),
      transposed: readLoad(blocks.map(({ rows, columns }) => [rows, columns])),
      programming: (blocks.reduce((most, { rows }) => Math.max(most, rows), 0) / 128) * table.programTime,
    }),
    programmed,
    forwardRead({ forward }) {
      used.forward++;
      read(forward);
    },
    transposedRead({ weights, transposed }) {
      if (p.transposedRead === "digital") {
        used.digital += 2 * weights;
        return;
      }
      used.transposed++;
      read(transposed);
    },
    outerProduct({ weights }) {
      used.outer++;
      used.digital += 2 * weights;
    },
    update(load) {
      used.updates++;
      if (p.update === "reprogram") programmed(load);
      else {
        time.updates += table.updateTime;
        used.moved += load.weights;
      }
    },
    report(layout, cells) {
      const weights = layout.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
      const cellsOfArray = 128 * 128 * (weights === 0 ? 1 : cells / weights / p.weightSlices);
      return {
        tiles: layout.length,
        cells,
        utilisation: weights === 0 ? 0 : weights / (layout.length * p.tileRows * p.tileColumns),
        forwardReads: used.forward,
        transposedReads: used.transposed,
        outerProducts: used.outer,
        updates: used.updates,
        dacConversions: used.dac,
        adcConversions: used.adc,
        digitalOperations: used.digital,
        pulses: wear.pulses,
        mostPulses: wear.mostPulses,
        energy: spent({
          reads: (wear.cellsRead / cellsOfArray) * table.readEnergy,
          converters:
            used.adc * table.adcEnergy + used.dac * (p.bitSerial === "off" ? p.dacBits : 1) * table.dacEnergy,
          programming: (wear.cellsWritten / cellsOfArray) * table.programEnergy,
          updates: (used.moved / 128 ** 2) * table.updateEnergy,
          digital: used.digital * table.vectorEnergy,
        }),
        time: spent({ ...time, digital: used.digital * table.vectorTime }),
        dissipated: {
          reads: wear.driven * gMax * (table.readVoltage / p.inputBound) ** 2 * table.readTime,
          pulses: wear.pulsed * gMax * table.writeVoltage ** 2 * table.writeTime,
        },
        costs: table,
        layout,
      };
    },
  };
}
