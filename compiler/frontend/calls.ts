/**
 * Calls: `Math`, arrays, the library, and helper functions, which are expanded where they are called: one instance for
 * each call, with the shapes of that call. In: the tree of the call. Out: the value of the function.
 */

import { ts } from "ts-morph";
import * as messages from "../diagnostics/messages.ts";
import type { Span } from "../diagnostics/span.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { member } from "./access.ts";
import { arithmetic, binary, floorOfQuotient, unary } from "./arithmetic.ts";
import { lowerLeaf, lowerMethod } from "./arrays.ts";
import { lowerCustom } from "./custom.ts";
import { lowerExpression, lowerScalar } from "./expressions.ts";
import { returnsIn } from "./jumps.ts";
import type { Exit } from "./leaving.ts";
import { refuse, spanOf } from "./load.ts";
import type { Lowering } from "./lowering.ts";
import * as mathematics from "./mathematics.ts";
import { argumentNames, lowerOperator } from "./operators.ts";
import { Outcome } from "./outcome.ts";
import { bindParameters, keep } from "./patterns.ts";
import { isGlobal } from "./resolve-name.ts";
import { Scope } from "./scope.ts";
import { lowerBody, lowerList } from "./statements.ts";
import { isInitialiser, isLeafFunction, libraryLater } from "./static-library.ts";
import { unknownMath } from "./static-operations.ts";
import { applyOperator, isOperatorName, plainOperator } from "./static-operators.ts";
import {
  type FunctionNode,
  type FunctionValue,
  isTagged,
  type Operator,
  type Static,
} from "./static-values.ts";
import { refusalIn } from "./subset.ts";
import { assignedNames, bare, namesChangedIn } from "./syntax.ts";
import { describe, fromStatic, integer, number, real, type Scalar, type Value } from "./values.ts";

/** Calls inside calls, at most. */
const deepest = 200;

export function lowerCall(
  lowering: Lowering,
  node: ts.CallExpression,
  scope: Scope,
  wish: string | undefined,
): Value {
  if (node.questionDotToken !== undefined) refuse(syntax.optionalValue(spanOf(node)));
  if (node.expression.kind === ts.SyntaxKind.ImportKeyword)
    refuse(syntax.dynamicImport(spanOf(node.expression)));
  for (const argument of node.arguments) {
    if (ts.isSpreadElement(argument)) refuse(syntax.spreadOrRest(spanOf(argument)));
  }
  const callee = bare(node.expression);
  if (ts.isPropertyAccessExpression(callee)) {
    const object = bare(callee.expression);
    if (isGlobal(object, "Math", scope)) return lowerMath(lowering, node, callee.name.text, scope);
    if (isGlobal(object, "Number", scope)) refuse(syntax.numberFromText(spanOf(callee), callee.getText()));
    for (const name of ["Array", "Float64Array", "Int32Array"]) {
      if (!isGlobal(object, name, scope)) continue;
      const instead = "make the array with `vec(n)` and fill it in a loop";
      return refuse(messages.unsupported(spanOf(node), `\`${callee.getText()}\` in a function`, instead));
    }
    const self = lowerExpression(lowering, object, scope, wish);
    const isRecord =
      (self.kind === "record" && !self.tuple) ||
      (self.kind === "constant" && isTagged(self.value) && ["record", "namespace"].includes(self.value.kind));
    if (!isRecord) return lowerMethod(lowering, self, callee.name, node, scope, wish ?? "result");
    return apply(lowering, member(self, callee.name.text, callee.name), node, scope, wish);
  }
  return apply(lowering, lowerExpression(lowering, callee, scope), node, scope, wish);
}

function apply(
  lowering: Lowering,
  callee: Value,
  node: ts.CallExpression,
  scope: Scope,
  wish: string | undefined,
): Value {
  if (callee.kind === "constant" && isTagged(callee.value) && callee.value.kind === "library") {
    const { name } = callee.value;
    if (isLeafFunction(name)) return lowerLeaf(lowering, name, node, scope, wish ?? name);
    if (name === "stopGradient") {
      const [argument] = node.arguments;
      if (node.arguments.length !== 1 || argument === undefined) {
        return refuse(messages.wrongArity(spanOf(node), name, "one value", node.arguments.length));
      }
      const value = lowerExpression(lowering, argument, scope, wish);
      return stopped(lowering, value, wish ?? "stopped", spanOf(node));
    }
    const operator = plainOperator(name);
    if (operator !== undefined) return applied(lowering, operator, node, scope);
    if (isOperatorName(name) || isInitialiser(name))
      return fromStatic(lowering.interpreter.evaluate(node, scope), wish ?? name);
    const later = libraryLater.get(name);
    if (later !== undefined) return refuse(messages.notYet(spanOf(node.expression), `\`${name}\``, later));
    const instead = "call it at module level, and use the result here";
    return refuse(messages.unsupported(spanOf(node), `\`${name}\` in a function`, instead));
  }
  if (callee.kind === "constant" && isTagged(callee.value) && callee.value.kind === "custom") {
    const custom = callee.value;
    const args = argumentsOf(lowering, custom.f, node, scope);
    return lowerCustom(lowering, custom, args, node, wish ?? (custom.name || "result"));
  }
  if (callee.kind === "constant" && isTagged(callee.value) && callee.value.kind === "operator")
    return applied(lowering, callee.value, node, scope);
  if (callee.kind === "constant" && isTagged(callee.value) && callee.value.kind === "applied") {
    const applied = callee.value;
    const args = valuesOf(lowering, argumentNames(applied), node, scope);
    return lowerOperator(lowering, applied, args, node, wish ?? applied.operator.name);
  }
  if (callee.kind !== "function") {
    return refuse(messages.wrongKind(spanOf(node.expression), "a function", describe(callee)));
  }
  return expand(lowering, callee, argumentsOf(lowering, callee, node, scope), node, wish);
}

/** An operator of a function: `laplacian(u)`. */
function applied(lowering: Lowering, operator: Operator, node: ts.CallExpression, scope: Scope): Value {
  const given = node.arguments.map((argument) => lowerExpression(lowering, argument, scope));
  const args = given.map((value): Static => {
    if (value.kind === "function") return value;
    return value.kind === "constant" ? value.value : undefined;
  });
  return fromStatic(applyOperator(operator, args, node), operator.name);
}

/** The arguments of a call as they are now. */
function argumentsOf(
  lowering: Lowering,
  callee: FunctionValue,
  node: ts.CallExpression,
  scope: Scope,
): Value[] {
  const names = callee.node.parameters.map(({ name }) => (ts.isIdentifier(name) ? name.text : "argument"));
  return valuesOf(lowering, names, node, scope);
}

function valuesOf(
  lowering: Lowering,
  names: readonly string[],
  node: ts.CallExpression,
  scope: Scope,
): Value[] {
  return node.arguments.map((argument, position) => {
    const name = names[position] ?? "argument";
    const value = keep(lowering, name, lowerExpression(lowering, argument, scope, name));
    return value.kind === "function" ? refuse(syntax.functionValue(spanOf(argument))) : value;
  });
}

/** The same value, which every derivative takes for a constant. */
function stopped(lowering: Lowering, value: Value, wish: string, span: Span): Value {
  switch (value.kind) {
    case "scalar": {
      if (value.pure || value.signed === true) return value;
      // In a statement of its own, for those who refuse it here.
      const name = lowering.fresh(wish);
      lowering.emit(build.bind(name, build.primitive("stop", [value.real()]), span));
      return real(build.name(name));
    }
    case "record": {
      const entries = [...value.entries].map(
        ([key, inner]) =>
          [key, stopped(lowering, inner, value.tuple ? `${wish}_${key}` : key, span)] as const,
      );
      return { ...value, entries: new Map(entries) };
    }
    case "array": {
      if (value.element === "integer") return value;
      const array = lowering.alloc(wish, value.shape, false);
      const { view, shape } = value;
      // JavaScript hands on the array itself.
      if (value.readOnly === undefined) lowering.lend(view.array);
      lowering.emit(
        ...build.forEachEntry(shape, lowering.fresh, (at) => [
          build.store(
            array,
            at,
            build.primitive("stop", [build.read(view.array, [...view.prefix, ...at])]),
            span,
          ),
        ]),
      );
      return {
        kind: "array",
        view: { array, prefix: [] },
        shape,
        element: "real",
        readOnly: "a stopped value",
        list: value.list,
      };
    }
    default:
      return value;
  }
}

/** The body of a function in the place of a call. */
export function expand(
  lowering: Lowering,
  fn: FunctionValue,
  args: readonly Value[],
  at: ts.Node,
  wish = fn.name === "" ? "result" : fn.name,
): Value {
  const name = fn.name === "" ? "the function" : fn.name;
  if (lowering.calls.includes(fn.node)) refuse(messages.recursion(spanOf(at), name));
  if (lowering.calls.length >= deepest) refuse(syntax.callsTooDeep(spanOf(at), deepest));
  const { body, parameters } = fn.node;
  const refused = refusalIn(fn.node);
  if (refused !== undefined) refuse(refused);
  if (body === undefined) return refuse(syntax.noBody(spanOf(fn.node)));
  const scope = new Scope(fn.scope, fn.node);
  const expected = parameters.length === 1 ? "one argument" : `${parameters.length} arguments`;
  return lowering.expanding(fn.node, spanOf(at), () => {
    bindParameters(lowering, parameters, args, scope, namesChangedIn(fn.node), (found) =>
      refuse(messages.wrongArity(spanOf(at), name, expected, found)),
    );
    if (!ts.isBlock(body)) return lowering.within(body, () => lowerExpression(lowering, body, scope, wish));
    // A helper that writes into its arguments need not return anything, where nothing is asked of it.
    if (lowering.unused === at && returnsIn(body).every(({ expression }) => expression === undefined)) {
      lowerList(lowering, body.statements, new Scope(scope), endingExit);
      return number(0);
    }
    return lowerBody(lowering, body, new Scope(scope), new Outcome(lowering, wish), name, wish);
  });
}

/** `return` without a value ends the helper. */
const endingExit: Exit = {
  put: (node) => refuse(syntax.notInLanguage(spanOf(node), "this `return`")),
  end: () => undefined,
};

const changes = new WeakMap<FunctionNode, ReadonlySet<string>>();

/** Names assigned to in a function. */
export function changesIn(node: FunctionNode): ReadonlySet<string> {
  let names = changes.get(node);
  if (names === undefined) {
    names = assignedNames(node);
    changes.set(node, names);
  }
  return names;
}

function lowerMath(lowering: Lowering, node: ts.CallExpression, name: string, scope: Scope): Value {
  const op1 = mathematics.unary.get(name);
  const op2 = mathematics.binary.get(name);
  if (op1 === undefined && op2 === undefined) return refuse(unknownMath(name, node.expression));
  const count = node.arguments.length;
  const arity = (expected: string) =>
    refuse(messages.wrongArity(spanOf(node), `Math.${name}`, expected, count));
  if (op1 !== undefined) {
    if (count !== 1) arity("one argument");
    const argument = bare(node.arguments[0]!);
    if (name === "floor" || name === "trunc") {
      const value = quotient(lowering, name, argument, scope);
      if (value !== undefined) return value;
    }
    return lowering.placed(unary(op1, lowerScalar(lowering, argument, scope)), node);
  }
  if (mathematics.variadic.has(name) ? count === 0 : count !== 2) {
    arity(mathematics.variadic.has(name) ? "one argument or more" : "two arguments");
  }
  const [first, ...rest] = node.arguments;
  const start = lowerScalar(lowering, first!, scope);
  if (rest.length === 0) return name === "hypot" ? lowering.placed(unary("abs", start), node) : start;
  return rest.reduce<Scalar>((folded, argument) => {
    const { scalar, result } = lowering.keeping(folded, () => lowerScalar(lowering, argument, scope));
    return lowering.placed(binary(lowering, op2!, scalar, result), node);
  }, start);
}

/** `Math.floor(a / b)` and `Math.trunc(a / b)`: an integer where both sides are; undefined where there is no quotient. */
function quotient(
  lowering: Lowering,
  op: "floor" | "trunc",
  argument: ts.Expression,
  scope: Scope,
): Scalar | undefined {
  if (!ts.isBinaryExpression(argument) || argument.operatorToken.kind !== ts.SyntaxKind.SlashToken)
    return undefined;
  const { scalar: left, result: right } = lowering.keeping(lowerScalar(lowering, argument.left, scope), () =>
    lowerScalar(lowering, argument.right, scope),
  );
  const [a, b] = [left, right].map(({ form }) => form && affine.constantOf(form()));
  if (a !== undefined && b !== undefined && b !== 0) return integer(affine.integer(Math[op](a / b)));
  return (
    floorOfQuotient(lowering, left, right) ??
    unary(op, arithmetic(lowering, ts.SyntaxKind.SlashToken, left, right))
  );
}
