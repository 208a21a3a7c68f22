/**
 * Unique names inside a function. A name is a readable stem, followed by `#n` where the stem alone is taken; emitters
 * turn both into an identifier of their target, and may give the stem back where scopes allow it.
 */

export class Names {
  #names: Set<string> | undefined;
  readonly #from: Iterable<string> | (() => Iterable<string>);
  readonly #counts = new Map<string, number>();

  /** `taken` as a function: asked when the first name is wanted, which for many a pass is never. */
  constructor(taken: Iterable<string> | (() => Iterable<string>) = []) {
    this.#from = taken;
    // What is handed over may change.
    if (typeof taken !== "function") this.#names = new Set(taken);
  }

  get #taken(): Set<string> {
    this.#names ??= new Set(typeof this.#from === "function" ? this.#from() : this.#from);
    return this.#names;
  }

  /**
   * A name not given out before: the stem of `wish` itself, or with the next free number. A wish that is numbered
   * already, as the compiler's own temporaries are, gets a number again.
   */
  fresh = (wish: string): string => {
    const taken = this.#taken;
    const stem = stemOf(wish);
    let name = stem;
    let isTaken = wish !== stem || taken.has(name);
    while (isTaken) {
      const count = (this.#counts.get(stem) ?? 1) + 1;
      this.#counts.set(stem, count);
      name = `${stem}#${count}`;
      isTaken = taken.has(name);
    }
    taken.add(name);
    return name;
  };

  /** Marks a name as taken; it is an error of the caller to take one twice. */
  take(name: string): void {
    this.#taken.add(name);
  }

  has(name: string): boolean {
    return this.#taken.has(name);
  }
}

/** The readable part of a name. */
export const stemOf = (name: string): string => {
  const mark = name.indexOf("#");
  return mark < 0 ? name : name.slice(0, mark);
};
