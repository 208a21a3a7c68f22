/**
 * Calls of differential operators: `laplacian(u)(x, p)`. The function becomes one of the IR, once for each call shape,
 * and the call stays a call; what it computes is derived behind the frontend. Numbers and shapes that are known when the
 * model is compiled belong to the call shape, everything else is handed over.
 */

import { ts } from "ts-morph";
import { doubles, draw } from "../../runtime/random.ts";
import * as messages from "../diagnostics/messages.ts";
import * as operatorMessages from "../diagnostics/operator-messages.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Argument, Element, Expr, Fn, Parameter, Shape } from "../ir/nodes.ts";
import { type Estimated, type OperatorCall, type OperatorKind, sizeOf } from "../model.ts";
import { asArray } from "./access.ts";
import { copy, overEntries } from "./arrays.ts";
import { expand } from "./calls.ts";
import { lowerCustom } from "./custom.ts";
import { refuse, spanOf } from "./load.ts";
import { Lowering } from "./lowering.ts";
import { rangeOf } from "./ranges.ts";
import {
  type Applied,
  describeShape,
  type FunctionValue,
  isTagged,
  numbersOf,
  type Operator,
  type Static,
  tensorOf,
} from "./static-values.ts";
import { namesIn } from "./syntax.ts";
import { type ArrayValue, constant, describe, integer, real, type Value } from "./values.ts";

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

/** How an argument reaches the function. */
type Layout =
  | { readonly kind: "real" }
  | { readonly kind: "array"; readonly element: Element; readonly shape: Shape }
  | { readonly kind: "integer"; readonly low: number; readonly high: number }
  /** Known when the model is compiled; \`id\` tells such values apart. */
  | { readonly kind: "fixed"; readonly id: string }
  | {
      readonly kind: "record";
      readonly tuple: boolean;
      readonly entries: readonly (readonly [string, Layout])[];
    };

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

/** Whether a function uses numbers and arrays of the function that it is written in. */
function captures({ node, scope }: FunctionValue): boolean {
  const own = new Set<string>();
  for (const { name } of node.parameters) for (const each of namesIn(name)) own.add(each.text);
  let found = false;
  const visit = (inner: ts.Node): void => {
    if (ts.isIdentifier(inner) && !own.has(inner.text)) {
      const binding = scope.find(inner.text)?.binding;
      found ||= binding !== undefined && ["value", "variable", "index"].includes(binding.kind);
    }
    ts.forEachChild(inner, visit);
  };
  ts.forEachChild(node, visit);
  return found;
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

function layoutOf(lowering: Lowering, value: Value, at: ts.Node, isPoint: boolean): Layout {
  const { operators } = lowering.rules;
  switch (value.kind) {
    case "scalar": {
      const form = value.pure ? value.form?.() : undefined;
      if (form === undefined) return { kind: "real" };
      const known = affine.constantOf(form);
      if (known !== undefined) return { kind: "fixed", id: String(known) };
      return { kind: "integer", ...rangeOf(form, lowering.knowledge) };
    }
    case "array":
      return { kind: "array", element: value.element, shape: value.shape };
    case "constant":
      if (value.prefix.some((form) => affine.constantOf(form) === undefined)) {
        const { element, shape } = asArray(lowering, value, at);
        return { kind: "array", element, shape };
      }
      return { kind: "fixed", id: `#${operators.number(value.value)}` };
    case "record":
      return {
        kind: "record",
        tuple: value.tuple,
        entries: [...value.entries].map(([name, inner]) => [name, layoutOf(lowering, inner, at, isPoint)]),
      };
    case "condition":
      if (value.test.kind === "constant") return { kind: "fixed", id: String(value.test.value) };
      break;
    case "function":
      if (!captures(value)) return { kind: "fixed", id: `#${operators.number(value.node)}` };
      break;
    default:
      value satisfies never;
  }
  return refuse(messages.wrongKind(spanOf(at), "numbers and arrays of numbers", describe(value)));
}

/** What is handed over, leaf by leaf. */
function argumentsOf(lowering: Lowering, value: Value, layout: Layout, at: ts.Node): Argument[] {
  switch (layout.kind) {
    case "fixed":
      return [];
    case "real":
      return [
        {
          kind: "real",
          value: lowering.leaf("argument", value.kind === "scalar" ? value.real() : build.zero),
        },
      ];
    case "integer":
      return [{ kind: "integer", value: value.kind === "scalar" ? value.form!() : affine.integer(0) }];
    case "array":
      return [{ kind: "array", view: asArray(lowering, value, at).view }];
    case "record":
      return value.kind !== "record"
        ? []
        : layout.entries.flatMap(([name, inner]) =>
            argumentsOf(lowering, value.entries.get(name)!, inner, at),
          );
    default:
      return layout satisfies never;
  }
}

/** Parameters of the function for a layout, and the value its body sees. */
class Signature {
  readonly parameters: Parameter[] = [];
  readonly values: Value[];
  readonly #names = new Map<string, number>();

  constructor(layouts: readonly Layout[], names: readonly string[], given: readonly Value[]) {
    this.values = layouts.map((layout, i) => this.#value(layout, names[i] ?? "argument", given[i]!));
  }

  #name(wish: string): string {
    const stem = wish.replace(/#/g, "_");
    const count = (this.#names.get(stem) ?? 0) + 1;
    this.#names.set(stem, count);
    return count === 1 ? stem : `${stem}#${count}`;
  }

  #value(layout: Layout, wish: string, given: Value): Value {
    switch (layout.kind) {
      case "fixed":
        return given;
      case "real": {
        const name = this.#name(wish);
        this.parameters.push({ kind: "real", name });
        return real(build.name(name));
      }
      case "integer": {
        const name = this.#name(wish);
        this.parameters.push({ kind: "integer", name, range: { low: layout.low, high: layout.high } });
        return integer(affine.index(name));
      }
      case "array": {
        const name = this.#name(wish);
        const { element, shape } = layout;
        this.parameters.push({ kind: "array", name, element, shape, access: "in" });
        if (shape.length === 0) return real(build.read(name));
        return { kind: "array", view: { array: name, prefix: [] }, shape, element, readOnly: `\`${wish}\`` };
      }
      case "record": {
        const members = given.kind === "record" ? given.entries : new Map<string, Value>();
        const entries = layout.entries.map(
          ([key, inner]) =>
            [key, this.#value(inner, layout.tuple ? `${wish}_${key}` : key, members.get(key)!)] as const,
        );
        return { kind: "record", tuple: layout.tuple, entries: new Map(entries) };
      }
      default:
        return layout satisfies never;
    }
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
  if (point.kind !== "array" && !["gradient", "jvp", "vjp", "hvp"].includes(name))
    refuse(operatorMessages.badPoint(span, name, "a record"));
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

/** What an operator is given besides the arguments of its function. */
function kindOf(
  lowering: Lowering,
  operator: Operator,
  point: Value,
  extras: readonly Value[],
  at: ts.Node,
): { readonly kind: OperatorKind; readonly added: (call: OperatorCall) => readonly ArrayValue[] } {
  const { name, operands } = operator;
  const alike = (): readonly ArrayValue[] => leavesLike(lowering, extras[0]!, point, at);
  switch (name) {
    case "gradient":
    case "jacobian":
    case "hessian":
    case "divergence":
    case "laplacian":
    case "biharmonic":
      return { kind: { name }, added: () => [] };
    case "jvp":
    case "hvp":
      return { kind: { name }, added: alike };
    case "vjp":
      return {
        kind: { name },
        added: ({ fn }) => {
          const out = fn.parameters.at(-1);
          const like: Value = {
            kind: "array",
            view: { array: "", prefix: [] },
            shape: out?.kind === "array" ? out.shape : [],
            element: "real",
          };
          return leavesLike(lowering, extras[0]!, like, at);
        },
      };
    case "directional":
      return { kind: { name, order: operands[0] as number }, added: alike };
    case "stochastic":
      return estimate(lowering, operands, point, extras[0], at);
    case "weightedLaplacian": {
      const n = sizeOf(shapeOfPoint(point));
      const sigma = coefficient(lowering, operands[0], point, "sigma", at);
      const drift =
        operands[1] === undefined ? undefined : coefficient(lowering, operands[1], point, "drift", at);
      const [rows, columns] = sigma.shape;
      if (sigma.shape.length !== 2 || rows !== n) {
        const what = `sigma is ${describeShape(sigma.shape)}, and the point has ${n} coordinates`;
        refuse(
          operatorMessages.badCoefficients(
            spanOf(at),
            name,
            what,
            "give sigma one row for each coordinate, and a column for each direction",
          ),
        );
      }
      if (drift !== undefined && String(drift.shape) !== String([n])) {
        const what = `the drift is ${describeShape(drift.shape)}, and the point has ${n} coordinates`;
        refuse(
          operatorMessages.badCoefficients(
            spanOf(at),
            name,
            what,
            "give the drift one entry for each coordinate",
          ),
        );
      }
      return {
        kind: { name, columns: columns!, drift: drift !== undefined },
        added: () => (drift === undefined ? [sigma] : [sigma, drift]),
      };
    }
    case "linearOperator": {
      const n = sizeOf(shapeOfPoint(point));
      const { alphas, coefficients } = termsOf(operands[0]!, n, at);
      const c = lowering.alloc("coefficients", [alphas.length], false);
      coefficients.forEach((each, t) => {
        const value = numberAt(lowering, each, point, at);
        lowering.emit(build.store(c, [affine.integer(t)], value, lowering.span));
      });
      const value: ArrayValue = {
        kind: "array",
        view: { array: c, prefix: [] },
        shape: [alphas.length],
        element: "real",
      };
      return { kind: { name, alphas }, added: () => [value] };
    }
    default:
      return name satisfies never;
  }
}

/** A randomised estimate: the directions it is the mean over, drawn now or handed over. */
function estimate(
  lowering: Lowering,
  operands: readonly Static[],
  point: Value,
  supplied: Value | undefined,
  at: ts.Node,
): { readonly kind: OperatorKind; readonly added: () => readonly ArrayValue[] } {
  const [inner, samples, distribution, seed, wantsError] = operands as [
    Operator,
    number,
    "normal" | "rademacher" | "coordinate",
    number | undefined,
    boolean,
  ];
  const wrong = (what: string, instead: string): never =>
    refuse(operatorMessages.badCoefficients(spanOf(at), "stochastic", what, instead));
  const n = sizeOf(shapeOfPoint(point));
  const isWeighted = inner.name === "weightedLaplacian";
  if (isWeighted && inner.operands[1] !== undefined)
    wrong("an estimate has no drift", "add the drift by a `linearOperator`, which is exact");
  const sigma = isWeighted ? coefficient(lowering, inner.operands[0], point, "sigma", at) : undefined;
  if (sigma !== undefined && (sigma.shape.length !== 2 || sigma.shape[0] !== n))
    wrong(
      `sigma is ${describeShape(sigma.shape)}, and the point has ${n} coordinates`,
      "give sigma one row for each coordinate, and a column for each direction",
    );
  const drawn = sigma?.shape[1] ?? n;
  const isCoordinate = distribution === "coordinate";
  if (isCoordinate && samples > drawn)
    wrong(
      `${samples} coordinates are drawn where there are ${drawn}`,
      "draw fewer, or take the exact operator",
    );
  let directions: ArrayValue;
  if (seed === undefined) {
    const given = supplied === undefined ? undefined : asArray(lowering, supplied, at);
    if (given === undefined || String(given.shape) !== String([drawn, samples]))
      return refuse(
        messages.wrongShape(
          spanOf(at),
          "the directions",
          describeShape([drawn, samples]),
          given === undefined ? "nothing" : describeShape(given.shape),
        ),
      );
    directions = given;
  } else {
    const data = drawDirections(distribution, seed, drawn, samples);
    directions = asArray(lowering, constant(tensorOf([drawn, samples], data), "directions"), at);
  }
  if (sigma !== undefined) directions = product(lowering, sigma, directions);
  const scale = (isCoordinate ? drawn : 1) / samples;
  // Drawn without replacement they vary less: nothing is left to chance when all are drawn.
  const left = isCoordinate ? Math.sqrt(1 - samples / drawn) : 1;
  const kind: OperatorKind = {
    name: "stochastic",
    of: inner.name as Estimated,
    samples,
    scale,
    error: wantsError ? left : undefined,
  };
  return { kind, added: () => [directions] };
}

/** Directions with unit covariance, one a column: row i holds coordinate i of each. */
export function drawDirections(
  distribution: "normal" | "rademacher" | "coordinate",
  seed: number,
  n: number,
  samples: number,
): Float64Array {
  if (distribution === "normal") return draw({ kind: "normal", seed, mean: 0, sd: 1 }, n * samples);
  const next = doubles(seed);
  if (distribution === "rademacher")
    return Float64Array.from({ length: n * samples }, () => (next() < 0.5 ? -1 : 1));
  // The first of a shuffle of all.
  const order = Array.from({ length: n }, (_, i) => i);
  const data = new Float64Array(n * samples);
  for (let s = 0; s < samples; s++) {
    const at = s + Math.floor(next() * (n - s));
    [order[s], order[at]] = [order[at]!, order[s]!];
    data[order[s]! * samples + s] = 1;
  }
  return data;
}

/** sigma · V, which is handed over in the place of V. */
function product(lowering: Lowering, sigma: ArrayValue, directions: ArrayValue): ArrayValue {
  const [rows, inner] = sigma.shape as [number, number];
  const samples = directions.shape[1]!;
  const array = lowering.alloc("directions", [rows, samples], true);
  overEntries(lowering, [rows, inner, samples], ([i, r, s]) => {
    const left = build.read(sigma.view.array, [...sigma.view.prefix, i!, r!]);
    const right = build.read(directions.view.array, [...directions.view.prefix, r!, s!]);
    lowering.emit(build.accumulate(array, [i!, s!], build.mul(left, right), lowering.span));
  });
  return { kind: "array", view: { array, prefix: [] }, shape: [rows, samples], element: "real" };
}

const shapeOfPoint = (point: Value): Shape => (point.kind === "array" ? point.shape : []);

/** The terms of a linear operator: multi-indices and what stands before them. */
function termsOf(
  written: Static,
  n: number,
  at: ts.Node,
): { readonly alphas: number[][]; readonly coefficients: Static[] } {
  const wrong = (what: string, instead: string): never =>
    refuse(operatorMessages.badCoefficients(spanOf(at), "linearOperator", what, instead));
  if (!isTagged(written) || written.kind !== "list" || written.items.length === 0)
    return wrong("the terms are no list", "write `linearOperator([{ c: 1, alpha: [2, 0] }])`");
  const alphas: number[][] = [];
  const coefficients: Static[] = [];
  for (const term of written.items) {
    if (!isTagged(term) || term.kind !== "record")
      return wrong("a term is no record", "write each term as `{ c: 1, alpha: [2, 0] }`");
    const exponents = numbersOf(term.entries.get("alpha"));
    const fits =
      exponents?.shape.length === 1 &&
      exponents.data.length === n &&
      exponents.data.every((each) => Number.isInteger(each) && each >= 0);
    if (!fits)
      return wrong(
        `\`alpha\` does not hold one exponent for each of the ${n} coordinates`,
        `give \`alpha\` ${n} whole numbers from 0 on, known when the model is compiled`,
      );
    const order = exponents.data.reduce((sum, each) => sum + each, 0);
    if (order > 6)
      refuse(
        operatorMessages.badOrder(
          spanOf(at),
          `the order of \`alpha: [${exponents.data.join(", ")}]\` is ${order}`,
        ),
      );
    const c = term.entries.get("c");
    if (typeof c !== "number" && !(isTagged(c) && c.kind === "function"))
      return wrong(
        "`c` is neither a number nor a function of the point",
        "give each term its coefficient `c`",
      );
    alphas.push([...exponents.data]);
    coefficients.push(c);
  }
  return { alphas, coefficients };
}

/** A coefficient that is a number or a function of the point. */
function numberAt(lowering: Lowering, written: Static, point: Value, at: ts.Node): Expr {
  if (typeof written === "number") return build.number(written);
  const fn = written as FunctionValue;
  if (captures(fn)) refuse(operatorMessages.localFunction(spanOf(at), "linearOperator"));
  const value = expand(lowering, fn, [pointValue(point)], at, "coefficient");
  if (value.kind === "scalar") return value.real();
  return refuse(
    operatorMessages.badCoefficients(
      spanOf(at),
      "linearOperator",
      `\`c\` returns ${describe(value)}`,
      "let it return one number",
    ),
  );
}

/** Coefficients that are an array or a function of the point that returns one. */
function coefficient(
  lowering: Lowering,
  written: Static,
  point: Value,
  what: string,
  at: ts.Node,
): ArrayValue {
  if (isTagged(written) && written.kind === "function") {
    if (captures(written)) refuse(operatorMessages.localFunction(spanOf(at), "weightedLaplacian"));
    return asArray(lowering, expand(lowering, written, [pointValue(point)], at, what), at);
  }
  const numbers = numbersOf(written);
  if (numbers === undefined || numbers.shape.length === 0) {
    return refuse(
      operatorMessages.badCoefficients(
        spanOf(at),
        "weightedLaplacian",
        `${what} is no array of numbers that is known when the model is compiled`,
        `write ${what} as an array of numbers, or as a function of the point that returns one`,
      ),
    );
  }
  const value =
    isTagged(written) && written.kind === "tensor" ? written : tensorOf(numbers.shape, numbers.data);
  return asArray(lowering, constant(value, what), at);
}

/** The point as the functions of the text see it. */
function pointValue(point: Value): Value {
  if (point.kind === "array" && point.shape.length === 0)
    return real(build.read(point.view.array, point.view.prefix));
  return point;
}

/** The arrays of a direction or covector, which has to be in the shape of something. */
function leavesLike(lowering: Lowering, value: Value, like: Value, at: ts.Node): ArrayValue[] {
  const wrong = (): never =>
    refuse(messages.wrongShape(spanOf(at), "the direction", describe(like), describe(value)));
  if (like.kind === "record") {
    if (value.kind !== "record") return wrong();
    return [...like.entries].flatMap(([key, inner]) => {
      const own = value.entries.get(key);
      return own === undefined ? wrong() : leavesLike(lowering, own, inner, at);
    });
  }
  if (like.kind !== "array") return wrong();
  if (like.shape.length === 0) {
    if (value.kind !== "scalar") return wrong();
    const array = lowering.alloc("direction", [], false);
    lowering.emit(build.store(array, [], value.real(), lowering.span));
    return [{ kind: "array", view: { array, prefix: [] }, shape: [], element: "real" }];
  }
  const from = asArray(lowering, value, at);
  if (String(from.shape) !== String(like.shape) || from.element === "integer") return wrong();
  return [from];
}
