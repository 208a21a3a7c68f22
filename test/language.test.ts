/**
 * A sample for every construct of the language: golden text of the code that it becomes, and its meaning. The functions
 * are those of the plain TypeScript, un-compiled, interpreted and generated; the gradient is the slope of the loss, and
 * that of C; forward and reverse mode are transposes. `ODEGRAD_UPDATE_GOLDEN=1 npx vitest run test/language` writes
 * the golden text anew.
 */

import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyProgram } from "../compiler/analysis/well-formed.ts";
import { build } from "../compiler/compile.ts";
import { emit } from "../compiler/emission.ts";
import { compilerWords, findCompilers } from "../compiler/execute/c.ts";
import { parseHex } from "../compiler/execute/hex.ts";
import { javaScriptEngine, loadJavaScript } from "../compiler/execute/javascript.ts";
import { defaultProblem, type Problem } from "../compiler/execute/problem.ts";
import { tidyModel } from "../compiler/optimise/index.ts";
import { fieldIdentity } from "../compiler/verify/field-identity.ts";
import { impurities } from "../compiler/verify/plain.ts";
import { draw, normal } from "../runtime/random.ts";
import { differences, diskHost } from "./support/plain-model.ts";

const root = path.join(import.meta.dirname, "..");
const place = path.join(import.meta.dirname, "language");
const isUpdate = process.env["ODEGRAD_UPDATE_GOLDEN"] === "1";
const [compiler] = findCompilers(process.env);

interface Plain {
  readonly declaration: unknown;
  simulate(options: object): { readonly value: number };
}

const samples = ["bodies", "declarations"].flatMap((group) =>
  fs
    .readdirSync(path.join(place, group))
    .filter((name) => name.endsWith(".ode.ts"))
    .map((name) => {
      const file = path.join(place, group, name);
      const text = fs.readFileSync(file, "utf8");
      const built = build({ file, text, host: diskHost }, { prefix: "sample" });
      return { group, name: name.replace(".ode.ts", ""), file, text, built };
    }),
);

/** The functions of generated code that a construct of a body, or of a declaration, becomes. */
function excerpt(code: string, group: string): string {
  const names = group === "bodies" ? "(?:sample_rhs\\w*|field|fieldVjp)" : "(?:sample_run_gradient|gradient)";
  const found = code.match(
    new RegExp(
      `^(?:/\\*.*\\*/\\n)?(?:export function|static (?:void|enum \\w+)) ${names}\\([\\s\\S]*?\\n}\\n`,
      "gm",
    ),
  );
  return (found ?? []).join("\n");
}

const batch = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-language-"));
afterAll(() => fs.rmSync(batch, { recursive: true, force: true }));

/** Words that each sample's gradient has in C, by the position of the sample: one program computes them all. */
let inC: readonly (readonly number[])[] = [];
beforeAll(() => {
  if (compiler === undefined) return;
  const calls: string[] = [];
  const sources = samples.map(({ file, text }, i) => {
    const prefix = `s${i}`;
    const { ready } = build({ file, text, host: diskHost }, { prefix });
    const [header, source] = emit(ready!, "c", { prefix });
    fs.writeFileSync(path.join(batch, header!.name), header!.text);
    fs.writeFileSync(path.join(batch, source!.name), source!.text);
    calls.push(`static void run_${prefix}(void) {
  static ${prefix}_workspace workspace;
  static ${prefix}_gradients found;
  const int status = ${prefix}_gradient(&${prefix}_default, &workspace, &found);
  const double *words = (const double *)(const void *)&found;
  printf("%d", status);
  for (unsigned i = 0; i < sizeof found / sizeof(double); i++) printf(" %a", words[i]);
  printf("\\n");
}`);
    return source!.name;
  });
  const headers = samples.map((_, i) => `#include "s${i}.h"`).join("\n");
  const main = `int main(void) {\n${samples.map((_, i) => `  run_s${i}();`).join("\n")}\n  return 0;\n}\n`;
  fs.writeFileSync(
    path.join(batch, "main.c"),
    `${headers}\n#include <stdio.h>\n\n${calls.join("\n\n")}\n\n${main}`,
  );
  const flags = ["-std=c99", "-O1", "-ffp-contract=off"];
  const [command, ...first] = compilerWords(compiler);
  const made = spawnSync(command, [...first, ...flags, ...sources, "main.c", "-lm", "-o", "all"], {
    cwd: batch,
    encoding: "utf8",
  });
  expect(made.stderr).toBe("");
  inC = execFileSync(path.join(batch, "all"), { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map((word, i) => (i === 0 ? Number(word) : parseHex(word))));
}, 120_000);

const close = (a: number, b: number, scale: number, tolerance: number): void =>
  expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * Math.max(Math.abs(a), Math.abs(b), scale));

it("there is a sample for every construct", () => {
  expect(samples.filter(({ group }) => group === "bodies").length).toBeGreaterThan(30);
  expect(samples.filter(({ group }) => group === "declarations").length).toBeGreaterThan(15);
});

it("the samples type-check as users check theirs", () => {
  const tsc = path.join(root, "node_modules/typescript/bin/tsc");
  const said = spawnSync(process.execPath, [tsc, "-p", path.join(place, "tsconfig.json")], {
    encoding: "utf8",
  });
  expect(said.stdout).toBe("");
});

describe.each(samples.map((sample, i) => ({ ...sample, i })))(
  "$group/$name",
  ({ group, name, file, built, i }) => {
    const { ready } = built;
    const { module } = ready!;
    const { model, solver } = module;
    const problem = defaultProblem(model, solver);
    const outputs = {
      js: emit(ready!, "js", {})[0]!.text,
      c: emit(ready!, "c", { prefix: "sample" })[1]!.text,
    };
    const load = async () => {
      const generated = await loadJavaScript(outputs.js);
      return { generated, engine: javaScriptEngine(generated) };
    };
    const plain = async (): Promise<Plain> => {
      const exported = (await import(file)) as Record<string, Plain>;
      return exported[model.name]!;
    };

    it("is compiled to well-formed, plain code", () => {
      expect(built.diagnostics).toEqual([]);
      expect(verifyProgram(module.program, ["solve", "gradient"])).toEqual([]);
      expect(impurities(outputs.js)).toEqual([]);
    });

    it.each(["js", "c"] as const)("becomes the %s that is kept", (target) => {
      const made = excerpt(outputs[target], group);
      expect(made).not.toBe("");
      const kept = path.join(place, "golden", group, `${name}.${target}`);
      if (isUpdate) {
        fs.mkdirSync(path.dirname(kept), { recursive: true });
        fs.writeFileSync(kept, made);
      }
      expect(fs.existsSync(kept), `${kept} is missing: ODEGRAD_UPDATE_GOLDEN=1 writes it`).toBe(true);
      expect(made).toBe(fs.readFileSync(kept, "utf8"));
    });

    it("computes what the plain functions compute", async () => {
      const own = await plain();
      expect(differences(model, own, 10)).toEqual([]);
      expect(differences(tidyModel(model), own, 10)).toEqual([]);
    });

    it("has the loss of the un-compiled solve", async () => {
      const { engine } = await load();
      const { method, t0, t1, steps } = solver;
      const truth = (await plain()).simulate({ method, t0, t1, steps }).value;
      for (const { status, value } of [engine.solve(problem), engine.gradient(problem)]) {
        expect(status).toBe(0);
        close(value, truth, 0, 1e-13);
      }
    });

    // What is stopped is no slope: test/differentiate/stop holds it to a model with constants in its place.
    it.skipIf(name === "stopped")("has the slope of the loss for a gradient", async () => {
      const { engine } = await load();
      const found = engine.gradient(problem);
      const records = ["state0", "params", "inputs"] as const;
      const along = records.map((record, stream) => draw(normal(17 + stream), problem[record].length));
      // What `wrt` or `initial` leaves out is held where it is.
      records.forEach((record, r) => {
        along[r]!.forEach((_, j) => {
          if (!isWanted(record, j)) along[r]![j] = 0;
        });
      });
      const slope = records.reduce(
        (sum, record, r) => sum + along[r]!.reduce((part, d, j) => part + d * found[record][j]!, 0),
        0,
      );
      const size = records.reduce(
        (sum, record, r) => sum + along[r]!.reduce((part, d, j) => part + Math.abs(d * found[record][j]!), 0),
        0,
      );
      const at = (h: number): number => {
        const moved: Problem = { ...problem };
        records.forEach((record, r) => {
          (moved as unknown as Record<string, Float64Array>)[record] = problem[record].map(
            (x, j) => x + h * along[r]![j]!,
          );
        });
        return engine.solve(moved).value;
      };
      // Central differences, once extrapolated: their error is that of h⁴, and of rounding over h.
      const h = 1e-3;
      const [wide, narrow] = [2 * h, h].map((step) => (at(step) - at(-step)) / (2 * step)) as [
        number,
        number,
      ];
      close(slope, narrow + (narrow - wide) / 3, size, 1e-8);
      expect(size).toBeGreaterThan(0);
    });

    const isWanted = (record: "state0" | "params" | "inputs", word: number): boolean => {
      if (record === "state0" && model.initial !== undefined) return false;
      if (solver.wrt === undefined) return true;
      const named = record === "state0" ? "state" : record;
      const leaves =
        record === "inputs" ? model.inputs.flatMap((input) => input.leaves) : model[named as "params"];
      const leaf = leaves.findLast(({ offset }) => offset <= word)!;
      const dotted = [named, ...leaf.path].join(".");
      return solver.wrt.some((each) => dotted === each || dotted.startsWith(`${each}.`));
    };

    it("has forward and reverse modes that are transposes", async () => {
      const { generated } = await load();
      const check = fieldIdentity(generated, module, problem, 5, 4);
      expect(`${check.outcome} ${check.figure}`).toMatch(/^pass/);
    });

    it.skipIf(compiler === undefined)("has the same gradient in C", async () => {
      const { engine } = await load();
      const { status, value, state0, params, inputs } = engine.gradient(problem);
      const [code, ...words] = inC[i]!;
      expect(code).toBe(status);
      const expected = [value, ...state0, ...params, ...inputs];
      expect(words.length).toBe(expected.length);
      const scale = Math.max(...expected.map(Math.abs));
      expected.forEach((word, j) => {
        close(words[j]!, word, scale, 1e-14);
      });
    });
  },
);
