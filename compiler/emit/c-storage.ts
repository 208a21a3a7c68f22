/**
 * Which of the caller's structs holds what in generated C, and who touches it. In: a module and its layout. Out: the
 * functions that `solve` and `gradient` reach, the arrays those need in the workspace and as tables, and how each entry
 * of an array is spelled inside a function.
 */

import type { Fn, GlobalArray } from "../ir/nodes.ts";
import { arraysOf, calleesOf } from "../ir/walk.ts";
import { sizeOf } from "../model.ts";
import type { Module } from "../module.ts";
import type { Layout } from "./c-layout.ts";
import type { CNames } from "./c-names.ts";
import { Identifiers } from "./identifiers.ts";

export const entryNames = ["solve", "gradient", "jvp", "hvp"] as const;
export type EntryName = (typeof entryNames)[number];
/** `along`: a direction; `change`: how the results change along it. */
export type Pointer = "in" | "along" | "ws" | "out" | "change";

const pointers: readonly Pointer[] = ["in", "along", "ws", "out", "change"];

/** Whether an entry gives a gradient, for which the states that it passes are work. */
const isGradient = (entry: EntryName): boolean => entry === "gradient" || entry === "hvp";

export class Storage {
  /** Entry functions among those reached: `solve`, `gradient` or both. */
  readonly entries: readonly EntryName[];
  /** What the entries are handed, by the names that their functions and those they call have for it. */
  get pointers(): readonly Pointer[] {
    const isAlong = this.entries.some((entry) => entry === "jvp" || entry === "hvp");
    return isAlong ? pointers : pointers.filter((pointer) => pointer !== "along" && pointer !== "change");
  }
  /** Callees before callers, as in the program. */
  readonly functions: readonly Fn[];
  /** Tables of constants that are read. */
  readonly tables: readonly GlobalArray[];
  readonly reals: readonly GlobalArray[];
  readonly integers: readonly GlobalArray[];
  /** A gradient passes by the observations, for which its results have no place. */
  readonly keepsStates: boolean;
  /** And their tangents. */
  readonly keepsStateDots: boolean;
  readonly #layout: Layout;
  readonly #arrays: ReadonlyMap<string, GlobalArray>;
  readonly #byName: ReadonlyMap<string, Fn>;
  readonly #reached = new Map<string, Set<EntryName>>();
  /** Identifiers of workspace members and of tables, by array. */
  readonly #identifiers = new Map<string, string>();

  constructor(module: Module, layout: Layout, names: CNames) {
    const { program } = module;
    this.#layout = layout;
    this.#arrays = new Map(program.arrays.map((array) => [array.name, array]));
    this.#byName = new Map(program.functions.map((fn) => [fn.name, fn]));
    this.entries = entryNames.filter((name) => module.entries.some((entry) => entry.name === name));
    for (const name of this.entries) this.#reach(name, name);
    this.functions = program.functions.filter((fn) => this.#reached.has(fn.name));

    const used = new Set(this.functions.flatMap((fn) => [...arraysOf(fn)]));
    const own = program.arrays.filter((array) => array.home === undefined && used.has(array.name));
    this.tables = own.filter((array) => array.role === "constant" && array.shape.length > 0);
    const work = own.filter((array) => array.role !== "constant");
    this.reals = byAlignment(work.filter((array) => array.element === "real"));
    this.integers = work.filter((array) => array.element === "integer");
    const members = new Identifiers(names.words);
    for (const name of ["states", "states_dot", "failed_step", "failed_stage", "unused", "tag"])
      members.take(name);
    for (const array of work) this.#identifiers.set(array.name, members.declare(array.name));
    for (const array of this.tables) this.#identifiers.set(array.name, names.file(array.name));

    const touches = (fn: Fn, record: string): boolean =>
      [...arraysOf(fn)].some((array) => this.#arrays.get(array)?.home?.record === record);
    this.keepsStates = this.functions.some((fn) => this.#isInGradient(fn) && touches(fn, "states"));
    this.keepsStateDots = this.functions.some((fn) => this.#isInGradient(fn) && touches(fn, "statesDot"));
    for (const fn of this.functions) {
      const isShared = new Set([...this.#reached.get(fn.name)!].map(isGradient)).size > 1;
      if (isShared && (touches(fn, "states") || this.pointersOf(fn).includes("out")))
        throw new Error(`${fn.name} writes results of solve and of gradient, which differ`);
      if (this.#isInGradient(fn) && touches(fn, "outputs"))
        throw new Error(`${fn.name} has no place for outputs in a gradient`);
    }
  }

  #reach(name: string, entry: EntryName): void {
    const fn = this.#byName.get(name);
    if (fn === undefined) throw new Error(`the program has no function ${name}`);
    const from = this.#reached.get(name) ?? new Set();
    this.#reached.set(name, from);
    if (from.has(entry)) return;
    from.add(entry);
    for (const callee of calleesOf(fn)) this.#reach(callee, entry);
  }

  #isInGradient(fn: Fn): boolean {
    return [...(this.#reached.get(fn.name) ?? [])].some(isGradient);
  }

  fn(name: string): Fn {
    return this.#byName.get(name)!;
  }

  array(name: string): GlobalArray | undefined {
    return this.#arrays.get(name);
  }

  identifier(array: GlobalArray): string {
    return this.#identifiers.get(array.name)!;
  }

  /** The function that reads a table, if it is one alone: the table then stands inside it (MISRA C rule 8.9). */
  onlyUser(table: GlobalArray): string | undefined {
    const [first, ...others] = this.functions.filter((fn) => arraysOf(fn).has(table.name));
    return others.length === 0 ? first?.name : undefined;
  }

  /** The struct of results that `out` is inside a function. */
  resultOf(fn: Fn): "solution" | "gradients" {
    return this.#isInGradient(fn) ? "gradients" : "solution";
  }

  /** Which of the caller's structs a function touches, itself or through what it calls. */
  pointersOf(fn: Fn): readonly Pointer[] {
    const touched = new Set<Pointer>();
    for (const name of arraysOf(fn)) {
      const array = this.#arrays.get(name);
      if (array !== undefined && array.role !== "constant") touched.add(this.#pointerTo(array, fn));
    }
    for (const callee of calleesOf(fn)) {
      for (const pointer of this.pointersOf(this.fn(callee))) touched.add(pointer);
    }
    return pointers.filter((pointer) => touched.has(pointer));
  }

  #pointerTo(array: GlobalArray, fn: Fn): Pointer {
    if (array.home === undefined) return "ws";
    switch (array.home.record) {
      case "report":
        return "ws";
      case "states":
        return this.#isInGradient(fn) ? "ws" : "out";
      case "statesDot":
        return this.#isInGradient(fn) ? "ws" : "change";
      case "valueDot":
      case "outputsDot":
      case "state0BarDot":
      case "paramsBarDot":
      case "inputsBarDot":
      case "inputsDensityDot":
        return "change";
      case "controlDot":
      case "state0Dot":
      case "paramsDot":
      case "inputsDot":
      case "timesDot":
        return "along";
      case "outputs":
      case "value":
      case "state0Bar":
      case "paramsBar":
      case "inputsBar":
      case "inputsDensity":
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

  /** The spelling of an entry of an array inside a function; `at`: one text per subscript. */
  spell(array: GlobalArray, at: readonly string[], fn: Fn): string {
    const brackets = (texts: readonly string[]): string => texts.map((text) => `[${text}]`).join("");
    const { home } = array;
    if (home === undefined) {
      const identifier = this.identifier(array);
      return `${array.role === "constant" ? identifier : `ws->${identifier}`}${brackets(at)}`;
    }
    const pointer = this.#pointerTo(array, fn);
    // What each sample of a batch has for itself is a struct of its own.
    const row = brackets(at.slice(0, home.lead));
    const inside = at.slice(home.lead);
    const { state, params, inputs, data, outputs } = this.#layout;
    switch (home.record) {
      case "control":
      case "controlDot":
      case "report":
        return `${pointer}->${home.path[0]}`;
      case "timesDot":
      case "times":
        return `${pointer}->times${brackets(at)}`;
      case "value":
      case "valueDot":
        return `${pointer}->value`;
      case "state0":
      case "state0Dot":
      case "state0BarDot":
      case "state0Bar":
        return `${pointer}->state0${row}.${state.spelling(home.path)}${brackets(inside)}`;
      case "params":
      case "paramsDot":
      case "paramsBarDot":
      case "paramsBar":
        return `${pointer}->params.${params.spelling(home.path)}${brackets(at)}`;
      case "inputs":
      case "inputsDot":
      case "inputsBarDot":
      case "inputsBar":
        return `${pointer}->inputs.${inputs.spelling(home.path)}${brackets(at)}`;
      case "inputsDensity":
      case "inputsDensityDot":
        return `${pointer}->density.${inputs.spelling(home.path)}${brackets(at)}`;
      case "data":
        return `${pointer}->data${row}.${data.spelling(home.path)}${brackets(inside)}`;
      case "statesDot":
      case "outputsDot":
      case "states":
      case "outputs": {
        const isState = home.record.startsWith("states");
        const record = isState ? state : outputs;
        const lead = brackets(at.slice(0, home.lead));
        const rest = at.slice(home.lead);
        const member =
          isState && home.record !== "states" && pointer === "ws"
            ? "states_dot"
            : isState
              ? "states"
              : "outputs";
        return `${pointer}->${member}${lead}.${record.spelling(home.path)}${brackets(rest)}`;
      }
      default:
        return home.record satisfies never;
    }
  }
}

/**
 * Arrays in the order in which none is out of step with a cache line of eight doubles because of one before it: those of
 * whole lines first, single numbers last. With rows of numbers elsewhere, gcc takes their elements one by one.
 */
function byAlignment(arrays: readonly GlobalArray[]): GlobalArray[] {
  const step = (array: GlobalArray): number =>
    [8, 4, 2].find((count) => sizeOf(array.shape) % count === 0) ?? 1;
  return arrays.toSorted((a, b) => step(b) - step(a));
}
