/** Emitted C on this machine: compilers, flags of the contract, folders that go away at the end. */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type CFiles, emitC } from "../../compiler/emit/c.ts";
import { cEngine } from "../../compiler/execute/c.ts";
import type { Engine } from "../../compiler/execute/problem.ts";
import type { Module } from "../../compiler/module.ts";

export type Real = "double" | "float";

/** The flags that generated C is free of warnings under. */
export const strict =
  "-std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wdouble-promotion -Wshadow -Wvla -Werror".split(" ");
export const strictCxx = "-x c++ -std=c++17 -Wall -Wextra -Werror".split(" ");
export const sanitizers = "-fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all".split(
  " ",
);

const isThere = (command: string): boolean => spawnSync(command, ["--version"]).status === 0;
const all = ["gcc", "clang", "g++", "clang++"].filter(isThere);
export const cCompilers = all.filter((one) => !one.endsWith("++"));
export const cxxCompilers = all.filter((one) => one.endsWith("++"));
/** For what needs one compiler, whichever; undefined where there is none. */
export const [anyCompiler] = cCompilers;

type Texts = Pick<CFiles, "header" | "source" | "selftest">;

/** A temporary folder with emitted files `m.h`, `m.c`, `m_selftest.c`. */
export class CFolder {
  readonly place = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-c-"));

  constructor(files: Texts) {
    this.write("m.h", files.header);
    this.write("m.c", files.source);
    this.write("m_selftest.c", files.selftest);
  }

  write(name: string, text: string): void {
    fs.writeFileSync(path.join(this.place, name), text);
  }

  /** What the compiler says of some files; "" where nothing. */
  complaints(command: string, flags: readonly string[], files: readonly string[]): string {
    const made = spawnSync(command, [...flags, ...files], { cwd: this.place, encoding: "utf8" });
    return made.status === 0 ? made.stderr : `ends with ${made.status}: ${made.stderr}`;
  }

  /** Compiles, links and runs. */
  run(
    files: readonly string[],
    flags: readonly string[] = [],
  ): { readonly status: number | null; readonly output: string; readonly errors: string } {
    const complaints = this.complaints(
      anyCompiler!,
      ["-std=c99", "-O1", ...flags, "-o", "program"],
      [...files, "-lm"],
    );
    if (complaints !== "") throw new Error(complaints);
    const { status, stdout, stderr } = spawnSync(path.join(this.place, "program"), { encoding: "utf8" });
    return { status, output: stdout, errors: stderr };
  }

  close(): void {
    fs.rmSync(this.place, { recursive: true, force: true });
  }
}

/** Does something with a folder of the emitted module, and removes it. */
export function inFolder<T>(files: Texts, act: (folder: CFolder) => T): T {
  const folder = new CFolder(files);
  try {
    return act(folder);
  } finally {
    folder.close();
  }
}

export const emitted = (module: Module, real: Real = "double", header = "A test."): CFiles =>
  emitC(module, { prefix: "m", real, header });

/** Runs a module through the driver that the command line uses. */
export function withEngine<T>(module: Module, real: Real, act: (engine: Engine) => T): T {
  const files = emitted(module, real);
  const engine = cEngine(
    { header: { name: "m.h", text: files.header }, source: { name: "m.c", text: files.source } },
    module.model,
    "m",
    real,
  );
  try {
    return act(engine);
  } finally {
    engine.close();
  }
}
