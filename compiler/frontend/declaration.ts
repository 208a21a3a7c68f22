/**
 * `ode({...})` to a model: layouts, defaults and functions. In: the record that was handed to `ode`, as the interpreter
 * computed it. Out: a model, or nothing where an error was reported; everything that can be said at once is said.
 */

import { nearest } from "../../runtime/nearest.ts";
import * as messages from "../diagnostics/messages.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Fn, Parameter } from "../ir/nodes.ts";
import { type Input, type Leaf, type Model, type ModelEvent, sizeOf } from "../model.ts";
import { ConstantArrays } from "./constant-arrays.ts";
import { Rules } from "./custom.ts";
import { Declared, type RecordTree, recordOf, type Written } from "./declared.ts";
import { lowerFunction, type World } from "./functions.ts";
import { odeOf } from "./kernel.ts";
import {
  checkName,
  type Draft,
  draftsOf,
  emptyTree,
  leafNumbers,
  nameLeaves,
  placeLeaves,
  type Tree,
  treeOf,
} from "./layout.ts";
import { refuse, spanOf } from "./load.ts";
import type { Reporter } from "./reporter.ts";
import type { Target } from "./results.ts";
import { readSolver } from "./solver-defaults.ts";
import type { Interpreter } from "./static.ts";
import { describe, isTagged, numbersOf, record, type Static } from "./static-values.ts";
import { keyNode } from "./syntax.ts";

const keys = [
  ...["state", "params", "constants", "inputs", "data", "rhs", "outputs", "times", "loss", "solver"],
  ...["initial", "hamiltonian", "events"],
];

interface Signals {
  readonly tree: RecordTree;
  readonly inputs: readonly {
    readonly name: string;
    readonly kind: Input["kind"];
    readonly count: number;
    readonly drafts: readonly Draft[];
    readonly span: Span;
  }[];
}

/** Reads one declaration of \`ode\` or \`kernel\`. */
export class Declaration extends Declared {
  readonly #form: "ode" | "kernel";

  /** \`argument\`: where what was handed over stands. */
  constructor(
    interpreter: Interpreter,
    reporter: Reporter,
    { form, value, span }: Written<"ode" | "kernel">,
    argument: Span,
  ) {
    const expected = "a record such as `{ state, params, rhs }`";
    const record = recordOf(value, argument, expected);
    super(interpreter, reporter, form === "kernel" ? odeOf(record, span) : record, span);
    this.#form = form;
  }

  read(name: string, file: string): Model | undefined {
    this.#checkKeys();
    const state = this.leaves("state");
    const params = this.leaves("params");
    const data = this.leaves("data");
    const signals = this.#signals();
    const times = this.#times();
    const { defaults, spans } = readSolver(this.record("solver"), (diagnostic) =>
      this.reporter.add(diagnostic),
    );
    const constants = this.record("constants") ?? record(new Map());
    if (state === undefined || params === undefined || data === undefined || signals === undefined)
      return undefined;
    if (draftsOf(state).length === 0) {
      const what = "declare what the derivative is of: `state: { x: 1 }`";
      this.reporter.add(messages.missingKey(this.place("state") ?? this.span, "state", what));
      return undefined;
    }

    const groups = [
      { record: "state", drafts: draftsOf(state) },
      { record: "params", drafts: draftsOf(params) },
      { record: "inputs", drafts: signals.inputs.flatMap(({ drafts }) => drafts) },
      { record: "data", drafts: draftsOf(data) },
    ];
    const names = nameLeaves(groups);
    const inputs = placeInputs(signals, names);
    const placed = {
      state: placeLeaves(draftsOf(state), names),
      params: placeLeaves(draftsOf(params), names),
      data: placeLeaves(draftsOf(data), names),
    };
    const leaves = [
      ...placed.state,
      ...placed.params,
      ...inputs.flatMap((input) => input.leaves),
      ...placed.data,
    ];
    const constantArrays = new ConstantArrays();
    for (const leaf of leaves) for (const taken of [leaf.name, `f_${leaf.name}`]) constantArrays.take(taken);
    for (const taken of ["t", "k", "result"]) constantArrays.take(taken);
    const rules = new Rules();
    const world: World = {
      interpreter: this.interpreter,
      constantArrays,
      reporter: this.reporter,
      rules,
      names,
      state,
      params,
      inputs: signals.tree,
      data,
      constants,
      leaves,
      isState: (leaf) => placed.state.includes(leaf),
    };
    const hamiltonian = this.#hamiltonian(world, placed.state);
    const rhs = this.#rhs(world, placed.state) ?? (hamiltonian && { name: "rhs", parameters: [], body: [] });
    const initial = this.#initial(world, placed.state);
    const event = this.#event(world, placed.state);
    const loss = this.#loss(world, times?.length ?? 1);
    const outputs = this.#outputs(world);
    if (rhs === undefined || this.reporter.failed) return undefined;
    this.unused(placed.params, [
      rhs,
      hamiltonian,
      initial,
      event?.when,
      event?.then,
      ...Object.values(loss),
      ...outputs.map(({ fn }) => fn),
    ]);
    return {
      name,
      file,
      span: this.span,
      ...placed,
      inputs,
      times,
      timesSpan: this.place("times"),
      constants: constantArrays.arrays,
      functions: rules.functions,
      rules: rules.rules,
      operators: rules.operators.calls,
      rhs,
      hamiltonian,
      initial,
      event,
      loss,
      outputs,
      solver: defaults,
      solverSpans: spans,
    };
  }

  #checkKeys(): void {
    this.checkNames("`ode`", keys);
    if (!this.written.entries.has("state")) {
      const what = "add what the derivative is of, with its start: `state: { x: 1 }`";
      this.reporter.add(messages.missingKey(this.span, "state", what));
    }
    const moves = ["rhs", "hamiltonian"].some((key) => this.written.entries.has(key));
    if (!moves) {
      const what = "add the time derivative: `rhs: ({ x }, params) => ({ x: … })`";
      this.reporter.add(messages.missingKey(this.span, "rhs", what));
    }
  }

  #signals(): Signals | undefined {
    const span = this.place("inputs") ?? this.span;
    const value = this.record("inputs");
    if (value === undefined) {
      return this.written.entries.has("inputs") ? undefined : { tree: emptyTree(span), inputs: [] };
    }
    const entries = new Map<string, Tree>();
    const inputs: Signals["inputs"][number][] = [];
    for (const [name, signal] of value.entries) {
      const node = value.nodes.get(name);
      const place = node ? spanOf(node) : span;
      this.reporter.attempt(place, () => {
        checkName(name, place);
        const { tree, drafts, kind, count } = readSignal(name, signal, place);
        entries.set(name, tree);
        inputs.push({ name, kind, count, drafts, span: place });
      });
    }
    if (inputs.length < value.entries.size) return undefined;
    return { tree: { kind: "record", tuple: false, entries, span }, inputs };
  }

  #times(): readonly number[] | undefined {
    const value = this.written.entries.get("times");
    if (value === undefined) return undefined;
    const numbers = numbersOf(value);
    const isList = numbers?.shape.length === 1 && numbers.data.length > 0;
    const place = this.place("times") ?? this.span;
    if (isList) {
      const bad = numbers.data.findIndex((time) => !Number.isFinite(time));
      if (bad < 0) return numbers.data;
      const what = `an array with ${numbers.data[bad]} at index ${bad}`;
      this.reporter.add(messages.wrongKind(place, "an array of finite times", what));
      return undefined;
    }
    this.reporter.add(messages.wrongKind(place, "an array of at least one time", describe(value)));
    return undefined;
  }

  #rhs(world: World, state: readonly Leaf[]): Fn | undefined {
    if (!this.written.entries.has("rhs") || this.written.entries.has("hamiltonian")) return undefined;
    const fn = this.function(this.written.entries.get("rhs"), this.place("rhs") ?? this.span);
    if (fn === undefined) return undefined;
    const outs = outsOf(state);
    const target = targetOf(world.state, world.names, []);
    if (this.#form === "kernel") {
      const [leaf] = state as [Leaf];
      const derivative = target.kind === "record" ? target.entries.get("y")! : target;
      // What the command line says of a bare function stands where the function does.
      const { nodes } = this.written;
      const counted = nodes.get("state") === nodes.get("rhs") ? "--state " : "state: ";
      const own: Target = derivative.kind === "leaf" ? { ...derivative, counted } : derivative;
      return lowerFunction(world, "rhs", fn, { kind: "kernel", target: own, leaf, outs })?.fn;
    }
    return lowerFunction(world, "rhs", fn, { kind: "derivative", target, outs })?.fn;
  }

  /** The energy, of a state with positions and momenta in the same shapes. */
  #hamiltonian(world: World, state: readonly Leaf[]): Fn | undefined {
    const place = this.place("hamiltonian");
    if (place === undefined) return undefined;
    if (this.written.entries.has("rhs")) {
      this.reporter.add(messages.fieldTwice(place, this.place("rhs") ?? this.span));
      return undefined;
    }
    const shapes = (head: string): string[] =>
      state
        .filter(({ path }) => path[0] === head)
        .map(({ path, shape }) => `${path.slice(1).join(".")} ${shape.join("x")}`);
    const [q, p] = [shapes("q"), shapes("p")];
    if (q.length + p.length < state.length || q.sort().join() !== p.sort().join()) {
      this.reporter.add(messages.notCanonical(this.place("state") ?? this.span, place));
      return undefined;
    }
    const fn = this.function(this.written.entries.get("hamiltonian"), place);
    return fn && lowerFunction(world, "hamiltonian", fn, { kind: "number" })?.fn;
  }

  /** The event there is, or the one of a list. */
  #event(world: World, state: readonly Leaf[]): ModelEvent | undefined {
    const place = this.place("events");
    if (place === undefined) return undefined;
    const written = this.written.entries.get("events");
    const items = isTagged(written) && written.kind === "list" ? written.items : [written];
    const [value] = items;
    if (items.length !== 1 || !isTagged(value) || value.kind !== "record") {
      this.reporter.add(
        items.length > 1
          ? messages.notYet(place, "more than one event", "let one `when` be the product of all of them")
          : messages.wrongKind(place, "`{ when, direction?, stop?, then? }`", describe(value)),
      );
      return undefined;
    }
    const known = ["when", "direction", "stop", "then"];
    for (const key of value.entries.keys()) {
      const node = value.nodes.get(key);
      if (!known.includes(key))
        this.reporter.add(
          messages.unknownKey(
            node ? spanOf(keyNode(node)) : place,
            key,
            "an event",
            known,
            nearest(key, known),
          ),
        );
    }
    const at = (key: string): Span => {
      const node = value.nodes.get(key);
      return node ? spanOf(node) : place;
    };
    if (!value.entries.has("when")) {
      const what = "add what passes through 0: `when: ({ height }) => height`";
      this.reporter.add(messages.missingKey(place, "when", what));
      return undefined;
    }
    const direction = value.entries.get("direction") ?? 0;
    if (direction !== 0 && direction !== 1 && direction !== -1) {
      this.reporter.add(
        messages.wrongKind(at("direction"), "1 (rising), -1 (falling) or 0 (both)", describe(direction)),
      );
      return undefined;
    }
    const stop = value.entries.get("stop") ?? false;
    if (typeof stop !== "boolean") {
      this.reporter.add(messages.wrongKind(at("stop"), "true or false", describe(stop)));
      return undefined;
    }
    const whenFn = this.function(value.entries.get("when"), at("when"));
    const when = whenFn && lowerFunction(world, "when", whenFn, { kind: "number" })?.fn;
    const thenFn = value.entries.has("then")
      ? this.function(value.entries.get("then"), at("then"))
      : undefined;
    const target = targetOf(world.state, world.names, []);
    const then =
      thenFn && lowerFunction(world, "then", thenFn, { kind: "derivative", target, outs: outsOf(state) })?.fn;
    return when && { when, then, direction, stops: stop, span: place };
  }

  #initial(world: World, state: readonly Leaf[]): Fn | undefined {
    if (!this.written.entries.has("initial")) return undefined;
    const place = this.place("initial") ?? this.span;
    const fn = this.function(this.written.entries.get("initial"), place);
    if (fn === undefined) return undefined;
    const target = targetOf(world.state, world.names, [], "initial");
    return lowerFunction(world, "initial", fn, { kind: "initial", target, outs: outsOf(state) })?.fn;
  }

  #loss(world: World, times: number): Model["loss"] {
    const value = this.record("loss");
    if (value === undefined) return {};
    const parts = ["terminal", "running", "at"];
    const loss: { -readonly [part in keyof Model["loss"]]: Fn } = {};
    for (const [key, part] of value.entries) {
      const node = value.nodes.get(key);
      const place = node ? spanOf(node) : this.span;
      if (!parts.includes(key)) {
        const at = node ? spanOf(keyNode(node)) : this.span;
        this.reporter.add(messages.unknownKey(at, key, "`loss`", parts, nearest(key, parts)));
        continue;
      }
      const fn = this.function(part, place);
      if (fn === undefined) continue;
      const lowered = lowerFunction(world, key, fn, { kind: "number" }, key === "at" ? times : undefined);
      if (lowered !== undefined) loss[key as "at"] = lowered.fn;
    }
    return loss;
  }

  #outputs(world: World): Model["outputs"] {
    const value = this.record("outputs");
    return [...(value?.entries ?? [])].flatMap(([name, output]) => {
      const node = value?.nodes.get(name);
      const place = node ? spanOf(node) : this.span;
      this.reporter.attempt(place, () => checkName(name, place));
      const fn = this.function(output, place);
      const lowered = fn && lowerFunction(world, `output_${name}`, fn, { kind: "output" });
      return lowered === undefined ? [] : [{ name, shape: lowered.shape, fn: lowered.fn }];
    });
  }
}

/** An input: its tree is that of its leaf, its defaults are those of all pieces. */
function readSignal(
  name: string,
  value: Static,
  place: Span,
): { tree: Tree; drafts: readonly Draft[]; kind: Input["kind"]; count: number } {
  if (!isTagged(value) || value.kind !== "signal") {
    const expected = "a signal of time such as `hold(20)`";
    return refuse(messages.wrongKind(place, expected, describe(value)));
  }
  if (value.signal !== "hold" && value.knots.length < 2) {
    const what = `\`${value.signal}\` needs at least two knots, one at each end`;
    refuse(messages.badSignal(place, what, `write \`${value.signal}(2)\`, or \`hold(1)\` for a constant`));
  }
  const shape = treeOf(value.leaf, [name], place);
  const all = value.knots.map((knot) => {
    const numbers = leafNumbers(knot, shape);
    if (numbers !== undefined) return numbers;
    const instead = "give every piece or knot the shape of the leaf, whatever its number";
    return refuse(
      messages.badSignal(place, `a piece of \`${name}\` has another shape than its leaf`, instead),
    );
  });
  if (!all.flat(2).every(Number.isFinite)) {
    refuse(messages.badLeaf(place, `\`${name}\` has a default that is no finite number`));
  }
  let position = 0;
  const merge = (tree: Tree): Tree => {
    if (tree.kind === "record") {
      const entries = [...tree.entries].map(([key, inner]) => [key, merge(inner)] as const);
      return { ...tree, entries: new Map(entries) };
    }
    const own = position++;
    const initial = all.flatMap((numbers) => numbers[own]!);
    return { kind: "leaf", leaf: { ...tree.leaf, initial } };
  };
  const tree = merge(shape);
  return { tree, drafts: draftsOf(tree), kind: value.signal, count: value.knots.length };
}

function placeInputs(signals: Signals, names: ReadonlyMap<Draft, string>): Input[] {
  let offset = 0;
  return signals.inputs.map(({ name, kind, count, drafts, span }) => {
    const leaves = placeLeaves(drafts, names, count, offset);
    offset += drafts.reduce((sum, { shape }) => sum + count * sizeOf(shape), 0);
    return { name, kind, count, leaves, span };
  });
}

/** One result for each state leaf. */
const outsOf = (state: readonly Leaf[]): Parameter[] =>
  state.map(({ name, shape }) => ({
    kind: "array",
    name: `f_${name}`,
    element: "real",
    shape,
    access: "out",
  }));

/** Where the derivative of each state leaf goes. */
function targetOf(
  tree: Tree,
  names: ReadonlyMap<Draft, string>,
  path: readonly string[],
  maker: "rhs" | "initial" = "rhs",
): Target {
  const whatIs = maker === "rhs" ? "the derivative" : "the initial value";
  if (tree.kind === "leaf") {
    const name = `${whatIs} of \`${path.join(".")}\``;
    const { shape, span } = tree.leaf;
    return { kind: "leaf", array: `f_${names.get(tree.leaf)}`, prefix: [], shape, name, span };
  }
  const entries = [...tree.entries].map(
    ([key, inner]) => [key, targetOf(inner, names, [...path, key], maker)] as const,
  );
  const name = path.length === 0 ? `what \`${maker}\` returns` : `${whatIs} of \`${path.join(".")}\``;
  return { kind: "record", tuple: tree.tuple, entries: new Map(entries), maker, name, span: tree.span };
}
