/**
 * Memristor crossbars in simulation (`odegrad/crossbar`): matrices programmed on tiles, multiplied by in both directions, and
 * changed in place.
 *
 * In: parameters. Out: a device that generated programs call. The ideal device computes what the plain loops do, bit for bit; of a
 * real one, every effect has its own switch. Results depend on the parameters, the seed and what was asked of each matrix, not on
 * the order in which different matrices were asked.
 */
import { cellTile } from "./crossbar-cells.ts";
import { type Costs, costTable } from "./crossbar-costs.ts";
import { type Device, device } from "./crossbar-device.ts";
import { complete, type DeviceParameters } from "./crossbar-parameters.ts";
import { type Streams, streams } from "./crossbar-random.ts";
import { idealTile, type Place } from "./crossbar-tiles.ts";
import { refuse } from "./refuse.ts";

export { type Cost, type Costs, costs, type Spent } from "./crossbar-costs.ts";
export type { Device } from "./crossbar-device.ts";
export type { Report } from "./crossbar-meter.ts";
export { type DeviceParameters, type Parameter, parameters, presets } from "./crossbar-parameters.ts";
export { programSchema } from "./crossbar-schema.ts";
export type { Block } from "./crossbar-tiles.ts";

/** Options beside the parameters. */
interface Extra {
  /** Constants of energy and time in place of those of the table `isaac-puma`. */
  readonly costs?: Partial<Costs>;
}

export type CrossbarOptions = Partial<DeviceParameters> & Extra;

/** What an ideal device can be told. */
export interface IdealOptions
  extends Extra,
    Partial<Pick<DeviceParameters, "tileRows" | "tileColumns" | "tiles">> {
  /**
   * Brings the inputs of transposed reads to [-1, 1] by a power of two, and results back, as a device with converters does. It
   * changes no bit as long as nothing leaves the range of normal numbers.
   */
  readonly scaleTransposed?: boolean;
}

/**
 * A device that multiplies exactly: bit for bit the loops of the program.
 *
 * `apply` starts from y and adds T[i][j] * x[j] for rising j, each product and sum rounded, across tiles too; `applyTransposed` adds
 * T[i][j] * x[i] for rising i.
 *
 * @throws RangeError for options that are none
 */
export function idealDevice({ scaleTransposed = false, costs, ...options }: IdealOptions = {}): Device {
  for (const name of Object.keys(options))
    if (!["tileRows", "tileColumns", "tiles"].includes(name))
      refuse(`idealDevice: ${name} is no option of an ideal device; use crossbar for what is not ideal`);
  const make = ({ tile, wear }: Place) => idealTile(tile.rows, tile.columns, wear);
  return device(complete(options), costTable(costs), make, scaleTransposed);
}

/**
 * A device of real cells. All effects are off until switched on; what is left then are pairs of conductances, which are exact to
 * rounding.
 *
 * @throws RangeError for options that are none, that are outside their ranges, or that contradict each other
 */
export function crossbar({ costs, ...options }: CrossbarOptions = {}): Device {
  const p = complete(options);
  const random = new Map<number, Streams>();
  const make = (place: Place) => {
    const own = random.get(place.matrix) ?? streams(p.seed, place.matrix);
    random.set(place.matrix, own);
    return cellTile(p, own, place);
  };
  return device(p, costTable(costs), make);
}
