/**
 * The device over its tiles: which matrix lies where, products passed from tile to tile in a fixed order, and what is refused.
 *
 * In: parameters, constants of cost, and what makes a tile. Out: a `Device`, as `crossbar.ts` hands it out.
 */
import { powerOfTwoAbove } from "./crossbar-converters.ts";
import type { Costs } from "./crossbar-costs.ts";
import { type Load, meter, type Report } from "./crossbar-meter.ts";
import type { DeviceParameters } from "./crossbar-parameters.ts";
import { train } from "./crossbar-pulses.ts";
import { type Block, blocks, type Place, type Tile, type Wear } from "./crossbar-tiles.ts";
import { refuse } from "./refuse.ts";

/** A crossbar: matrices programmed on tiles, read in both directions. */
export interface Device {
  /**
   * Programs a matrix of rows x columns, row-major from `at` in `weights`, under a number of its own. Programming again replaces it.
   *
   * @throws RangeError for weights that are not finite, a shape that is none, an array that is too short, and a matrix that needs
   *   more tiles than are left. The device is as it was then.
   */
  program(matrix: number, weights: Float64Array, at: number, rows: number, columns: number): void;
  /**
   * y[yAt + i*yStep] += sum_j T[i][j] x[xAt + j*xStep].
   *
   * @throws RangeError, as all that follow, for a matrix that is not programmed and an array that is too short
   */
  apply(
    matrix: number,
    y: Float64Array,
    yAt: number,
    yStep: number,
    x: Float64Array,
    xAt: number,
    xStep: number,
  ): void;
  /** y[yAt + j*yStep] += sum_i T[i][j] x[xAt + i*xStep]: the same cells and terminals, read the other way. */
  applyTransposed(
    matrix: number,
    y: Float64Array,
    yAt: number,
    yStep: number,
    x: Float64Array,
    xAt: number,
    xStep: number,
  ): void;
  /** to[at + i*rowStep + j*columnStep] += d[dAt + i*dStep] * x[xAt + j*xStep]: an outer product summed digitally. */
  accumulate(
    matrix: number,
    to: Float64Array,
    at: number,
    rowStep: number,
    columnStep: number,
    d: Float64Array,
    dAt: number,
    dStep: number,
    x: Float64Array,
    xAt: number,
    xStep: number,
  ): void;
  /**
   * T -= rate * gradient in the array itself, by pulses where those are switched on. `gradient` is row-major rows x columns.
   *
   * @throws RangeError also for a rate or gradient that is not finite; the array is as it was then
   */
  update(matrix: number, rate: number, gradient: Float64Array, at?: number): void;
  /** T[i][j] -= rate * (d[i] * x[j]), the same in rank one: with pulses, by trains on rows and columns that meet at random. */
  updateOuter(matrix: number, rate: number, d: Float64Array, x: Float64Array): void;
  /**
   * The matrix that the array applies now (effective, in weight units; with wires the matrix of the nodal solution), row-major. This
   * looks into the simulation and uses nothing. What `"cells"` hold is read back from them, line after line, as programming verifies
   * it: without wires and noise, at one forward read for each column of a tile. Programmed again, it is what the array holds.
   */
  read(matrix: number, of?: "array" | "cells"): Float64Array;
  /** Seconds pass: drift. @throws RangeError for a time that is negative or not finite */
  wait(seconds: number): void;
  /** What has been used since the start. */
  report(): Report;
}

interface Programmed {
  readonly rows: number;
  readonly columns: number;
  /** The weight of a full conductance difference. */
  readonly range: number;
  readonly parts: readonly { readonly tile: Tile; readonly block: Block }[];
  readonly load: Load;
}

/** @param scaleTransposed brings inputs of transposed reads to [-1, 1] by a power of two in front of the tiles */
export function device(
  p: DeviceParameters,
  table: Costs,
  make: (place: Place) => Tile,
  scaleTransposed = false,
): Device {
  const matrices = new Map<number, Programmed>();
  const wear: Wear = { cellsRead: 0, cellsWritten: 0, pulses: 0, mostPulses: 0, driven: 0, pulsed: 0 };
  let clock = 0;
  const now = () => clock;
  const count = meter(p, table, wear);

  const of = (matrix: number, what: string): Programmed =>
    matrices.get(matrix) ?? refuse(`crossbar: ${what}: matrix ${matrix} is not programmed`);

  const change = (
    matrix: number,
    { rows, columns, parts }: Programmed,
    rate: number,
    gradient: Float64Array,
    at: number,
  ) => {
    if (!Number.isFinite(rate)) refuse(`crossbar: update of matrix ${matrix}: the rate is ${rate}`);
    requireFinite(gradient, at, rows, columns, `update of matrix ${matrix}: the gradient`);
    for (const { tile, block } of parts)
      tile.update(rate, gradient, at + block.row * columns + block.column, columns);
  };

  /** Tiles for a matrix. */
  const place = (matrix: number, rows: number, columns: number): Programmed["parts"] => {
    const cut = blocks(rows, columns, p.tileRows, p.tileColumns);
    let others = 0;
    for (const [number, { parts }] of matrices) if (number !== matrix) others += parts.length;
    if (others + cut.length > p.tiles)
      refuse(
        `crossbar: matrix ${matrix}, ${rows} x ${columns}, needs ${cut.length} tiles of ${p.tileRows} x ${p.tileColumns}; of ${p.tiles} tiles ${p.tiles - others} are free. Give the device more tiles or larger ones`,
      );
    return cut.map((block, index) => ({ tile: make({ matrix, index, tile: block, wear, now }), block }));
  };

  const rangeOf = (matrix: number, weights: Float64Array): number => {
    if (p.weightRange > 0) return p.weightRange;
    const largest = largestOf(weights);
    const range = largest > 0 ? largest * p.weightMargin : 1;
    if (range === Number.POSITIVE_INFINITY)
      refuse(
        `crossbar: matrix ${matrix}: the largest weight, ${largest}, leaves no room for weightMargin ${p.weightMargin}`,
      );
    return range;
  };

  return {
    program(matrix, weights, at, rows, columns) {
      if (matrix !== matrix >>> 0)
        refuse(`crossbar: the number of a matrix, ${matrix}, is no integer from 0 to 2^32 - 1`);
      if (!(Number.isInteger(rows) && Number.isInteger(columns) && rows > 0 && columns > 0))
        refuse(
          `crossbar: matrix ${matrix} has the shape ${rows} x ${columns}; both must be positive integers`,
        );
      requireFinite(weights, at, rows, columns, `matrix ${matrix}`);
      const range = rangeOf(matrix, weights.subarray(at, at + rows * columns));
      const before = matrices.get(matrix);
      const parts =
        before?.rows === rows && before.columns === columns ? before.parts : place(matrix, rows, columns);
      for (const { tile, block } of parts)
        tile.write(weights, at + block.row * columns + block.column, columns, range);
      const load = count.load(parts.map(({ block }) => block));
      matrices.set(matrix, { rows, columns, range, parts, load });
      count.programmed(load);
    },
    apply(matrix, y, yAt, yStep, x, xAt, xStep) {
      const { rows, columns, parts, load } = of(matrix, "apply");
      requireLength(y, yAt, yStep, rows, "apply: y");
      requireLength(x, xAt, xStep, columns, "apply: x");
      for (const { tile, block } of parts)
        tile.apply(y, yAt + block.row * yStep, yStep, x, xAt + block.column * xStep, xStep);
      count.forwardRead(load);
    },
    applyTransposed(matrix, y, yAt, yStep, x, xAt, xStep) {
      const { rows, columns, parts, load } = of(matrix, "applyTransposed");
      requireLength(y, yAt, yStep, columns, "applyTransposed: y");
      requireLength(x, xAt, xStep, rows, "applyTransposed: x");
      const multiply = (
        to: Float64Array,
        toAt: number,
        toStep: number,
        from: Float64Array,
        fromAt: number,
        fromStep: number,
      ) => {
        for (const { tile, block } of parts)
          tile.applyTransposed(
            to,
            toAt + block.column * toStep,
            toStep,
            from,
            fromAt + block.row * fromStep,
            fromStep,
          );
      };
      if (scaleTransposed) scaled(multiply, y, yAt, yStep, columns, x, xAt, xStep, rows);
      else multiply(y, yAt, yStep, x, xAt, xStep);
      count.transposedRead(load);
    },
    accumulate(matrix, to, at, rowStep, columnStep, d, dAt, dStep, x, xAt, xStep) {
      const { rows, columns, load } = of(matrix, "accumulate");
      requireLength(to, at, rowStep, rows, "accumulate: to");
      requireLength(to, at + (rows - 1) * rowStep, columnStep, columns, "accumulate: to");
      requireLength(d, dAt, dStep, rows, "accumulate: d");
      requireLength(x, xAt, xStep, columns, "accumulate: x");
      for (let i = 0; i < rows; i++) {
        const value = d[dAt + i * dStep]!;
        const row = at + i * rowStep;
        for (let j = 0; j < columns; j++) to[row + j * columnStep]! += value * x[xAt + j * xStep]!;
      }
      count.outerProduct(load);
    },
    update(matrix, rate, gradient, at = 0) {
      const programmed = of(matrix, "update");
      change(matrix, programmed, rate, gradient, at);
      count.update(programmed.load);
    },
    updateOuter(matrix, rate, d, x) {
      const programmed = of(matrix, "updateOuter");
      const { rows, columns } = programmed;
      requireFinite(d, 0, rows, 1, `updateOuter of matrix ${matrix}: d`);
      requireFinite(x, 0, 1, columns, `updateOuter of matrix ${matrix}: x`);
      if (p.update === "pulses") pulseOuter(programmed, matrix, rate, d, x);
      else {
        const gradient = Float64Array.from(
          { length: rows * columns },
          (_, k) => d[Math.floor(k / columns)]! * x[k % columns]!,
        );
        change(matrix, programmed, rate, gradient, 0);
      }
      count.update(programmed.load);
    },
    read(matrix, what = "array") {
      const { rows, columns, parts, load } = of(matrix, "read");
      const t = new Float64Array(rows * columns);
      if (what !== "array" && what !== "cells")
        refuse(
          `crossbar: read of matrix ${matrix}: there is "array" and "cells", not ${JSON.stringify(what)}`,
        );
      for (const { tile, block } of parts)
        tile[what === "cells" ? "verify" : "read"](t, block.row * columns + block.column, columns);
      if (what === "cells")
        for (let line = 0; line < Math.max(...parts.map(({ block }) => block.columns)); line++)
          count.forwardRead(load);
      return t;
    },
    wait(seconds) {
      if (!(seconds >= 0 && seconds < Number.POSITIVE_INFINITY))
        refuse(`crossbar: wait: ${seconds} is no number of seconds from 0`);
      clock += seconds;
    },
    report() {
      const layout = [...matrices].flatMap(([matrix, { parts }]) =>
        parts.map(({ block }) => ({ matrix, ...block })),
      );
      let cells = 0;
      for (const { parts } of matrices.values()) for (const { tile } of parts) cells += tile.cells;
      return count.report(layout, cells);
    },
  };

  /** The train is planned by the largest numbers of the whole matrix, so that tiling does not change its law. */
  function pulseOuter(
    programmed: Programmed,
    matrix: number,
    rate: number,
    d: Float64Array,
    x: Float64Array,
  ): void {
    if (!Number.isFinite(rate)) refuse(`crossbar: updateOuter of matrix ${matrix}: the rate is ${rate}`);
    const { rows, columns, range, parts } = programmed;
    const planned = train(
      Math.abs(rate) / range,
      largestOf(d.subarray(0, rows)),
      largestOf(x.subarray(0, columns)),
      p.pulseStep,
      p.pulseTrain,
      p.pulseManagement,
    );
    if (!planned) return;
    for (const { tile, block } of parts) tile.pulse(planned, rate, d, block.row, x, block.column);
  }
}

type Multiply = (
  y: Float64Array,
  yAt: number,
  yStep: number,
  x: Float64Array,
  xAt: number,
  xStep: number,
) => void;

/**
 * A product of scaled inputs, added to scaled sums and scaled back. Where sums or inputs are so far from 1 that scaling could
 * round, they stay as they are.
 */
function scaled(
  multiply: Multiply,
  y: Float64Array,
  yAt: number,
  yStep: number,
  outputs: number,
  x: Float64Array,
  xAt: number,
  xStep: number,
  inputs: number,
): void {
  const from = Float64Array.from({ length: inputs }, (_, i) => x[xAt + i * xStep]!);
  const to = Float64Array.from({ length: outputs }, (_, j) => y[yAt + j * yStep]!);
  const largest = largestOf(from);
  const scale = powerOfTwoAbove(largest);
  const safe = (value: number) => value === 0 || (Math.abs(value) > 2 ** -300 && Math.abs(value) < 2 ** 300);
  if (largest > 0 && from.every(safe) && to.every(safe)) {
    const down = (value: number) => value / scale;
    const sums = to.map(down);
    multiply(sums, 0, 1, from.map(down), 0, 1);
    for (let j = 0; j < outputs; j++) y[yAt + j * yStep] = sums[j]! * scale;
  } else multiply(y, yAt, yStep, x, xAt, xStep);
}

const largestOf = (x: Float64Array): number =>
  x.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);

function requireLength(x: Float64Array, at: number, step: number, length: number, what: string): void {
  const last = at + (length - 1) * step;
  if (!(at >= 0 && last >= 0 && Math.max(at, last) < x.length))
    refuse(`crossbar: ${what} has ${x.length} entries; the product goes from ${at} to ${last}`);
}

function requireFinite(x: Float64Array, at: number, rows: number, columns: number, what: string): void {
  requireLength(x, at, 1, rows * columns, what);
  for (let k = 0; k < rows * columns; k++)
    if (!Number.isFinite(x[at + k]!))
      refuse(`crossbar: ${what} has ${x[at + k]} in row ${Math.floor(k / columns)}, column ${k % columns}`);
}
