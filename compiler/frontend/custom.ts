/**
 * Calls of `custom(f, { jvp, vjp })`: the function and the user's rules become functions of the IR on real numbers, one
 * set for each call shape, and the call stays a call, so that differentiation finds the rule and does not look inside.
 * Of two rules that are each other's transposes one is enough: the other is formed from it, one unit vector at a time.
 */

import type { ts } from "ts-morph";
import * as messages from "../diagnostics/messages.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Fn, Parameter, Shape, Statement } from "../ir/nodes.ts";
import type { CustomRule } from "../model.ts";
import { asArray } from "./access.ts";
import { entryAt } from "./arrays.ts";
import { expand } from "./calls.ts";
import { refuse, spanOf } from "./load.ts";
import { Lowering } from "./lowering.ts";
import { Operators } from "./operators.ts";
import type { Special } from "./static-values.ts";
import { describe, real, type Value } from "./values.ts";

export type Custom = Extract<Special, { kind: "custom" }>;

/** Functions with rules, of a whole model. */
export class Rules {
  readonly #known = new Map<string, { readonly rule: CustomRule; readonly result: Layout }>();
  readonly #numbers = new Map<Custom, number>();
  readonly functions: Fn[] = [];
  /** Differential operators, which stay calls likewise. */
  readonly operators = new Operators();

  get rules(): readonly CustomRule[] {
    return [...this.#known.values()].map(({ rule }) => rule);
  }

  find(custom: Custom, shape: string) {
    return this.#known.get(`${this.#number(custom)} ${shape}`);
  }

  add(custom: Custom, shape: string, rule: CustomRule, result: Layout): void {
    this.#known.set(`${this.#number(custom)} ${shape}`, { rule, result });
  }

  #number(custom: Custom): number {
    const known = this.#numbers.get(custom) ?? this.#numbers.size;
    this.#numbers.set(custom, known);
    return known;
  }
}

/** How a value is made of numbers. */
type Layout =
  | { readonly kind: "scalar" }
  | { readonly kind: "array"; readonly shape: Shape }
  | {
      readonly kind: "record";
      readonly tuple: boolean;
      readonly entries: readonly (readonly [string, Layout])[];
    };

/** A rule costs a parameter for each number. */
const most = 256;

export function lowerCustom(
  lowering: Lowering,
  custom: Custom,
  args: readonly Value[],
  at: ts.Node,
  wish: string,
): Value {
  const layouts = args.map((arg) => layoutOf(lowering, arg, at));
  const shape = JSON.stringify(layouts);
  const { rules } = lowering;
  if (rules.find(custom, shape) === undefined) declare(lowering, custom, layouts, shape, at);
  const { rule, result } = rules.find(custom, shape)!;
  const outs = Array.from({ length: sizeOf(result) }, () => lowering.alloc(wish, [], false));
  lowering.emit({
    kind: "call",
    callee: rule.value,
    args: [
      ...args
        .flatMap((arg) => numbersOf(lowering, arg, at))
        .map((value) => ({ kind: "real" as const, value })),
      ...outs.map((array) => ({ kind: "array" as const, view: { array, prefix: [] } })),
    ],
    span: lowering.span,
  });
  return valueLike(
    lowering,
    result,
    outs.map((array) => build.read(array)),
    wish,
  );
}

function declare(
  lowering: Lowering,
  custom: Custom,
  layouts: readonly Layout[],
  shape: string,
  at: ts.Node,
): void {
  const { rules } = lowering;
  const name = custom.name || "the function";
  const own = `custom_${rules.functions.length + 1}`;
  const count = layouts.reduce((sum, layout) => sum + sizeOf(layout), 0);
  const xs = words("x", count);
  let result: Layout = { kind: "scalar" };
  const value = functionOf(lowering, own, [xs], at, (inner) => {
    const given = valuesOf(inner, layouts, xs);
    const made = expand(inner, custom.f, given, at);
    result = layoutOf(inner, made, at);
    return numbersOf(inner, made, at);
  });
  const results = sizeOf(result);
  if (count + results > most) refuse(syntax.customTooLarge(spanOf(at), name, most));
  const [tangent, cotangent] = [`${own}_tangent`, `${own}_cotangent`];
  const place = custom.node;
  const made: Fn[] = [{ ...value, rule: { tangent, cotangent } }];
  if (custom.jvp !== undefined) {
    const dots = words("x_dot", count);
    made.push(
      functionOf(lowering, tangent, [xs, dots], place, (inner) => {
        const given = [...valuesOf(inner, layouts, xs), ...valuesOf(inner, layouts, dots)];
        const out = expand(inner, custom.jvp!, given, place);
        return numbersLike(inner, out, result, place, "jvp");
      }),
    );
  }
  if (custom.vjp !== undefined) {
    const seeds = words("y_bar", results);
    made.push(
      functionOf(lowering, cotangent, [xs, seeds], place, (inner) => {
        const given = [...valuesOf(inner, layouts, xs), ...valuesOf(inner, [result], seeds)];
        const out = expand(inner, custom.vjp!, given, place);
        // Of one argument the cotangent itself, or a list of one.
        const whole: Layout = {
          kind: "record",
          tuple: true,
          entries: layouts.map((each, i) => [String(i), each]),
        };
        const alone = layouts.length === 1 && !(out.kind === "record" && out.tuple && out.entries.size === 1);
        return numbersLike(inner, out, alone ? layouts[0]! : whole, place, "vjp");
      }),
    );
  }
  if (custom.jvp === undefined) made.push(transposed(tangent, cotangent, count, results, count));
  if (custom.vjp === undefined) made.push(transposed(cotangent, tangent, count, count, results));
  rules.functions.push(...made);
  const given = { jvp: custom.jvp !== undefined, vjp: custom.vjp !== undefined };
  rules.add(
    custom,
    shape,
    { name, value: own, tangent, cotangent, given, span: spanOf(custom.node) },
    result,
  );
}

/** A function of the IR on real parameters; `body` gives what its results are. */
function functionOf(
  outer: Lowering,
  name: string,
  groups: readonly (readonly string[])[],
  at: ts.Node,
  body: (lowering: Lowering) => readonly Expr[],
): Fn {
  const reals = groups.flat();
  const { interpreter, constants, reporter, rules } = outer;
  const inner = new Lowering(interpreter, constants, reporter, rules, reals, [], [], spanOf(at));
  inner.calls.push(...outer.calls);
  const values = body(inner);
  const outs = values.map((_, i) => inner.fresh(`y_${i}`));
  inner.emit(...values.map((value, i) => build.store(outs[i]!, [], value, inner.span)));
  return { name, parameters: parametersOf(reals, outs), body: inner.block };
}

const parametersOf = (reals: readonly string[], outs: readonly string[]): Parameter[] => [
  ...reals.map((name): Parameter => ({ kind: "real", name })),
  ...outs.map((name): Parameter => ({ kind: "array", name, element: "real", shape: [], access: "out" })),
];

/**
 * The transpose of the rule that is given: result k is the sum of the changes times the rule's answer to unit vector k.
 * `count` numbers x come first in both; the transpose turns `inner` changes into `outer` results.
 */
function transposed(name: string, rule: string, count: number, outer: number, inner: number): Fn {
  const xs = words("x", count);
  const changes = words("change", inner);
  const outs = words("y", outer);
  const body = outs.flatMap((out, k): Statement[] => {
    const answers = words(`answer_${k}`, inner);
    const given = [...xs.map((x) => build.name(x)), ...outs.map((_, i) => build.number(i === k ? 1 : 0))];
    const sum = answers
      .map((array, i) => build.mul(build.name(changes[i]!), build.read(array)))
      .reduce((left, right) => build.add(left, right), build.zero);
    return [
      ...answers.map((array) => build.alloc(array, [], { zero: false })),
      {
        kind: "call",
        callee: rule,
        args: [
          ...given.map((value) => ({ kind: "real" as const, value })),
          ...answers.map((array) => ({ kind: "array" as const, view: { array, prefix: [] } })),
        ],
      },
      build.store(out, [], sum),
    ];
  });
  return { name, parameters: parametersOf([...xs, ...changes], outs), body };
}

const words = (stem: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${stem}_${i}`);

function layoutOf(lowering: Lowering, value: Value, at: ts.Node): Layout {
  switch (value.kind) {
    case "scalar":
      return { kind: "scalar" };
    case "array":
      return { kind: "array", shape: value.shape };
    case "constant":
      return { kind: "array", shape: asArray(lowering, value, at).shape };
    case "record":
      return {
        kind: "record",
        tuple: value.tuple,
        entries: [...value.entries].map(([name, inner]) => [name, layoutOf(lowering, inner, at)]),
      };
    default:
      return refuse(messages.wrongKind(spanOf(at), "numbers and arrays of numbers", describe(value)));
  }
}

function sizeOf(layout: Layout): number {
  switch (layout.kind) {
    case "scalar":
      return 1;
    case "array":
      return layout.shape.reduce((product, extent) => product * extent, 1);
    case "record":
      return layout.entries.reduce((sum, [, inner]) => sum + sizeOf(inner), 0);
    default:
      return layout satisfies never;
  }
}

/** Every number of a value, in order. */
function numbersOf(lowering: Lowering, value: Value, at: ts.Node): Expr[] {
  if (value.kind === "scalar") return [lowering.leaf("x", value.real())];
  if (value.kind === "record")
    return [...value.entries.values()].flatMap((each) => numbersOf(lowering, each, at));
  const array = asArray(lowering, value, at);
  return everyEntry(array.shape).map((entry) => lowering.leaf("x", entryAt(array, entry)));
}

/** The same of what a rule returns, which has to be of the right shape. */
function numbersLike(
  lowering: Lowering,
  value: Value,
  layout: Layout,
  at: ts.Node,
  rule: "jvp" | "vjp",
): Expr[] {
  const flat = numbersOf(lowering, value, at);
  if (flat.length !== sizeOf(layout)) {
    refuse(syntax.customShape(spanOf(at), rule, sizeOf(layout), flat.length));
  }
  return flat;
}

function valuesOf(lowering: Lowering, layouts: readonly Layout[], names: readonly string[]): Value[] {
  let next = 0;
  return layouts.map((layout) => {
    const count = sizeOf(layout);
    const own = names.slice(next, next + count).map((name) => build.name(name));
    next += count;
    return valueLike(lowering, layout, own, "x");
  });
}

/** A value made of numbers; arrays are filled with them. */
function valueLike(lowering: Lowering, layout: Layout, numbers: readonly Expr[], wish: string): Value {
  switch (layout.kind) {
    case "scalar":
      return real(numbers[0]!);
    case "array": {
      const array = lowering.alloc(wish, layout.shape, false);
      everyEntry(layout.shape).forEach((entry, i) => {
        lowering.emit(build.store(array, entry, numbers[i]!, lowering.span));
      });
      return { kind: "array", view: { array, prefix: [] }, shape: layout.shape, element: "real" };
    }
    case "record": {
      let next = 0;
      const entries = layout.entries.map(([name, inner]) => {
        const count = sizeOf(inner);
        const own = numbers.slice(next, next + count);
        next += count;
        return [name, valueLike(lowering, inner, own, layout.tuple ? `${wish}_${name}` : name)] as const;
      });
      return { kind: "record", tuple: layout.tuple, entries: new Map(entries) };
    }
    default:
      return layout satisfies never;
  }
}

function everyEntry(shape: Shape): Affine[][] {
  return shape.reduce<Affine[][]>(
    (heads, extent) =>
      heads.flatMap((head) => Array.from({ length: extent }, (_, i) => [...head, affine.integer(i)])),
    [[]],
  );
}
