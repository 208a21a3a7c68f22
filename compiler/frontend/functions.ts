/**
 * The functions of a model (`rhs`, the parts of `loss`, `outputs`) as functions of the IR. In: the function of the
 * text and the layout of the model. Out: an IR function whose parameters are the leaves.
 */

import { ts } from "ts-morph";
import * as messages from "../diagnostics/messages.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Block, Fn, Parameter, Shape } from "../ir/nodes.ts";
import type { Leaf } from "../model.ts";
import { asArray } from "./access.ts";
import { copy } from "./arrays.ts";
import { lowerBare } from "./bare-function.ts";
import type { ConstantArrays } from "./constant-arrays.ts";
import type { Rules } from "./custom.ts";
import { lowerExpression } from "./expressions.ts";
import { alwaysReturns } from "./jumps.ts";
import type { Draft, Tree } from "./layout.ts";
import type { Exit } from "./leaving.ts";
import { refuse, spanOf } from "./load.ts";
import { Lowering } from "./lowering.ts";
import { bindParameters } from "./patterns.ts";
import type { Index } from "./ranges.ts";
import type { Reporter } from "./reporter.ts";
import { putNumber, putResult, type Target } from "./results.ts";
import { Scope } from "./scope.ts";
import { lowerList } from "./statements.ts";
import type { Interpreter } from "./static.ts";
import type { FunctionValue, RecordValue } from "./static-values.ts";
import { namesChangedIn } from "./syntax.ts";
import { describe, fromStatic, integer, type RecordOfValues, real, type Value } from "./values.ts";

/** What every function of a model sees. */
export interface World {
  readonly interpreter: Interpreter;
  readonly constantArrays: ConstantArrays;
  readonly reporter: Reporter;
  readonly rules: Rules;
  readonly names: ReadonlyMap<Draft, string>;
  readonly state: Tree;
  readonly params: Tree;
  readonly inputs: Tree;
  readonly data: Tree;
  readonly constants: RecordValue;
  /** State, params, inputs and data leaves in the order of the parameters. */
  readonly leaves: readonly Leaf[];
  isState(leaf: Leaf): boolean;
}

/** What a function is asked for: derivatives into targets, one number, or whatever an output turns out to be. */
export type Asked =
  | { readonly kind: "derivative"; readonly target: Target; readonly outs: readonly Parameter[] }
  /** Of params and env alone: the initial state. */
  | { readonly kind: "initial"; readonly target: Target; readonly outs: readonly Parameter[] }
  /** Of a bare function of t, y, p and dy, which writes its last argument or returns the derivative. */
  | {
      readonly kind: "kernel";
      readonly target: Target;
      readonly leaf: Leaf;
      readonly outs: readonly Parameter[];
    }
  | { readonly kind: "number" }
  | { readonly kind: "output" };

/** `times`: the number of observations, for functions that see `env.k`. Nothing where an error was reported. */
export function lowerFunction(
  world: World,
  name: string,
  fn: FunctionValue,
  asked: Asked,
  times?: number,
): { fn: Fn; shape: Shape } | undefined {
  const seen = asked.kind === "initial" ? world.leaves.filter((leaf) => !world.isState(leaf)) : world.leaves;
  const ins = seen.map(
    (leaf): Parameter => ({
      kind: "array",
      name: leaf.name,
      element: "real",
      shape: leaf.shape,
      access: "in",
    }),
  );
  const outs: readonly Parameter[] = "outs" in asked ? asked.outs : [];
  const indices =
    times === undefined ? [] : [{ name: "k", first: affine.integer(0), last: affine.integer(times - 1) }];
  const inputNames = ins.map((parameter) => parameter.name);
  const taken = ["t", "result", ...outs.map((parameter) => parameter.name)];
  const lowering = new Lowering(
    world.interpreter,
    world.constantArrays,
    world.reporter,
    world.rules,
    inputNames,
    indices,
    taken,
    spanOf(fn.node),
  );
  let shape: Shape = [];
  let done = false;
  lowering.statement(
    fn.node,
    () => {
      if (asked.kind === "kernel") lowerBare(world, lowering, fn, asked);
      else shape = lowerWhole(world, lowering, fn, asked, times, name);
      done = true;
    },
    () => undefined,
  );
  if (!done) return undefined;
  const result: readonly Parameter[] =
    "outs" in asked ? outs : [{ kind: "array", name: "result", element: "real", shape, access: "out" }];
  const k: readonly Parameter[] =
    times === undefined ? [] : [{ kind: "integer", name: "k", range: { low: 0, high: times - 1 } }];
  const parameters: Parameter[] = [{ kind: "real", name: "t" }, ...k, ...ins, ...result];
  return { fn: { name, parameters, body: lowering.block }, shape };
}

/** A function of one value that `produce` makes, with `k` as an index. Nothing where an error was reported. */
export function lowerMade(
  world: World,
  name: string,
  k: Index,
  inputs: readonly string[],
  node: FunctionValue["node"],
  produce: (lowering: Lowering) => Value,
): { name: string; body: Block; shape: Shape } | undefined {
  const lowering = new Lowering(
    world.interpreter,
    world.constantArrays,
    world.reporter,
    world.rules,
    inputs,
    [k],
    ["t", "result"],
    spanOf(node),
  );
  let shape: Shape | undefined;
  lowering.statement(
    node,
    () => {
      shape = putValue(lowering, produce(lowering), node);
    },
    () => undefined,
  );
  return shape && { name, body: lowering.block, shape };
}

function lowerWhole(
  world: World,
  lowering: Lowering,
  fn: FunctionValue,
  asked: Exclude<Asked, { kind: "kernel" }>,
  times: number | undefined,
  name: string,
): Shape {
  const { node } = fn;
  const scope = new Scope(fn.scope, node);
  const args = [
    ...(asked.kind === "initial" ? [] : [leavesAsValue(world, world.state)]),
    leavesAsValue(world, world.params),
    environment(world, times),
  ];
  lowering.calls.push(node);
  bindParameters(lowering, node.parameters, args, scope, namesChangedIn(node), () =>
    refuse(
      messages.tooManyParameters(
        spanOf(node.parameters[args.length]!),
        name,
        asked.kind === "initial" ? "params and env" : "state, params and env",
        node.parameters.length,
      ),
    ),
  );
  const { body } = node;
  if (body === undefined) return refuse(syntax.noBody(spanOf(node)));
  let shape: Shape = [];
  const exit: Exit = {
    put(expression, inner) {
      if ("target" in asked) putResult(lowering, expression, inner, asked.target);
      else if (asked.kind === "number") putNumber(lowering, expression, inner, "result");
      else shape = putOutput(lowering, expression, inner);
    },
  };
  if (!ts.isBlock(body)) {
    exit.put(body, scope);
    return shape;
  }
  if (!alwaysReturns(body)) {
    const last = body.statements[body.statements.length - 1];
    lowerList(lowering, body.statements, new Scope(scope), exit);
    return refuse(syntax.missingReturn(last ? spanOf(last) : spanOf(body), name));
  }
  lowerList(lowering, body.statements, new Scope(scope), exit);
  return shape;
}

/** An output is a number or an array of numbers; its shape is that of what is returned. */
function putOutput(lowering: Lowering, node: ts.Expression, scope: Scope): Shape {
  return putValue(lowering, lowerExpression(lowering, node, scope, "shown"), node);
}

/** `prefix`: where in the result the value stands; its shape is given back. */
function putValue(
  lowering: Lowering,
  value: Value,
  node: ts.Node,
  prefix: readonly affine.Affine[] = [],
): Shape {
  if (value.kind === "scalar") {
    lowering.emit(build.store("result", prefix, value.real(), lowering.span));
    return [];
  }
  if (value.kind === "array" || value.kind === "constant") {
    const from = asArray(lowering, value, node);
    copy(lowering, from, { array: "result", prefix });
    return from.shape;
  }
  if (value.kind === "record" && value.tuple && value.entries.size > 0) {
    const rows = [...value.entries.values()];
    const shapes = rows.map((row, i) => putValue(lowering, row, node, [...prefix, affine.integer(i)]));
    if (shapes.every((shape) => String(shape) === String(shapes[0]))) return [rows.length, ...shapes[0]!];
  }
  return refuse(messages.wrongKind(spanOf(node), "a number or an array of numbers", describe(value)));
}

/** A record of leaves as the functions see it. */
export function leavesAsValue({ names }: World, tree: Tree): Value {
  const visit = (inner: Tree): Value => {
    if (inner.kind === "record") {
      const entries = [...inner.entries].map(([key, each]) => [key, visit(each)] as const);
      return { kind: "record", tuple: inner.tuple, entries: new Map(entries) };
    }
    const array = names.get(inner.leaf)!;
    if (inner.leaf.shape.length === 0) return real(build.read(array));
    const readOnly = `\`${inner.leaf.path.join(".")}\``;
    return { kind: "array", view: { array, prefix: [] }, shape: inner.leaf.shape, element: "real", readOnly };
  };
  return visit(tree);
}

export function environment(world: World, times: number | undefined): RecordOfValues {
  const constants = [...world.constants.entries].map(
    ([key, value]) => [key, fromStatic(value, key)] as const,
  );
  const entries = new Map<string, Value>([
    ["t", real(build.name("t"))],
    ["constants", { kind: "record", tuple: false, entries: new Map(constants) }],
    ["inputs", leavesAsValue(world, world.inputs)],
    ["data", leavesAsValue(world, world.data)],
  ]);
  if (times !== undefined) entries.set("k", integer(affine.index("k")));
  return { kind: "record", tuple: false, entries };
}
