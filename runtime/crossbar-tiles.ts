/**
 * How a matrix lies on tiles, and what a tile is to the device: the ideal one here, the physical one in `crossbar-cells.ts`.
 */
import type { Train } from "./crossbar-pulses.ts";
import { refuse } from "./refuse.ts";

/** A block of a matrix. */
export interface Block {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** The blocks of a matrix by rows: as few as its tiles allow, in parts that differ by one at most. */
export function blocks(rows: number, columns: number, tileRows: number, tileColumns: number): Block[] {
  const across = parts(columns, tileColumns);
  return parts(rows, tileRows).flatMap(([row, height]) =>
    across.map(([column, width]) => ({ row, column, rows: height, columns: width })),
  );
}

function parts(length: number, most: number): [at: number, length: number][] {
  const count = Math.ceil(length / most);
  const edge = (k: number) => Math.floor((k * length) / count);
  return Array.from({ length: count }, (_, k) => [edge(k), edge(k + 1) - edge(k)]);
}

/** Where a tile stands, and what it shares with the other tiles of its device. */
export interface Place {
  readonly matrix: number;
  /** The number of the tile in its matrix. */
  readonly index: number;
  readonly tile: Block;
  readonly wear: Wear;
  /** The clock of the device, in seconds. */
  readonly now: () => number;
}

/** What has happened to the cells of a device. */
export interface Wear {
  /** Cells times reads. */
  cellsRead: number;
  /** Cells written one by one, to a wanted conductance. */
  cellsWritten: number;
  /** Programming pulses on cells, writing included: one for a cell that is written. */
  pulses: number;
  mostPulses: number;
  /** Conductances over Gmax times the squares of what drove them, over reads; and once for each pulse. */
  driven: number;
  pulsed: number;
}

/** One programmed block. Arrays are those of the whole matrix or vector, with the place of the block's first entry. */
export interface Tile {
  /** Cells, as many as there are for each weight. */
  readonly cells: number;
  /** Programs the block at `at` of a matrix with rows of `stride` entries. `range` is the weight of a full conductance difference. */
  write(weights: Float64Array, at: number, stride: number, range: number): void;
  apply(y: Float64Array, yAt: number, yStep: number, x: Float64Array, xAt: number, xStep: number): void;
  applyTransposed(
    y: Float64Array,
    yAt: number,
    yStep: number,
    x: Float64Array,
    xAt: number,
    xStep: number,
  ): void;
  /** T -= rate * gradient, its block at `at` with rows of `stride` entries. */
  update(rate: number, gradient: Float64Array, at: number, stride: number): void;
  /** T -= rate * error x input, by a train of pulses that was planned for the whole matrix. */
  pulse(
    planned: Train,
    rate: number,
    errors: Float64Array,
    errorsAt: number,
    inputs: Float64Array,
    inputsAt: number,
  ): void;
  /** What the block multiplies by now, into the place of the block in a whole matrix. */
  read(to: Float64Array, at: number, stride: number): void;
  /** The same of what its cells hold, found line after line as programming verifies them. */
  verify(to: Float64Array, at: number, stride: number): void;
}

/** A tile that multiplies exactly: the loops of the program, in their order. */
export function idealTile(rows: number, columns: number, wear: Wear): Tile {
  const t = new Float64Array(rows * columns);
  const pulses = new Uint32Array(rows * columns);
  const write = (k: number, value: number) => {
    const changed = value !== t[k] || pulses[k] === 0;
    t[k] = value;
    if (!changed) return;
    pulses[k]!++;
    wear.pulses++;
    wear.cellsWritten++;
    wear.mostPulses = Math.max(wear.mostPulses, pulses[k]!);
  };
  const copy = (to: Float64Array, at: number, stride: number) => {
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) to[at + i * stride + j] = t[i * columns + j]!;
  };
  return {
    cells: t.length,
    write(weights, at, stride) {
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) write(i * columns + j, weights[at + i * stride + j]!);
    },
    apply(y, yAt, yStep, x, xAt, xStep) {
      wear.cellsRead += t.length;
      for (let i = 0, k = 0; i < rows; i++) {
        let sum = y[yAt + i * yStep]!;
        for (let j = 0, at = xAt; j < columns; j++, k++, at += xStep) sum += t[k]! * x[at]!;
        y[yAt + i * yStep] = sum;
      }
    },
    applyTransposed(y, yAt, yStep, x, xAt, xStep) {
      wear.cellsRead += t.length;
      for (let i = 0, k = 0; i < rows; i++) {
        const value = x[xAt + i * xStep]!;
        for (let j = 0, at = yAt; j < columns; j++, k++, at += yStep) y[at]! += t[k]! * value;
      }
    },
    update(rate, gradient, at, stride) {
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          const k = i * columns + j;
          write(k, t[k]! - rate * gradient[at + i * stride + j]!);
        }
    },
    pulse: () => refuse("crossbar: an ideal tile takes no pulses"),
    read: copy,
    verify(...place) {
      wear.cellsRead += columns * t.length;
      copy(...place);
    },
  };
}
