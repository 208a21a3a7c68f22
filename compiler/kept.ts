/**
 * What builds of the same models have in common: most edits leave a model what it was, but for where its text stands and what
 * its numbers start from. Whoever builds again and again keeps one of these; what comes out is the same with or without it.
 */

import type { Printed } from "./emission.ts";
import { Heads } from "./frontend/heads.ts";
import { Earlier } from "./ir/earlier.ts";
import { Latest } from "./ir/latest.ts";
import type { GlobalArray, Home } from "./ir/nodes.ts";
import { Comparison, moved } from "./ir/places.ts";
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
/** Models of whose functions is known what was made of them: those that are being edited. */
const mostModels = 8;

export class Kept {
  /** Of the files that models are read from. */
  readonly heads = new Heads();
  /** The latest first. */
  #entries: readonly Entry[] = [];
  readonly #earlier = new Latest<Earlier>(mostModels);

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
      // Names of arrays come from the order of keys in the text.
      const comparison = new Comparison({ free: "initial", isOrdered: true });
      if (!comparison.isSame(entry.model, model)) continue;
      const functions = moved(entry.printed.functions, comparison.places);
      if (functions === undefined) continue;
      const { printed } = entry;
      const module = startingFrom(entry.module, model);
      return { module, printed: { module: startingFrom(printed.module, model), functions } };
    }
    return undefined;
  }

  /** What was made of functions of the model. */
  earlier({ name, file }: Model): Earlier {
    return this.#earlier.of(`${name} ${file}`, () => new Earlier());
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
