/**
 * What the reverse sweep of a function needs from its forward sweep, and how it gets each value: still in scope, read
 * again, computed again, or taped. In: a normalised block with its activity. Out: a decision for every scalar that a
 * partial derivative or a branch of the reverse sweep refers to.
 *
 * A value is taped only where nothing cheaper is right: reads of entries that nothing overwrites later are repeated;
 * cheap arithmetic on such values is repeated; a function value that the forward sweep would compute for no other
 * purpose is computed in the reverse sweep instead.
 */

import type { Span } from "../diagnostics/span.ts";
import type { Affine } from "../ir/affine.ts";
import { stemOf } from "../ir/names.ts";
import type { Block, Expr, Let, Reason, Statement, Test } from "../ir/nodes.ts";
import { primitives } from "../ir/primitives.ts";
import { expressionsOf, expressionsOfTest, forEachExpr, forEachStatement } from "../ir/walk.ts";
import { type Activity, argumentsOf, resultsOf } from "./activity.ts";
import { type Around, isWrite, mayFollow, type Site, type Sites } from "./sites.ts";

export type Source =
  /** Defined at the top level of the function: the reverse sweep sees the name itself. */
  | { readonly kind: "scope" }
  | { readonly kind: "again"; readonly value: Expr }
  | { readonly kind: "tape"; readonly loops: readonly Around[]; readonly reason: Reason };

export interface Definition {
  readonly statement: Let;
  readonly loops: readonly Around[];
  /** 0 at the top level of the function, counting loops and branches. */
  readonly depth: number;
}

export interface Recorded {
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly sources: ReadonlyMap<string, Source>;
}

type Lost = Extract<Reason, { kind: "overwritten" | "ended" }>;

/** Work up to which a value is computed again rather than taped, in the primitives' units of cost. */
const cheap = 6;

export function recorded(
  block: Block,
  activity: Activity,
  sites: Sites,
  partialsOf: (expr: Expr & { kind: "primitive" }, result: Expr) => readonly Expr[],
): Recorded {
  const definitions = new Map<string, Definition>();
  const lets: Let[] = [];
  const topLevelArrays = new Set<string>();
  const allocated = new Set<string>();
  const holders = new Map<string, { array: string; at: readonly Affine[] }>();

  const scan = (statements: Block, loops: readonly Around[], depth: number): void => {
    const bound = new Set<string>();
    for (const statement of statements) {
      switch (statement.kind) {
        case "let":
          definitions.set(statement.name, { statement, loops, depth });
          lets.push(statement);
          bound.add(statement.name);
          break;
        case "alloc":
          allocated.add(statement.array);
          if (depth === 0) topLevelArrays.add(statement.array);
          break;
        case "store":
          // The value stays readable where it was stored, if it was stored in the block that made it.
          if (statement.value.kind === "name" && bound.has(statement.value.name)) {
            const { array, at } = statement;
            if (!holders.has(statement.value.name) && isKept(statement, array)) {
              holders.set(statement.value.name, { array, at });
            }
          }
          break;
        case "for": {
          const { index, from, to, down } = statement;
          scan(statement.body, [...loops, { statement, index, from, to, down }], depth + 1);
          break;
        }
        case "while": {
          const site = sites.all.find((one) => one.loops.at(-1)?.statement === statement);
          scan(statement.body, site?.loops ?? loops, depth + 1);
          break;
        }
        case "if":
          scan(statement.then, loops, depth + 1);
          scan(statement.else, loops, depth + 1);
          break;
        default:
          break;
      }
    }
  };

  /** Where a write stands; what the optimiser wrote stands where its value does, or in a loop of the model. */
  const placeOf = ({ statement, loops }: Site): Span | undefined => {
    const { value } = statement as { value?: Expr };
    const made = value?.kind === "name" ? definitions.get(value.name)?.statement : undefined;
    const places = [statement, made, ...loops.map((around) => around.statement).toReversed()];
    return places
      .map((each) => (each as { span?: Span } | undefined)?.span)
      .find((each) => each !== undefined);
  };

  /**
   * Why the entry a statement touches does not keep its value, or its array its life, until the end of the forward
   * sweep; nothing where both stay.
   */
  const loss = (statement: Statement, array: string): Lost | undefined => {
    if (allocated.has(array) && !topLevelArrays.has(array))
      return { kind: "ended", array: stemOf(array), computed: false };
    const ofArray = sites.ofArray.get(array) ?? [];
    for (const site of ofArray) {
      if (site.statement !== statement) continue;
      const other = ofArray.find((each) => isWrite(each) && mayFollow(site, each, sites.ranges));
      if (other === undefined) continue;
      const carried = other.loops.some((loop) => site.loops.some((own) => own.statement === loop.statement));
      return { kind: "overwritten", array: stemOf(array), by: placeOf(other), carried, computed: false };
    }
    return undefined;
  };
  const isKept = (statement: Statement, array: string): boolean => loss(statement, array) === undefined;

  // Reads look at the arrays of all blocks, so these are found first.
  forEachStatement(block, (statement) => {
    if (statement.kind === "alloc") allocated.add(statement.array);
  });
  for (const statement of block) if (statement.kind === "alloc") topLevelArrays.add(statement.array);
  scan(block, [], 0);

  const needed = neededScalars(block, activity, partialsOf);
  const otherwiseUsed = strictPredecessors(needed, definitions, block);

  const sources = new Map<string, Source>();
  const costs = new Map<string, number>();
  const losses = new Map<string, Lost>();

  const mentioned = (expr: Expr): string[] => {
    const found: string[] = [];
    forEachExpr(expr, (inner) => {
      if (inner.kind === "name" && definitions.has(inner.name)) found.push(inner.name);
    });
    return found;
  };

  /** Cost of computing the value again in the reverse sweep; infinite where that is not right. */
  const costAgain = (name: string): number => {
    const before = costs.get(name);
    if (before !== undefined) return before;
    const { statement, depth } = definitions.get(name)!;
    let cost: number;
    if (depth === 0) cost = 0;
    else if (statement.value.kind === "read") {
      const lost = loss(statement, statement.value.array);
      if (lost !== undefined) losses.set(name, lost);
      cost = lost === undefined ? 1 : Infinity;
    } else {
      cost = operationCost(statement.value);
      for (const operand of mentioned(statement.value)) {
        cost += costAgain(operand);
        const lost = losses.get(operand);
        if (lost !== undefined) losses.set(name, { ...lost, computed: true });
      }
    }
    costs.set(name, cost);
    return cost;
  };

  /** Work of computing a value from such as the reverse sweep asks for in any case, wherever it gets those. */
  const costBeside = (name: string): number => {
    const { value } = definitions.get(name)!.statement;
    if (value.kind === "read") return costAgain(name);
    return mentioned(value).reduce(
      (sum, operand) => sum + (needed.has(operand) ? 0 : costBeside(operand)),
      operationCost(value),
    );
  };

  const decide = (name: string): void => {
    if (sources.has(name)) return;
    const { statement, loops, depth } = definitions.get(name)!;
    if (depth === 0) {
      sources.set(name, { kind: "scope" });
      return;
    }
    const cost = costAgain(name);
    const holder = holders.get(name);
    if (cost <= cheap || (Number.isFinite(cost) && !otherwiseUsed.has(name))) {
      sources.set(name, { kind: "again", value: statement.value });
      for (const operand of mentioned(statement.value)) decide(operand);
    } else if (holder !== undefined) {
      sources.set(name, { kind: "again", value: { kind: "read", ...holder } });
    } else if (costBeside(name) <= cheap) {
      sources.set(name, { kind: "again", value: statement.value });
      for (const operand of mentioned(statement.value)) decide(operand);
    } else {
      sources.set(name, { kind: "tape", loops, reason: losses.get(name) ?? { kind: "costly", cost } });
    }
  };
  for (const { name } of lets) if (needed.has(name)) decide(name);
  return { definitions, sources };
}

function operationCost(expr: Expr): number {
  switch (expr.kind) {
    case "primitive":
      return primitives[expr.op].cost;
    case "select":
      return 1;
    default:
      return 0;
  }
}

/** Scalars that partial derivatives of active operations and tests around active statements refer to. */
function neededScalars(
  block: Block,
  activity: Activity,
  partialsOf: (expr: Expr & { kind: "primitive" }, result: Expr) => readonly Expr[],
): Set<string> {
  const needed = new Set<string>();
  const add = (expr: Expr): void =>
    forEachExpr(expr, (inner) => {
      if (inner.kind === "name") needed.add(inner.name);
    });
  const addTest = (test: Test): void => {
    for (const side of expressionsOfTest(test)) add(side);
  };
  const isActive = (expr: Expr): boolean => expr.kind === "name" && activity.scalars.has(expr.name);

  /** Does the reverse sweep have anything to do in the block? */
  const scan = (statements: Block): boolean => {
    let acts = false;
    for (const statement of statements) {
      switch (statement.kind) {
        case "let":
          if (!activity.scalars.has(statement.name)) break;
          acts = true;
          if (statement.value.kind === "select") addTest(statement.value.test);
          if (statement.value.kind === "primitive") {
            const partials = partialsOf(statement.value, { kind: "name", name: statement.name });
            statement.value.args.forEach((arg, position) => {
              if (isActive(arg)) add(partials[position]!);
            });
          }
          break;
        case "store":
        case "accumulate":
          if (activity.arrays.has(statement.array)) acts = true;
          break;
        case "call":
          if (!resultsOf(statement).some((array) => activity.arrays.has(array))) break;
          acts = true;
          argumentsOf(statement).forEach(add);
          break;
        case "for":
        case "while":
          if (scan(statement.body)) acts = true;
          break;
        case "if": {
          const inThen = scan(statement.then);
          const inElse = scan(statement.else);
          if (inThen || inElse) {
            acts = true;
            addTest(statement.test);
          }
          break;
        }
        default:
          break;
      }
    }
    return acts;
  };
  scan(block);
  return needed;
}

/** Scalars that go into the computation of some other needed scalar, through arrays and branches too. */
function strictPredecessors(
  needed: ReadonlySet<string>,
  definitions: ReadonlyMap<string, Definition>,
  block: Block,
): Set<string> {
  const writers = new Map<string, Set<string>>();
  const into = (array: string, name: string): void => {
    const list = writers.get(array);
    if (list) list.add(name);
    else writers.set(array, new Set([name]));
  };
  const scan = (statements: Block, tests: readonly string[]): void => {
    for (const statement of statements) {
      if (statement.kind === "store" || statement.kind === "accumulate") {
        for (const name of tests) into(statement.array, name);
        if (statement.value.kind === "name") into(statement.array, statement.value.name);
      }
      if (statement.kind === "call") {
        for (const array of resultsOf(statement)) {
          for (const name of [...tests, ...argumentsOf(statement).flatMap(namesIn)]) into(array, name);
        }
      }
      if (statement.kind === "for") scan(statement.body, tests);
      if (statement.kind === "if" || statement.kind === "while") {
        const own = [...tests, ...expressionsOf(statement).flatMap(namesIn)];
        if (statement.kind === "while") scan(statement.body, own);
        else {
          scan(statement.then, own);
          scan(statement.else, own);
        }
      }
    }
  };
  scan(block, []);

  const result = new Set<string>();
  const arrays = new Set<string>();
  // Sums of thousands of terms are chains as long: no recursion.
  const open = [...needed];
  const reach = (name: string): void => {
    if (result.has(name)) return;
    result.add(name);
    open.push(name);
  };
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const definition = definitions.get(name);
    if (definition === undefined) continue;
    forEachExpr(definition.statement.value, (inner) => {
      if (inner.kind === "name") reach(inner.name);
      if (inner.kind === "read" && !arrays.has(inner.array)) {
        arrays.add(inner.array);
        for (const writer of writers.get(inner.array) ?? []) reach(writer);
      }
    });
  }
  return result;
}

function namesIn(expr: Expr): string[] {
  const names: string[] = [];
  forEachExpr(expr, (inner) => {
    if (inner.kind === "name") names.push(inner.name);
  });
  return names;
}
