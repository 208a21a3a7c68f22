/**
 * Computes equal expressions once (common subexpressions, by value numbering). In: a function body in normal form, one
 * operation on atoms per `let`. Out: the same without a `let` whose value an earlier one in scope already has. Sums
 * and products are equal with their operands exchanged, which is exact; nothing is reassociated.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Block, Expr, Statement, Test } from "../ir/nodes.ts";
import { binaryOpcodes, type Opcode, unaryOpcodes } from "../ir/opcode.ts";
import { rewriteStatement } from "../ir/rewrite.ts";
import { blocksOf, forEachStatement } from "../ir/walk.ts";

/** Value -> the expression that already has it, in the blocks around. One list, from which a block takes back what it put in. */
class Values {
  readonly #known: (Expr | undefined)[] = [];
  /** What was put in, and what stood there before. */
  readonly #changed: number[] = [];
  readonly #before: (Expr | undefined)[] = [];

  get(value: number): Expr | undefined {
    return this.#known[value];
  }

  set(value: number, expr: Expr): void {
    this.#changed.push(value);
    this.#before.push(this.#known[value]);
    this.#known[value] = expr;
  }

  /** Does something in a block of its own. */
  inBlock<T>(act: () => T): T {
    const start = this.#changed.length;
    const result = act();
    while (this.#changed.length > start) this.#known[this.#changed.pop()!] = this.#before.pop();
    return result;
  }
}

/** Numbers below which two of them are one small integer. */
const most = 2 ** 15;

/** A number for each value: equal for equal expressions between the same writes, and for no others. */
class Numbering {
  readonly #versions = new Map<string, number>();
  readonly #ofTexts = new Map<string, number>();
  readonly #ofNames = new Map<string, number>();
  /** By opcode, of pairs of numbers. */
  readonly #ofPairs: (Map<number, number> | undefined)[] = [];
  /** Of entries of arrays, by their subscripts, since the array was last written. */
  readonly #ofEntries = new Map<string, Map<string, number>>();
  #count = 0;

  /** From here on what the array holds is another value. */
  touch(array: string): void {
    this.#versions.set(array, (this.#versions.get(array) ?? 0) + 1);
    this.#ofEntries.delete(array);
  }

  of(expr: Expr): number {
    switch (expr.kind) {
      case "name":
        return this.#numbered(this.#ofNames, expr.name);
      case "number":
        return this.#ofText(Object.is(expr.value, -0) ? "-0" : String(expr.value));
      case "integer":
        return this.#ofText(`int(${affine.key(expr.value)})${this.#versionsIn(expr.value)}`);
      case "read":
        return this.ofEntry(expr.array, expr.at);
      case "primitive":
        return this.#ofPrimitive(expr.op, expr.args);
      case "select":
        return this.#ofText(
          `select(${this.#testText(expr.test)},${this.of(expr.then)},${this.of(expr.else)})`,
        );
      default:
        return expr satisfies never;
    }
  }

  ofEntry(array: string, at: readonly affine.Affine[]): number {
    let known = this.#ofEntries.get(array);
    if (known === undefined) {
      known = new Map();
      this.#ofEntries.set(array, known);
    }
    let place = "";
    for (const form of at) place += `${affine.key(form)}${this.#versionsIn(form)},`;
    return this.#numbered(known, place);
  }

  #ofPrimitive(op: Opcode, args: readonly Expr[]): number {
    const isSymmetric = op === "add" || op === "mul";
    const code = opcodes.get(op);
    if (code !== undefined && args.length <= 2) {
      const first = this.of(args[0]!);
      const second = args.length === 1 ? 0 : this.of(args[1]!);
      const isTurned = isSymmetric && second < first;
      if (first < most && second < most) {
        this.#ofPairs[code] ??= new Map();
        return this.#numbered(this.#ofPairs[code], isTurned ? second * most + first : first * most + second);
      }
    }
    const numbers = args.map((arg) => this.of(arg));
    if (isSymmetric) numbers.sort((a, b) => a - b);
    return this.#ofText(`${op}(${numbers.join(",")})`);
  }

  #ofText(text: string): number {
    return this.#numbered(this.#ofTexts, text);
  }

  /** Numbers begin with 1; 0 is no value. */
  #numbered<T>(map: Map<T, number>, key: T): number {
    let number = map.get(key);
    if (number === undefined) {
      number = ++this.#count;
      map.set(key, number);
    }
    return number;
  }

  #versionsIn(form: affine.Affine): string {
    let text = "";
    affine.forEachAtom(form, (atom) => {
      if (atom.kind === "gather") text += `@${this.#versions.get(atom.array) ?? 0}`;
    });
    return text;
  }

  #testText(test: Test): string {
    switch (test.kind) {
      case "compare":
        return `${test.relation}(${this.of(test.left)},${this.of(test.right)})`;
      case "and":
      case "or":
        return `${test.kind}(${this.#testText(test.left)},${this.#testText(test.right)})`;
      case "not":
        return `not(${this.#testText(test.of)})`;
      case "constant":
        return String(test.value);
      default:
        return test satisfies never;
    }
  }
}

/** A number for each opcode of one or two arguments. */
const opcodes: ReadonlyMap<Opcode, number> = new Map(
  [...unaryOpcodes, ...binaryOpcodes].map((op, i) => [op, i]),
);

export function reuse(block: Block): Statement[] {
  const numbers = new Numbering();
  const written = writtenInside(block);
  const touchAll = (statements: Block): void => {
    for (const array of written.get(statements)!) numbers.touch(array);
  };

  const values = new Values();
  /** Replaced names. */
  const names = new Map<string, Expr>();
  const replacing = { name: (name: string): Expr | undefined => names.get(name) };
  const replace = <S extends Statement>(statement: S): S =>
    names.size === 0 ? statement : (rewriteStatement(statement, replacing) as S);

  const walk = (statements: Block): Statement[] => values.inBlock(() => list(statements));
  const list = (statements: Block): Statement[] => {
    const out: Statement[] = [];
    for (const statement of statements) {
      switch (statement.kind) {
        case "let": {
          const next = replace(statement);
          // A negated scalar goes where it is used: sums and products take the sign in.
          if (build.isLeaf(next.value) || isNegatedLeaf(next.value)) {
            names.set(next.name, next.value);
            break;
          }
          // So does the sign of what was multiplied by a negated scalar.
          const inner = isNegated(next.value) ? next.value.args[0] : undefined;
          const value = numbers.of(inner ?? next.value);
          const before = values.get(value);
          const held = before ?? build.name(next.name);
          if (inner !== undefined) names.set(next.name, build.neg(held));
          else if (before !== undefined) names.set(next.name, before);
          if (before !== undefined) break;
          values.set(value, held);
          out.push(inner === undefined ? next : { ...next, value: inner });
          break;
        }
        case "store": {
          const next = replace(statement);
          numbers.touch(next.array);
          // What was just stored can be had without reading it again.
          if (build.isLeaf(next.value)) values.set(numbers.ofEntry(next.array, next.at), next.value);
          out.push(next);
          break;
        }
        case "accumulate":
          out.push(replace(statement));
          numbers.touch(statement.array);
          break;
        case "alloc":
          out.push(statement);
          numbers.touch(statement.array);
          break;
        case "call":
        case "contract":
          out.push(replace(statement));
          for (const array of writes(statement)) numbers.touch(array);
          break;
        case "for": {
          touchAll(statement.body);
          out.push({ ...statement, body: walk(statement.body) });
          touchAll(statement.body);
          break;
        }
        case "while": {
          touchAll(statement.body);
          const header = replace({ ...statement, body: [] });
          out.push({ ...header, body: walk(statement.body) });
          touchAll(statement.body);
          break;
        }
        case "if": {
          const header = replace({ ...statement, then: [], else: [] });
          const then = walk(statement.then);
          touchAll(statement.then);
          const otherwise = walk(statement.else);
          touchAll(statement.else);
          out.push({ ...header, then, else: otherwise });
          break;
        }
        case "return":
        case "comment":
          out.push(statement);
          break;
        default:
          statement satisfies never;
      }
    }
    return out;
  };
  return walk(block);
}

const isNegated = (expr: Expr): expr is Expr & { readonly kind: "primitive" } =>
  expr.kind === "primitive" && expr.op === "neg";

export const isNegatedLeaf = (expr: Expr): boolean => isNegated(expr) && build.isLeaf(expr.args[0]!);

/** Arrays that a block changes, inner blocks included, beside those in `written`. */
export function writtenIn(block: Block, written = new Set<string>()): Set<string> {
  forEachStatement(block, (statement) => {
    for (const array of writes(statement)) written.add(array);
  });
  return written;
}

/** What each block inside of a block changes, inner blocks included. */
function writtenInside(block: Block): ReadonlyMap<Block, ReadonlySet<string>> {
  const found = new Map<Block, ReadonlySet<string>>();
  const gather = (statements: Block): ReadonlySet<string> => {
    const own = new Set<string>();
    for (const statement of statements) {
      for (const array of writes(statement)) own.add(array);
      for (const inner of blocksOf(statement)) for (const array of gather(inner)) own.add(array);
    }
    found.set(statements, own);
    return own;
  };
  gather(block);
  return found;
}

const none: readonly string[] = [];

/** Arrays a statement itself changes. */
export function writes(statement: Statement): readonly string[] {
  switch (statement.kind) {
    case "store":
    case "accumulate":
    case "alloc":
      return [statement.array];
    case "call":
      return statement.args.flatMap((arg) => (arg.kind === "array" ? [arg.view.array] : []));
    case "contract":
      return [statement.to.array];
    default:
      return none;
  }
}
