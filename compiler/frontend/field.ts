/**
 * `field({...})` to a model: a function of a point, the differential operators wanted of it, and a loss that is averaged
 * over points. In: the record that was handed to `field`, and how many points are asked for at once. Out: a model without
 * a state, whose data hold the points and whose outputs are the value and the operators at each, or nothing where an
 * error was reported.
 */

import type { ts } from "ts-morph";
import { nearest } from "../../runtime/nearest.ts";
import { takenBy } from "../../runtime/operator-arguments.ts";
import * as messages from "../diagnostics/messages.ts";
import * as operatorMessages from "../diagnostics/operator-messages.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Block, Fn, Parameter, Shape } from "../ir/nodes.ts";
import { calleesOf, forEachForm, forEachStatement } from "../ir/walk.ts";
import { type FieldParts, type Model, sizeOf } from "../model.ts";
import { overEntries } from "./arrays.ts";
import { expand } from "./calls.ts";
import { ConstantArrays } from "./constant-arrays.ts";
import { Rules } from "./custom.ts";
import { Declared, recordOf, type Written } from "./declared.ts";
import { environment, leavesAsValue, lowerMade, type World } from "./functions.ts";
import {
  checkName,
  type Draft,
  draftsOf,
  emptyTree,
  nameLeaves,
  placeLeaves,
  type Tree,
  treeOf,
} from "./layout.ts";
import { refuse, spanOf } from "./load.ts";
import type { Lowering } from "./lowering.ts";
import { drawDirections } from "./operator-operands.ts";
import { lowerOperator } from "./operators.ts";
import { type Index, OpenIndex } from "./ranges.ts";
import type { Reporter } from "./reporter.ts";
import type { Interpreter } from "./static.ts";
import { isOperatorName, operatorNames, plainOperator } from "./static-operators.ts";
import {
  describe,
  type FunctionValue,
  isTagged,
  numbersOf,
  type Operator,
  record,
  type Static,
  tensorOf,
} from "./static-values.ts";
import { keyNode } from "./syntax.ts";
import { real, type Value } from "./values.ts";

const keys = ["point", "params", "constants", "data", "value", "operators", "loss"];

/** Of an estimate whose directions are not drawn when the model is compiled: their number and where they come from. */
const suppliedTo = ({ name, operands }: Operator): number | undefined =>
  name === "stochastic" && operands[3] === undefined ? (operands[1] as number) : undefined;

interface Wanted {
  readonly name: string;
  readonly operator: Operator;
  /** Where it was written. */
  readonly node: ts.Node;
}

/** How many points a module takes at once, or that it takes one after the other and is told the number of each. */
export type Points = number | "one by one";

/** A function of the field before its parameters are known. */
interface Body {
  readonly name: string;
  readonly body: Block;
  readonly shape: Shape;
}

export class FieldDeclaration extends Declared {
  readonly #points: Points;
  readonly #count: number;

  /** `argument`: where what was handed over stands. */
  constructor(
    interpreter: Interpreter,
    reporter: Reporter,
    { value, span }: Written,
    argument: Span,
    points: Points,
  ) {
    const expected = "a record such as `{ point, params, value }`";
    super(interpreter, reporter, recordOf(value, argument, expected), span);
    this.#points = points;
    this.#count = points === "one by one" ? 1 : points;
  }

  read(name: string, file: string): Model | undefined {
    this.checkNames("`field`", keys);
    const point = this.#point();
    const params = this.leaves("params");
    const data = this.leaves("data");
    const constants = this.record("constants") ?? record(new Map());
    const value = this.#functionOf("value", "add what the field is: `value: (x, params) => …`");
    const wanted = this.#wanted(point === undefined ? 1 : coordinatesOf(point));
    const at = this.#loss();
    if (point === undefined || params === undefined || data === undefined || value === undefined)
      return undefined;

    // Directions and points stand behind the user's own data, which so keep their places whatever their number.
    const users = new Set([...data.entries.keys()]);
    const free = (wish: string): string => (users.has(wish) ? free(`${wish}_`) : wish);
    const points = repeated(point, free("points"), this.#count);
    const asked = new Set(wanted.map(({ operator }) => takenBy[operator.name]));
    const direction = repeated(point, free("direction"), undefined);
    const isAlone = this.#points === "one by one";
    const k: Index = isAlone
      ? new OpenIndex("k")
      : { name: "k", first: affine.integer(0), last: affine.integer(this.#count - 1) };
    const place = isAlone ? affine.integer(0) : affine.index("k");
    const number: Draft = { path: [free("pointNumber")], shape: [], initial: [0], span: this.span };
    const covector: Draft = { path: [free("covector")], shape: [], initial: [1], span: this.span };
    const sampled = new Map(
      wanted.flatMap(({ name, operator }): [string, Draft][] => {
        const samples = suppliedTo(operator);
        if (samples === undefined) return [];
        const n = directionsOf(operator, point);
        const initial = [...drawDirections("normal", 1, n, samples)];
        const path = [free(`${name}Directions`)];
        return [[name, { path, shape: [n, samples], initial, span: this.span }]];
      }),
    );
    const extras = [
      ...sampled.values(),
      ...(asked.has("direction") ? draftsOf(direction) : []),
      ...(asked.has("covector") ? [covector] : []),
    ];
    const names = nameLeaves([
      { record: "params", drafts: draftsOf(params) },
      {
        record: "data",
        drafts: [...draftsOf(data), ...extras, ...(isAlone ? [number] : []), ...draftsOf(points)],
      },
    ]);
    const constantArrays = new ConstantArrays();
    for (const leaf of names.values()) constantArrays.take(leaf);
    for (const taken of ["t", "k", "result"]) constantArrays.take(taken);
    const rules = new Rules();
    const world: World = {
      interpreter: this.interpreter,
      constantArrays,
      reporter: this.reporter,
      rules,
      names,
      state: emptyTree(this.span),
      params,
      inputs: emptyTree(this.span),
      data,
      constants,
      leaves: [],
      isState: () => false,
    };
    const lower = (name: string, produce: (lowering: Lowering, args: readonly Value[]) => Value) =>
      lowerMade(world, name, k, [...names.values()], value.node, (lowering) => {
        const env = environment(world, this.#count);
        const [own, seen] = [pointAt(world, points, place), leavesAsValue(world, params)];
        return produce(lowering, [own, seen, env].slice(0, value.node.parameters.length));
      });
    const ofValue = lower("value", (lowering, args) => expand(lowering, value, args, value.node, "value"));
    if (ofValue === undefined) return undefined;
    const covectorLeaf: Draft = {
      ...covector,
      shape: ofValue.shape,
      initial: new Array(sizeOf(ofValue.shape)).fill(1),
    };
    names.set(covectorLeaf, names.get(covector) ?? "covector");
    const ofOperators = wanted.flatMap(({ name, operator, node }) => {
      const made = lower(`operator_${name}`, (lowering, args) => {
        const own = sampled.get(name);
        const more =
          own !== undefined
            ? [leavesAsValue(world, { kind: "leaf", leaf: own })]
            : takenBy[operator.name] === "direction"
              ? [leavesAsValue(world, direction)]
              : takenBy[operator.name] === "covector"
                ? [leavesAsValue(world, { kind: "leaf", leaf: covectorLeaf })]
                : [];
        const result = lowerOperator(
          lowering,
          { kind: "applied", operator, of: value },
          [...args, ...more],
          node,
          operator.name,
        );
        return inARow(lowering, result, operator.name);
      });
      const callee = made && [...calleesOf({ name, parameters: [], body: made.body })].at(-1);
      return made === undefined ? [] : [{ name, made, callee: callee ?? "" }];
    });
    const ofLoss =
      at &&
      lowerMade(world, "at", k, [...names.values()], at.node, (lowering) => {
        const env = environment(world, this.#count);
        const args = [pointAt(world, points, place), leavesAsValue(world, params), env];
        const own = expand(lowering, value, args.slice(0, value.node.parameters.length), value.node, "value");
        return expand(lowering, at, [own, ...args].slice(0, at.node.parameters.length), at.node, "loss");
      });
    if (ofLoss !== undefined && ofLoss.shape.length > 0)
      this.reporter.add(messages.wrongKind(spanOf(at!.node), "a function that returns a number", "an array"));
    if (this.reporter.failed) return undefined;

    const bodies = [ofValue, ...ofOperators.map(({ made }) => made), ...(ofLoss ? [ofLoss] : [])];
    const isNumbered = isAlone && bodies.some(({ body }) => usesIndex(body, k.name));
    const placedParams = placeLeaves(draftsOf(params), names);
    const placedData = placeLeaves(
      [
        ...draftsOf(data),
        ...extras.map((draft) => (draft === covector ? covectorLeaf : draft)),
        ...(isNumbered ? [number] : []),
        ...draftsOf(points),
      ],
      names,
    );
    const parameters: Parameter[] = [
      { kind: "real", name: "t" },
      { kind: "integer", name: k.name, range: { low: 0, high: k.last.constant } },
      ...[...placedParams, ...placedData].map(
        ({ name, shape }): Parameter => ({ kind: "array", name, element: "real", shape, access: "in" }),
      ),
    ];
    const assembled = ({ name, body, shape }: Body): Fn => ({
      name,
      parameters: [...parameters, { kind: "array", name: "result", element: "real", shape, access: "out" }],
      body,
    });
    const outputs = [
      { name: "value", shape: ofValue.shape, fn: assembled(ofValue) },
      ...ofOperators.map(({ name, made }) => ({ name, shape: made.shape, fn: assembled(made) })),
    ];
    const loss = ofLoss === undefined ? {} : { at: assembled(ofLoss) };
    this.unused(placedParams, [...outputs.map(({ fn }) => fn), loss.at]);
    const placeNames = (tree: Tree): string[] => draftsOf(tree).map((draft) => names.get(draft)!);
    const field: FieldParts = {
      count: this.#count,
      points: placeNames(points),
      number: isNumbered ? { leaf: names.get(number)!, last: k.last.constant } : undefined,
      directions: asked.has("direction") ? placeNames(direction) : [],
      directed: wanted
        .filter(({ operator }) => takenBy[operator.name] === "direction")
        .map(({ name: each }) => each),
      covector: asked.has("covector") ? names.get(covectorLeaf) : undefined,
      sampled: [...sampled.values()].map((draft) => names.get(draft)!),
      operators: new Map(ofOperators.map(({ name, callee }) => [name, callee])),
    };
    return {
      name,
      file,
      span: this.span,
      state: [],
      params: placedParams,
      inputs: [],
      data: placedData,
      times: new Array(this.#count).fill(0),
      constants: constantArrays.arrays,
      functions: rules.functions,
      rules: rules.rules,
      operators: rules.operators.calls,
      rhs: { name: "rhs", parameters: [{ kind: "real", name: "t" }], body: [] },
      loss,
      outputs,
      field,
      solver: { method: "euler", t0: 0, t1: 1, steps: 1, adjoint: "symplectic" },
      solverSpans: {},
    };
  }

  #point(): Tree | undefined {
    const span = this.place("point") ?? this.span;
    if (!this.written.entries.has("point")) {
      const what = "add the shape of the point, with a default: `point: vec(3)`";
      this.reporter.add(messages.missingKey(this.span, "point", what));
      return undefined;
    }
    const value = this.written.entries.get("point");
    const numbers = isTagged(value) && value.kind === "list" ? numbersOf(value) : undefined;
    const leaf = numbers === undefined ? value : tensorOf(numbers.shape, numbers.data);
    return this.reporter.attempt(span, () => treeOf(leaf, [], span));
  }

  #functionOf(key: string, what: string): FunctionValue | undefined {
    const written = this.written.entries.get(key);
    if (written === undefined) {
      this.reporter.add(messages.missingKey(this.span, key, what));
      return undefined;
    }
    return this.function(written, this.place(key) ?? this.span);
  }

  #loss(): FunctionValue | undefined {
    const value = this.record("loss");
    if (value === undefined) return undefined;
    for (const key of value.entries.keys()) {
      const node = value.nodes.get(key);
      const place = node ? spanOf(keyNode(node)) : this.span;
      if (key !== "at")
        this.reporter.add(messages.unknownKey(place, key, "`loss` of a field", ["at"], nearest(key, ["at"])));
    }
    const node = value.nodes.get("at");
    return value.entries.has("at")
      ? this.function(value.entries.get("at"), node ? spanOf(node) : this.span)
      : undefined;
  }

  /** The operators of a list, each by its own name, or of a record that names them. */
  #wanted(size: number): Wanted[] {
    const written = this.written.entries.get("operators");
    if (written === undefined) return [];
    const place = this.place("operators") ?? this.span;
    const around = this.written.nodes.get("operators")!;
    const entries: (readonly [string | undefined, Static, ts.Node])[] =
      isTagged(written) && written.kind === "list"
        ? written.items.map((item, i) => [undefined, item, written.nodes[i] ?? around] as const)
        : isTagged(written) && written.kind === "record"
          ? [...written.entries].map(([key, item]) => [key, item, written.nodes.get(key) ?? around] as const)
          : [];
    if (entries.length === 0 && !(isTagged(written) && ["list", "record"].includes(written.kind))) {
      this.reporter.add(
        messages.wrongKind(place, "a list of operators, or a record that names them", describe(written)),
      );
    }
    const found: Wanted[] = [];
    for (const [key, item, node] of entries) {
      const span = spanOf(node);
      this.reporter.attempt(span, () => {
        const operator = operatorIn(item, size, span);
        const name = key ?? operator.name;
        checkName(name, span);
        if (found.some((each) => each.name === name)) refuse(operatorMessages.operatorTwice(span, name));
        if (name === "value") refuse(operatorMessages.operatorNamedValue(span, operator.name));
        found.push({ name, operator, node });
      });
    }
    return found;
  }
}

/** An operator of a list: its name, itself, or with its coefficients. `size`: how many coordinates a point has. */
function operatorIn(item: Static, size: number, span: Span): Operator {
  if (isTagged(item) && item.kind === "operator") return item;
  const name =
    typeof item === "string" ? item : isTagged(item) && item.kind === "library" ? item.name : undefined;
  const plain = name === undefined ? undefined : plainOperator(name);
  if (plain !== undefined) return plain;
  if (name !== undefined && (typeof item === "string" || isOperatorName(name))) {
    const known = operatorNames.filter((each) => plainOperator(each) !== undefined);
    const close = nearest(name, operatorNames);
    refuse(operatorMessages.unknownOperator(span, name, known, close, calledAs(name, size)));
  }
  return refuse(messages.wrongKind(span, 'an operator such as `"laplacian"`', describe(item)));
}

/** An example of an operator that is given something first, of points with so many coordinates. */
function calledAs(name: string, size: number): string | undefined {
  const each = (first: string, other: string): string =>
    Array.from({ length: size }, (_, i) => (i === 0 ? first : other)).join(", ");
  switch (name) {
    case "directional":
      return "directional(2)";
    case "weightedLaplacian":
      return `weightedLaplacian([${each("[1]", "[1]")}])`;
    case "linearOperator":
      return `linearOperator([{ c: 1, alpha: [${each("2", "0")}] }])`;
    case "stochastic":
      return 'stochastic("laplacian", { samples: 16, distribution: "rademacher", seed: 1 })';
    default:
      return undefined;
  }
}

/** How many numbers a direction of an estimate has: coordinates, or columns of sigma. */
function directionsOf({ operands }: Operator, point: Tree): number {
  const inner = operands[0] as Operator;
  const sigma = inner.name === "weightedLaplacian" ? numbersOf(inner.operands[0]) : undefined;
  if (sigma?.shape[1] !== undefined) return sigma.shape[1];
  return coordinatesOf(point);
}

const coordinatesOf = (point: Tree): number =>
  draftsOf(point).reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** Leaves like those of a point, under another name, once or for each of several points. */
function repeated(point: Tree, head: string, count: number | undefined): Tree {
  if (point.kind === "leaf") {
    const { leaf } = point;
    const initial =
      count === undefined
        ? leaf.initial.map(() => 0)
        : Array.from({ length: count }, () => leaf.initial).flat();
    const shape = count === undefined ? leaf.shape : [count, ...leaf.shape];
    return { kind: "leaf", leaf: { ...leaf, path: [head, ...leaf.path], shape, initial } };
  }
  const entries = [...point.entries].map(([key, inner]) => [key, repeated(inner, head, count)] as const);
  return { ...point, entries: new Map(entries) };
}

/** What is shaped like a point that is a record, as one array: number after number, in the order of writing. */
function inARow(lowering: Lowering, value: Value, wish: string): Value {
  if (value.kind !== "record") return value;
  const leavesOf = (inner: Value): readonly Value[] =>
    inner.kind === "record" ? [...inner.entries.values()].flatMap(leavesOf) : [inner];
  const leaves = leavesOf(value);
  const sizes = leaves.map((leaf) => (leaf.kind === "array" ? sizeOf(leaf.shape) : 1));
  const size = sizes.reduce((sum, own) => sum + own, 0);
  const array = lowering.alloc(wish, [size], false);
  let start = 0;
  leaves.forEach((leaf, i) => {
    if (leaf.kind === "scalar") {
      lowering.emit(build.store(array, [affine.integer(start)], leaf.real(), lowering.span));
    } else if (leaf.kind === "array") {
      const { view, shape } = leaf;
      overEntries(lowering, shape, (at) => {
        // The place of an entry: row-major, behind the leaves before it.
        const place = at.reduce(
          (sum, form, axis) => affine.add(affine.scale(sum, shape[axis]!), form),
          affine.integer(0),
        );
        const entry = build.read(view.array, [...view.prefix, ...at]);
        lowering.emit(build.store(array, [affine.offset(place, start)], entry, lowering.span));
      });
    }
    start += sizes[i]!;
  });
  return { kind: "array", view: { array, prefix: [] }, shape: [size], element: "real" };
}

/** Whether a form of the block has the index in it. */
function usesIndex(block: Block, name: string): boolean {
  let uses = false;
  forEachStatement(block, (statement) =>
    forEachForm(statement, (form) =>
      affine.forEachAtom(form, (atom) => {
        uses ||= atom.kind === "index" && atom.name === name;
      }),
    ),
  );
  return uses;
}

/** The point at a place among those that the module has, as the functions see it. */
function pointAt({ names }: World, tree: Tree, place: Affine): Value {
  if (tree.kind === "record") {
    const entries = [...tree.entries].map(
      ([key, inner]) => [key, pointAt({ names } as World, inner, place)] as const,
    );
    return { kind: "record", tuple: tree.tuple, entries: new Map(entries) };
  }
  const array = names.get(tree.leaf)!;
  const shape = tree.leaf.shape.slice(1);
  const prefix = [place];
  if (shape.length === 0) return real(build.read(array, prefix));
  return { kind: "array", view: { array, prefix }, shape, element: "real", readOnly: "the point" };
}
