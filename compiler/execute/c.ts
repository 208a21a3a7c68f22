/**
 * Runs generated C: writes it with a small driver into a folder of its own below the system's temporary folder, compiles
 * it with the system's compiler, and asks it over its standard streams, numbers as hexadecimal text so that no bit is
 * lost. The folder is removed by `close`.
 */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Model } from "../model.ts";
import { isCounted, isRecovering, type Solver } from "../module.ts";
import { formatHex, parseHex } from "./hex.ts";
import { controlWords, type Ending, type Engine, type Problem, sizesOf } from "./problem.ts";

export interface CFiles {
  readonly header: { readonly name: string; readonly text: string };
  readonly source: { readonly name: string; readonly text: string };
}

export interface CEngine extends Engine {
  close(): void;
}

/** No C compiler on this machine. */
export class NoCompiler extends Error {}

/** The compiler refused generated code, or the program it made failed: a fault of ours. */
export class BadProgram extends Error {}

/** What a compiler says it is, without the name it was called by; nothing where it is not there. */
function versionOf(command: string): string | undefined {
  const asked = spawnSync(command, ["--version"], { encoding: "utf8" });
  return asked.status === 0 ? asked.stdout.replace(/^\S+/, "") : undefined;
}

/**
 * C compilers of this machine: the one that CC names, else `gcc`, `clang` and `cc` as far as they are there, one of each
 * kind: `cc` is mostly another name of one of the others.
 */
export function findCompilers(environment: Readonly<Record<string, string | undefined>>): string[] {
  const named = environment["CC"];
  const candidates = named !== undefined && named !== "" ? [named] : ["gcc", "clang", "cc"];
  const found = new Map<string, string>();
  for (const command of candidates) {
    const version = versionOf(command);
    if (version !== undefined && !found.has(version)) found.set(version, command);
  }
  return [...found.values()];
}

/** Contraction to fused operations stays off: JavaScript has none, and the two are compared bit for bit. */
const runFlags = ["-std=c99", "-O2", "-ffp-contract=off"];

/** `solver`: what the problem's control and the report have in them. */
export function cEngine(
  files: CFiles,
  model: Model,
  prefix: string,
  real: "double" | "float",
  solver?: Solver,
): CEngine {
  const hasCounts = solver !== undefined && isCounted(solver);
  const isRecovered = solver !== undefined && isRecovering(solver);
  const compiler = findCompilers(process.env)[0];
  if (compiler === undefined) throw new NoCompiler();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-"));
  const close = (): void => fs.rmSync(folder, { recursive: true, force: true });
  try {
    fs.writeFileSync(path.join(folder, files.header.name), files.header.text);
    fs.writeFileSync(path.join(folder, files.source.name), files.source.text);
    fs.writeFileSync(path.join(folder, "driver.c"), driver(files.header.name, model, prefix, real, solver));
    const made = spawnSync(compiler, [...runFlags, "-o", "program", files.source.name, "driver.c", "-lm"], {
      cwd: folder,
      encoding: "utf8",
    });
    if (made.status !== 0) throw new BadProgram(`${compiler} refused it:\n${made.stderr}`);
  } catch (error) {
    close();
    throw error;
  }
  const ask = (
    question: "solve" | "gradient",
    problem: Problem,
  ): Ending & { value: number; rest: number[] } => {
    const asked = spawnSync(path.join(folder, "program"), [question], {
      input: questionText(problem),
      encoding: "utf8",
      env: {},
      maxBuffer: 1 << 30,
    });
    if (asked.status !== 0) {
      throw new BadProgram(`the compiled program ended with ${asked.signal ?? `code ${asked.status}`}`);
    }
    const [status, ...numbers] = asked.stdout.trim().split("\n");
    const [value, ...rest] = numbers.map(parseHex);
    const [accepted, rejected, evaluations] = hasCounts ? rest.splice(0, 3) : [];
    const run =
      accepted === undefined ? {} : { run: { accepted, rejected: rejected!, evaluations: evaluations! } };
    const deviation = isRecovered && question === "gradient" ? { deviation: rest.shift()! } : {};
    return { status: Number(status), value: value!, ...run, ...deviation, rest };
  };
  const sizes = sizesOf(model);
  return {
    solve(problem) {
      const { rest, ...ending } = ask("solve", problem);
      const states = sizes.times * sizes.state;
      return {
        ...ending,
        states: Float64Array.from(rest.slice(0, states)),
        outputs: Float64Array.from(rest.slice(states)),
      };
    },
    gradient(problem) {
      const { rest, ...ending } = ask("gradient", problem);
      const [params, inputs] = [sizes.state, sizes.state + sizes.params];
      return {
        ...ending,
        state0: Float64Array.from(rest.slice(0, params)),
        params: Float64Array.from(rest.slice(params, inputs)),
        inputs: Float64Array.from(rest.slice(inputs, inputs + sizes.inputs)),
        ...(solver?.density === true
          ? { density: Float64Array.from(rest.slice(inputs + sizes.inputs)) }
          : {}),
      };
    },
    close,
  };
}

function questionText(problem: Problem): string {
  const control = controlWords(problem);
  const lines = [...control.slice(0, -1).map(formatHex), String(control.at(-1))];
  for (const record of [problem.state0, problem.params, problem.inputs, problem.data, problem.times]) {
    for (const value of record) lines.push(formatHex(value));
  }
  return `${lines.join("\n")}\n`;
}

/** A main program that reads a problem, asks one question and prints the answer. Records are runs of one real type. */
function driver(
  header: string,
  model: Model,
  prefix: string,
  real: "double" | "float",
  solver: Solver | undefined,
): string {
  const isAdaptive = solver?.tolerance !== undefined;
  const sizes = sizesOf(model);
  const read = (field: string, size: number): string =>
    size === 0 ? "" : `  if (!take((${real} *)(void *)&problem.${field}, ${size}u)) return 2;\n`;
  const print = (value: string, size: number): string =>
    size === 0 ? "" : `    put((const ${real} *)(const void *)&${value}, ${size}u);\n`;
  const report =
    solver !== undefined && isCounted(solver)
      ? "    put(&workspace.accepted, 1u);\n    put(&workspace.rejected, 1u);\n    put(&workspace.evaluations, 1u);\n"
      : "";
  return `#include "${header}"
#include <stdio.h>

static int take(${real} *to, unsigned long count) {
  for (unsigned long i = 0; i < count; i++) {
    double value;
    if (scanf("%la", &value) != 1) return 0;
    to[i] = (${real})value;
  }
  return 1;
}

static void put(const ${real} *from, unsigned long count) {
  for (unsigned long i = 0; i < count; i++) printf("%a\\n", (double)from[i]);
}

static ${prefix}_problem problem;
static ${prefix}_workspace workspace;
static ${prefix}_solution solution;
static ${prefix}_gradients gradients;

int main(int count, char **words) {
  unsigned long steps;
  problem = ${prefix}_default;
  if (!take(&problem.t0, 1u) || !take(&problem.t1, 1u)) return 2;
${isAdaptive ? "  if (!take(&problem.rtol, 1u) || !take(&problem.atol, 1u)) return 2;\n" : ""}  if (scanf("%lu", &steps) != 1) return 2;
  problem.${isAdaptive ? "max_steps" : "steps"} = (uint32_t)steps;
${read("state0", sizes.state)}${read("params", sizes.params)}${read("inputs", sizes.inputs)}${read("data", sizes.data)}${read("times", model.times === undefined ? 0 : sizes.times)}  if (count > 1 && words[1][0] == 's') {
    printf("%d\\n", ${prefix}_solve(&problem, &workspace, &solution));
    put(&solution.value, 1u);
${report}${print("solution.states", sizes.times * sizes.state)}${print("solution.outputs", sizes.times * sizes.outputs)}  } else {
    printf("%d\\n", ${prefix}_gradient(&problem, &workspace, &gradients));
    put(&gradients.value, 1u);
${report}${solver !== undefined && isRecovering(solver) ? "    put(&workspace.deviation, 1u);\n" : ""}${print("gradients.state0", sizes.state)}${print("gradients.params", sizes.params)}${print("gradients.inputs", sizes.inputs)}${solver?.density === true ? print("gradients.density", sizes.inputs) : ""}  }
  return 0;
}
`;
}
