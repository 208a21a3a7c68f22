/**
 * Runs generated C: writes it with a small driver into a folder of its own below the system's temporary folder, compiles
 * it with the system's compiler, and asks it over its standard streams, numbers as hexadecimal text so that no bit is
 * lost. The folder is removed by `close`.
 */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Model } from "../model.ts";
import { exportName, isCounted, isRecovering, noProducts, type Products, type Solver } from "../module.ts";
import { formatHex, parseHex } from "./hex.ts";
import {
  controlWords,
  type Direction,
  type Ending,
  type Engine,
  type Gradients,
  NoMemory,
  type Problem,
  type Solution,
  sizesOf,
} from "./problem.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface CFiles {
  readonly header: { readonly name: string; readonly text: string };
  readonly source: { readonly name: string; readonly text: string };
}

export interface CEngine extends Engine {
  close(): void;
}

/** No C compiler on this machine, or none behind what CC names. */
export class NoCompiler extends Error {}

/** The compiler refused generated code, or the program it made failed: a fault of ours. */
export class BadProgram extends Error {}

type Environment = Readonly<Record<string, string | undefined>>;

/** A compiler as CC may name it: with arguments behind it, as in `gcc -m32` and `ccache gcc`. A path may have blanks. */
export function compilerWords(compiler: string): readonly [command: string, ...first: string[]] {
  if (fs.existsSync(compiler)) return [compiler];
  const [command = "", ...first] = compiler.split(/\s+/).filter((word) => word !== "");
  return [command, ...first];
}

/** What CC names; nothing where it is left to us. */
export function namedCompiler(environment: Environment): string | undefined {
  const named = environment["CC"]?.trim();
  return named === "" ? undefined : named;
}

/** What a compiler says it is, without the name it was called by; nothing where it is not there. */
function versionOf(compiler: string): string | undefined {
  const [command, ...first] = compilerWords(compiler);
  const asked = spawnSync(command, [...first, "--version"], { encoding: "utf8" });
  return asked.status === 0 ? asked.stdout.replace(/^\S+/, "") : undefined;
}

/**
 * C compilers of this machine: the one that CC names, else `gcc`, `clang` and `cc` as far as they are there, one of each
 * kind: `cc` is mostly another name of one of the others. Each as it is typed, see `compilerWords`.
 */
export function findCompilers(environment: Environment): string[] {
  const named = namedCompiler(environment);
  const candidates = named === undefined ? ["gcc", "clang", "cc"] : [named];
  const found = new Map<string, string>();
  for (const command of candidates) {
    const version = versionOf(command);
    if (version !== undefined && !found.has(version)) found.set(version, command);
  }
  return [...found.values()];
}

/** Contraction to fused operations stays off: JavaScript has none, and the two are compared bit for bit. */
const runFlags = ["-std=c99", "-O2"];

/** What ODEGRAD_CFLAGS adds, such as `-O0` where compiling takes longer than running; contraction stays off. */
const flagsOf = (environment: Environment): string[] => [
  ...runFlags,
  ...(environment["ODEGRAD_CFLAGS"] ?? "").split(" ").filter((flag) => flag !== ""),
  "-ffp-contract=off",
];

/** `solver`: what the problem's control and the report have in them. */
export function cEngine(
  files: CFiles,
  model: Model,
  prefix: string,
  real: "double" | "float",
  solver?: Solver,
  products: Products = noProducts,
): CEngine {
  const hasCounts = solver !== undefined && isCounted(solver);
  const isRecovered = solver !== undefined && isRecovering(solver);
  const compiler = findCompilers(process.env)[0];
  if (compiler === undefined) throw new NoCompiler();
  const { path: folder, remove: close } = temporaryFolder("c");
  try {
    fs.writeFileSync(path.join(folder, files.header.name), files.header.text);
    fs.writeFileSync(path.join(folder, files.source.name), files.source.text);
    fs.writeFileSync(
      path.join(folder, "driver.c"),
      driver(files.header.name, model, prefix, real, solver, products),
    );
    const [command, ...first] = compilerWords(compiler);
    const made = spawnSync(
      command,
      [...first, ...flagsOf(process.env), "-o", "program", files.source.name, "driver.c", "-lm"],
      {
        cwd: folder,
        encoding: "utf8",
      },
    );
    if (made.status !== 0) throw new BadProgram(`${compiler} refused it:\n${made.stderr}`);
  } catch (error) {
    close();
    throw error;
  }
  const sizes = inAll(sizesOf(model), solver);
  const ask = (
    question: "solve" | "gradient" | "jvp" | "hvp",
    problem: Problem,
    along?: Direction,
  ): Ending & { value: number; rest: number[] } => {
    const asked = spawnSync(path.join(folder, "program"), [question], {
      input:
        questionText(problem, model.times !== undefined && model.field === undefined) +
        (along === undefined ? "" : directionText(along, sizes, model.field !== undefined)),
      encoding: "utf8",
      env: {},
      maxBuffer: 1 << 30,
    });
    if (asked.status === noMemoryCode) throw new NoMemory("no memory for the workspace");
    if (asked.status !== 0) {
      throw new BadProgram(`the compiled program ended with ${asked.signal ?? `code ${asked.status}`}`);
    }
    const [status, ...numbers] = asked.stdout.trim().split("\n");
    const [value, ...rest] = numbers.map(parseHex);
    const [accepted, rejected, evaluations] = hasCounts ? rest.splice(0, 3) : [];
    const run =
      accepted === undefined ? {} : { run: { accepted, rejected: rejected!, evaluations: evaluations! } };
    const deviation =
      isRecovered && (question === "gradient" || question === "hvp") ? { deviation: rest.shift()! } : {};
    return { status: Number(status), value: value!, ...run, ...deviation, rest };
  };
  const solution = (rest: number[], ending: Ending & { value: number }): Solution => {
    const states = Float64Array.from(rest.splice(0, sizes.times * sizes.state));
    return { ...ending, states, outputs: Float64Array.from(rest.splice(0, sizes.times * sizes.outputs)) };
  };
  const gradients = (rest: number[], ending: Ending & { value: number }): Gradients => {
    const state0 = Float64Array.from(rest.splice(0, sizes.state));
    const params = Float64Array.from(rest.splice(0, sizes.params));
    const inputs = Float64Array.from(rest.splice(0, sizes.inputs));
    const density =
      solver?.density === true ? { density: Float64Array.from(rest.splice(0, sizes.inputs)) } : {};
    return { ...ending, state0, params, inputs, ...density };
  };
  return {
    solve(problem) {
      const { rest, ...ending } = ask("solve", problem);
      return solution(rest, ending);
    },
    gradient(problem) {
      const { rest, ...ending } = ask("gradient", problem);
      return gradients(rest, ending);
    },
    ...(products.jvp && {
      jvp(problem: Problem, along: Direction) {
        const { rest, ...ending } = ask("jvp", problem, along);
        const at = solution(rest, ending);
        return { at, change: solution(rest, { ...ending, value: rest.shift()! }) };
      },
    }),
    ...(products.hvp && {
      hvp(problem: Problem, along: Direction) {
        const { rest, ...ending } = ask("hvp", problem, along);
        const at = gradients(rest, ending);
        return { at, change: gradients(rest, { ...ending, value: rest.shift()! }) };
      },
    }),
    close,
  };
}

/** Words of the records of all samples of a batch. */
const inAll = (sizes: ReturnType<typeof sizesOf>, solver: Solver | undefined): ReturnType<typeof sizesOf> => {
  const batch = solver?.batch ?? 1;
  const { state, data, outputs } = sizes;
  return { ...sizes, state: batch * state, data: batch * data, outputs: batch * outputs };
};

function directionText(
  { t0 = 0, t1 = 0, ...rest }: Direction,
  sizes: ReturnType<typeof sizesOf>,
  isPointwise: boolean,
): string {
  const zeros = (size: number): Float64Array => new Float64Array(size);
  const words = [
    ...(isPointwise ? [] : [t0, t1]),
    ...(rest.state0 ?? zeros(sizes.state)),
    ...(rest.params ?? zeros(sizes.params)),
    ...(rest.inputs ?? zeros(sizes.inputs)),
    ...(isPointwise ? [] : (rest.times ?? zeros(sizes.times))),
  ];
  return `${words.map(formatHex).join("\n")}\n`;
}

function questionText(problem: Problem, hasTimes: boolean): string {
  const control = controlWords(problem);
  const lines = [...control.slice(0, -1).map(formatHex), ...control.slice(-1).map(String)];
  const times = hasTimes ? [problem.times] : [];
  for (const record of [problem.state0, problem.params, problem.inputs, problem.data, ...times]) {
    for (const value of record) lines.push(formatHex(value));
  }
  return `${lines.join("\n")}\n`;
}

/** With which the program ends that gets no workspace. */
const noMemoryCode = 3;

/** A main program that reads a problem, asks one question and prints the answer. Records are runs of one real type. */
function driver(
  header: string,
  model: Model,
  prefix: string,
  real: "double" | "float",
  solver: Solver | undefined,
  products: Products,
): string {
  const isAdaptive = solver?.tolerance !== undefined;
  const sizes = inAll(sizesOf(model), solver);
  const read = (field: string, size: number): string =>
    size === 0 ? "" : `  if (!take((${real} *)(void *)&problem.${field}, ${size}u)) return 2;\n`;
  const print = (value: string, size: number): string =>
    size === 0 ? "" : `    put((const ${real} *)(const void *)&${value}, ${size}u);\n`;
  const report =
    solver !== undefined && isCounted(solver)
      ? "    put(&workspace->accepted, 1u);\n    put(&workspace->rejected, 1u);\n    put(&workspace->evaluations, 1u);\n"
      : "";
  const isField = model.field !== undefined;
  const timesWords = model.times === undefined || isField ? 0 : sizes.times;
  const control = isField
    ? ""
    : `  unsigned long steps;
  problem = ${prefix}_default;
  if (!take(&problem.t0, 1u) || !take(&problem.t1, 1u)) return 2;
${isAdaptive ? "  if (!take(&problem.rtol, 1u) || !take(&problem.atol, 1u)) return 2;\n" : ""}  if (scanf("%lu", &steps) != 1) return 2;
  problem.${isAdaptive ? "max_steps" : "steps"} = (uint32_t)steps;
`;
  const isDirected = products.jvp || products.hvp;
  const into = (record: string, field: string, size: number): string =>
    size === 0 ? "" : `    if (!take((${real} *)(void *)&${record}.${field}, ${size}u)) return 2;\n`;
  const aim = [
    into("along", "t0", isField ? 0 : 1),
    into("along", "t1", isField ? 0 : 1),
    into("along", "state0", sizes.state),
    into("along", "params", sizes.params),
    into("along", "inputs", sizes.inputs),
    into("along", "times", timesWords),
  ].join("");
  const ofSolution = (record: string): string =>
    print(`${record}.states`, sizes.times * sizes.state) +
    print(`${record}.outputs`, sizes.times * sizes.outputs);
  const ofGradients = (record: string): string =>
    print(`${record}.state0`, sizes.state) +
    print(`${record}.params`, sizes.params) +
    print(`${record}.inputs`, sizes.inputs) +
    (solver?.density === true ? print(`${record}.density`, sizes.inputs) : "");
  const recovered =
    solver !== undefined && isRecovering(solver) ? "    put(&workspace->deviation, 1u);\n" : "";
  const directed = (
    name: "jvp" | "hvp",
    record: string,
    all: (record: string) => string,
    more: string,
  ): string =>
    !products[name]
      ? ""
      : `  if (count > 1 && words[1][0] == '${name[0]}') {
${aim}    printf("%d\\n", ${prefix}_${name}(&problem, &along, workspace, &${record}, &${record}_change));
    put(&${record}.value, 1u);
${report}${more}${all(record)}    put(&${record}_change.value, 1u);
${all(`${record}_change`)}    return 0;
  }
`;
  return `#include "${header}"
#include <stdio.h>
#include <stdlib.h>

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
static ${prefix}_workspace *workspace;
static ${prefix}_solution solution;
static ${prefix}_gradients gradients;
${isDirected ? `static ${prefix}_direction along;\n` : ""}${products.jvp ? `static ${prefix}_solution solution_change;\n` : ""}${products.hvp ? `static ${prefix}_gradients gradients_change;\n` : ""}
int main(int count, char **words) {
  /* Not an array of the program itself, which would have to fit into 2 GiB with all others. */
  workspace = (${prefix}_workspace *)calloc(1, sizeof *workspace);
  if (workspace == NULL) return ${noMemoryCode};
${control}${read("state0", sizes.state)}${read("params", sizes.params)}${read("inputs", sizes.inputs)}${read("data", sizes.data)}${read("times", timesWords)}${directed("jvp", "solution", ofSolution, "")}${directed("hvp", "gradients", ofGradients, recovered)}  if (count > 1 && words[1][0] == 's') {
    printf("%d\\n", ${prefix}_${exportName("solve", model)}(&problem, workspace, &solution));
    put(&solution.value, 1u);
${report}${ofSolution("solution")}  } else {
    printf("%d\\n", ${prefix}_gradient(&problem, workspace, &gradients));
    put(&gradients.value, 1u);
${report}${recovered}${ofGradients("gradients")}  }
  return 0;
}
`;
}
