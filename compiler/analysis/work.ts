/**
 * How much work a program is, counted without running it: operations by kind, and contractions by what carries them
 * out. In: a program whose loops have static bounds, but for the number of steps. Out: counts of one entry.
 */

import type { Numbers } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Block, Contract, Expr, For, If, Mapped, Program, Test } from "../ir/nodes.ts";
import { opcodes } from "../ir/opcode.ts";
import { forEachStatement } from "../ir/walk.ts";
import { Countdowns } from "./countdowns.ts";
import { boundsMention, endsEarly, isRecorded, size } from "./times.ts";

/** Times that one contraction of the text is carried out: each is one product of a matrix and a vector. */
export interface Products {
  readonly contract: Contract;
  readonly mapped: Mapped;
  times: number;
}

export interface Work {
  /** Primitives, tests, loads and stores of digital code, by name. */
  readonly operations: ReadonlyMap<string, number>;
  readonly products: readonly Products[];
  /** Whether the counts hold for every run; otherwise loops that only a run can count were counted as `trips` trips. */
  readonly isStatic: boolean;
  /**
   * Whether every run that ends well takes all the primitives that are counted. Otherwise values decide between ways of
   * different length, of which the longer was counted. Comparisons are at most as many as counted: compound tests end early.
   */
  readonly isExact: boolean;
  /** The same of products: whether every run that ends well takes those that are counted, and no ways decide. */
  readonly areProductsExact: boolean;
  /** Whether loops and branches were counted by what they usually do, as those of a schedule of checkpoints. */
  readonly isUsual: boolean;
  /** Whether a loop that only a run can count stands in another one. */
  readonly isNested: boolean;
}

/** Counts of a stretch of code. */
interface Tally {
  readonly operations: Map<string, number>;
  readonly products: Map<Contract, Products>;
}

const empty = (): Tally => ({ operations: new Map(), products: new Map() });

/**
 * `steps`: the value of integer scalars that the program sets itself (the number of steps), and the last entry of its integer
 * tables, whose entries are taken as evenly spaced (steps at which something is observed). `trips`: of each loop that only a
 * run can count. Ways that end in a failure are left out; of two ways through a branch the longer counts, operation by operation.
 */
export function workOf(program: Program, entry: string, steps: number, trips = 1): Work {
  const arrays = new Map(program.arrays.map((array) => [array.name, array]));
  const functions = new Map(program.functions.map((fn) => [fn.name, fn]));
  let isStatic = true;
  let isExact = true;
  let areProductsExact = true;
  let isUsual = false;
  let isNested = false;
  /** Loops around that only a run can count. */
  let open = 0;
  let tally = empty();
  const indices = new Map<string, number>();
  const countdowns = new Countdowns(program);
  const numbers: Numbers = {
    index: (name) => indices.get(name) ?? 0,
    entry: (name, at) => {
      const left = countdowns.left(name);
      if (left !== undefined) return left;
      const array = arrays.get(name)!;
      const place = affine.placeOf(array.shape, at, numbers);
      if (array.data !== undefined) return array.data[place] ?? 0;
      if (array.shape.length > 1) isStatic = false;
      const extent = array.shape[0] ?? 1;
      return extent < 2 ? steps : Math.round((place * steps) / (extent - 1));
    },
  };
  const count = (name: string, times: number): void => {
    tally.operations.set(name, (tally.operations.get(name) ?? 0) + times);
  };
  /** What is counted in a stretch of code, beside everything else. */
  const apart = (act: () => void): Tally => {
    const outer = tally;
    tally = empty();
    act();
    const own = tally;
    tally = outer;
    return own;
  };
  const add = ({ operations, products }: Tally): void => {
    for (const [name, times] of operations) count(name, times);
    for (const one of products.values()) product(one.contract, one.mapped, one.times);
  };
  /** Either of two ways is taken. */
  const either = (one: Tally, other: Tally): void => {
    for (const name of new Set([...one.operations.keys(), ...other.operations.keys()])) {
      const [a, b] = [one.operations.get(name) ?? 0, other.operations.get(name) ?? 0];
      if (a !== b && isPrimitive(name)) isExact = false;
      count(name, Math.max(a, b));
    }
    const [ofOne, ofOther] = [productsByKind(one), productsByKind(other)];
    for (const kind of new Set([...ofOne.keys(), ...ofOther.keys()]))
      if (ofOne.get(kind) !== ofOther.get(kind)) areProductsExact = false;
    const times = ({ products }: Tally): number =>
      [...products.values()].reduce((sum, each) => sum + each.times, 0);
    const longer = times(one) >= times(other) ? one : other;
    add({ operations: new Map(), products: longer.products });
  };
  const inExpr = (expr: Expr, times: number): void => {
    switch (expr.kind) {
      case "primitive":
        count(expr.op, times);
        for (const arg of expr.args) inExpr(arg, times);
        break;
      case "read":
        count("load", times);
        break;
      case "select":
        // The right side of a test, as of a gated product's, is asked in some runs alone.
        if (expr.test.kind === "and" || expr.test.kind === "or") isExact = false;
        inTest(expr.test, times);
        either(
          apart(() => inExpr(expr.then, times)),
          apart(() => inExpr(expr.else, times)),
        );
        break;
      default:
        break;
    }
  };
  /** `outcome`: what the test is found to be by every run that ends well, where that is known. */
  const inTest = (test: Test, times: number, outcome?: boolean): void => {
    switch (test.kind) {
      case "compare":
        // Whole numbers are no operation on numbers.
        if (isWhole(test)) break;
        count("compare", times);
        inExpr(test.left, times);
        inExpr(test.right, times);
        break;
      case "not":
        inTest(test.of, times, outcome === undefined ? undefined : !outcome);
        break;
      case "and":
      case "or": {
        inTest(test.left, times, outcome === (test.kind === "and") ? outcome : undefined);
        const right = apart(() => inTest(test.right, times, outcome));
        if (outcome === (test.kind === "and")) add(right);
        else either(right, empty());
        break;
      }
      case "constant":
        break;
      default:
        test satisfies never;
    }
  };
  const walk = (block: Block, times: number): void => {
    for (const statement of block) {
      switch (statement.kind) {
        case "let":
          inExpr(statement.value, times);
          break;
        case "store":
          inExpr(statement.value, times);
          count("store", times);
          countdowns.store(statement, times);
          break;
        case "accumulate": {
          const { value } = statement;
          // A value is subtracted as it is added.
          inExpr(value.kind === "primitive" && value.op === "neg" ? value.args[0]! : value, times);
          count("add", times);
          count("load", times);
          count("store", times);
          break;
        }
        case "for":
          inLoop(statement, times);
          break;
        case "while":
          if (
            countdowns.walked(statement, (all) => {
              inTest(statement.test, all);
              walk(statement.body, all);
            })
          ) {
            inTest(statement.test, times);
            break;
          }
          if (statement.usual !== undefined) {
            isUsual = true;
            inTest(statement.test, times * statement.usual);
            walk(statement.body, times * statement.usual);
            break;
          }
          isStatic = false;
          isNested ||= open > 0;
          open++;
          inTest(statement.test, times * trips);
          walk(statement.body, times * trips);
          open--;
          break;
        case "if":
          inBranch(statement, times);
          break;
        case "call":
          for (const arg of statement.args) if (arg.kind === "real") inExpr(arg.value, times);
          walk(functions.get(statement.callee)!.body, times);
          break;
        case "contract":
          inContract(statement, times);
          break;
        default:
          break;
      }
    }
  };
  const inBranch = (branch: If, times: number): void => {
    if (size(branch.then) + size(branch.else) === 0) return;
    if (branch.usual !== undefined) {
      isUsual ||= branch.usual !== 1;
      inTest(branch.test, times);
      walk(branch.then, times * branch.usual);
      walk(branch.else, times * (1 - branch.usual));
      return;
    }
    if (countdowns.walked(branch, (all) => walk(branch.then, all))) {
      inTest(branch.test, times);
      return;
    }
    const known = outcomeOf(branch.test);
    if (known !== undefined) {
      walk(known ? branch.then : branch.else, times);
      return;
    }
    const [yes, no] = [endsEarly(branch.then), endsEarly(branch.else)];
    inTest(branch.test, times, yes === no ? undefined : no);
    if (!yes && !no)
      either(
        apart(() => walk(branch.then, times)),
        apart(() => walk(branch.else, times)),
      );
    else if (!yes) walk(branch.then, times);
    else if (!no) walk(branch.else, times);
  };
  const tripsOf = (from: affine.Affine, to: affine.Affine): number =>
    Math.max(0, affine.numberOf(to, numbers) - affine.numberOf(from, numbers));
  /** What a test of indices is found to be, where those are known. */
  const outcomeOf = (test: Test): boolean | undefined => {
    if (test.kind === "constant") return test.value;
    if (test.kind !== "compare" || !isWhole(test)) return undefined;
    const sides = [test.left, test.right];
    const forms = sides.flatMap((side) => (side.kind === "integer" ? [side.value] : []));
    if (!forms.every((form) => indicesIn(form).every((name) => indices.has(name)))) return undefined;
    const [left, right] = sides.map((side) =>
      side.kind === "integer" ? affine.numberOf(side.value, numbers) : (side as { value: number }).value,
    );
    return build.holds(test.relation, left!, right!);
  };
  const inLoop = (loop: For, times: number): void => {
    if (loop.usual !== undefined) {
      isUsual = true;
      walk(loop.body, times * loop.usual);
      return;
    }
    if (isRecorded(loop, arrays)) {
      isStatic = false;
      isNested ||= open > 0;
      open++;
      walk(loop.body, times * trips);
      open--;
      return;
    }
    const all = tripsOf(loop.from, loop.to);
    const isAsked = all <= mostTrips && testsMention(loop.body, loop.index);
    if (!isAsked && !boundsMention(loop.body, loop.index)) {
      if (all > 0) walk(loop.body, times * all);
      return;
    }
    const first = affine.numberOf(loop.from, numbers);
    for (let i = first; i < first + all; i++) {
      indices.set(loop.index, i);
      walk(loop.body, times);
    }
    indices.delete(loop.index);
  };
  const product = (contract: Contract, mapped: Mapped, times: number): void => {
    const known = tally.products.get(contract);
    if (known === undefined) tally.products.set(contract, { contract, mapped, times });
    else known.times += times;
  };
  const inContract = (contract: Contract, times: number): void => {
    const { mapped } = contract;
    if (mapped === undefined) throw new Error("a contraction is counted as loops");
    const all = contract.over
      .filter(({ index }) => index !== mapped.row && index !== mapped.column)
      .reduce((all, { from, to }) => all * tripsOf(from, to), times);
    product(contract, mapped, all);
  };
  walk(functions.get(entry)!.body, 1);
  // Shares of the usual trips add up to whole numbers, up to rounding.
  return {
    operations: new Map([...tally.operations].map(([name, times]) => [name, Math.round(times)])),
    products: [...tally.products.values()].map((each) => ({ ...each, times: Math.round(each.times) })),
    isStatic,
    isExact,
    areProductsExact,
    isUsual,
    isNested,
  };
}

/** Products by matrix and direction: those of one kind cost the same. */
function productsByKind({ products }: Tally): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { mapped, times } of products.values()) {
    const kind = `${mapped.kind} ${affine.key(mapped.matrix)}`;
    found.set(kind, (found.get(kind) ?? 0) + times);
  }
  return found;
}

/** Not a load, a store or a comparison, and not what computes nothing. */
const isPrimitive = (name: string): boolean => name !== "stop" && opcodes.some((opcode) => opcode === name);

/** Trips of a loop that are counted one by one for the sake of tests of its index. */
const mostTrips = 4096;

/** Of indices and numbers without a fraction, which targets compare as integers. */
const isWhole = ({ left, right }: Test & { readonly kind: "compare" }): boolean =>
  [left, right].every(
    (side) => side.kind === "integer" || (side.kind === "number" && Number.isInteger(side.value)),
  );

function indicesIn(form: affine.Affine): string[] {
  const names: string[] = [];
  affine.forEachAtom(form, (atom) => {
    if (atom.kind === "index") names.push(atom.name);
  });
  return names;
}

/** Do tests of whole numbers inside depend on the index? */
function testsMention(block: Block, index: string): boolean {
  let found = false;
  forEachStatement(block, (statement) => {
    if (statement.kind !== "if" || statement.test.kind !== "compare" || !isWhole(statement.test)) return;
    for (const side of [statement.test.left, statement.test.right])
      if (side.kind === "integer") found ||= indicesIn(side.value).includes(index);
  });
  return found;
}
