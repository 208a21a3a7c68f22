/**
 * The self-test of generated C: a program that solves and differentiates the model's defaults, prints what it finds,
 * holds the gradient against differences of the solve, and asks what must be refused. In: a module and its layout. Out:
 * the text of a `main` that ends with 0 only when everything holds.
 */

import { isWanted } from "../integrate/interface-arrays.ts";
import { arraysOf, opcodesOf } from "../ir/walk.ts";
import { type Leaf, sizeOf } from "../model.ts";
import { exportName, status } from "../module.ts";
import type { Parts } from "./c-declarations.ts";
import { cNumber, type RecordLayout } from "./c-layout.ts";
import { printFloat } from "./c-print-float.ts";
import type { EntryName } from "./c-storage.ts";
import { stepsMember } from "./c-structs.ts";

interface Place {
  /** In a problem and in the gradients alike. */
  readonly spelling: string;
  readonly shape: readonly number[];
  readonly isWanted: boolean;
}

/** Where gradients are stopped, no difference of the loss is what they are. */
const isSlope = ({ module }: Parts): boolean => !opcodesOf(module.program).has("stop");

/** Whether there is a gradient of anything that differences of the loss can be compared with. */
const isCompared = (parts: Parts): boolean =>
  parts.storage.entries.includes("gradient") &&
  isSlope(parts) &&
  placesOf(parts).some((place) => place.isWanted && sizeOf(place.shape) > 0);

/** What a gradient has entries for. */
function placesOf({ module: { model, solver }, layout }: Parts): readonly Place[] {
  const place =
    (member: string, record: string, of: RecordLayout, extra: readonly number[] = []) =>
    (leaf: Leaf): Place => ({
      spelling: `${member}.${of.spelling(leaf.path)}`,
      shape: [...extra, ...leaf.shape],
      isWanted: isWanted(solver.wrt, record, leaf),
    });
  return [
    ...Array.from({ length: layout.samples }, (_, b) =>
      model.state.map(place(solver.batch === undefined ? "state0" : `state0[${b}]`, "state", layout.state)),
    ).flat(),
    ...model.params.map(place("params", "params", layout.params)),
    ...model.inputs.flatMap((input) =>
      input.leaves.map(place("inputs", "inputs", layout.inputs, [input.count])),
    ),
  ];
}

/** Lines that do something for each entry of a place; `indices` are the loop variables. */
function forEach(shape: readonly number[], line: (at: string, indices: readonly string[]) => string): string {
  const indices = shape.map((_, axis) => "ijklmn"[axis] ?? `i${axis}`);
  const loops = shape.map(
    (extent, axis) =>
      `${"    ".repeat(axis + 1)}for (int ${indices[axis]} = 0; ${indices[axis]} < ${extent}; ${indices[axis]}++) {`,
  );
  const ends = shape.map((_, axis) => `${"    ".repeat(axis + 1)}}`).reverse();
  const at = indices.map((i) => `[${i}]`).join("");
  return [...loops, `${"    ".repeat(shape.length + 1)}${line(at, indices)}`, ...ends].join("\n");
}

export function selfTest(parts: Parts): string {
  const { real, stem } = parts;
  if (parts.storage.entries.length === 0) return withoutEntries(parts);
  const isDifferentiated = isCompared(parts);
  const tolerance = real === "float" ? 2e-3 : 1e-6;
  const aim = isDifferentiated
    ? `
 * Prints the loss and its gradient at the defaults, and compares the slope of the gradient along a fixed direction with
 * extrapolated central differences of the loss, to ${tolerance} of the sum of what the entries contribute.`
    : "\n * Prints the loss at the defaults.";
  return `${parts.opening}

/* Self-test.${aim}
 * Null pointers and impossible counts of steps must be refused. Ends with 0 when everything holds. */

#include "${stem}.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

${storageText(parts)}
${real === "float" ? printFloat : printDouble}
${isDifferentiated ? directionText(parts) : ""}${main(parts, tolerance)}`;
}

/** Functions at a point alone have no defaults to be called with: that they compile and link is what is asked. */
function withoutEntries({ opening, stem, prefix: p }: Parts): string {
  return `${opening}

/* Self-test. The module has neither a solve nor a gradient: it compiles and links, and its defaults are there. */

#include "${stem}.h"

#include <stdio.h>

int main(void)
{
    const ${p}_problem problem = ${p}_default;
    (void)problem;
    printf("ok\\n");
    return 0;
}
`;
}

function storageText(parts: Parts): string {
  const { prefix: p, storage, module } = parts;
  const has = new Set<string>(storage.entries);
  return [
    // Fields refuse no counts of steps.
    ...(module.model.field === undefined || isCompared(parts) ? [`static ${p}_problem problem;`] : []),
    `static ${p}_workspace workspace;`,
    ...(has.has("solve") || has.has("jvp") ? [`static ${p}_solution solution;`] : []),
    ...(has.has("gradient") || has.has("hvp") ? [`static ${p}_gradients gradients;`] : []),
    // Nothing changes along a direction of zeros.
    ...(has.has("jvp") || has.has("hvp") ? [`static ${p}_direction along;`] : []),
    ...(has.has("jvp") ? [`static ${p}_solution solution_change;`] : []),
    ...(has.has("hvp") ? [`static ${p}_gradients gradients_change;`] : []),
    ...(isCompared(parts) && !has.has("solve") ? [`static ${p}_gradients elsewhere;`] : []),
    "static int failures = 0;",
    "",
    "static void expect(int holds, const char *what)",
    "{",
    '    if (!holds) printf("fails: %s\\n", what);',
    "    failures += !holds;",
    "}",
    "",
  ].join("\n");
}

const printDouble = `static void print_number(double x)
{
    printf("%.17g\\n", x);
}
`;

/** The loss near the defaults, along a direction that depends on nothing but the entries' own sizes. */
function directionText(parts: Parts): string {
  const { prefix: p, real, names, storage } = parts;
  const n = (value: number): string => cNumber(value, real);
  const f = real === "float" ? "f" : "";
  const moves = placesOf(parts)
    .filter((place) => place.isWanted)
    .map(({ spelling, shape }) =>
      forEach(shape, (at) => `move(&problem.${spelling}${at}, gradients.${spelling}${at}, length);`),
    );
  const [call, value] = storage.entries.includes("solve")
    ? [`${p}_${exportName("solve", parts.module.model)}(&problem, &workspace, &solution)`, "solution.value"]
    : [`${p}_gradient(&problem, &workspace, &elsewhere)`, "elsewhere.value"];
  return `static uint32_t seed;
static ${real} slope;
static ${real} contributions;
static ${real} largest;

/* Moves an entry by \`length\` along the direction, and adds up what the gradient says of that. */
static void move(${real} *entry, ${real} bar, ${real} length)
{
    const ${real} size = *entry == ${n(0)} ? ${n(1)} : fabs${f}(*entry);
    seed = seed * 1664525u + 1013904223u;
    {
        const ${real} part = ${n(0.5)} + (${real})(seed >> 9) / ${n(2 ** 24)};
        const ${real} direction = (seed & 256u) == 0u ? size * part : -size * part;
        *entry += length * direction;
        slope += bar * direction;
        contributions += fabs${f}(bar * direction);
    }
}

static ${real} loss_at(${real} length)
{
    int code;
    problem = ${p}_default;
    seed = 1u;
    slope = ${n(0)};
    contributions = ${n(0)};
${moves.join("\n")}
    code = ${call};
    if (code != ${names.status(status.ok)}) return ${n(Number.NaN)};
    if (fabs${f}(${value}) > largest) largest = fabs${f}(${value});
    return ${value};
}

static ${real} difference(${real} length)
{
    const ${real} ahead = loss_at(length);
    const ${real} behind = loss_at(-length);
    return (ahead - behind) / (${n(2)} * length);
}

`;
}

function main(parts: Parts, tolerance: number): string {
  const { prefix: p, real, names, storage } = parts;
  const has = new Set<string>(storage.entries);
  const n = (value: number): string => cNumber(value, real);
  const f = real === "float" ? "f" : "";
  const [ok, bad] = [names.status(status.ok), names.status(status.badArgument)];
  const results = { solve: "solution", gradient: "gradients", jvp: "solution", hvp: "gradients" } as const;
  const isDirected = (entry: EntryName): boolean => entry === "jvp" || entry === "hvp";
  // A field without a loss has no value, and nothing that changes.
  const slopes = parts.module.program.arrays.filter(({ home }) => home?.record === "valueDot");
  const hasSlope = storage.functions.some((fn) => slopes.some(({ name }) => arraysOf(fn).has(name)));
  const lines: string[] = ["    int code;"];
  for (const entry of storage.entries) {
    const result = results[entry];
    if (isDirected(entry)) lines.push(`    ${result}_change.value = ${n(1)};`);
    lines.push(
      isDirected(entry)
        ? `    code = ${p}_${entry}(&${p}_default, &along, &workspace, &${result}, &${result}_change);`
        : `    code = ${p}_${exportName(entry, parts.module.model)}(&${p}_default, &workspace, &${result});`,
      `    printf("${entry}: status %d, value ", code);`,
      `    print_number(${result}.value);`,
      `    expect(code == ${ok}, "${entry} of the defaults");`,
      ...(isDirected(entry) && hasSlope
        ? [`    expect(${result}_change.value == ${n(0)}, "${entry} of no direction");`]
        : []),
    );
  }
  if (has.has("solve") && has.has("gradient")) {
    const close = n(real === "float" ? 1e-4 : 1e-12);
    lines.push(
      `    expect(fabs${f}(gradients.value - solution.value) <= ${close} * (${n(1)} + fabs${f}(solution.value)), "both values are one");`,
    );
  }
  if (has.has("gradient")) {
    for (const { spelling, shape } of placesOf(parts)) {
      lines.push(
        forEach(shape, (at, indices) => {
          const label = `${spelling}${shape.map(() => "[%d]").join("")}`;
          const values = indices.length === 0 ? "" : `, ${indices.join(", ")}`;
          return `printf("${label} "${values}); print_number(gradients.${spelling}${at});`;
        }),
      );
    }
    if (isCompared(parts)) lines.push(...comparison(parts, tolerance));
  }
  for (const entry of storage.entries) {
    const result = results[entry];
    const call = (problem: string, workspace: string, out: string): string =>
      isDirected(entry)
        ? `${p}_${entry}(${problem}, &along, ${workspace}, ${out}, &${result}_change)`
        : `${p}_${exportName(entry, parts.module.model)}(${problem}, ${workspace}, ${out})`;
    const nulls = [
      call("NULL", "&workspace", `&${result}`),
      call(`&${p}_default`, "NULL", `&${result}`),
      call(`&${p}_default`, "&workspace", "NULL"),
    ];
    for (const one of nulls) lines.push(`    expect(${one} == ${bad}, "${entry} refuses a null pointer");`);
    if (parts.module.model.field !== undefined) continue;
    for (const [count, what] of [
      ["0u", "no steps"],
      [`${names.macro("STEPS")} + 1u`, "too many steps"],
      ["UINT32_MAX", "far too many steps"],
    ]) {
      lines.push(
        `    problem = ${p}_default;`,
        `    problem.${stepsMember(parts.module.solver)} = ${count};`,
        `    expect(${call("&problem", "&workspace", `&${result}`)} != ${ok}, "${entry} refuses ${what}");`,
      );
    }
  }
  return `int main(void)
{
${lines.join("\n")}
    printf(failures == 0 ? "ok\\n" : "%d failures\\n", failures);
    return failures == 0 ? 0 : 1;
}
`;
}

/** How much a difference must grow from each length to the next, about a third of it; at a jump it is that of the lengths. */
const growth = 1.5;

/**
 * The slope of the gradient against differences: of several lengths one must agree, as no length suits every loss. A wrong
 * gradient is wrong by the same at all of them; what grows as they fall is a jump of the loss over the length.
 */
function comparison({ real }: Parts, tolerance: number): string[] {
  const n = (value: number): string => cNumber(value, real);
  const f = real === "float" ? "f" : "";
  const [first, last, epsilon] = real === "float" ? [3e-2, 3e-3, 2 ** -23] : [1e-2, 1e-5, 2 ** -52];
  return [
    "    {",
    "        int agrees = 0;",
    "        int grows = 1;",
    `        ${real} before = ${n(0)};`,
    `        for (${real} length = ${n(first)}; length > ${n(last * 0.9)}; length *= ${n(0.3)}) {`,
    `            largest = ${n(0)};`,
    "            {",
    `                const ${real} coarse = difference(length);`,
    `                const ${real} fine = difference(${n(0.5)} * length);`,
    `                const ${real} error = fabs${f}(fine + (fine - coarse) / ${n(3)} - slope);`,
    "                /* What rounding of the loss alone may come to. */",
    `                const ${real} rounding = ${n(8)} * ${n(epsilon)} * largest / length;`,
    `                agrees = agrees || error <= ${n(tolerance)} * contributions + rounding;`,
    `                grows = grows && error > ${n(growth)} * before;`,
    "                before = error;",
    `                printf("slope along a direction, difference from it: "); print_number(slope);`,
    "                print_number(error);",
    "            }",
    "        }",
    "        /* A wrong gradient is wrong by as much at every length; a jump of the loss counts for more at a shorter one. */",
    '        if (!agrees && grows) printf("the loss jumps near the defaults: no slope to compare with\\n");',
    '        expect(agrees || grows, "the gradient is that of the solve");',
    "    }",
  ];
}
