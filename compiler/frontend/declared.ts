/**
 * What the declarations of models have in common: a record of known keys, records of leaves, functions. In: the record
 * that was handed over, as the interpreter computed it. What is wrong is reported, and reading goes on.
 */

import { nearest } from "../../runtime/nearest.ts";
import * as messages from "../diagnostics/messages.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Fn } from "../ir/nodes.ts";
import { arraysOf } from "../ir/walk.ts";
import type { Leaf } from "../model.ts";
import { emptyTree, recordTree, type Tree } from "./layout.ts";
import { refuse, spanOf } from "./load.ts";
import type { Reporter } from "./reporter.ts";
import type { Interpreter } from "./static.ts";
import { describe, type FunctionValue, isTagged, type RecordValue, type Static } from "./static-values.ts";
import { keyNode } from "./syntax.ts";

export type RecordTree = Extract<Tree, { kind: "record" }>;

/** What was handed to `ode`, `kernel` or `field`; the span is that of the function's name. */
export interface Written<Form extends string = "ode" | "kernel" | "field"> {
  readonly form: Form;
  readonly value: Static;
  readonly span: Span;
}

export function recordOf(value: Static, argument: Span, expected: string): RecordValue {
  if (isTagged(value) && value.kind === "record") return value;
  return refuse(messages.wrongKind(argument, expected, describe(value)));
}

export abstract class Declared {
  protected readonly interpreter: Interpreter;
  protected readonly reporter: Reporter;
  protected readonly written: RecordValue;
  protected readonly span: Span;

  constructor(interpreter: Interpreter, reporter: Reporter, written: RecordValue, span: Span) {
    this.interpreter = interpreter;
    this.reporter = reporter;
    this.written = written;
    this.span = span;
  }

  /** Reports keys that are none. */
  protected checkNames(where: string, known: readonly string[]): void {
    for (const key of this.written.entries.keys()) {
      const node = this.written.nodes.get(key);
      const place = node ? spanOf(keyNode(node)) : this.span;
      if (!known.includes(key))
        this.reporter.add(messages.unknownKey(place, key, where, known, nearest(key, known)));
    }
  }

  /** Where a key was written. */
  protected place(key: string): Span | undefined {
    const node = this.written.nodes.get(key);
    return node && spanOf(node);
  }

  /** The record of a key; nothing where it is left out or was refused. */
  protected record(key: string): RecordValue | undefined {
    const value = this.written.entries.get(key);
    if (value === undefined && !this.written.entries.has(key)) return undefined;
    if (isTagged(value) && value.kind === "record") return value;
    this.reporter.add(messages.wrongKind(this.place(key) ?? this.span, "a record", describe(value)));
    return undefined;
  }

  protected leaves(key: string): RecordTree | undefined {
    const span = this.place(key) ?? this.span;
    const value = this.record(key);
    if (value === undefined) return this.written.entries.has(key) ? undefined : emptyTree(span);
    return this.reporter.attempt(span, () => recordTree(value, [], span));
  }

  protected function(value: Static, place: Span): FunctionValue | undefined {
    if (isTagged(value) && value.kind === "function") return value;
    this.reporter.add(messages.wrongKind(place, "a function of state, params and env", describe(value)));
    return undefined;
  }

  /** A parameter that nothing reads has the gradient 0, which is seldom what was meant. */
  protected unused(params: readonly Leaf[], functions: readonly (Fn | undefined)[]): void {
    const read = new Set(functions.flatMap((fn) => (fn === undefined ? [] : [...arraysOf(fn)])));
    for (const leaf of params) {
      if (!read.has(leaf.name)) this.reporter.add(messages.unusedParameter(leaf.span, leaf.path.join(".")));
    }
  }
}
