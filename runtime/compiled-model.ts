/**
 * The methods of a compiled `ode`: questions in the shapes of its declaration to the flat arrays of the module, and back.
 *
 * What was settled when the code was generated (the method, the plan, the number of observation times) stays as it is: a
 * question that asks for something else is refused with its name. Interval, number of steps and tolerances may change, where they
 * fit each other.
 */
import type { Direction, Gradient, Model, OdeDeclaration, RunOptions } from "./declaration.ts";
import {
  finished,
  type Generated,
  nested,
  present,
  read,
  requireLoss,
  write,
  writeDirection,
  writeRecord,
} from "./generated.ts";
import type { LeafRecord, Leaves } from "./leaves.ts";
import {
  checkInterval,
  checkNumber,
  checkQuestion,
  checkStepping,
  checkTolerances,
  stepsOf,
} from "./question.ts";
import { checkNames } from "./records.ts";
import { refuse } from "./refuse.ts";
import { checkOptions, values } from "./run-options.ts";
import { piecesOf, type Signal } from "./signals.ts";

type Signals = Readonly<Record<string, Signal<Leaves>>>;
type Declaration = OdeDeclaration<LeafRecord, LeafRecord, object, Signals, LeafRecord, LeafRecord>;
type Options = RunOptions<LeafRecord, LeafRecord, Signals, LeafRecord>;
type Along = Direction<LeafRecord, LeafRecord, Signals>;
type Methods = Omit<
  Model<LeafRecord, LeafRecord, object, Signals, LeafRecord, LeafRecord>,
  "declaration" | "meta" | "plan"
>;

const itself = (i: number): number => i;

export function compiledModel(declaration: Declaration, module: () => Generated, plan: object): Methods {
  const { state, params = {}, inputs = {}, data = {}, initial, times, loss = {} } = declaration;
  let presets: Float64Array | undefined;
  const pieces = piecesOf(inputs);

  /** Where the numbers of piece or knot k of a signal lie: each leaf has its pieces side by side. */
  const placesOf = (name: string, k: number): readonly number[] =>
    module()
      .meta.inputs.leaves.filter((leaf) => leaf.name === name || leaf.name.startsWith(`${name}.`))
      .flatMap(({ offset, shape: [, ...shape] }) => {
        const words = shape.reduce((product, n) => product * n, 1);
        return Array.from({ length: words }, (_, i) => offset + k * words + i);
      });

  const writeInputs = (
    given: object | undefined,
    flat: Float64Array,
    otherwise: (s: Signal<Leaves>) => readonly Leaves[],
  ) => {
    checkNames(inputs, given, "inputs");
    for (const [name, signal] of Object.entries(inputs)) {
      const list = (given as Record<string, readonly Leaves[]> | undefined)?.[name] ?? otherwise(signal);
      if (list.length !== signal.knots.length) refuse(`inputs.${name} needs ${signal.knots.length} entries`);
      list.forEach((piece, k) => {
        const places = placesOf(name, k);
        write(signal.leaf, piece, flat, (i) => places[i]!, `inputs.${name}.${k}`);
      });
    }
  };

  const readInputs = (flat: Float64Array) =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, { leaf, knots }]) => [
        name,
        knots.map((_, k) => {
          const places = placesOf(name, k);
          return read(leaf, flat, (i) => places[i]!);
        }),
      ]),
    );

  /** What an option was when the model was compiled: the command may have said otherwise than the declaration. */
  const settled = (meta: object, name: string): unknown =>
    (({ ...declaration.solver, ...plan, ...meta }) as Record<string, unknown>)[name];

  const writeControl = (options: Options, { meta, io, reserve }: Generated) => {
    const { control } = io as { control: Float64Array };
    presets ??= control.slice();
    control.set(presets);
    checkStepping(options);
    for (const [name, value] of Object.entries(options)) {
      if ((name in meta.control || name === "dt") && value !== undefined && typeof value !== "number")
        refuse(`${name}: ${JSON.stringify(value)} is no number`);
      if (
        value === undefined ||
        values.some((each) => each === name) ||
        (name === "dt" && "steps" in meta.control)
      )
        continue;
      const place = meta.control[name];
      if (place !== undefined) control[place] = value as number;
      else if (String(settled(meta, name)) !== String(value))
        refuse(`${name} was settled when ${meta.model} was compiled: state it in the model's solver`);
    }
    const at = (name: string): number => control[meta.control[name]!]!;
    const [t0, t1] = [at("t0"), at("t1")];
    checkInterval(t0, t1);
    const isFixed = "steps" in meta.control;
    if (isFixed && options.dt !== undefined) control[meta.control["steps"]!] = stepsOf(options.dt, t0, t1);
    if ("rtol" in meta.control) checkTolerances(at("rtol"), at("atol"));
    if (options.times) checkNumber(options.times, meta.timesAreGiven ? io["times"]!.length : undefined);
    const observed = options.times ?? times ?? [t1];
    checkQuestion({ t0, t1, steps: isFixed ? at("steps") : undefined, times: observed, pieces });
    reserve({ maxSteps: at(isFixed ? "steps" : "maxSteps") });
    io["times"]!.set(observed);
  };

  const pose = (options: Options = {}): Generated => {
    checkOptions(options);
    const generated = module();
    const { io } = generated;
    writeControl(options, generated);
    if (initial === undefined) writeRecord(state, options.state, io["state0"]!, "state");
    else if (options.state !== undefined) refuse("state is computed by initial");
    writeRecord(params, options.params, io["params"]!, "params");
    writeRecord(data, options.data, io["data"]!, "data");
    writeInputs(options.inputs, io["inputs"]!, ({ knots }) => knots);
    return generated;
  };

  /** @throws RangeError when a direction moves what the model is not differentiated by */
  const checkMoved = (along: Along): void => {
    const { wrt } = plan as { readonly wrt?: readonly string[] };
    checkNames(initial === undefined ? { state, params, inputs } : { params, inputs }, along, "a direction");
    for (const [record, names] of Object.entries(along)) {
      for (const name of Object.keys(names ?? {})) {
        const isMoved = wrt?.some((one) => one === record || `${one}.`.startsWith(`${record}.${name}.`));
        if (isMoved === false) refuse(`${record}.${name} is not in wrt, so nothing is differentiated by it`);
      }
    }
  };

  const aim = (along: Along, { io }: Generated): void => {
    checkMoved(along);
    const put = (record: string, defaults: LeafRecord, given: object | undefined, place: string) => {
      const flat = io[record];
      if (flat !== undefined) writeDirection(defaults, given, flat, place);
    };
    if (initial === undefined) put("state0Dot", state, along.state, "state");
    put("paramsDot", params, along.params, "params");
    const zeros = ({ leaf, knots }: Signal<Leaves>) =>
      knots.map(() => read(leaf, new Float64Array(1), () => 0));
    if (io["inputsDot"] !== undefined) writeInputs(along.inputs, io["inputsDot"], zeros);
  };

  const gradients = (
    io: Generated["io"],
    suffix: "Bar" | "BarDot",
  ): Gradient<LeafRecord, LeafRecord, Signals> => {
    // A record that is not differentiated has no tangents: they are zero.
    const bars = (record: string) => io[`${record}${suffix}`] ?? new Float64Array(io[`${record}Bar`]!.length);
    return {
      params: read(params, bars("params"), itself),
      // Absent, and not there as `undefined`, where it is computed.
      ...((initial === undefined ? { state: read(state, bars("state0"), itself) } : {}) as {
        state: LeafRecord;
      }),
      inputs: readInputs(bars("inputs")) as never,
    };
  };

  const simulate = (options?: Options) => {
    const generated = pose(options);
    const { io, meta } = generated;
    finished(generated, generated.solve());
    const t = Array.from(io["times"]!);
    const rows = t.map((_, k) => read(state, io["states"]!, (i) => k * meta.state.size + i));
    const outputs = meta.outputs.leaves.map(({ name, offset, shape }) => [
      name,
      t.map((_, k) => nested(io["outputs"]!, k * meta.outputs.size + offset, shape)),
    ]);
    return {
      t,
      state: Object.fromEntries(Object.keys(state).map((name) => [name, rows.map((row) => row[name])])),
      outputs: Object.fromEntries(outputs),
      value: io["value"]![0]!,
    };
  };

  /** @throws Error when nothing is said to be differentiated: zeros would look like a gradient */
  const asked = (name: "gradient" | "jvp" | "hvp"): void =>
    requireLoss([loss.terminal, loss.running, loss.at], name, module().meta.model, "terminal: (state) => …");

  const valueAndGradient = (options?: Options) => {
    asked("gradient");
    const generated = pose(options);
    const { io, meta } = generated;
    finished(generated, present(generated.gradient, "gradient", meta.model)());
    return { value: io["value"]![0]!, gradient: gradients(io, "Bar") };
  };

  const product = (name: "jvp" | "hvp", along: Along, options?: Options): Generated["io"] => {
    asked(name);
    const generated = module();
    const run = present(generated[name], name, generated.meta.model);
    pose(options);
    aim(along, generated);
    finished(generated, run());
    return generated.io;
  };

  return {
    simulate: simulate as never,
    outputs: ((options?: Options) => simulate(options).outputs) as never,
    loss: (options) => {
      const generated = pose(options);
      finished(generated, generated.solve());
      return generated.io["value"]![0]!;
    },
    gradient: (options) => valueAndGradient(options).gradient,
    valueAndGradient,
    jvp: (along, options) => product("jvp", along, options)["valueDot"]![0]!,
    hvp: (along, options) => gradients(product("hvp", along, options), "BarDot"),
  };
}
