/**
 * Reads `ode({...})`: layouts of the records, defaults, solver options, and the functions, lowered to the IR. In: the
 * call and its scope. Out: a Model, or diagnostics that point at what is missing or wrong.
 */

import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { ModelError } from "../diagnostics/diagnostic.ts";
import {
  badLeaf,
  badSolverValue,
  extraDerivative,
  missingDerivative,
  missingKey,
  notYet,
  unknownKey,
  wrongKind,
  wrongShape,
} from "../diagnostics/messages.ts";
import { nearest } from "../diagnostics/nearest.ts";
import type { Span } from "../diagnostics/span.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Fn, Parameter, Shape } from "../ir/nodes.ts";
import type { Input, Leaf, Model, SolverDefaults } from "../model.ts";
import { ConstantPool } from "./constants.ts";
import { spanOf, ts } from "./load.ts";
import { Poisoned } from "./lower.ts";
import { Lowering } from "./lower-statements.ts";
import type { StaticEvaluator } from "./static.ts";
import {
  type Declared,
  describeShape,
  describeStatic,
  Signal,
  type Static,
  type StaticScope,
  sizeOfShape,
  Tensor,
} from "./static-values.ts";
import { asReal, describe, type FunctionLike, type Value } from "./values.ts";

const keys = [
  "state",
  "params",
  "initial",
  "constants",
  "inputs",
  "data",
  "rhs",
  "hamiltonian",
  "outputs",
  "times",
  "loss",
  "events",
  "solver",
];
const later = ["initial", "hamiltonian", "events"];
const lossKeys = ["terminal", "running", "at"];
const solverKeys = ["method", "t0", "t1", "steps", "dt", "rtol", "atol", "maxSteps", "adjoint", "wrt"];

interface RawLeaf {
  readonly path: readonly string[];
  readonly shape: Shape;
  readonly initial: readonly number[];
  readonly span: Span;
}

export function readOde(
  declared: Declared,
  name: string,
  evaluator: StaticEvaluator,
): { model?: Model; diagnostics: Diagnostic[] } {
  return new OdeReader(declared, name, evaluator).read();
}

class OdeReader {
  readonly #declared: Declared;
  readonly #name: string;
  readonly #evaluator: StaticEvaluator;
  readonly #errors: Diagnostic[] = [];
  readonly #properties = new Map<string, ts.Expression>();

  constructor(declared: Declared, name: string, evaluator: StaticEvaluator) {
    this.#declared = declared;
    this.#name = name;
    this.#evaluator = evaluator;
  }

  read(): { model?: Model; diagnostics: Diagnostic[] } {
    const model = this.#recovered(() => this.#model());
    return this.#errors.length > 0 || model === undefined
      ? { diagnostics: this.#errors }
      : { model, diagnostics: [] };
  }

  #recovered<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (error instanceof Poisoned) return undefined;
      if (!(error instanceof ModelError)) throw error;
      this.#errors.push(error.diagnostic);
      return undefined;
    }
  }

  #model(): Model {
    const { node, scope } = this.#declared;
    const [argument] = node.arguments;
    const span = spanOf(node);
    if (argument === undefined || !ts.isObjectLiteralExpression(argument)) {
      throw new ModelError(missingKey(span, "state", "hand `ode` a record: `ode({ state: …, rhs: … })`"));
    }
    this.#collect(argument, "`ode`", keys, this.#properties);
    for (const key of later) {
      const at = this.#properties.get(key);
      if (at)
        this.#errors.push(
          notYet(
            spanOf(at.parent),
            `\`${key}\``,
            key === "hamiltonian" ? "write `rhs` with q' = ∂H/∂p and p' = -∂H/∂q" : "leave it out for now",
          ),
        );
    }
    const state = this.#record("state") ?? [];
    if (!this.#properties.has("state"))
      this.#errors.push(missingKey(span, "state", "add `state: { x: 1 }` with the initial values"));
    if (!this.#properties.has("rhs") && !this.#properties.has("hamiltonian")) {
      this.#errors.push(
        missingKey(
          span,
          "rhs",
          "add `rhs: ({ x }) => ({ x: … })`, which returns the time derivative of every state",
        ),
      );
    }
    const params = this.#record("params") ?? [];
    const data = this.#record("data") ?? [];
    const signals = this.#signals();

    const leafNames = this.#leafNames([
      ...state,
      ...params,
      ...signals.flatMap((one) => one.leaves),
      ...data,
    ]);
    const layOut = (leaves: readonly RawLeaf[]): Leaf[] => {
      let offset = 0;
      return leaves.map((leaf) => {
        const laid = { ...leaf, name: leafNames.get(leaf)!, offset };
        offset += sizeOfShape(leaf.shape);
        return laid;
      });
    };
    let inputOffset = 0;
    const inputs = signals.map((signal): Input => {
      const leaves = signal.leaves.map((leaf) => {
        const laid = { ...leaf, name: leafNames.get(leaf)!, offset: inputOffset };
        inputOffset += signal.count * sizeOfShape(leaf.shape);
        return laid;
      });
      return { name: signal.name, kind: signal.kind, count: signal.count, leaves, span: signal.span };
    });
    const layout = { state: layOut(state), params: layOut(params), inputs, data: layOut(data) };

    const pool = new ConstantPool(new Names([...leafNames.values()]));
    const constants = this.#properties.get("constants");
    const constantValue = constants && this.#recovered(() => this.#evaluator.expression(constants, scope));
    const functions = new FunctionReader(layout, pool, this.#evaluator, constantValue, this.#errors);

    const rhsNode = this.#properties.get("rhs");
    const rhs = rhsNode && this.#recovered(() => functions.rhs(this.#function(rhsNode, scope), rhsNode));
    const loss = this.#loss(functions, scope);
    const outputs = this.#outputs(functions, scope);
    const { times, timesSpan } = this.#times(scope);
    const { solver, solverSpans } = this.#solver(scope);
    if (rhs === undefined || this.#errors.length > 0) throw new Poisoned();
    return {
      name: this.#name,
      file: node.getSourceFile().fileName,
      span,
      ...layout,
      times,
      timesSpan,
      constants: pool.arrays,
      rhs,
      loss,
      outputs,
      solver,
      solverSpans,
    };
  }

  /** Properties of an object literal by key; unknown keys are errors. */
  #collect(
    node: ts.ObjectLiteralExpression,
    where: string,
    known: readonly string[] | undefined,
    into: Map<string, ts.Expression>,
  ): void {
    for (const property of node.properties) {
      const name =
        property.name && (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name))
          ? property.name.text
          : undefined;
      if (name === undefined) {
        this.#errors.push(badLeaf(spanOf(property), "this entry has no plain name"));
        continue;
      }
      if (known && !known.includes(name)) {
        this.#errors.push(unknownKey(spanOf(property.name!), name, where, known, nearest(name, [...known])));
        continue;
      }
      if (ts.isPropertyAssignment(property)) into.set(name, property.initializer);
      else if (ts.isShorthandPropertyAssignment(property)) into.set(name, property.name);
      else if (ts.isMethodDeclaration(property)) {
        this.#errors.push(
          badLeaf(spanOf(property), `\`${name}\` is written as a method; write \`${name}: (…) => …\``),
        );
      }
    }
  }

  // Records of leaves.

  #record(key: string): RawLeaf[] | undefined {
    const node = this.#properties.get(key);
    if (node === undefined) return undefined;
    return this.#recovered(() => {
      const value = this.#evaluator.expression(node, this.#declared.scope);
      if (!(value instanceof Map))
        throw new ModelError(wrongKind(spanOf(node), "a record of leaves", describeStatic(value)));
      return this.#leaves(value, [], node);
    });
  }

  #leaves(value: Static, path: readonly string[], node: ts.Node): RawLeaf[] {
    if (typeof value === "number") return [{ path, shape: [], initial: [value], span: spanOf(node) }];
    if (value instanceof Tensor)
      return [{ path, shape: value.shape, initial: value.values(), span: spanOf(node) }];
    const entries =
      value instanceof Map
        ? [...value]
        : Array.isArray(value)
          ? value.map((one, i) => [String(i), one] as const)
          : undefined;
    if (entries === undefined)
      throw new ModelError(badLeaf(spanOf(node), `\`${path.at(-1) ?? "this"}\` is ${describeStatic(value)}`));
    return entries.flatMap(([key, inside]) =>
      this.#leaves(inside, [...path, key], propertyOf(node, key) ?? node),
    );
  }

  #signals(): { name: string; kind: Signal["kind"]; count: number; leaves: RawLeaf[]; span: Span }[] {
    const node = this.#properties.get("inputs");
    if (node === undefined) return [];
    const value = this.#recovered(() => this.#evaluator.expression(node, this.#declared.scope));
    if (value === undefined) return [];
    if (!(value instanceof Map)) {
      this.#errors.push(wrongKind(spanOf(node), "a record of signals", describeStatic(value)));
      return [];
    }
    return [...value].flatMap(([name, signal]) => {
      const at = propertyOf(node, name) ?? node;
      if (!(signal instanceof Signal)) {
        this.#errors.push(wrongKind(spanOf(at), "a signal such as `hold(20)`", describeStatic(signal)));
        return [];
      }
      if (signal.kind !== "hold") {
        this.#errors.push(notYet(spanOf(at), `\`${signal.kind}\``, "use `hold(n)` for now"));
        return [];
      }
      const pieces = signal.pieces.map((piece) => this.#leaves(piece, [name], at));
      const [first] = pieces;
      if (first === undefined) {
        this.#errors.push(badLeaf(spanOf(at), `\`${name}\` has no pieces`));
        return [];
      }
      const leaves = first.map((leaf, position) => ({
        ...leaf,
        initial: pieces.flatMap((piece) => piece[position]?.initial ?? []),
      }));
      return [{ name, kind: signal.kind, count: signal.count, leaves, span: spanOf(at) }];
    });
  }

  /** The last word of a path where no other leaf has it, else the words joined. */
  #leafNames(leaves: readonly RawLeaf[]): Map<RawLeaf, string> {
    const counts = new Map<string, number>();
    const shortName = (leaf: RawLeaf): string => {
      const last = leaf.path.at(-1)!;
      return /^\d+$/.test(last) ? leaf.path.join("_") : last;
    };
    for (const leaf of leaves) counts.set(shortName(leaf), (counts.get(shortName(leaf)) ?? 0) + 1);
    const names = new Names();
    return new Map(
      leaves.map((leaf) => [
        leaf,
        names.fresh(counts.get(shortName(leaf)) === 1 ? shortName(leaf) : leaf.path.join("_")),
      ]),
    );
  }

  // Functions.

  #function(node: ts.Expression, scope: StaticScope): { node: FunctionLike; scope: StaticScope } {
    const value = this.#evaluator.expression(node, scope);
    if (
      typeof value === "object" &&
      value !== null &&
      "node" in value &&
      "scope" in value &&
      ts.isFunctionLike(value.node)
    ) {
      return value as unknown as { node: FunctionLike; scope: StaticScope };
    }
    throw new ModelError(wrongKind(spanOf(node), "a function", describeStatic(value)));
  }

  #loss(functions: FunctionReader, scope: StaticScope): Model["loss"] {
    const node = this.#properties.get("loss");
    if (node === undefined) return {};
    if (!ts.isObjectLiteralExpression(node)) {
      this.#errors.push(
        wrongKind(spanOf(node), "a record with `terminal`, `running` or `at`", "something else"),
      );
      return {};
    }
    const parts = new Map<string, ts.Expression>();
    this.#collect(node, "`loss`", lossKeys, parts);
    const part = (key: "terminal" | "running" | "at"): Fn | undefined => {
      const at = parts.get(key);
      return at && this.#recovered(() => functions.scalar(key, this.#function(at, scope), at));
    };
    return { terminal: part("terminal"), running: part("running"), at: part("at") };
  }

  #outputs(functions: FunctionReader, scope: StaticScope): Model["outputs"] {
    const node = this.#properties.get("outputs");
    if (node === undefined) return [];
    if (!ts.isObjectLiteralExpression(node)) {
      this.#errors.push(wrongKind(spanOf(node), "a record of functions", "something else"));
      return [];
    }
    const parts = new Map<string, ts.Expression>();
    this.#collect(node, "`outputs`", undefined, parts);
    return [...parts].flatMap(([name, at]) => {
      const made = this.#recovered(() => functions.output(name, this.#function(at, scope), at));
      return made === undefined ? [] : [{ name, ...made }];
    });
  }

  // Times and solver.

  #times(scope: StaticScope): { times?: number[] | undefined; timesSpan?: Span | undefined } {
    const node = this.#properties.get("times");
    if (node === undefined) return {};
    const value = this.#recovered(() => this.#evaluator.expression(node, scope));
    const numbers = value instanceof Tensor ? value.values() : Array.isArray(value) ? value : undefined;
    if (
      numbers === undefined ||
      numbers.length === 0 ||
      numbers.some((one) => typeof one !== "number" || !Number.isFinite(one))
    ) {
      this.#errors.push(wrongKind(spanOf(node), "a list of times", describeStatic(value)));
      return {};
    }
    return { times: numbers as number[], timesSpan: spanOf(node) };
  }

  #solver(scope: StaticScope): { solver: SolverDefaults; solverSpans: Record<string, Span> } {
    const spans: Record<string, Span> = {};
    const values = new Map<string, Static>();
    const node = this.#properties.get("solver");
    if (node !== undefined) {
      if (!ts.isObjectLiteralExpression(node)) {
        this.#errors.push(
          wrongKind(
            spanOf(node),
            'a record such as `{ method: "rk4", t1: 1, steps: 100 }`',
            "something else",
          ),
        );
      } else {
        const parts = new Map<string, ts.Expression>();
        this.#collect(node, "`solver`", solverKeys, parts);
        for (const [key, at] of parts) {
          spans[key] = spanOf(at);
          values.set(
            key,
            this.#recovered(() => this.#evaluator.expression(at, scope)),
          );
        }
      }
    }
    for (const key of ["rtol", "atol", "maxSteps"]) {
      const at = spans[key];
      if (at)
        this.#errors.push(
          notYet(at, `\`${key}\`: steps chosen by an error estimate`, "give a fixed number of `steps`"),
        );
    }
    const number = (key: string): number | undefined => {
      const value = values.get(key);
      if (value === undefined) return undefined;
      if (typeof value === "number" && Number.isFinite(value)) return value;
      this.#errors.push(badSolverValue(spans[key]!, key, "a number"));
      return undefined;
    };
    const text = (key: string): string | undefined => {
      const value = values.get(key);
      if (value === undefined || typeof value === "string") return value;
      this.#errors.push(badSolverValue(spans[key]!, key, "a name in quotes"));
      return undefined;
    };
    const wrt = values.get("wrt");
    if (wrt !== undefined && !(Array.isArray(wrt) && wrt.every((one) => typeof one === "string"))) {
      this.#errors.push(badSolverValue(spans["wrt"]!, "wrt", "a list of dotted paths in quotes"));
    }
    return {
      solver: {
        method: text("method") ?? "rk4",
        t0: number("t0") ?? 0,
        t1: number("t1") ?? 1,
        steps: number("steps"),
        dt: number("dt"),
        adjoint: text("adjoint") ?? "symplectic",
        wrt: Array.isArray(wrt) ? (wrt as string[]) : undefined,
      },
      solverSpans: spans,
    };
  }
}

/** The initializer of a property of an object literal, for the place of an error. */
function propertyOf(node: ts.Node, key: string): ts.Node | undefined {
  if (ts.isObjectLiteralExpression(node)) {
    for (const property of node.properties) {
      if (ts.isPropertyAssignment(property) && property.name.getText() === key) return property.initializer;
    }
  }
  if (ts.isCallExpression(node)) {
    for (const argument of node.arguments) {
      const found = propertyOf(argument, key);
      if (found) return found;
    }
  }
  return undefined;
}

interface Layout {
  readonly state: readonly Leaf[];
  readonly params: readonly Leaf[];
  readonly inputs: readonly Input[];
  readonly data: readonly Leaf[];
}

/** Lowers the functions of a model, each with the parameters of the Model contract. */
class FunctionReader {
  readonly #layout: Layout;
  readonly #pool: ConstantPool;
  readonly #evaluator: StaticEvaluator;
  readonly #constants: Static;
  readonly #errors: Diagnostic[];

  constructor(
    layout: Layout,
    pool: ConstantPool,
    evaluator: StaticEvaluator,
    constants: Static,
    errors: Diagnostic[],
  ) {
    this.#layout = layout;
    this.#pool = pool;
    this.#evaluator = evaluator;
    this.#constants = constants;
    this.#errors = errors;
  }

  rhs(fn: { node: FunctionLike; scope: StaticScope }, at: ts.Node): Fn {
    const { state } = this.#layout;
    return this.#lower("rhs", fn, at, false, (lowering, value, names) => {
      const results = state.map((leaf) => ({ leaf, name: names.fresh(`f_${leaf.name}`) }));
      const body = resultNode(fn.node) ?? at;
      if (value.kind !== "record")
        throw new ModelError(
          wrongKind(spanOf(body), "a record with the derivative of every state", describe(value)),
        );
      this.#matchState(value, [], body);
      for (const { leaf, name } of results) {
        const entry = entryAt(value, leaf.path);
        if (entry === undefined || entry.kind === "poison") continue;
        this.#into(
          lowering,
          name,
          leaf.shape,
          entry,
          placeOf(value, leaf.path) ?? body,
          `the derivative of \`${leaf.path.join(".")}\``,
          leaf.span,
        );
      }
      return results.map(({ leaf, name }) => ({ name, shape: leaf.shape }));
    });
  }

  scalar(name: string, fn: { node: FunctionLike; scope: StaticScope }, at: ts.Node): Fn {
    return this.#lower(name, fn, at, name === "at", (lowering, value, names) => {
      const result = names.fresh("result");
      this.#into(
        lowering,
        result,
        [],
        value,
        resultNode(fn.node) ?? at,
        `\`${name}\` of the loss`,
        undefined,
      );
      return [{ name: result, shape: [] }];
    });
  }

  output(
    name: string,
    fn: { node: FunctionLike; scope: StaticScope },
    at: ts.Node,
  ): { shape: Shape; fn: Fn } {
    let shape: Shape = [];
    const lowered = this.#lower(`output_${name}`, fn, at, false, (lowering, value, names) => {
      const whole =
        value.kind === "list" ? lowering.materialise(value, "value", resultNode(fn.node) ?? at) : value;
      shape = whole.kind === "array" ? whole.shape : [];
      const result = names.fresh("result");
      this.#into(
        lowering,
        result,
        shape,
        whole,
        resultNode(fn.node) ?? at,
        `the output \`${name}\``,
        undefined,
      );
      return [{ name: result, shape }];
    });
    return { shape, fn: lowered };
  }

  #into(
    lowering: Lowering,
    array: string,
    shape: Shape,
    value: Value,
    at: ts.Node,
    what: string,
    declared: Span | undefined,
  ): void {
    if (value.kind === "poison") return;
    const isNumber = asReal(value) !== undefined;
    const target: Value = {
      kind: "array",
      view: { array, prefix: [] },
      shape,
      element: "real",
      isWritable: true,
    };
    if (shape.length === 0 ? !isNumber : isNumber) {
      throw new ModelError(wrongShape(spanOf(at), what, describeShape(shape), describe(value), declared));
    }
    try {
      lowering.assignArray(target, value, at);
    } catch (error) {
      if (error instanceof ModelError && error.diagnostic.code === "ODE2005") {
        throw new ModelError(wrongShape(spanOf(at), what, describeShape(shape), describe(value), declared));
      }
      throw error;
    }
  }

  /** Every state has a derivative and nothing else has. */
  #matchState(value: Value & { kind: "record" }, path: readonly string[], at: ts.Node): void {
    const { state } = this.#layout;
    const here = state.filter((leaf) => path.every((word, depth) => leaf.path[depth] === word));
    const wanted = new Map(here.map((leaf) => [leaf.path[path.length]!, leaf]));
    for (const [name, leaf] of wanted) {
      const entry = value.entries.get(name);
      const full = [...path, name].join(".");
      if (entry === undefined) {
        const misspelt = [...value.entries.keys()].find(
          (key) => !wanted.has(key) && nearest(key, [name]) !== undefined,
        );
        if (misspelt === undefined) this.#errors.push(missingDerivative(spanOf(at), full, leaf.span));
      } else if (entry.kind === "record") {
        this.#matchState(entry, [...path, name], value.declared?.get(name) ?? at);
      }
    }
    for (const name of value.entries.keys()) {
      if (wanted.has(name)) continue;
      const known = [...wanted.keys()];
      this.#errors.push(
        extraDerivative(spanOf(value.declared?.get(name) ?? at), name, known, nearest(name, known)),
      );
    }
  }

  #lower(
    name: string,
    fn: { node: FunctionLike; scope: StaticScope },
    at: ts.Node,
    withIndex: boolean,
    finish: (lowering: Lowering, value: Value, names: Names) => { name: string; shape: Shape }[],
  ): Fn {
    const { state, params, inputs, data } = this.#layout;
    const inputLeaves = inputs.flatMap((input) => input.leaves);
    const names = new Names([...state, ...params, ...inputLeaves, ...data].map((leaf) => leaf.name));
    const time = names.fresh("t");
    const index = names.fresh("k");
    const lowering = new Lowering(this.#evaluator, this.#pool, names);
    const view = (leaf: Leaf): Value => ({
      kind: "array",
      view: { array: leaf.name, prefix: [] },
      shape: leaf.shape,
      element: "real",
      isWritable: false,
    });
    const env = new Map<string, Value>([
      ["t", { kind: "real", expr: build.name(time) }],
      ["constants", { kind: "static", value: this.#constants ?? new Map<string, Static>() }],
      ["inputs", tree(inputLeaves, view)],
      ["data", tree(data, view)],
    ]);
    if (withIndex) env.set("k", { kind: "integer", form: affine.index(index) });
    const args: Value[] = [tree(state, view), tree(params, view), { kind: "record", entries: env }];
    if (withIndex) lowering.know(index, data);
    const scope = lowering.scopeOf(fn.scope);
    let results: { name: string; shape: Shape }[] = [];
    try {
      const value = lowering.run(fn.node, scope, args);
      if (lowering.errors.length === 0 || value.kind === "record") results = finish(lowering, value, names);
    } catch (error) {
      if (error instanceof ModelError) lowering.errors.push(error.diagnostic);
      else if (!(error instanceof Poisoned)) throw error;
    }
    this.#errors.push(...lowering.errors);
    const array = (leaf: Leaf): Parameter => ({
      kind: "array",
      name: leaf.name,
      element: "real",
      shape: leaf.shape,
      access: "in",
    });
    return {
      name,
      parameters: [
        { kind: "real", name: time },
        ...(withIndex ? [{ kind: "integer" as const, name: index }] : []),
        ...[...state, ...params, ...inputLeaves, ...data].map(array),
        ...results.map(
          ({ name: result, shape }): Parameter => ({
            kind: "array",
            name: result,
            element: "real",
            shape,
            access: "out",
          }),
        ),
      ],
      body: lowering.take(),
    };
  }
}

/** Leaves as a record of records, by their paths. */
function tree(leaves: readonly Leaf[], view: (leaf: Leaf) => Value, depth = 0): Value {
  const groups = new Map<string, Leaf[]>();
  for (const leaf of leaves) {
    const word = leaf.path[depth]!;
    const group = groups.get(word);
    if (group) group.push(leaf);
    else groups.set(word, [leaf]);
  }
  const entries = new Map<string, Value>();
  for (const [word, group] of groups) {
    const [first] = group;
    entries.set(word, first!.path.length === depth + 1 ? view(first!) : tree(group, view, depth + 1));
  }
  return { kind: "record", entries };
}

function entryAt(value: Value, path: readonly string[]): Value | undefined {
  let at: Value | undefined = value;
  for (const word of path) {
    if (at?.kind === "record") at = at.entries.get(word);
    else if (at?.kind === "list" && /^\d+$/.test(word)) at = at.items[Number(word)];
    else return undefined;
  }
  return at;
}

function placeOf(value: Value, path: readonly string[]): ts.Node | undefined {
  let at: Value | undefined = value;
  let place: ts.Node | undefined;
  for (const word of path) {
    if (at?.kind !== "record") return place;
    place = at.declared?.get(word) ?? place;
    at = at.entries.get(word);
  }
  return place && ts.isPropertyAssignment(place) ? place.initializer : place;
}

/** What a function returns, for the place of an error. */
function resultNode(node: FunctionLike): ts.Node | undefined {
  const { body } = node;
  if (body === undefined) return undefined;
  if (!ts.isBlock(body)) return ts.isParenthesizedExpression(body) ? body.expression : body;
  const last = body.statements.at(-1);
  return last && ts.isReturnStatement(last) ? (last.expression ?? last) : node;
}
