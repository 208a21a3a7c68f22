/**
 * Arrays that function bodies make and the few methods they have: `vec`, `mat`, `tensor`, `new Float64Array`, array
 * literals, `fill`, `map`, `reduce`. All become local arrays of the IR and loops over them.
 */

import { ts } from "ts-morph";
import { draw } from "../../runtime/random.ts";
import * as messages from "../diagnostics/messages.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Shape, Statement, Store, View } from "../ir/nodes.ts";
import { mostEntries } from "../model.ts";
import { arrayEntry, asArray, checkWritable, entry } from "./access.ts";
import { isSteady } from "./arithmetic.ts";
import { expand } from "./calls.ts";
import { lowerExpression, lowerScalar, scalarOf } from "./expressions.ts";
import { refuse, spanOf } from "./load.ts";
import { type Lowering, writtenIn } from "./lowering.ts";
import { keep } from "./patterns.ts";
import type { Scope } from "./scope.ts";
import { checkedSize } from "./static-arguments.ts";
import { unknownMethod } from "./static-arrays.ts";
import { type FunctionValue, isTagged, sizeOf, tensorOf } from "./static-values.ts";
import { examine } from "./subset.ts";
import { bare } from "./syntax.ts";
import {
  type ArrayValue,
  borrowed,
  chosen,
  describe,
  fromStatic,
  integer,
  real,
  type Scalar,
  type Value,
} from "./values.ts";

const whole = (array: string, shape: Shape): ArrayValue => ({
  kind: "array",
  view: { array, prefix: [] },
  shape,
  element: "real",
});

/** An array of JavaScript's own. */
const listed = (array: string, shape: Shape): ArrayValue => ({ ...whole(array, shape), list: true });

/** Loops over the entries of a shape, the first axis outermost. `body` emits what is done at each. */
export function overEntries(lowering: Lowering, shape: Shape, body: (at: readonly Affine[]) => void): void {
  const nest = (axis: number, at: readonly Affine[]) => {
    if (axis === shape.length) return body(at);
    const extent = shape[axis]!;
    if (extent === 0) return;
    const index = lowering.fresh("ijklmn"[axis] ?? "i");
    const inner = lowering.inBlock(() =>
      lowering.withIndex(index, affine.integer(0), affine.integer(extent - 1), () =>
        nest(axis + 1, [...at, affine.index(index)]),
      ),
    );
    const span = lowering.span;
    lowering.emit(build.loop(index, affine.integer(0), affine.integer(extent), inner, { span }));
  };
  nest(0, []);
}

export function copy(lowering: Lowering, from: ArrayValue, to: View): void {
  overEntries(lowering, from.shape, (at) => {
    const value = entryAt(from, at);
    lowering.emit(build.store(to.array, [...to.prefix, ...at], value, lowering.span));
  });
}

/** The number at an index tuple. */
export function entryAt(from: ArrayValue, at: readonly Affine[]) {
  let value: Value = from;
  for (const form of at) value = arrayEntry(value as ArrayValue, form);
  return value.kind === "scalar" ? value.real() : build.zero;
}

/** `vec(n, init?)`, `mat(m, n, init?)`, `tensor([…], init?)` in a function body. */
export function lowerLeaf(
  lowering: Lowering,
  name: string,
  node: ts.CallExpression,
  scope: Scope,
  wish: string,
): ArrayValue {
  const ranks = name === "vec" ? 1 : name === "mat" ? 2 : 0;
  const args = node.arguments;
  let shape: Shape;
  if (ranks === 0) {
    const sizes = args[0] && bare(args[0]);
    if (sizes === undefined || !ts.isArrayLiteralExpression(sizes)) {
      return refuse(messages.wrongKind(spanOf(args[0] ?? node), "an array of sizes", "something else"));
    }
    shape = sizes.elements.map((size) => lowerSize(lowering, size, scope));
  } else {
    if (args.length < ranks) {
      refuse(messages.wrongArity(spanOf(node), name, ranks === 1 ? "a size" : "two sizes", args.length));
    }
    shape = args.slice(0, ranks).map((size) => lowerSize(lowering, size, scope));
  }
  checkEntries(shape, node);
  const init = args[Math.max(1, ranks)];
  const start = init && lowerExpression(lowering, init, scope, "initial");
  const array = lowering.alloc(wish, shape, true);
  if (start !== undefined) fillWith(lowering, whole(array, shape), start, init!);
  return whole(array, shape);
}

function fillWith(lowering: Lowering, to: ArrayValue, start: Value, at: ts.Node): void {
  const put = (index: readonly Affine[], value: ReturnType<typeof entryAt>) =>
    lowering.emit(build.store(to.view.array, index, value, lowering.span));
  if (start.kind === "scalar") {
    const value = lowering.leaf("initial", start.real());
    if (!build.isZero(value)) overEntries(lowering, to.shape, (index) => put(index, value));
    return;
  }
  if (start.kind === "function") {
    overEntries(lowering, to.shape, (index) => {
      put(index, scalarOf(expand(lowering, start, index.map(integer), at), at).real());
    });
    return;
  }
  if (start.kind === "constant" && isTagged(start.value) && start.value.kind === "initialiser") {
    // The stream of a seed is the same each time, so its numbers are a constant.
    const drawn = tensorOf(to.shape, draw(start.value.value, sizeOf(to.shape)));
    copy(lowering, asArray(lowering, fromStatic(drawn, "drawn"), at), to.view);
    return;
  }
  const from = asArray(lowering, start, at);
  if (sizeOf(from.shape) !== sizeOf(to.shape) || from.shape.length !== to.shape.length) {
    refuse(messages.wrongShape(spanOf(at), "the initial value", describe(to), describe(from)));
  }
  copy(lowering, from, to.view);
}

const lowerSize = (lowering: Lowering, node: ts.Expression, scope: Scope): number =>
  sizeIn(lowerScalar(lowering, node, scope), node);

function sizeIn(value: Scalar, node: ts.Node): number {
  const size = constantOf(value);
  if (size !== undefined) return checkedSize(size, spanOf(node));
  const known = value.real();
  return known.kind === "number"
    ? checkedSize(known.value, spanOf(node))
    : refuse(syntax.unknownSize(spanOf(node)));
}

/** No array has more entries than one of the module. */
function checkEntries(shape: Shape, node: ts.Node): void {
  const found = sizeOf(shape);
  if (found <= mostEntries) return;
  refuse(messages.wrongKind(spanOf(node), `an array of at most ${mostEntries} entries`, `one of ${found}`));
}

const constantOf = ({ form }: ReturnType<typeof real>): number | undefined => {
  const known = form?.();
  return known && affine.constantOf(known);
};

/** `[a, b, c]`: an array where all items are numbers or rows of numbers, otherwise a tuple of what they are. */
export function lowerArrayLiteral(
  lowering: Lowering,
  node: ts.ArrayLiteralExpression,
  scope: Scope,
  wish: string,
): Value {
  for (const element of node.elements) {
    const refused = examine(element);
    if (refused?.severity === "error") refuse(refused);
  }
  const shape = literalShape(node);
  const { block, position } = lowering.mark();
  const items: Value[] = [];
  // Numbers go into an array right away, until there is something else among them: then it is a tuple.
  let array: string | undefined;
  const stores: Store[] = [];
  node.elements.forEach((element, i) => {
    const value = lowerExpression(lowering, element, scope, `${wish}_${i}`);
    if (value.kind === "scalar" && stores.length === i) {
      array ??= lowering.fresh(wish);
      const store = build.store(array, [affine.integer(i)], value.real(), lowering.span);
      stores.push(store);
      lowering.emit(store);
      items.push(value);
      return;
    }
    items.push(keep(lowering, `${wish}_${i}`, value));
  });
  if (array !== undefined && stores.length === items.length) {
    lowering.insert(
      position,
      build.alloc(array, [items.length], { zero: false, span: lowering.span }),
      block,
    );
    lowering.made(array);
    return listed(array, [items.length]);
  }
  stores.forEach((store, i) => {
    items[i] = unstored(lowering, `${wish}_${i}`, items[i] as Scalar, store, block);
  });
  if (shape !== undefined && shape.length > 1) {
    // Rows of a literal become one array: rows that were made for it are copied, and the optimiser merges them.
    const array = lowering.fresh(wish);
    lowering.insert(position, build.alloc(array, shape, { zero: false, span: lowering.span }), block);
    lowering.made(array);
    items.forEach((row, i) => {
      copy(lowering, asArray(lowering, row, node), { array, prefix: [affine.integer(i)] });
    });
    return listed(array, shape);
  }
  const entries = new Map(items.map((each, i) => [String(i), each]));
  const nodes = new Map(node.elements.map((each, i) => [String(i), each]));
  return { kind: "record", entries, tuple: true, nodes };
}

/** A number that was stored in an array that is none, as it was in the place of the store. */
function unstored(lowering: Lowering, wish: string, value: Scalar, store: Store, block: Statement[]): Scalar {
  const at = block.indexOf(store);
  if (value.pure || isSteady(lowering, store.value)) {
    block.splice(at, 1);
    return value;
  }
  const name = lowering.fresh(wish);
  block[at] = build.bind(name, store.value, store.span);
  return { ...real(build.name(name)), form: value.form, signed: value.signed };
}

/** The shape of a literal of literals that is regular; undefined for others. */
function literalShape(node: ts.Expression): Shape | undefined {
  const inner = bare(node);
  if (!ts.isArrayLiteralExpression(inner)) return [];
  if (inner.elements.length === 0) return undefined;
  const shapes = inner.elements.map(literalShape);
  const [first] = shapes;
  if (first === undefined || shapes.some((shape) => String(shape) !== String(first))) return undefined;
  return [shapes.length, ...first];
}

/** `new Float64Array(n)`, `new Float64Array(array)`; `new Array(n)` is filled before it is used. */
export function lowerNew(lowering: Lowering, node: ts.NewExpression, scope: Scope, wish: string): Value {
  const refused = examine(node);
  if (refused !== undefined) refuse(refused);
  const name = node.expression.getText();
  const args = node.arguments ?? [];
  if (name === "Int32Array") {
    const instead = "compute integer arrays at module level; in functions use `new Float64Array(n)`";
    return refuse(messages.unsupported(spanOf(node), "an integer array made in a function", instead));
  }
  const [first] = args;
  if (args.length !== 1 || first === undefined) {
    return refuse(messages.wrongArity(spanOf(node), name, "one argument", args.length));
  }
  const value = lowerExpression(lowering, first, scope, wish);
  if (value.kind !== "scalar") {
    if (name === "Array") return refuse(syntax.newObject(spanOf(node), "Array"));
    const from = asArray(lowering, value, first);
    if (from.shape.length !== 1) {
      return refuse(messages.wrongShape(spanOf(first), "this", "an array of numbers", describe(from)));
    }
    const array = lowering.alloc(wish, from.shape, false);
    copy(lowering, from, { array, prefix: [] });
    return whole(array, from.shape);
  }
  if (name === "Array" && !isFilled(node)) {
    return refuse(syntax.hole(spanOf(node)));
  }
  const size = sizeIn(value, first);
  const array = lowering.alloc(wish, [size], true);
  return name === "Array" ? listed(array, [size]) : whole(array, [size]);
}

/** `new Array(n).fill(x)`. */
const isFilled = ({ parent }: ts.NewExpression): boolean =>
  ts.isPropertyAccessExpression(parent) && parent.name.text === "fill" && ts.isCallExpression(parent.parent);

/** A method of an array. */
export function lowerMethod(
  lowering: Lowering,
  self: Value,
  name: ts.MemberName,
  node: ts.CallExpression,
  scope: Scope,
  wish: string,
): Value {
  switch (name.text) {
    case "fill":
      return lowerFill(lowering, self, node, scope);
    case "map":
      return lowerMap(lowering, self, node, scope, wish);
    case "reduce":
      return lowerReduce(lowering, self, node, scope, wish);
    default:
      return refuse(unknownMethod(name));
  }
}

function lowerFill(lowering: Lowering, self: Value, node: ts.CallExpression, scope: Scope): Value {
  const target = node.expression as ts.PropertyAccessExpression;
  if (self.kind !== "array") {
    return refuse(messages.readOnly(spanOf(target.expression), target.expression.getText()));
  }
  checkWritable(lowering, self, target.expression, target.expression);
  const [argument] = node.arguments;
  if (node.arguments.length !== 1 || argument === undefined) {
    return refuse(messages.wrongArity(spanOf(node), "fill", "one number", node.arguments.length));
  }
  if (self.shape.length !== 1)
    refuse(syntax.wholeArray(spanOf(target.expression), target.expression.getText()));
  const value = lowering.leaf("filling", lowerScalar(lowering, argument, scope).real());
  overEntries(lowering, self.shape, (at) => {
    lowering.emit(build.store(self.view.array, [...self.view.prefix, ...at], value, lowering.span));
  });
  return self;
}

/** The function handed to `map` or `reduce`, and how many of `offered` arguments it takes. */
function callback(lowering: Lowering, node: ts.CallExpression, scope: Scope): FunctionValue {
  const [argument] = node.arguments;
  const fn = argument && lowerExpression(lowering, argument, scope);
  if (fn?.kind === "function") return fn;
  return refuse(messages.wrongKind(spanOf(argument ?? node), "a function", fn ? describe(fn) : "nothing"));
}

/** One item; an entry of a constant may be a subscript, too. */
const itemAt = (lowering: Lowering, self: Value, from: ArrayValue, at: Affine, node: ts.Node): Value =>
  self.kind === "constant" ? entry(lowering, self, () => integer(at), node) : arrayEntry(from, at);

function lowerMap(
  lowering: Lowering,
  self: Value,
  node: ts.CallExpression,
  scope: Scope,
  wish: string,
): Value {
  const fn = callback(lowering, node, scope);
  const apply = (...args: Value[]) => expand(lowering, fn, args.slice(0, fn.node.parameters.length), node);
  if (self.kind === "record" && self.tuple) {
    const items = [...self.entries.values()].map((item, i) =>
      keep(lowering, `${wish}_${i}`, apply(item, integer(affine.integer(i)), self)),
    );
    return { kind: "record", tuple: true, entries: new Map(items.map((item, i) => [String(i), item])) };
  }
  const from = asArray(lowering, self, node);
  const [length] = from.shape as [number];
  const isTyped = from.shape.length === 1 && from.list !== true;
  const { age } = lowering;
  // The shape of the result is that of what the function returns, known after reading it once.
  const { block, position } = lowering.mark();
  const array = lowering.fresh(wish);
  let row: ArrayValue | undefined;
  let own = false;
  overEntries(lowering, [length], ([at]) => {
    const written = lowering.mark();
    const value = apply(itemAt(lowering, self, from, at!, node), integer(at!), self);
    if (value.kind === "scalar") {
      lowering.emit(build.store(array, [at!], value.real(), lowering.span));
      return;
    }
    const inner = asArray(lowering, value, node);
    if (isTyped) refuse(messages.unsupported(spanOf(node), "a row for each entry of a vector", rowsInstead));
    own = isItem(inner.view, from.view, at!);
    if (own) return;
    row = handedOn(lowering, inner, age, written, node);
    copy(lowering, inner, { array, prefix: [at!] });
  });
  // Every row is handed on as it is: the result is made of the very rows.
  if (own) return from;
  const shape = [length, ...(row?.shape ?? [])];
  checkEntries(shape, node);
  lowering.insert(position, build.alloc(array, shape, { zero: false, span: lowering.span }), block);
  lowering.made(array);
  return { ...whole(array, shape), readOnly: row?.readOnly, list: row === undefined ? !isTyped : row.list };
}

/** `map` of a `Float64Array` makes another one, and would turn rows into NaN. */
const rowsInstead =
  "`map` of a vector gives a number for each entry: make a matrix, `const M = mat(m, n)`, and fill it in two loops";

/** Whether a view is entry `at` of another one. */
const isItem = (view: View, of: View, at: Affine): boolean => {
  const item = [...of.prefix, at];
  return (
    view.array === of.array &&
    view.prefix.length === item.length &&
    view.prefix.every((form, axis) => affine.key(form) === affine.key(item[axis]!))
  );
};

/**
 * What the function of a `map` returned, as an entry of the result, which is a copy. That is what JavaScript has if the
 * array was made by the function; of any other array neither the copy nor the array may change from here on.
 */
function handedOn(
  lowering: Lowering,
  value: ArrayValue,
  age: number,
  since: ReturnType<Lowering["mark"]>,
  node: ts.Node,
): ArrayValue {
  const { array } = value.view;
  if (value.readOnly === chosen) return { ...value, readOnly: undefined };
  if (value.readOnly !== undefined || lowering.isYounger(array, age)) return value;
  // A trip that writes to the array writes to what earlier trips have returned.
  const changes = writtenIn(since.block.slice(since.position));
  if (changes.has(array)) refuse(syntax.sharedRows(spanOf(node), node.getText()));
  lowering.lend(array);
  return { ...value, readOnly: borrowed };
}

function lowerReduce(
  lowering: Lowering,
  self: Value,
  node: ts.CallExpression,
  scope: Scope,
  wish: string,
): Value {
  const fn = callback(lowering, node, scope);
  const apply = (...args: Value[]) => expand(lowering, fn, args.slice(0, fn.node.parameters.length), node);
  const start = node.arguments[1];
  if (start === undefined) {
    return refuse(
      messages.wrongArity(spanOf(node), "reduce", "a function and a start", node.arguments.length),
    );
  }
  const first = lowerScalar(lowering, start, scope);
  if (self.kind === "record" && self.tuple) {
    let sum: Value = first;
    [...self.entries.values()].forEach((item, i) => {
      sum = keep(lowering, wish, apply(sum, item, integer(affine.integer(i)), self));
    });
    return sum;
  }
  const from = asArray(lowering, self, node);
  const array = lowering.alloc(wish, [], false);
  lowering.emit(build.store(array, [], first.real(), lowering.span));
  overEntries(lowering, [from.shape[0]!], ([at]) => {
    const sum = real(lowering.leaf("before", build.read(array)));
    const next = scalarOf(
      apply(sum, itemAt(lowering, self, from, at!, node), integer(at!), self),
      node,
    ).real();
    lowering.emit(build.store(array, [], next, lowering.span));
  });
  return real(build.read(array));
}
