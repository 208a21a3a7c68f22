/**
 * Takes from functions the parameters that they can do without: those that nothing looks at, those that are given one
 * number by every call, and those that always are what another one is. In: a program whose kernels are bound to its
 * arrays. Out: the same with shorter calls. Functions that are called from outside stay as they are.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Argument, Block, Call, Expr, Fn, Parameter, Program } from "../ir/nodes.ts";
import { rewriteBlock } from "../ir/rewrite.ts";
import { arraysOf, forEachExprOf, forEachForm, forEachStatement, withBlocks, withEach } from "../ir/walk.ts";
import { isSame } from "./alike.ts";
import { dead } from "./dead.ts";

export function parameters(program: Program, outside: ReadonlySet<string>): Program {
  const calls = new Map<string, Call[]>();
  for (const fn of program.functions)
    forEachStatement(fn.body, (statement) => {
      if (statement.kind !== "call") return;
      const list = calls.get(statement.callee);
      if (list) list.push(statement);
      else calls.set(statement.callee, [statement]);
    });
  const kept = new Map<string, readonly number[]>();
  const functions = program.functions.map((fn) => {
    const own = calls.get(fn.name) ?? [];
    if (outside.has(fn.name) || own.length === 0) return fn;
    const { positions, ...shorter } = shortened(fn, own);
    if (isWhole(shorter.parameters, fn)) return fn;
    kept.set(fn.name, positions);
    return { ...fn, ...shorter };
  });
  if (kept.size === 0) return program;
  return {
    ...program,
    functions: functions.map((fn) => {
      const body = withArguments(fn.body, kept);
      return body === fn.body ? fn : { ...fn, body };
    }),
  };
}

/** Whether a function keeps all its parameters, and so its body. */
const isWhole = (left: readonly Parameter[], { parameters }: Fn): boolean =>
  left.length === parameters.length && left.every((each, i) => each === parameters[i]);

function shortened(fn: Fn, calls: readonly Call[]) {
  const touched = arraysOf(fn);
  let used: ReadonlySet<string> | undefined;
  const positions: number[] = [];
  const names = new Map<string, Expr>();
  const indices = new Map<string, Affine>();
  const left: Parameter[] = [];
  fn.parameters.forEach((parameter, position) => {
    if (parameter.kind === "array") {
      // What is stored for a function that does not look at it is dead.
      if (!touched.has(parameter.name)) return;
      positions.push(position);
      left.push(parameter);
      return;
    }
    used ??= namesIn(fn.body);
    if (!used.has(parameter.name)) return;
    const given = calls.map((call) => call.args[position]!);
    const [first] = given as [Argument];
    const isOne = given.every((each) => isSame(each, first));
    if (isOne && first.kind === "real" && first.value.kind === "number") {
      names.set(parameter.name, first.value);
      return;
    }
    if (isOne && first.kind === "integer" && affine.constantOf(first.value) !== undefined) {
      indices.set(parameter.name, first.value);
      return;
    }
    const twin = positions.findIndex((other) => calls.every((call, i) => isSame(call.args[other], given[i])));
    const same = left[twin];
    if (same !== undefined && same.kind === parameter.kind) {
      if (parameter.kind === "real") names.set(parameter.name, build.name(same.name));
      else indices.set(parameter.name, affine.index(same.name));
      left[twin] = withRangeOf(same, parameter);
      return;
    }
    positions.push(position);
    left.push(parameter);
  });
  const body =
    names.size + indices.size === 0
      ? fn.body
      : rewriteBlock(fn.body, { name: (name) => names.get(name), index: (name) => indices.get(name) });
  const isFolded = [...names.values()].some((value) => value.kind === "number");
  return { parameters: left, body: isFolded ? withoutUnread(body) : body, positions };
}

/** A number in the place of a name folds what it is multiplied with: of a series at h = 0 the first term is left. */
const withoutUnread = (body: Block): Block =>
  dead(
    body,
    () => true,
    () => undefined,
  );

/** What stands for both lies in both ranges. */
function withRangeOf(one: Parameter, other: Parameter): Parameter {
  if (one.kind !== "integer" || other.kind !== "integer" || other.range === undefined) return one;
  const { low, high } = one.range ?? other.range;
  return {
    ...one,
    range: { low: Math.max(low, other.range.low), high: Math.min(high, other.range.high) },
  };
}

function namesIn(body: Block): Set<string> {
  const found = new Set<string>();
  const note = (atom: affine.Atom): void => {
    if (atom.kind === "index") found.add(atom.name);
  };
  const noteForm = (form: Affine): void => affine.forEachAtom(form, note);
  const noteName = (expr: Expr): void => {
    if (expr.kind === "name") found.add(expr.name);
  };
  forEachStatement(body, (statement) => {
    forEachExprOf(statement, noteName);
    forEachForm(statement, noteForm);
  });
  return found;
}

function withArguments(block: Block, kept: ReadonlyMap<string, readonly number[]>): Block {
  return withEach(block, (statement) => {
    switch (statement.kind) {
      case "call": {
        const positions = kept.get(statement.callee);
        return positions === undefined
          ? statement
          : { ...statement, args: positions.map((position) => statement.args[position]!) };
      }
      default:
        return withBlocks(statement, (inner) => withArguments(inner, kept));
    }
  });
}
