/**
 * A bare vector field, as other ODE libraries take it: `f(t, y, p)` returns the derivative, `f(t, y, p, dy)` writes it
 * to `dy`, which is 0 before. In: the function and the model's one state leaf. Out: its body in the IR.
 */

import { ts } from "ts-morph";
import * as messages from "../diagnostics/messages.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import * as build from "../ir/build.ts";
import type { Leaf } from "../model.ts";
import { lowerExpression } from "./expressions.ts";
import { leavesAsValue, type World } from "./functions.ts";
import { alwaysReturns, returnsIn } from "./jumps.ts";
import type { Exit } from "./leaving.ts";
import { refuse, spanOf } from "./load.ts";
import type { Lowering } from "./lowering.ts";
import { bindParameters } from "./patterns.ts";
import { putResult, type Target } from "./results.ts";
import { Scope } from "./scope.ts";
import { lowerList } from "./statements.ts";
import type { FunctionValue } from "./static-values.ts";
import { bare, namesChangedIn } from "./syntax.ts";
import { type ArrayValue, real, type Value } from "./values.ts";
import { assignedSomewhere } from "./written.ts";

export function lowerBare(
  world: World,
  lowering: Lowering,
  fn: FunctionValue,
  { target, leaf }: { readonly target: Target; readonly leaf: Leaf },
) {
  const { node } = fn;
  const { body } = node;
  if (body === undefined) return refuse(syntax.noBody(spanOf(node)));
  const scope = new Scope(fn.scope, node);
  const dy: ArrayValue = {
    kind: "array",
    view: { array: `f_${leaf.name}`, prefix: [] },
    shape: leaf.shape,
    element: "real",
  };
  const state = leavesAsValue(world, world.state) as Extract<Value, { kind: "record" }>;
  const args: Value[] = [real(build.name("t")), state.entries.get("y")!, paramsOf(world), dy];
  lowering.calls.push(node);
  bindParameters(lowering, node.parameters, args, scope, namesChangedIn(node), () =>
    refuse(
      messages.tooManyParameters(
        spanOf(node.parameters[args.length]!),
        fn.name || "the function",
        "t, y, p and dy",
        node.parameters.length,
      ),
    ),
  );
  const inPlace = node.parameters.length > 3;
  if (inPlace) {
    lowering.emit(
      ...build.forEachEntry(leaf.shape, lowering.fresh, (at) => [build.store(dy.view.array, at, build.zero)]),
    );
  }
  const isOut = (inner: ts.Expression): boolean => {
    const last = node.parameters[3]?.name;
    return last !== undefined && ts.isIdentifier(last) && ts.isIdentifier(inner) && inner.text === last.text;
  };
  const exit: Exit = {
    put(expression, inner) {
      // `return dy` hands on what has been written.
      if (isOut(bare(expression)) && lowersTo(lowering, expression, inner, dy)) return;
      putResult(lowering, expression, inner, target);
    },
    ...(inPlace ? { end: () => undefined } : {}),
  };
  if (!ts.isBlock(body)) return exit.put(body, scope);
  const returns = returnsIn(body).some(({ expression }) => expression !== undefined);
  if ((!inPlace || returns) && !alwaysReturns(body)) {
    const last = body.statements[body.statements.length - 1];
    lowerList(lowering, body.statements, new Scope(scope), exit);
    return refuse(syntax.missingReturn(last ? spanOf(last) : spanOf(body), fn.name || "the function"));
  }
  lowerList(lowering, body.statements, new Scope(scope), exit);
  if (!inPlace || returns) return;
  const [size] = leaf.shape as [number];
  const written = assignedSomewhere(lowering.block, dy.view.array, size, 1);
  const missing = written?.indexOf(false) ?? -1;
  if (missing >= 0)
    refuse(
      syntax.neverAssigned(spanOf(node.parameters[3]!), `${node.parameters[3]!.name.getText()}[${missing}]`),
    );
}

function lowersTo(lowering: Lowering, node: ts.Expression, scope: Scope, array: ArrayValue): boolean {
  const value = lowerExpression(lowering, node, scope);
  return value.kind === "array" && value.view.array === array.view.array && value.view.prefix.length === 0;
}

/** `p`: the parameters one after the other. */
function paramsOf(world: World): Value {
  const params = leavesAsValue(world, world.params) as Extract<Value, { kind: "record" }>;
  const entries = [...params.entries.values()].map((value, position) => [String(position), value] as const);
  return { kind: "record", tuple: true, entries: new Map(entries) };
}
