/**
 * Names in force at a place of the text, for the interpreter of module code and for the lowering of functions alike.
 * A function keeps the scope it was written in.
 */

import type { ts } from "ts-morph";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Static } from "./static-values.ts";
import type { Value } from "./values.ts";

export type Binding =
  /** Known when the model is compiled. */
  | { readonly kind: "static"; value: Static; readonly constant: boolean }
  /** An immutable value of a function body. */
  | {
      readonly kind: "value";
      readonly value: Value;
      /** Where it was declared with `let`, to stand for other arrays later. */
      readonly rebound?: { readonly region: number; readonly owner: Scope } | undefined;
    }
  /** A scalar that is assigned to: an array of rank 0 in the IR, 0 and 1 where it holds a boolean. */
  | { readonly kind: "variable"; readonly array: string; readonly boolean: boolean; readonly owner: Scope }
  /** The index of a loop in its body. */
  | { readonly kind: "index"; readonly value: Value }
  /** Its declaration was refused; whoever uses it is not told twice. Nothing: it was reported already. */
  | { readonly kind: "broken"; readonly diagnostic: Diagnostic | undefined }
  /** Declared further down. */
  | { readonly kind: "later" };

export class Scope {
  readonly parent: Scope | undefined;
  /** The function this scope is in; nothing at module level. */
  readonly owner: ts.Node | undefined;
  /** Made with the first name: most blocks declare none. */
  #bindings: Map<string, Binding> | undefined;

  constructor(parent: Scope | undefined, owner: ts.Node | undefined = parent?.owner) {
    this.parent = parent;
    this.owner = owner;
  }

  /** The scope of a function's body, which may not declare its parameters again. */
  get isBody(): boolean {
    const { parent, owner } = this;
    return owner !== undefined && parent?.owner === owner && parent.parent?.owner !== owner;
  }

  find(name: string): { readonly binding: Binding; readonly scope: Scope } | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      const binding = scope.#bindings?.get(name);
      if (binding !== undefined) return { binding, scope };
    }
    return undefined;
  }

  /** What `find` finds, without where. */
  named(name: string): Binding | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      const binding = scope.#bindings?.get(name);
      if (binding !== undefined) return binding;
    }
    return undefined;
  }

  own(name: string): Binding | undefined {
    return this.#bindings?.get(name);
  }

  set(name: string, binding: Binding): void {
    this.#bindings ??= new Map();
    this.#bindings.set(name, binding);
  }

  /** Every name in force, the nearest first. */
  names(): string[] {
    const names = new Set<string>();
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      for (const name of scope.#bindings?.keys() ?? []) names.add(name);
    }
    return [...names];
  }
}
