/**
 * Identifiers of generated code: readable, safe and deterministic. In: IR names (a user's word, perhaps with `#n`),
 * whatever characters they have. Out: ASCII identifiers that clash neither with each other in scope nor with a word
 * the target reserves. A user's text reaches generated code in no other form.
 */

import { stemOf } from "../ir/names.ts";
import { wordsOfC } from "./c-words.ts";

/** Longest stem taken from a user's name; C promises 31 significant characters, numbers included. */
const longest = 24;

const keywordsOfJavaScript =
  "arguments await break case catch class const continue debugger default delete do else enum eval export extends " +
  "false finally for function if implements import in instanceof interface let new null package private protected " +
  "public return static super switch this throw true try typeof var void while with yield undefined NaN Infinity Math " +
  "Number Object Float64Array Int32Array Array TypeError String globalThis async of get set as from type";

/** Names the module itself exports or keeps. */
const ownNamesOfJavaScript =
  "meta io status solve gradient field fieldVjp fieldJvp reserve simulate valueAndGradient control state0 params inputs " +
  "data times states outputs value state0Bar paramsBar inputsBar inputsDensity report jvp hvp controlDot state0Dot paramsDot inputsDot timesDot valueDot statesDot outputsDot state0BarDot paramsBarDot inputsBarDot inputsDensityDot";

const setOf = (...lists: string[]): ReadonlySet<string> => new Set(lists.join(" ").split(" "));

/** Words that are not free to be given out. */
export interface Words {
  has(word: string): boolean;
}

export const reserved: { readonly javascript: Words; readonly c: Words } = {
  javascript: setOf(keywordsOfJavaScript, ownNamesOfJavaScript),
  c: wordsOfC,
};

const greek: Readonly<Record<string, string>> = {
  ...{ α: "alpha", β: "beta", γ: "gamma", δ: "delta", ε: "epsilon", ζ: "zeta", η: "eta", θ: "theta" },
  ...{ ι: "iota", κ: "kappa", λ: "lambda", μ: "mu", ν: "nu", ξ: "xi", ο: "omicron", π: "pi", ρ: "rho" },
  ...{ σ: "sigma", ς: "sigma", τ: "tau", υ: "upsilon", φ: "phi", χ: "chi", ψ: "psi", ω: "omega" },
  ...{ ß: "ss", ø: "o", æ: "ae", œ: "oe", ł: "l", đ: "d", ı: "i" },
};

/** Letters by their ASCII likeness: accents fall off, Greek letters are spelt out, those of other scripts stay. */
export const spelt = (name: string): string =>
  /^[\x20-\x7e]*$/.test(name)
    ? name
    : name
        .normalize("NFKD")
        .replace(/\p{M}/gu, "")
        .replace(/[^\x20-\x7e]/gu, (letter) => {
          const small = letter.toLowerCase();
          const word = greek[small];
          if (word === undefined) return letter;
          return small === letter ? word : word[0]!.toUpperCase() + word.slice(1);
        });

/** The readable ASCII core of an IR name. */
export function readable(name: string): string {
  const ascii = spelt(stemOf(name))
    .replace(/[^A-Za-z0-9_]/g, "_")
    .replace(/^(?=[0-9])/, "_")
    .replace(/^_+(?=[A-Z_]|$)/, "v_")
    .slice(0, longest);
  return ascii === "" ? "v" : ascii;
}

interface Scope {
  readonly taken: Set<string>;
  readonly names: Map<string, string>;
  /** By stem, the number below which all are taken as long as the scope lasts. */
  readonly next: Map<string, number>;
}

/** Hands out identifiers in nested scopes; a name given back at the end of a scope may be used again by the next. */
export class Identifiers {
  readonly #reserved: Words;
  readonly #scopes: Scope[] = [];
  /** Of stems. */
  readonly #readable = new Map<string, string>();

  constructor(words: Words) {
    this.#reserved = words;
    this.open();
  }

  open(): void {
    this.#scopes.push({ taken: new Set(), names: new Map(), next: new Map() });
  }

  close(): void {
    this.#scopes.pop();
  }

  /** Gives an IR name an identifier in the innermost scope; a reserved word gets an underscore behind it. */
  declare(name: string): string {
    const scope = this.#scopes.at(-1)!;
    const identifier = this.#free(this.#coreOf(stemOf(name)));
    scope.taken.add(identifier);
    scope.names.set(name, identifier);
    return identifier;
  }

  /** Keeps an exact identifier from being given out in the innermost scope. */
  take(identifier: string): void {
    this.#scopes.at(-1)!.taken.add(identifier);
  }

  of(name: string): string {
    for (let depth = this.#scopes.length - 1; depth >= 0; depth--) {
      const found = this.#scopes[depth]!.names.get(name);
      if (found !== undefined) return found;
    }
    throw new Error(`no identifier for ${name}`);
  }

  has(name: string): boolean {
    for (const { names } of this.#scopes) if (names.has(name)) return true;
    return false;
  }

  #coreOf(stem: string): string {
    const before = this.#readable.get(stem);
    if (before !== undefined) return before;
    const core = readable(stem);
    this.#readable.set(stem, core);
    return core;
  }

  #isFree(candidate: string): boolean {
    if (this.#reserved.has(candidate)) return false;
    for (const { taken } of this.#scopes) if (taken.has(candidate)) return false;
    return true;
  }

  #free(stem: string): string {
    if (this.#isFree(stem)) return stem;
    if (this.#reserved.has(stem)) {
      if (this.#isFree(`${stem}_`)) return `${stem}_`;
      // Whole families are reserved, such as FP_ and capitals: no number and no underscore leads out of them.
      if (this.#reserved.has(`${stem}_`)) return this.#free(`${stem}_v`);
    }
    const glue = stem.endsWith("_") ? "" : "_";
    let count = 2;
    for (const { next } of this.#scopes) count = Math.max(count, next.get(stem) ?? 2);
    for (; ; count++) {
      const candidate = `${stem}${glue}${count}`;
      if (!this.#isFree(candidate)) continue;
      this.#scopes.at(-1)!.next.set(stem, count + 1);
      return candidate;
    }
  }
}
