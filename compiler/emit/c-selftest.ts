/**
 * The self-test of generated C: a program that solves and differentiates the model's defaults, prints what it finds,
 * and holds the gradient against differences of the solve. In: a module and its layout. Out: the text of a `main`.
 */

import { sizeOf } from "../model.ts";
import { type Module, status } from "../module.ts";
import { cNumber, type Layout, type Member, type Real } from "./c-layout.ts";

interface Leaf {
  readonly spelling: string;
  readonly shape: readonly number[];
}

const leavesOf = (members: readonly Member[], prefix: string): Leaf[] =>
  members.flatMap((member) =>
    member.members === undefined
      ? [{ spelling: `${prefix}.${member.name}`, shape: member.shape }]
      : leavesOf(member.members, `${prefix}.${member.name}`),
  );

export function selfTest(
  module: Module,
  layout: Layout,
  prefix: string,
  real: Real,
  opening: string,
  stem: string,
): string {
  const p = prefix;
  const { model } = module;
  const records = [
    { name: "state0", leaves: leavesOf(layout.state.members, "state0") },
    ...(model.params.length > 0
      ? [{ name: "params", leaves: leavesOf(layout.params.members, "params") }]
      : []),
    ...(model.inputs.length > 0
      ? [{ name: "inputs", leaves: leavesOf(layout.inputs.members, "inputs") }]
      : []),
  ];
  const leaves = records.flatMap((record) => record.leaves);
  const isFloat = real === "float";
  const digits = isFloat ? 9 : 17;
  const shown = isFloat ? "(double)" : "";
  const each = (leaf: Leaf, body: (entry: (root: string) => string) => string): string => {
    const indices = leaf.shape.map((_, axis) => "ijklm"[axis]!);
    const open = leaf.shape.map(
      (extent, axis) =>
        `    for (int ${indices[axis]} = 0; ${indices[axis]} < ${extent}; ${indices[axis]}++)`,
    );
    const brackets = indices.map((i) => `[${i}]`).join("");
    const line = body((root) => `${root}${leaf.spelling}${brackets}`);
    return open.length === 0 ? `    ${line}` : `${open.join("\n")} {\n        ${line}\n    }`;
  };
  const prints = leaves.map((leaf) => {
    const size = sizeOf(leaf.shape);
    const label = size > 8 ? `    printf("${leaf.spelling}: %d entries\\n", ${size});` : "";
    return size > 8
      ? label
      : each(leaf, (entry) => `printf("${leaf.spelling} %.${digits}g\\n", ${shown}${entry("gradients.")});`);
  });
  const norms = leaves.map((leaf) =>
    each(leaf, (entry) => `norm += ${entry("gradients.")} * ${entry("gradients.")};`),
  );
  const moves = leaves.map((leaf) =>
    each(
      leaf,
      (entry) =>
        `problem.${leaf.spelling}${entry("").slice(leaf.spelling.length)} += length * ${entry("gradients.")};`,
    ),
  );
  const n = (value: number): string => cNumber(value, real);
  const tolerance = isFloat ? 2e-2 : 1e-6;
  const sqrt = isFloat ? "sqrtf" : "sqrt";
  const fabs = isFloat ? "fabsf" : "fabs";
  return `${opening}
/* Self-test: prints the value and gradient of the defaults, and compares the gradient along its own direction with
 * extrapolated central differences of the solve, to ${tolerance} relative. Ends with 0 when everything holds. */

#include "${stem}.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

static ${p}_workspace workspace;
static ${p}_solution solution;
static ${p}_gradients gradients;

/* The loss, moved along the gradient. */
static ${real} moved(${real} length)
{
    ${p}_problem problem = ${p}_default;
${moves.join("\n")}
    return ${p}_solve(&problem, &workspace, &solution) == ${status.ok} ? solution.value : ${n(Number.NaN)};
}

static ${real} difference(${real} length)
{
    return (moved(length) - moved(-length)) / (${n(2)} * length);
}

int main(void)
{
    ${real} norm = ${n(0)};
    int failures = 0;
    int code = ${p}_solve(&${p}_default, &workspace, &solution);
    printf("solve: status %d, value %.${digits}g\\n", code, ${shown}solution.value);
    if (code != ${status.ok}) failures++;
    code = ${p}_gradient(&${p}_default, &workspace, &gradients);
    printf("gradient: status %d, value %.${digits}g\\n", code, ${shown}gradients.value);
    if (code != ${status.ok} || !(${fabs}(gradients.value - solution.value) <= ${n(isFloat ? 1e-4 : 1e-12)} * (${n(1)} + ${fabs}(solution.value)))) failures++;
${prints.join("\n")}
${norms.join("\n")}
    if (norm > ${n(0)}) {
        const ${real} length = ${n(isFloat ? 1e-2 : 1e-4)} / ${sqrt}(norm);
        const ${real} coarse = difference(length), fine = difference(${n(0.5)} * length);
        const ${real} slope = fine + (fine - coarse) / ${n(3)};
        const ${real} error = ${fabs}(slope - norm) / norm;
        printf("difference along the gradient: relative %.3g\\n", ${shown}error);
        if (!(error <= ${n(tolerance)})) failures++;
    }
    if (${p}_solve(NULL, &workspace, &solution) != ${status.badArgument}) failures++;
    if (${p}_gradient(&${p}_default, NULL, &gradients) != ${status.badArgument}) failures++;
    {
        ${p}_problem problem = ${p}_default;
        problem.steps = 0u;
        if (${p}_solve(&problem, &workspace, &solution) != ${status.badArgument}) failures++;
        problem.steps = ${prefix.toUpperCase()}_STEPS * 2u;
        if (${p}_gradient(&problem, &workspace, &gradients) != ${status.stepLimit}) failures++;
    }
    printf(failures == 0 ? "ok\\n" : "%d failures\\n", failures);
    return failures == 0 ? 0 : 1;
}
`;
}
