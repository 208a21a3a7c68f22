/**
 * Emission: from an optimised program to the files of a target. What a target wants of the program on top is asked for here, and
 * what stands in its files beside code: names, headers, links to source maps. Pure.
 */

import { type COptions, emitC } from "./emit/c.ts";
import { emitCrossbar } from "./emit/crossbar.ts";
import { spelt } from "./emit/identifiers.ts";
import { type EmittedJavaScript, emitJavaScript } from "./emit/javascript.ts";
import type { Earlier } from "./ir/earlier.ts";
import type { GlobalArray, Program } from "./ir/nodes.ts";
import { printProgram } from "./ir/print.ts";
import { type Model, sizeOf } from "./model.ts";
import { type Module, type Solver, stepsInWords } from "./module.ts";
import { pairedRows, vectorised } from "./optimise/blocking.ts";
import { compact, contracted, onCrossbar, withoutPassing } from "./optimise/index.ts";
import { outlined } from "./optimise/outline.ts";
import { portable } from "./optimise/portable.ts";
import { quotients } from "./optimise/quotients.ts";
import type { Options, Target } from "./options.ts";
import { planOf } from "./plan.ts";
import { version } from "./version.ts";

/** A model that came through, with what emission prints of where it came from. */
export interface Ready {
  readonly module: Module;
  /** Of the model, what it imports, the options and the version. */
  readonly hash: string;
  /** Of the model. */
  readonly text: string;
}

export interface Output {
  readonly target: Target;
  readonly name: string;
  readonly text: string;
}

/** The files of one target; names are base names, which begin with `stem` where one is given. */
export function emit(
  { module, hash, text }: Ready,
  target: Target,
  options: Options,
  stem?: string,
): Output[] {
  const file = baseName(module.model.file);
  const own = stem ?? stemOf(file);
  const header = headerOf(module, hash, options);
  switch (target) {
    case "js":
    case "ts": {
      const name = `${own}.${target}`;
      const { code, map } = emitJavaScript(shapedForJavaScript(module, options), {
        dialect: target,
        file,
        header,
        text,
      });
      return [
        { target, name, text: linked(code, `${name}.map`) },
        { target, name: `${name}.map`, text: `${JSON.stringify({ ...map(), file: name })}\n` },
      ];
    }
    case "c": {
      const files = filesOfC(shapedForC(module, options), cOptions(module, header, options, stem));
      const name = stem ?? prefixFor(module.model, options);
      return [
        { target, name: `${name}.h`, text: files.header },
        { target, name: `${name}.c`, text: files.source },
        { target, name: `${name}_selftest.c`, text: files.selftest },
        {
          target,
          name: `${name}.json`,
          text: `${JSON.stringify({ ...files.description, plan: planOf(module, options, files.workspaceBytes) }, null, 2)}\n`,
        },
      ];
    }
    case "crossbar":
      return crossbarFiles({ module, hash, text }, `${own}.crossbar`, header, options);
    case "ir":
      return [{ target, name: `${own}.ir.txt`, text: printProgram(contracted(module.program)) }];
    default:
      return target satisfies never;
  }
}

/** Targets that are asked for and have none of the functions asked for: derivatives at a point are handed arrays, in JavaScript alone. */
export const emptyTargets = ({ target = ["js"], emit }: Options): Target[] =>
  emit?.every((name) => name.startsWith("field")) === true
    ? target.filter((each) => each === "c" || each === "crossbar")
    : [];

/** A program for crossbars and its digital part. Derivatives at a point hand matrices over: they are left out. */
function crossbarFiles({ module, text }: Ready, name: string, header: string, options: Options): Output[] {
  const entries = module.entries.filter((entry) => entry.arguments.length === 0);
  const solve = (entries.find((entry) => entry.name === "solve") ?? entries[0])!.fn;
  const found = onCrossbar(
    module.program,
    entries.map((entry) => entry.fn),
    solve,
  );
  // Behind: arithmetic in the place of a function would part a product from the loop it is found by.
  const mapped = { ...found, program: withMath(found.program, options, "double") };
  const { program, code, map } = emitCrossbar({ ...module, entries }, mapped, {
    dialect: "js",
    file: baseName(module.model.file),
    header,
    text,
    digital: `${name}.js`,
  });
  const target = "crossbar";
  return [
    { target, name: `${name}.json`, text: program },
    { target, name: `${name}.js`, text: linked(code, `${name}.js.map`) },
    { target, name: `${name}.js.map`, text: `${JSON.stringify({ ...map, file: `${name}.js` })}\n` },
  ];
}

/**
 * A function of the given name that makes the generated module, as an object, for code that goes into another module; and the
 * memory of one gradient beside its arguments and results. `before`: what was printed of the same module; `earlier`: what builds
 * before made of functions of the same model.
 */
export function emitFactory(
  { module, hash, text }: Ready,
  options: Options,
  factory: string,
  before?: Printed,
  earlier?: Earlier,
) {
  const [file, header] = [baseName(module.model.file), headerOf(module, hash, options)];
  const shaped = before?.module ?? shapedForJavaScript(module, options, earlier);
  const { code, lines, mappings, functions } = emitJavaScript(shaped, {
    dialect: "js",
    file,
    header,
    text,
    factory,
    functions: before?.functions,
    earlier,
  });
  const printed: Printed = { module: shaped, functions };
  return { code, lines, mappings, workspaceBytes: 8 * shaped.words.workspace, printed };
}

/** A module as JavaScript has it, and the lines of its functions. */
export interface Printed {
  readonly module: Module;
  readonly functions: EmittedJavaScript["functions"];
}

/** What is made of a module, by what decides on it: files and the memory they need are asked for one after the other. */
function once<Asked, Made>(
  make: (module: Module, asked: Asked, earlier?: Earlier) => Made,
  keyOf: (asked: Asked) => unknown,
): (module: Module, asked: Asked, earlier?: Earlier) => Made {
  const made = new WeakMap<Module, Map<string, Made>>();
  return (module, asked, earlier) => {
    const ofModule = made.get(module) ?? new Map<string, Made>();
    made.set(module, ofModule);
    const key = JSON.stringify(keyOf(asked));
    const one = ofModule.get(key) ?? make(module, asked, earlier);
    ofModule.set(key, one);
    return one;
  };
}

const wayOf = (options: Options): unknown => [isSmall(options), options.math, options.real];

const shapedForJavaScript = once((module: Module, options: Options, earlier?: Earlier): Module => {
  const shaped = (keepsCopies: boolean): Module => {
    const rows = isSmall(options)
      ? module.program
      : pairedRows(module.program, entriesOf(module), keepsCopies, earlier);
    const program = quotients(outlined(withMath(rows, options, "double")));
    return { ...module, program, words: { ...module.words, workspace: wordsOf(program).workspace } };
  };
  return withinRam(module, shaped, ({ words }) => 8 * words.workspace);
}, wayOf);

const shapedForC = once((module: Module, options: Options): Module => {
  const entries = entriesOf(module);
  const real = options.real ?? "double";
  const passed = withoutPassing(module.program, entries);
  if (isSmall(options)) {
    const small = quotients(withMath(compact(passed, entries), options, real, true));
    return { ...module, program: small, words: wordsOf(small) };
  }
  const shaped = (keepsCopies: boolean): Module => {
    const program = quotients(withMath(vectorised(passed, entries, keepsCopies), options, real));
    return { ...module, program, words: wordsOf(program) };
  };
  return withinRam(module, shaped, (fast) => emitC(fast, cOptions(module, "", options)).workspaceBytes);
}, wayOf);

/** Functions without arguments, which work on the arrays of the interface. */
const entriesOf = ({ entries }: Module): string[] =>
  entries.filter((entry) => entry.arguments.length === 0).map((entry) => entry.fn);

/** A module with the copies that make it fast, or without them where they do not fit into the memory there is. */
function withinRam(
  { solver: { ram } }: Module,
  shaped: (keepsCopies: boolean) => Module,
  bytesOf: (module: Module) => number,
): Module {
  const fast = shaped(true);
  return ram === undefined || bytesOf(fast) <= ram ? fast : shaped(false);
}

/** The files of a module that is shaped for C. */
const filesOfC = once(emitC, (options) => options);

/** JavaScript computes in doubles whatever the C is asked for. */
const withMath = (program: Program, options: Options, real: "double" | "float", isSmall = false): Program =>
  options.math === "portable" ? portable(program, real, isSmall) : program;

const isSmall = (options: Options): boolean => options.optimise === "size";

const cOptions = (module: Module, header: string, options: Options, stem?: string): COptions => ({
  prefix: prefixFor(module.model, options),
  real: options.real ?? "double",
  header,
  stem,
  isPortable: options.math === "portable",
  trains: options.emit?.includes("step") === true && module.model.params.length > 0,
});

/** Memory of one gradient beside its arguments and results, in the target's own numbers. */
export function workspaceBytes(ready: Ready, target: Target, options: Options): number {
  if (target !== "c") return 8 * shapedForJavaScript(ready.module, options).words.workspace;
  return asC(ready, options).workspaceBytes;
}

/** The module as C has it, with the sizes of its workspace and of what the caller hands over. */
export function asC({ module, hash }: Ready, options: Options) {
  const shaped = shapedForC(module, options);
  const { workspaceBytes, description } = filesOfC(
    shaped,
    cOptions(module, headerOf(module, hash, options), options),
  );
  const { problem, solution, gradients } = description.bytes as Record<string, number>;
  const records = { problem: problem!, solution: solution!, gradients: gradients! };
  return { module: shaped, workspaceBytes, records };
}

const link = "//# sourceMappingURL=";

/** Generated JavaScript with the name of its source map as the last line, or without one. */
export function linked(code: string, map: string | undefined): string {
  const at = code.lastIndexOf(link);
  const bare = at < 0 ? code : code.slice(0, at);
  // Half a character, which names of files may hold, has no address.
  return map === undefined
    ? bare
    : `${bare}${link}${encodeURIComponent(map.replace(/\p{Cs}/gu, "\ufffd"))}\n`;
}

const workRoles: ReadonlySet<GlobalArray["role"]> = new Set(["workspace", "tape", "checkpoint"]);

/** Everything that a gradient needs beside the arrays of its interface, and the part of it that grows with the steps. */
export function wordsOf(program: Program): Module["words"] {
  // Integers have half a word each.
  const words = (roles: ReadonlySet<GlobalArray["role"]>): number =>
    Math.ceil(
      program.arrays
        .filter((array) => roles.has(array.role))
        .reduce((sum, { element, shape }) => sum + (element === "real" ? 1 : 0.5) * sizeOf(shape), 0),
    );
  return { checkpoints: words(new Set(["checkpoint"])), workspace: words(workRoles) };
}

export const baseName = (file: string): string => file.replace(/^.*[/\\]/, "");

/** `lotka-volterra` of `lotka-volterra.ode.ts`. */
export const stemOf = (file: string): string => file.replace(/(\.ode)?\.[^.]+$/, "");

/** The prefix of the C names: what the options say, else the model's name. */
export const prefixFor = (model: Model, options: Options): string => options.prefix ?? prefixOf(model.name);

/** Longest prefix that leaves the names of a module different within the 31 characters that linkers promise to read. */
const longestPrefix = 21;

/** Headers of the standard, which a file of that name would be found in place of. */
const standardHeaders: ReadonlySet<string> = new Set(
  (
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdarg stdbool stddef stdint stdio " +
    "stdlib string tgmath time wchar wctype"
  ).split(" "),
);

/** The C spelling of a model's name: `lotkaVolterra` becomes `lotka_volterra`; long names are cut. */
const prefixOf = (name: string): string => {
  const snake = spelt(name)
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9_]/g, "_")
    .toLowerCase();
  const symbol = /^[a-z]/.test(snake) && !standardHeaders.has(snake) ? snake : `ode_${snake}`;
  return symbol.slice(0, longestPrefix).replace(/_+$/, "");
};

/** How the question is answered, for headers. */
export const howInWords = ({ field }: Model, solver: Solver): string =>
  field === undefined
    ? `${solver.method}, ${stepsInWords(solver)} from ${solver.t0} to ${solver.t1}, adjoint ${solver.adjoint}`
    : `a field at ${field.count === 1 ? "one point" : `${field.count} points`}`;

function headerOf({ model, solver }: Module, hash: string, options: Options): string {
  return [
    `Generated by odegrad ${version} from ${baseName(model.file)}, model ${model.name}. Do not edit.`,
    `${howInWords(model, solver)}, real ${options.real ?? "double"}.`,
    `Hash ${hash}. What is generated is yours: no licence of odegrad binds it.`,
  ].join("\n");
}
