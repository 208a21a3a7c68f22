/** A driver of the harness for a generated module: runs its gradient once at the model's defaults, and prints the bits. */

import type { Module } from "../../../compiler/module.ts";
import { flatSize } from "./sizes.ts";

/** `fill`: lines of C that set the problem, in the place of the model's defaults, which then are not linked. */
export function driverFor(module: Module, prefix: string, fill?: readonly string[]): string {
  const { params, inputs, state0 } = flatSize(module);
  const shown = (name: string, member: string, words: number): string[] =>
    words === 0 ? [] : [`  edge_vec_f32("${name}", (const float *)&result.${member}, ${words}u);`];
  return [
    '#include "edge.h"',
    `#include "${prefix}.h"`,
    `static ${prefix}_problem problem;`,
    `static ${prefix}_workspace workspace;`,
    `static ${prefix}_gradients result;`,
    "static int status;",
    `static void run(void) { status = ${prefix}_gradient(&problem, &workspace, &result); }`,
    "void edge_main(void) {",
    ...(fill ?? [`problem = ${prefix}_default;`]).map((line) => `  ${line}`),
    '  edge_measure("gradient", run);',
    '  edge_check("the gradient is well", status == 0);',
    '  edge_vec_f32("value", &result.value, 1u);',
    ...shown("state0", "state0", state0),
    ...shown("params", "params", params),
    ...shown("inputs", "inputs", inputs),
    "}",
    "",
  ].join("\n");
}
