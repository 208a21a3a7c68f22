/**
 * Runs generated JavaScript. The text comes from the emitter, never from a user: what is loaded here holds loops over
 * its own arrays and nothing else. Loaded from a data URL, so nothing is written to disk.
 */

import { status } from "../module.ts";
import {
  controlWords,
  type Direction,
  type Ending,
  type Engine,
  type Gradients,
  NoMemory,
  type Problem,
  type Solution,
} from "./problem.ts";

/** The exports of a generated module that an engine needs. */
export interface GeneratedModule {
  readonly io: {
    readonly control?: Float64Array;
    readonly state0?: Float64Array;
    readonly states?: Float64Array;
    readonly value: Float64Array;
    readonly report: Float64Array;
    readonly params?: Float64Array;
    readonly inputs?: Float64Array;
    readonly data?: Float64Array;
    readonly times?: Float64Array;
    readonly outputs?: Float64Array;
    readonly state0Bar?: Float64Array;
    readonly paramsBar?: Float64Array;
    readonly inputsBar?: Float64Array;
    readonly controlDot?: Float64Array;
    readonly state0Dot?: Float64Array;
    readonly paramsDot?: Float64Array;
    readonly inputsDot?: Float64Array;
    readonly timesDot?: Float64Array;
    readonly valueDot?: Float64Array;
    readonly statesDot?: Float64Array;
    readonly outputsDot?: Float64Array;
    readonly state0BarDot?: Float64Array;
    readonly paramsBarDot?: Float64Array;
    readonly inputsBarDot?: Float64Array;
    readonly inputsDensityDot?: Float64Array;
    readonly inputsDensity?: Float64Array;
  };
  solve(): number;
  /** Of a field, in the place of `solve`. */
  evaluate?(): number;
  gradient(): number;
  jvp?(): number;
  hvp?(): number;
  field(...args: readonly (number | Float64Array)[]): void;
  fieldVjp(...args: readonly (number | Float64Array)[]): void;
  fieldJvp(...args: readonly (number | Float64Array)[]): void;
}

export async function loadJavaScript(code: string): Promise<GeneratedModule> {
  const address = `data:text/javascript;base64,${Buffer.from(code, "utf8").toString("base64")}`;
  try {
    return (await import(address)) as GeneratedModule;
  } catch (error) {
    // Nothing else of a module that has loops over arrays alone can be out of range as it is loaded.
    if (error instanceof RangeError) throw new NoMemory(error.message);
    throw error;
  }
}

export function javaScriptEngine(module: GeneratedModule): Engine {
  const { io } = module;
  const copy = (from: Float64Array | undefined): Float64Array => Float64Array.from(from ?? []);
  const pose = (problem: Problem): void => {
    io.control?.set(controlWords(problem));
    io.state0?.set(problem.state0);
    io.params?.set(problem.params);
    io.inputs?.set(problem.inputs);
    io.data?.set(problem.data);
    io.times?.set(problem.times);
  };
  // The words that are there follow from their number: counts of a run, and how well states were recovered.
  const ending = (code: number): Ending => {
    const [step, stage, ...rest] = io.report;
    const stopped = code === status.ok ? {} : { stoppedAt: { step: step!, stage: stage! } };
    const [accepted, rejected, evaluations] = rest.length >= 3 ? rest.splice(0, 3) : [];
    const run =
      accepted === undefined ? {} : { run: { accepted, rejected: rejected!, evaluations: evaluations! } };
    const deviation = rest.length === 0 ? {} : { deviation: rest[0]! };
    return { status: code, ...stopped, ...run, ...deviation };
  };
  const aim = (along: Direction): void => {
    const put = (to: Float64Array | undefined, from: Float64Array | undefined): void => {
      to?.fill(0);
      if (from !== undefined) to?.set(from);
    };
    io.controlDot?.set([along.t0 ?? 0, along.t1 ?? 0]);
    put(io.state0Dot, along.state0);
    put(io.paramsDot, along.params);
    put(io.inputsDot, along.inputs);
    put(io.timesDot, along.times);
  };
  const solution = (code: number): Solution => ({
    ...ending(code),
    value: io.value[0]!,
    states: copy(io.states),
    outputs: copy(io.outputs),
  });
  const gradients = (code: number): Gradients => ({
    ...ending(code),
    value: io.value[0]!,
    state0: copy(io.state0Bar),
    params: copy(io.paramsBar),
    inputs: copy(io.inputsBar),
    ...(io.inputsDensity === undefined ? {} : { density: copy(io.inputsDensity) }),
  });
  const { jvp, hvp } = module;
  return {
    solve(problem) {
      pose(problem);
      return solution((module.evaluate ?? module.solve)());
    },
    gradient(problem) {
      pose(problem);
      return gradients(module.gradient());
    },
    ...(jvp && {
      jvp(problem, along) {
        pose(problem);
        aim(along);
        const code = jvp();
        const [value, states, outputs] = [io.valueDot![0]!, copy(io.statesDot), copy(io.outputsDot)];
        return { at: solution(code), change: { ...ending(code), value, states, outputs } };
      },
    }),
    ...(hvp && {
      hvp(problem, along) {
        pose(problem);
        aim(along);
        const code = hvp();
        const change = {
          ...ending(code),
          value: io.valueDot![0]!,
          state0: copy(io.state0BarDot),
          params: copy(io.paramsBarDot),
          inputs: copy(io.inputsBarDot),
          ...(io.inputsDensityDot === undefined ? {} : { density: copy(io.inputsDensityDot) }),
        };
        return { at: gradients(code), change };
      },
    }),
  };
}
