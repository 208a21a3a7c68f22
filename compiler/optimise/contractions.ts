/**
 * Contractions: loop nests that are products of matrices and vectors, outer products or sparse products become
 * `contract` statements, for the reader of the program and for targets that have hardware for them. In: a block. Out:
 * the same values to the bit: loops are distributed over the statements of their body where no iteration meets another,
 * each sum keeps its order, and scalars that go from one of the new loops to another become vectors. `isKept`: loops that stay
 * as they are.
 */

import { isContraction } from "../analysis/contractions.ts";
import { collectSites, isWrite, mayMeetAcross, type Ranges, type Sites } from "../analysis/sites.ts";
import { contractAsLoops } from "../differentiate/normalise.ts";
import type { Affine, Range } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { type Names, stemOf } from "../ir/names.ts";
import type { Access, Accumulate, Block, Contract, Expr, For, Statement } from "../ir/nodes.ts";
import { rewriteBlock } from "../ir/rewrite.ts";
import { expressionsOf, forEachExpr, forEachStatement, formsOf, withBlocks } from "../ir/walk.ts";
import { writtenIn } from "./reuse.ts";

/** Scalars that are products of entries which nothing overwrites where the scalar is visible. */
type Products = ReadonlyMap<string, readonly Access[]>;

export function contractions(
  block: Block,
  names: Names,
  ofArray: (name: string) => Range | undefined,
  ofParameter: (name: string) => Range | undefined,
  isKept: (loop: For) => boolean = () => false,
): Statement[] {
  const { ranges } = collectSites(block, ofArray, ofParameter);
  return new Recogniser(names, ranges, isKept).block(block, new Map());
}

class Recogniser {
  readonly #names: Names;
  readonly #ranges: Ranges;
  readonly #tried = new Map<For, Statement[] | undefined>();

  readonly #isKept: (loop: For) => boolean;

  constructor(names: Names, ranges: Ranges, isKept: (loop: For) => boolean) {
    this.#names = names;
    this.#ranges = ranges;
    this.#isKept = isKept;
  }

  block(block: Block, outer: Products): Statement[] {
    const products = productsIn(block, outer);
    return block.flatMap((statement): Statement[] => {
      switch (statement.kind) {
        case "for":
          return this.#finished(statement, products);
        default:
          return [withBlocks(statement, (inner) => this.block(inner, products))];
      }
    });
  }

  /** The loop as contractions, where it has any; what turned out to be none is a loop again. */
  #finished(loop: For, products: Products): Statement[] {
    const found = this.#isKept(loop) ? undefined : this.#attempt(loop, products);
    if (!found?.some((statement) => statement.kind === "contract" && isContraction(statement)))
      return [{ ...loop, body: this.block(loop.body, products) }];
    return found.map((statement) =>
      statement.kind === "contract" && !isContraction(statement) ? contractAsLoops(statement) : statement,
    );
  }

  /** The loop as sums of products and what is left of it; nothing where it holds none, or where that is not right. */
  #attempt(loop: For, products: Products): Statement[] | undefined {
    if (!this.#tried.has(loop)) this.#tried.set(loop, this.#distributed(loop, products));
    return this.#tried.get(loop);
  }

  #distributed(loop: For, outer: Products): Statement[] | undefined {
    const products = productsIn(loop.body, outer);
    const lowered = loop.body.flatMap((statement) =>
      statement.kind === "for"
        ? (this.#attempt(statement, products) ?? this.#finished(statement, products))
        : [statement],
    );
    if (!lowered.every(({ kind }) => movable.has(kind)) || !hasPlainBounds(loop)) return undefined;
    const written = writtenIn(lowered);
    if (gatheredIn(lowered).some((array) => written.has(array))) return undefined;

    const before: Statement[] = [];
    const body = this.#withSums(withAccumulates(lowered), products, before);
    if (!body.some(({ kind }) => kind === "contract")) return undefined;
    const groups = groupsOf(body);
    const whole: For = { ...loop, body };
    const sites = collectSites([whole], this.#ranges.array, this.#ranges.index);
    if (!isDistributable(whole, groups, sites)) return undefined;
    const sums = groups.flatMap(([first]) => (first?.kind === "contract" ? [first] : []));
    const fresh = new Set(body.flatMap((each) => (each.kind === "alloc" ? [each.array] : [])));
    const falls = (sum: Contract): boolean => !fresh.has(sum.to.array) && meetsItself(sum, whole, sites);
    if (loop.down && sums.some(falls)) return undefined;
    // A bound that is another axis makes a triangle.
    if (sums.some((sum) => sum.over.some((axis) => depends(axis.from, loop) || depends(axis.to, loop))))
      return undefined;

    const apart = this.#carried(loop, products, groups, sites);
    if (apart === undefined) return undefined;
    const axis = { index: loop.index, from: loop.from, to: loop.to };
    return [
      ...before,
      ...apart.before,
      ...apart.groups.flatMap((group): Statement[] => {
        const [first] = group;
        if (first?.kind === "contract") {
          const index = this.#names.fresh(loop.index);
          const [own] = rewriteBlock([first], {
            index: (name) => (name === loop.index ? affine.index(index) : undefined),
          }) as [Contract];
          return [{ ...own, over: [{ ...axis, index }, ...own.over] }];
        }
        const used = withoutUnused(group);
        if (used.length === 0) return [];
        const index = this.#names.fresh(loop.index);
        return [
          {
            ...loop,
            index,
            body: rewriteBlock(used, {
              index: (name) => (name === loop.index ? affine.index(index) : undefined),
            }),
          },
        ];
      }),
    ];
  }

  /** The body with its sums of products as contractions without an axis; scalars from outside get an array each. */
  #withSums(body: Block, products: Products, before: Statement[]): Statement[] {
    const bound = new Set(body.flatMap((each) => (each.kind === "let" ? [each.name] : [])));
    const held = new Map<string, string>();
    const hold = (name: string): Access | undefined => {
      if (bound.has(name)) return undefined;
      let array = held.get(name);
      if (array === undefined) {
        array = this.#names.fresh(vectorName(name));
        held.set(name, array);
        before.push(build.alloc(array, [], { zero: false }), build.store(array, [], build.name(name)));
      }
      return build.access(array, []);
    };
    return body.map((statement) => {
      if (statement.kind !== "accumulate") return statement;
      return asSum(statement, body, products, hold) ?? statement;
    });
  }

  /** The groups with what goes from one to another in vectors; nothing where more than scalars do. */
  #carried(
    loop: For,
    products: Products,
    groups: readonly Block[],
    sites: Sites,
  ): { before: Statement[]; groups: Statement[][] } | undefined {
    const trips = affine.constantOf(affine.subtract(loop.to, loop.from));
    const entry = affine.subtract(affine.index(loop.index), loop.from);
    const before: Statement[] = [];
    let result = groups.map((group) => [...group]);
    for (const [position, group] of groups.entries()) {
      const later = groups.slice(position + 1).flat();
      for (const statement of group) {
        if (statement.kind === "let" && usesName(later, statement.name)) {
          const [entryRead, ...others] = products.get(statement.name) ?? [];
          if (entryRead !== undefined && others.length === 0) {
            const again = build.read(entryRead.array, entryRead.at);
            const name = (text: string): Expr | undefined => (text === statement.name ? again : undefined);
            result = result.map((each, i) => (i === position ? each : rewriteBlock(each, { name })));
            continue;
          }
          if (trips === undefined) return undefined;
          const vector = this.#names.fresh(vectorName(statement.name));
          before.push(build.alloc(vector, [trips], { zero: false, span: statement.span }));
          const entryOf = build.read(vector, [entry]);
          result = result.map((each, i) =>
            i === position
              ? each.flatMap((one) =>
                  one.kind === "let" && one.name === statement.name
                    ? [one, build.store(vector, [entry], build.name(one.name))]
                    : [one],
                )
              : rewriteBlock(each, { name: (name) => (name === statement.name ? entryOf : undefined) }),
          );
        }
        if (statement.kind === "alloc" && touches(later, statement.array)) {
          const { array, shape, role, element } = statement;
          const isScalar = shape.length === 0 && role === "local" && element === "real";
          if (!isScalar) return undefined;
          const view = this.#result(statement.array, result, sites);
          if (view !== undefined) {
            result = view;
            continue;
          }
          if (trips === undefined) return undefined;
          const vector = this.#names.fresh(vectorName(array));
          before.push({ ...statement, array: vector, shape: [trips] });
          result = result.map((each) =>
            rewriteBlock(
              each.filter((one) => !isAllocOf(one, array)),
              { array: (name) => (name === array ? { array: vector, prefix: [entry] } : undefined) },
            ),
          );
        }
      }
    }
    return { before, groups: result };
  }

  /** A sum that is stored in an entry of its own, and nowhere else, is summed there. */
  #result(sum: string, groups: readonly Statement[][], sites: Sites): Statement[][] | undefined {
    const last = groups[groups.length - 1]!;
    const [value, target] = last;
    if (last.length !== 2 || value?.kind !== "let" || target?.kind !== "store") return undefined;
    const { value: stored, array, at } = target;
    const isCopy =
      value.value.kind === "read" &&
      value.value.array === sum &&
      stored.kind === "name" &&
      stored.name === value.name;
    const [own, ...others] = sites.ofArray.get(array) ?? [];
    const isOutside = !groups.flat().some((each) => isAllocOf(each, array));
    if (!isCopy || !isOutside || own === undefined || others.length > 0) return undefined;
    if (own.loops.length !== 1 || mayMeetAcross(own, own, own.loops[0]!.statement, sites.ranges))
      return undefined;
    return groups.slice(0, -1).map((each) =>
      rewriteBlock(
        each.filter((one) => !isAllocOf(one, sum)),
        { array: (name) => (name === sum ? { array, prefix: at } : undefined) },
      ),
    );
  }
}

const movable: ReadonlySet<Statement["kind"]> = new Set([
  "let",
  "alloc",
  "store",
  "accumulate",
  "for",
  "if",
  "contract",
  "comment",
]);

/** What holds the values of a scalar for all trips of a loop. */
const vectorName = (scalar: string): string => `${stemOf(scalar).replace(/_of$/, "")}_of`;

const isAllocOf = (statement: Statement, array: string): boolean =>
  statement.kind === "alloc" && statement.array === array;

/** Bounds that are constants or come out of integer arrays, not another loop's index. */
const hasPlainBounds = ({ from, to }: For): boolean =>
  [from, to].every(({ terms }) => terms.every(({ atom }) => atom.kind === "gather"));

/** Does the bound read the loop's index other than through an integer array? */
const depends = (form: Affine, { index }: For): boolean =>
  form.terms.some(({ atom }) => atom.kind === "index" && atom.name === index);

function holdsCall(block: Block): boolean {
  let found = false;
  forEachStatement(block, (statement) => {
    found ||= statement.kind === "call";
  });
  return found;
}

function gatheredIn(block: Block): string[] {
  const found: string[] = [];
  forEachStatement(block, (statement) => {
    for (const form of formsOf(statement)) {
      affine.forEachAtom(form, (atom) => {
        if (atom.kind === "gather") found.push(atom.array);
      });
    }
  });
  return found;
}

/** The scalars of a block that are entries, or products of entries, which the block does not overwrite. */
function productsIn(block: Block, outer: Products): Products {
  // Kernels write to arrays that a call does not name.
  if (holdsCall(block)) return new Map();
  const written = writtenIn(block);
  const products = new Map<string, readonly Access[]>();
  for (const [name, factors] of outer) {
    if (!factors.some(({ array }) => written.has(array))) products.set(name, factors);
  }
  for (const statement of block) {
    if (statement.kind !== "let") continue;
    const factors = factorsOf(statement.value, products);
    if (factors !== undefined && !factors.some(({ array }) => written.has(array)))
      products.set(statement.name, factors);
  }
  return products;
}

/** The factors of a product of entries, multiplied from the left. */
function factorsOf(
  expr: Expr,
  products: Products,
  hold: (name: string) => Access | undefined = () => undefined,
): readonly Access[] | undefined {
  if (expr.kind === "read") return [{ array: expr.array, at: expr.at }];
  if (expr.kind === "name") {
    const known = products.get(expr.name);
    if (known !== undefined) return known;
    const held = hold(expr.name);
    return held && [held];
  }
  if (expr.kind !== "primitive" || expr.op !== "mul") return undefined;
  const [left, right] = expr.args.map((arg) => factorsOf(arg, products, hold));
  if (left === undefined || right === undefined) return undefined;
  // A product commutes to the bit, but does not associate.
  if (right.length === 1) return [...left, ...right];
  return left.length === 1 ? [...right, ...left] : undefined;
}

/** `a[i] = a[i] + value`, where nothing else touches `a`, is a sum. */
function withAccumulates(body: Block): Block {
  const lets = new Map(
    body.flatMap((each) => (each.kind === "let" ? [[each.name, each.value] as const] : [])),
  );
  const bindingOf = (expr: Expr): Expr => (expr.kind === "name" ? (lets.get(expr.name) ?? expr) : expr);
  let result = body;
  for (const statement of body) {
    if (statement.kind !== "store") continue;
    const total = bindingOf(statement.value);
    if (total.kind !== "primitive" || total.op !== "add") continue;
    const { array, at } = statement;
    const key = at.map(affine.key).join();
    const isOwn = (expr: Expr): boolean => {
      const value = bindingOf(expr);
      return value.kind === "read" && value.array === array && value.at.map(affine.key).join() === key;
    };
    const own = total.args.findIndex(isOwn);
    const ofArray = result.filter((each) => touches([each], array) || isAllocOf(each, array));
    const before = total.args[own];
    if (before?.kind !== "name" || ofArray.length !== 2) continue;
    const sum = build.accumulate(array, at, total.args[1 - own]!, statement.span);
    const rest = result.map((each) => (each === statement ? sum : each));
    const unused = withoutUnused(rest);
    const isRead = unused.some((each) => each.kind === "let" && each.name === before.name);
    if (!isRead) result = unused;
  }
  return result;
}

/** A sum of products of two factors or more that does not read what it adds to. */
function asSum(
  sum: Accumulate,
  body: Block,
  products: Products,
  hold: (name: string) => Access | undefined,
): Contract | undefined {
  let value = sum.value;
  if (value.kind === "name" && !products.has(value.name)) {
    const { name } = value;
    const binding = body.find((each) => each.kind === "let" && each.name === name);
    if (binding?.kind !== "let") return undefined;
    value = binding.value;
  }
  // Looked at before anything is held, so that nothing is held for nothing.
  if (factorsOf(value, products, () => build.access("", [])) === undefined) return undefined;
  const factors = factorsOf(value, products, hold);
  if (factors === undefined || factors.length < 2) return undefined;
  if (factors.some(({ array }) => array === sum.array)) return undefined;
  return {
    kind: "contract",
    to: { array: sum.array, at: sum.at },
    factors,
    over: [],
    span: sum.span,
  };
}

/** Each contraction by itself, and the statements between them. */
function groupsOf(body: Block): Statement[][] {
  const groups: Statement[][] = [];
  for (const statement of body) {
    const last = groups[groups.length - 1];
    const joins = statement.kind !== "contract" && last !== undefined && last[0]!.kind !== "contract";
    if (joins) last.push(statement);
    else groups.push([statement]);
  }
  return groups;
}

/** Does no iteration of a group touch what another iteration of another group does? */
function isDistributable(loop: For, groups: readonly Block[], sites: Sites): boolean {
  const groupOf = new Map<Statement, number>();
  const own = new Set<string>();
  for (const [position, group] of groups.entries()) {
    forEachStatement(group, (statement) => {
      groupOf.set(statement, position);
      if (statement.kind === "alloc") own.add(statement.array);
    });
  }
  const inside = sites.all.filter((site) => !own.has(site.array) && groupOf.has(site.statement));
  return !inside.some((first) =>
    inside.some(
      (second) =>
        first.array === second.array &&
        groupOf.get(first.statement)! < groupOf.get(second.statement)! &&
        (isWrite(first) || isWrite(second)) &&
        mayMeetAcross(first, second, loop, sites.ranges),
    ),
  );
}

/** Is there an entry that two iterations of the loop add to, so that their order counts? */
function meetsItself(sum: Contract, loop: For, sites: Sites): boolean {
  const own = sites.all.find((site) => site.statement === sum && site.access === "accumulate")!;
  return mayMeetAcross(own, own, loop, sites.ranges);
}

function usesName(block: Block, name: string): boolean {
  let found = false;
  forEachStatement(block, (statement) => {
    for (const top of expressionsOf(statement)) {
      forEachExpr(top, (expr) => {
        found ||= expr.kind === "name" && expr.name === name;
      });
    }
  });
  return found;
}

function touches(block: Block, array: string): boolean {
  let found = false;
  forEachStatement(block, (statement) => {
    for (const top of expressionsOf(statement)) {
      forEachExpr(top, (expr) => {
        found ||= expr.kind === "read" && expr.array === array;
      });
    }
    if (statement.kind === "contract")
      found ||= [statement.to, ...statement.factors].some((place) => place.array === array);
    if (statement.kind === "store" || statement.kind === "accumulate") found ||= statement.array === array;
  });
  return found;
}

/** The statements without scalars that nothing reads. */
function withoutUnused(block: Block): Statement[] {
  const kept: Statement[] = [];
  for (const statement of [...block].reverse()) {
    if (statement.kind === "comment") continue;
    if (statement.kind === "let" && !usesName(kept, statement.name)) continue;
    kept.unshift(statement);
  }
  return kept;
}
