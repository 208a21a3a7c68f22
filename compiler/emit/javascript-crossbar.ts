/**
 * What a generated JavaScript module has more where a crossbar carries out its products: `connect` and `program`, and the
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
  "turn",
  "matrices",
  "isProgrammable",
];

/** Where a module's own constant stands. */
const outside = (identifier: string): string => `${identifier}$`;

export function crossbarLayer(matrices: readonly Matrices[], placeOf: (array: string) => Place): string {
  const rows = matrices.map(({ array, gradient, first, count, rows, columns, isTurned }) => {
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
      ],
    ];
    return `  { ${words.join(", ")} },`;
  });
  const words = matrices.reduce((sum, { array }) => sum + sizeOf(array.shape), 0);
  const most = Math.max(0, ...matrices.map(({ rows, columns }) => rows * columns));
  return `
// ---- Crossbar ------------------------------------------------
let crossbar$;

// Matrices that the crossbar holds: \`count\` of them, numbered from \`first\`. Their weights, and where their gradients are
// summed, are views of \`io\` or constants; what is turned is programmed transposed, as the solve multiplies by it.
export const matrices = [
${rows.join("\n")}
];

// Weights as they were last programmed; nothing is yet.
const programmed$ = new Float64Array(${words}).fill(NaN);
const turned$ = new Float64Array(${most});

/** The crossbar that carries out the products from now on. Every matrix is programmed at the next run. */
export function connect(crossbar) {
  crossbar$ = crossbar;
  programmed$.fill(NaN);
}

/**
 * Programs what has changed in \`io\` since it was last programmed, or everything where \`isForced\` is set. Runs begin with it.
 * What is trained in the array itself stays there: its weights in \`io\` do not change.
 */
export function program(isForced = false) {
  if (crossbar$ === undefined)
    throw new Error("no crossbar is connected: call connect(idealDevice()) first, or connect a device of yours");
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
      }
      place += words;
    }
  }
}

/** One step down the gradient in the arrays themselves, by pulses where the device has them: weights -= rate × gradient. */
export function update(rate) {
  for (const { gradient, first, count, rows, columns, isTurned } of matrices) {
    if (gradient === undefined) continue;
    for (let m = 0; m < count; m++) {
      const at = m * rows * columns;
      if (isTurned) crossbar$.update(first + m, rate, turn(gradient, at, rows, columns), 0);
      else crossbar$.update(first + m, rate, gradient, at);
    }
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
