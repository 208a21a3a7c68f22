/**
 * Prints a module as C99 that also compiles as C++17: one header, one source, one self-test. In: an optimised module,
 * the prefix of its names, the type of real numbers. Out: three texts and a record that describes them. No heap, no
 * recursion, no mutable file-scope state: all storage is in the caller's problem, workspace and results.
 */

import { fingerprint } from "../fingerprint.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Fn, GlobalArray, Statement } from "../ir/nodes.ts";
import { forEachStatement } from "../ir/walk.ts";
import { type Module, status, wrongWorkspace } from "../module.ts";
import { comment } from "./c-comment.ts";
import {
  argumentsOf,
  defaultText,
  headerText,
  type Parts,
  placesChecked,
  signature,
  workspaceText,
} from "./c-declarations.ts";
import { describe } from "./c-description.ts";
import { CPrinter, type Spelling } from "./c-functions.ts";
import { type HelperName, helperText } from "./c-helpers.ts";
import { cNumber, initialiser, layoutOf, type Real, wrapped } from "./c-layout.ts";
import { CNames } from "./c-names.ts";
import { operationsOf } from "./c-operations.ts";
import { selfTest } from "./c-selftest.ts";
import { stepDefinitions } from "./c-step.ts";
import { type EntryName, entryNames, type Pointer, Storage } from "./c-storage.ts";
import { bytesOf, stepsMember, workspaceFields } from "./c-structs.ts";

export interface COptions {
  readonly prefix: string;
  readonly real: Real;
  /** Lines of the comment the files open with. */
  readonly header: string;
  /** Name of the files before `.h`, `.c` and `_selftest.c`; the prefix if left out. */
  readonly stem?: string | undefined;
  /** Whether steps of training are emitted beside the gradient. */
  readonly trains?: boolean | undefined;
  /** Whether the results are promised to the bit. */
  readonly isPortable?: boolean | undefined;
}

export interface CFiles {
  readonly header: string;
  readonly source: string;
  readonly selftest: string;
  /** Size of the workspace, as the header says. */
  readonly workspaceBytes: number;
  /** What stands in the file beside the header: see `c-description`. */
  readonly description: ReturnType<typeof describe>;
}

export function emitC(module: Module, options: COptions): CFiles {
  const { prefix, real, header, stem = prefix } = options;
  const names = new CNames(prefix);
  // Before members are named, which must not be called like a constant.
  const places = new Map(
    module.model.params.map(({ path }) => [path.join("\u0000"), names.place("PARAMS", path)]),
  );
  const layout = layoutOf(module, names.words);
  const storage = new Storage(module, layout, names);
  const opening = comment(header);
  const parts: Parts = {
    module,
    prefix,
    real,
    opening,
    stem,
    names,
    layout,
    storage,
    places,
    operations: operationsOf(module, real),
    trains: options.trains === true,
    isPortable: options.isPortable === true,
  };
  return {
    header: headerText(parts),
    source: new Source(parts).text(),
    selftest: selfTest(parts),
    workspaceBytes: bytesOf(workspaceFields(parts), parts),
    description: describe({ ...parts, opening: header }),
  };
}

/** Writes the source file. */
class Source {
  readonly #parts: Parts;
  readonly #storage: Storage;
  /** Identifiers of static functions, by function of the program. */
  readonly #functions = new Map<string, string>();
  readonly #helpers = new Map<HelperName, string>();
  /** The function that asks whose workspace it is. */
  readonly #owns: string;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#storage = parts.storage;
    this.#owns = parts.names.file("owns_");
    for (const fn of parts.storage.functions) {
      if (!isEntry(fn.name)) this.#functions.set(fn.name, parts.names.file(fn.name));
    }
  }

  text(): string {
    const { prefix: p, names, opening, stem } = this.#parts;
    const functions = this.#storage.functions.map((fn) => this.#function(fn));
    const apart = this.#parts.module.solver.isSmall === true ? names.macro("APART") : undefined;
    const helpers = [...this.#helpers]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, identifier]) => helperText(name, identifier, this.#parts.real, apart));
    const training = this.#parts.trains ? [stepDefinitions(this.#parts, names.file("adam_move_"))] : [];
    const tables = this.#storage.tables
      .filter((array) => this.#storage.onlyUser(array) === undefined)
      .map((array) => this.#table(array));
    const restrict = names.macro("RESTRICT");
    return `${opening}

#include "${stem}.h"

${this.#parts.isPortable ? "#include <float.h>\n" : ""}#include <math.h>
#include <stddef.h>
${this.#parts.isPortable ? sameBits(this.#parts.real) : ""}
/* Pointers never overlap. Compilers that have a word for it in C and C++ alike are told so; define the macro for others. */
#ifndef ${restrict}
#if defined(__GNUC__)
#define ${restrict} __restrict
#else
#define ${restrict}
#endif
#endif
${
  this.#parts.module.solver.isSmall === true
    ? shortness(
        names,
        [...helpers, ...functions].some((text) => text.includes(names.macro("APART"))),
      )
    : ""
}
/* The workspace is as large as the header says, where ${this.#parts.real} has ${this.#parts.real === "float" ? 4 : 8} bytes. */
extern char ${p}_workspace_check[((sizeof(${this.#parts.real}) != ${this.#parts.real === "float" ? 4 : 8}u) || (sizeof(${p}_workspace) == ${names.macro("WORKSPACE_BYTES")})) ? 1 : -1];
${placesChecked(this.#parts)}
${[defaultText(this.#parts), this.#ownership([...tables, ...functions]), ...tables, ...helpers, ...functions, ...training].join("\n")}`;
  }

  /** Whose a workspace is; it is this module's from its first use on. `texts`: what makes the module what it is. */
  #ownership(texts: readonly string[]): string {
    const { prefix: p, names } = this.#parts;
    const hash = fingerprint([p, workspaceText(this.#parts), ...texts]);
    const [high, low] = [hash.slice(0, 8), hash.slice(8)].map((word) => `0x${word.toUpperCase()}u`);
    return `#if defined(${names.macro("DEBUG")})
/* Whether a workspace is fresh or has been this module's own, which it is from now on. */
static int ${this.#owns}(${p}_workspace *ws)
{
    int is_own = 0;
    if ((ws->tag[0] == 0u) && (ws->tag[1] == 0u)) {
        ws->tag[0] = ${high};
        ws->tag[1] = ${low};
    }
    if ((ws->tag[0] == ${high}) && (ws->tag[1] == ${low})) {
        is_own = 1;
    }
    return is_own;
}
#endif
`;
  }

  /** Stores NaN into all results that an entry hands over, and touches no workspace. */
  #notNumbers(entry: EntryName): readonly Statement[] {
    const names = new Names();
    const isGradient = entry === "gradient" || entry === "hvp";
    const records = isGradient
      ? ["value", "state0Bar", "paramsBar", "inputsBar", "inputsDensity"]
      : ["states", "outputs", "value"];
    const isProduct = entry === "jvp" || entry === "hvp";
    const wanted = isProduct ? [...records, ...records.map((record) => `${record}Dot`)] : records;
    const results = this.#parts.module.program.arrays.filter(
      (array) => array.home !== undefined && wanted.includes(array.home.record),
    );
    return results.flatMap(({ name, shape }) =>
      build.forEachEntry(shape, names.fresh, (at) => [build.store(name, at, build.number(Number.NaN))]),
    );
  }

  /** Tables that this function alone reads, inside it. */
  #ownTables(fn: Fn): string {
    const own = this.#storage.tables.filter((array) => this.#storage.onlyUser(array) === fn.name);
    return own.map((array) => `${this.#table(array).trimEnd().replace(/^/gm, "    ")}\n`).join("");
  }

  #table(array: GlobalArray): string {
    const isInteger = array.element === "integer";
    const extents = array.shape.map((extent) => `[${extent}]`).join("");
    const { real } = this.#parts;
    const values = initialiser(array.data ?? [], array.shape, isInteger ? "integer" : real);
    const type = isInteger ? "int32_t" : real;
    const flash = this.#parts.names.macro("FLASH");
    return `static const ${flash} ${type} ${this.#storage.identifier(array)}${extents} =\n    ${wrapped(values, "    ")};\n`;
  }

  #function(fn: Fn): string {
    const doc = fn.doc === undefined ? "" : `${comment(fn.doc)}\n`;
    if (isEntry(fn.name)) return doc + this.#entry(fn, fn.name);
    const { parameters, lines } = new CPrinter(this.#spelling(fn), this.#parts.real).kernel(fn);
    const pointers = this.#storage.pointersOf(fn).map((pointer) => this.#pointer(pointer, fn));
    const list = [...pointers, ...parameters];
    const apart = this.#isApart(fn) ? `${this.#parts.names.macro("APART")} ` : "";
    return `${doc}${apart}static void ${this.#functions.get(fn.name)}(${list.length === 0 ? "void" : list.join(", ")})
{
${this.#ownTables(fn)}${lines.map((line) => line.text).join("\n")}
}
`;
  }

  /** Whether copies of a function would be made for its callers, of a module that is to be small. */
  #isApart(fn: Fn): boolean {
    if (this.#parts.module.solver.isSmall !== true) return false;
    let calls = 0;
    for (const { body } of this.#storage.functions)
      forEachStatement(body, (statement) => {
        if (statement.kind === "call" && statement.callee === fn.name) calls++;
      });
    return calls > 1;
  }

  /** The function that runs, with pointers that are known to be different, and the one that callers see. */
  #entry(fn: Fn, name: EntryName): string {
    const { prefix: p, names } = this.#parts;
    const printed = (one: Fn): string =>
      new CPrinter(this.#spelling(fn), this.#parts.real)
        .entryBody(one)
        .map((line) => line.text)
        .join("\n");
    const used = this.#storage.pointersOf(fn);
    const pointers = used.map((pointer) => this.#pointer(pointer, fn));
    const result = this.#storage.resultOf(fn);
    // A gradient checks its capacity itself, as in every target. A solve needs none, but C has no larger counts than
    // the one it was compiled for.
    const bad = names.status(status.badArgument);
    const arguments_ = argumentsOf(name);
    const isThere = arguments_.map((one) => `(${one} != NULL)`).join(" && ");
    const run = `status = ${p}_run_${name}(${used.join(", ")});`;
    const isBounded = (name === "solve" || name === "jvp") && this.#parts.module.model.field === undefined;
    const refused = new CPrinter(this.#spelling(fn), this.#parts.real)
      .refusal(isBounded ? this.#refusal(name) : { name, parameters: [], body: [] }, "status")
      .map((line) => (line.text === "" ? "" : `        ${line.text}`))
      .join("\n");
    const act = isBounded
      ? `        if (in->${stepsMember(this.#parts.module.solver)} > ${names.macro("STEPS")}) {
${refused}
        } else {
            ${run}
        }`
      : `        ${run}`;
    const noNumbers = new CPrinter(this.#spelling(fn), this.#parts.real)
      .refusal({ name, parameters: [], body: this.#notNumbers(name) }, "status")
      .map((line) => `        ${line.text}`)
      .join("\n");
    const checked = `#if defined(${names.macro("DEBUG")})
        if (${this.#owns}(ws) == 0) {
${noNumbers}
            status = ${names.status(wrongWorkspace.wrongWorkspace)};
        } else {
${act.replace(/^/gm, "    ")}
        }
#else
${act}
#endif`;
    return `static enum ${p}_status ${p}_run_${name}(${pointers.length === 0 ? "void" : pointers.join(", ")})
{
${this.#ownTables(fn)}${printed(fn)}
}

${signature(p, name, result, this.#parts.module.model.field !== undefined)}
{
    enum ${p}_status status = ${bad};
    if (${isThere}) {
${checked}
    }
    return (int)status;
}
`;
  }

  /** What a solve of too many steps leaves behind: results that are no numbers, and a status. */
  #refusal(entry: EntryName): Fn {
    const names = new Names();
    const ofHome = (record: string): readonly GlobalArray[] =>
      this.#parts.module.program.arrays.filter((array) => array.home?.record === record);
    const records = ["states", "outputs", "value"];
    const tangents = entry === "jvp" ? records.map((record) => `${record}Dot`) : [];
    const results = [...records, ...tangents].flatMap(ofHome);
    const notANumber = build.number(Number.NaN);
    return {
      name: entry,
      parameters: [],
      body: [
        ...results.flatMap(({ name, shape }) =>
          build.forEachEntry(shape, names.fresh, (at) => [build.store(name, at, notANumber)]),
        ),
        ...ofHome("report").map(({ name }) => build.store(name, [], build.zero)),
        build.leave(status.stepLimit),
      ],
    };
  }

  #pointer(name: Pointer, fn: Fn): string {
    const { prefix: p, names } = this.#parts;
    const types = {
      along: `const ${p}_direction`,
      change: `${p}_${this.#storage.resultOf(fn)}`,
      in: `const ${p}_problem`,
      ws: `${p}_workspace`,
      out: `${p}_${this.#storage.resultOf(fn)}`,
    };
    return `${types[name]} *${names.macro("RESTRICT")} ${name}`;
  }

  #spelling(fn: Fn): Spelling {
    const storage = this.#storage;
    const { names } = this.#parts;
    return {
      entry: (name, at) => {
        const array = storage.array(name);
        if (array === undefined) throw new Error(`${name} has no place in the module`);
        return storage.spell(array, at, fn);
      },
      literal: (name) => {
        const array = storage.array(name);
        if (array?.role !== "constant" || array.shape.length > 0 || array.data === undefined)
          return undefined;
        const [value] = array.data as [number];
        const { module, names, real } = this.#parts;
        const isCapacity = array.name.startsWith("capacity") && value === module.solver.steps;
        return isCapacity ? `(${real})${names.macro("STEPS")}` : cNumber(value, real);
      },
      words: names.words,
      taken: [
        ...storage.tables.map((array) => storage.identifier(array)),
        ...this.#functions.values(),
        ...storage.pointers,
      ],
      isInteger: (name) => storage.array(name)?.element === "integer",
      isUnsigned: (name) => {
        const home = storage.array(name)?.home;
        return home?.record === "control" && home.path[0] === stepsMember(this.#parts.module.solver);
      },
      call: (callee, args) => {
        const pointers = storage.pointersOf(storage.fn(callee));
        return `${this.#functions.get(callee)}(${[...pointers, ...args].join(", ")})`;
      },
      statusType: `${this.#parts.prefix}_status`,
      status: (code) => names.status(code),
      helper: (name) => {
        const known = this.#helpers.get(name);
        if (known !== undefined) return known;
        const identifier = names.file(`${name}_`);
        this.#helpers.set(name, identifier);
        return identifier;
      },
    };
  }
}

/** Keeps compilers from making long what is short; `hasApart`: whether there are functions of several callers. */
function shortness(names: CNames, hasApart: boolean): string {
  const [apart, asCompiled] = [names.macro("APART"), names.macro("AS_COMPILED")];
  const also = hasApart ? ", and a function of several callers is not\n * copied for them" : "";
  const defined = hasApart
    ? `\n#define ${apart} __attribute__((noinline, noclone))\n#else\n#define ${apart}`
    : "";
  return `
/* What is short stays so: a loop that clears an array is no call of a library${also}. ${asCompiled} leaves that to the compiler. */
#if defined(__GNUC__) && !defined(__clang__) && !defined(${asCompiled})
#pragma GCC optimize ("no-tree-loop-distribute-patterns")${defined}
#endif
`;
}

/** What compilers do to arithmetic is kept from them, or refused where it cannot be. */
function sameBits(real: Real): string {
  // Floats that are computed with as doubles are other floats; doubles are doubles by then.
  const others = real === "float" ? [0, 16] : [0, 1, 16];
  const wrong = others.map((method) => ` && (FLT_EVAL_METHOD != ${method})`).join("");
  return `
/* The same bits on every part: nothing is fused, and every operation is rounded to ${real}. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize ("fp-contract=off")
#endif
#if defined(__FAST_MATH__)
#error "-ffast-math changes the bits that --math portable promises"
#endif
${
  real === "float"
    ? ""
    : `#if DBL_MANT_DIG != 53
#error "double has fewer bits here than --math portable promises: --real float has its own"
#endif
`
}#if defined(FLT_EVAL_METHOD)${wrong}
#error "this compiler computes with more than the bits of a ${real}: --math portable promises others (-mfpmath=sse)"
#endif
`;
}

const isEntry = (name: string): name is EntryName => entryNames.some((one) => one === name);
