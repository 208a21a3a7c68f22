/**
 * `--function f --state 2 --params k,c`: a bare function of a plain file as a model. In: checked options. Out: the
 * options with `bare` in them; `--state` and `--params` then say how many variables there are and what the parameters
 * are called, unless they name a file of values.
 */

import { badUsage } from "../diagnostics/command-messages.ts";
import type { BareFunction } from "../frontend/index.ts";
import type { CommandOptions } from "../options.ts";
import { exitCode } from "./exit.ts";
import { Failure } from "./streams.ts";

export function withBareFunction(options: CommandOptions): CommandOptions {
  const { function: name, state, params, ...rest } = options;
  if (name === undefined) return options;
  const isFile = (word: string): boolean => /\.json$/i.test(word);
  if (state === undefined || isFile(state)) {
    throw new Failure(exitCode.usage, [
      badUsage(
        "`--function` does not say how many variables there are",
        "add `--state 2`, or `--state 1,0` with values",
      ),
    ]);
  }
  const bare: BareFunction = {
    name,
    state: stateOf(state),
    params: params === undefined || isFile(params) ? [] : params.split(",").map(paramOf),
  };
  if (params !== undefined && isFile(params)) {
    throw new Failure(exitCode.usage, [
      badUsage(
        "`--function` does not say what the parameters are called",
        "add `--params k,c`, or `--params k=1,c=0.1` with values",
      ),
    ]);
  }
  return { ...rest, bare };
}

/** `2` variables from 0, or the values `1,0` they start from. */
function stateOf(text: string): number | readonly number[] {
  const values = text.split(",").map((word) => (word.trim() === "" ? Number.NaN : Number(word)));
  const [only] = values as [number];
  const fits = values.length > 1 ? values.every(Number.isFinite) : Number.isInteger(only) && only > 0;
  if (fits) return values.length > 1 ? values : only;
  throw new Failure(exitCode.usage, [
    badUsage(
      `\`--state ${text}\` is neither a number of variables nor a list of values`,
      "write `--state 2`, or `--state 1,0`",
    ),
  ]);
}

/** `k`, which is 0, or `k=1`. */
function paramOf(text: string): readonly [string, number] {
  const [, name, , value = "0"] = /^\s*([^=\s]+)\s*(=(.+))?$/.exec(text) ?? [];
  const number = Number(value);
  if (name !== undefined && value.trim() !== "" && Number.isFinite(number)) return [name, number];
  throw new Failure(exitCode.usage, [
    badUsage(
      `\`--params ${text}\` is not the name of a parameter`,
      "write `--params k,c`, or `--params k=1,c=0.1`",
    ),
  ]);
}
