/**
 * Forward mode of a whole program: from an entry function that works on global arrays to one that computes its results
 * and their tangents, along tangents of chosen global arrays. Calls stay calls: every function that what is chosen can
 * reach gets a twin with tangents beside its parameters. Applied to a solve it is the jvp of the loss and the states,
 * applied to a gradient the product of the Hessian with a vector.
 *
 * In: a program, an entry, and for each chosen global array the name of its tangent. Out: the twins, the new entry, and
 * the global arrays of tangents that nobody named.
 */

import * as build from "../ir/build.ts";
import { Names, stemOf } from "../ir/names.ts";
import type { Argument, Call, Expr, Fn, GlobalArray, Program, Rule, Statement } from "../ir/nodes.ts";
import { bindersOf, forEachStatement, reachable } from "../ir/walk.ts";
import { push, type Tangents, tangentOf, tangentOfCall } from "./forward.ts";
import { flatten } from "./normalise.ts";

export interface ProgramTangent {
  /** The twins, and last the entry. */
  readonly functions: readonly Fn[];
  readonly arrays: readonly GlobalArray[];
}

/**
 * `seeds`: tangents of what is chosen, by global array. `named`: tangents of other global arrays that have a place of
 * their own. `name`: of the new entry, and ending of the names of its twins.
 */
export function programTangent(
  program: Program,
  entry: string,
  seeds: ReadonlyMap<string, string>,
  named: ReadonlyMap<string, string>,
  name: string,
): ProgramTangent {
  return new Twins(program, entry, seeds, named, name).made();
}

/** What of a function changes, whatever it is called with: its parameters, scalars and arrays. */
type Active = Set<string>;

class Twins {
  readonly #functions: ReadonlyMap<string, Fn>;
  readonly #program: Program;
  readonly #entry: string;
  readonly #name: string;
  readonly #globals: Map<string, string>;
  readonly #made: GlobalArray[] = [];
  readonly #globalArrays: ReadonlySet<string>;
  /** Parameters and arrays of each function. */
  readonly #own = new Map<string, ReadonlySet<string>>();
  readonly #activeGlobals: Set<string>;
  /** Which functions have one, as far as that was asked. */
  readonly #twins = new Map<string, boolean>();
  readonly #active = new Map<string, Active>();
  readonly #globalNames: Names;
  readonly #rules: ReadonlyMap<string, Rule>;

  constructor(
    program: Program,
    entry: string,
    seeds: ReadonlyMap<string, string>,
    named: ReadonlyMap<string, string>,
    name: string,
  ) {
    this.#program = program;
    this.#entry = entry;
    this.#name = name;
    this.#globalNames = new Names(program.arrays.map((array) => array.name));
    this.#functions = new Map(
      reachable(program.functions, entry).map((fn) => {
        const names = new Names(() => [...bindersOf(fn), ...program.arrays.map((array) => array.name)]);
        return [fn.name, { ...fn, body: flatten(fn.body, names) }];
      }),
    );
    this.#rules = new Map(
      program.functions.flatMap(({ name: of, rule }) => (rule === undefined ? [] : [[of, rule] as const])),
    );
    this.#globalArrays = new Set(program.arrays.map((array) => array.name));
    for (const fn of this.#functions.values()) {
      this.#active.set(fn.name, new Set());
      this.#own.set(fn.name, new Set(bindersOf(fn)));
    }
    this.#globals = new Map([...seeds, ...named]);
    // Results that nothing changes have tangents too, which are 0: not what was left where they lie.
    this.#activeGlobals = new Set([...seeds.keys(), ...named.keys()]);
    this.#findActive();
  }

  made(): ProgramTangent {
    const functions: Fn[] = [];
    for (const fn of this.#functions.values()) {
      if (fn.name === this.#entry || !this.#hasTwin(fn.name)) continue;
      functions.push(this.#twin(fn));
    }
    const entry = this.#twin(this.#functions.get(this.#entry)!);
    return { functions: [...functions, { ...entry, name: this.#name }], arrays: this.#made };
  }

  // What changes.

  /** A parameter or an array of a function may have the name of a global array, and then hides it. */
  #isGlobal(fn: Fn, array: string): boolean {
    return !this.#own.get(fn.name)!.has(array) && this.#globalArrays.has(array);
  }

  #isActiveArray(fn: Fn, active: Active, array: string): boolean {
    return this.#isGlobal(fn, array) ? this.#activeGlobals.has(array) : active.has(array);
  }

  /** Goes through all functions until nothing is added. */
  #findActive(): void {
    let size = -1;
    const count = (): number =>
      this.#activeGlobals.size + [...this.#active.values()].reduce((sum, one) => sum + one.size, 0);
    while (count() !== size) {
      size = count();
      for (const fn of this.#functions.values()) this.#spread(fn);
    }
  }

  #spread(fn: Fn): void {
    const active = this.#active.get(fn.name)!;
    const mark = (array: string): void => {
      if (this.#isGlobal(fn, array)) this.#activeGlobals.add(array);
      else active.add(array);
    };
    forEachStatement(fn.body, (statement) => {
      // What is known to change is not looked at again.
      if (statement.kind === "let") {
        if (!active.has(statement.name) && this.#changes(fn, active, statement.value))
          active.add(statement.name);
        return;
      }
      if (statement.kind === "store" || statement.kind === "accumulate") {
        const isKnown = this.#isActiveArray(fn, active, statement.array);
        if (!isKnown && this.#changes(fn, active, statement.value)) mark(statement.array);
        return;
      }
      if (statement.kind !== "call") return;
      const callee = this.#functions.get(statement.callee)!;
      if (callee.rule !== undefined) {
        const doChange = statement.args.some(
          (arg) => arg.kind === "real" && this.#changes(fn, active, arg.value),
        );
        for (const arg of statement.args) if (doChange && arg.kind === "array") mark(arg.view.array);
        return;
      }
      const inside = this.#active.get(callee.name)!;
      callee.parameters.forEach((parameter, i) => {
        const argument = statement.args[i]!;
        if (argument.kind === "real" && this.#changes(fn, active, argument.value)) inside.add(parameter.name);
        if (argument.kind !== "array" || parameter.kind !== "array" || parameter.element !== "real") return;
        if (parameter.access !== "out" && this.#isActiveArray(fn, active, argument.view.array))
          inside.add(parameter.name);
        if (parameter.access !== "in" && inside.has(parameter.name)) mark(argument.view.array);
      });
    });
  }

  #changes(fn: Fn, active: Active, expr: Expr): boolean {
    switch (expr.kind) {
      case "name":
        return active.has(expr.name);
      case "read":
        return this.#isActiveArray(fn, active, expr.array);
      case "select":
        return this.#changes(fn, active, expr.then) || this.#changes(fn, active, expr.else);
      case "primitive":
        if (expr.op === "stop") return false;
        for (const arg of expr.args) if (this.#changes(fn, active, arg)) return true;
        return false;
      default:
        return false;
    }
  }

  /** Whether a function has anything to do with what changes; asked once that is known. */
  #hasTwin(name: string): boolean {
    const known = this.#twins.get(name) ?? this.#findTwin(name);
    this.#twins.set(name, known);
    return known;
  }

  #findTwin(name: string): boolean {
    if (this.#active.get(name)!.size > 0) return true;
    const fn = this.#functions.get(name)!;
    let found = false;
    forEachStatement(fn.body, (statement) => {
      if (statement.kind === "store" || statement.kind === "accumulate")
        found ||= this.#isGlobal(fn, statement.array) && this.#activeGlobals.has(statement.array);
      if (statement.kind !== "call") return;
      const callee = this.#functions.get(statement.callee)!;
      // What has a rule is asked by its rule.
      found ||= callee.rule === undefined && this.#hasTwin(statement.callee);
    });
    return found;
  }

  // Twins.

  #globalTangent(array: string): string | undefined {
    if (!this.#activeGlobals.has(array)) return undefined;
    let known = this.#globals.get(array);
    if (known === undefined) {
      const global = this.#program.arrays.find((one) => one.name === array)!;
      known = this.#globalNames.fresh(`${stemOf(array)}_dot`);
      this.#globals.set(array, known);
      this.#made.push({ name: known, element: "real", shape: global.shape, role: "workspace" });
    }
    return known;
  }

  #twin(fn: Fn): Fn {
    const active = this.#active.get(fn.name)!;
    const names = new Names([
      ...bindersOf(fn),
      ...this.#program.arrays.map((array) => array.name),
      ...this.#globals.values(),
    ]);
    const tangents: Tangents = { names, scalars: new Map(), arrays: new Map(), rules: this.#rules };
    for (const { name } of this.#program.arrays) {
      const tangent = this.#isGlobal(fn, name) ? this.#globalTangent(name) : undefined;
      if (tangent !== undefined) tangents.arrays.set(name, tangent);
    }
    const extra = fn.parameters.flatMap((parameter) => {
      if (!active.has(parameter.name)) return [];
      const name = names.fresh(`${stemOf(parameter.name)}_dot`);
      if (parameter.kind === "array") tangents.arrays.set(parameter.name, name);
      else tangents.scalars.set(parameter.name, build.name(name));
      return [{ ...parameter, name }];
    });
    forEachStatement(fn.body, (statement) => {
      if (statement.kind === "alloc" && active.has(statement.array))
        tangents.arrays.set(statement.array, names.fresh(`${stemOf(statement.array)}_dot`));
    });
    return {
      name: this.#twinName(fn.name),
      parameters: [...fn.parameters, ...extra],
      body: push(
        fn.body,
        tangents,
        (name) => active.has(name),
        (call) => this.#called(call, tangents),
      ),
      doc: fn.name === this.#entry ? docs[fn.name] : `${fn.name}, and its tangent.`,
    };
  }

  #twinName(name: string): string {
    return `${name}_with_${this.#name}`;
  }

  #called(call: Call, tangents: Tangents): Statement[] {
    const callee = this.#functions.get(call.callee)!;
    if (callee.rule !== undefined) return [call, ...tangentOfCall(call, tangents)];
    const inside = this.#active.get(call.callee)!;
    // What it writes changes nowhere, whatever stood there before.
    const cleared = callee.parameters.flatMap((parameter, i): Statement[] => {
      const argument = call.args[i]!;
      if (parameter.kind !== "array" || argument.kind !== "array") return [];
      if (parameter.access !== "out" || inside.has(parameter.name)) return [];
      const tangent = tangents.arrays.get(argument.view.array);
      if (tangent === undefined) return [];
      const { prefix } = argument.view;
      return build.forEachEntry(parameter.shape, tangents.names.fresh, (at) => [
        build.store(tangent, [...prefix, ...at], build.zero),
      ]);
    });
    if (!this.#hasTwin(call.callee)) return [call, ...cleared];
    const before: Statement[] = [];
    const extra = callee.parameters.flatMap((parameter, i): Argument[] => {
      if (!inside.has(parameter.name)) return [];
      const argument = call.args[i]!;
      if (argument.kind === "real") return [{ kind: "real", value: tangentOf(argument.value, tangents) }];
      if (argument.kind !== "array" || parameter.kind !== "array")
        throw new Error(`${call.callee}: ${parameter.name} has no tangent`);
      const tangent = tangents.arrays.get(argument.view.array);
      if (tangent !== undefined) return [{ kind: "array", view: { ...argument.view, array: tangent } }];
      // Nothing changes here, but it does where the same function is called elsewhere.
      const none = tangents.names.fresh("no_dot");
      before.push(build.alloc(none, parameter.shape));
      return [{ kind: "array", view: { array: none, prefix: [] } }];
    });
    return [
      ...before,
      { ...call, callee: this.#twinName(call.callee), args: [...call.args, ...extra] },
      ...cleared,
    ];
  }
}

const docs: Readonly<Record<string, string>> = {
  solve: "Integrates, and carries the change of everything along a change of what it starts from.",
  gradient: "The gradient, and its change along a change of what it is taken at: the Hessian times a vector.",
};
