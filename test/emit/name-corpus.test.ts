/**
 * Every hostile name in every role: leaf of state, params, inputs and data, constant, output, helper and its parameter,
 * local, array, loop index, model. Each model has the values and the gradient, to the bit, of the same model with plain
 * names, in every target, and its code keeps the stems.
 */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { emit, type Ready } from "../../compiler/emission.ts";
import { readable } from "../../compiler/emit/identifiers.ts";
import { cEngine } from "../../compiler/execute/c.ts";
import { javaScriptEngine, loadJavaScript } from "../../compiler/execute/javascript.ts";
import { defaultProblem, type Engine, type Problem } from "../../compiler/execute/problem.ts";
import { root } from "../docs/models.ts";
import { cCompilers, cxxCompilers, strict } from "../support/c-files.ts";
import { allHostileNames, isVariable } from "../support/hostile-names.ts";
import { inTurn, isLong } from "../support/long.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-names-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

// `{ __proto__: 1 }` sets a prototype, so the frontend refuses it; test/frontend/limits has that.
const names = allHostileNames.filter((name) => name !== "__proto__");

/** A model in which each of some names plays every role that it can; the others are members alone. */
function model(own: readonly string[], variable: readonly boolean[], modelName: string): string {
  const key = (name: string): string => JSON.stringify(name);
  const each = (entry: (name: string, i: number) => string): string => own.map(entry).join(", ");
  const bodies = own.map((name, i) => {
    const [st, pa, co, inp, da] = ["st_", "pa_", "co_", "inp_", "da_"].map((record) => `${record}.${name}`);
    const local = variable[i] ? name : `local_${i}_`;
    return `    const helped_${i}_ = ${variable[i] ? name : `helper_${i}_`}(${pa});
    let d_${i}_ = 0;
    { for (let ${local} = 0; ${local} < 2; ${local}++) d_${i}_ += ${da}[${local}] * ${st}; }
    { const ${local} = vec(2); ${local}[0] = ${st}; ${local}[1] = ${inp} * ${co}; d_${i}_ += ${local}[0] * ${local}[1]; }
    { let ${local} = d_${i}_; for (let i_ = 0; i_ < 2; i_++) ${local} = ${local} / (1 + ${local} * ${local}) + helped_${i}_; d_${i}_ = ${local}; }
    { const ${local} = d_${i}_ * ${pa}; d_${i}_ = ${local} + ${local} * ${local}; }`;
  });
  const helpers = own.map((name, i) => {
    const [helper, parameter] = variable[i] ? [name, name] : [`helper_${i}_`, "v_"];
    return `const ${helper} = (${parameter}: number) => ${parameter} * 0.5 + 0.1;`;
  });
  return `import { hold, ode, vec } from "odegrad";
${helpers.join("\n")}
const declared_ = ode({
  state: { ${each((name, i) => `${key(name)}: ${0.1 + i / 50}`)} },
  params: { ${each((name, i) => `${key(name)}: ${0.3 + i / 70}`)} },
  constants: { ${each((name, i) => `${key(name)}: ${1 + i / 10}`)} },
  inputs: { ${each((name, i) => `${key(name)}: hold(2, ${0.2 + i / 90})`)} },
  data: { ${each((name, i) => `${key(name)}: vec(2, ${0.5 - i / 100})`)} },
  rhs: (st_, pa_, { constants: co_, inputs: inp_, data: da_ }) => {
${bodies.join("\n")}
    return { ${each((name, i) => `${key(name)}: -d_${i}_`)} };
  },
  outputs: { ${each((name) => `${key(name)}: (st_) => st_.${name} * 2`)} },
  loss: { terminal: (st_) => ${own.map((name) => `st_.${name} ** 2`).join(" + ")} },
  solver: { method: "heun", t1: 0.5, steps: 4 },
});
export { declared_ as ${modelName} };
`;
}

const size = 40;
const batches = Array.from({ length: Math.ceil(names.length / size) }, (_, b) => {
  // The last one is filled up, so that one model with plain names is the truth of all.
  const own = Array.from({ length: size }, (_, i) => names[(b * size + i) % names.length]!);
  const variable = own.map(isVariable);
  // The exported model may have any name; a different one each time.
  return { number: b, first: own[0]!, own, variable, modelName: own.find((_, i) => variable[i]) ?? "model" };
});

const plain = Array.from({ length: size }, (_, i) => `plain${i}`);
const noFiles = { read: () => undefined };
const readyOf = (text: string): Ready => {
  const { ready, diagnostics } = build({ file: "model.ode.ts", text, host: noFiles }, {});
  expect(diagnostics).toEqual([]);
  return ready!;
};
const answers = (problem: Problem, engine: Engine) => [engine.gradient(problem), engine.solve(problem)];

async function inJavaScript(ready: Ready) {
  const { model, solver } = ready.module;
  const engine = javaScriptEngine(await loadJavaScript(emit(ready, "js", {})[0]!.text));
  return answers(defaultProblem(model, solver), engine);
}

function inC(ready: Ready) {
  const { model, solver } = ready.module;
  const [header, source] = emit(ready, "c", { prefix: "m" });
  const engine = cEngine({ header: header!, source: source! }, model, "m", "double");
  try {
    return answers(defaultProblem(model, solver), engine);
  } finally {
    engine.close();
  }
}

let truthInJavaScript: ReturnType<typeof inJavaScript> | undefined;
let truthInC: ReturnType<typeof inC> | undefined;
/** What is held to `tsc` at the end, all at once. */
const typed: { readonly name: string; readonly text: string }[] = [];

const truth = readyOf(
  model(
    plain,
    plain.map(() => true),
    "plain",
  ),
);

describe.each(batches)("$first and those behind it", ({ own, variable, modelName, first, number }) => {
  const at = (b: string): string => path.join(folder, b);
  const text = model(own, variable, modelName);

  const ready = readyOf(text);

  it("compute what plain names compute", async () => {
    truthInJavaScript ??= inJavaScript(truth);
    const expected = await truthInJavaScript;
    const [{ status, params }] = expected as unknown as [{ status: number; params: Float64Array }];
    expect(status).toBe(0);
    expect(params.every((slope) => slope !== 0)).toBe(true);
    expect(await inJavaScript(ready)).toEqual(expected);
  });

  // Where C compiles and its numbers are those of plain names for some, it differs in no more than names for the rest.
  it.skipIf(cCompilers.length === 0 || !(isLong || number % 8 === 0))("compute the same in C", () => {
    truthInC ??= inC(truth);
    expect(inC(ready)).toEqual(truthInC);
  });

  it("compile in C and C++ without a warning, under every standard", () => {
    const own = at(readable(first));
    fs.mkdirSync(own);
    const outputs = emit(ready, "c", { prefix: "m" });
    for (const output of outputs) fs.writeFileSync(path.join(own, output.name), output.text);
    const sources = outputs.map(({ name }) => name).filter((name) => name.endsWith(".c"));
    const strictly = [
      ...cCompilers.slice(0, 1).map((command) => [command, ...strict]),
      ...cCompilers.slice(0, 1).map((command) => [command, "-std=gnu2x", ...strict.slice(1)]),
      ...cxxCompilers
        .slice(0, 1)
        .map((command) => [command, ..."-x c++ -std=c++20 -Wall -Wextra -Werror".split(" ")]),
    ];
    // One of them in turn, but for the long run.
    for (const [command, ...flags] of inTurn(strictly, strictly.length, number % strictly.length)) {
      const { status, stderr } = spawnSync(command!, [...flags, "-fsyntax-only", ...sources], {
        cwd: own,
        encoding: "utf8",
      });
      expect(`${command} ${flags.join(" ")}: ${status} ${stderr}`).toBe(`${command} ${flags.join(" ")}: 0 `);
    }
  });

  it("stay readable", () => {
    const [js, ts, c] = [emit(ready, "js", {})[0]!, emit(ready, "ts", {})[0]!, emit(ready, "c", {})[1]!];
    typed.push({ name: `b${typed.length}.ts`, text: ts.text });
    for (const name of own) {
      const stem = readable(name);
      if (/^\w+$/.test(name)) expect(stem).toContain(name.replace(/^_+/, "").slice(0, 20));
      expect(stem).toMatch(/^[A-Za-z_]\w*$/);
      for (const { text: code } of [js, c]) {
        const found = code.match(new RegExp(`(?<![\\w$])${stem}(?:_v)?(?:_\\d*)?(?![\\w$])`));
        expect(found, `${name}: no ${stem} in ${code.slice(0, 300)}`).not.toBeNull();
      }
    }
  });
});

it("the TypeScript of all of them holds under --strict", () => {
  expect(typed.length).toBe(batches.length);
  const own = path.join(folder, "ts");
  fs.mkdirSync(own);
  // The generated files exempt themselves from a project's own rules; here they are held to `strict`.
  for (const { name, text } of typed) {
    fs.writeFileSync(path.join(own, name), text.replace(/^\/\/ @ts-nocheck.*$/m, ""));
  }
  const flags = "--noEmit --strict --target es2022 --module esnext --types".split(" ");
  const { stdout } = spawnSync(
    process.execPath,
    [path.join(root, "node_modules/typescript/bin/tsc"), ...flags, "", ...typed.map(({ name }) => name)],
    { cwd: own, encoding: "utf8" },
  );
  expect(stdout).toBe("");
});

describe("a model's own name", () => {
  const small = (name: string): string => `import { ode } from "odegrad";
const declared_ = ode({
  state: { x: 1 },
  params: { k: 0.5 },
  rhs: ({ x }, { k }) => ({ x: -k * x }),
  loss: { terminal: ({ x }) => x * x },
  solver: { method: "euler", t1: 1, steps: 2 },
});
export { declared_ as ${name} };
`;
  // `export { x as default }` is another thing, tested with the names of files.
  const exported = names.filter((name) => name !== "default").filter((_, i) => isLong || i % 6 === 0);

  it("may be any word, and none of them harms the header of another", async () => {
    const own = path.join(folder, "models");
    fs.mkdirSync(own);
    const prefixes = new Set<string>();
    const headers: string[] = [];
    for (const name of exported) {
      const ready = readyOf(small(name));
      const loaded = await loadJavaScript(emit(ready, "js", {})[0]!.text);
      expect(loaded.gradient(), name).toBe(0);
      expect(loaded.io.value[0], name).toBe(0.75 ** 4);
      const files = emit(ready, "c", {});
      const prefix = files[0]!.name.replace(/\.h$/, "");
      expect(prefix).toMatch(/^[a-z][a-z0-9_]*$/);
      if (prefixes.has(prefix)) continue;
      prefixes.add(prefix);
      for (const output of files) fs.writeFileSync(path.join(own, output.name), output.text);
      headers.push(`#include "${prefix}.h"`);
    }
    expect(prefixes.size).toBeGreaterThan(0.8 * exported.length);
    fs.writeFileSync(path.join(own, "all.c"), `${headers.join("\n")}\nint main(void) { return 0; }\n`);
    for (const command of cCompilers.slice(0, 1)) {
      const { stderr } = spawnSync(command, [...strict, "-fsyntax-only", "all.c"], {
        cwd: own,
        encoding: "utf8",
      });
      expect(stderr).toBe("");
    }
  });
});
