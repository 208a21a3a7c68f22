/**
 * What a generated JavaScript module has more where a crossbar carries out its products: `connect`, `program` and `update`, and the
 * programming of what has changed at the start of each run. In: the matrices, and where they lie. Out: text.
 */

import type { GlobalArray } from "../ir/nodes.ts";
import { sizeOf } from "../model.ts";
import { status } from "../module.ts";
import type { Matrices } from "../optimise/programmed.ts";
import type { Line } from "./function-printer.ts";
import type { Place } from "./javascript-functions.ts";

/** Names of the layer, which functions of a program may not have. */
export const crossbarNames: readonly string[] = [
  "connect",
  "program",
  "update",
  "requireCrossbar",
  "requireReads",
  "readBack",
  "setAside",
  "putBack",
  "turn",
  "matrices",
  "isProgrammable",
];

/** Where a module's own constant stands. */
const outside = (identifier: string): string => `${identifier}$`;

export function crossbarLayer(matrices: readonly Matrices[], placeOf: (array: string) => Place): string {
  const rows = matrices.map(({ array, gradient, isShared, first, count, rows, columns, isTurned }) => {
    const view = (member: string, one: GlobalArray | undefined): string => {
      if (one === undefined) return `${member}: undefined`;
      const { identifier, offset } = placeOf(one.name);
      return `${member}: ${outside(identifier)}.subarray(${offset}, ${offset + sizeOf(one.shape)})`;
    };
    const words = [
      `name: ${JSON.stringify(nameOf(array))}`,
      view("weights", array),
      view("gradient", gradient),
      ...[
        `first: ${first}`,
        `count: ${count}`,
        `rows: ${rows}`,
        `columns: ${columns}`,
        `isTurned: ${isTurned}`,
        `isShared: ${isShared}`,
      ],
    ];
    return `  { ${words.join(", ")} },`;
  });
  const words = matrices.reduce((sum, { array }) => sum + sizeOf(array.shape), 0);
  const most = Math.max(0, ...matrices.map(({ rows, columns }) => rows * columns));
  const numbers = matrices.reduce((sum, { count }) => sum + count, 0);
  return `
// ---- Crossbar ------------------------------------------------
let crossbar$;

// Matrices that the crossbar holds: \`count\` of them, numbered from \`first\`. Their weights, and where their gradients are
// summed, are views of \`io\` or constants; what is turned is programmed transposed, as the solve multiplies by it; what is shared
// is read digitally too.
export const matrices = [
${rows.join("\n")}
];

// Weights as they were last programmed; nothing is yet.
const programmed$ = new Float64Array(${words}).fill(NaN);
const turned$ = new Float64Array(${most});
// Whether a matrix was trained in its array, by its number: then its weights in \`io\` are older.
const trained$ = new Uint8Array(${numbers});
// Where a device says whose matrices it holds.
const holder$ = Symbol.for("odegrad: whose matrices a crossbar holds");

/**
 * The crossbar that carries out the products from now on. Every matrix is programmed at the next run. A device holds the matrices of
 * one module, until that one is connected to another.
 */
export function connect(crossbar) {
  const missing = ["program", "apply", "applyTransposed", "accumulate"].filter((name) => typeof crossbar?.[name] !== "function");
  if (missing.length > 0)
    throw new TypeError("connect takes a device, as idealDevice() and crossbar() make one; this one has no " + missing.join(", "));
  const holder = crossbar[holder$];
  if (holder !== undefined && holder !== meta)
    throw new Error(
      "this device holds the matrices of another module, of the model " + holder.model + ": make a device for each module, or connect that one to another device first",
    );
  if (crossbar$ !== undefined && crossbar$ !== crossbar) Reflect.deleteProperty(crossbar$, holder$);
  Reflect.defineProperty(crossbar, holder$, { value: meta, configurable: true });
  crossbar$ = crossbar;
  programmed$.fill(NaN);
  trained$.fill(0);
}

function requireCrossbar() {
  if (crossbar$ === undefined)
    throw new Error("no crossbar is connected: call connect(idealDevice()) first, or connect a device of yours");
}

/**
 * Programs what has changed in \`io\` since it was last programmed, or everything where \`isForced\` is set. Runs begin with it.
 * What is trained in the array itself stays there: its weights in \`io\` do not change, unless they are read digitally too.
 */
export function program(isForced = false) {
  requireCrossbar();
  let place = 0;
  for (const { weights, first, count, rows, columns, isTurned } of matrices) {
    const words = rows * columns;
    for (let m = 0; m < count; m++) {
      const at = m * words;
      let isChanged = isForced;
      for (let i = 0; i < words; i++) isChanged ||= weights[at + i] !== programmed$[place + i];
      if (isChanged) {
        if (isTurned) crossbar$.program(first + m, turn(weights, at, rows, columns), 0, rows, columns);
        else crossbar$.program(first + m, weights, at, rows, columns);
        for (let i = 0; i < words; i++) programmed$[place + i] = weights[at + i];
        trained$[first + m] = 0;
      }
      place += words;
    }
  }
}

/**
 * One step down the gradient in the arrays themselves, by pulses where the device has them: weights -= rate × gradient. What has changed
 * in \`io\` is programmed first. Matrices that are read digitally too are read back into \`io\`, so that they stay one matrix.
 */
export function update(rate) {
  requireCrossbar();
  if (typeof crossbar$.update !== "function") throw new Error("the device that is connected has no update: its arrays cannot be trained in place");
  const shared = matrices.filter(({ gradient, isShared }) => gradient !== undefined && isShared);
  if (shared.length > 0) requireReads(shared, "read digitally too, and an update would make two matrices of one");
  program();
  let place = 0;
  for (const { weights, gradient, first, count, rows, columns, isTurned, isShared } of matrices) {
    const words = rows * columns;
    for (let m = 0; m < count; m++, place += words) {
      if (gradient === undefined) continue;
      const at = m * words;
      if (isTurned) crossbar$.update(first + m, rate, turn(gradient, at, rows, columns), 0);
      else crossbar$.update(first + m, rate, gradient, at);
      if (!isShared) {
        trained$[first + m] = 1;
        continue;
      }
      const held = readBack(first + m, words);
      weights.set(isTurned ? turn(held, 0, columns, rows).subarray(0, words) : held, at);
      for (let i = 0; i < words; i++) programmed$[place + i] = weights[at + i];
    }
  }
}

// What the cells of a matrix hold, as programming it again would take it.
function readBack(matrix, words) {
  const held = crossbar$.read(matrix, "cells");
  if (held?.length !== words) throw new RangeError("read of matrix " + matrix + " gives no " + words + " weights");
  return held;
}

function requireReads(these, why) {
  if (typeof crossbar$.read === "function") return;
  const names = these.map(({ name }) => name).join(", ");
  throw new Error(names + ": " + why + "; the device that is connected has no read to bring the digital copy along");
}

// Before a run with other weights for one call: what was trained in the arrays that it programs over is read from them.
function setAside() {
  const aside = [];
  let place = 0;
  for (const matrix of matrices) {
    const { weights, first, count, rows, columns } = matrix;
    const words = rows * columns;
    for (let m = 0; m < count; m++, place += words) {
      const at = m * words;
      if (trained$[first + m] === 0 || weights.every((weight, i) => i < at || i >= at + words || weight === programmed$[place + i - at])) continue;
      requireReads([matrix], "trained in its array, and a run with other weights would program over it");
      aside.push({ matrix, m, place, before: programmed$.slice(place, place + words), held: readBack(first + m, words).slice() });
    }
  }
  return aside;
}

// After it, when \`io\` is as it was: what was programmed over is programmed again, unless \`io\` asks for something else.
function putBack(aside) {
  for (const { matrix: { weights, first, rows, columns }, m, place, before, held } of aside) {
    const words = rows * columns;
    const own = weights.subarray(m * words, (m + 1) * words);
    if (trained$[first + m] === 1 || own.some((weight, i) => weight !== before[i])) continue;
    crossbar$.program(first + m, held, 0, rows, columns);
    programmed$.set(own, place);
    trained$[first + m] = 1;
  }
}

// The transpose, rows × columns, of what lies columns × rows from a word on.
function turn(of, at, rows, columns) {
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned$[i * columns + j] = of[at + j * rows + i];
  return turned$;
}

// Numbers that no conductance can stand for are refused before anything runs, and nothing of an earlier run is left over.
function isProgrammable() {
  for (const { weights } of matrices) {
    if (weights.every((weight) => Number.isFinite(weight))) continue;
    for (const results of [io.value, io.states, io.outputs, io.state0Bar, io.paramsBar, io.inputsBar]) results?.fill(NaN);
    return false;
  }
  return true;
}`;
}

/** The path of a leaf, or the name of a constant. */
export const nameOf = ({ name, home }: GlobalArray): string =>
  home === undefined ? name.replace(/#.*$/, "") : home.path.join(".");

/** An exported function that programs first. */
export function withProgramming(lines: readonly Line[]): Line[] {
  return lines.flatMap((line): Line[] =>
    line.text.startsWith("export function ")
      ? [line, { text: `  if (!isProgrammable()) return ${status.badArgument};` }, { text: "  program();" }]
      : [line],
  );
}
