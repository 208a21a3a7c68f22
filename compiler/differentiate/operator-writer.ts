/**
 * What the functions that stand for a differential operator have in common: the arguments of the function that it is of, names,
 * constants, and calls that are expanded where they stand. In: a call of an operator. Out: functions of the IR.
 */

import { activity } from "../analysis/activity.ts";
import { ModelError } from "../diagnostics/diagnostic.ts";
import * as messages from "../diagnostics/operator-messages.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { expandCall } from "../ir/expand.ts";
import { Names } from "../ir/names.ts";
import type { Argument, Expr, Fn, GlobalArray, Parameter, Shape, Statement } from "../ir/nodes.ts";
import { primitives } from "../ir/primitives.ts";
import { bindersOf, forEachStatement } from "../ir/walk.ts";
import type { OperatorCall } from "../model.ts";
import { type Bundle, jets, outsOf, shapeOf } from "./jets.ts";
import { type Context, normalise } from "./normalise.ts";

export type ArrayParameter = Extract<Parameter, { kind: "array" }>;

export const arrayParameter = (name: string, shape: Shape, access: "in" | "out"): ArrayParameter => ({
  kind: "array",
  name,
  element: "real",
  shape,
  access,
});

const whole = (name: string): Argument => ({ kind: "array", view: { array: name, prefix: [] } });

export class Writer {
  readonly call: OperatorCall;
  readonly context: Context;
  readonly names: Names;
  /** Directions and their weights, as far as they were asked for. */
  readonly constants: GlobalArray[] = [];
  readonly #inputs: readonly Parameter[];

  /** `taken`: names that global arrays must not have. */
  constructor(call: OperatorCall, context: Context, taken: Iterable<string>) {
    this.call = call;
    this.context = context;
    this.names = new Names([...taken, ...bindersOf(call.fn), ...context.arrays.map(({ name }) => name)]);
    this.#inputs = call.fn.parameters.filter((one) => one.kind !== "array" || one.access !== "out");
  }

  /** The shape of the point of an operator that goes through directions. */
  get pointShape(): Shape {
    return shapeOf(this.call.fn, this.onlyPoint);
  }

  /** The point, where it has to be one array. */
  get onlyPoint(): string {
    const [name, ...others] = this.call.point;
    if (name === undefined || others.length > 0)
      throw new ModelError(messages.badPoint(this.call.span, this.call.kind.name, "a record"));
    return name;
  }

  /** The array that a function gives back. */
  result(fn: Fn): ArrayParameter {
    return outsOf(fn)[0]!;
  }

  /** Refuses what has no second derivatives: functions that bend, and rules for the first alone. */
  needsSecond(): void {
    const { fn, point, kind, span } = this.call;
    const { body } = normalise(fn, this.context);
    const active = activity(body, new Set(point), new Set(outsOf(fn).map((out) => out.name)));
    // A derivative of `hypot` asks whether it is at the origin, and is smooth elsewhere.
    const asked = new Set<string>();
    forEachStatement(body, (statement) => {
      if (statement.kind !== "if") return;
      const { test } = statement;
      if (test.kind === "compare" && test.relation === "eq" && test.left.kind === "name")
        asked.add(test.left.name);
    });
    forEachStatement(body, (statement) => {
      if (statement.kind === "let" && statement.value.kind === "primitive") {
        const { op, args, span: own = statement.span } = statement.value;
        const isAsked = op === "hypot" && asked.has(statement.name);
        if (primitives[op].kind !== "kinked" || !(isAsked || active.scalars.has(statement.name))) return;
        if (!args.some((arg) => arg.kind === "name" && active.scalars.has(arg.name))) return;
        // As a root that it never comes near.
        if (op === "hypot" && args.some((arg) => arg.kind === "number" && arg.value !== 0)) return;
        throw new ModelError(messages.kinkInOperator(own ?? span, kind.name, `Math.${op}`, span));
      }
      if (statement.kind === "call" && !["hessian", "hvp"].includes(kind.name)) {
        const moved = statement.args.some(
          (arg) => arg.kind === "real" && arg.value.kind === "name" && active.scalars.has(arg.value.name),
        );
        if (moved) throw new ModelError(messages.noHigherRule(statement.span ?? span, kind.name, span));
      }
    });
  }

  /** What a call of a function does; the arrays it is handed come after the arguments of the operator's own function. */
  expanded(callee: Fn, added: readonly string[]): Statement[] {
    const given = this.#inputs.map(
      (one): Argument =>
        one.kind === "real"
          ? { kind: "real", value: build.name(one.name) }
          : one.kind === "integer"
            ? { kind: "integer", value: affine.index(one.name) }
            : whole(one.name),
    );
    const call = { kind: "call" as const, callee: callee.name, args: [...given, ...added.map(whole)] };
    return expandCall(call, callee, this.names.fresh);
  }

  function(added: readonly Parameter[], body: readonly Statement[]): Fn {
    return { name: this.call.name, parameters: [...this.#inputs, ...added], body };
  }

  filled(to: string, shape: Shape, value: (at: readonly Affine[]) => Expr): Statement[] {
    return build.forEachEntry(shape, this.names.fresh, (at) => [build.store(to, at, value(at))]);
  }

  /** A collapsed bundle's sum, times a number. `added`: parameters that the function gets besides. */
  collapsed(
    fn: Fn,
    bundle: Bundle,
    added: readonly ArrayParameter[],
    given: readonly string[],
    factor: number,
    before: readonly Statement[] = [],
  ): Fn {
    const jet = jets(fn, this.onlyPoint, bundle, this.context);
    const { shape } = this.result(fn);
    const top = this.names.fresh("top");
    const out = this.names.fresh("result");
    const body = [
      ...before,
      build.alloc(top, shape, { zero: false }),
      ...this.expanded(jet, [...given, top]),
      ...this.filled(out, shape, (at) => build.mul(build.number(factor), build.read(top, at))),
    ];
    return this.function([...added, arrayParameter(out, shape, "out")], body);
  }

  /**
   * An array with a row for each coordinate and further axes, as it is handed over, in the shape of the point with those
   * axes behind: its name, and what makes it. Of a vector that is the same array.
   */
  byCoordinate(rows: string, rest: Shape): { readonly name: string; readonly before: readonly Statement[] } {
    const shape = this.pointShape;
    if (shape.length === 1) return { name: rows, before: [] };
    const name = this.names.fresh(`${rows}_by_coordinate`);
    const before = [
      build.alloc(name, [...shape, ...rest], { zero: false }),
      ...this.filled(name, [...shape, ...rest], (at) =>
        build.read(rows, [flat(at.slice(0, shape.length), shape), ...at.slice(shape.length)]),
      ),
    ];
    return { name, before };
  }

  constant(wish: string, shape: Shape, data: readonly number[]): string {
    const name = this.names.fresh(`${this.call.name}_${wish}`);
    this.constants.push({ name, element: "real", shape, role: "constant", data });
    return name;
  }
}

/** The place of an entry in row-major order. */
export const flat = (at: readonly Affine[], shape: Shape): Affine =>
  at.reduce((sum, form, axis) => affine.add(affine.scale(sum, shape[axis]!), form), affine.integer(0));
