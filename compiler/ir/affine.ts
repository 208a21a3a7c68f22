/**
 * Integer index forms: a constant plus integer multiples of atoms, where an atom is a loop index, a gather through an
 * integer array, or a quotient or remainder of such forms. Loop bounds and array subscripts are written in these and
 * in nothing else, so that ranges and overlaps can be decided at compile time. Forms are normal: terms are sorted by
 * the text of their atom, no coefficient is 0, no atom repeats.
 */

export interface Affine {
  readonly constant: number;
  readonly terms: readonly Term[];
}

export interface Term {
  readonly coefficient: number;
  readonly atom: Atom;
}

export type Atom =
  /** A loop index or an integer parameter of the function. */
  | { readonly kind: "index"; readonly name: string }
  /** An entry of an integer array; rank 0 for an integer scalar that is known only at run time. */
  | { readonly kind: "gather"; readonly array: string; readonly at: readonly Affine[] }
  /** floor(of / by); both are non-negative wherever it is evaluated. */
  | { readonly kind: "quotient"; readonly of: Affine; readonly by: Affine }
  /** of mod by; both are non-negative wherever it is evaluated. */
  | { readonly kind: "remainder"; readonly of: Affine; readonly by: Affine };

export interface Range {
  readonly low: number;
  readonly high: number;
}

export const integer = (constant: number): Affine => ({ constant, terms: [] });

export const ofAtom = (atom: Atom): Affine => ({ constant: 0, terms: [{ coefficient: 1, atom }] });

export const index = (name: string): Affine => ofAtom({ kind: "index", name });

export const gather = (array: string, at: readonly Affine[]): Affine => ofAtom({ kind: "gather", array, at });

export function quotient(of: Affine, by: Affine): Affine {
  const n = constantOf(of);
  const d = constantOf(by);
  if (d === 1) return of;
  if (n !== undefined && d !== undefined && d !== 0) return integer(Math.floor(n / d));
  return ofAtom({ kind: "quotient", of, by });
}

export function remainder(of: Affine, by: Affine): Affine {
  const n = constantOf(of);
  const d = constantOf(by);
  if (d === 1) return integer(0);
  if (n !== undefined && d !== undefined && d !== 0) return integer(n % d);
  return ofAtom({ kind: "remainder", of, by });
}

/** The value of a form without atoms, else undefined. */
export const constantOf = (form: Affine): number | undefined =>
  form.terms.length === 0 ? form.constant : undefined;

export function add(left: Affine, right: Affine): Affine {
  if (left.terms.length === 0) return { constant: left.constant + right.constant, terms: right.terms };
  if (right.terms.length === 0) return { constant: left.constant + right.constant, terms: left.terms };
  const byKey = new Map<string, Term>();
  for (const term of [...left.terms, ...right.terms]) {
    const key = atomKey(term.atom);
    const before = byKey.get(key);
    byKey.set(key, {
      coefficient: (before?.coefficient ?? 0) + term.coefficient,
      atom: term.atom,
    });
  }
  const keys = [...byKey.keys()].sort();
  const terms = keys.map((key) => byKey.get(key)!).filter((term) => term.coefficient !== 0);
  return { constant: left.constant + right.constant, terms };
}

export function scale(form: Affine, factor: number): Affine {
  if (factor === 0) return integer(0);
  if (factor === 1) return form;
  return {
    constant: form.constant * factor,
    terms: form.terms.map((term) => ({ coefficient: term.coefficient * factor, atom: term.atom })),
  };
}

export const subtract = (left: Affine, right: Affine): Affine => add(left, scale(right, -1));

export const offset = (form: Affine, by: number): Affine => ({
  constant: form.constant + by,
  terms: form.terms,
});

/** The product, where one side is constant; undefined where the result is no affine form. */
export function multiply(left: Affine, right: Affine): Affine | undefined {
  const a = constantOf(left);
  if (a !== undefined) return scale(right, a);
  const b = constantOf(right);
  return b === undefined ? undefined : scale(left, b);
}

/** A text that is equal for equal forms and for no others. */
export function key(form: Affine): string {
  let text = "";
  for (const { coefficient, atom } of form.terms) text += `${coefficient}*${atomKey(atom)}+`;
  return `${text}${form.constant}`;
}

export function atomKey(atom: Atom): string {
  switch (atom.kind) {
    case "index":
      return atom.name;
    case "gather":
      return `${atom.array}[${atom.at.map(key).join(",")}]`;
    case "quotient":
      return `(${key(atom.of)})div(${key(atom.by)})`;
    case "remainder":
      return `(${key(atom.of)})mod(${key(atom.by)})`;
    default:
      return atom satisfies never;
  }
}

export const equal = (left: Affine, right: Affine): boolean =>
  left === right ||
  (left.constant === right.constant &&
    left.terms.length === right.terms.length &&
    left.terms.every(({ coefficient, atom }, i) => {
      const other = right.terms[i]!;
      return coefficient === other.coefficient && isSameAtom(atom, other.atom);
    }));

const isSameAtom = (left: Atom, right: Atom): boolean =>
  left === right ||
  (left.kind === "index" && right.kind === "index"
    ? left.name === right.name
    : atomKey(left) === atomKey(right));

/** Replaces index names by forms and array names by names; atoms are rebuilt, so constants fold. */
export function substitute(
  form: Affine,
  indices: (name: string) => Affine | undefined,
  gathers: (array: string, at: readonly Affine[]) => Affine = gather,
): Affine {
  // Most forms are indices that stay.
  if (form.terms.every(({ atom }) => atom.kind === "index" && indices(atom.name) === undefined)) return form;
  let result = integer(form.constant);
  for (const { coefficient, atom } of form.terms) {
    result = add(result, scale(substituteAtom(atom, indices, gathers), coefficient));
  }
  return result;
}

function substituteAtom(
  atom: Atom,
  indices: (name: string) => Affine | undefined,
  gathers: (array: string, at: readonly Affine[]) => Affine,
): Affine {
  const inside = (form: Affine) => substitute(form, indices, gathers);
  if (atom.kind === "index") return indices(atom.name) ?? ofAtom(atom);
  return atom.kind === "gather" ? gathers(atom.array, atom.at.map(inside)) : rebuilt(atom, inside);
}

/** Replaces atoms as a whole; those inside an atom that stays are asked for too. */
export function replace(form: Affine, map: (atom: Atom) => Affine | undefined): Affine {
  let result = integer(form.constant);
  for (const { coefficient, atom } of form.terms) {
    const inside = (part: Affine): Affine => replace(part, map);
    result = add(result, scale(map(atom) ?? rebuilt(atom, inside), coefficient));
  }
  return result;
}

function rebuilt(atom: Atom, map: (form: Affine) => Affine): Affine {
  switch (atom.kind) {
    case "index":
      return ofAtom(atom);
    case "gather":
      return gather(atom.array, atom.at.map(map));
    case "quotient":
      return quotient(map(atom.of), map(atom.by));
    case "remainder":
      return remainder(map(atom.of), map(atom.by));
    default:
      return atom satisfies never;
  }
}

/** Calls `visit` for every atom, those inside gathers, quotients and remainders included. */
export function forEachAtom(form: Affine, visit: (atom: Atom) => void): void {
  for (const { atom } of form.terms) {
    visit(atom);
    if (atom.kind === "gather") for (const at of atom.at) forEachAtom(at, visit);
    if (atom.kind === "quotient" || atom.kind === "remainder") {
      forEachAtom(atom.of, visit);
      forEachAtom(atom.by, visit);
    }
  }
}

/** Where the numbers of a form are looked up: loop indices, and entries of integer arrays. */
export interface Numbers {
  index(name: string): number;
  entry(array: string, at: readonly Affine[]): number;
}

/** The number that a form is. */
export function numberOf(form: Affine, numbers: Numbers): number {
  return form.terms.reduce(
    (sum, { coefficient, atom }) => sum + coefficient * numberOfAtom(atom, numbers),
    form.constant,
  );
}

function numberOfAtom(atom: Atom, numbers: Numbers): number {
  switch (atom.kind) {
    case "index":
      return numbers.index(atom.name);
    case "gather":
      return numbers.entry(atom.array, atom.at);
    case "quotient":
      return Math.floor(numberOf(atom.of, numbers) / numberOf(atom.by, numbers));
    case "remainder":
      return numberOf(atom.of, numbers) % numberOf(atom.by, numbers);
    default:
      return atom satisfies never;
  }
}

/** The word of an entry, row-major. */
export const placeOf = (shape: readonly number[], at: readonly Affine[], numbers: Numbers): number =>
  shape.reduce((place, extent, axis) => place * extent + numberOf(at[axis]!, numbers), 0);

/**
 * The smallest interval known to hold every value of the form, given intervals of the indices and of the entries of
 * integer arrays; unknown ones are unbounded.
 */
export function range(
  form: Affine,
  ofIndex: (name: string) => Range | undefined,
  ofArray: (array: string) => Range | undefined,
): Range {
  let low = form.constant;
  let high = form.constant;
  for (const { coefficient, atom } of form.terms) {
    const inside = atomRange(atom, ofIndex, ofArray);
    low += Math.min(coefficient * inside.low, coefficient * inside.high);
    high += Math.max(coefficient * inside.low, coefficient * inside.high);
  }
  return { low, high };
}

const unbounded: Range = { low: -Infinity, high: Infinity };

function atomRange(
  atom: Atom,
  ofIndex: (name: string) => Range | undefined,
  ofArray: (array: string) => Range | undefined,
): Range {
  switch (atom.kind) {
    case "index":
      return ofIndex(atom.name) ?? unbounded;
    case "gather":
      return ofArray(atom.array) ?? unbounded;
    case "quotient": {
      const by = constantOf(atom.by);
      if (by === undefined || by <= 0) return unbounded;
      const of = range(atom.of, ofIndex, ofArray);
      return { low: Math.floor(of.low / by), high: Math.floor(of.high / by) };
    }
    case "remainder": {
      const by = constantOf(atom.by);
      if (by === undefined || by <= 0) return unbounded;
      const of = range(atom.of, ofIndex, ofArray);
      if (of.low >= 0 && of.high < by) return of;
      return { low: of.low < 0 ? 1 - by : 0, high: by - 1 };
    }
    default:
      return atom satisfies never;
  }
}
