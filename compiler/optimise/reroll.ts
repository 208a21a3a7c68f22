/**
 * Makes loops of statements that stand several times after one another: the stages of a step. In: a function whose
 * kernels are bound to arrays. Out: the same, in which runs that differ in numbers of places alone, or in scalars that
 * go into a small table, are trips of a loop. The order of operations stays, so results keep every bit.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Names } from "../ir/names.ts";
import type { Block, Expr, GlobalArray, Statement } from "../ir/nodes.ts";
import { forEachExpr, forEachStatement, withBlocks } from "../ir/walk.ts";
import { alike, type Holes, isSame, mentionsOf, outline, weightOf, weightsBefore } from "./alike.ts";

/** Statements and operations that a loop must save beyond what fills its tables, or it is not made: it costs a counter. */
const worthwhile = 8;

/** Statements of a trip at most: a stage is a few loops and calls. */
const longestPeriod = 24;

export interface Rerolled {
  readonly body: Block;
  /** Tables that the loops read. */
  readonly tables: readonly GlobalArray[];
}

/** `names`: of the function; `fresh`: of arrays of the program. */
export function reroll(body: Block, names: Names, fresh: (wish: string) => string): Rerolled {
  const tables = new Tables(fresh);
  const rolled = inBlock(body, names, tables);
  const filled = tables.filled(rolled);
  if (!tables.areFilled) throw new Error("a table of stages is read and never filled");
  return { body: filled, tables: tables.arrays };
}

/** Scalars that read no array stand as early in the block as they can, so that they are in nobody's way. */
function early(block: Block): Statement[] {
  const out: Statement[] = [];
  for (const statement of block) {
    if (statement.kind !== "let" || !isPure(statement.value)) {
      out.push(statement);
      continue;
    }
    const operands = namesOf(statement.value);
    let at = out.length;
    while (at > 0) {
      const before = out[at - 1]!;
      if (before.kind === "let" && (operands.has(before.name) || isPure(before.value))) break;
      at--;
    }
    // Behind the last scalar it needs; at the front of the block only where that is no comment's first line.
    out.splice(at, 0, statement);
  }
  return withoutLeftComments(out, block);
}

/** A comment all of whose statements went elsewhere says nothing any more. */
function withoutLeftComments(block: readonly Statement[], before: Block): Statement[] {
  const stoodAlone = new Set(before.filter((_, i) => before[i + 1]?.kind === "comment"));
  return block.filter(
    (statement, i) =>
      statement.kind !== "comment" || block[i + 1]?.kind !== "comment" || stoodAlone.has(statement),
  );
}

const isPure = (expr: Expr): boolean => {
  let pure = true;
  forEachExpr(expr, (inner) => {
    if (inner.kind === "read" || inner.kind === "integer") pure = false;
  });
  return pure;
};

function namesOf(expr: Expr): Set<string> {
  const found = new Set<string>();
  forEachExpr(expr, (inner) => {
    if (inner.kind === "name") found.add(inner.name);
  });
  return found;
}

/** A block in which no run is found keeps its order. */
function inBlock(block: Block, names: Names, tables: Tables): Block {
  const inside = block.map(
    (statement): Statement => withBlocks(statement, (inner) => inBlock(inner, names, tables)),
  );
  const arranged = early(inside);
  const row = new Row(arranged);
  const out: Statement[] = [];
  let isRolled = false;
  for (let at = 0; at < arranged.length; ) {
    const found = arranged[at]!.kind === "comment" ? undefined : longestRun(row, at, names, tables);
    isRolled ||= found !== undefined;
    out.push(found?.loop ?? arranged[at]!);
    at += found?.length ?? 1;
  }
  return isRolled ? out : inside;
}

/** The statements of a block but for comments, with what is asked of them again and again. */
class Row {
  readonly statements: readonly Statement[];
  /** Where each stands in the block, and its number among the statements, by its place in the block. */
  readonly places: readonly number[];
  readonly numbers: ReadonlyMap<number, number>;
  /** Statements that may be trips of one loop have the same. */
  readonly outlines: readonly number[];
  readonly #isJump: readonly boolean[];
  /** The weights of all statements before each. */
  readonly #weights: readonly number[];
  /** The statements that mention a name, in order. */
  readonly #mentions = new Map<string, number[]>();

  constructor(block: Block) {
    this.places = [...block.keys()].filter((at) => block[at]!.kind !== "comment");
    this.numbers = new Map(this.places.map((at, number) => [at, number]));
    this.statements = this.places.map((at) => block[at]!);
    const known = new Map<string, number>();
    this.outlines = this.statements.map((statement) => {
      const text = outline(statement);
      const number = known.get(text) ?? known.size;
      known.set(text, number);
      return number;
    });
    this.#isJump = this.statements.map(isJump);
    this.#weights = weightsBefore(this.statements);
    this.statements.forEach((statement, number) => {
      for (const name of mentionsOf(statement)) {
        const list = this.#mentions.get(name);
        if (list === undefined) this.#mentions.set(name, [number]);
        else list.push(number);
      }
    });
  }

  weightOf(from: number, to: number): number {
    return this.#weights[to]! - this.#weights[from]!;
  }

  /** Whether `period` statements from the first on stand again from the second on, and none of them jumps. */
  isAgain(first: number, second: number, period: number): boolean {
    if (second + period > this.statements.length) return false;
    for (let i = 0; i < period; i++)
      if (this.outlines[first + i] !== this.outlines[second + i] || this.#isJump[first + i]) return false;
    return true;
  }

  /** Whether what a run binds at its top is asked for in another run, behind all of them, or by tables. */
  isSeenOutside(first: number, period: number, count: number, isTabled: (name: string) => boolean): boolean {
    for (let from = first; from < first + count * period; from += period) {
      for (let at = from; at < from + period; at++) {
        const statement = this.statements[at]!;
        const name =
          statement.kind === "let"
            ? statement.name
            : statement.kind === "alloc"
              ? statement.array
              : undefined;
        if (name === undefined) continue;
        if (isTabled(name)) return true;
        const seen = this.#mentions.get(name);
        if (seen?.some((number) => number >= first && (number < from || number >= from + period)))
          return true;
      }
    }
    return false;
  }
}

interface Run {
  readonly loop: Statement;
  /** Statements of the block that it stands for, comments included. */
  readonly length: number;
}

/** The best loop that begins with the statement at a place of the block. */
function longestRun(row: Row, at: number, names: Names, tables: Tables): Run | undefined {
  const first = row.numbers.get(at)!;
  const left = row.statements.length - first;
  let best:
    | {
        readonly make: Loop["make"];
        readonly count: number;
        readonly saved: number;
      }
    | undefined;
  for (let period = 1; period <= longestPeriod && 2 * period <= left; period++) {
    let count = 1;
    while (row.isAgain(first, first + count * period, period)) count++;
    for (; count >= 2; count--) {
      const saved = (count - 1) * row.weightOf(first, first + period);
      if (saved < worthwhile || saved <= (best?.saved ?? 0)) break;
      if (row.isSeenOutside(first, period, count, (name) => tables.mention(name))) continue;
      const runs = Array.from({ length: count }, (_, k) =>
        row.statements.slice(first + k * period, first + (k + 1) * period),
      );
      const loop = loopOf(runs);
      if (loop === undefined) continue;
      const net = saved - tables.costOf(loop.tabled);
      if (net >= worthwhile && net > (best?.saved ?? 0)) {
        best = { make: loop.make, count: count * period, saved: net };
        break;
      }
    }
  }
  // Only what is chosen fills tables.
  return best && { loop: best.make(names, tables), length: row.places[first + best.count - 1]! + 1 - at };
}

const isJump = (statement: Statement): boolean => {
  let found = false;
  forEachStatement([statement], (inner) => {
    found ||= inner.kind === "return" || inner.kind === "while";
  });
  return found;
};

/** The loop whose trips some runs are, before anything is made for it. */
interface Loop {
  /** Scalars that differ from run to run: a table for each. */
  readonly tabled: readonly (readonly Expr[])[];
  readonly make: (names: Names, tables: Tables) => Statement;
}

/** Nothing where the runs are not alike. */
function loopOf(runs: readonly Block[]): Loop | undefined {
  const count = runs.length;
  // The loop counts as the first place does that differs from run to run by one.
  let counting: { readonly first: number; readonly by: 1 | -1 } | undefined;
  const progress = (values: readonly number[]): { first: number; by: number } | undefined => {
    const [first, second] = values as [number, number];
    const by = second - first;
    return values.every((value, k) => value === first + by * k) ? { first, by } : undefined;
  };
  /** Forms that differ by a constant that goes on from run to run: what they have in common, and how it goes on. */
  const goingOn = (forms: readonly affine.Affine[]) => {
    const rest = forms.map((form) => affine.offset(form, -form.constant));
    if (rest.some((form) => !affine.equal(form, rest[0]!))) return undefined;
    const step = progress(forms.map((form) => form.constant));
    return step && { ...step, common: rest[0]! };
  };
  /** Whole numbers that go on from run to run are those of a form. */
  const counted = (values: readonly Expr[]) => {
    const numbers = values.flatMap((each) =>
      each.kind === "number" && Number.isInteger(each.value) ? [each.value] : [],
    );
    return numbers.length === values.length ? progress(numbers) : undefined;
  };
  const tabled: (readonly Expr[])[] = [];
  const asked: Holes = {
    form(forms) {
      const step = goingOn(forms);
      if (step === undefined) return undefined;
      const { first, by } = step;
      if (counting === undefined && (by === 1 || by === -1)) counting = { first, by };
      return forms[0];
    },
    real(values) {
      if (counted(values) === undefined) tabled.push(values);
      return build.zero;
    },
  };
  if (alike(runs, asked) === undefined) return undefined;
  const { first, by } = (counting as { first: number; by: 1 | -1 } | undefined) ?? { first: 0, by: 1 };
  const low = by === 1 ? first : first - count + 1;
  const rowOf = (values: readonly Expr[]): readonly Expr[] => (by === -1 ? values.toReversed() : values);
  const make: Loop["make"] = (names, tables) => {
    const index = names.fresh("stage");
    const trip = affine.index(index);
    /** The number of the run, in the loop's own count. */
    const run = affine.scale(affine.offset(trip, -first), by);
    const holes: Holes = {
      form(forms) {
        const step = goingOn(forms)!;
        return affine.add(affine.offset(step.common, step.first), affine.scale(run, step.by));
      },
      real(values) {
        const step = counted(values);
        if (step !== undefined)
          return build.integerValue(affine.offset(affine.scale(run, step.by), step.first));
        return build.read(tables.of(rowOf(values)), [affine.offset(trip, -low)]);
      },
    };
    const body = alike(runs, holes)!;
    return build.loop(index, affine.integer(low), affine.integer(low + count), body, { down: by === -1 });
  };
  return { tabled: tabled.map(rowOf), make };
}

/** Small tables of scalars, each filled once, as soon as its scalars are there. */
class Tables {
  readonly arrays: GlobalArray[] = [];
  readonly #rows: { readonly array: string; readonly values: readonly Expr[]; isFilled: boolean }[] = [];
  readonly #names = new Set<string>();
  readonly #fresh: (wish: string) => string;

  constructor(fresh: (wish: string) => string) {
    this.#fresh = fresh;
  }

  of(values: readonly Expr[]): string {
    const known = this.#rows.find((row) => isSame(row.values, values));
    if (known !== undefined) return known.array;
    const array = this.#fresh("of_stage");
    this.#rows.push({ array, values, isFilled: false });
    for (const value of values) for (const name of scalarsOf(value)) this.#names.add(name);
    this.arrays.push({ name: array, element: "real", shape: [values.length], role: "workspace" });
    return array;
  }

  /** Statements and operations it takes to fill tables that are not there yet, and to read them. */
  costOf(rows: readonly (readonly Expr[])[]): number {
    const missing: (readonly Expr[])[] = [];
    for (const values of rows) {
      const isThere = [...this.#rows.map((row) => row.values), ...missing].some((one) => isSame(one, values));
      if (!isThere) missing.push(values);
    }
    return missing.flat().reduce((sum, value) => sum + 1 + weightOf(value), missing.length);
  }

  /** Whether a table is filled with a scalar of this name. */
  mention(name: string): boolean {
    return this.#names.has(name);
  }

  get areFilled(): boolean {
    return this.#rows.every((row) => row.isFilled);
  }

  filled(block: Block, around: ReadonlySet<string> = new Set()): Statement[] {
    const known = new Set(around);
    const out: Statement[] = [];
    const fill = (): void => {
      for (const row of this.#rows) {
        if (row.isFilled) continue;
        if (row.values.some((value) => [...scalarsOf(value)].some((name) => !known.has(name)))) continue;
        row.isFilled = true;
        out.push(...row.values.map((value, k) => build.store(row.array, [affine.integer(k)], value)));
      }
    };
    fill();
    for (const statement of block) {
      switch (statement.kind) {
        case "let":
          out.push(statement);
          known.add(statement.name);
          break;
        case "for":
          out.push({ ...statement, body: this.filled(statement.body, new Set([...known, statement.index])) });
          break;
        case "while":
          out.push({
            ...statement,
            body: this.filled(statement.body, new Set([...known, statement.counter])),
          });
          break;
        case "if":
          out.push({
            ...statement,
            then: this.filled(statement.then, known),
            else: this.filled(statement.else, known),
          });
          break;
        default:
          out.push(statement);
      }
      fill();
    }
    return out;
  }
}

/** Scalars and loop counters of an expression. */
function scalarsOf(expr: Expr): Set<string> {
  const found = namesOf(expr);
  forEachExpr(expr, (inner) => {
    if (inner.kind !== "integer") return;
    affine.forEachAtom(inner.value, (atom) => {
      if (atom.kind === "index") found.add(atom.name);
    });
  });
  return found;
}
