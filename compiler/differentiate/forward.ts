/**
 * Forward mode: the function that maps tangents of chosen inputs to tangents of the results (a jvp). In: a function,
 * the names of its differentiated array parameters. Out: a function with the same inputs, a tangent `x_dot` for each
 * differentiated one, and a tangent `y_dot` for each result; the results themselves are computed only where a tangent
 * needs them. Every statement is followed by its tangent; nothing is taped.
 */

import { activity, argumentsOf, resultsOf } from "../analysis/activity.ts";
import * as build from "../ir/build.ts";
import { type Names, stemOf } from "../ir/names.ts";
import type { Call, Expr, Fn, Let, Parameter, Rule, Statement } from "../ir/nodes.ts";
import { primitives } from "../ir/primitives.ts";
import { type Context, normalise } from "./normalise.ts";

/** What forward mode knows while it walks: names of tangents, and what is called with which. */
export interface Tangents {
  readonly names: Names;
  readonly scalars: Map<string, Expr>;
  readonly arrays: Map<string, string>;
  readonly rules: ReadonlyMap<string, Rule>;
}

export function jvp(fn: Fn, wrt: ReadonlySet<string>, context: Context): Fn {
  const { body, names, rules } = normalise(fn, context);
  const outs = fn.parameters.filter((parameter) => parameter.kind === "array" && parameter.access === "out");
  const active = activity(body, wrt, new Set(outs.map((out) => out.name)));
  const tangents: Tangents = { names, scalars: new Map(), arrays: new Map(), rules };

  const seeds: Parameter[] = [];
  const results: Parameter[] = [];
  const opening: Statement[] = [];
  for (const parameter of fn.parameters) {
    if (parameter.kind !== "array") continue;
    if (parameter.access === "inout") throw new Error(`${fn.name}: ${parameter.name} is updated in place`);
    if (parameter.access === "out") {
      const tangent = names.fresh(`${parameter.name}_dot`);
      results.push({ ...parameter, name: tangent });
      opening.push(build.alloc(parameter.name, parameter.shape, { zero: false }));
      if (active.arrays.has(parameter.name)) tangents.arrays.set(parameter.name, tangent);
      else opening.push(...clear(tangent, parameter.shape, names));
    } else if (wrt.has(parameter.name)) {
      const tangent = names.fresh(`${parameter.name}_dot`);
      seeds.push({ ...parameter, name: tangent });
      tangents.arrays.set(parameter.name, tangent);
    }
  }
  for (const array of active.arrays) {
    if (!tangents.arrays.has(array)) tangents.arrays.set(array, names.fresh(`${stemOf(array)}_dot`));
  }
  const isScalarActive = (name: string) => active.scalars.has(name);
  return {
    name: `${fn.name}_jvp`,
    parameters: [...fn.parameters.filter((parameter) => !outs.includes(parameter)), ...seeds, ...results],
    body: [
      ...opening,
      ...push(body, tangents, isScalarActive, (call) => [call, ...tangentOfCall(call, tangents)]),
    ],
    doc: `Tangent of ${fn.name}: its Jacobian times the vector of the *_dot arguments.`,
  };
}

const clear = (array: string, shape: readonly number[], names: Names): Statement[] =>
  build.forEachEntry(shape, names.fresh, (at) => [build.store(array, at, build.zero)]);

/** Every statement with its tangent. `isActive`: of scalars; `called`: a call with its tangent. */
export function push(
  block: readonly Statement[],
  tangents: Tangents,
  isActive: (name: string) => boolean,
  called: (call: Call) => Statement[],
): Statement[] {
  const inner = (body: readonly Statement[]): Statement[] => push(body, tangents, isActive, called);
  return block.flatMap((statement): Statement[] => {
    switch (statement.kind) {
      case "let":
        return isActive(statement.name) ? [statement, ...pushLet(statement, tangents)] : [statement];
      case "alloc": {
        const tangent = tangents.arrays.get(statement.array);
        return tangent === undefined ? [statement] : [statement, { ...statement, array: tangent }];
      }
      case "store":
      case "accumulate": {
        const tangent = tangents.arrays.get(statement.array);
        if (tangent === undefined) return [statement];
        // What is made no number has no tangent either.
        const isNan = statement.value.kind === "number" && Number.isNaN(statement.value.value);
        const value = isNan ? statement.value : tangentOf(statement.value, tangents);
        return [statement, { ...statement, array: tangent, value }];
      }
      case "for":
      case "while":
        return [{ ...statement, body: inner(statement.body) }];
      case "if":
        return [{ ...statement, then: inner(statement.then), else: inner(statement.else) }];
      case "comment":
      case "return":
        return [statement];
      case "call":
        return called(statement);
      case "contract":
        throw new Error("a contraction is not in normal form");
      default:
        return statement satisfies never;
    }
  });
}

function pushLet(statement: Let, tangents: Tangents): Statement[] {
  const value = tangentOf(statement.value, tangents, build.name(statement.name));
  if (build.isLeaf(value)) {
    tangents.scalars.set(statement.name, value);
    return [];
  }
  const name = tangents.names.fresh(`${stemOf(statement.name)}_dot`);
  tangents.scalars.set(statement.name, build.name(name));
  return [build.bind(name, value, statement.span)];
}

/** The tangent of a function with a rule is what the rule says. */
export function tangentOfCall(call: Call, tangents: Tangents): Statement[] {
  const results = resultsOf(call).map((array) => tangents.arrays.get(array));
  if (results.every((tangent) => tangent === undefined)) return [];
  const args = argumentsOf(call);
  const out: Statement[] = [];
  const dots = results.map((tangent) => {
    if (tangent !== undefined) return tangent;
    // Nobody asks for this one, but the rule computes it.
    const unused = tangents.names.fresh("unused_dot");
    out.push(build.alloc(unused, [], { zero: false }));
    return unused;
  });
  const given = [...args, ...args.map((arg) => tangentOf(arg, tangents))];
  out.push({
    kind: "call",
    callee: tangents.rules.get(call.callee)!.tangent,
    args: [
      ...given.map((value) => ({ kind: "real" as const, value })),
      ...dots.map((array) => ({ kind: "array" as const, view: { array, prefix: [] } })),
    ],
    span: call.span,
  });
  return out;
}

/** The tangent of an atom or of one operation on atoms; `result` names the operation's value. */
export function tangentOf(expr: Expr, tangents: Tangents, result: Expr = build.zero): Expr {
  switch (expr.kind) {
    case "number":
    case "integer":
      return build.zero;
    case "name":
      return tangents.scalars.get(expr.name) ?? build.zero;
    case "read": {
      const tangent = tangents.arrays.get(expr.array);
      return tangent === undefined ? build.zero : build.read(tangent, expr.at);
    }
    case "select":
      return build.select(expr.test, tangentOf(expr.then, tangents), tangentOf(expr.else, tangents));
    case "primitive": {
      const dots = expr.args.map((arg) => tangentOf(arg, tangents));
      // gate(c, p) is 0 wherever c is, so its change with p is gated by c itself.
      if (expr.op === "gate") {
        return build.add(build.gate(dots[0]!, expr.args[1]!), build.gate(expr.args[0]!, dots[1]!));
      }
      const partials = partialsOf(expr, result);
      return dots
        .map((dot, position) => scaled(dot, partials[position]!, primitives[expr.op].singular[position]!))
        .reduce((left, right) => build.add(left, right));
    }
    default:
      return expr satisfies never;
  }
}

/** The partial derivatives of one operation on atoms. */
export function partialsOf(expr: Expr & { kind: "primitive" }, result: Expr): readonly Expr[] {
  const primitive = primitives[expr.op];
  return primitive.arity === 1
    ? primitive.partials(expr.args[0]!, result)
    : primitive.partials(expr.args[0]!, expr.args[1]!, result);
}

/** A tangent or cotangent times a partial; exactly 0 for a zero one where the partial may be infinite. */
export const scaled = (change: Expr, partial: Expr, singular: boolean): Expr =>
  singular ? build.gate(change, partial) : build.mul(change, partial);
