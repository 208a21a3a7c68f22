/**
 * What several runs of statements have in common. In: runs that may be the same code but for numbers, index forms and
 * scalars from outside. Out: the first of them with something in the place of what differs, or nothing where they are
 * not alike. `reroll` makes loops of such runs, `shared-runs` functions.
 */

import type { Affine, Atom } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Argument, Block, Expr, Statement, Test } from "../ir/nodes.ts";
import { type Rewriter, rewriteStatement } from "../ir/rewrite.ts";
import {
  arraysIn,
  bindersIn,
  expressionsOf,
  forEachExpr,
  forEachExprIn,
  forEachStatement,
  withBlocks,
} from "../ir/walk.ts";

/** What stands for things that differ, one for each run; nothing where nothing may. */
export interface Holes {
  form(forms: readonly Affine[]): Affine | undefined;
  /** Scalars that read no array and nothing that the runs bind themselves. */
  real(values: readonly Expr[]): Expr | undefined;
}

/** The common form of the runs, without comments. Most that are asked for have none: it ends at the first statement that has not. */
export function alike(runs: readonly Block[], holes: Holes): Statement[] | undefined {
  const [first, ...others] = runs.map(withoutComments);
  if (others.some((other) => other.length !== first!.length)) return undefined;
  const bound = new Set<string>();
  const merger = new Merger(bound, holes);
  const renamings = others.map(() => new Renaming());
  const out: Statement[] = [];
  for (const [i, one] of first!.entries()) {
    const binders = bindersOf(one);
    for (const binder of binders) bound.add(binder);
    const all = [one];
    for (const [k, other] of others.entries()) {
      const own = bindersOf(other[i]!);
      if (own.length !== binders.length) return undefined;
      all.push(renamings[k]!.renamed(other[i]!, own, binders));
    }
    const merged = merger.statement(all);
    if (merged === undefined) return undefined;
    out.push(merged);
  }
  return out;
}

/** What a run binds goes by the names of the first run. */
class Renaming {
  readonly #names = new Map<string, string>();
  readonly #rewriter: Rewriter = {
    name: (text) => {
      const name = this.#names.get(text);
      return name === undefined ? undefined : build.name(name);
    },
    index: (text) => {
      const name = this.#names.get(text);
      return name === undefined ? undefined : affine.index(name);
    },
    array: (text) => {
      const array = this.#names.get(text);
      return array === undefined ? undefined : { array, prefix: [] };
    },
    binder: (text) => this.#names.get(text) ?? text,
  };

  renamed(statement: Statement, own: readonly string[], names: readonly string[]): Statement {
    own.forEach((name, i) => {
      this.#names.set(name, names[i]!);
    });
    return rewriteStatement(statement, this.#rewriter);
  }
}

/** Whether two pieces of the IR are the same to the bit of every number. */
export function isSame(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  const [a, b] = [left as Record<string, unknown>, right as Record<string, unknown>];
  const keys = Object.keys(a).filter((key) => key !== "span" && a[key] !== undefined);
  const others = Object.keys(b).filter((key) => key !== "span" && b[key] !== undefined);
  return keys.length === others.length && keys.every((key) => isSame(a[key], b[key]));
}

/** What is asked of a statement, which never changes, is found once. */
export function once<T>(find: (statement: Statement) => T): (statement: Statement) => T {
  const known = new WeakMap<Statement, { readonly value: T }>();
  return (statement) => {
    const found = known.get(statement) ?? { value: find(statement) };
    known.set(statement, found);
    return found.value;
  };
}

const withoutComments = (block: Block): Block => block.filter(({ kind }) => kind !== "comment").map(bare);

/** A statement without the comments inside it. */
const bare: (statement: Statement) => Statement = once((statement) => withBlocks(statement, withoutComments));

/** What a statement binds, inner blocks included. */
export const bindersOf = once((statement) => bindersIn([statement]));

/** Statements, operations and arguments: what code is made of. */
const weight = once((statement) => {
  let sum = 0;
  forEachStatement([statement], (inner) => {
    sum += inner.kind === "for" ? 3 : inner.kind === "call" ? 2 + inner.args.length : 1;
    for (const top of expressionsOf(inner)) sum += weightOf(top);
  });
  return sum;
});

/** Operations, reads and counters of an expression. */
export function weightOf(expr: Expr): number {
  let sum = 0;
  forEachExpr(expr, (inner) => {
    if (inner.kind !== "number" && inner.kind !== "name") sum++;
  });
  return sum;
}

/** The weight of all statements before each, and of all of them. */
export function weightsBefore(statements: readonly Statement[]): number[] {
  let sum = 0;
  return [0, ...statements.map((statement) => (sum += weight(statement)))];
}

/** What two statements that are alike have the same: kinds, arrays, operators, but no numbers and no scalars. */
export function outline(statement: Statement): string {
  switch (statement.kind) {
    case "let":
      return `let ${outlineOf(statement.value)}`;
    case "alloc":
      return `alloc ${statement.element} ${statement.shape.join()} ${statement.zero}`;
    case "store":
    case "accumulate":
      return `${statement.kind} ${statement.at.length} ${outlineOf(statement.value)}`;
    case "for":
      return `for ${statement.down}(${statement.body.map(outline).join(";")})`;
    case "while":
      return `while(${statement.body.map(outline).join(";")})`;
    case "if":
      return `if(${statement.then.map(outline).join(";")})(${statement.else.map(outline).join(";")})`;
    case "call":
      return `call ${statement.callee}`;
    case "return":
      return `return ${statement.status}`;
    default:
      return statement.kind;
  }
}

/** Scalars may be anything as long as they read nothing. */
const outlineOf = (expr: Expr): string => {
  let reads = "";
  forEachExpr(expr, (inner) => {
    if (inner.kind === "read") reads += ` ${inner.at.length}`;
  });
  return reads;
};

/** Scalars and arrays that a statement refers to, inner blocks included. */
export const mentionsOf = once((statement): ReadonlySet<string> => {
  const found = arraysIn([statement]);
  forEachExprIn([statement], (expr) => {
    if (expr.kind === "name") found.add(expr.name);
  });
  return found;
});

class Merger {
  readonly #bound: ReadonlySet<string>;
  readonly #holes: Holes;

  constructor(bound: ReadonlySet<string>, holes: Holes) {
    this.#bound = bound;
    this.#holes = holes;
  }

  #blocks(blocks: readonly Block[]): Statement[] | undefined {
    const [first, ...others] = blocks;
    if (others.some((other) => other.length !== first!.length)) return undefined;
    const out: Statement[] = [];
    for (let i = 0; i < first!.length; i++) {
      const merged = this.statement(blocks.map((block) => block[i]!));
      if (merged === undefined) return undefined;
      out.push(merged);
    }
    return out;
  }

  statement(all: readonly Statement[]): Statement | undefined {
    const [first] = all as [Statement];
    switch (first.kind) {
      case "let": {
        const same = of(all, "let");
        const value = same && this.#expr(same.map((each) => each.value));
        return value && { ...first, value };
      }
      case "alloc": {
        const same = of(all, "alloc");
        const isOne = same?.every(
          ({ element, shape, zero, role }) =>
            isSame(shape, first.shape) &&
            element === first.element &&
            zero === first.zero &&
            role === first.role,
        );
        return isOne ? first : undefined;
      }
      case "store":
      case "accumulate": {
        const same = of(all, first.kind);
        if (same?.some((each) => each.array !== first.array)) return undefined;
        const at = same && this.#forms(same.map((each) => each.at));
        const value = same && this.#expr(same.map((each) => each.value));
        return at && value && { ...first, at, value };
      }
      case "for": {
        const same = of(all, "for");
        if (same?.some((each) => each.index !== first.index || each.down !== first.down)) return undefined;
        const bounds = same && this.#forms(same.map(({ from, to }) => [from, to]));
        const body = same && this.#blocks(same.map((each) => each.body));
        return bounds && body && { ...first, from: bounds[0]!, to: bounds[1]!, body };
      }
      case "if": {
        const same = of(all, "if");
        const test = same && this.#test(same.map((each) => each.test));
        const then = same && this.#blocks(same.map((each) => each.then));
        const otherwise = same && this.#blocks(same.map((each) => each.else));
        return test && then && otherwise && { ...first, test, then, else: otherwise };
      }
      case "call": {
        const same = of(all, "call");
        if (same?.some((each) => each.callee !== first.callee)) return undefined;
        const args: Argument[] = [];
        for (let i = 0; i < first.args.length; i++) {
          const merged = same && this.#argument(same.map((each) => each.args[i]!));
          if (merged === undefined) return undefined;
          args.push(merged);
        }
        return { ...first, args };
      }
      default:
        return all.every((each) => isSame(each, first)) ? first : undefined;
    }
  }

  #argument(all: readonly Argument[]): Argument | undefined {
    const [first] = all as [Argument];
    if (all.every((each) => isSame(each, first))) return first;
    if (first.kind === "real") {
      const values = all.flatMap((each) => (each.kind === "real" ? [each.value] : []));
      const value = values.length === all.length ? this.#expr(values) : undefined;
      return value && { kind: "real", value };
    }
    if (first.kind === "integer") {
      const forms = all.flatMap((each) => (each.kind === "integer" ? [[each.value]] : []));
      const merged = forms.length === all.length ? this.#forms(forms) : undefined;
      return merged && { kind: "integer", value: merged[0]! };
    }
    return undefined;
  }

  #forms(lists: readonly (readonly Affine[])[]): Affine[] | undefined {
    const [first] = lists as [readonly Affine[]];
    if (lists.some((list) => list.length !== first.length)) return undefined;
    const out: Affine[] = [];
    for (let i = 0; i < first.length; i++) {
      const forms = lists.map((list) => list[i]!);
      const merged = forms.every((form) => affine.equal(form, forms[0]!)) ? forms[0] : this.#differing(forms);
      if (merged === undefined) return undefined;
      out.push(merged);
    }
    return out;
  }

  /** What the runs bind themselves means nothing outside of them: it has to be the same, and a hole is for the rest. */
  #differing(forms: readonly Affine[]): Affine | undefined {
    const own = forms.map((form) => this.#ownPart(form));
    if (own.some((part) => !affine.equal(part, own[0]!))) return undefined;
    const merged = this.#holes.form(forms.map((form, i) => affine.subtract(form, own[i]!)));
    return merged && affine.add(own[0]!, merged);
  }

  #ownPart(form: Affine): Affine {
    const isOwn = (atom: Atom): boolean => {
      let found = false;
      affine.forEachAtom(affine.ofAtom(atom), (inner) => {
        if (inner.kind === "index") found ||= this.#bound.has(inner.name);
        if (inner.kind === "gather") found ||= this.#bound.has(inner.array);
      });
      return found;
    };
    return { constant: 0, terms: form.terms.filter(({ atom }) => isOwn(atom)) };
  }

  #expr(all: readonly Expr[]): Expr | undefined {
    const [first] = all as [Expr];
    if (all.every((each) => isSame(each, first))) return first;
    if (all.every((each) => this.#isFree(each))) return this.#holes.real(all);
    if (all.some((each) => each.kind !== first.kind)) return undefined;
    switch (first.kind) {
      case "read": {
        const same = all as readonly Extract<Expr, { kind: "read" }>[];
        if (same.some((each) => each.array !== first.array)) return undefined;
        const at = this.#forms(same.map((each) => each.at));
        return at && { ...first, at };
      }
      case "integer": {
        const same = all as readonly Extract<Expr, { kind: "integer" }>[];
        const forms = this.#forms(same.map((each) => [each.value]));
        return forms && build.integerValue(forms[0]!);
      }
      case "primitive": {
        const same = all as readonly Extract<Expr, { kind: "primitive" }>[];
        if (same.some((each) => each.op !== first.op || each.args.length !== first.args.length))
          return undefined;
        const args: Expr[] = [];
        for (let i = 0; i < first.args.length; i++) {
          const merged = this.#expr(same.map((each) => each.args[i]!));
          if (merged === undefined) return undefined;
          args.push(merged);
        }
        return { ...first, args };
      }
      case "select": {
        const same = all as readonly Extract<Expr, { kind: "select" }>[];
        const test = this.#test(same.map((each) => each.test));
        const then = this.#expr(same.map((each) => each.then));
        const otherwise = this.#expr(same.map((each) => each.else));
        return test && then && otherwise && { kind: "select", test, then, else: otherwise };
      }
      default:
        return undefined;
    }
  }

  #test(all: readonly Test[]): Test | undefined {
    const [first] = all as [Test];
    if (all.every((each) => isSame(each, first))) return first;
    if (first.kind !== "compare") return undefined;
    const same = all.flatMap((each) =>
      each.kind === "compare" && each.relation === first.relation ? [each] : [],
    );
    if (same.length !== all.length) return undefined;
    const left = this.#expr(same.map((each) => each.left));
    const right = this.#expr(same.map((each) => each.right));
    return left && right && { ...first, left, right };
  }

  #isFree(expr: Expr): boolean {
    let isFree = true;
    forEachExpr(expr, (inner) => {
      if (inner.kind === "read" || (inner.kind === "name" && this.#bound.has(inner.name))) isFree = false;
      if (inner.kind === "integer")
        affine.forEachAtom(inner.value, (atom) => {
          if (atom.kind === "gather" || (atom.kind === "index" && this.#bound.has(atom.name))) isFree = false;
        });
    });
    return isFree;
  }
}

function of<K extends Statement["kind"]>(
  all: readonly Statement[],
  kind: K,
): Extract<Statement, { kind: K }>[] | undefined {
  const same = all.filter((each): each is Extract<Statement, { kind: K }> => each.kind === kind);
  return same.length === all.length ? same : undefined;
}
