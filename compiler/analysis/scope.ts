/**
 * What is in scope at a place of a function, and whether accesses fit it: the part of `well-formed.ts` that looks at
 * names and subscripts. In: names as they are bound, and accesses. Out: problems, reported in words.
 */

import type { Affine, Atom, Range } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import type { Element, Shape } from "../ir/nodes.ts";

export interface IndexFacts extends Range {
  /** Every integer of the range is taken whenever the loop is reached. */
  readonly isExact: boolean;
}

export interface ArrayFacts {
  readonly shape: Shape;
  readonly element: Element;
  readonly isWritable: boolean;
}

export class Scope {
  readonly #globals: ReadonlyMap<string, ArrayFacts>;
  readonly #ofArray: (name: string) => Range | undefined;
  readonly #report: (problem: string) => void;
  readonly #bound = new Set<string>();
  /** Entries are removed where their scope ends. */
  readonly scalars = new Set<string>();
  readonly indices = new Map<string, IndexFacts>();
  readonly arrays = new Map<string, ArrayFacts>();
  /** What is being looked at runs whenever the function is called. */
  isCertain = true;

  /** `ofArray`: the interval of the entries of an integer array, as far as known. */
  constructor(
    globals: ReadonlyMap<string, ArrayFacts>,
    ofArray: (name: string) => Range | undefined,
    report: (problem: string) => void,
  ) {
    this.#globals = globals;
    this.#ofArray = ofArray;
    this.#report = report;
  }

  /** Names are unique in a function, whatever their scope. */
  bind(name: string): void {
    if (this.#bound.has(name)) this.#report(`${name} is bound twice`);
    this.#bound.add(name);
  }

  /** Integer arrays are subscripts and bounds; they are never part of what is differentiated. */
  real(array: string): void {
    const facts = this.arrays.get(array) ?? this.#globals.get(array);
    if (facts?.element === "integer") this.#report(`${array} holds integers and stands for real values`);
  }

  facts(array: string): ArrayFacts | undefined {
    const facts = this.arrays.get(array) ?? this.#globals.get(array);
    if (facts === undefined) this.#report(`there is no array ${array} here`);
    return facts;
  }

  access(array: string, at: readonly Affine[], isWrite: boolean): void {
    const facts = this.facts(array);
    if (facts === undefined) return;
    if (at.length !== facts.shape.length) {
      this.#report(`${array} has ${facts.shape.length} dimensions, not ${at.length}`);
      return;
    }
    if (isWrite && !facts.isWritable) this.#report(`${array} is written`);
    this.subscripts(array, at, facts.shape);
  }

  subscripts(array: string, at: readonly Affine[], shape: Shape): void {
    at.forEach((form, axis) => {
      this.form(form);
      const { low, high } = this.range(form);
      const extent = shape[axis]!;
      if (high < low) return;
      const isOutside = high < 0 || low >= extent;
      const isTaken = this.isCertain && form.terms.every(({ atom }) => this.#isExact(atom));
      const leaves = isTaken && form.terms.length === 1 && (low < 0 || high >= extent);
      if (isOutside || leaves)
        this.#report(`subscript ${low} to ${high} of ${array}, dimension ${axis} of ${extent}`);
    });
  }

  #isExact(atom: Atom): boolean {
    return atom.kind === "index" && this.indices.get(atom.name)?.isExact === true;
  }

  range(form: Affine): Range {
    return affine.range(form, (name) => this.indices.get(name), this.#ofArray);
  }

  form(form: Affine): void {
    affine.forEachAtom(form, (atom) => {
      if (atom.kind === "index" && !this.indices.has(atom.name))
        this.#report(`there is no index ${atom.name} here`);
      if (atom.kind === "gather") {
        const facts = this.facts(atom.array);
        if (facts && facts.element !== "integer")
          this.#report(`${atom.array} is used in a subscript and holds real values`);
        if (facts && facts.shape.length !== atom.at.length)
          this.#report(`${atom.array} has ${facts.shape.length} dimensions`);
      }
    });
  }
}
