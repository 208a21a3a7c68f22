/**
 * Runs generated JavaScript. The text comes from the emitter, never from a user: what is loaded here holds loops over
 * its own arrays and nothing else. Loaded from a data URL, so nothing is written to disk.
 */

import { status } from "../module.ts";
import { controlWords, type Ending, type Engine, type Problem } from "./problem.ts";

/** The exports of a generated module that an engine needs. */
export interface GeneratedModule {
  readonly io: {
    readonly control: Float64Array;
    readonly state0: Float64Array;
    readonly states: Float64Array;
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
    readonly inputsDensity?: Float64Array;
  };
  solve(): number;
  gradient(): number;
  field(...args: readonly (number | Float64Array)[]): void;
  fieldVjp(...args: readonly (number | Float64Array)[]): void;
  fieldJvp(...args: readonly (number | Float64Array)[]): void;
}

export async function loadJavaScript(code: string): Promise<GeneratedModule> {
  const address = `data:text/javascript;base64,${Buffer.from(code, "utf8").toString("base64")}`;
  return (await import(address)) as GeneratedModule;
}

export function javaScriptEngine(module: GeneratedModule): Engine {
  const { io } = module;
  const copy = (from: Float64Array | undefined): Float64Array => Float64Array.from(from ?? []);
  const pose = (problem: Problem): void => {
    io.control.set(controlWords(problem));
    io.state0.set(problem.state0);
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
  return {
    solve(problem) {
      pose(problem);
      const code = module.solve();
      return { ...ending(code), value: io.value[0]!, states: copy(io.states), outputs: copy(io.outputs) };
    },
    gradient(problem) {
      pose(problem);
      const code = module.gradient();
      return {
        ...ending(code),
        value: io.value[0]!,
        state0: copy(io.state0Bar),
        params: copy(io.paramsBar),
        inputs: copy(io.inputsBar),
        ...(io.inputsDensity === undefined ? {} : { density: copy(io.inputsDensity) }),
      };
    },
  };
}
