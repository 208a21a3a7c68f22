/**
 * Arrays that always hold the same: a network that a loss evaluates beside its Laplacian, the two sets of unit directions of
 * a Laplacian of a Laplacian. In: a function. Out: the same values to the bit; what read the later array reads the first,
 * and its writes are left to `dead`.
 *
 * Two arrays that are made in one block are the same if what writes them is, statement by statement: the part of each
 * statement that an array's entries come from is printed with names by order of appearance, and compared. What such a part
 * reads of other arrays counts by their class; classes begin as large as shapes allow and are split until nothing splits
 * any more (Alpern, Wegman, Zadeck 1988). Reads count the statements that have written so far, so that arrays which are
 * filled one after the other stay apart wherever they differ.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import type { Alloc, Block, Expr, Fn, Statement, Test } from "../ir/nodes.ts";
import { rewriteBlock } from "../ir/rewrite.ts";
import { blocksOf, expressionsOf, forEachExpr, forEachStatement, formsOf } from "../ir/walk.ts";

/** Arrays of one block beyond which comparing them takes too long. */
const most = 300;

export function merge(fn: Fn): Fn {
  const same = new Map<string, string>();
  visit(fn.body, same);
  if (same.size === 0) return fn;
  const writes = new Set<string>(same.keys());
  const body = rewriteReads(fn.body, (array) => (writes.has(array) ? same.get(array)! : array));
  return { ...fn, body };
}

/** Finds arrays that are the same in a block and in those inside it. */
function visit(block: Block, same: Map<string, string>): void {
  for (const [array, first] of new Congruence(block, same).found()) same.set(array, first);
  for (const statement of block) for (const inner of blocksOf(statement)) visit(inner, same);
}

class Congruence {
  readonly #block: Block;
  readonly #outer: ReadonlyMap<string, string>;
  readonly #own: readonly Alloc[];
  /** Arrays written in the block that are not its own. */
  readonly #foreign = new Set<string>();
  /** Statements of the block that write an array, and that read it. */
  readonly #writers = new Map<string, number[]>();
  readonly #readers = new Map<string, number[]>();
  readonly #lets = new Map<string, number>();
  readonly #slices = new Map<string, readonly Slice[]>();
  #classes = new Map<string, string>();
  #keys = new Map<string, string>();

  /** `outer`: arrays from outside the block that are known to be the same as others. */
  constructor(block: Block, outer: ReadonlyMap<string, string>) {
    this.#block = block;
    this.#outer = outer;
    this.#own = block.filter((each): each is Alloc => each.kind === "alloc" && each.element === "real");
    if (this.#own.length < 2 || this.#own.length > most) return;
    const own = new Set(this.#own.map(({ array }) => array));
    const note = (map: Map<string, number[]>, array: string, at: number): void => {
      const list = map.get(array) ?? [];
      if (list.at(-1) !== at) list.push(at);
      map.set(array, list);
    };
    block.forEach((statement, at) => {
      if (statement.kind === "let") this.#lets.set(statement.name, at);
      forEachStatement([statement], (inner) => {
        if (inner.kind === "store" || inner.kind === "accumulate") note(this.#writers, inner.array, at);
        if (inner.kind === "call" || inner.kind === "contract" || inner.kind === "return") {
          for (const array of arraysIn(inner)) {
            note(this.#writers, array, at);
            note(this.#readers, array, at);
          }
        }
        for (const array of readsIn(inner)) note(this.#readers, array, at);
      });
    });
    for (const array of this.#writers.keys()) if (!own.has(array)) this.#foreign.add(array);
  }

  /** Later arrays by the first that holds the same. */
  found(): Map<string, string> {
    if (this.#own.length < 2 || this.#own.length > most) return new Map();
    const shapes = new Map<string, string>();
    for (const { array, shape, zero, role } of this.#own) {
      const key = `${shape.join()} ${zero} ${role}`;
      if (!shapes.has(key)) shapes.set(key, array);
      this.#classes.set(array, shapes.get(key)!);
    }
    for (;;) {
      this.#keys = new Map();
      const firsts = new Map<string, string>();
      const next = new Map<string, string>();
      const sizes = new Map<string, number>();
      for (const name of this.#classes.values()) sizes.set(name, (sizes.get(name) ?? 0) + 1);
      for (const { array } of this.#own) {
        const own = this.#classes.get(array)!;
        if (sizes.get(own) === 1) {
          next.set(array, array);
          continue;
        }
        const key = `${own} ${this.#textOf(array)}`;
        const first = firsts.get(key);
        const joins = first !== undefined && this.#inStep(first, array);
        if (!joins && first === undefined) firsts.set(key, array);
        next.set(array, joins ? first : array);
      }
      const isStable = this.#own.every(({ array }) => next.get(array) === this.#classes.get(array));
      this.#classes = next;
      if (isStable) break;
    }
    return new Map([...this.#classes].filter(([array, first]) => array !== first));
  }

  /** What writes an array, statement by statement. */
  #textOf(array: string): string {
    const writers = this.#writers.get(array) ?? [];
    let slices = this.#slices.get(array);
    if (slices === undefined) {
      slices = writers.map((at) => new Slice(this.#block[at]!, array, (read) => this.#held(read, at)));
      this.#slices.set(array, slices);
    }
    return slices.map((slice, i) => slice.text((name) => this.#nameKey(name, writers[i]!))).join("\n");
  }

  /** What an array holds where a statement of the block begins; nothing where that cannot be said. */
  #held(array: string, at: number): string | undefined {
    if (this.#foreign.has(array)) return undefined;
    const writers = this.#writers.get(array);
    if (writers === undefined) return this.#outer.get(array) ?? array;
    if (writers.includes(at)) return undefined;
    return `${this.#classes.get(array) ?? array}@${writers.filter((each) => each < at).length}`;
  }

  /** A scalar of the block by what it is made of; one from outside by its name. */
  #nameKey(name: string, _at: number): string {
    const at = this.#lets.get(name);
    if (at === undefined) return name;
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const statement = this.#block[at]!;
    const key =
      statement.kind === "let"
        ? `(${exprText(statement.value, {
            name: (inner) => this.#nameKey(inner, at),
            array: (read) => this.#held(read, at) ?? `?${name}`,
            index: (index) => index,
          })})`
        : name;
    // Long chains are told apart by their names.
    const short = key.length > 4000 ? name : key;
    this.#keys.set(name, short);
    return short;
  }

  /** Whether the first holds what the second does wherever that is read. */
  #inStep(first: string, second: string): boolean {
    const [a, b] = [first, second].map((array) => this.#writers.get(array) ?? []) as [number[], number[]];
    const reads = this.#readers.get(second) ?? [];
    const before = (writers: readonly number[], at: number): number =>
      writers.filter((each) => each < at).length;
    return reads.every((at) => !a.includes(at) && !b.includes(at) && before(a, at) === before(b, at));
  }
}

/** The part of a statement that the entries of an array come from. */
class Slice {
  readonly #statement: Statement;
  readonly #array: string;
  readonly #held: (array: string) => string | undefined;
  /** Scalars, indices and arrays that are made inside. */
  readonly #inner = new Set<string>();
  readonly #needed: Set<string>;

  constructor(statement: Statement, array: string, held: (array: string) => string | undefined) {
    this.#statement = statement;
    this.#array = array;
    this.#held = held;
    this.#needed = new Set([array]);
    forEachStatement([statement], (inner) => {
      if (inner.kind === "let") this.#inner.add(inner.name);
      if (inner.kind === "alloc") this.#inner.add(inner.array);
      if (inner.kind === "for") this.#inner.add(inner.index);
      if (inner.kind === "while") this.#inner.add(inner.counter);
    });
    for (let size = -1; size !== this.#needed.size; ) {
      size = this.#needed.size;
      this.#spread([statement]);
    }
  }

  /** Marks what is needed for what is; says whether anything of a block is. */
  #spread(block: Block): boolean {
    let any = false;
    for (const statement of block) {
      const inside = blocksOf(statement)
        .map((inner) => this.#spread(inner))
        .some(Boolean);
      if (!inside && !this.#isNeeded(statement)) continue;
      any = true;
      for (const expr of expressionsOf(statement))
        forEachExpr(expr, (part) => {
          if (part.kind === "name") this.#needed.add(part.name);
          if (part.kind === "read") this.#needed.add(part.array);
        });
      for (const form of formsOf(statement))
        affine.forEachAtom(form, (atom) => {
          if (atom.kind === "gather") this.#needed.add(atom.array);
        });
    }
    return any;
  }

  #isNeeded(statement: Statement): boolean {
    switch (statement.kind) {
      case "let":
        return this.#needed.has(statement.name);
      case "store":
      case "accumulate":
        return (
          statement.array === this.#array ||
          (this.#inner.has(statement.array) && this.#needed.has(statement.array))
        );
      case "alloc":
        return this.#needed.has(statement.array);
      // What is not understood is part of everything.
      case "call":
      case "contract":
      case "return":
        return true;
      default:
        return false;
    }
  }

  text(outside: (name: string) => string): string {
    const numbers = new Map<string, string>();
    const inner = (name: string): string => {
      const known = numbers.get(name) ?? `#${numbers.size}`;
      numbers.set(name, known);
      return known;
    };
    const words: Words = {
      name: (name) => (this.#inner.has(name) ? inner(name) : outside(name)),
      index: (name) => (this.#inner.has(name) ? inner(name) : name),
      array: (array) => {
        if (array === this.#array) return "self";
        if (this.#inner.has(array)) return inner(array);
        return this.#held(array) ?? `?${this.#array}`;
      },
    };
    const at = (forms: readonly Affine[]): string => forms.map((form) => formText(form, words)).join();
    const print = (block: Block): string =>
      block
        .map((statement): string => {
          const bodies = blocksOf(statement);
          const texts = bodies.map(print);
          if (bodies.length > 0 && texts.every((each) => each === "")) return "";
          switch (statement.kind) {
            case "for": {
              const [from, to] = [statement.from, statement.to].map((form) => formText(form, words));
              return `for ${inner(statement.index)} ${from} ${to} ${statement.down}{${texts[0]}}`;
            }
            case "while":
              return `while ${inner(statement.counter)} ${statement.limit} ${testText(statement.test, words)}{${texts[0]}}`;
            case "if":
              return `if ${testText(statement.test, words)}{${texts.join("}else{")}}`;
            default:
          }
          if (!this.#isNeeded(statement)) return "";
          switch (statement.kind) {
            case "let":
              return `${inner(statement.name)}=${exprText(statement.value, words)};`;
            case "alloc":
              return `alloc ${inner(statement.array)} ${statement.shape.join()} ${statement.zero} ${statement.element};`;
            case "store":
            case "accumulate":
              return `${statement.kind} ${words.array(statement.array)}[${at(statement.at)}] ${exprText(statement.value, words)};`;
            default:
              return `?${this.#array};`;
          }
        })
        .join("");
    // An array that is read where it is written has a history of its own.
    let isRead = false;
    forEachStatement([this.#statement], (statement) => {
      if (readsIn(statement).includes(this.#array)) isRead = true;
    });
    return isRead ? `?${this.#array}` : print([this.#statement]);
  }
}

interface Words {
  readonly name: (name: string) => string;
  readonly index: (name: string) => string;
  readonly array: (array: string) => string;
}

function exprText(expr: Expr, words: Words): string {
  switch (expr.kind) {
    case "number":
      return Object.is(expr.value, -0) ? "-0" : String(expr.value);
    case "name":
      return words.name(expr.name);
    case "read":
      return `${words.array(expr.array)}[${expr.at.map((form) => formText(form, words)).join()}]`;
    case "integer":
      return `int ${formText(expr.value, words)}`;
    case "primitive":
      return `${expr.op}(${expr.args.map((arg) => exprText(arg, words)).join()})`;
    case "select":
      return `(${testText(expr.test, words)}?${exprText(expr.then, words)}:${exprText(expr.else, words)})`;
    default:
      return expr satisfies never;
  }
}

function testText(test: Test, words: Words): string {
  switch (test.kind) {
    case "compare":
      return `${test.relation}(${exprText(test.left, words)},${exprText(test.right, words)})`;
    case "and":
    case "or":
      return `${test.kind}(${testText(test.left, words)},${testText(test.right, words)})`;
    case "not":
      return `not(${testText(test.of, words)})`;
    case "constant":
      return String(test.value);
    default:
      return test satisfies never;
  }
}

/** Terms sorted by what they are called here. */
function formText(form: Affine, words: Words): string {
  const terms = form.terms.map(({ coefficient, atom }) => `${coefficient}*${atomText(atom, words)}`).sort();
  return [...terms, String(form.constant)].join("+");
}

function atomText(atom: affine.Atom, words: Words): string {
  switch (atom.kind) {
    case "index":
      return words.index(atom.name);
    case "gather":
      return `${words.array(atom.array)}[${atom.at.map((form) => formText(form, words)).join()}]`;
    case "quotient":
    case "remainder":
      return `${atom.kind}(${formText(atom.of, words)},${formText(atom.by, words)})`;
    default:
      return atom satisfies never;
  }
}

/** Arrays that a statement itself reads, not what is inside it. */
function readsIn(statement: Statement): string[] {
  const found: string[] = [];
  for (const expr of expressionsOf(statement))
    forEachExpr(expr, (part) => {
      if (part.kind === "read") found.push(part.array);
      if (part.kind === "integer") gathers([part.value], found);
      if (part.kind === "read") gathers(part.at, found);
    });
  gathers(formsOf(statement), found);
  return found;
}

function gathers(forms: readonly Affine[], found: string[]): void {
  for (const form of forms)
    affine.forEachAtom(form, (atom) => {
      if (atom.kind === "gather") found.push(atom.array);
    });
}

function arraysIn(statement: Statement): string[] {
  switch (statement.kind) {
    case "call":
      return statement.args.flatMap((arg) => (arg.kind === "array" ? [arg.view.array] : []));
    case "contract":
      return [statement.to, ...statement.factors].map(({ array }) => array);
    default:
      return [];
  }
}

/** The block with other arrays read; writes stay. */
function rewriteReads(block: Block, other: (array: string) => string): Statement[] {
  return block.map((statement): Statement => {
    const [rewritten] = rewriteBlock([statement], {
      array: (array) => {
        const first = other(array);
        return first === array ? undefined : { array: first, prefix: [] };
      },
    }) as [Statement];
    // Where it is written, the array is itself again.
    return restored(statement, rewritten);
  });
}

function restored(before: Statement, after: Statement): Statement {
  switch (after.kind) {
    case "store":
    case "accumulate":
      return { ...after, array: (before as typeof after).array };
    case "alloc":
      return { ...after, array: (before as typeof after).array };
    case "for":
    case "while":
      return {
        ...after,
        body: after.body.map((each, i) => restored((before as typeof after).body[i]!, each)),
      };
    case "if":
      return {
        ...after,
        then: after.then.map((each, i) => restored((before as typeof after).then[i]!, each)),
        else: after.else.map((each, i) => restored((before as typeof after).else[i]!, each)),
      };
    case "call":
    case "contract":
      return before;
    default:
      return after;
  }
}
