/**
 * What the statements at the head of a model's file computed, kept for the next build of the file: data are read and prepared
 * above a model, and most edits are further down. In: a file as parsed, and what its modules read. Out: its head, where it begins
 * as the file did before and would compute the same again; what is built from it is the same with or without it.
 */

import { ts } from "ts-morph";
import type { Source } from "./load.ts";
import type { Module } from "./modules.ts";
import type { Reporter } from "./reporter.ts";
import type { Scope } from "./scope.ts";
import type { Interpreter } from "./static.ts";
import { declaredNames, importedNames } from "./syntax.ts";

/** What modules had been loaded when the head had run. */
export interface Loaded {
  /** By their paths. */
  readonly modules: ReadonlyMap<string, Module | "loading">;
  readonly library: Module | undefined;
  /** What the host gave for each path, or that there was nothing. */
  readonly texts: ReadonlyMap<string, string | undefined>;
}

/** A place between two statements of a module. */
export interface Mark {
  /** How many statements are above it. */
  readonly count: number;
  /** What the interpreter had done by then. */
  readonly steps: number;
  readonly writes: number;
}

/** Places down to which a module that is being run could be kept. `before`: those of its head, which need not be run again. */
export class Marks {
  readonly all: Mark[];
  readonly #interpreter: Interpreter;
  readonly #reporter: Reporter;
  readonly #found: number;
  readonly #done: number;
  #isOpen = true;

  constructor(interpreter: Interpreter, reporter: Reporter, before: readonly Mark[] = []) {
    this.#interpreter = interpreter;
    this.#reporter = reporter;
    this.#found = reporter.count;
    this.#done = before.at(-1)?.count ?? 0;
    this.all = before.map((mark) => ({ ...mark, writes: interpreter.writes }));
  }

  /** The statement, the `count`th, has been run. Nothing is kept of models, of what hands on names, and from a mistake on. */
  note(statement: ts.Statement, count: number): void {
    const { models, steps, writes } = this.#interpreter;
    const isPlain = !ts.isExportDeclaration(statement) && !ts.isExportAssignment(statement);
    this.#isOpen &&= isPlain && models === 0 && this.#reporter.count === this.#found;
    if (this.#isOpen && count > this.#done) this.all.push({ count, steps, writes });
  }
}

export interface Head {
  /** Of the module; what stands behind the last mark is announced in it, and not there yet. */
  readonly scope: Scope;
  /** Places down to which everything is as it was, the last of them the end of the head. */
  readonly marks: readonly Mark[];
  readonly end: Mark;
  readonly loaded: Loaded;
}

interface Kept extends Omit<Head, "end"> {
  readonly source: Source;
}

/** Files whose heads are kept. */
const most = 16;
/** Steps of the interpreter from which a head is worth keeping. */
const worthwhile = 10_000;

export class Heads {
  readonly #ofFiles = new Map<string, Kept>();

  /** The head of a file that begins as it did; it is kept no longer, for what comes behind it may change what it computed. */
  take(source: Source, read: (path: string) => string | undefined): Head | undefined {
    const kept = this.#ofFiles.get(source.file);
    this.#ofFiles.delete(source.file);
    if (kept === undefined) return undefined;
    const { marks, scope, loaded } = kept;
    const alike = statementsAlike(kept.source, source);
    const end = marks.findLast(({ count }) => count <= alike && isAlikeBehind(count, kept.source, source));
    if (end === undefined) return undefined;
    // What the model reads is noted by who builds it: files in their order, and none behind the first that has changed.
    if (![...loaded.texts].every(([path, text]) => read(path) === text)) return undefined;
    const { statements } = source.tree;
    for (const name of statements.slice(end.count).flatMap(namesOf)) scope.set(name, { kind: "later" });
    return { scope, loaded, marks: marks.slice(0, marks.indexOf(end) + 1), end };
  }

  /** Keeps a file that has been read down to marks, of those that can be a head's. */
  keep({ source, scope }: Module, marks: readonly Mark[], loaded: Loaded): void {
    const { statements } = source.tree;
    const isSound = (count: number): boolean => {
      const above = new Set(statements.slice(0, count).flatMap(namesOf));
      return namesBehind(statements.slice(count))?.some((name) => above.has(name)) === false;
    };
    const sound = marks.filter(({ count, steps }) => steps >= worthwhile && isSound(count));
    if (sound.length === 0) return;
    if (this.#ofFiles.size >= most) this.#ofFiles.clear();
    this.#ofFiles.set(source.file, { source, scope, marks: sound, loaded });
  }
}

/** How many statements two texts begin with alike. */
function statementsAlike(before: Source, source: Source): number {
  const ends = before.tree.statements.map(({ end }) => end);
  const now = source.tree.statements;
  const differs = ends.findIndex((end, i) => {
    const start = i === 0 ? 0 : ends[i - 1]!;
    return now[i]?.end !== end || before.text.slice(start, end) !== source.text.slice(start, end);
  });
  return differs < 0 ? ends.length : differs;
}

/** Whether behind so many statements two texts declare the same. */
function isAlikeBehind(count: number, before: Source, source: Source): boolean {
  const [was, is] = [before, source].map(({ tree }) => namesBehind(tree.statements.slice(count)));
  return was !== undefined && is?.length === was.length && is.every((name, i) => name === was[i]);
}

/** Names that statements declare, each once; nothing where some are there before their statement, so that the head may have used them. */
function namesBehind(statements: readonly ts.Statement[]): string[] | undefined {
  const isEarly = (statement: ts.Statement): boolean =>
    ts.isFunctionDeclaration(statement) || ts.isImportDeclaration(statement);
  const names = statements.flatMap(namesOf);
  return statements.some(isEarly) || new Set(names).size < names.length ? undefined : names;
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isImportDeclaration(statement)) return importedNames(statement);
  if (ts.isFunctionDeclaration(statement)) return statement.name === undefined ? [] : [statement.name.text];
  return declaredNames(statement);
}
