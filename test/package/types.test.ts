/** What is wrong in a declaration or a question is an error of the user's own tsc, at its place, under every supported version. */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { transform } from "../../compiler/transform.ts";
import { host } from "../support/in-place.ts";
import { type Packed, packed, root } from "./packed.ts";

const compilers = ["typescript-5.9", "typescript-6", "typescript"];
let project: Packed;

beforeAll(() => {
  project = packed(path.join(import.meta.dirname, "types"));
  const options = {
    ...{
      strict: true,
      noEmit: true,
      target: "es2022",
      module: "nodenext",
      types: [],
      noUncheckedIndexedAccess: true,
    },
    ...{ exactOptionalPropertyTypes: true, skipLibCheck: false, lib: ["es2022"] },
  };
  for (const name of ["right", "wrong"]) {
    const text = JSON.stringify({ compilerOptions: options, files: [`${name}.ode.ts`] });
    fs.writeFileSync(path.join(project.folder, `${name}.json`), text);
  }
  // What the bundlers' own types need.
  const bundled = { ...options, types: ["node"], lib: ["es2023", "dom"], allowImportingTsExtensions: true };
  const text = JSON.stringify({ compilerOptions: bundled, files: ["entries.ts", "compiled.ode.ts"] });
  fs.writeFileSync(path.join(project.folder, "entries.json"), text);
  // As ts-loader has it from the plugin.
  const fixture = path.join(import.meta.dirname, "fixture");
  const own = fs.readFileSync(path.join(fixture, "swing.ode.ts"), "utf8");
  const source = {
    file: path.join(fixture, "swing.ode.ts"),
    text: `${own}export type Kept = number;\n`,
    host,
  };
  fs.writeFileSync(path.join(project.folder, "compiled.ode.ts"), transform(source, { typed: true }).code!);
  fs.copyFileSync(path.join(fixture, "physics.ts"), path.join(project.folder, "physics.ts"));
});

afterAll(() => project.remove());

function tsc(compiler: string, name: string): string {
  const program = path.join(root, "node_modules", compiler, "bin/tsc");
  const words = [program, "-p", `${name}.json`, "--pretty", "false"];
  return spawnSync(process.execPath, words, { cwd: project.folder, encoding: "utf8" }).stdout;
}

/** Line and column of what every mark `//! text` names on its line. */
function marks(text: string): string[] {
  return text.split("\n").flatMap((line, i) => {
    const [own, at] = line.split(" //! ");
    return at === undefined ? [] : [`${i + 1}:${own!.lastIndexOf(at) + 1}`];
  });
}

describe.each(compilers)("under %s", (compiler) => {
  it("what is right is right, and typed from the declaration", () => {
    expect(tsc(compiler, "right")).toBe("");
  });

  it("what is wrong is an error at its place, and there is no other", () => {
    const expected = marks(fs.readFileSync(path.join(project.folder, "wrong.ode.ts"), "utf8"));
    const said = tsc(compiler, "wrong");
    const found = [...said.matchAll(/^wrong\.ode\.ts\((\d+),(\d+)\): error/gm)];
    expect(expected.length).toBeGreaterThan(14);
    expect(found.map(([, line, column]) => `${line}:${column}`)).toEqual(expected);
    expect(said).toContain("Property 'rhs' is missing in type '{ state: { y: number; }; }'");
  });
});

it("entries name no types that are not there; generated text and models compiled in place have theirs", () => {
  // Of bundlers that unplugin knows and this project does not have.
  for (const name of ["@farmfe/core", "@rsbuild/core", "bun", "unloader"])
    expect(fs.existsSync(path.join(project.folder, "node_modules", name)), name).toBe(false);
  expect(tsc("typescript", "entries")).toBe("");
});
