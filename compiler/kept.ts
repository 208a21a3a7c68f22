/**
 * What builds of the same models have in common: most edits leave a model what it was, but for where its text stands and what
 * its numbers start from. Whoever builds again and again keeps one of these; what comes out is the same with or without it.
 */

import type { Span } from "./diagnostics/span.ts";
import type { Printed } from "./emission.ts";
import { Heads } from "./frontend/heads.ts";
import type { GlobalArray, Home } from "./ir/nodes.ts";
import type { Leaf, Model } from "./model.ts";
import type { Module, Solver } from "./module.ts";
import type { Options } from "./options.ts";

interface Entry {
  readonly model: Model;
  readonly question: string;
  readonly module: Module;
  readonly printed: Printed;
}

/** Versions of a model, the one before and the one before that, and entries of all models. */
const mostVersions = 2;
const mostEntries = 64;

export class Kept {
  /** Of the files that models are read from. */
  readonly heads = new Heads();
  /** The latest first. */
  #entries: readonly Entry[] = [];

  /**
   * The module of an equal model under equal options, with the numbers that this one starts from, and its functions as printed,
   * with the places of this one. Spans inside the module's program are those of the model that it was made of.
   */
  find(
    model: Model,
    solver: Solver,
    options: Options,
  ): { readonly module: Module; readonly printed: Printed } | undefined {
    const asked = question(solver, options);
    for (const entry of this.#entries) {
      if (!isOf(entry, model) || entry.question !== asked) continue;
      const places = new Comparison().placesOf(entry.model, model);
      const functions = places && moved(entry.printed.functions, places);
      if (functions === undefined) continue;
      const { printed } = entry;
      const module = startingFrom(entry.module, model);
      return { module, printed: { module: startingFrom(printed.module, model), functions } };
    }
    return undefined;
  }

  keep(model: Model, options: Options, module: Module, printed: Printed): void {
    const own = this.#entries.filter((entry) => isOf(entry, model)).slice(0, mostVersions - 1);
    const others = this.#entries.filter((entry) => !isOf(entry, model));
    const latest = { model, question: question(module.solver, options), module, printed };
    this.#entries = [latest, ...own, ...others].slice(0, mostEntries);
  }
}

const isOf = ({ model }: Entry, { name, file }: Model): boolean => model.name === name && model.file === file;

/** What decides, beside the model, on code. */
const question = (solver: Solver, { emit, math, optimise }: Options): string =>
  JSON.stringify([solver, emit, math, optimise]);

type Places = (old: Span) => Span | undefined;

/** Printed lines with other places; nothing where one of them has none. */
function moved(lines: Printed["functions"], places: Places): Printed["functions"] | undefined {
  const out: Printed["functions"][number][] = [];
  for (const line of lines) {
    if (line.span === undefined) {
      out.push(line);
      continue;
    }
    const span = places(line.span);
    if (span === undefined) return undefined;
    out.push({ text: line.text, span });
  }
  return out;
}

/** A module with the default values of another model, which is equal but for them. */
function startingFrom(module: Module, model: Model): Module {
  const values = new Map<string, readonly number[]>();
  const note = (record: Home["record"], leaves: readonly Leaf[]): void => {
    for (const leaf of leaves) values.set(JSON.stringify([record, ...leaf.path]), leaf.initial);
  };
  note("state0", model.state);
  note("params", model.params);
  for (const input of model.inputs) note("inputs", input.leaves);
  note("data", model.data);
  const arrays = module.program.arrays.map((array): GlobalArray => {
    if (array.home === undefined || array.data === undefined) return array;
    const data = values.get(JSON.stringify([array.home.record, ...array.home.path]));
    return data === undefined ? array : { ...array, data };
  });
  return { ...module, model, program: { ...module.program, arrays } };
}

type Plain = Readonly<Record<string, unknown>>;

/**
 * Whether two models are equal but for their places and default values. Equal places stay equal and different ones different, so
 * that whatever looks at places sees the same.
 */
class Comparison {
  readonly #objects = new Map<Span, Span>();
  readonly #there = new Map<string, Span>();
  readonly #back = new Map<string, string>();

  /** The place in the new model for each in the old one; nothing where the models differ. */
  placesOf(old: Model, model: Model): Places | undefined {
    return this.#isSame(old, model) ? (span) => this.#there.get(keyOf(span)) : undefined;
  }

  #isSame(old: unknown, now: unknown): boolean {
    if (Object.is(old, now)) return typeof old !== "object" || old === null || this.#isStill(old);
    if (typeof old !== "object" || typeof now !== "object" || old === null || now === null) return false;
    if (Array.isArray(old)) return Array.isArray(now) && this.#isSameList(old, now);
    if (old instanceof Map) return now instanceof Map && this.#isSameList([...old], [...now]);
    if (isSpan(old)) return isSpan(now) && this.#isPlaced(old, now);
    if (Object.getPrototypeOf(old) !== Object.prototype) return false;
    return this.#isSameRecord(old as Plain, now as Plain);
  }

  /** The same object in both models stays where it is, with what is in it. */
  #isStill(object: object): boolean {
    if (Array.isArray(object)) return typeof object[0] === "number" || this.#isSameList(object, object);
    if (object instanceof Map) return this.#isSameList([...object], [...object]);
    return isSpan(object)
      ? this.#isPlaced(object, object)
      : this.#isSameRecord(object as Plain, object as Plain);
  }

  #isSameList(old: readonly unknown[], now: readonly unknown[]): boolean {
    return old.length === now.length && old.every((each, i) => this.#isSame(each, now[i]));
  }

  #isSameRecord(old: Plain, now: Plain): boolean {
    const keys = Object.keys(old);
    const own = Object.keys(now);
    // Names of arrays come from the order of keys in the text.
    if (keys.length !== own.length || keys.some((key, i) => own[i] !== key)) return false;
    return keys.every((key) => {
      const [before, after] = [old[key], now[key]];
      const isStart = key === "initial" && Array.isArray(before) && Array.isArray(after);
      return isStart ? before.length === after.length : this.#isSame(before, after);
    });
  }

  #isPlaced(old: Span, now: Span): boolean {
    const known = this.#objects.get(old);
    if (known !== undefined && known === now) return true;
    if (old.file !== now.file) return false;
    const [from, to] = [keyOf(old), keyOf(now)];
    const there = this.#there.get(from);
    const back = this.#back.get(to);
    if (there === undefined ? back !== undefined : back !== from) return false;
    if (there === undefined) {
      this.#there.set(from, now);
      this.#back.set(to, from);
    }
    this.#objects.set(old, now);
    return true;
  }
}

const isSpan = (object: object): object is Span => "start" in object && "end" in object && "file" in object;

const keyOf = ({ file, start, end }: Span): string => `${start}:${end}:${file}`;
