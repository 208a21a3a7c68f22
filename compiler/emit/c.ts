/**
 * Prints a module as C99 that also compiles as C++17: one header, one source, one self-test. In: an optimised module,
 * the prefix of its names, the type of real numbers. Out: three texts. No heap, no recursion, no mutable file-scope
 * state: all storage is in the caller's problem, workspace and results.
 */

import type { Fn, GlobalArray } from "../ir/nodes.ts";
import { arraysOf, calleesOf } from "../ir/walk.ts";
import { sizeOf } from "../model.ts";
import { type Module, status } from "../module.ts";
import { CPrinter, type Spelling } from "./c-functions.ts";
import { type HelperName, helperText } from "./c-helpers.ts";
import {
  cNumber,
  declareMembers,
  initialiser,
  type Layout,
  layoutOf,
  type Real,
  structInitialiser,
  workspaceArrays,
  wrapped,
} from "./c-layout.ts";
import { selfTest } from "./c-selftest.ts";
import { Identifiers, reserved } from "./identifiers.ts";

export interface COptions {
  readonly prefix: string;
  readonly real: Real;
  /** Lines of the comment the files open with. */
  readonly header: string;
  /** Name of the files before `.h`, `.c` and `_selftest.c`; the prefix if left out. */
  readonly stem?: string | undefined;
}

export interface CFiles {
  readonly header: string;
  readonly source: string;
  readonly selftest: string;
  /** Size of the workspace, as the header says. */
  readonly workspaceBytes: number;
}

export function emitC(module: Module, options: COptions): CFiles {
  const writer = new CWriter(module, options);
  return {
    header: writer.header(),
    source: writer.source(),
    selftest: selfTest(
      module,
      layoutOf(module),
      options.prefix,
      options.real,
      comment(options.header),
      options.stem ?? options.prefix,
    ),
    workspaceBytes: writer.workspaceBytes(),
  };
}

/** A block comment around lines; nothing in them can end it. */
const comment = (text: string): string => `/* ${text.replaceAll("*/", "* /").split("\n").join("\n * ")} */\n`;

type EntryName = "solve" | "gradient";

class CWriter {
  readonly #module: Module;
  readonly #prefix: string;
  readonly #stem: string;
  readonly #real: Real;
  readonly #opening: string;
  readonly #layout: Layout;
  readonly #arrays: ReadonlyMap<string, GlobalArray>;
  readonly #members = new Map<string, string>();
  readonly #functions = new Map<string, string>();
  /** Identifiers of constant arrays, at file level. */
  readonly #constants: string[] = [];
  /** Entry functions from which each function is reached. */
  readonly #reached = new Map<string, Set<EntryName>>();
  readonly #usedHelpers = new Set<HelperName>();
  readonly #gradientKeepsStates: boolean;

  constructor(module: Module, options: COptions) {
    this.#module = module;
    this.#prefix = options.prefix;
    this.#stem = options.stem ?? options.prefix;
    this.#real = options.real;
    this.#opening = comment(options.header);
    this.#layout = layoutOf(module);
    this.#arrays = new Map(module.program.arrays.map((array) => [array.name, array]));
    const members = new Identifiers(reserved.c);
    for (const name of ["states", "failed_step", "failed_stage"]) members.take(name);
    const constants = new Identifiers(reserved.c);
    for (const array of module.program.arrays) {
      if (array.home !== undefined) continue;
      const pool = array.role === "constant" ? constants : members;
      const identifier = pool.declare(array.name);
      this.#members.set(array.name, identifier);
      if (array.role === "constant") this.#constants.push(identifier);
    }
    const functions = new Identifiers(reserved.c);
    for (const name of this.#members.values()) functions.take(name);
    for (const fn of module.program.functions) this.#functions.set(fn.name, functions.declare(fn.name));
    for (const name of ["solve", "gradient"] as const) this.#reach(name, name);
    this.#gradientKeepsStates = module.program.functions.some(
      (fn) =>
        this.#reached.get(fn.name)?.has("gradient") &&
        [...arraysOf(fn)].some((array) => this.#arrays.get(array)?.home?.record === "states"),
    );
  }

  #reach(name: string, entry: EntryName): void {
    const fn = this.#module.program.functions.find((one) => one.name === name);
    if (fn === undefined) return;
    let from = this.#reached.get(name);
    if (from === undefined) {
      from = new Set();
      this.#reached.set(name, from);
    }
    if (from.has(entry)) return;
    from.add(entry);
    for (const callee of calleesOf(fn)) this.#reach(callee, entry);
  }

  #has(entry: EntryName): boolean {
    return this.#module.entries.some((one) => one.name === entry);
  }

  // The header.

  header(): string {
    const p = this.#prefix;
    const upper = p.toUpperCase();
    const real = this.#real;
    const { model, solver } = this.#module;
    const { state, params, inputs, data, outputs, observations } = this.#layout;
    const struct = (name: string, lines: readonly string[]): string =>
      `typedef struct {\n${lines.join("\n")}\n} ${p}_${name};\n`;
    const hasData = model.data.length > 0;
    const hasInputs = model.inputs.length > 0;
    const hasOutputs = model.outputs.length > 0;
    const hasParams = model.params.length > 0;
    const problem = [
      `    ${real} t0, t1;`,
      "    uint32_t steps;",
      `    ${p}_state state0;`,
      ...(hasParams ? [`    ${p}_params params;`] : []),
      ...(hasInputs ? [`    ${p}_inputs inputs;`] : []),
      ...(hasData ? [`    ${p}_data data;`] : []),
      ...(model.times ? [`    ${real} times[${upper}_TIMES];`] : []),
    ];
    const solution = [
      `    ${real} value;`,
      `    ${p}_state states[${upper}_TIMES];`,
      ...(hasOutputs ? [`    ${p}_outputs outputs[${upper}_TIMES];`] : []),
    ];
    const gradients = [
      `    ${real} value;`,
      `    ${p}_state state0;`,
      ...(hasParams ? [`    ${p}_params params;`] : []),
      ...(hasInputs ? [`    ${p}_inputs inputs;`] : []),
    ];
    const work = workspaceArrays(this.#module);
    const declare = (array: GlobalArray, type: string): string =>
      `    ${type} ${this.#members.get(array.name)}${array.shape.map((extent) => `[${extent}]`).join("")};`;
    const workspace = [
      ...work.reals.map((array) => declare(array, real)),
      ...(this.#gradientKeepsStates ? [`    ${p}_state states[${upper}_TIMES];`] : []),
      `    ${real} failed_step, failed_stage;`,
      ...work.integers.map((array) => declare(array, "int32_t")),
    ];
    const codes = Object.entries(status).map(
      ([name, code]) =>
        `#define ${upper}_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()} ${code}`,
    );
    const optional = [
      ...(hasParams ? [struct("params", declareMembers(params.members, real))] : []),
      ...(hasInputs
        ? [`/* One copy for each piece. */\n${struct("inputs", declareMembers(inputs.members, real))}`]
        : []),
      ...(hasData ? [struct("data", declareMembers(data.members, real))] : []),
      ...(hasOutputs ? [struct("outputs", declareMembers(outputs.members, real))] : []),
    ];
    const prototypes = [
      ...(this.#has("solve")
        ? [
            `/* Integrates from t0 to t1 in equal steps: states at the observation times, and the loss. */\nint ${p}_solve(const ${p}_problem *in, ${p}_workspace *ws, ${p}_solution *out);`,
          ]
        : []),
      ...(this.#has("gradient")
        ? [
            `/* The loss and its exact gradient; at most ${upper}_STEPS steps. */\nint ${p}_gradient(const ${p}_problem *in, ${p}_workspace *ws, ${p}_gradients *out);`,
          ]
        : []),
    ];
    return `${this.#opening}
#ifndef ${upper}_H
#define ${upper}_H

/* Real numbers are ${real}. Equal to the JavaScript module bit for bit in + - * / and sqrt, provided that the compiler
 * fuses no multiplication with an addition: -std=c99 or -ffp-contract=off. */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Observation times, and steps that a gradient has room for. */
#define ${upper}_TIMES ${observations}
#define ${upper}_STEPS ${solver.steps}u

/* What the functions return. */
${codes.join("\n")}

${struct("state", declareMembers(state.members, real))}
${optional.join("\n")}
${struct("problem", problem)}
${struct("solution", solution)}
${struct("gradients", gradients)}
/* All the memory a call needs beside its arguments, in bytes. Its contents need not be kept between calls. */
#define ${upper}_WORKSPACE_BYTES ${this.workspaceBytes()}u
${struct("workspace", workspace)}
/* The model's own defaults. */
extern const ${p}_problem ${p}_default;

${prototypes.join("\n\n")}

#ifdef __cplusplus
}
#endif

#endif
`;
  }

  /** All reals of one size, then integers of four bytes, rounded up to the alignment. */
  workspaceBytes(): number {
    const size = this.#real === "float" ? 4 : 8;
    const work = workspaceArrays(this.#module);
    const words = (arrays: readonly GlobalArray[]) =>
      arrays.reduce((sum, array) => sum + sizeOf(array.shape), 0);
    const stateWords = this.#module.model.state.reduce((sum, leaf) => sum + sizeOf(leaf.shape), 0);
    const states = this.#gradientKeepsStates ? this.#layout.observations * stateWords : 0;
    const bytes = (words(work.reals) + states + 2) * size + words(work.integers) * 4;
    return Math.ceil(bytes / size) * size;
  }

  // The source.

  source(): string {
    const p = this.#prefix;
    const upper = p.toUpperCase();
    const functions = this.#module.program.functions.filter((fn) => this.#reached.has(fn.name));
    const printed = functions.map((fn) => this.#function(fn));
    const helpers = [...this.#usedHelpers]
      .sort()
      .map((name) => helperText(name, this.#helper(name), this.#real));
    const constants = this.#module.program.arrays
      .filter((array) => array.role === "constant" && array.shape.length > 0)
      .filter((array) => functions.some((fn) => arraysOf(fn).has(array.name)))
      .map((array) => {
        const isInteger = array.element === "integer";
        const extents = array.shape.map((extent) => `[${extent}]`).join("");
        const values = initialiser(array.data ?? [], array.shape, isInteger ? "integer" : this.#real);
        const type = isInteger ? "int32_t" : this.#real;
        return `static const ${type} ${this.#members.get(array.name)}${extents} =\n    ${wrapped(values, "    ")};\n`;
      });
    return `${this.#opening}
#include "${this.#stem}.h"

#include <math.h>
#include <stddef.h>

/* Pointers never overlap; C++ has no word for it in its standard. */
#ifndef ${upper}_RESTRICT
#if defined(__cplusplus) || !defined(__STDC_VERSION__) || __STDC_VERSION__ < 199901L
#define ${upper}_RESTRICT
#else
#define ${upper}_RESTRICT restrict
#endif
#endif

/* The workspace is as large as the header says. */
typedef char ${p}_workspace_check[(sizeof(${p}_workspace) == ${upper}_WORKSPACE_BYTES) ? 1 : -1];

${this.#default()}
${[...constants, ...helpers, ...printed].join("\n")}`;
  }

  #default(): string {
    const p = this.#prefix;
    const real = this.#real;
    const { model, solver } = this.#module;
    const { state, params, inputs, data } = this.#layout;
    const parts = [
      cNumber(solver.t0, real),
      cNumber(solver.t1, real),
      `${solver.steps}u`,
      structInitialiser(state.members, real),
      ...(model.params.length > 0 ? [structInitialiser(params.members, real)] : []),
      ...(model.inputs.length > 0 ? [structInitialiser(inputs.members, real)] : []),
      ...(model.data.length > 0 ? [structInitialiser(data.members, real)] : []),
      ...(model.times ? [initialiser(model.times, [model.times.length], real)] : []),
    ];
    const lines = parts.map((part) => `    ${wrapped(part, "    ")},`).join("\n");
    return `const ${p}_problem ${p}_default = {\n${lines.replace(/,$/, "")}\n};\n`;
  }

  #helper(name: HelperName): string {
    return `${this.#prefix}_${name}_`;
  }

  #function(fn: Fn): string {
    const p = this.#prefix;
    const r = `${p.toUpperCase()}_RESTRICT`;
    const doc = fn.doc === undefined ? "" : `/* ${fn.doc} */\n`;
    if (fn.name === "solve" || fn.name === "gradient") {
      const printer = new CPrinter(this.#spelling(fn), this.#real);
      const body = printer.entryBody(fn).map((line) => line.text);
      const result = fn.name === "solve" ? "solution" : "gradients";
      const local = `${p}_problem *${r} in, ${p}_workspace *${r} ws, ${p}_${result} *${r} out`;
      return `${doc}static int ${p}_run_${fn.name}(const ${local})
{
${body.join("\n")}
}

int ${p}_${fn.name}(const ${p}_problem *in, ${p}_workspace *ws, ${p}_${result} *out)
{
    if (in == NULL || ws == NULL || out == NULL) return ${status.badArgument};
    return ${p}_run_${fn.name}(in, ws, out);
}
`;
    }
    const printer = new CPrinter(this.#spelling(fn), this.#real);
    const { parameters, lines } = printer.kernel(fn);
    const pointers = this.#pointers(fn).map((name) => this.#pointerParameter(name, fn));
    const list = [...pointers, ...parameters];
    return `${doc}static void ${this.#functions.get(fn.name)}(${list.length === 0 ? "void" : list.join(", ")})\n{\n${lines
      .map((line) => line.text)
      .join("\n")}\n}\n`;
  }

  /** Which of the caller's structs a function touches, itself or through what it calls. */
  #pointers(fn: Fn): ("in" | "ws" | "out")[] {
    const touched = new Set<"in" | "ws" | "out">();
    for (const array of arraysOf(fn)) {
      const global = this.#arrays.get(array);
      if (global === undefined || global.role === "constant") continue;
      touched.add(this.#homeOf(global, fn));
    }
    for (const callee of calleesOf(fn)) {
      const inner = this.#module.program.functions.find((one) => one.name === callee);
      if (inner) for (const pointer of this.#pointers(inner)) touched.add(pointer);
    }
    return (["in", "ws", "out"] as const).filter((one) => touched.has(one));
  }

  #pointerParameter(name: "in" | "ws" | "out", fn: Fn): string {
    const p = this.#prefix;
    const r = `${p.toUpperCase()}_RESTRICT`;
    if (name === "in") return `const ${p}_problem *${r} in`;
    if (name === "ws") return `${p}_workspace *${r} ws`;
    const result = this.#reached.get(fn.name)!.has("solve") ? "solution" : "gradients";
    return `${p}_${result} *${r} out`;
  }

  #homeOf(array: GlobalArray, fn: Fn): "in" | "ws" | "out" {
    if (array.home === undefined) return "ws";
    switch (array.home.record) {
      case "report":
        return "ws";
      case "states":
        return this.#reached.get(fn.name)?.has("gradient") ? "ws" : "out";
      case "outputs":
      case "value":
      case "state0Bar":
      case "paramsBar":
      case "inputsBar":
        return "out";
      case "control":
      case "state0":
      case "params":
      case "inputs":
      case "data":
      case "times":
        return "in";
      default:
        return array.home.record satisfies never;
    }
  }

  #spelling(fn: Fn): Spelling {
    const arrayOf = (name: string): GlobalArray => {
      const array = this.#arrays.get(name);
      if (array === undefined) throw new Error(`${name} has no place in the module`);
      return array;
    };
    return {
      entry: (name, at) => this.#entry(arrayOf(name), at, fn),
      literal: (name) => {
        const array = this.#arrays.get(name);
        return array?.role === "constant" && array.shape.length === 0 ? array.data?.[0] : undefined;
      },
      taken: [...this.#constants, ...this.#functions.values()],
      isInteger: (name) => this.#arrays.get(name)?.element === "integer",
      isUnsigned: (name) => {
        const home = this.#arrays.get(name)?.home;
        return home?.record === "control" && home.path[0] === "steps";
      },
      call: (callee, args) => {
        const inner = this.#module.program.functions.find((one) => one.name === callee)!;
        return `${this.#functions.get(callee)}(${[...this.#pointers(inner), ...args].join(", ")})`;
      },
      helper: (name) => {
        this.#usedHelpers.add(name as HelperName);
        return this.#helper(name as HelperName);
      },
    };
  }

  #entry(array: GlobalArray, at: readonly string[], fn: Fn): string {
    const brackets = (texts: readonly string[]): string => texts.map((text) => `[${text}]`).join("");
    const { home } = array;
    if (home === undefined) {
      const member = this.#members.get(array.name)!;
      return `${array.role === "constant" ? member : `ws->${member}`}${brackets(at)}`;
    }
    const pointer = this.#homeOf(array, fn);
    const { state, params, inputs, data, outputs } = this.#layout;
    switch (home.record) {
      case "control":
        return `${pointer}->${home.path[0]}`;
      case "times":
        return `${pointer}->times${brackets(at)}`;
      case "value":
        return `${pointer}->value`;
      case "report":
        return `ws->${home.path[0]}`;
      case "state0":
      case "state0Bar":
        return `${pointer}->state0.${state.spelling(home.path)}${brackets(at)}`;
      case "params":
      case "paramsBar":
        return `${pointer}->params.${params.spelling(home.path)}${brackets(at)}`;
      case "inputs":
      case "inputsBar":
        return `${pointer}->inputs.${inputs.spelling(home.path)}${brackets(at)}`;
      case "data":
        return `${pointer}->data.${data.spelling(home.path)}${brackets(at)}`;
      case "states":
      case "outputs": {
        const record = home.record === "states" ? state : outputs;
        const [k, ...rest] = at;
        return `${pointer}->${home.record}[${k}].${record.spelling(home.path)}${brackets(rest)}`;
      }
      default:
        return home.record satisfies never;
    }
  }
}
