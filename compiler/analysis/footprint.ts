/**
 * What an entry is made of, as a small processor meets it: operations, accesses to arrays, trips of loops, calls. In: a
 * program in the form that C is printed from. Out: how often each kind stands in the text, and how often it is executed.
 */

import * as affine from "../ir/affine.ts";
import type { Expr, Program, Statement, Test } from "../ir/nodes.ts";
import type { Opcode } from "../ir/opcode.ts";
import { arraysOf, calleesOf, expressionsOf, forEachExpr, forEachStatement } from "../ir/walk.ts";
import { forEachTime } from "./times.ts";

const kinds = [
  "add",
  "multiply",
  "divide",
  "root",
  /** What changes a sign or a bit. */
  "sign",
  /** A comparison, and a value or a way that is chosen. */
  "choose",
  /** A whole number made real. */
  "convert",
  /** Accesses to arrays, by how many subscripts are not fixed, and subscripts that are looked up. */
  "fixed",
  "row",
  "matrix",
  "gather",
  "loop",
  /** Rounds of a loop; of a short one, which compilers write out. */
  "trip",
  "shortTrip",
  "call",
  "argument",
  /** A call of the mathematical library, beside what the function itself takes. */
  "library",
  "function",
  /** Different numbers in the text. */
  "literal",
] as const;

export type Kind = (typeof kinds)[number];

export interface Footprint {
  readonly text: ReadonlyMap<Kind, number>;
  readonly run: ReadonlyMap<Kind, number>;
  /** Functions of the mathematical library: how often each is called. */
  readonly library: ReadonlyMap<Opcode, number>;
  /** Words in tables of constants: reals and integers. */
  readonly tables: { readonly reals: number; readonly integers: number };
  /** Whether the counts hold for every run; see `workOf`. */
  readonly isStatic: boolean;
}

const kindOf: { readonly [op in Opcode]?: Kind } = {
  add: "add",
  sub: "add",
  mul: "multiply",
  div: "divide",
  sqrt: "root",
  neg: "sign",
  abs: "sign",
  fround: "sign",
  sign: "choose",
  min: "choose",
  max: "choose",
  gate: "choose",
};

/** Rounds up to which a loop is written out. */
const short = 4;

export function footprintOf(program: Program, entry: string, steps: number): Footprint {
  const text = new Map<Kind, number>();
  const run = new Map<Kind, number>();
  const library = new Map<Opcode, number>();
  const counted = new Map<Statement, Piece>();
  const locals = scalarsOf(program);
  const literals = new Set<number>();
  const isStatic = forEachTime(program, entry, steps, (statement, times, trips) => {
    let piece = counted.get(statement);
    if (piece === undefined) {
      piece = pieceOf(statement, locals, literals);
      counted.set(statement, piece);
    }
    for (const [kind, count] of piece.kinds) add(run, kind, count * times);
    for (const op of piece.functions) add(library, op, times);
    if (statement.kind === "for")
      add(
        run,
        isShort(statement) ? "shortTrip" : "trip",
        times * (statement.usual ?? trips(statement.from, statement.to)),
      );
  });
  const reached = reachedFrom(program, entry);
  for (const fn of reached) {
    add(text, "function", 1);
    forEachStatement(fn.body, (statement) => {
      for (const [kind, count] of pieceOf(statement, locals, literals).kinds) add(text, kind, count);
    });
  }
  text.set("literal", literals.size);
  const read = new Set(reached.flatMap((fn) => [...arraysOf(fn)]));
  const words = (element: "real" | "integer"): number =>
    program.arrays
      .filter((array) => array.role === "constant" && array.shape.length > 0 && read.has(array.name))
      .filter((array) => array.element === element)
      .reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
  return { text, run, library, tables: { reals: words("real"), integers: words("integer") }, isStatic };
}

const add = <K>(tally: Map<K, number>, kind: K, count: number): void => {
  tally.set(kind, (tally.get(kind) ?? 0) + count);
};

/** A statement by itself, without the blocks inside it. */
interface Piece {
  readonly kinds: ReadonlyMap<Kind, number>;
  readonly functions: readonly Opcode[];
}

function pieceOf(statement: Statement, locals: ReadonlySet<string>, literals: Set<number>): Piece {
  const found = new Map<Kind, number>();
  const functions: Opcode[] = [];
  const count = (kind: Kind, times = 1): void => add(found, kind, times);
  const access = (array: string, at: readonly affine.Affine[]): void => {
    if (locals.has(array)) return;
    const free = at.filter(({ terms }) => terms.length > 0).length;
    count(free === 0 ? "fixed" : free === 1 ? "row" : "matrix");
    for (const form of at)
      affine.forEachAtom(form, (atom) => {
        if (atom.kind === "gather") count("gather");
      });
  };
  /** Sides of comparisons of whole numbers, which are made as such. */
  const whole = new Set<Expr>();
  const inTest = (test: Test): void => {
    if (test.kind === "compare") {
      const sides = [test.left, test.right];
      const isWhole = sides.every(
        (side) => side.kind === "integer" || (side.kind === "number" && Number.isInteger(side.value)),
      );
      if (isWhole) for (const side of sides) whole.add(side);
      count(isWhole ? "add" : "choose");
    }
    if (test.kind === "and" || test.kind === "or") {
      inTest(test.left);
      inTest(test.right);
    }
    if (test.kind === "not") inTest(test.of);
  };
  const inExpr = (expr: Expr): void => {
    if (expr.kind === "read") access(expr.array, expr.at);
    if (expr.kind === "select") inTest(expr.test);
    if (whole.has(expr)) return;
    if (expr.kind === "integer") count("convert");
    if (expr.kind === "number") literals.add(expr.value);
    if (expr.kind !== "primitive") return;
    if (expr === cutOff(statement, locals)) {
      count("convert");
      return;
    }
    const kind = kindOf[expr.op];
    if (kind !== undefined) count(kind);
    else if (expr.op === "softsign") {
      count("sign");
      count("add");
      count("divide");
    } else if (expr.op !== "stop") {
      count("library");
      functions.push(expr.op);
    }
  };
  if (statement.kind === "if" || statement.kind === "while") inTest(statement.test);
  for (const top of expressionsOf(statement)) forEachExpr(top, inExpr);
  switch (statement.kind) {
    case "store":
      access(statement.array, statement.at);
      break;
    case "accumulate":
      count("add");
      access(statement.array, statement.at);
      access(statement.array, statement.at);
      break;
    case "while":
    case "for":
      count("loop");
      break;
    case "call":
      count("call");
      count("argument", statement.args.length);
      break;
    default:
      break;
  }
  return { kinds: found, functions };
}

/** The value of a store whose fraction is cut off by the conversion to a whole number. */
function cutOff(statement: Statement, locals: ReadonlySet<string>): Expr | undefined {
  if (statement.kind !== "store" || !locals.has(statement.array)) return undefined;
  const { value } = statement;
  return value.kind === "primitive" && value.op === "trunc" ? value : undefined;
}

function isShort({ from, to }: Statement & { kind: "for" }): boolean {
  const [first, past] = [affine.constantOf(from), affine.constantOf(to)];
  return first !== undefined && past !== undefined && past - first <= short;
}

/** Scalars that change, which compilers keep in registers. */
function scalarsOf({ functions }: Program): Set<string> {
  const found = new Set<string>();
  for (const { body } of functions)
    forEachStatement(body, (statement) => {
      if (statement.kind === "alloc" && statement.shape.length === 0) found.add(statement.array);
    });
  return found;
}

function reachedFrom({ functions }: Program, entry: string) {
  const reached = new Set<string>();
  const go = (name: string): void => {
    if (reached.has(name)) return;
    reached.add(name);
    for (const callee of calleesOf(functions.find((fn) => fn.name === name)!)) go(callee);
  };
  go(entry);
  return functions.filter(({ name }) => reached.has(name));
}
