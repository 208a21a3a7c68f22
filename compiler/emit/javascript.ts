/**
 * Prints a module as JavaScript or TypeScript. In: an optimised module. Out: an ES module without imports and its
 * source map: `meta`, `io`, `status`, the solve and its gradient, the field and its derivatives, and a comfortable layer
 * of named records over them. Work arrays are module-level constants, so a module is one instance.
 */

import { addMapping, GenMapping, setSourceContent, toEncodedMap } from "@jridgewell/gen-mapping";
import { type Earlier, made } from "../ir/earlier.ts";
import type { GlobalArray, Home } from "../ir/nodes.ts";
import { type Leaf, sizeOf } from "../model.ts";
import { controlOf, type Entry, exportName, type Module, reportOf, status } from "../module.ts";
import type { Matrices } from "../optimise/programmed.ts";
import type { Line } from "./function-printer.ts";
import { Identifiers, reserved } from "./identifiers.ts";
import { lineComments } from "./javascript-comment.ts";
import { crossbarLayer, crossbarNames, withProgramming } from "./javascript-crossbar.ts";
import { type Data, type Form, numbers } from "./javascript-data.ts";
import { JavaScriptPrinter, type ModulePlaces, type Place, stridesOf } from "./javascript-functions.ts";
import { type Checkpoints, comfortableLayer, fieldLayer, layerNames, reserve } from "./javascript-layer.ts";
import { fieldTypes, quoted, recordTypes } from "./javascript-types.ts";

export interface JavaScriptOptions {
  readonly dialect: "js" | "ts";
  /** Name of the model file, as it stands in comments and in the source map. */
  readonly file: string;
  /** Lines of the comment the module opens with. */
  readonly header: string;
  /** Text of the model, for the source map. */
  readonly text?: string | undefined;
  /** Matrices that a crossbar holds; the module then has its products from the one it is connected to. */
  readonly matrices?: readonly Matrices[] | undefined;
  /** In the place of a module, a function of this name that makes one: an object of what it would export. */
  readonly factory?: string | undefined;
  /** The lines of its functions, where they have been printed before. */
  readonly functions?: readonly Line[] | undefined;
  /** What builds before printed of functions of the same model. */
  readonly earlier?: Earlier | undefined;
}

/** A line, or several of data that come from nowhere in the model: thousands, of which each would be an object of its own. */
interface Piece extends Line {
  /** Lines of the text, 1 if left out. */
  readonly rows?: number;
}

/** Where a place of the text comes from; nowhere, where nothing is said. Lines begin with 1, columns with 0. */
export interface Mapping {
  readonly generated: { readonly line: number; readonly column: number };
  readonly original?: { readonly line: number; readonly column: number };
}

/** `lines`: how many the code has; `functions`: those of the module's functions alone. */
export interface EmittedJavaScript {
  readonly code: string;
  readonly lines: number;
  readonly mappings: readonly Mapping[];
  /** The mappings as a source map. */
  map(): object;
  readonly functions: readonly Line[];
}

export function emitJavaScript(module: Module, options: JavaScriptOptions): EmittedJavaScript {
  const isTyped = options.dialect === "ts";
  const storage = new Storage(module);
  const lines: Piece[] = [
    ...lineComments(options.header).map((text) => ({ text })),
    ...(isTyped ? plainLines(unchecked) : []),
    { text: "" },
    ...plainLines(metaText(module, isTyped)),
    ...storage.lines(options.factory === undefined ? "rows" : "text"),
    ...(options.matrices === undefined
      ? []
      : plainLines(crossbarLayer(options.matrices, (array) => storage.places.place(array)))),
  ];
  const functions = options.functions ?? functionLines(module, storage.places, options);
  for (const line of functions) lines.push(line);
  const withMap = (all: readonly Piece[]): EmittedJavaScript => {
    const mappings = options.text === undefined ? [] : mappingsOf(all, module.model.file, options.text);
    return {
      code: joined(all),
      lines: all.reduce((sum, { rows = 1 }) => sum + rows, 0),
      mappings,
      map: () => sourceMap(mappings, options),
      functions,
    };
  };
  const { field } = module.model;
  if (options.factory !== undefined) {
    if (field === undefined)
      lines.push(...plainLines(reserve(isTyped, storage.checkpoints(), module.solver.batch)));
    return withMap(inFunction(lines, options.factory));
  }
  const emitted = (name: Entry["name"]): boolean => module.entries.some((entry) => entry.name === name);
  const answers = { solves: emitted("solve"), differentiates: emitted("gradient") };
  const isAsked = answers.solves || answers.differentiates;
  if (field !== undefined) {
    if (!isAsked) return withMap(lines);
    const points = module.model.data.find(({ name }) => name === field.points[0])!.path[0]!;
    const types = isTyped ? fieldTypes(module.model, answers) : undefined;
    const hasArrays = options.matrices !== undefined;
    lines.push(...plainLines(fieldLayer(types, field.count, points, hasArrays, answers)));
    return withMap(lines);
  }
  if (!isAsked) {
    lines.push(...plainLines(`\n${reserve(isTyped, storage.checkpoints(), module.solver.batch)}`));
    return withMap(lines);
  }
  const controls = controlOf(module.solver).map(([name]) => name);
  const types = isTyped ? recordTypes(module.model, controls, answers, module.solver) : undefined;
  lines.push(
    ...plainLines(
      comfortableLayer(types, storage.checkpoints(), controls, {
        ...answers,
        isComputed: module.model.initial !== undefined,
        hasDensity: module.solver.density === true,
        batch: module.solver.batch,
        hasArrays: options.matrices !== undefined,
      }),
    ),
  );
  return withMap(lines);
}

function functionLines(
  { program, entries }: Module,
  places: ModulePlaces,
  { dialect, matrices, earlier }: JavaScriptOptions,
): Line[] {
  const entryOf = new Map(entries.map((entry) => [entry.fn, entry]));
  const names = program.functions.map(({ name }) => [name, places.functionName(name)]);
  const arrays = program.arrays.map(({ name, element }) => [name, element, places.place(name)]);
  const placed = earlier && JSON.stringify([dialect, names, arrays]);
  return program.functions.flatMap((fn) => {
    const entry = entryOf.get(fn.name);
    const lines = made(
      earlier,
      fn,
      "printed",
      () => `${JSON.stringify([fn.doc, entry])} ${placed}`,
      () => {
        const printer = new JavaScriptPrinter(places, dialect === "ts");
        return entry ? printer.entry(fn, entry) : printer.kernel(fn);
      },
    );
    return [{ text: "" }, ...(entry && matrices ? withProgramming(lines) : lines)];
  });
}

/** Lines as a text. Megabytes of data are put to it as they are, and copied when somebody reads it. */
function joined(lines: readonly Piece[]): string {
  let code = "";
  let plain: string[] = [];
  for (const { text, rows } of lines) {
    if (rows === undefined) {
      plain.push(text);
      continue;
    }
    code += plain.length === 0 ? "" : `${plain.join("\n")}\n`;
    code += `${text}\n`;
    plain = [];
  }
  return plain.length === 0 ? code : `${code}${plain.join("\n")}\n`;
}

/** The lines of a module as the body of a function that returns what the module exports. */
function inFunction(lines: readonly Piece[], name: string): Piece[] {
  const exported: string[] = [];
  const body = lines.map((line): Piece => {
    if (line.rows !== undefined || !line.text.startsWith("export ")) return line;
    const [, rest, own] = /^export ((?:const|function) ([\w$]+).*)$/.exec(line.text) ?? [];
    if (own !== undefined) exported.push(own);
    return { ...line, text: rest ?? line.text };
  });
  return [
    { text: `function ${name}() {` },
    ...body,
    { text: `return { ${exported.join(", ")} };` },
    { text: "}" },
  ];
}

/** Holds under `tsc --strict`; what a project asks for beyond that is not asked of generated text. */
const unchecked = "// @ts-nocheck: written for tsc --strict, not for unchecked indices or unused parameters.";

const plainLines = (text: string): Line[] => text.split("\n").map((line) => ({ text: line }));

/** Words of a flat record. */
interface Record {
  readonly name: Home["record"];
  readonly size: number;
  readonly data: Float64Array;
  readonly isPreset: boolean;
}

const recordNames = [
  "control",
  "state0",
  "params",
  "inputs",
  "data",
  "times",
  "states",
  "outputs",
  "value",
  "state0Bar",
  "paramsBar",
  "inputsBar",
  "inputsDensity",
  "controlDot",
  "state0Dot",
  "paramsDot",
  "inputsDot",
  "timesDot",
  "valueDot",
  "statesDot",
  "outputsDot",
  "state0BarDot",
  "paramsBarDot",
  "inputsBarDot",
  "inputsDensityDot",
  "report",
] as const satisfies readonly Home["record"][];

/** Records that a field has always. */
const fieldRecords: ReadonlySet<string> = new Set([
  "params",
  "data",
  "outputs",
  "value",
  "paramsBar",
  "report",
]);

class Storage {
  readonly places: ModulePlaces;
  readonly #module: Module;
  readonly #records = new Map<Home["record"], Record>();
  readonly #places = new Map<string, Place>();
  readonly #identifiers = new Identifiers(reserved.javascript);

  constructor(module: Module) {
    this.#module = module;
    const functions = new Map<string, string>();
    const free = new Identifiers(reserved.javascript);
    for (const name of [...layerNames, ...crossbarNames]) free.take(name);
    const entries = new Map(module.entries.map((entry) => [entry.fn, entry.name]));
    for (const fn of module.program.functions) {
      const entry = entries.get(fn.name);
      const exported = entry && exportName(entry, module.model);
      functions.set(fn.name, exported ?? free.declare(fn.name));
    }
    for (const name of functions.values()) this.#identifiers.take(name);
    // Inside an exported function an array goes by its own name, beside the arguments, which keep theirs.
    for (const entry of module.entries) {
      for (const argument of entry.arguments) {
        this.#identifiers.take(argument.kind === "real" ? argument.parameter : argument.name);
      }
    }
    this.#layRecords();
    for (const array of module.program.arrays) this.#places.set(array.name, this.#placeOf(array));
    const place = (array: string): Place => {
      const found = this.#places.get(array);
      if (found === undefined) throw new Error(`${array} has no place in the module`);
      return found;
    };
    this.places = {
      place,
      outside: (identifier) => `${identifier}$`,
      functionName: (fn) => functions.get(fn)!,
      taken: [...functions.values()],
      isInteger: (array) =>
        module.program.arrays.some((one) => one.name === array && one.element === "integer"),
    };
  }

  /** Densities and directions are there for those who ask. */
  get #recordNames() {
    const { program } = this.#module;
    const isAsked = (name: Home["record"]): boolean =>
      program.arrays.some(({ home }) => home?.record === name);
    const isField = this.#module.model.field !== undefined;
    return recordNames.filter((name) =>
      isField ? fieldRecords.has(name) || isAsked(name) : !/(Dot|Density)$/.test(name) || isAsked(name),
    );
  }

  #layRecords(): void {
    const { model, program } = this.#module;
    const words = (leaves: readonly Leaf[]) => leaves.reduce((sum, leaf) => sum + sizeOf(leaf.shape), 0);
    const inputs = model.inputs.reduce((sum, input) => sum + input.count * words(input.leaves), 0);
    const observations = model.times?.length ?? 1;
    const samples = this.#module.solver.batch ?? 1;
    const outputs = model.outputs.reduce((sum, output) => sum + sizeOf(output.shape), 0);
    const sizes: { readonly [name in Home["record"]]: number } = {
      control: controlOf(this.#module.solver).length,
      state0: samples * words(model.state),
      params: words(model.params),
      inputs,
      data: samples * words(model.data),
      times: observations,
      states: samples * observations * words(model.state),
      outputs: samples * observations * outputs,
      value: 1,
      state0Bar: samples * words(model.state),
      paramsBar: words(model.params),
      inputsBar: inputs,
      inputsDensity: inputs,
      controlDot: 2,
      state0Dot: samples * words(model.state),
      paramsDot: words(model.params),
      inputsDot: inputs,
      timesDot: observations,
      valueDot: 1,
      statesDot: samples * observations * words(model.state),
      outputsDot: samples * observations * outputs,
      state0BarDot: samples * words(model.state),
      paramsBarDot: words(model.params),
      inputsBarDot: inputs,
      inputsDensityDot: inputs,
      report: reportOf(this.#module.solver).length,
    };
    for (const name of this.#recordNames) {
      const data = new Float64Array(sizes[name]);
      let isPreset = false;
      for (const array of program.arrays) {
        if (array.home?.record !== name || array.data === undefined) continue;
        const isOwn = this.#module.solver.batch !== undefined && (name === "state0" || name === "data");
        const rows = isOwn ? samples : 1;
        const row = array.data.length / rows;
        for (let b = 0; b < rows; b++)
          data.set(
            rows === 1 ? array.data : array.data.slice(b * row, (b + 1) * row),
            b * (sizes[name] / rows) + array.home.offset,
          );
        isPreset = true;
      }
      this.#records.set(name, { name, size: sizes[name], data, isPreset });
    }
  }

  /** Scalars and observed records are addressed in their flat record; other leaves have a view of their own. */
  #placeOf(array: GlobalArray): Place {
    const { home } = array;
    const isBatch = this.#module.solver.batch !== undefined;
    const observed = /^(states|outputs)(Dot)?$/;
    const ownOfSamples = /^(states|outputs|state0|state0Bar|data)(Dot)?$/;
    if (home !== undefined && (isBatch ? ownOfSamples : observed).test(home.record)) {
      let stride = this.#records.get(home.record)!.size;
      const leading = array.shape.slice(0, home.lead).map((extent) => {
        stride /= extent;
        return stride;
      });
      return {
        identifier: home.record,
        offset: home.offset,
        strides: [...leading, ...stridesOf(array.shape.slice(home.lead))],
      };
    }
    if (home !== undefined && array.shape.length === 0) {
      return { identifier: home.record, offset: home.offset, strides: [] };
    }
    if (home?.record === "times" || home?.record === "timesDot")
      return { identifier: home.record, offset: 0, strides: [1] };
    return { identifier: this.#identifiers.declare(array.name), offset: 0, strides: stridesOf(array.shape) };
  }

  /** Checkpoint arrays with the words they hold per step, and the constant that says how many steps there is room for. */
  checkpoints(): Checkpoints {
    const arrays = this.#module.program.arrays.filter((array) => array.role === "checkpoint");
    const capacity = this.#module.program.arrays.find(
      (array) => array.role === "constant" && array.name.startsWith("capacity"),
    );
    return {
      arrays: arrays.map((array) => ({
        name: `${this.places.place(array.name).identifier}$`,
        words: sizeOf(array.shape.slice(1)),
        more: array.shape[0]! - this.#module.solver.steps,
      })),
      capacity: capacity && `${this.places.place(capacity.name).identifier}$`,
    };
  }

  /** The declarations of arrays; `form`: of long lists of numbers. */
  lines(form: Form): Piece[] {
    const declared = (head: string, contents: Data | number, rest = ""): Piece =>
      typeof contents === "number"
        ? { text: `${head}(${contents});${rest}` }
        : { text: `${head}(${contents.text});${rest}`, rows: contents.rows };
    const plain = (text: string): Piece => ({ text });
    const out: Piece[] = [plain("// The module's own arrays: write, call, read.")];
    for (const { name, isPreset, data, size } of this.#records.values())
      out.push(declared(`const ${name}$ = new Float64Array`, isPreset ? numbers(data, form) : size));
    const members = this.#recordNames.map((name) => `  ${name}: ${name}$,`);
    out.push(...["export const io = {", ...members, "};", ""].map(plain));
    const views: Piece[] = [];
    const work: Piece[] = [];
    for (const array of this.#module.program.arrays) {
      const { identifier } = this.places.place(array.name);
      if (array.home !== undefined) {
        if (identifier === array.home.record) continue;
        const end = array.home.offset + sizeOf(array.shape);
        const view = `${array.home.record}$.subarray(${array.home.offset}, ${end})`;
        views.push(plain(`const ${identifier}$ = ${view};`));
        continue;
      }
      const kind = array.element === "integer" ? "Int32Array" : "Float64Array";
      const keyword = array.role === "checkpoint" ? "let" : "const";
      const contents = array.data === undefined ? sizeOf(array.shape) : numbers(array.data, form);
      const shape = array.shape.length > 1 ? ` // ${array.shape.join(" × ")}` : "";
      work.push(declared(`${keyword} ${identifier}$ = new ${kind}`, contents, shape));
    }
    if (views.length > 0)
      out.push(plain("// Leaves of the model as views of them, row-major."), ...views, plain(""));
    if (work.length > 0) out.push(plain("// Constants and work arrays."), ...work);
    return out;
  }
}

const offsets = (names: readonly string[]): string => names.map((name, i) => `${name}: ${i}`).join(", ");

function metaText(module: Module, isTyped: boolean): string {
  const { model, solver } = module;
  const layout = (leaves: readonly { name: string; offset: number; shape: readonly number[] }[]): string => {
    const size = leaves.reduce((sum, leaf) => sum + sizeOf(leaf.shape), 0);
    const rows = leaves.map(
      ({ name, offset, shape }) =>
        `      { name: ${quoted(name)}, offset: ${offset}, shape: [${shape.join(", ")}] },`,
    );
    return rows.length === 0
      ? `{ size: 0, leaves: [] }`
      : `{\n    size: ${size},\n    leaves: [\n${rows.join("\n")}\n    ],\n  }`;
  };
  const plain = (leaves: readonly Leaf[]) =>
    layout(leaves.map((leaf) => ({ name: leaf.path.join("."), offset: leaf.offset, shape: leaf.shape })));
  const inputs = model.inputs.flatMap((input) =>
    input.leaves.map((leaf) => ({
      name: leaf.path.join("."),
      offset: leaf.offset,
      shape: [input.count, ...leaf.shape],
    })),
  );
  let outputOffset = 0;
  const outputs = model.outputs.map((output) => {
    const row = { name: output.name, offset: outputOffset, shape: output.shape };
    outputOffset += sizeOf(output.shape);
    return row;
  });
  const bytes = 8 * module.words.workspace;
  const names = Object.entries(status).map(([name, code]) => `  ${name}: ${code},`);
  const type = isTyped
    ? [
        "export type Layout = { size: number; leaves: { name: string; offset: number; shape: number[] }[] };",
        "export type Status = number;",
        "",
      ]
    : [];
  const layoutType = isTyped ? " as Layout" : "";
  return [
    ...type,
    "export const meta = {",
    `  model: ${quoted(model.name)},`,
    `  version: ${quoted(module.version)},`,
    ...(model.field === undefined
      ? [
          `  method: ${quoted(solver.method)},`,
          `  adjoint: ${quoted(solver.adjoint)},`,
          `  control: { ${offsets(controlOf(solver).map(([name]) => name))} },`,
          `  state: ${plain(model.state)}${layoutType},`,
        ]
      : [`  points: ${model.field.count},`]),
    `  params: ${plain(model.params)}${layoutType},`,
    ...(model.field === undefined ? [`  inputs: ${layout(inputs)}${layoutType},`] : []),
    `  data: ${plain(model.data)}${layoutType},`,
    `  outputs: ${layout(outputs)}${layoutType},`,
    ...(model.field === undefined ? [`  timesAreGiven: ${model.times !== undefined},`] : []),
    ...(solver.batch === undefined ? [] : [`  batch: ${solver.batch},`]),
    `  report: { ${offsets(reportOf(solver))} },`,
    `  bytes: { workspace: ${bytes}, checkpoints: ${8 * module.words.checkpoints} },`,
    "};",
    "",
    `// ${whatReturns(module)}`,
    "export const status = {",
    ...names,
    "};",
    "",
  ].join("\n");
}

/** Whose results the status codes are, of what is emitted. */
function whatReturns({ entries, model }: Module): string {
  const runs = entries
    .filter((entry) => entry.arguments.length === 0)
    .map(({ name }) => exportName(name, model));
  const last = runs.pop();
  if (last === undefined) return "How a run ends; the functions of this module are no runs.";
  return runs.length === 0 ? `What ${last} returns.` : `What ${runs.join(", ")} and ${last} return.`;
}

/** The last row that starts at or before a place, by bisection. */
function rowAt(starts: readonly number[], place: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Lines that come from the model lead to it, to the statement or expression; all others lead nowhere. */
function mappingsOf(lines: readonly Piece[], model: string, text: string): Mapping[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  const mappings: Mapping[] = [];
  let isOpen = false;
  let below = 1;
  for (const line of lines) {
    const here = below;
    below += line.rows ?? 1;
    // What comes from a module that the model imports has its place in another text.
    const span = line.span?.file === model ? line.span : undefined;
    if (span !== undefined) {
      const row = rowAt(starts, span.start);
      const column = line.text.length - line.text.trimStart().length;
      const original = { line: row + 1, column: span.start - starts[row]! };
      mappings.push({ generated: { line: here, column }, original });
    } else if (isOpen) {
      mappings.push({ generated: { line: here, column: 0 } });
    }
    isOpen = span !== undefined;
  }
  return mappings;
}

function sourceMap(mappings: readonly Mapping[], { file, dialect, text }: JavaScriptOptions): object {
  const map = new GenMapping({ file: file.replace(/(\.ode)?\.ts$/, `.${dialect}`) });
  if (text !== undefined) setSourceContent(map, file, text);
  for (const { generated, original } of mappings) {
    if (original === undefined) addMapping(map, { generated });
    else addMapping(map, { generated, source: file, original });
  }
  return toEncodedMap(map);
}
