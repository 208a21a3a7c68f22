/** A crossbar that is plain loops and counts: what generated crossbar programs are compared with. */

export interface Counts {
  programmed: number;
  apply: number;
  applyTransposed: number;
  accumulate: number;
  update: number;
}

export function plainCrossbar() {
  const held = new Map<number, { weights: Float64Array; rows: number; columns: number }>();
  const counts: Counts = { programmed: 0, apply: 0, applyTransposed: 0, accumulate: 0, update: 0 };
  return {
    held,
    counts,
    program(matrix: number, weights: Float64Array, at: number, rows: number, columns: number): void {
      counts.programmed++;
      held.set(matrix, { weights: weights.slice(at, at + rows * columns), rows, columns });
    },
    apply(
      matrix: number,
      y: Float64Array,
      yAt: number,
      yStep: number,
      x: Float64Array,
      xAt: number,
      xStep: number,
    ): void {
      counts.apply++;
      const { weights, rows, columns } = held.get(matrix)!;
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++)
          y[yAt + i * yStep]! += weights[i * columns + j]! * x[xAt + j * xStep]!;
    },
    applyTransposed(
      matrix: number,
      y: Float64Array,
      yAt: number,
      yStep: number,
      x: Float64Array,
      xAt: number,
      xStep: number,
    ): void {
      counts.applyTransposed++;
      const { weights, rows, columns } = held.get(matrix)!;
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++)
          y[yAt + j * yStep]! += weights[i * columns + j]! * x[xAt + i * xStep]!;
    },
    accumulate(
      matrix: number,
      to: Float64Array,
      toAt: number,
      rowStep: number,
      columnStep: number,
      d: Float64Array,
      dAt: number,
      dStep: number,
      x: Float64Array,
      xAt: number,
      xStep: number,
    ): void {
      counts.accumulate++;
      const { rows, columns } = held.get(matrix)!;
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++)
          to[toAt + i * rowStep + j * columnStep]! += d[dAt + i * dStep]! * x[xAt + j * xStep]!;
    },
    update(matrix: number, rate: number, gradient: Float64Array, at = 0): void {
      counts.update++;
      const { weights } = held.get(matrix)!;
      for (let i = 0; i < weights.length; i++) weights[i]! -= rate * gradient[at + i]!;
    },
  };
}
