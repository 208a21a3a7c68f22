/**
 * From a field to its program: the value and the operators at every point, the mean of the loss over the points, and
 * its gradient, all in the IR. In: a model without a state, whose functions take the number of the point. Out: the
 * module, not yet optimised.
 */

import type { Context } from "../differentiate/normalise.ts";
import { programTangent } from "../differentiate/program-forward.ts";
import { parts } from "../differentiate/reverse.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Argument, Fn, GlobalArray, Home, Program, Shape, Statement, View } from "../ir/nodes.ts";
import { type Leaf, type Model, sizeOf } from "../model.ts";
import { type Module, type Products, type Solver, status } from "../module.ts";
import { isWanted } from "./interface-arrays.ts";

export function buildField(model: Model, solver: Solver, version: string, products: Products): Module {
  return new FieldProgram(model, solver).module(version, products);
}

class FieldProgram {
  readonly #model: Model;
  readonly #solver: Solver;
  readonly #count: number;
  readonly #names: Names;
  readonly #arrays: GlobalArray[] = [];
  readonly #outputs = new Map<string, string>();
  /** Cotangents of parameters, and of those that are not asked for. */
  readonly #bars = new Map<string, string>();
  readonly #unasked: string[] = [];
  readonly #value: string;
  /** Where the number of the point is kept, of a module that takes one after the other. */
  readonly #number: string | undefined;
  readonly #failedPoint: string;
  readonly #failedStage: string;
  /** Directions and what changes along them, by the array that moves. */
  readonly #directions = new Map<string, string>();
  readonly #tangents = new Map<string, string>();

  constructor(model: Model, solver: Solver) {
    this.#model = model;
    this.#solver = solver;
    this.#count = model.field!.count;
    const leaves = [...model.params, ...model.data];
    this.#names = new Names([...leaves.map(({ name }) => name), ...model.constants.map(({ name }) => name)]);
    this.#value = this.#add("value", [], { record: "value", path: ["value"], offset: 0, lead: 0 });
    this.#number = model.field!.number && this.#names.fresh("number");
    const report = (name: string, offset: number): string =>
      this.#add(name, [], { record: "report", path: [name], offset, lead: 0 });
    this.#failedPoint = report("failed_step", 0);
    this.#failedStage = report("failed_stage", 1);
    for (const leaf of model.params) {
      const home = { path: leaf.path, offset: leaf.offset, lead: 0 };
      this.#own(leaf, { record: "params", ...home });
      const bar = this.#add(`${leaf.name}_bar`, leaf.shape, { record: "paramsBar", ...home });
      if (isWanted(solver.wrt, "params", leaf)) this.#bars.set(leaf.name, bar);
      else this.#unasked.push(bar);
    }
    for (const leaf of model.data)
      this.#own(leaf, { record: "data", path: leaf.path, offset: leaf.offset, lead: 0 });
    let offset = 0;
    for (const { name, shape } of model.outputs) {
      const home: Home = { record: "outputs", path: [name], offset, lead: 1 };
      this.#outputs.set(name, this.#add(`${name}_output`, [this.#count, ...shape], home));
      offset += sizeOf(shape);
    }
  }

  #add(wish: string, shape: Shape, home: Home): string {
    const name = this.#names.fresh(wish);
    this.#arrays.push({ name, element: "real", shape, role: "interface", home });
    return name;
  }

  #own(leaf: Leaf, home: Home): void {
    const { name, shape, initial: data } = leaf;
    this.#arrays.push({ name, element: "real", shape, role: "interface", home, data });
  }

  module(version: string, products: Products): Module {
    const model = this.#model;
    const context: Context = { arrays: model.constants, functions: model.functions };
    const { at } = model.loss;
    const reverse = at && lossAndCotangent(at, new Set(this.#bars.keys()), context);
    if (products.jvp || products.hvp) this.#direct();
    const functions: Fn[] = [
      ...model.functions,
      ...model.outputs.map(({ fn }) => fn),
      ...(at === undefined ? [] : [at]),
      ...(reverse === undefined ? [] : [reverse]),
      this.#evaluate(),
      this.#gradient(reverse),
    ];
    const program: Program = { arrays: [...this.#arrays, ...model.constants], functions };
    const tangents = [
      ...(products.jvp ? [programTangent(program, "solve", this.#directions, this.#tangents, "jvp")] : []),
      ...(products.hvp ? [programTangent(program, "gradient", this.#directions, this.#tangents, "hvp")] : []),
    ];
    const points = this.#count;
    return {
      model,
      solver: this.#solver,
      program: {
        arrays: [...program.arrays, ...tangents.flatMap(({ arrays }) => arrays)],
        functions: [...functions, ...tangents.flatMap((each) => each.functions)],
      },
      entries: [
        { name: "solve", fn: "solve", arguments: [] },
        { name: "gradient", fn: "gradient", arguments: [] },
        ...(["jvp", "hvp"] as const)
          .filter((name) => products[name])
          .map((name) => ({ name, fn: name, arguments: [] })),
      ],
      counts: {
        solve: { field: points },
        gradient: { field: 0, vjp: points },
        reverse: { field: 0, vjp: 0 },
      },
      words: { checkpoints: 0, workspace: 0 },
      version,
    };
  }

  /** Arrays for directions in the parameters and for what changes along them. */
  #direct(): void {
    for (const { name, shape, home } of [...this.#arrays]) {
      if (home === undefined) continue;
      const record = (
        { params: "paramsDot", value: "valueDot", outputs: "outputsDot", paramsBar: "paramsBarDot" } as const
      )[home.record as string];
      if (record === undefined) continue;
      const dot = this.#add(`${name}_dot`, shape, { ...home, record });
      (record === "paramsDot" ? this.#directions : this.#tangents).set(name, dot);
    }
  }

  /** The arguments of a function of the model at a point: time, which there is none of, the point's number, the leaves. */
  #call(fn: Fn, k: Affine, more: readonly View[]): Statement {
    const leaves = [...this.#model.params, ...this.#model.data];
    return {
      kind: "call",
      callee: fn.name,
      args: [
        { kind: "real", value: build.zero },
        { kind: "integer", value: this.#numberOf(k) },
        ...leaves.map(({ name }): Argument => ({ kind: "array", view: { array: name, prefix: [] } })),
        ...more.map((view): Argument => ({ kind: "array", view })),
      ],
    };
  }

  /** Of the k-th point of the module. */
  #numberOf = (k: Affine): Affine => (this.#number === undefined ? k : affine.gather(this.#number, []));

  #opening(): Statement[] {
    const { number } = this.#model.field!;
    return [
      ...(this.#number === undefined
        ? []
        : [
            build.alloc(this.#number, [], { element: "integer", zero: false }),
            build.store(this.#number, [], build.read(number!.leaf)),
          ]),
      build.store(this.#failedPoint, [], build.zero),
      build.store(this.#failedStage, [], build.zero),
      build.store(this.#value, [], build.zero),
    ];
  }

  /** Leaves with a status where the loss of a point is not finite; `spoilt`: arrays that then are no numbers. */
  #check(amount: string, k: Affine, spoilt: readonly string[]): Statement[] {
    const loss = this.#names.fresh("loss");
    const spread = this.#names.fresh("spread");
    const none = build.number(Number.NaN);
    return [
      build.bind(loss, build.read(amount)),
      // Infinity minus itself is NaN: 0 for finite numbers alone.
      build.bind(spread, build.sub(build.name(loss), build.name(loss))),
      build.branch(build.compare("ne", build.name(spread), build.zero), [
        build.store(this.#failedPoint, [], build.integerValue(this.#numberOf(k))),
        build.store(this.#value, [], none),
        ...spoilt.flatMap((array) => this.#fill(array, Number.NaN)),
        build.leave(status.notFiniteField),
      ]),
    ];
  }

  #fill(array: string, value: number): Statement[] {
    const { shape } = this.#arrays.find(({ name }) => name === array)!;
    return build.forEachEntry(shape, this.#names.fresh, (at) => [
      build.store(array, at, build.number(value)),
    ]);
  }

  #mean(): Statement {
    return build.store(this.#value, [], build.div(build.read(this.#value), build.number(this.#count)));
  }

  #evaluate(): Fn {
    const k = this.#names.fresh("k");
    const at = affine.index(k);
    const { at: loss } = this.#model.loss;
    const amount = this.#names.fresh("amount");
    const body: Statement[] = this.#model.outputs.map(({ name, fn }) =>
      this.#call(fn, at, [{ array: this.#outputs.get(name)!, prefix: [at] }]),
    );
    if (loss !== undefined) {
      body.push(
        this.#call(loss, at, [{ array: amount, prefix: [] }]),
        ...this.#check(amount, at, []),
        build.accumulate(this.#value, [], build.read(amount)),
      );
    }
    return {
      name: "solve",
      parameters: [],
      body: [
        ...this.#opening(),
        ...(loss === undefined ? [] : [build.alloc(amount, [], { zero: false })]),
        build.loop(k, affine.integer(0), affine.integer(this.#count), body),
        ...(loss === undefined ? [] : [this.#mean()]),
        build.leave(status.ok),
      ],
      doc: "The field and its operators at every point, and the mean of the loss.",
    };
  }

  #gradient(reverse: Fn | undefined): Fn {
    const k = this.#names.fresh("k");
    const at = affine.index(k);
    const amount = this.#names.fresh("amount");
    const seed = this.#names.fresh("seed");
    const bars = [...this.#bars.values()];
    const whole = (array: string): View => ({ array, prefix: [] });
    const clear = [...bars, ...this.#unasked].flatMap((array) => this.#fill(array, 0));
    return {
      name: "gradient",
      parameters: [],
      body: [
        ...this.#opening(),
        ...clear,
        ...(reverse === undefined
          ? []
          : [
              build.alloc(amount, [], { zero: false }),
              build.alloc(seed, [], { zero: false }),
              build.store(seed, [], build.number(1 / this.#count)),
              build.loop(k, affine.integer(0), affine.integer(this.#count), [
                this.#call(reverse, at, [amount, seed, ...bars].map(whole)),
                ...this.#check(amount, at, [...bars, ...this.#unasked]),
                build.accumulate(this.#value, [], build.read(amount)),
              ]),
              this.#mean(),
            ]),
        build.leave(status.ok),
      ],
      doc: "The mean of the loss over the points, and its gradient.",
    };
  }
}

/** The loss of a point with its reverse sweep: the forward sweep is run once for both. */
function lossAndCotangent(fn: Fn, wrt: ReadonlySet<string>, context: Context): Fn {
  const { inputs, outs, seeds, bars, tapes, forward, reverse } = parts(fn, wrt, context);
  return {
    name: "loss_vjp",
    parameters: [...inputs, ...outs, ...seeds, ...bars],
    body: [...tapes, ...forward, ...reverse],
    doc: "The loss at a point; adds its derivative times the seed to the cotangents of the parameters.",
  };
}
