/**
 * The names that generated C puts at file level: types, macros and functions of the module, and its static tables and
 * functions. In: the prefix of the module. Out: spellings that differ from each other within 31 characters, from which
 * members, parameters and locals then keep away.
 */

import { status, wrongWorkspace } from "../module.ts";
import { readable, reserved, type Words } from "./identifiers.ts";

/** Characters of a name that every C compiler and linker tells apart. */
const significant = 31;

const types = [
  "state",
  "params",
  "inputs",
  "data",
  "outputs",
  "problem",
  "solution",
  "gradients",
  "direction",
  "workspace",
  "status",
];
const functions = [
  ...["solve", "gradient", "jvp", "hvp", "run_solve", "run_gradient", "run_jvp", "run_hvp"],
  ...["default", "workspace_check", "params_check", "adam", "adam_init", "adam_step", "sgd_step"],
];
const macros = [
  ...["H", "TIMES", "STEPS", "POINTS", "BATCH", "PARAMS_COUNT"],
  ...["WORKSPACE_BYTES", "RESTRICT", "APART", "AS_COMPILED", "DEBUG", "FLASH"],
];

/** The statuses of every target, and that of C alone. */
export const statuses = { ...status, ...wrongWorkspace };

const upperSnake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

export class CNames {
  readonly #prefix: string;
  readonly #own: Set<string>;
  /** First characters of the names given out at file level. */
  readonly #taken = new Set<string>();

  constructor(prefix: string) {
    this.#prefix = prefix;
    const codes = Object.keys(statuses).map((name) => upperSnake(name));
    this.#own = new Set([
      ...[...types, ...functions].map((word) => `${prefix}_${word}`),
      ...[...macros, ...codes].map((word) => this.macro(word)),
    ]);
    for (const name of this.#own) this.#taken.add(name.slice(0, significant));
  }

  macro(word: string): string {
    return `${this.#prefix.toUpperCase()}_${word}`;
  }

  /** The macro of a status by its number. */
  status(code: number): string {
    const [name] = Object.entries(statuses).find(([, number]) => number === code)!;
    return this.macro(upperSnake(name));
  }

  /** What a member or a parameter must not be called: words of C, and what the module itself defines. */
  get words(): Words {
    return { has: (word) => this.#own.has(word) || reserved.c.has(word) };
  }

  /** A name for a static table or function. */
  file(wish: string): string {
    return this.#unlikeOthers(`${this.#prefix}_${readable(wish)}`);
  }

  /** A constant of the header for what the model calls `path`. No member, parameter or local is called so: it has to be asked for before those. */
  place(record: string, path: readonly string[]): string {
    const words = path.map(readable).join("_");
    const name = this.#unlikeOthers(this.macro(`${record}_${words}`).replaceAll(/_{2,}/g, "_"));
    this.#own.add(name);
    return name;
  }

  #unlikeOthers(stem: string): string {
    for (let count = 1; ; count++) {
      const ending = count === 1 ? "" : `_${count}`;
      // A prefix that is long itself is kept, so that the name still says whose it is.
      const room = Math.max(significant - ending.length, this.#prefix.length + 2);
      const name = `${stem.slice(0, room)}${ending}`;
      if (this.#taken.has(name)) continue;
      this.#taken.add(name);
      return name;
    }
  }
}
