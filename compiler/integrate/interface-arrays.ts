/**
 * The global arrays through which a compiled model talks to its caller. In: a model and its solver. Out: the arrays,
 * each with its home in the module's records, and their names by leaf.
 */

import { Names } from "../ir/names.ts";
import type { Directed, GlobalArray, Home, Shape } from "../ir/nodes.ts";
import { type Leaf, type Model, sizeOf } from "../model.ts";
import { type Products, reportOf, type Solver } from "../module.ts";

export interface Interface {
  readonly arrays: readonly GlobalArray[];
  readonly t0: string;
  readonly t1: string;
  /** The number of steps; of adaptive ones their limit. */
  readonly steps: string;
  /** Of adaptive steps alone. */
  readonly rtol: string | undefined;
  readonly atol: string | undefined;
  readonly times: string;
  readonly value: string;
  /** Constant scalar: the number of steps that checkpoints have room for. */
  readonly capacity: string;
  readonly failedStep: string;
  readonly failedStage: string;
  /** Counts of a run, where they are not known before. */
  readonly accepted: string | undefined;
  readonly rejected: string | undefined;
  readonly evaluations: string | undefined;
  /** How far the start that was recovered is from the start, where states are recovered. */
  readonly deviation: string | undefined;
  /** By leaf name of the model. */
  readonly start: ReadonlyMap<string, string>;
  readonly states: ReadonlyMap<string, string>;
  readonly given: ReadonlyMap<string, string>;
  readonly startBar: ReadonlyMap<string, string>;
  /** Cotangents of params and inputs; only those that are differentiated. */
  readonly givenBar: ReadonlyMap<string, string>;
  /** Densities of inputs, of those that are differentiated and where they are asked for. */
  readonly density: ReadonlyMap<string, string>;
  /** Cotangents nobody asked for: 0 in the results, never left over from something else. */
  readonly unasked: readonly string[];
  /** By output name. */
  readonly outputs: ReadonlyMap<string, string>;
  readonly observations: number;
  /** Directions of what is given, and tangents of what is asked for, by array; of those there are. */
  readonly directions: ReadonlyMap<string, string>;
  readonly tangents: ReadonlyMap<string, string>;
}

/** The records whose arrays have a direction, and those that have a tangent, with its record. */
const directions: Partial<Record<Home["record"], Directed>> = {
  control: "controlDot",
  state0: "state0Dot",
  params: "paramsDot",
  inputs: "inputsDot",
  times: "timesDot",
};
const tangents: Partial<Record<Home["record"], Directed>> = {
  value: "valueDot",
  states: "statesDot",
  outputs: "outputsDot",
  state0Bar: "state0BarDot",
  paramsBar: "paramsBarDot",
  inputsBar: "inputsBarDot",
  inputsDensity: "inputsDensityDot",
};

export function interfaceArrays(model: Model, solver: Solver, products: Products): Interface {
  const leaves = [
    ...model.state,
    ...model.params,
    ...model.inputs.flatMap((input) => input.leaves),
    ...model.data,
  ];
  // The functions of the model use the names of the leaves and constants; those are spoken for.
  const names = new Names([
    ...leaves.map((leaf) => leaf.name),
    ...model.constants.map((array) => array.name),
  ]);
  const arrays: GlobalArray[] = [];
  // What each sample has for itself has an axis in front.
  const samples = solver.batch === undefined ? [] : [solver.batch];
  const own = samples.length;
  const copies = (initial: readonly number[]): readonly number[] =>
    samples.length === 0 ? initial : Array.from({ length: samples[0]! }, () => initial).flat();
  const add = (name: string, shape: Shape, home: Home, data?: readonly number[]): string => {
    arrays.push({ name, element: "real", shape, role: "interface", home, data });
    return name;
  };
  const scalar = (wish: string, record: Home["record"], offset: number, initial?: number): string =>
    add(
      names.fresh(wish),
      [],
      { record, path: [wish], offset, lead: 0 },
      initial === undefined ? undefined : [initial],
    );

  const t0 = scalar("t0", "control", 0, solver.t0);
  const t1 = scalar("t1", "control", 1, solver.t1);
  const tolerance = solver.tolerance;
  const rtol = tolerance && scalar("rtol", "control", 2, tolerance.rtol);
  const atol = tolerance && scalar("atol", "control", 3, tolerance.atol);
  const steps = tolerance
    ? scalar("max_steps", "control", 4, solver.steps)
    : scalar("steps", "control", 2, solver.steps);
  const observations = model.times?.length ?? 1;
  const times = add(
    names.fresh("times"),
    [observations],
    { record: "times", path: ["times"], offset: 0, lead: 0 },
    model.times ?? [solver.t1],
  );
  const value = scalar("value", "value", 0);
  const capacity = names.fresh("capacity");
  arrays.push({ name: capacity, element: "real", shape: [], role: "constant", data: [solver.steps] });
  const failedStep = scalar("failed_step", "report", 0);
  const failedStage = scalar("failed_stage", "report", 1);
  const reported = new Map(
    reportOf(solver)
      .slice(2)
      .map((name, i) => [name, scalar(name, "report", i + 2)]),
  );

  const start = new Map<string, string>();
  const states = new Map<string, string>();
  const startBar = new Map<string, string>();
  const unasked: string[] = [];
  const given = new Map<string, string>();
  const givenBar = new Map<string, string>();
  const density = new Map<string, string>();
  for (const leaf of model.state) {
    const home = { path: leaf.path, offset: leaf.offset };
    start.set(
      leaf.name,
      add(
        names.fresh(`${leaf.name}_start`),
        [...samples, ...leaf.shape],
        { record: "state0", ...home, lead: own },
        copies(leaf.initial),
      ),
    );
    states.set(
      leaf.name,
      add(names.fresh(`${leaf.name}_states`), [...samples, observations, ...leaf.shape], {
        record: "states",
        ...home,
        lead: own + 1,
      }),
    );
    const bar = add(names.fresh(`${leaf.name}_start_bar`), [...samples, ...leaf.shape], {
      record: "state0Bar",
      ...home,
      lead: own,
    });
    if (isWanted(solver.wrt, "state", leaf)) startBar.set(leaf.name, bar);
    else unasked.push(bar);
  }
  for (const leaf of model.params) {
    const home = { path: leaf.path, offset: leaf.offset, lead: 0 };
    given.set(leaf.name, add(leaf.name, leaf.shape, { record: "params", ...home }, leaf.initial));
    const bar = add(names.fresh(`${leaf.name}_bar`), leaf.shape, { record: "paramsBar", ...home });
    if (isWanted(solver.wrt, "params", leaf)) givenBar.set(leaf.name, bar);
    else unasked.push(bar);
  }
  for (const input of model.inputs) {
    for (const leaf of input.leaves) {
      const shape = [input.count, ...leaf.shape];
      const home = { path: leaf.path, offset: leaf.offset, lead: 1 };
      given.set(leaf.name, add(leaf.name, shape, { record: "inputs", ...home }, leaf.initial));
      const bar = add(names.fresh(`${leaf.name}_bar`), shape, { record: "inputsBar", ...home });
      const wanted = isWanted(solver.wrt, "inputs", leaf);
      if (wanted) givenBar.set(leaf.name, bar);
      else unasked.push(bar);
      if (solver.density !== true) continue;
      const values = add(names.fresh(`${leaf.name}_density`), shape, { record: "inputsDensity", ...home });
      if (wanted) density.set(leaf.name, values);
      else unasked.push(values);
    }
  }
  for (const leaf of model.data) {
    const home: Home = { record: "data", path: leaf.path, offset: leaf.offset, lead: own };
    given.set(leaf.name, add(leaf.name, [...samples, ...leaf.shape], home, copies(leaf.initial)));
  }
  const outputs = new Map<string, string>();
  let offset = 0;
  for (const output of model.outputs) {
    const home: Home = { record: "outputs", path: [output.name], offset, lead: own + 1 };
    outputs.set(
      output.name,
      add(names.fresh(`${output.name}_output`), [...samples, observations, ...output.shape], home),
    );
    offset += sizeOf(output.shape);
  }
  const directed = new Map<string, string>();
  const changed = new Map<string, string>();
  if (products.jvp || products.hvp) {
    const isKept = ({ record, path }: Home): boolean => {
      if (record === "control") return products.jvp && (path[0] === "t0" || path[0] === "t1");
      if (record === "times") return products.jvp && model.times !== undefined && tolerance !== undefined;
      if (record === "outputs") return products.jvp;
      return products.hvp || !(record.endsWith("Bar") || record === "inputsDensity");
    };
    for (const array of [...arrays]) {
      const { home, name, shape } = array;
      if (home === undefined || !isKept(home)) continue;
      const record = directions[home.record] ?? tangents[home.record];
      if (record === undefined) continue;
      const known = directions[home.record] === undefined ? changed : directed;
      known.set(name, add(names.fresh(`${name}_dot`), shape, { ...home, record }));
    }
  }
  return {
    arrays: [...arrays, ...model.constants],
    t0,
    t1,
    steps,
    rtol,
    atol,
    times,
    value,
    capacity,
    failedStep,
    failedStage,
    accepted: reported.get("accepted"),
    rejected: reported.get("rejected"),
    evaluations: reported.get("evaluations"),
    deviation: reported.get("deviation"),
    start,
    states,
    given,
    startBar,
    givenBar,
    density,
    unasked,
    outputs,
    observations,
    directions: directed,
    tangents: changed,
  };
}

/** Does a list of dotted paths name the leaf, or a record that holds it? */
export function isWanted(wrt: readonly string[] | undefined, record: string, leaf: Leaf): boolean {
  if (wrt === undefined) return true;
  const path = [record, ...leaf.path];
  return wrt.some((wanted) => path.some((_, depth) => path.slice(0, depth + 1).join(".") === wanted));
}
