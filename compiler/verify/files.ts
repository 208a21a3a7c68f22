/**
 * Check 7: every emitted file compiles without a warning under the strict flags of the documentation, and is plain: no
 * allocation, no closure, no call but its own functions and the stated maths. The C self-test is run as well.
 */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ts } from "ts-morph";
import { compilerWords } from "../execute/c.ts";
import { temporaryFolder } from "../execute/temporary-folder.ts";
import { type Check, skipped } from "./check.ts";
import { impurities } from "./plain.ts";

const title = "emitted files compile without a warning and are plain";

/** The flags that generated C is clean under. */
export const strictC = [
  ...[
    "-std=c99",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Wdouble-promotion",
    "-Wshadow",
    "-Wvla",
  ],
  "-Werror",
];

const strictCpp = ["-std=c++17", "-x", "c++", "-Wall", "-Wextra", "-Werror"];

export interface EmittedFile {
  readonly name: string;
  readonly text: string;
}

/** `compilers`: C compilers of this machine. */
export function filesCheck(
  c: readonly EmittedFile[],
  scripts: readonly EmittedFile[],
  compilers: readonly string[],
): Check {
  const problems = scripts.flatMap(scriptProblems);
  const { path: folder, remove } = temporaryFolder("files");
  let compilations = 0;
  try {
    for (const { name, text } of c) fs.writeFileSync(path.join(folder, name), text);
    const sources = c.filter(({ name }) => name.endsWith(".c")).map(({ name }) => name);
    const attempt = (compiler: string, args: readonly string[]): void => {
      compilations++;
      const [command, ...first] = compilerWords(compiler);
      const made = spawnSync(command, [...first, ...args], { cwd: folder, encoding: "utf8" });
      if (made.status !== 0) problems.push(`${compiler} ${args.join(" ")}: ${firstLine(made.stderr)}`);
    };
    for (const compiler of compilers) {
      attempt(compiler, [...strictC, "-ffp-contract=off", "-o", "selftest", ...sources, "-lm"]);
      for (const source of sources) attempt(compiler, [...strictCpp, "-c", "-o", "ignored.o", source]);
      if (fs.existsSync(path.join(folder, "selftest"))) {
        const ran = spawnSync(path.join(folder, "selftest"), { encoding: "utf8", timeout: 60_000, env: {} });
        if (ran.status !== 0)
          problems.push(
            `the self-test ended with ${ran.signal ?? `code ${ran.status}`}: ${firstLine(ran.stdout)}`,
          );
        fs.rmSync(path.join(folder, "selftest"));
      }
    }
  } finally {
    remove();
  }
  if (problems.length === 0 && compilers.length === 0)
    return skipped(7, title, "no C compiler was found; JavaScript is plain by its syntax tree");
  return {
    number: 7,
    title,
    outcome: problems.length === 0 ? "pass" : "fail",
    figure:
      problems.length === 0
        ? `${compilations} compilations without a warning`
        : `${problems.length} complaints`,
    detail: problems[0] ?? `JavaScript by its syntax tree, C with ${compilers.join(", ")}`,
  };
}

/** TypeScript is checked as the JavaScript that is left when its types are erased, line for line. */
function scriptProblems({ name, text }: EmittedFile): string[] {
  try {
    const code = name.endsWith(".ts")
      ? ts.transpileModule(text, {
          compilerOptions: {
            target: ts.ScriptTarget.ES2022,
            module: ts.ModuleKind.ESNext,
            removeComments: false,
          },
        }).outputText
      : text;
    return impurities(code).map(({ line, message }) => `${name}:${line}: ${message}`);
  } catch (error) {
    return [`${name}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

const firstLine = (text: string): string =>
  text.split("\n").find((line) => line.trim() !== "") ?? "no message";
