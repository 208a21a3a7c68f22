/**
 * Configuration: options of the command line, written once in a file. Pure: which keys there are, and what they may hold. Every key
 * is the flag of the same name, and a flag that is given wins over it. `odegrad/config` is this file.
 */

import { nearest } from "../runtime/nearest.ts";
import { checkOptions } from "./check-options.ts";
import { badConfig } from "./diagnostics/build-messages.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { takesOrder, takesStart } from "./integrate/schemes.ts";
import { type CommandOptions, configured, type Options, optionSpecs } from "./options.ts";

/** Options of every model, and what `build` does with them. */
export interface Config extends Omit<Options, "model" | "batch" | typeof configured> {
  /** Models to build: files, folders or globs. Every `*.ode.ts` below the folder of the configuration, if left out. */
  readonly include?: readonly string[];
  /** Where generated files go, in the folders of their models. Default "generated". */
  readonly outDir?: string;
  readonly format?: "pretty" | "compact" | "json" | "sarif" | "github";
  readonly quiet?: boolean;
  readonly color?: "auto" | "always" | "never";
}

const keys: { readonly [Key in keyof Required<Config>]: true } = {
  ...{
    target: true,
    method: true,
    steps: true,
    dt: true,
    rtol: true,
    atol: true,
    maxSteps: true,
    t0: true,
    t1: true,
  },
  ...{
    start: true,
    order: true,
    density: true,
    adjoint: true,
    checkpoints: true,
    ram: true,
    wrt: true,
    real: true,
  },
  ...{
    math: true,
    optimise: true,
    prefix: true,
    emit: true,
    include: true,
    outDir: true,
    format: true,
    quiet: true,
  },
  color: true,
};

/** The configuration itself: gives its keys their types. */
export const defineConfig = (config: Config): Config => config;

/** A record from a configuration file, whatever it holds, checked. `file` is how messages name it. */
export function checkConfig(
  raw: unknown,
  file: string,
): { readonly config: CommandOptions; readonly diagnostics: readonly Diagnostic[] } {
  const refused = (problem: string, suggestion: string) => ({
    config: {},
    diagnostics: [badConfig(file, problem, suggestion)],
  });
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    return refused(
      "it holds no record of options",
      'export one: `export default defineConfig({ target: ["c"] })`',
    );
  }
  const known = Object.keys(keys);
  const strange = Object.keys(raw).find((key) => !Object.hasOwn(keys, key));
  if (strange !== undefined) {
    const close = nearest(strange, known);
    return refused(
      `there is no key \`${strange}\``,
      close === undefined ? `there are ${known.join(", ")}` : `did you mean \`${close}\`?`,
    );
  }
  const { options, diagnostics } = checkOptions(raw as Record<string, unknown>, "configuration");
  return {
    config: options,
    diagnostics: diagnostics.map(({ message, suggestion }) => badConfig(file, message, suggestion ?? "")),
  };
}

/** Keys that concern a model where it is compiled in its own module: not the files that `build` writes. */
export const ofModels: readonly string[] = optionSpecs
  .filter(({ key, library }) => library === true && !["target", "model", "batch"].includes(key))
  .map(({ key }) => key);

/** What only some methods take: where another method is given, it stays behind with the configured one. */
const ofMethod: Readonly<Record<string, (method: string) => boolean>> = {
  order: takesOrder,
  start: takesStart,
};

/** Ways of stepping: one that is given takes the place of all that are configured. */
const stepping = ["steps", "dt", "rtol", "atol", "maxSteps"];

/** Configured options under those that were given, as far as a command takes them. */
export function withConfig(
  given: CommandOptions,
  config: CommandOptions,
  taken: readonly string[],
): CommandOptions {
  const isStepping = stepping.some((key) => Object.hasOwn(given, key));
  const isTaken = (key: string): boolean =>
    given.method === undefined || ofMethod[key]?.(given.method) !== false;
  const own = Object.entries(config).filter(
    ([key]) => taken.includes(key) && !(isStepping && stepping.includes(key)) && isTaken(key),
  );
  const others = own.flatMap(([key]) => (Object.hasOwn(given, key) ? [] : [key]));
  return { ...Object.fromEntries(own), ...given, [configured]: new Set(others) };
}
