/**
 * Golden text of every example, per target, and its meaning: the text that is kept is run, and its gradient is that of
 * the discrete solve written out once more in the interpreter. `ODEGRAD_UPDATE_GOLDEN=1 npx vitest run test/golden`
 * writes the text anew; a missing file fails.
 */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { verifyProgram } from "../compiler/analysis/well-formed.ts";
import { build } from "../compiler/compile.ts";
import { emit } from "../compiler/emission.ts";
import { cEngine, compilerWords, findCompilers } from "../compiler/execute/c.ts";
import { javaScriptEngine, loadJavaScript } from "../compiler/execute/javascript.ts";
import { defaultProblem, type Engine, type Gradients, type Problem } from "../compiler/execute/problem.ts";
import { isWanted } from "../compiler/integrate/interface-arrays.ts";
import { type Model, sizeOf } from "../compiler/model.ts";
import type { Module, Solver } from "../compiler/module.ts";
import { direction, slopeAlong } from "../compiler/verify/direction.ts";
import { DiscreteSolve } from "../compiler/verify/discrete.ts";
import { dualTangent } from "../compiler/verify/dual.ts";
import { impurities } from "../compiler/verify/plain.ts";

// As users have it: the optimiser of the compiler is in what is tested.
beforeAll(() => {
  vi.stubEnv("ODEGRAD_CFLAGS", "");
});
afterAll(() => {
  vi.unstubAllEnvs();
});

const examples = path.join(import.meta.dirname, "../examples");
const golden = path.join(import.meta.dirname, "golden");
const isUpdate = process.env["ODEGRAD_UPDATE_GOLDEN"] === "1";
const [compiler] = findCompilers(process.env);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-golden-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Data that would make files which nobody reads has a small stand-in of its name beside them. */
const host = {
  read: (file: string): string | undefined => {
    const standIn = path.join(golden, path.relative(examples, file));
    const found = [standIn, file].find((place) => fs.existsSync(place));
    return found && fs.readFileSync(found, "utf8");
  },
};

/** The version stands in the header; a release does not change what is generated. */
const withoutHeader = (text: string): string =>
  text
    .replace(/odegrad \d+\.\d+\.\d+\S*/, "odegrad X")
    .replace(/Hash [0-9a-f]+/, "Hash X")
    .replace(/version: "[^"]*"/, 'version: "X"');

function expectGradient(model: Model, solver: Solver, problem: Problem, engine: Engine): void {
  const reference = new DiscreteSolve(model, solver.method, problem);
  const truth = reference.gradient(reference.run());
  // What nobody asked for is 0.
  for (const leaf of model.state) {
    const end = leaf.offset + sizeOf(leaf.shape);
    if (!isWanted(solver.wrt, "state", leaf)) truth.state0.fill(0, leaf.offset, end);
  }
  const found = engine.gradient(problem);
  expect(found.status).toBe(0);
  expect(Math.abs(found.value - truth.value)).toBeLessThanOrEqual(1e-12 * Math.abs(truth.value));
  for (const record of ["params", "state0", "inputs"] as const satisfies readonly (keyof Gradients)[]) {
    const scale = Math.max(...truth[record].map(Math.abs), 0);
    found[record].forEach((value, i) => {
      expect(Math.abs(value - truth[record][i]!), `${record}[${i}]`).toBeLessThanOrEqual(1e-11 * scale);
    });
  }
}

/** Nothing is solved where the model is a field: forward mode through the program is the truth. */
function expectSlopes(module: Module, problem: Problem, engine: Engine): void {
  const found = engine.gradient(problem);
  expect(found.status).toBe(0);
  for (const seed of [1, 2, 3]) {
    const along = direction(seed, module, problem, () => true);
    const { sum, size } = slopeAlong(found, along);
    expect(Math.abs(sum - dualTangent(module, problem, along))).toBeLessThanOrEqual(1e-13 * size);
  }
}

/** Of files with several models the one that is kept. */
const chosen: Readonly<Record<string, string>> = { poisson: "residual" };

/** Those that are models; a page has models of its own beside it, and tests of its own. */
const folders = fs
  .readdirSync(examples)
  .filter((name) => fs.existsSync(path.join(examples, name, `${name}.ode.ts`)));
describe.each(folders.sort())("%s", (name) => {
  const file = path.join(examples, name, `${name}.ode.ts`);
  const text = fs.readFileSync(file, "utf8");
  const only = chosen[name];
  const built = build({ file, text, host }, only === undefined ? {} : { model: only });
  const { module } = built.ready!;
  const { model, solver } = module;
  const kept = (output: string): string => fs.readFileSync(path.join(golden, name, output), "utf8");
  const targets =
    name === "graph-ode" ? (["js", "ts", "c", "crossbar"] as const) : (["js", "ts", "c"] as const);
  const outputs = targets.flatMap((target) => emit(built.ready!, target, {}));
  const problem = defaultProblem(model, solver);
  const prefix = outputs.find((one) => one.name.endsWith(".h"))!.name.slice(0, -2);

  const expectExact = (engine: Engine): void =>
    model.field === undefined
      ? expectGradient(model, solver, problem, engine)
      : expectSlopes(module, problem, engine);

  it("compiles to a well-formed program without a diagnostic", () => {
    expect(built.diagnostics).toEqual([]);
    expect(verifyProgram(module.program, ["solve", "gradient"])).toEqual([]);
  });

  it.each(outputs.filter((one) => !one.name.endsWith(".map")).map((one) => one.name))(
    "%s is as kept",
    (output) => {
      const { text: made } = outputs.find((one) => one.name === output)!;
      const place = path.join(golden, name, output);
      if (isUpdate) {
        fs.mkdirSync(path.dirname(place), { recursive: true });
        fs.writeFileSync(place, made);
      }
      expect(fs.existsSync(place), `${output} is missing: ODEGRAD_UPDATE_GOLDEN=1 writes it`).toBe(true);
      expect(withoutHeader(made)).toBe(withoutHeader(kept(output)));
    },
  );

  it("the kept JavaScript is plain and has the exact gradient", async () => {
    expect(impurities(kept(`${name}.js`))).toEqual([]);
    expectExact(javaScriptEngine(await loadJavaScript(kept(`${name}.js`))));
  });

  it("no function of it is larger than V8 optimises", () => {
    for (const body of kept(`${name}.js`)
      .split(/^(?=export function |function )/m)
      .slice(1)) {
      expect(body.length, body.slice(0, 60)).toBeLessThan(26_000);
    }
  });

  it.skipIf(compiler === undefined)("the kept C has the exact gradient", () => {
    const part = (end: string) => ({ name: `${prefix}.${end}`, text: kept(`${prefix}.${end}`) });
    const engine = cEngine({ header: part("h"), source: part("c") }, model, prefix, "double");
    try {
      expectExact(engine);
    } finally {
      engine.close();
    }
  });

  it.skipIf(compiler === undefined)("the kept self-test passes under both sanitizers", () => {
    const own = path.join(folder, name);
    fs.mkdirSync(own);
    for (const output of [`${prefix}.h`, `${prefix}.c`, `${prefix}_selftest.c`]) {
      fs.writeFileSync(path.join(own, output), kept(output));
    }
    const sanitize = "-fsanitize=address,undefined -fno-sanitize-recover=all".split(" ");
    const [command, ...first] = compilerWords(compiler!);
    const made = spawnSync(
      command,
      [
        ...first,
        "-std=c99",
        "-O1",
        ...sanitize,
        `${prefix}.c`,
        `${prefix}_selftest.c`,
        "-lm",
        "-o",
        "selftest",
      ],
      { cwd: own, encoding: "utf8" },
    );
    expect(made.stderr).toBe("");
    const ran = spawnSync(path.join(own, "selftest"), { encoding: "utf8" });
    expect(ran.stderr).toBe("");
    expect(ran.stdout.trimEnd().endsWith("ok")).toBe(true);
    expect(ran.status).toBe(0);
  });
});
