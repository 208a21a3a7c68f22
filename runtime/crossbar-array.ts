/**
 * One array of cell pairs: how conductances are programmed, age and move, and what the array multiplies by.
 *
 * In: the parameters of the device, and which cells of which tile these are. Out: the array, whose matrix is in weights over their
 * range. Conductances are over Gmax. In every list the first half is the cells that count positive, the second half the others.
 */
import { negativeCell, positiveCell } from "./crossbar-conductances.ts";
import { driftExponent, programmingDeviation, readDeviation } from "./crossbar-noise.ts";
import type { DeviceParameters } from "./crossbar-parameters.ts";
import { type Streams, use } from "./crossbar-random.ts";
import type { Place } from "./crossbar-tiles.ts";
import { effectiveMatrix, oppositeEnds } from "./crossbar-wires.ts";

/** What an array multiplies by at the moment, row-major. */
export interface Effective {
  readonly forward: Float64Array;
  /** Of transposed reads, also rows by columns: the same list, but for reads from the opposite ends. */
  readonly transposed: Float64Array;
  /** Of each weight at one read. */
  readonly variance: Float64Array | undefined;
  /** Sums of the conductances on each line. */
  readonly onRows: Float64Array;
  readonly onColumns: Float64Array;
}

export interface PairArray {
  /** Programs the pair of weight k: both cells, or those whose wanted conductance becomes another. */
  write(k: number, weight: number, all: boolean): void;
  /**
   * Moves weight k by a share of its range, as far as the ends of the range let it, and counts pulses on cells that move. A cell of
   * a one-sided pair goes back to rest before the other one rises.
   */
  move(k: number, by: number, pulses: number): void;
  effective(): Effective;
  /** What the pairs hold, in weights over their range: without wires, as programming finds it. */
  stored(): Float64Array;
}

/** @param first the number of the array's first cell in its tile, which names its random numbers */
export function pairArray(
  p: DeviceParameters,
  random: Streams,
  { index, tile: { rows, columns }, wear, now }: Place,
  first: number,
): PairArray {
  const size = rows * columns;
  const lowest = p.minimumResistance / p.maximumResistance;
  const span = 1 - lowest;
  const mapping = { pair: p.pair, lowest, cellBits: p.cellBits };
  const numbers = () => new Float64Array(2 * size);
  const wanted = numbers();
  /** Right after programming or a move; what has drifted since comes off in `shrink`. */
  const set = numbers();
  const exponent = numbers();
  const since = numbers();
  const written = new Uint32Array(2 * size);
  const pulsesOn = new Uint32Array(2 * size);
  const stuck = p.stuck ? stuckCells(p, random, index, first, 2 * size) : undefined;
  let cached: Effective | undefined;
  let cachedAt = 0;

  const countPulses = (c: number, count: number) => {
    pulsesOn[c]! += count;
    wear.pulses += count;
    wear.mostPulses = Math.max(wear.mostPulses, pulsesOn[c]!);
    wear.pulsed += count * set[c]!;
  };

  const programmed = (target: number, c: number, time: number): number => {
    const deviation = programmingDeviation(target, p.programmingNoise, p.programmingError);
    if (deviation === 0) return target;
    // No conductance is negative.
    return Math.max(target + deviation * random.at(use.programming, index, first + c, time).normal(), 0);
  };

  const program = (c: number, target: number) => {
    wanted[c] = target;
    wear.cellsWritten++;
    const time = written[c]!++;
    since[c] = now();
    set[c] = stuck?.[c] ? (stuck[c] === low ? lowest : 1) : programmed(target, c, time);
    countPulses(c, 1);
    if (!p.drift) return;
    const nu = driftExponent(target);
    exponent[c] = Math.abs(nu.mean + nu.deviation * random.at(use.drift, index, first + c, time).normal());
  };

  /** What is left of a conductance at this age, as a share. */
  const shrink = (c: number): number =>
    !p.drift || stuck?.[c] ? 1 : (1 + (now() - since[c]!) / p.driftStart) ** -exponent[c]!;
  const present = (): Float64Array => set.map((g, c) => g * shrink(c));

  /** Moves one cell by a share of the range. Says how far it came. */
  const moveCell = (c: number, by: number, pulses: number): number => {
    if (by === 0 || stuck?.[c]) return 0;
    const shrunk = shrink(c);
    const g = set[c]! * shrunk;
    // A cell beyond an end, by its error of programming, may stay there but goes no further.
    const moved = Math.min(Math.max(g + by * span, Math.min(g, lowest)), Math.max(g, 1));
    if (moved === g) return 0;
    set[c] = moved / shrunk;
    countPulses(c, pulses);
    return (moved - g) / span;
  };

  const matrixOf = (g: Float64Array, of?: typeof effectiveMatrix): Float64Array => {
    const gMax = 1 / p.minimumResistance;
    const through = (half: Float64Array) =>
      of ? of(half, rows, columns, p.inputWire * gMax, p.outputWire * gMax) : half;
    const [plus, minus] = [through(g.subarray(0, size)), through(g.subarray(size))];
    return Float64Array.from(plus, (value, k) => (value - minus[k]!) / span);
  };

  const varianceOf = (g: Float64Array): Float64Array | undefined => {
    if (p.readNoise === "none") return undefined;
    const of = (c: number) => {
      const age = now() - since[c]! + p.driftStart;
      return readDeviation(set[c]!, g[c]!, age, p.readTime, p.readNoise, p.readNoiseLevel) ** 2;
    };
    return Float64Array.from({ length: size }, (_, k) => (of(k) + of(size + k)) / span ** 2);
  };

  return {
    write(k, weight, all) {
      const [plus, minus] = [positiveCell(weight, mapping), negativeCell(weight, mapping)];
      if (all || plus !== wanted[k]) program(k, plus);
      if (all || minus !== wanted[size + k]) program(size + k, minus);
      cached = undefined;
    },
    move(k, by, pulses) {
      const [own, other] = by > 0 ? [k, size + k] : [size + k, k];
      const far = Math.abs(by);
      if (p.pair === "two-sided") {
        moveCell(own, far / 2, pulses);
        moveCell(other, -far / 2, pulses);
      } else {
        const back = moveCell(other, -far, pulses);
        moveCell(own, far + back, pulses);
      }
      cached = undefined;
    },
    stored() {
      const g = present();
      // Column after column is driven as far as inputs go, each in a read of its own.
      for (const value of g) wear.driven += value * p.inputBound ** 2;
      wear.cellsRead += 2 * size * columns;
      return matrixOf(g);
    },
    effective() {
      const ages = p.drift || p.readNoise === "pcm";
      if (cached && !(ages && cachedAt !== now())) return cached;
      cachedAt = now();
      const g = present();
      const forward = matrixOf(g, p.wires ? effectiveMatrix : undefined);
      const opposite = p.wires && p.transposedRead === "opposite-ends";
      cached = {
        forward,
        transposed: opposite ? matrixOf(g, oppositeEnds) : forward,
        variance: varianceOf(g),
        ...onLines(g, rows, columns),
      };
      return cached;
    },
  };
}

function onLines(g: Float64Array, rows: number, columns: number) {
  const onRows = new Float64Array(rows);
  const onColumns = new Float64Array(columns);
  for (let c = 0, i = 0, j = 0; c < g.length; c++) {
    onRows[i]! += g[c]!;
    onColumns[j]! += g[c]!;
    if (++j === columns) {
      j = 0;
      // The second half of the list starts over.
      i = (i + 1) % rows;
    }
  }
  return { onRows, onColumns };
}

const low = 1;
const high = 2;

/** For each cell: 0 where it works, else the end where it stays for good. */
function stuckCells(
  p: DeviceParameters,
  random: Streams,
  index: number,
  first: number,
  cells: number,
): Uint8Array {
  return Uint8Array.from({ length: cells }, (_, c) => {
    const chance = random.at(use.stuck, index, first + c, 0).uniform();
    return chance < p.stuckLow ? low : chance >= 1 - p.stuckHigh ? high : 0;
  });
}
