/** The TypeScript dialect: holds under --strict, has the model's types, and is the JavaScript once types are erased. */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { ts } from "ts-morph";
import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { emit } from "../../compiler/emission.ts";
import type { Options } from "../../compiler/options.ts";
import { isLong } from "../support/long.ts";

const model = `
import { ode, vec, mat, hold } from "odegrad";
export const model = ode({
  state: { x: 1, pair: [0.5, { u: vec(2, [0.1, 0.2]) }] },
  params: { layers: [{ w: mat(2, 3, [[1, 2, 3], [4, 5, 6]]) }, { w: 0.25 }], größe: 0.3 },
  inputs: { push: hold(2, { a: 0.1, b: vec(2, [0.2, 0.3]) }), level: hold(4, 1) },
  rhs: ({ x, pair }, { layers, größe }, { inputs: { push, level } }) => {
    const du = vec(2);
    for (let i = 0; i < 2; i++) du[i] = -layers[0].w[i][2] * pair[1].u[i] + push.b[i];
    return { x: -größe * x + push.a * level, pair: [layers[1].w * x, { u: du }] };
  },
  outputs: { twice: ({ x }) => 2 * x },
  times: [0.5, 1],
  loss: { terminal: ({ x }) => x * x },
  solver: { method: "heun", t1: 1, steps: 4 },
});`;

const bare = `
import { ode } from "odegrad";
export const model = ode({
  state: { x: 1 },
  rhs: ({ x }) => ({ x: -x }),
  loss: { terminal: ({ x }) => x * x },
  solver: { method: "euler", t1: 1, steps: 4 },
});`;

const use = `
import { simulate, valueAndGradient, type Params } from "./model.ts";
const { gradient, status } = valueAndGradient({
  params: { größe: 2, layers: [{ w: [[1, 2, 3], new Float64Array(3)] }] },
  inputs: { level: new Float64Array(4), push: [{ a: 1 }, { b: [1, 2] }] },
});
const code: number = status;
const whole: Params = gradient.params;
const w: number = gradient.params.layers[0].w[1]![2]!;
const b: number[] = gradient.inputs.push[0]!.b;
const { state, outputs, t } = simulate({ t1: 2, times: [1, 2] });
const x: number[] = state.x;
const u: number[][] = state.pair[1].u;
const twice: number[] = outputs.twice;
export const all = [code, whole, w, b, x, u, twice, t];
// @ts-expect-error: no such parameter
simulate({ params: { nope: 1 } });
// @ts-expect-error: no such option
simulate({ step: 3 });
// @ts-expect-error: a number is no matrix
simulate({ params: { layers: [{ w: 1 }, { w: "1" }] } });
`;

const field = `
import { field, vec } from "odegrad";
export const model = field({
  point: vec(2, [0.7, 0.4]),
  params: { a: 1.3 },
  value: (x, { a }) => a * x[0] ** 3 * x[1],
  operators: ["laplacian"],
  loss: { at: (u) => u ** 2 },
});`;

const host = { read: () => undefined };
const outputs = (text: string, target: "js" | "ts", options: Options = {}): string =>
  emit(build({ file: "model.ode.ts", text, host }, options).ready!, target, options)[0]!.text;

const compilerOf = (name: string): string =>
  path.join(path.dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`))), "bin/tsc");
/** Those written in JavaScript are ten times slower. */
const versions = isLong ? ["typescript-5.9", "typescript-6", "typescript"] : ["typescript"];
const strict =
  "--strict --noEmit --pretty false --target es2022 --lib es2022 --module esnext --moduleResolution bundler " +
  "--allowImportingTsExtensions --erasableSyntaxOnly --isolatedModules";

/** What the compiler has to say of files in a project with these options. */
function complaints(
  files: Readonly<Record<string, string>>,
  more = "",
  compiler = compilerOf("typescript"),
): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-types-"));
  try {
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
    const options = `${strict} ${more}`.trim().split(" ");
    const ran = spawnSync(process.execPath, [compiler, ...options, ...Object.keys(files)], {
      cwd: folder,
      encoding: "utf8",
    });
    return ran.status === 0 ? "" : `${ran.stdout}${ran.stderr}` || `status ${ran.status}`;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const checked = (text: string): string => text.replace(/^\/\/ @ts-nocheck.*$/m, "");

describe("the TypeScript dialect", () => {
  it.each([
    ["a model with everything", model],
    ["a model with next to nothing", bare],
  ])("holds under --strict without its leave to go unchecked: %s", (_, text) => {
    expect(complaints({ "model.ts": checked(outputs(text, "ts")) })).toBe("");
  });

  it.each(versions)("holds under --strict of %s whatever is left out of it", (name) => {
    const files = [model, field].flatMap((text, i) =>
      [undefined, ["solve"], ["gradient"], ["field"], ["jvp", "hvp"]].map((names) => [
        `${["model", "field"][i]}-${names?.[0] ?? "all"}.ts`,
        checked(outputs(text, "ts", names && { emit: names })),
      ]),
    );
    expect(files.every(([, text]) => !text!.includes("@ts-nocheck"))).toBe(true);
    expect(complaints(Object.fromEntries(files), "", compilerOf(name))).toBe("");
  });

  it("types questions and answers by the model", () => {
    expect(complaints({ "model.ts": outputs(model, "ts"), "use.ts": use })).toBe("");
  });

  it("does not complain in projects with stricter rules", () => {
    const more =
      "--noUncheckedIndexedAccess --exactOptionalPropertyTypes --noUnusedLocals --noUnusedParameters " +
      "--noImplicitReturns --noPropertyAccessFromIndexSignature";
    expect(complaints({ "model.ts": outputs(model, "ts") }, more)).toBe("");
  });

  it("is the JavaScript, once its types are erased", () => {
    const erase = (text: string): string =>
      ts.transpileModule(text, {
        compilerOptions: {
          target: ts.ScriptTarget.ES2022,
          module: ts.ModuleKind.ESNext,
          removeComments: true,
        },
      }).outputText;
    const plain = (text: string): string => erase(text.replace(/^\/\/# .*$/m, "")).replace(/\s+/g, "");
    expect(plain(outputs(model, "ts"))).toBe(plain(outputs(model, "js")));
  });
});
