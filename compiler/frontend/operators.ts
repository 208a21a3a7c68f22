/**
 * Calls of differential operators: `laplacian(u)(x, p)`. The function becomes one of the IR, once for each call shape,
 * and the call stays a call; what it computes is derived behind the frontend. Numbers and shapes that are known when the
 * model is compiled belong to the call shape, everything else is handed over.
 */

import { ts } from "ts-morph";
import * as messages from "../diagnostics/messages.ts";
import * as operatorMessages from "../diagnostics/operator-messages.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Argument, Fn, Shape } from "../ir/nodes.ts";
import type { OperatorCall, OperatorKind } from "../model.ts";
import { asArray } from "./access.ts";
import { copy } from "./arrays.ts";
import { expand } from "./calls.ts";
import { lowerCustom } from "./custom.ts";
import { refuse, spanOf } from "./load.ts";
import { Lowering } from "./lowering.ts";
import { argumentsOf, captures, type Layout, layoutOf, Signature } from "./operator-layout.ts";
import { kindOf } from "./operator-operands.ts";
import { type Applied, describeShape, type FunctionValue, type Operator } from "./static-values.ts";
import { describe, real, type Value } from "./values.ts";

/** Operators that models call, of a whole model. */
export class Operators {
  readonly #known = new Map<string, { readonly call: OperatorCall; readonly layout: Layout }>();
  readonly #numbers = new Map<unknown, number>();
  readonly calls: OperatorCall[] = [];

  find(key: string) {
    return this.#known.get(key);
  }

  add(key: string, call: OperatorCall, layout: Layout): void {
    this.#known.set(key, { call, layout });
    this.calls.push(call);
  }

  /** A number for each thing that is not known by its text. */
  number(of: unknown): number {
    const known = this.#numbers.get(of) ?? this.#numbers.size;
    this.#numbers.set(of, known);
    return known;
  }
}

/** How many arguments come after those of the function. */
const extraOf = ({ name, operands }: Operator): number =>
  ["jvp", "vjp", "hvp", "directional"].includes(name) || (name === "stochastic" && operands[3] === undefined)
    ? 1
    : 0;

const textOf = ({ operator, of }: Applied): string =>
  `${operator.name}(${of.kind === "applied" ? textOf(of) : of.name || "the function"})`;

/** The function under all operators, and how many arguments a call has. */
function arityOf(of: Applied["of"]): { readonly fn: FunctionValue; readonly count: number } {
  switch (of.kind) {
    case "function":
      return { fn: of, count: of.node.parameters.length };
    case "custom":
      return { fn: of.f, count: of.f.node.parameters.length };
    default: {
      const inner = arityOf(of.of);
      return { fn: inner.fn, count: inner.count + extraOf(of.operator) };
    }
  }
}

/** Names of the arguments, for arrays that are made for them. */
export function argumentNames(applied: Applied): readonly string[] {
  return arityOf(applied).fn.node.parameters.map(({ name }) =>
    ts.isIdentifier(name) ? name.text : "argument",
  );
}

export function lowerOperator(
  lowering: Lowering,
  applied: Applied,
  args: readonly Value[],
  at: ts.Node,
  wish: string,
): Value {
  const { operator, of } = applied;
  const { fn, count } = arityOf(of);
  if (captures(fn)) refuse(operatorMessages.localFunction(spanOf(at), operator.name));
  const expected = count + extraOf(operator);
  if (args.length !== expected) {
    const words = expected === 1 ? "one argument" : `${expected} arguments`;
    refuse(messages.wrongArity(spanOf(at), textOf(applied), words, args.length));
  }
  const [first, ...rest] = args.slice(0, count) as [Value | undefined, ...Value[]];
  if (first === undefined) return refuse(operatorMessages.badPoint(spanOf(at), operator.name, "missing"));
  const point = pointOf(lowering, first, operator, at);
  // Before its coefficients are looked at, which would be held to the coordinates of an array.
  if (point.kind === "record" && !["gradient", "jvp", "vjp", "hvp"].includes(operator.name))
    refuse(operatorMessages.badPoint(spanOf(at), operator.name, "a record"));
  const given = [point, ...rest];
  const layouts = given.map((value, i) => layoutOf(lowering, value, at, i === 0));
  const { kind, added } = kindOf(lowering, operator, point, args.slice(count), at);
  const { operators } = lowering.rules;
  const key = JSON.stringify([
    operators.number(fn.node),
    textOf(applied),
    operators.number(of),
    kind,
    layouts,
  ]);
  if (operators.find(key) === undefined) declare(lowering, applied, kind, layouts, given, key, at);
  const { call, layout } = operators.find(key)!;
  const outs = resultsOf(call, layout, lowering, wish);
  const extras = added(call);
  lowering.emit({
    kind: "call",
    callee: call.name,
    args: [
      ...given.flatMap((value, i) => argumentsOf(lowering, value, layouts[i]!, at)),
      ...extras.map((value): Argument => ({ kind: "array", view: value.view })),
      ...outs.arrays.map((array): Argument => ({ kind: "array", view: { array, prefix: [] } })),
    ],
    span: lowering.span,
  });
  return outs.value;
}

/** The point as arrays: numbers become arrays of rank 0. */
function pointOf(lowering: Lowering, value: Value, operator: Operator, at: ts.Node): Value {
  switch (value.kind) {
    case "scalar": {
      const array = lowering.alloc("x", [], false);
      lowering.emit(build.store(array, [], value.real(), lowering.span));
      return { kind: "array", view: { array, prefix: [] }, shape: [], element: "real" };
    }
    case "array":
      if (value.element === "integer")
        return refuse(operatorMessages.badPoint(spanOf(at), operator.name, "an array of integers"));
      return value;
    case "constant":
      return asArray(lowering, value, at);
    case "record": {
      const entries = [...value.entries].map(
        ([key, inner]) => [key, pointOf(lowering, inner, operator, at)] as const,
      );
      return { ...value, entries: new Map(entries) };
    }
    default:
      return refuse(operatorMessages.badPoint(spanOf(at), operator.name, describe(value)));
  }
}

/** Lowers the function of an operator in one call shape. */
function declare(
  lowering: Lowering,
  applied: Applied,
  kind: OperatorKind,
  layouts: readonly Layout[],
  given: readonly Value[],
  key: string,
  at: ts.Node,
): void {
  const { operator, of } = applied;
  const { interpreter, constants, reporter, rules } = lowering;
  const signature = new Signature(layouts, argumentNames(applied), given);
  const { parameters } = signature;
  const arrays = parameters.flatMap((one) => (one.kind === "array" ? [one.name] : []));
  const indices = parameters.flatMap((one) =>
    one.kind === "integer"
      ? [{ name: one.name, first: affine.integer(one.range!.low), last: affine.integer(one.range!.high) }]
      : [],
  );
  const reals = parameters.flatMap((one) => (one.kind === "real" ? [one.name] : []));
  const result = "result";
  const inner = new Lowering(
    interpreter,
    constants,
    reporter,
    rules,
    arrays,
    indices,
    [...reals, result],
    lowering.span,
  );
  inner.calls.push(...lowering.calls);
  const value =
    of.kind === "applied"
      ? lowerOperator(inner, of, signature.values, at, result)
      : of.kind === "custom"
        ? lowerCustom(inner, of, signature.values, at, result)
        : expand(inner, of, signature.values, at, result);
  const shape = put(inner, value, result, at);
  const fn: Fn = {
    name: of.kind === "applied" ? of.operator.name : of.name || "function",
    parameters: [...parameters, { kind: "array", name: result, element: "real", shape, access: "out" }],
    body: inner.block,
  };
  const counts = parameters.length - new Signature(layouts.slice(1), [], given.slice(1)).parameters.length;
  const point = parameters.slice(0, counts).map(({ name }) => name);
  check(operator, shape, layouts[0]!, at);
  const name = `${operator.name}_of_${fn.name}_${rules.operators.calls.length + 1}`;
  rules.operators.add(key, { name, kind, fn, point, text: textOf(applied), span: spanOf(at) }, layouts[0]!);
}

/** Stores what the function returns; its shape comes back. */
function put(lowering: Lowering, value: Value, result: string, at: ts.Node): Shape {
  if (value.kind === "scalar") {
    lowering.emit(build.store(result, [], value.real(), lowering.span));
    return [];
  }
  const from = asArray(lowering, value, at);
  copy(lowering, from, { array: result, prefix: [] });
  return from.shape;
}

/** Whether the operator is of functions with such results. */
function check({ name, operands }: Operator, shape: Shape, point: Layout, at: ts.Node): void {
  const span = spanOf(at);
  if (["gradient", "hessian", "hvp"].includes(name) && shape.length > 0)
    refuse(operatorMessages.operatorOfShape(span, name, "one number", describeShape(shape)));
  const of = name === "stochastic" ? (operands[0] as Operator).name : name;
  if (name === "stochastic" && operands[4] === true && of !== "divergence" && shape.length > 0)
    refuse(operatorMessages.operatorOfShape(span, "standardError", "one number", describeShape(shape)));
  if (of === "divergence" && point.kind === "array" && String(point.shape) !== String(shape)) {
    const needs = `one component for each coordinate of the point, ${describeShape(point.shape)}`;
    refuse(operatorMessages.operatorOfShape(span, name, needs, describeShape(shape)));
  }
}

/** Arrays for what an operator computes, and their value. */
function resultsOf(
  call: OperatorCall,
  point: Layout,
  lowering: Lowering,
  wish: string,
): { readonly arrays: readonly string[]; readonly value: Value } {
  const arrays: string[] = [];
  const made = (shape: Shape, name: string): Value => {
    const array = lowering.alloc(name, shape, false);
    arrays.push(array);
    if (shape.length === 0) return real(build.read(array));
    return { kind: "array", view: { array, prefix: [] }, shape, element: "real" };
  };
  const like = (layout: Layout, name: string): Value => {
    if (layout.kind === "array") return made(layout.shape, name);
    if (layout.kind !== "record") throw new Error("a point is made of arrays");
    const entries = layout.entries.map(([key, inner]) => [key, like(inner, key)] as const);
    return { kind: "record", tuple: layout.tuple, entries: new Map(entries) };
  };
  const shape = call.fn.parameters.flatMap((one) =>
    one.kind === "array" && one.access === "out" ? [one.shape] : [],
  )[0]!;
  const own = point.kind === "array" ? point.shape : [];
  switch (call.kind.name) {
    case "gradient":
    case "vjp":
    case "hvp":
      return { value: like(point, wish), arrays };
    case "jacobian":
      return { value: made([...shape, ...own], wish), arrays };
    case "hessian":
      return { value: made([...own, ...own], wish), arrays };
    case "divergence":
      return { value: made([], wish), arrays };
    case "stochastic": {
      const { of, error } = call.kind;
      const one = of === "divergence" ? [] : shape;
      return { value: made(error === undefined ? one : [2], wish), arrays };
    }
    default:
      return { value: made(shape, wish), arrays };
  }
}
