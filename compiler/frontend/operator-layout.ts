/**
 * How the arguments of an operator's call reach its function: what is known when the model is compiled belongs to the
 * call shape, everything else is handed over, leaf by leaf.
 */

import { ts } from "ts-morph";
import * as messages from "../diagnostics/messages.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Argument, Element, Parameter, Shape } from "../ir/nodes.ts";
import { asArray } from "./access.ts";
import { refuse, spanOf } from "./load.ts";
import type { Lowering } from "./lowering.ts";
import { rangeOf } from "./ranges.ts";
import type { FunctionValue } from "./static-values.ts";
import { namesIn } from "./syntax.ts";
import { describe, integer, real, type Value } from "./values.ts";

/** How an argument reaches the function. */
export type Layout =
  | { readonly kind: "real" }
  | { readonly kind: "array"; readonly element: Element; readonly shape: Shape }
  | { readonly kind: "integer"; readonly low: number; readonly high: number }
  /** Known when the model is compiled; `id` tells such values apart. */
  | { readonly kind: "fixed"; readonly id: string }
  | {
      readonly kind: "record";
      readonly tuple: boolean;
      readonly entries: readonly (readonly [string, Layout])[];
    };

/** Whether a function uses numbers and arrays of the function that it is written in. */
export function captures({ node, scope }: FunctionValue): boolean {
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

export function layoutOf(lowering: Lowering, value: Value, at: ts.Node, isPoint: boolean): Layout {
  const { operators } = lowering.rules;
  switch (value.kind) {
    case "scalar": {
      const form = value.pure || value.signed === true ? value.form?.() : undefined;
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
export function argumentsOf(lowering: Lowering, value: Value, layout: Layout, at: ts.Node): Argument[] {
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
export class Signature {
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
