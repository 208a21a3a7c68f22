/**
 * Loops: `for` with a trip count known from constants, sizes, outer indices and constant integer arrays, and `for … of`.
 * Every loop becomes one of unit step; a step of c counts trips k and reads the index as start + c·k.
 */

import { ts } from "ts-morph";
import * as messages from "../diagnostics/messages.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Block } from "../ir/nodes.ts";
import { arrayEntry, asArray, entry } from "./access.ts";
import { lowerExpression, lowerScalar } from "./expressions.ts";
import { jumpsIn, returnsIn } from "./jumps.ts";
import { type Exit, LoopExit } from "./leaving.ts";
import { refuse, spanOf } from "./load.ts";
import type { Lowering } from "./lowering.ts";
import { bindPattern, keep } from "./patterns.ts";
import { openIn, rangeOf } from "./ranges.ts";
import { Scope } from "./scope.ts";
import { lowerList } from "./statements.ts";
import { itemsOf } from "./static-operations.ts";
import { isTagged, numbersOf } from "./static-values.ts";
import { assignedNames, assignmentOperator, bare, isIncrement, relations } from "./syntax.ts";
import { fromStatic, integer, number, type Scalar, type Value } from "./values.ts";

const K = ts.SyntaxKind;

export function lowerFor(lowering: Lowering, node: ts.ForStatement, scope: Scope, exit: Exit): void {
  const head = new Scope(scope);
  const { name, start, first } = readStart(lowering, node, head);
  const by = readStep(lowering, node, name, head);
  const { relation, bound, at, last } = readCondition(lowering, node, name, head);
  const isUp = relation === "lt" || relation === "le";
  if (isUp !== by > 0) {
    refuse(
      messages.loopForm(
        spanOf(node.incrementor!),
        `\`${name.text}\` moves away from its bound, so the loop does not end`,
      ),
    );
  }
  const included = relation === "le" || relation === "ge" ? 1 : 0;
  const leaving = new LoopExit(lowering, exit, stops(node));
  const [begin, end] = [affine.constantOf(start), affine.constantOf(bound)];
  if (begin !== undefined && end !== undefined && choosesItems(lowering, node.statement, name.text, head)) {
    const values: number[] = [];
    const isInside = (i: number) => (isUp ? i < end + included : i > end - included);
    for (let i = begin; isInside(i); i += by) values.push(i);
    const body = (i: number) => () => {
      const inner = new Scope(head);
      inner.set(name.text, { kind: "index", value: number(i) });
      lowerBody(lowering, node.statement, inner, leaving.exit);
    };
    writeOut(lowering, leaving, values.map(body));
    return;
  }
  const index = lowering.fresh(name.text);
  const own = affine.index(index);
  // A loop that may be left counts its trips, too: whether there is another is asked before each.
  const counts =
    leaving.goesOn !== undefined && affine.constantOf(affine.subtract(bound, start)) !== undefined;
  if (Math.abs(by) === 1 && !counts) {
    const from = isUp ? start : affine.offset(bound, 1 - included);
    const to = isUp ? affine.offset(bound, included) : affine.offset(start, 1);
    emitLoop(lowering, node, {
      index,
      from,
      to,
      down: !isUp,
      value: own,
      name: name.text,
      scope: head,
      leaving,
      facts: beyond(own, isUp, first, last, included),
    });
    return;
  }
  // Trips: the distance to the bound over the size of the step, rounded up.
  const distance = isUp ? affine.subtract(bound, start) : affine.subtract(start, bound);
  const stride = Math.abs(by);
  const padded = affine.offset(distance, included + stride - 1);
  const known = affine.constantOf(padded);
  let trips: Affine;
  if (known !== undefined) trips = affine.integer(Math.max(0, Math.floor(known / stride)));
  else if (rangeOf(padded, lowering.knowledge).low >= 0)
    trips = affine.quotient(padded, affine.integer(stride));
  else
    refuse(
      messages.loopForm(
        spanOf(at),
        "the bound of this loop may lie before its start, and it steps by more than 1",
      ),
    );
  const value = affine.add(start, affine.scale(own, by));
  // The index does not pass the bound: more than the number of trips says, which is rounded.
  const left = isUp ? affine.subtract(bound, value) : affine.subtract(value, bound);
  const inside = affine.offset(left, included - 1);
  emitLoop(lowering, node, {
    index,
    from: affine.integer(0),
    to: trips,
    down: false,
    value,
    name: name.text,
    scope: head,
    leaving,
    facts: [inside, ...beyond(value, isUp, first, last, included)],
  });
}

/** What `Math.max` and `Math.min` in the head of a loop say of its index: it stays on this side of each of them. */
function beyond(index: Affine, isUp: boolean, first: Scalar, last: Scalar, included: number): Affine[] {
  const [low, high] = isUp ? [first, last] : [last, first];
  const [above, below] = isUp ? [0, 1 - included] : [1 - included, 0];
  const from = low.extreme?.op === "max" ? low.extreme.of : [];
  const to = high.extreme?.op === "min" ? high.extreme.of : [];
  return [
    ...from.map((form) => affine.offset(affine.subtract(index, form), -above)),
    ...to.map((form) => affine.offset(affine.subtract(form, index), -below)),
  ];
}

/** Indices are integers of 32 bits in some targets. */
const largest = 2 ** 31 - 1;

interface Loop {
  readonly index: string;
  readonly from: Affine;
  readonly to: Affine;
  readonly down: boolean;
  /** What the name in the text stands for. */
  readonly value: Affine;
  readonly name: string;
  readonly scope: Scope;
  readonly leaving: LoopExit;
  readonly facts: readonly Affine[];
}

function emitLoop(lowering: Lowering, node: ts.ForStatement, loop: Loop): void {
  const { index, from, to, down } = loop;
  const inner = new Scope(loop.scope);
  inner.set(loop.name, { kind: "index", value: integer(loop.value) });
  const { low, high } = rangeOf(to, lowering.knowledge);
  if (high > largest || low < -largest) {
    refuse(
      messages.loopForm(
        spanOf(node.condition!),
        `the index of this loop is not shown to stay within ${largest}`,
      ),
    );
  }
  const body = trips(
    lowering,
    index,
    from,
    to,
    loop.leaving,
    () => lowerBody(lowering, node.statement, inner, loop.leaving.exit),
    loop.facts,
  );
  const mostTrips = () => rangeOf(affine.subtract(to, from), lowering.knowledge).high;
  if (openIn(lowering.knowledge)?.unbounds(mostTrips)) {
    const why = "the trips of this loop grow with `env.k`, and how many points there are only a run knows";
    refuse(messages.loopForm(spanOf(node.condition!), why));
  }
  emitTrips(lowering, index, from, to, down, loop.leaving, body);
}

function lowerBody(lowering: Lowering, body: ts.Statement, scope: Scope, exit: Exit): void {
  lowerList(lowering, ts.isBlock(body) ? body.statements : [body], new Scope(scope), exit);
}

/** A loop whose trips differ in more than numbers: one after the other. */
function writeOut(lowering: Lowering, leaving: LoopExit, trips: readonly (() => void)[]): void {
  const { goesOn } = leaving;
  trips.forEach((trip, position) => {
    if (goesOn === undefined || position === 0) trip();
    else {
      const block = lowering.inBlock(() => lowering.inRegion(() => lowering.knowing([], trip)));
      if (block.length > 0) lowering.emit(build.branch(goesOn, block, [], lowering.span));
    }
    leaving.endTrip();
  });
  leaving.endLoop();
}

/** Whether the index chooses one of several things, `layers[i]`, that are no entries of one array. */
function choosesItems(lowering: Lowering, body: ts.Node, index: string, scope: Scope): boolean {
  const stack: ts.Node[] = [body];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (ts.isElementAccessExpression(node) && mentions(node.argumentExpression, index)) {
      const value = valueOfChain(lowering, bare(node.expression), scope);
      if (value !== undefined && holdsItems(value)) return true;
    }
    ts.forEachChild(node, (child) => {
      stack.push(child);
    });
  }
  return false;
}

/** A tuple, or a constant list of records; a list of rows of different lengths is a mistake more often than not. */
function holdsItems(value: Value): boolean {
  if (value.kind === "record") return value.tuple;
  if (value.kind !== "constant" || !isTagged(value.value) || value.value.kind !== "list") return false;
  return value.value.items.some((item) => isTagged(item) && item.kind === "record");
}

function mentions(node: ts.Node, name: string): boolean {
  if (ts.isIdentifier(node)) return node.text === name;
  let found = false;
  ts.forEachChild(node, (child) => {
    found ||= mentions(child, name);
  });
  return found;
}

/** What `a.b.c` stands for in front of the loop; undefined where it is declared inside, or is another expression. */
function valueOfChain(lowering: Lowering, node: ts.Expression, scope: Scope): Value | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const object = valueOfChain(lowering, bare(node.expression), scope);
    return object?.kind === "record" && !object.tuple ? object.entries.get(node.name.text) : undefined;
  }
  if (!ts.isIdentifier(node)) return undefined;
  const binding = scope.find(node.text)?.binding;
  if (binding?.kind === "value") return binding.value;
  return binding?.kind === "static" ? fromStatic(binding.value, node.text) : undefined;
}

/** Whether a loop may end before its bound. */
const stops = (node: ts.ForStatement | ts.ForOfStatement): boolean =>
  returnsIn(node.statement).length > 0 || jumpsIn(node.statement).some(ts.isBreakStatement);

/** The loop itself. One that may be left ends there if the number of its trips is known; else it runs idle. */
function emitTrips(
  lowering: Lowering,
  index: string,
  from: Affine,
  to: Affine,
  down: boolean,
  leaving: LoopExit,
  body: Block,
): void {
  const { span } = lowering;
  const { goesOn } = leaving;
  if (body.length === 0) return;
  if (goesOn === undefined) {
    lowering.emit(build.loop(index, from, to, body, { down, span }));
    return;
  }
  const limit = affine.constantOf(to);
  if (affine.constantOf(from) === 0 && limit !== undefined) {
    lowering.emit({ kind: "while", counter: index, test: goesOn, limit, body, span });
    return;
  }
  lowering.emit(build.loop(index, from, to, [build.branch(goesOn, body, [], span)], { down, span }));
}

/** The body of a loop, which may run not at all: what it assigns may have no value afterwards. */
function trips(
  lowering: Lowering,
  index: string,
  from: Affine,
  to: Affine,
  leaving: LoopExit,
  act: () => void,
  facts: readonly Affine[] = [],
): Block {
  const before = new Set(lowering.unassigned);
  const last = affine.offset(to, -1);
  const { low, high } = rangeOf(affine.subtract(last, from), lowering.knowledge);
  if (high < 0) return [];
  try {
    return lowering.inBlock(() => lowering.inRegion(() => lowering.withIndex(index, from, last, act, facts)));
  } finally {
    leaving.endTrip();
    leaving.endLoop();
    if (low < 0) lowering.unassigned = before;
  }
}

function readStart(
  lowering: Lowering,
  node: ts.ForStatement,
  head: Scope,
): { name: ts.Identifier; start: Affine; first: Scalar } {
  const { initializer } = node;
  if (initializer === undefined || !ts.isVariableDeclarationList(initializer)) {
    return refuse(messages.loopForm(spanOf(initializer ?? node), "the head of this loop declares no index"));
  }
  const [first, ...others] = initializer.declarations;
  if (first === undefined || !ts.isIdentifier(first.name) || first.initializer === undefined) {
    return refuse(messages.loopForm(spanOf(initializer), "the index of this loop has no start"));
  }
  if ((initializer.flags & ts.NodeFlags.Const) !== 0) {
    refuse(syntax.constantAssigned(spanOf(first.name), first.name.text));
  }
  const value = lowerScalar(lowering, first.initializer, head);
  const start = value.form?.();
  if (start === undefined) {
    return refuse(messages.loopForm(spanOf(first.initializer), unknown("the start of this loop", value)));
  }
  const changes = assignedNames(node);
  for (const { name, initializer } of others) {
    if (initializer === undefined || !ts.isIdentifier(name) || changes.has(name.text)) {
      return refuse(messages.loopForm(spanOf(name), "a loop has one index"));
    }
    bindPattern(lowering, name, lowerExpression(lowering, initializer, head), head, new Set());
  }
  return { name: first.name, start, first: value };
}

/** What the index changes by: `i++`, `i--`, `i += c`, `i -= c`, `i = i + c`. */
function readStep(lowering: Lowering, node: ts.ForStatement, name: ts.Identifier, head: Scope): number {
  const { incrementor } = node;
  if (incrementor === undefined)
    return refuse(messages.loopForm(spanOf(node), "the head of this loop does not move its index"));
  const step = bare(incrementor);
  const isIndex = (at: ts.Expression): boolean => {
    const inner = bare(at);
    return ts.isIdentifier(inner) && inner.text === name.text;
  };
  let found: Scalar | undefined;
  const known = (at: ts.Expression): number | undefined => {
    found = lowerScalar(lowering, at, head);
    const form = found.form?.();
    return form && affine.constantOf(form);
  };
  let by: number | undefined;
  if (isIncrement(step) && isIndex(step.operand)) by = step.operator === K.PlusPlusToken ? 1 : -1;
  else if (ts.isBinaryExpression(step) && isIndex(step.left)) {
    const operator = assignmentOperator(step.operatorToken.kind);
    if (operator === K.PlusToken) by = known(step.right);
    else if (operator === K.MinusToken) by = negated(known(step.right));
    else if (operator === K.EqualsToken) {
      const sum = bare(step.right);
      if (ts.isBinaryExpression(sum) && isIndex(sum.left)) {
        if (sum.operatorToken.kind === K.PlusToken) by = known(sum.right);
        if (sum.operatorToken.kind === K.MinusToken) by = negated(known(sum.right));
      }
    }
  }
  if (by === undefined) {
    return refuse(messages.loopForm(spanOf(step), unknown(`the step of \`${name.text}\``, found)));
  }
  if (by === 0) {
    refuse(messages.loopForm(spanOf(step), `the step of \`${name.text}\` is 0, so the loop does not end`));
  }
  return by;
}

/** Why a number of the head of a loop is none that a loop can count with. */
function unknown(what: string, value: Scalar | undefined): string {
  const number = value?.real();
  return number?.kind === "number"
    ? `${what} is ${number.value}, which is no whole number`
    : `${what} is not known when the model is compiled`;
}

const negated = (value: number | undefined): number | undefined => (value === undefined ? undefined : -value);

const mirrored = { lt: "gt", le: "ge", gt: "lt", ge: "le", eq: "eq", ne: "ne" } as const;

/** `i < bound` and its like, the index on either side. */
function readCondition(lowering: Lowering, node: ts.ForStatement, name: ts.Identifier, head: Scope) {
  if (node.condition === undefined)
    return refuse(messages.loopForm(spanOf(node), "this loop has no condition"));
  const condition = bare(node.condition);
  const isIndex = (at: ts.Expression): boolean => {
    const inner = bare(at);
    return ts.isIdentifier(inner) && inner.text === name.text;
  };
  const written = ts.isBinaryExpression(condition) ? relations.get(condition.operatorToken.kind) : undefined;
  if (!ts.isBinaryExpression(condition) || written === undefined) {
    return refuse(
      messages.loopForm(
        spanOf(condition),
        "the condition of this loop does not compare its index with a bound",
      ),
    );
  }
  const isLeft = isIndex(condition.left);
  if (!isLeft && !isIndex(condition.right)) {
    return refuse(
      messages.loopForm(spanOf(condition), `the condition of this loop does not compare \`${name.text}\``),
    );
  }
  const relation = isLeft ? written : mirrored[written];
  if (relation === "eq" || relation === "ne") {
    return refuse(messages.loopForm(spanOf(condition), "equality says nothing of how often this loop runs"));
  }
  const at = isLeft ? condition.right : condition.left;
  const last = lowerScalar(lowering, at, head);
  const bound = last.form?.();
  if (bound === undefined) {
    return refuse(messages.loopForm(spanOf(at), unknown("the bound of this loop", last)));
  }
  return { relation, bound, at, last };
}

/** `for (const x of …)` over a vector, the rows of a matrix, or the items of a tuple, each on its own. */
export function lowerForOf(lowering: Lowering, node: ts.ForOfStatement, scope: Scope, exit: Exit): void {
  const { initializer, statement } = node;
  if (!ts.isVariableDeclarationList(initializer)) {
    refuse(messages.loopForm(spanOf(initializer), "the variable of this loop is declared elsewhere"));
  }
  const [declaration] = initializer.declarations;
  const over = lowerExpression(lowering, node.expression, scope);
  const each = (item: Value): void => {
    const inner = new Scope(scope);
    const changes =
      (initializer.flags & ts.NodeFlags.Const) !== 0 ? new Set<string>() : assignedNames(statement);
    bindPattern(lowering, declaration!.name, item, inner, changes);
    lowerBody(lowering, statement, inner, leaving.exit);
  };
  const leaving = new LoopExit(lowering, exit, stops(node));
  const items = unrolled(over, node);
  if (items !== undefined) {
    writeOut(
      lowering,
      leaving,
      items.map((item) => () => each(item)),
    );
    return;
  }
  const from = asArray(lowering, over, node.expression);
  const index = lowering.fresh("i");
  const to = affine.integer(from.shape[0]!);
  const body = trips(lowering, index, affine.integer(0), to, leaving, () => {
    const at = affine.index(index);
    // An entry of a constant may be a subscript, too.
    const item =
      over.kind === "constant" ? entry(lowering, over, () => integer(at), node) : arrayEntry(from, at);
    const wish =
      declaration !== undefined && ts.isIdentifier(declaration.name) ? declaration.name.text : "item";
    each(keep(lowering, wish, item));
  });
  emitTrips(lowering, index, affine.integer(0), to, false, leaving, body);
}

/** The items of a tuple, or of a constant that is no regular array; undefined for arrays, which get a loop. */
function unrolled(over: Value, node: ts.ForOfStatement): readonly Value[] | undefined {
  if (over.kind === "record" && over.tuple) return [...over.entries.values()];
  if (over.kind !== "constant") return undefined;
  if (isTagged(over.value) && numbersOf(over.value) !== undefined) return undefined;
  return itemsOf(over.value, node.expression).map((item, i) => fromStatic(item, `${over.root.name}_${i}`));
}
