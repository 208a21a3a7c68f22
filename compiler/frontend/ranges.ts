/**
 * Bounds of integer forms from what is known where they are written: the bounds of the loops around, the conditions of
 * the branches around, and the contents of constant integer arrays. The index of the innermost loop is replaced by its
 * bounds, which are forms of outer indices, and so on outwards; for the bounds that people write this is exact.
 */

import type { Affine, Atom, Range } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";

/** An index with its first and last value. */
export interface Index {
  readonly name: string;
  readonly first: Affine;
  readonly last: Affine;
}

/** The last value of an index of which no subscript says it: multiples of it are integers in every target. */
const furthest = 2 ** 24 - 1;

/** An index from 0 whose last value is the run's to choose, as far as no subscript leaves its array. */
export class OpenIndex implements Index {
  readonly name: string;
  readonly first = affine.integer(0);
  #last = furthest;

  constructor(name: string) {
    this.name = name;
  }

  get last(): Affine {
    return affine.integer(this.#last);
  }

  /** Lowers the last value to the greatest where `fits` holds, as below it; whether there is one. */
  narrow(fits: () => boolean): boolean {
    const before = this.#last;
    let [fitting, most] = [-1, before];
    while (fitting < most) {
      this.#last = Math.ceil((fitting + most) / 2);
      if (fits()) fitting = this.#last;
      else most = this.#last - 1;
    }
    this.#last = fitting < 0 ? before : fitting;
    return fitting >= 0;
  }

  /** Whether something grows with the index, and nothing says yet how far that goes. */
  unbounds(measure: () => number): boolean {
    if (this.#last < furthest) return false;
    const whole = measure();
    this.#last = Math.floor(furthest / 2);
    const half = measure();
    this.#last = furthest;
    return half < whole;
  }
}

/** Everything known at one place. */
export interface Knowledge {
  /** Indices in force, outermost first. */
  readonly indices: readonly Index[];
  /** Forms that are not negative here. */
  readonly facts: readonly Affine[];
  /** Smallest and largest entry of an integer array. */
  readonly contents: (array: string) => Range | undefined;
}

/** The index among those in force that a run decides on. */
export const openIn = ({ indices }: Knowledge): OpenIndex | undefined =>
  indices.find((index) => index instanceof OpenIndex);

/** How many replacements are tried at most; bounds of bounds of bounds beyond that are given up as unknown. */
const patience = 2000;

export function rangeOf(form: Affine, knowledge: Knowledge): Range {
  const search = new Search(knowledge);
  return { low: 0 - search.highest(affine.scale(form, -1)), high: search.highest(form) };
}

/** Whether the place cannot be reached: two things known of it contradict each other. */
export const isUnreachable = (knowledge: Knowledge): boolean =>
  knowledge.facts.some((fact) => rangeOf(fact, { ...knowledge, facts: [] }).high < 0) ||
  knowledge.indices.some(
    ({ first, last }) => rangeOf(affine.subtract(last, first), { ...knowledge, facts: [] }).high < 0,
  );

class Search {
  readonly #knowledge: Knowledge;
  readonly #order: ReadonlyMap<string, number>;
  #steps = 0;

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
    this.#order = new Map(knowledge.indices.map(({ name }, position) => [name, position]));
  }

  /** The least upper bound that is found. Each fact is used once on the way, or the search would go in circles. */
  highest(form: Affine, facts: readonly Affine[] = this.#knowledge.facts): number {
    if (++this.#steps > patience) return Infinity;
    const inner = this.#innermost(form);
    if (inner === undefined) return this.#highestOfAtoms(form);
    const { coefficient, position } = inner;
    const { name, first, last } = this.#knowledge.indices[position]!;
    const rest = affine.subtract(form, affine.scale(affine.index(name), coefficient));
    const replaced = (bound: Affine) =>
      this.highest(affine.add(rest, affine.scale(bound, coefficient)), facts);
    let best = replaced(coefficient > 0 ? last : first);
    for (const fact of facts) {
      // A fact is not negative, so form ≤ form + m·fact for any m > 0; one m takes the index out of the sum.
      const own = coefficientOf(fact, name);
      if (own === 0 || own > 0 === coefficient > 0 || coefficient % own !== 0) continue;
      const others = facts.filter((each) => each !== fact);
      best = Math.min(best, this.highest(affine.add(form, affine.scale(fact, -coefficient / own)), others));
    }
    return best;
  }

  /** The term with the innermost loop index. */
  #innermost(form: Affine): { readonly coefficient: number; readonly position: number } | undefined {
    let found: { readonly coefficient: number; readonly position: number } | undefined;
    for (const { coefficient, atom } of form.terms) {
      if (atom.kind !== "index") continue;
      const position = this.#order.get(atom.name);
      if (position !== undefined && (found === undefined || position > found.position)) {
        found = { coefficient, position };
      }
    }
    return found;
  }

  #highestOfAtoms(form: Affine): number {
    let high = form.constant;
    for (const { coefficient, atom } of form.terms) {
      const { low, high: top } = this.#rangeOfAtom(atom);
      high += coefficient > 0 ? coefficient * top : coefficient * low;
    }
    return high;
  }

  #range(form: Affine): Range {
    return { low: 0 - this.highest(affine.scale(form, -1)), high: this.highest(form) };
  }

  #rangeOfAtom(atom: Atom): Range {
    switch (atom.kind) {
      case "index":
        return unknown;
      case "gather":
        return this.#knowledge.contents(atom.array) ?? unknown;
      case "quotient": {
        const by = affine.constantOf(atom.by);
        if (by === undefined || by <= 0) return unknown;
        const of = this.#range(atom.of);
        return { low: Math.floor(of.low / by), high: Math.floor(of.high / by) };
      }
      case "remainder": {
        const by = affine.constantOf(atom.by);
        if (by === undefined || by <= 0) return unknown;
        const of = this.#range(atom.of);
        return of.low >= 0 && of.high < by ? of : { low: 0, high: by - 1 };
      }
      default:
        return atom satisfies never;
    }
  }
}

const unknown: Range = { low: -Infinity, high: Infinity };

const coefficientOf = (form: Affine, name: string): number =>
  form.terms.find(({ atom }) => atom.kind === "index" && atom.name === name)?.coefficient ?? 0;
