/**
 * Puts products with constant matrices on programmed arrays. In: a program. Out: the same values to the bit, with the
 * contractions that a crossbar carries out marked as such and everything else as plain loops; the matrices to program; and
 * where matrices are read digitally: those that the crossbar holds, and those that it could not be given.
 *
 * A matrix is programmed for what the solve does with it. Its gradient asks nothing more: it reads the same cells from
 * the other side, and outer products are summed in digital memory. It is programmed as the solve reads it, so that what goes
 * through it backwards is the adjoint.
 */

import { kindOf, mentions, reads } from "../analysis/contractions.ts";
import type { Span } from "../diagnostics/span.ts";
import { contractAsLoops } from "../differentiate/normalise.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type {
  Access,
  Axis,
  Block,
  Contract,
  Expr,
  Fn,
  GlobalArray,
  Mapped,
  Program,
  Statement,
} from "../ir/nodes.ts";
import {
  bindersOf,
  expressionsOf,
  forEachExpr,
  forEachStatement,
  reachable,
  withBlocks,
} from "../ir/walk.ts";
import { storage } from "./storage.ts";

/** Matrices of one array of the program: one, or one for each place in front of the last two subscripts. */
export interface Matrices {
  readonly array: GlobalArray;
  /** Number of the first. */
  readonly first: number;
  readonly count: number;
  /** Of what is programmed: the matrix itself, or its transpose where the solve multiplies by that. */
  readonly rows: number;
  readonly columns: number;
  readonly isTurned: boolean;
  /** Whether it is read digitally too: then its array and the digital memory hold the same matrix. */
  readonly isShared: boolean;
  /** Where outer products for its gradient are summed. */
  readonly gradient: GlobalArray | undefined;
}

/** A place where a matrix is read digitally, and why: one on an array anywhere, another one where the solve reads it. */
export interface DigitalRead {
  readonly matrix: string;
  readonly span: Span | undefined;
  readonly reason: string;
}

export interface Programmed {
  readonly program: Program;
  readonly matrices: readonly Matrices[];
  readonly digital: readonly DigitalRead[];
}

/** `contracted`: a program whose products are contractions. `solve`: its function that asks no derivative. */
export function programmed(contracted: Program, solve: string): Programmed {
  const prepared = storage(
    { ...contracted, functions: contracted.functions.map((fn) => withWholeFactors(fn, contracted)) },
    contracted.functions.map((fn) => fn.name),
  );
  const byName = new Map(prepared.arrays.map((array) => [array.name, array]));
  // By the direction in which the solve reads them first.
  const wanted = new Map<string, MatrixProduct["kind"]>();
  const reached = new Set(reachable(prepared.functions, solve));
  for (const fn of prepared.functions.filter((one) => reached.has(one)))
    forEachStatement(fn.body, (statement) => {
      if (statement.kind !== "contract") return;
      const found = productOf(statement, byName);
      if (typeof found === "object" && !wanted.has(found.matrix.array))
        wanted.set(found.matrix.array, found.kind);
    });

  let first = 0;
  const matrices = prepared.arrays.flatMap((array): Matrices[] => {
    const kind = wanted.get(array.name);
    if (kind === undefined) return [];
    const isTurned = kind === "applyTransposed";
    const extents = array.shape.slice(-2);
    const [rows, columns] = (isTurned ? extents.reverse() : extents) as [number, number];
    const count = array.shape.slice(0, -2).reduce((product, extent) => product * extent, 1);
    const own: Matrices = {
      array,
      first,
      count,
      rows,
      columns,
      isTurned,
      isShared: false,
      gradient: gradientOf(array, prepared.arrays),
    };
    first += count;
    return [own];
  });
  const digital: DigitalRead[] = [];
  const mapper = new Mapper(matrices, byName, digital);
  const functions = prepared.functions.map((fn) => ({ ...fn, body: mapper.body(fn, reached.has(fn)) }));
  const shared = new Set(digital.map(({ matrix }) => matrix));
  return {
    program: { arrays: prepared.arrays, functions },
    matrices: matrices.map((one) => ({ ...one, isShared: shared.has(one.array.name) })),
    digital,
  };
}

/** Matrices that one looks for on an array wherever they are read: those that are trained. Others may be tables. */
const isTrained = ({ home }: GlobalArray): boolean => home?.record === "params" || home?.record === "inputs";

/** Matrices that stay as they are while a solve runs: constants, and those of records that it only reads. */
const holds = ({ role, home, element, shape }: GlobalArray): boolean =>
  element === "real" &&
  shape.length >= 2 &&
  (role === "constant" ||
    home?.record === "params" ||
    (home?.record === "inputs" && shape.length > 2) ||
    (home?.record === "data" && home.lead === 0));

function gradientOf({ home }: GlobalArray, arrays: readonly GlobalArray[]): GlobalArray | undefined {
  if (home?.record !== "params" && home?.record !== "inputs") return undefined;
  const path = home.path.join(".");
  return arrays.find((one) => one.home?.record === `${home.record}Bar` && one.home.path.join(".") === path);
}

/**
 * A product of several vectors with a matrix behind them becomes one vector times the matrix: the product is computed from
 * the left, so that its bits stay.
 */
function withWholeFactors(fn: Fn, program: Program): Fn {
  const arrays = new Map(program.arrays.map((array) => [array.name, array]));
  const names = new Names([...bindersOf(fn), ...program.arrays.map(({ name }) => name)]);
  const walk = (block: Block): Statement[] =>
    block.flatMap((statement): Statement[] => {
      switch (statement.kind) {
        case "contract":
          return premultiplied(statement, arrays, names);
        default:
          return [withBlocks(statement, walk)];
      }
    });
  return { ...fn, body: walk(fn.body) };
}

function premultiplied(
  contract: Contract,
  arrays: ReadonlyMap<string, GlobalArray>,
  names: Names,
): Statement[] {
  const { factors, over } = contract;
  const matrix = factors[factors.length - 1]!;
  const array = arrays.get(matrix.array);
  const vectors = factors.slice(0, -1);
  if (vectors.length < 2 || array === undefined || !holds(array)) return [contract];
  const axes = over.filter(({ index }) => vectors.some((factor) => reads(factor, index)));
  const extents = axes.map(({ from, to }) => affine.constantOf(affine.subtract(to, from)));
  if (axes.length === over.length || axes.length === 0 || extents.some((extent) => extent === undefined))
    return [contract];
  const product = names.fresh("product");
  const place = axes.map(({ index, from }) => affine.subtract(affine.index(index), from));
  const fresh = new Map(axes.map(({ index }) => [index, names.fresh(index)]));
  const renamed = (form: Affine): Affine =>
    affine.substitute(form, (index) => {
      const own = fresh.get(index);
      return own === undefined ? undefined : affine.index(own);
    });
  const value = vectors
    .map((factor): Expr => build.read(factor.array, factor.at.map(renamed)))
    .reduce((left, right) => build.mul(left, right));
  const fill = axes.reduceRight<Statement>(
    (inner, { index, from, to }) => build.loop(fresh.get(index)!, renamed(from), renamed(to), [inner]),
    build.store(product, place.map(renamed), value, contract.span),
  );
  return [
    build.alloc(product, extents as number[], { zero: false, span: contract.span }),
    fill,
    { ...contract, factors: [build.access(product, place), matrix] },
  ];
}

/** A product of a matrix with a vector: where both are, and its axes. Otherwise why the crossbar cannot do it. */
interface MatrixProduct {
  readonly kind: "apply" | "applyTransposed";
  readonly matrix: Access;
  readonly vector: Access;
  readonly row: string;
  readonly column: string;
}

function productOf(contract: Contract, arrays: ReadonlyMap<string, GlobalArray>): MatrixProduct | string {
  const position = contract.factors.findIndex(({ array }) => {
    const found = arrays.get(array);
    return found !== undefined && holds(found);
  });
  if (position < 0) return "no matrix that stays";
  if (contract.factors.length !== 2) return "the matrix is multiplied before the vectors are";
  const matrix = contract.factors[position]!;
  const vector = contract.factors[1 - position]!;
  const span = wholeAxes(matrix, arrays.get(matrix.array)!, contract);
  if (typeof span === "string") return span;
  const { row, column } = span;
  if (contract.to.at.length === 0) return "a sum of its own, not an entry of a vector";
  const along = (place: Access, index: string): boolean => reads(place, index);
  const kind =
    along(contract.to, row) && !along(contract.to, column) && along(vector, column) && !along(vector, row)
      ? "apply"
      : along(contract.to, column) && !along(contract.to, row) && along(vector, row) && !along(vector, column)
        ? "applyTransposed"
        : undefined;
  if (kind === undefined) return "no product of a matrix and a vector";
  const [kept, summed] = kind === "apply" ? [row, column] : [column, row];
  if (!isLinear(contract.to, kept) || !isLinear(vector, summed)) return "its vectors are not evenly spaced";
  if (!keepsOrder(contract, summed, [row, column])) return "its sums would change their order";
  return { kind, matrix, vector, row, column };
}

/** The axes along the rows and columns of a matrix that is read whole. */
function wholeAxes(
  place: Access,
  { shape }: GlobalArray,
  { over }: Contract,
): { readonly row: string; readonly column: string } | string {
  const forms = place.at.slice(-2);
  const extents = shape.slice(-2);
  const names = forms.map((form, i) => {
    const axis = over.find(({ index }) => affine.equal(form, affine.index(index)));
    const isWhole =
      axis !== undefined && affine.constantOf(axis.from) === 0 && affine.constantOf(axis.to) === extents[i];
    return isWhole ? axis.index : undefined;
  });
  const [row, column] = names;
  if (row === undefined || column === undefined || row === column) return "only a part of the matrix";
  const lead = place.at.slice(0, -2);
  if (lead.some((form) => mentions(form, row) || mentions(form, column))) return "only a part of the matrix";
  return { row, column };
}

/** Do neighbours along an axis have the same distance everywhere? */
function isLinear({ at }: Access, index: string): boolean {
  return at.every((form) =>
    form.terms.every(({ atom }) => atom.kind === "index" || !mentions(affine.ofAtom(atom), index)),
  );
}

/** With the other axes as loops outside: does every entry still get its terms in the order of the text? */
function keepsOrder({ to, over }: Contract, summed: string | undefined, own: readonly string[]): boolean {
  const outer = over.filter(({ index }) => !own.includes(index));
  const position = over.findIndex(({ index }) => index === summed);
  const isFree = (axis: Axis): boolean =>
    [axis.from, axis.to].every((form) => own.every((index) => !mentions(form, index)));
  return outer.every(
    (axis) =>
      isFree(axis) && (reads(to, axis.index) || summed === undefined || over.indexOf(axis) < position),
  );
}

class Mapper {
  readonly #matrices: ReadonlyMap<string, Matrices>;
  readonly #gradients: ReadonlyMap<string, Matrices>;
  readonly #arrays: ReadonlyMap<string, GlobalArray>;
  readonly #digital: DigitalRead[];
  /** Whether the function is part of the solve. */
  #isSolve = false;

  constructor(
    matrices: readonly Matrices[],
    arrays: ReadonlyMap<string, GlobalArray>,
    digital: DigitalRead[],
  ) {
    this.#matrices = new Map(matrices.map((one) => [one.array.name, one]));
    this.#gradients = new Map(
      matrices.flatMap((one) => (one.gradient === undefined ? [] : [[one.gradient.name, one] as const])),
    );
    this.#arrays = arrays;
    this.#digital = digital;
  }

  body({ body }: Fn, isSolve: boolean): Statement[] {
    this.#isSolve = isSolve;
    return this.#block(body);
  }

  /** Is a digital read of the array one to be told of? `isProduct`: it is a factor of a product. */
  #isTold(array: string, isProduct: boolean): boolean {
    if (this.#matrices.has(array)) return true;
    const found = this.#arrays.get(array);
    return this.#isSolve && found !== undefined && holds(found) && (isProduct || isTrained(found));
  }

  #block(block: Block): Statement[] {
    return block.map((statement): Statement => {
      switch (statement.kind) {
        case "contract":
          return this.#contract(statement);
        default:
          this.#entries(statement);
          return withBlocks(statement, (inner) => this.#block(inner));
      }
    });
  }

  /** Notes the entries that a statement reads itself: in values, in tests, and through views that are handed over. */
  #entries(statement: Statement): void {
    const read = (array: string): void => {
      if (this.#isTold(array, false)) this.#note(array, statement, "read entry by entry");
    };
    for (const top of expressionsOf(statement))
      forEachExpr(top, (expr) => {
        if (expr.kind === "read") read(expr.array);
      });
    if (statement.kind === "call")
      for (const arg of statement.args) if (arg.kind === "array") read(arg.view.array);
  }

  #note(matrix: string, statement: Statement, reason: string): void {
    const { span } = statement as { span?: Span };
    const isKnown = this.#digital.some(
      (one) =>
        one.matrix === matrix &&
        one.reason === reason &&
        one.span?.start === span?.start &&
        one.span?.file === span?.file,
    );
    if (!isKnown) this.#digital.push({ matrix, span, reason });
  }

  #contract(contract: Contract): Statement {
    const product = productOf(contract, this.#arrays);
    if (typeof product === "object") {
      const own = this.#matrices.get(product.matrix.array);
      if (own !== undefined) {
        return { ...contract, mapped: turned(own, { ...product, matrix: numberOf(own, product.matrix) }) };
      }
    } else {
      for (const { array } of contract.factors)
        if (this.#isTold(array, true)) this.#note(array, contract, product);
    }
    const outer = this.#outer(contract);
    if (outer !== undefined) return { ...contract, mapped: outer };
    return contractAsLoops(contract);
  }

  /** An outer product that is added to the gradient of a programmed matrix. */
  #outer(contract: Contract): Mapped | undefined {
    const { to, factors } = contract;
    const own = this.#gradients.get(to.array);
    if (own === undefined || factors.length !== 2) return undefined;
    if (kindOf(contract) === "sparse product") return undefined;
    const span = wholeAxes(to, own.gradient!, contract);
    if (typeof span === "string") return undefined;
    const { row, column } = span;
    const isAlong = (factor: Access, one: string, other: string): boolean =>
      reads(factor, one) && !reads(factor, other) && isLinear(factor, one);
    const [left, right] = factors as [Access, Access];
    const isPair =
      (isAlong(left, row, column) && isAlong(right, column, row)) ||
      (isAlong(right, row, column) && isAlong(left, column, row));
    if (!isPair || !keepsOrder(contract, undefined, [row, column])) return undefined;
    return turned(own, { kind: "accumulate", row, column, matrix: numberOf(own, to) });
  }
}

/** What is to be done, in terms of what is programmed. */
function turned({ isTurned }: Matrices, { kind, matrix, row, column }: Mapped): Mapped {
  if (!isTurned) return { kind, matrix, row, column };
  const other = { apply: "applyTransposed", applyTransposed: "apply", accumulate: "accumulate" } as const;
  return { kind: other[kind], matrix, row: column, column: row };
}

/** Number of the matrix at a place of its array. */
const numberOf = ({ array, first }: Matrices, { at }: Access): Affine =>
  affine.offset(
    at
      .slice(0, -2)
      .reduce(
        (sum, form, axis) => affine.add(affine.scale(sum, array.shape[axis]!), form),
        affine.integer(0),
      ),
    first,
  );
