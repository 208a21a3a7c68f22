/**
 * Makes loops of statements that stand several times after one another: the stages of a step. In: a function whose
 * kernels are bound to arrays. Out: the same, in which runs that differ in numbers of places alone, or in scalars that
 * go into a small table, are trips of a loop. The order of operations stays, so results keep every bit.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Names } from "../ir/names.ts";
import type { Block, Expr, GlobalArray, Statement } from "../ir/nodes.ts";
import { expressionsOf, forEachExpr, forEachStatement, withBlocks } from "../ir/walk.ts";
import { alike, type Holes, isSame, mentionsOf, outline } from "./alike.ts";

/** Statements and operations that a loop must save, or it is not made: a loop costs a counter and tables. */
const worthwhile = 12;

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
  const rolled = inBlock(early(body), names, tables);
  return { body: tables.filled(rolled), tables: tables.arrays };
}

/** Scalars that read no array stand as early as they can, so that they are in nobody's way. */
function early(block: Block): Statement[] {
  const out: Statement[] = [];
  for (const statement of block) {
    switch (statement.kind) {
      case "let": {
        if (!isPure(statement.value)) {
          out.push(statement);
          break;
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
        break;
      }
      case "for":
      case "while":
        out.push({ ...statement, body: early(statement.body) });
        break;
      case "if":
        out.push({ ...statement, then: early(statement.then), else: early(statement.else) });
        break;
      default:
        out.push(statement);
    }
  }
  return out;
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

function inBlock(block: Block, names: Names, tables: Tables): Statement[] {
  const inside = block.map(
    (statement): Statement => withBlocks(statement, (inner) => inBlock(inner, names, tables)),
  );
  const out: Statement[] = [];
  let rest: Statement[] = inside;
  while (rest.length > 0) {
    const found = rest[0]!.kind === "comment" ? undefined : longestRun(rest, names, tables);
    if (found === undefined) {
      out.push(rest[0]!);
      rest = rest.slice(1);
      continue;
    }
    out.push(found.loop);
    rest = rest.slice(found.length);
  }
  return out;
}

interface Run {
  readonly loop: Statement;
  /** Statements of the block that it stands for, comments included. */
  readonly length: number;
}

/** The best loop that begins with the first statement. */
function longestRun(block: readonly Statement[], names: Names, tables: Tables): Run | undefined {
  const places = block.flatMap((statement, i) => (statement.kind === "comment" ? [] : [i]));
  const bare = places.map((i) => block[i]!);
  const outlines = bare.map(outline);
  let best: (Run & { readonly saved: number }) | undefined;
  for (let period = 1; period <= longestPeriod && 2 * period <= bare.length; period++) {
    let count = 1;
    while ((count + 1) * period <= bare.length) {
      const isLike = outlines
        .slice(0, period)
        .every((one, i) => one === outlines[count * period + i] && !isJump(bare[i]!));
      if (!isLike) break;
      count++;
    }
    for (; count >= 2; count--) {
      const saved = (count - 1) * bare.slice(0, period).reduce((sum, each) => sum + weight(each), 0);
      if (saved < worthwhile || saved <= (best?.saved ?? 0)) break;
      const runs = Array.from({ length: count }, (_, k) => bare.slice(k * period, (k + 1) * period));
      const length = places[count * period - 1]! + 1;
      if (isSeenOutside(runs, block.slice(length))) continue;
      const loop = rolled(runs, names, tables);
      if (loop === undefined) continue;
      best = { loop, length, saved };
      break;
    }
  }
  return best;
}

const isJump = (statement: Statement): boolean => {
  let found = false;
  forEachStatement([statement], (inner) => {
    found ||= inner.kind === "return" || inner.kind === "while";
  });
  return found;
};

/** Statements, operations and arguments: what code is made of. */
function weight(statement: Statement): number {
  let sum = 0;
  forEachStatement([statement], (inner) => {
    sum += inner.kind === "for" ? 3 : inner.kind === "call" ? 2 + inner.args.length : 1;
    for (const top of expressionsOf(inner))
      forEachExpr(top, (expr) => {
        if (expr.kind !== "number" && expr.kind !== "name") sum++;
      });
  });
  return sum;
}

/** Whether what a run binds at its top is asked for in another run, or behind all of them. */
function isSeenOutside(runs: readonly Block[], behind: Block): boolean {
  return runs.some((run, k) => {
    const own = new Set(
      run.flatMap((each) => (each.kind === "let" ? [each.name] : each.kind === "alloc" ? [each.array] : [])),
    );
    if (own.size === 0) return false;
    const isSeen = (statement: Statement): boolean => {
      const names = mentionsOf(statement);
      return [...own].some((name) => names.has(name));
    };
    return behind.some(isSeen) || runs.some((other, i) => i !== k && other.some(isSeen));
  });
}

function rolled(runs: readonly Block[], names: Names, tables: Tables): Statement | undefined {
  const index = names.fresh("stage");
  const count = runs.length;
  const trip = affine.index(index);
  // The loop counts as the first place does that differs from run to run by one.
  let counting: { readonly first: number; readonly by: 1 | -1 } | undefined;
  const progress = (values: readonly number[]): { first: number; by: number } | undefined => {
    const [first, second] = values as [number, number];
    const by = second - first;
    return values.every((value, k) => value === first + by * k) ? { first, by } : undefined;
  };
  const note = (first: number, by: number): void => {
    if (counting === undefined && (by === 1 || by === -1)) counting = { first, by };
  };
  /** The number of the run, in the loop's own count. */
  const run = (): affine.Affine =>
    counting === undefined ? trip : affine.scale(affine.offset(trip, -counting.first), counting.by);
  const holesOf = (isDry: boolean): Holes => ({
    form(forms) {
      const rest = forms.map((form) => affine.offset(form, -form.constant));
      if (rest.some((form) => !affine.equal(form, rest[0]!))) return undefined;
      const step = progress(forms.map((form) => form.constant));
      if (step === undefined) return undefined;
      if (isDry) note(step.first, step.by);
      return affine.add(affine.offset(rest[0]!, step.first), affine.scale(run(), step.by));
    },
    real(values) {
      const numbers = values.flatMap((each) =>
        each.kind === "number" && Number.isInteger(each.value) ? [each.value] : [],
      );
      const step = numbers.length === values.length ? progress(numbers) : undefined;
      if (step !== undefined)
        return build.integerValue(affine.offset(affine.scale(run(), step.by), step.first));
      if (isDry) return build.zero;
      const isFalling = counting?.by === -1;
      const rows = isFalling ? values.toReversed() : values;
      const low = counting === undefined ? 0 : isFalling ? counting.first - count + 1 : counting.first;
      return build.read(tables.of(rows), [affine.offset(trip, -low)]);
    },
  });
  if (alike(runs, holesOf(true)) === undefined) return undefined;
  const body = alike(runs, holesOf(false));
  if (body === undefined) return undefined;
  const { first, by } = (counting as { first: number; by: 1 | -1 } | undefined) ?? { first: 0, by: 1 };
  const low = by === 1 ? first : first - count + 1;
  return build.loop(index, affine.integer(low), affine.integer(low + count), body, { down: by === -1 });
}

/** Small tables of scalars, each filled once, as soon as its scalars are there. */
class Tables {
  readonly arrays: GlobalArray[] = [];
  readonly #rows: { readonly array: string; readonly values: readonly Expr[]; isFilled: boolean }[] = [];
  readonly #fresh: (wish: string) => string;

  constructor(fresh: (wish: string) => string) {
    this.#fresh = fresh;
  }

  of(values: readonly Expr[]): string {
    const known = this.#rows.find((row) => isSame(row.values, values));
    if (known !== undefined) return known.array;
    const array = this.#fresh("of_stage");
    this.#rows.push({ array, values, isFilled: false });
    this.arrays.push({ name: array, element: "real", shape: [values.length], role: "workspace" });
    return array;
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
