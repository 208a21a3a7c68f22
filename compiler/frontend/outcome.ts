/**
 * A value that is decided in several places, by a ternary or by several `return`: storage of the right shape in front
 * of the branch, and what each place puts into it.
 */

import type { ts } from "ts-morph";
import * as messages from "../diagnostics/messages.ts";
import type { Span } from "../diagnostics/span.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import * as build from "../ir/build.ts";
import type { Shape, Statement } from "../ir/nodes.ts";
import { asArray } from "./access.ts";
import { copy } from "./arrays.ts";
import { refuse, spanOf } from "./load.ts";
import type { Lowering } from "./lowering.ts";
import { chosen, condition, describe, type RecordOfValues, real, type Value } from "./values.ts";

type Storage =
  | { readonly kind: "scalar" | "condition"; readonly array: string }
  | { readonly kind: "array"; readonly array: string; readonly shape: Shape; list: boolean }
  | { readonly kind: "record"; readonly tuple: boolean; readonly entries: ReadonlyMap<string, Storage> };

export class Outcome {
  readonly #lowering: Lowering;
  readonly #wish: string;
  readonly #block: Statement[];
  #position: number;
  readonly #age: number;
  #storage: Storage | undefined;
  #first: Span | undefined;

  readonly #of: "returns" | "sides";

  /** Storage goes where the block stands now. */
  constructor(lowering: Lowering, wish: string, of: "returns" | "sides" = "returns") {
    this.#of = of;
    this.#lowering = lowering;
    this.#wish = wish;
    const { block, position } = lowering.mark();
    this.#block = block;
    this.#position = position;
    this.#age = lowering.age;
  }

  /** Emits what stores the value. */
  put(value: Value, at: ts.Node) {
    this.#storage ??= this.#make(value, this.#wish, at);
    this.#first ??= spanOf(at);
    this.#put(this.#storage, value, at);
  }

  /** What was put, after all branches. */
  value(at: ts.Node): Value {
    if (this.#storage !== undefined) return this.#valueOf(this.#storage);
    // Every `return` was refused, and that has been said.
    if (this.#lowering.reporter.failed) return this.#lowering.give();
    return refuse(syntax.missingReturn(spanOf(at), "the function"));
  }

  #make(value: Value, wish: string, at: ts.Node): Storage {
    switch (value.kind) {
      case "scalar":
      case "condition":
        return { kind: value.kind, array: this.#alloc(wish, []) };
      case "record": {
        const entries = [...value.entries].map(
          ([name, inner]) => [name, this.#make(inner, value.tuple ? `${wish}_${name}` : name, at)] as const,
        );
        return { kind: "record", tuple: value.tuple, entries: new Map(entries) };
      }
      case "array":
      case "constant": {
        const { shape, list = false } = asArray(this.#lowering, value, at);
        return { kind: "array", array: this.#alloc(wish, shape), shape, list };
      }
      case "function":
        return refuse(syntax.functionValue(spanOf(at)));
      default:
        return value satisfies never;
    }
  }

  #alloc(wish: string, shape: Shape): string {
    const name = this.#lowering.fresh(wish);
    const statement = build.alloc(name, shape, { zero: false, span: this.#lowering.span });
    this.#lowering.insert(this.#position++, statement, this.#block);
    return name;
  }

  #put(storage: Storage, value: Value, at: ts.Node) {
    const { span } = this.#lowering;
    switch (storage.kind) {
      case "scalar":
        if (value.kind !== "scalar") return this.#differs(value, at);
        this.#lowering.emit(build.store(storage.array, [], value.real(), span));
        return;
      case "condition":
        if (value.kind !== "condition") return this.#differs(value, at);
        this.#lowering.emit(
          build.store(storage.array, [], build.select(value.test, build.one, build.zero), span),
        );
        return;
      case "array": {
        if (value.kind !== "array" && value.kind !== "constant") return this.#differs(value, at);
        const from = asArray(this.#lowering, value, at);
        const fits =
          from.shape.length === storage.shape.length &&
          from.shape.every((extent, axis) => extent === storage.shape[axis]);
        if (!fits) return this.#differs(value, at);
        // What is copied must not change afterwards, or the name would stand for something else than in JavaScript.
        if (from.readOnly === undefined && !this.#lowering.isYounger(from.view.array, this.#age)) {
          const instead = "write the loop that uses the array in both branches, or copy its entries";
          refuse(messages.unsupported(spanOf(at), "choosing one of several arrays that can change", instead));
        }
        copy(this.#lowering, from, { array: storage.array, prefix: [] });
        storage.list &&= from.list ?? false;
        return;
      }
      case "record": {
        if (value.kind !== "record" || value.entries.size !== storage.entries.size)
          return this.#differs(value, at);
        for (const [name, inner] of storage.entries) {
          const found = value.entries.get(name);
          if (found === undefined) return this.#differs(value, at);
          this.#put(inner, found, at);
        }
        return;
      }
      default:
        storage satisfies never;
    }
  }

  #differs(value: Value, at: ts.Node): never {
    const first = this.#first!;
    if (first.start === spanOf(at).start)
      return refuse(messages.wrongKind(first, "a number", describe(value)));
    return refuse(syntax.returnsDiffer(spanOf(at), first, this.#of));
  }

  #valueOf(storage: Storage): Value {
    switch (storage.kind) {
      case "scalar":
        return real(build.read(storage.array));
      case "condition":
        return condition(build.compare("ne", build.read(storage.array), build.zero));
      case "array":
        return {
          kind: "array",
          view: { array: storage.array, prefix: [] },
          shape: storage.shape,
          element: "real",
          readOnly: chosen,
          list: storage.list,
        };
      case "record": {
        const entries = [...storage.entries].map(([name, inner]) => [name, this.#valueOf(inner)] as const);
        return { kind: "record", tuple: storage.tuple, entries: new Map(entries) } satisfies RecordOfValues;
      }
      default:
        return storage satisfies never;
    }
  }
}
