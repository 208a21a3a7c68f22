/**
 * The examples of `odegrad explain`: each gives the code that it is an example of and no other, and what stands under
 * "Instead" as code does not. Examples are statements of a function, keys of a declaration, whole files or commands; options that
 * they are compiled with stand in a comment behind them.
 */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { explanations } from "../../compiler/diagnostics/explanations.ts";
import type { Options } from "../../compiler/options.ts";
import { odegrad } from "../support/command.ts";
import { hostOf } from "../support/plain-model.ts";

/** Codes whose examples are no text or command of their own, and the test that provokes them. */
const elsewhere: Readonly<Record<string, string>> = {
  ODE1010: "frontend/limits.test.ts",
  ODE1066: "errors/ODE1066-grows-too-large",
  // The test below.
  ODE1078: "diagnostics/examples.test.ts",
  ODE1068: "errors/ODE1068-bidirectional",
  ODE4036: "execute/javascript.test.ts",
  ODE5015: "cli/process.test.ts",
  ODE5030: "transform.test.ts",
  ODE5031: "transform.test.ts",
  ODE5032: "package/build.test.ts",
  ODE5033: "cli/build.test.ts",
  ODE5034: "cli/build.test.ts",
  ODE5035: "cli/build.test.ts",
  ODE5036: "cli/build.test.ts",
  ODE5037: "cli/build.test.ts",
};
/** Faults of the compiler itself: there is nothing to write that provokes them. */
const ours = ["ODE9001", "ODE9002"];

const library = `import {
  adjacency, biharmonic, csr, cubic, custom, directional, dot, field, gradient, hold, jacobian, kernel, laplacian, linear, mat, matvec,
  normal, ode, softplus, stochastic, stopGradient, uniform, vec, weightedLaplacian,
} from "odegrad";
`;

const inBody = (text: string): string => `${library}
const n = 4;

export const model = ode({
  state: { x: 0.5, u: vec(n, 0.3) },
  params: { k: 1.2, W: mat(n, n, 0.1) },
  rhs: ({ x, u }, { k, W }, { t }) => {
    let y = Math.cos(t);
    let s = 0;
    const d = vec(n);
    {
      ${text}
    }
    return { x: y + s + d[0] - k * x, u: matvec(W, u) };
  },
  loss: { terminal: ({ x }) => x },
});
`;

/** A declaration with these keys, and with those that it needs besides. */
const inModel = (text: string): string => {
  const has = (keys: string): boolean => new RegExp(`\\b(${keys})\\s*[:(]`).test(text);
  const rest = [
    has("state") ? "" : "state: { x: 0.5 },",
    has("params") ? "" : "params: { k: 2 },",
    has("rhs|hamiltonian") ? "" : "rhs: ({ x }) => ({ x: -x }),",
    has("loss") || has("state") ? "" : "loss: { terminal: ({ x }) => x },",
  ];
  return `${library}\nexport const model = ode({ ${rest.join(" ")} ${text}\n});\n`;
};

const inField = (text: string): string => {
  const point = text.includes("point:") ? "" : "point: vec(2),";
  const value = text.includes("value:") ? "" : "value: (x) => x[0] ** 2 * x[1],";
  return `${library}\nexport const model = field({ ${point} ${value} ${text}\n});\n`;
};

const inModule = (text: string): string => {
  const lines = text.split("\n");
  const imports = lines.filter((line) => line.startsWith("import "));
  const others = lines.filter((line) => !line.startsWith("import "));
  return `${library}${imports.join("\n")}\n${others.join("\n")}
export const model = ode({ state: { x: 1 }, params: { k: 2 }, rhs: ({ x }, { k }) => ({ x: -k * x }) });
`;
};

const files = {
  "graph.ts": "export const A = [1, 2];\n",
  "rate.ts": "export const rate = 2;\n",
  "table.json": "[1, 2]\n",
};

/** Files that stand one after the other, each under its name. */
const filesIn = (example: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...example.matchAll(/^\/\/ (\w+\.ts)\n((?:(?!\/\/ ).*\n?)*)/gm)].map(([, name, text]) => [name!, text!]),
  );

/** The text of a model around an example. */
function textOf(example: string, code: string): string {
  if (Object.keys(filesIn(example)).length > 0)
    return `import { ode } from "odegrad";
import { a } from "./a.ts";
import { b } from "./b.ts";
export const model = ode({ state: { x: 1 }, rhs: ({ x }) => ({ x: -a * b * x }) });
`;
  if (/export const \w+ = (ode|field)\(|^const model = ode\(/m.test(example)) return library + example;
  if (modules.includes(code)) return inModule(example);
  if (/^(value|operators|point):/.test(example)) return inField(example);
  if (/^state: \d/.test(example)) return `${library}\nexport const model = kernel({ ${example} });\n`;
  if (
    /^(state|params|parameters|constants|inputs|initial|rhs|times|loss|outputs|events|solver)\b/.test(example)
  )
    return inModel(example);
  return inBody(example);
}

/** What stands at module level. */
const modules = [
  ...["ODE1006", "ODE1021", "ODE1022", "ODE1044", "ODE1045", "ODE1046", "ODE1050", "ODE1051", "ODE1056"],
  ...["ODE1065", "ODE2013"],
];

/** `// --method taylor --rtol 1e-8` behind an example. */
function optionsIn(example: string): Options {
  const [, method, rtol] = /\/\/ --method (\w+)(?: --rtol (\S+))?$/.exec(example) ?? [];
  return { ...(method !== undefined && { method }), ...(rtol !== undefined && { rtol: Number(rtol) }) };
}

/** What the compiler says of a text. `warned`: warnings are asked for too; one of an idle parameter is that of a frame. */
function codesOf(example: string, code: string, warned: boolean): readonly string[] {
  const text = textOf(example, code);
  const { diagnostics } = build(
    { file: "model.ode.ts", text, host: hostOf({ ...files, ...filesIn(example) }) },
    optionsIn(example),
  );
  const told = diagnostics.filter(
    (each) => each.code === code || each.severity === "error" || (warned && each.code !== "ODE2019"),
  );
  return [...new Set(told.map((each) => each.code))];
}

let folder = "";
const decay = (keys: string): string => `import { ode } from "odegrad";
export const decay = ode({ state: { x: 1 }, params: { k: 2 }, rhs: ({ x }, { k }) => ({ x: -k * x }), ${keys} });
`;
const written: Readonly<Record<string, string>> = {
  "model.ode.ts": decay("times: [10, 20], loss: { at: ({ x }) => x ** 2 }, solver: { t1: 20 }"),
  "plain.ode.ts": decay(""),
  "models.ode.ts": `${decay("loss: { terminal: ({ x }) => x }")}export const other = ode({ state: { x: 1 }, rhs: ({ x }) => ({ x }) });\n`,
  "bent.ode.ts": decay("").replace("-k * x", "-k * Math.atan(x)"),
  "driven.ode.ts": `import { hold, ode } from "odegrad";
export const driven = ode({ state: { x: 1 }, inputs: { u: hold(4) }, rhs: ({ x }, _, { inputs }) => ({ x: inputs.u - x }), loss: { terminal: ({ x }) => x } });
`,
  "net.ode.ts": `import { field, vec } from "odegrad";
export const net = field({ point: vec(2), params: { a: 1 }, value: (x, { a }) => a * x[0] * x[1], loss: { at: (value) => value } });
`,
  "observed.ode.ts": `import { ode, vec } from "odegrad";
export const observed = ode({ state: { x: 1 }, data: { hare: vec(2), lynx: vec(2) }, rhs: ({ x }) => ({ x: -x }), loss: { terminal: ({ x }, _, { data }) => x * data.hare[0] * data.lynx[1] } });
`,
  "steep.ode.ts": `import { ode } from "odegrad";
export const steep = ode({ state: { y: 1 }, rhs: ({ y }) => ({ y: y ** 3 }) });
`,
  "values.json": '{ "k": "fast" }',
  "table.csv": "hare,lynx\n30,4\n47.2\n",
};
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-examples-"));
  for (const [name, text] of Object.entries(written)) fs.writeFileSync(path.join(folder, name), text);
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** What a command says, asked in the folder. */
async function codesSaid(line: string): Promise<readonly string[]> {
  const [, ...words] = line.replace(/ {2,}#.*$/, "").split(" ");
  const places = words.map((word) =>
    /^[^-].*\.(ts|js|json|csv)$|^generated$/.test(word) ? path.join(folder, word) : word,
  );
  const { code, err } = await odegrad(places);
  const codes = [...new Set(err.match(/(?<=error )ODE\d{4}/g) ?? [])];
  return code === 0 || codes.length > 0 ? codes : [`exit code ${code}`];
}

const codesIn = async (text: string, code: string, warned: boolean): Promise<readonly string[]> =>
  text.startsWith("odegrad ") ? codesSaid(text.split("\n")[0]!) : codesOf(text, code, warned);

/** The code of a correction: what stands in front of the words, where it is not words alone. */
function corrected(fix: string): string | undefined {
  const [first] = fix.split("\n\n");
  return /^[A-Z`].*\.$/.test(first!) ? undefined : first;
}

it("the other codes are provoked where it says", () => {
  for (const [code, place] of Object.entries(elsewhere)) {
    const at = path.join(import.meta.dirname, "..", place);
    expect(fs.existsSync(at), at).toBe(true);
    if (place.endsWith(".ts")) expect(fs.readFileSync(at, "utf8"), `${code} in ${place}`).toContain(code);
  }
});

it("helpers in helpers, as many as ODE1078 speaks of, are too deep", () => {
  const helpers = Array.from(
    { length: 300 },
    (_, i) => `const f${i + 1} = (b: number): number => f${i}(b) + 1;`,
  );
  const example = ["const f0 = (b: number) => b;", ...helpers, "y = f300(x);"].join("\n");
  expect(codesOf(example, "ODE1078", false)).toEqual(["ODE1078"]);
  expect(codesOf(`const f0 = (b: number) => b;\n${explanations["ODE1078"]!.fix}`, "ODE1078", true)).toEqual(
    [],
  );
});

const shown = Object.entries(explanations).filter(
  ([code]) => !Object.hasOwn(elsewhere, code) && !ours.includes(code),
);

describe.each(shown)("%s", (code, { example, fix }) => {
  it("is what its example gives", async () => {
    expect(await codesIn(example, code, false)).toEqual([code]);
  });

  const instead = corrected(fix);
  if (instead === undefined) return;
  it("is not given by the correction", async () => {
    expect(await codesIn(instead, code, true)).toEqual([]);
  });
});
