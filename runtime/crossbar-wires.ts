/**
 * Wire resistance: what an array of conductances between resistive lines multiplies by.
 *
 * In: the conductances of an array, row-major, outputs by inputs, and the resistance of one wire segment of an input line and of
 * an output line, in the inverse unit. Out: the effective matrix, output currents per input voltage, of the resistor network.
 *
 * The network: input line j is driven in front of output 0 and has one segment per output; output line i has one segment per
 * input and is held at 0 V, and sensed, behind the last input. Line i meets line j in cell ij. Reciprocity makes the matrix of
 * the array driven at its sense points and sensed at its drive points the exact transpose.
 *
 * The solution is direct: output lines join one after the other, from the far end of the input lines. What is known of those
 * joined so far is their admittance Y as seen from the input lines (n x n, symmetric, positive) and their rows of the matrix.
 * One segment in front of them makes F = (1 + r Y)^-1 of the voltages and Y F of the admittance, without a difference of large
 * numbers; a wire without resistance is no special case.
 */

/** The effective matrix of an array, outputs x inputs, row-major. Work grows as outputs x inputs x (outputs + inputs) x the smaller. */
export function effectiveMatrix(
  g: Float64Array,
  outputs: number,
  inputs: number,
  inputWire: number,
  outputWire: number,
): Float64Array {
  if (inputs <= outputs) return joined(g, outputs, inputs, inputWire, outputWire);
  // The same network turned over: its output lines are driven where they were sensed. Both orders turn round with it.
  const turned = joined(turnedOver(g, outputs, inputs), inputs, outputs, outputWire, inputWire);
  return turnedOver(turned, inputs, outputs);
}

/**
 * What a transposed read uses that drives and senses the lines at their other ends, as a matrix of outputs x inputs: output lines
 * are driven in front of input 0, input lines sensed behind the last output. It is not the matrix of the forward read.
 */
export function oppositeEnds(
  g: Float64Array,
  outputs: number,
  inputs: number,
  inputWire: number,
  outputWire: number,
): Float64Array {
  // Row-major from the end is the mirror image, whose terminals are those other ends.
  return effectiveMatrix(g.slice().reverse(), outputs, inputs, inputWire, outputWire).reverse();
}

/** Transposed across the other diagonal. */
function turnedOver(a: Float64Array, rows: number, columns: number): Float64Array {
  const turned = new Float64Array(a.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) turned[(columns - 1 - j) * rows + (rows - 1 - i)] = a[i * columns + j]!;
  return turned;
}

function joined(
  g: Float64Array,
  outputs: number,
  inputs: number,
  inputWire: number,
  outputWire: number,
): Float64Array {
  const n = inputs;
  const matrix = new Float64Array(outputs * n);
  const admittance = new Float64Array(n * n);
  const factor = new Float64Array(n * n);
  for (let i = outputs - 1; i >= 0; i--) {
    addLine(g.subarray(i * n, (i + 1) * n), outputWire, admittance, matrix.subarray(i * n, (i + 1) * n));
    if (inputWire === 0) continue;
    for (let p = 0; p < n; p++)
      for (let q = 0; q <= p; q++) factor[p * n + q] = (p === q ? 1 : 0) + inputWire * admittance[p * n + q]!;
    cholesky(factor, n);
    solveRows(factor, n, admittance, 0, n);
    solveRows(factor, n, matrix, i, outputs);
    symmetrise(admittance, n);
  }
  return matrix;
}

/**
 * Adds one output line to the admittance seen from the input lines, and writes its row of the matrix: current at the sense point
 * per voltage of the input lines at its cells.
 *
 * The inverse M of the line's chain, with its cells, comes from continued fractions whose terms are all positive: the admittance
 * to the left and to the right of each node, in units of a segment.
 */
function addLine(g: Float64Array, wire: number, admittance: Float64Array, row: Float64Array): void {
  const n = g.length;
  const left = new Float64Array(n); // of node k: cells 0 to k
  const right = new Float64Array(n); // of node k: cells behind k, and the sense point
  for (let k = 0; k < n; k++) left[k] = wire * g[k]! + (k > 0 ? inSeries(left[k - 1]!) : 0);
  for (let k = n - 1; k >= 0; k--) right[k] = k === n - 1 ? 1 : inSeries(wire * g[k + 1]! + right[k + 1]!);
  for (let k = 0; k < n; k++) {
    let inverse = 1 / (left[k]! + right[k]!);
    admittance[k * n + k]! += g[k]! * (1 - wire * inverse * g[k]!);
    for (let j = k - 1; j >= 0; j--) {
      inverse /= 1 + left[j]!;
      const through = wire * g[j]! * inverse * g[k]!;
      admittance[k * n + j]! -= through;
      admittance[j * n + k]! -= through;
    }
  }
  let share = 1;
  for (let k = n - 1; k >= 0; k--) {
    share *= k === n - 1 ? 1 / (left[k]! + right[k]!) : 1 / (1 + left[k]!);
    row[k] = g[k]! * share;
  }
}

/** An admittance behind one segment of admittance 1. */
const inSeries = (admittance: number): number => admittance / (1 + admittance);

/** The lower factor, in place; the upper half is not read. */
function cholesky(a: Float64Array, n: number): void {
  for (let p = 0; p < n; p++)
    for (let q = 0; q <= p; q++) {
      let sum = a[p * n + q]!;
      for (let k = 0; k < q; k++) sum -= a[p * n + k]! * a[q * n + k]!;
      a[p * n + q] = p === q ? Math.sqrt(sum) : sum / a[q * n + q]!;
    }
}

/** Solves in place, by the lower factor, for the rows from `row` to before `end` of a matrix with rows of n. */
function solveRows(factor: Float64Array, n: number, b: Float64Array, row: number, end: number): void {
  let k = row;
  for (; k + 4 <= end; k += 4) solveFour(factor, n, b, k * n);
  for (; k < end; k++) solveOne(factor, n, b, k * n);
}

function solveOne(factor: Float64Array, n: number, b: Float64Array, at: number): void {
  for (let p = 0; p < n; p++) {
    let sum = b[at + p]!;
    for (let q = 0; q < p; q++) sum -= factor[p * n + q]! * b[at + q]!;
    b[at + p] = sum / factor[p * n + p]!;
  }
  for (let p = n - 1; p >= 0; p--) {
    const value = b[at + p]! / factor[p * n + p]!;
    b[at + p] = value;
    for (let q = 0; q < p; q++) b[at + q]! -= factor[p * n + q]! * value;
  }
}

/** `solveOne` for four rows: each entry of the factor is read once, and no sum waits for the one before it. */
function solveFour(factor: Float64Array, n: number, b: Float64Array, at0: number): void {
  const [at1, at2, at3] = [at0 + n, at0 + 2 * n, at0 + 3 * n];
  for (let p = 0; p < n; p++) {
    let [s0, s1, s2, s3] = [b[at0 + p]!, b[at1 + p]!, b[at2 + p]!, b[at3 + p]!];
    for (let q = 0; q < p; q++) {
      const f = factor[p * n + q]!;
      s0 -= f * b[at0 + q]!;
      s1 -= f * b[at1 + q]!;
      s2 -= f * b[at2 + q]!;
      s3 -= f * b[at3 + q]!;
    }
    const pivot = factor[p * n + p]!;
    b[at0 + p] = s0 / pivot;
    b[at1 + p] = s1 / pivot;
    b[at2 + p] = s2 / pivot;
    b[at3 + p] = s3 / pivot;
  }
  for (let p = n - 1; p >= 0; p--) {
    const pivot = factor[p * n + p]!;
    const v0 = b[at0 + p]! / pivot;
    const v1 = b[at1 + p]! / pivot;
    const v2 = b[at2 + p]! / pivot;
    const v3 = b[at3 + p]! / pivot;
    b[at0 + p] = v0;
    b[at1 + p] = v1;
    b[at2 + p] = v2;
    b[at3 + p] = v3;
    for (let q = 0; q < p; q++) {
      const f = factor[p * n + q]!;
      b[at0 + q]! -= f * v0;
      b[at1 + q]! -= f * v1;
      b[at2 + q]! -= f * v2;
      b[at3 + q]! -= f * v3;
    }
  }
}

/** Keeps rounding from growing into a difference of the two halves. */
function symmetrise(a: Float64Array, n: number): void {
  for (let p = 0; p < n; p++)
    for (let q = 0; q < p; q++) {
      const mean = (a[p * n + q]! + a[q * n + p]!) / 2;
      a[p * n + q] = mean;
      a[q * n + p] = mean;
    }
}
