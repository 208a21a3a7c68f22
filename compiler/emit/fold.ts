/**
 * Makes code that a person would write out of normal form: a scalar that is used once, in the same block and with
 * nothing between that could change it, goes back into the expression that uses it, and one that is not used goes. In: a
 * function body. Out: the same computation in the same order of operations with fewer names.
 */

import type { Span } from "../diagnostics/span.ts";
import * as affine from "../ir/affine.ts";
import type { Block, Expr, Statement, Test } from "../ir/nodes.ts";
import {
  blocksOf,
  forEachExpr,
  forEachExprIn,
  forEachExprOf,
  forEachGathered,
  forEachStatement,
  leaves,
  withBlocks,
  withEach,
} from "../ir/walk.ts";

/** Operations up to which an expression grows by folding; longer ones are easier to read in two lines. */
const most = 9;

const nothing: readonly string[] = [];

/** Visits what may have been done where the code behind a statement runs: a block that leaves has not been gone through. */
function forEachDone(statement: Statement, visit: (statement: Statement) => void): void {
  visit(statement);
  for (const block of blocksOf(statement)) {
    if (!leaves(block)) for (const inner of block) forEachDone(inner, visit);
  }
}

/** Arrays a statement may change, inner blocks included. */
function changes(statement: Statement): Iterable<string> {
  switch (statement.kind) {
    case "let":
    case "return":
    case "comment":
      return nothing;
    case "store":
    case "accumulate":
    case "alloc":
      return [statement.array];
    default:
      break;
  }
  const arrays = new Set<string>();
  forEachDone(statement, (inner) => {
    if (inner.kind === "store" || inner.kind === "accumulate" || inner.kind === "alloc")
      arrays.add(inner.array);
    if (inner.kind === "contract") arrays.add(inner.to.array);
  });
  return arrays;
}

const calls = (statement: Statement): boolean => {
  if (statement.kind === "call") return true;
  if (!hasBlocks(statement)) return false;
  let found = false;
  forEachDone(statement, (inner) => {
    found ||= inner.kind === "call";
  });
  return found;
};

const hasBlocks = ({ kind }: Statement): boolean => kind === "for" || kind === "while" || kind === "if";

interface Waiting {
  readonly statement: Statement & { kind: "let" };
  readonly size: number;
  /** Of the values that wait, which came first. */
  readonly order: number;
}

export function fold(block: Block): Statement[] {
  const uses = new Map<string, number>();
  const isFixed = new Set<string>();
  forEachExprIn(block, (expr) => {
    if (expr.kind === "name") uses.set(expr.name, (uses.get(expr.name) ?? 0) + 1);
  });
  for (const name of cutNames(block)) isFixed.add(name);
  const used = withoutUnused(block, uses);
  return foldBlock(used, (name) => uses.get(name) === 1 && !isFixed.has(name) && isTemporary(name));
}

/**
 * Values are computed for kernels that came to do without them. `uses`: how often names are, those in what is left out no more
 * when this is done.
 */
function withoutUnused(block: Block, uses: Map<string, number>): Block {
  const unused = new Map<string, Expr>();
  forEachStatement(block, (statement) => {
    if (statement.kind === "let" && !uses.has(statement.name)) unused.set(statement.name, statement.value);
  });
  if (unused.size === 0) return block;
  const values = new Map<string, Expr>();
  forEachStatement(block, (statement) => {
    if (statement.kind === "let") values.set(statement.name, statement.value);
  });
  // What is found on the way is visited too.
  for (const value of unused.values()) {
    forEachExpr(value, (expr) => {
      if (expr.kind !== "name") return;
      const left = uses.get(expr.name)! - 1;
      uses.set(expr.name, left);
      const own = values.get(expr.name);
      if (left === 0 && own !== undefined) unused.set(expr.name, own);
    });
  }
  const without = (inner: Block): Block =>
    withEach(inner, (statement) =>
      statement.kind === "let" && unused.has(statement.name) ? [] : withBlocks(statement, without),
    );
  return without(block);
}

/** Values whose fraction is cut off on their way into a whole number, which C does to a name and not to what is composed. */
function cutNames(block: Block): string[] {
  const wholes = new Set<string>();
  const names: string[] = [];
  forEachStatement(block, (statement) => {
    if (statement.kind === "alloc" && statement.element === "integer") wholes.add(statement.array);
    if (statement.kind !== "store" || !wholes.has(statement.array)) return;
    const { value } = statement;
    const [of] = value.kind === "primitive" && value.op === "trunc" ? value.args : [];
    if (of?.kind === "name") names.push(of.name);
  });
  return names;
}

/** Names that a person chose stay; those the compiler numbered may go. */
const isTemporary = (name: string): boolean => name.includes("#") || name === "v";

const noExprs: ReadonlyMap<string, Expr> = new Map();

function foldBlock(block: Block, isSingle: (name: string) => boolean): Statement[] {
  const out: Statement[] = [];
  let order = 0;
  const waiting = new Map<string, Waiting>();
  /** Who waits, by the arrays that are read; some have been released since. */
  const readers = new Map<string, string[]>();
  let reader = "";
  const note = (array: string): void => {
    const names = readers.get(array);
    if (names === undefined) readers.set(array, [reader]);
    else if (names.at(-1) !== reader) names.push(reader);
  };
  const noteRead = (expr: Expr): void => {
    if (expr.kind === "read") note(expr.array);
  };
  const release = (name: string): void => {
    const one = waiting.get(name);
    if (one === undefined) return;
    waiting.delete(name);
    // What it mentions was folded into it already.
    out.push(one.statement);
  };
  const releaseNamed = (expr: Expr): void => {
    if (expr.kind === "name") release(expr.name);
  };
  // What goes into the statement at hand: made once, as statements are many.
  let into: Statement;
  let taken = noExprs;
  let origin: Span | undefined;
  /** Its operations; not counted yet where nobody has asked. */
  let size = -1;
  const takeNamed = (expr: Expr): void => {
    if (expr.kind !== "name") return;
    const one = waiting.get(expr.name);
    if (one === undefined) return;
    if (size < 0) size = operations(into);
    if (size + one.size > most) {
      release(expr.name);
      return;
    }
    size += one.size;
    if (taken === noExprs) taken = new Map();
    (taken as Map<string, Expr>).set(expr.name, one.statement.value);
    origin ??= one.statement.span;
    waiting.delete(expr.name);
  };
  for (const statement of block) {
    // A use inside a loop or branch is no place to fold into: the value would be computed more often, or later.
    if (waiting.size > 0) for (const inner of blocksOf(statement)) forEachExprIn(inner, releaseNamed);
    // The test of a loop is asked again after each round, when what the value was made of may have changed.
    if (statement.kind === "while") forEachExprOf(statement, releaseNamed);
    into = statement;
    taken = noExprs;
    origin = undefined;
    size = -1;
    if (waiting.size > 0) forEachExprOf(statement, takeNamed);
    const folded = placed(substituted(statement, taken, isSingle), origin);
    // Before an entry changes, whatever still waits for its old value is computed.
    if (waiting.size > 0) {
      if (calls(statement)) for (const name of [...waiting.keys()]) release(name);
      else {
        const stale: Waiting[] = [];
        for (const array of changes(statement)) {
          for (const name of readers.get(array) ?? nothing) {
            const one = waiting.get(name);
            if (one !== undefined) stale.push(one);
          }
          readers.delete(array);
        }
        for (const { statement: one } of stale.sort((a, b) => a.order - b.order)) release(one.name);
      }
    }
    if (folded.kind === "let" && isSingle(folded.name)) {
      waiting.set(folded.name, {
        statement: folded,
        size: size < 0 ? operations(folded) : size,
        order: order++,
      });
      reader = folded.name;
      forEachExpr(folded.value, noteRead);
      forEachGathered(folded, note);
      continue;
    }
    // A cotangent that nothing was added to: what it is, it is.
    if (!isOwnValue(folded)) out.push(folded);
  }
  for (const name of [...waiting.keys()]) release(name);
  return out;
}

const isOwnValue = (statement: Statement): boolean =>
  statement.kind === "store" &&
  statement.value.kind === "read" &&
  statement.value.array === statement.array &&
  statement.value.at.every((form, i) => affine.equal(form, statement.at[i]!));

/** A statement of the compiler's own comes from where the value was written that it now holds. */
function placed(statement: Statement, origin: Span | undefined): Statement {
  const isPlain = statement.kind === "let" || statement.kind === "store" || statement.kind === "accumulate";
  return isPlain && statement.span === undefined && origin ? { ...statement, span: origin } : statement;
}

function substituted(
  statement: Statement,
  taken: ReadonlyMap<string, Expr>,
  isSingle: (name: string) => boolean,
): Statement {
  if (taken.size === 0 && !hasBlocks(statement)) return statement;
  // Folded expressions keep their shape: the folding constructors must not see them as new.
  const replace = (expr: Expr): Expr => {
    switch (expr.kind) {
      case "name":
        return taken.get(expr.name) ?? expr;
      case "primitive": {
        const args = expr.args.map(replace);
        return args.every((arg, i) => arg === expr.args[i]) ? expr : { ...expr, args };
      }
      case "select":
        return {
          ...expr,
          test: replaceTest(expr.test),
          then: replace(expr.then),
          else: replace(expr.else),
        };
      default:
        return expr;
    }
  };
  const replaceTest = (test: Test): Test => {
    switch (test.kind) {
      case "compare":
        return { ...test, left: replace(test.left), right: replace(test.right) };
      case "and":
      case "or":
        return { ...test, left: replaceTest(test.left), right: replaceTest(test.right) };
      case "not":
        return { ...test, of: replaceTest(test.of) };
      case "constant":
        return test;
      default:
        return test satisfies never;
    }
  };
  switch (statement.kind) {
    case "let":
    case "store":
    case "accumulate":
      return { ...statement, value: replace(statement.value) };
    case "if":
      return {
        ...statement,
        test: taken.size === 0 ? statement.test : replaceTest(statement.test),
        then: foldBlock(statement.then, isSingle),
        else: foldBlock(statement.else, isSingle),
      };
    case "for":
      return { ...statement, body: foldBlock(statement.body, isSingle) };
    case "while":
      return { ...statement, body: foldBlock(statement.body, isSingle) };
    case "call":
      return {
        ...statement,
        args: statement.args.map((arg) =>
          arg.kind === "real" ? { ...arg, value: replace(arg.value) } : arg,
        ),
      };
    default:
      return statement;
  }
}

/** Of the expressions of a statement itself. */
function operations(statement: Statement): number {
  let count = 0;
  forEachExprOf(statement, (inner) => {
    if (inner.kind === "primitive" || inner.kind === "select") count++;
  });
  return count;
}
