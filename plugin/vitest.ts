/**
 * `odegrad/vitest`: models in tests.
 *
 * `expectGradient(file).toPass()` runs the checks of `odegrad verify` and fails with their figures. `expectGenerated(file,
 * options).toMatchGolden(path)` holds generated code against a file: `-u` writes it, line ends and the version of the compiler
 * make no difference, and where there is no such file it is written on a developer's machine and missing in CI. Both follow the
 * configuration of the folder that the tests run in, as `odegrad build` does.
 */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { writeTogether } from "../compiler/cli/atomic-write.ts";
import { loadConfig } from "../compiler/cli/load-config.ts";
import { Failure } from "../compiler/cli/streams.ts";
import { ofModels, withConfig } from "../compiler/config.ts";
import { formatDiagnostic } from "../compiler/diagnostics/codeframe.ts";
import { type CompileOptions, compile } from "../compiler/index.ts";
import type { CommandOptions } from "../compiler/options.ts";

/** A model's file, as a path from the working directory or a URL: `new URL("./x.ode.ts", import.meta.url)`. */
export type ModelFile = string | URL;

export interface GradientOptions {
  /** Which model, where the file exports several. */
  readonly model?: string;
  /** Further words of the command line: `["--steps", "200"]`. */
  readonly flags?: readonly string[];
  /** Most milliseconds that the checks may take. Default 120000. */
  readonly timeout?: number;
}

interface Check {
  readonly number: number;
  readonly title: string;
  readonly outcome: "pass" | "fail" | "skipped";
  readonly figure: string;
  readonly detail?: string;
}

/** Options of `compile`, over those of the configuration. */
export interface GeneratedOptions extends Omit<CompileOptions, "file" | "host"> {
  /** `false`: the configuration is not followed. */
  readonly config?: boolean;
}

/** The configuration, or what is wrong with it: read where the helper is imported, since matchers do not wait. */
const configured: CommandOptions | Failure = await loadConfig(process.cwd(), {}).then(
  ({ config }) => config,
  (error) => {
    if (error instanceof Failure) return error;
    throw error;
  },
);

const program = fileURLToPath(new URL("../compiler/main.js", import.meta.url));

/** The gradient of a model. */
export function expectGradient(model: ModelFile, options: GradientOptions = {}) {
  return {
    /** There is none. */
    get not(): never {
      throw failure("expectGradient has no `.not`: say what is right, and have it pass");
    },
    /** Every check of `odegrad verify` passes; those that need a C compiler are left out where there is none. */
    toPass(): void {
      const file = typeof model === "string" ? model : fileURLToPath(model);
      const { flags = [], timeout = 120_000 } = options;
      const chosen = options.model === undefined ? [] : ["--model", options.model];
      // In a process of its own: it runs the user's text and generated code, within limits.
      const { stdout, stderr, error } = spawnSync(
        process.execPath,
        [program, "verify", file, "--json", ...chosen, ...flags],
        { encoding: "utf8", timeout, env: { ...process.env, NODE_OPTIONS: "" } },
      );
      if ((error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT") {
        throw failure(
          `odegrad verify ${file} was stopped after ${timeout / 1000} s. Give it more, expectGradient(file, { timeout: ${10 * timeout} }), ` +
            'or less to do, { flags: ["--steps", "20"] }',
        );
      }
      if (error !== undefined) throw failure(`odegrad verify ${file}: ${error.message}`);
      const checks = checksOf(stdout);
      if (checks === undefined) throw failure(`odegrad verify ${file}\n${stderr}`);
      if (checks.every(({ outcome }) => outcome !== "fail")) return;
      const rows = checks.map(
        ({ number, title, outcome, figure, detail }) =>
          `  (${number}) ${outcome === "fail" ? "FAIL" : outcome}  ${title}: ${figure}${detail === undefined ? "" : `  ${detail}`}`,
      );
      throw failure(`the gradient of ${file} does not pass\n${rows.join("\n")}`);
    },
  };
}

function checksOf(text: string): readonly Check[] | undefined {
  try {
    return JSON.parse(text).checks;
  } catch {
    return undefined;
  }
}

/** Generated code of a model. The name of the golden file says which of several outputs is meant: `x.h` of `--target c`. */
export function expectGenerated(model: ModelFile, { config, ...given }: GeneratedOptions = {}) {
  return {
    /** There is none. */
    get not(): never {
      throw failure("expectGenerated has no `.not`: say what is right, and have it match");
    },
    /** @param golden a path from the folder of the test file, or a URL */
    toMatchGolden(golden: ModelFile): void {
      const file = typeof model === "string" ? model : fileURLToPath(model);
      const { testPath, snapshotState } = expect.getState();
      const place =
        typeof golden === "string"
          ? path.resolve(path.dirname(testPath ?? "."), golden)
          : fileURLToPath(golden);
      const text = generated(file, config === false ? given : underConfig(given), path.basename(place));
      const known = textOf(place);
      // What `-u` and CI say is kept where matchers of images look for it too.
      const updates = (snapshotState as unknown as { _updateSnapshot?: "all" | "new" | "none" } | undefined)
        ?._updateSnapshot;
      if (updates === "all" || (known === undefined && updates !== "none")) {
        // What differs in nothing but the version stays as it is.
        if (known === undefined || settled(known) !== settled(text)) writeTogether([{ path: place, text }]);
        return;
      }
      const shown = path.relative(process.cwd(), place);
      if (known === undefined) {
        throw failure(`${shown} is missing: run vitest here with \`-u\`, and commit what it writes`);
      }
      const message = `${shown} is not what is generated; \`-u\` accepts the change`;
      expect(settled(text), message).toBe(settled(known));
    },
  };
}

/** What of a configuration concerns the text of one model. */
const keys = ["target", ...ofModels];

function underConfig(given: CompileOptions): CompileOptions {
  if (configured instanceof Failure) throw failure(configured.message);
  return withConfig(given as CommandOptions, configured, keys) as CompileOptions;
}

function generated(file: string, options: CompileOptions, name: string): string {
  const source = textOf(file);
  if (source === undefined) {
    throw failure(
      `cannot read the model ${file}: its path is relative to ${process.cwd()}, where the tests run`,
    );
  }
  const shown = path.relative(process.cwd(), file).split(path.sep).join("/");
  const { outputs, diagnostics } = compile(source, { ...options, file: shown, host: { read: textOf } });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    const read = (wanted: string) => (wanted === shown ? source : textOf(wanted));
    throw failure(errors.map((each) => formatDiagnostic(each, read)).join("\n"));
  }
  const texts = outputs.filter((each) => !each.name.endsWith(".map"));
  const ending = path.extname(name);
  const own = texts.filter((each) => path.extname(each.name) === ending);
  const found =
    texts.find((each) => each.name === name) ??
    (own.length === 1 ? own[0] : texts.length === 1 ? texts[0] : undefined);
  if (found === undefined) {
    throw failure(`${name} names none of the outputs ${texts.map((each) => each.name).join(", ")}`);
  }
  return withoutMap(found.text);
}

/** The link to a source map that is not there. */
const withoutMap = (text: string): string => text.replace(/\n\/\/# sourceMappingURL=.*\n?$/, "\n");

/** A text as it is compared: without what differs between checkouts and versions. */
const settled = (text: string): string =>
  withoutMap(text.replaceAll("\r\n", "\n"))
    .replace(/Generated by odegrad \S+ /, "Generated by odegrad ")
    .replace(/Hash [0-9a-f]+\./, "Hash.")
    .replace(/^( {2}version: )"[^"]*",$/m, '$1"",');

function textOf(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** An error whose place is the test's. */
function failure(message: string): Error {
  const error = new Error(message);
  Error.captureStackTrace(error, failure);
  return error;
}
