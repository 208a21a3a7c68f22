/**
 * Broken input, as a user would break it: each gives one located error that helps, the right exit code, and leaves old
 * output files as they were.
 */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { templates } from "../../compiler/cli/init.ts";
import { odegrad } from "../support/command.ts";

const good = `import { ode, vec } from "odegrad";

export const decay = ode({
  state: { y: 1, z: vec(2, 1) },
  params: { rate: 0.5 },
  rhs: ({ y, z }, { rate }) => ({ y: -rate * y, z: [y * z[0], -z[1]] }),
  loss: { terminal: ({ y, z }) => y ** 2 + z[0] * z[1] },
  solver: { method: "rk4", t1: 1, steps: 10 },
});
`;

let folder = "";
const at = (name: string): string => path.join(folder, name);
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-errors-"));
  fs.writeFileSync(at("good.ode.ts"), good);
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});

interface Told {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly suggestion?: string;
  readonly start?: { readonly line: number; readonly column: number };
}

async function told(words: readonly string[]): Promise<{ exit: number; diagnostics: Told[] }> {
  const { code, out } = await odegrad([...words, "--json"]);
  return { exit: code, diagnostics: (JSON.parse(out) as { diagnostics: Told[] }).diagnostics };
}

it("the good model is good", async () => {
  expect((await odegrad(["grad", at("good.ode.ts"), "--json"])).code).toBe(0);
});

describe("broken models", () => {
  it.each<[string, string, string, number, RegExp]>([
    ["syntax error", "({ y: -rate * y,", "({ y: -rate * * y,", 6, /^ODE1/],
    ["unknown name", "-rate * y", "-rat * y", 6, /^ODE[12]/],
    ["unknown parameter", "{ rate }) =>", "{ rte }) =>", 6, /^ODE2/],
    ["wrong shape", "z: [y * z[0], -z[1]]", "z: [y * z[0]]", 6, /^ODE2/],
    ["missing derivative of the state", ", z: [y * z[0], -z[1]] }", " }", 6, /^ODE2/],
    ["unsupported construct", "-rate * y,", "-rate * y * Math.random(),", 6, /^ODE1/],
    ["function without a rule", "y: -rate * y", "y: -Math.imul(rate, y)", 6, /^ODE[123]/],
    ["unknown key", "loss:", "los:", 7, /^ODE2/],
    ["unknown method", '"rk4"', '"rk5"', 8, /^ODE4001/],
    ["index out of range", "z[0] * z[1] }", "z[0] * z[2] }", 7, /^ODE2/],
  ])("%s", async (name, from, to, line, code) => {
    expect(good).toContain(from);
    const file = at(`${name.replace(/ /g, "-")}.ode.ts`);
    fs.writeFileSync(file, good.replace(from, to));
    const out = at("old.js");
    fs.writeFileSync(out, "old");

    const { exit, diagnostics } = await told(["compile", file, "--out", out]);
    expect(exit).toBe(1);
    expect(diagnostics.length).toBeGreaterThanOrEqual(1);
    const [first] = diagnostics;
    expect(first!.code).toMatch(code);
    expect(first!.start?.line).toBe(line);
    expect(first!.suggestion ?? "").not.toBe("");
    expect(fs.readFileSync(out, "utf8")).toBe("old");

    const { err, out: silent } = await odegrad(["compile", file, "--out", out, "--color", "never"]);
    expect(silent).toBe("");
    expect(err).toContain(first!.code);
    expect(err).toContain(`:${line}:`);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe("bad command lines", () => {
  it.each<[string, string[], number, RegExp, RegExp]>([
    ["unknown option", ["grad", "FILE", "--stesp", "3"], 2, /ODE5001/, /--steps/],
    ["a value for a switch", ["grad", "FILE", "--json=true"], 2, /ODE5007.*`--json` takes no value/, /alone/],
    [
      "functions that no C has",
      ["compile", "FILE", "--emit", "field,fieldVjp", "--target", "c", "--out-dir", "nowhere"],
      2,
      /ODE5007.*`c` has no `field`, `fieldVjp`/,
      /`--target js`/,
    ],
    [
      "functions that no crossbar has",
      ["compile", "FILE", "--emit", "field", "--target", "js,crossbar", "--out-dir", "nowhere"],
      2,
      /ODE5007.*`crossbar` has no `field`/,
      /`--target js`/,
    ],
    ["a letter for a file", ["compile", "FILE", "-o", "x.js"], 2, /ODE5001/, /did you mean `--out`/],
    ["a letter for a folder", ["build", "-o", "x"], 2, /ODE5001/, /did you mean `--out-dir`/],
    ["a letter of one option", ["grad", "FILE", "-q"], 2, /ODE5001/, /did you mean `--quiet`/],
    ["a letter of none", ["grad", "FILE", "-z"], 2, /ODE5001/, /`odegrad grad --help` lists/],
    ["unknown command", ["gard", "FILE"], 2, /ODE5005/, /`grad`/],
    ["later command", ["bench", "FILE"], 2, /ODE5006/, /not available yet/],
    ["later option", ["inspect", "FILE", "--graph"], 2, /ODE5002/, /inspect --ir/],
    ["a point of what is no field", ["grad", "FILE", "--point", "1,2"], 2, /ODE5007/, /odegrad run/],
    ["operators of what is no field", ["eval", "FILE"], 2, /ODE5007/, /odegrad run/],
    ["later target", ["compile", "FILE", "--target", "wasm"], 2, /ODE5003/, /`js`/],
    ["unknown target", ["compile", "FILE", "--target", "rust"], 2, /ODE5004/, /js, ts, c, crossbar, ir/],
    ["unknown method", ["grad", "FILE", "--method", "dopri4"], 2, /ODE4001/, /`dopri5`/],
    ["an order without a series", ["grad", "FILE", "--order", "4"], 2, /ODE4031/, /--method taylor/],
    [
      "an adjoint the method has not",
      ["grad", "FILE", "--method", "gauss2", "--adjoint", "continuous"],
      2,
      /ODE4004/,
      /symplectic/,
    ],
    ["bad number", ["grad", "FILE", "--steps", "many"], 2, /ODE5004/, /whole number/],
    ["steps and step size", ["grad", "FILE", "--steps", "3", "--dt", "0.1"], 2, /ODE4008/, /not both/],
    ["step size that does not divide", ["grad", "FILE", "--dt", "0.3"], 2, /ODE4007/, /--steps 3/],
    ["missing argument", ["grad"], 2, /ODE5007/, /--help/],
    ["one argument too many", ["grad", "FILE", "FILE"], 2, /ODE5007/, /--help/],
    ["missing file", ["grad", "MISSING"], 2, /ODE5008/, /path/],
    ["unknown model", ["grad", "FILE", "--model", "dekay"], 2, /ODE5012/, /`decay`/],
    ["wrt without a name", ["grad", "FILE", "--wrt", ""], 2, /ODE5004/, /a list of names/],
    ["wrt of nothing", ["grad", "FILE", "--wrt", "params.rat"], 2, /ODE4013/, /`params.rate`/],
    ["C without a place", ["compile", "FILE", "--target", "c"], 2, /ODE5007/, /--out-dir/],
    ["two targets without a place", ["compile", "FILE", "--target", "js,c"], 2, /ODE5007/, /--out-dir/],
    [
      "bad prefix",
      ["compile", "FILE", "--target", "c", "--prefix", "2d", "--out-dir", "DIR"],
      2,
      /ODE5017/,
      /letter/,
    ],
    ["unwritable folder", ["compile", "FILE", "--out-dir", "BLOCKED"], 2, /ODE5009/, /--out/],
    ["missing parameter file", ["grad", "FILE", "--params", "MISSING"], 2, /ODE5008/, /path/],
    [
      "a step size too small to count",
      ["grad", "FILE", "--dt", "1e-10"],
      2,
      /ODE4034: .*more than 2147483647 steps/,
      /--rtol/,
    ],
    [
      "checkpoints that are none",
      ["grad", "FILE", "--adjoint", "revolve", "--checkpoints", "0"],
      2,
      /ODE5004/,
      /from 1 to 16777216/,
    ],
    [
      "attempts too many to count",
      ["grad", "FILE", "--max-steps", "4294967295"],
      2,
      /ODE5004/,
      /from 1 to 2147483647/,
    ],
    [
      "a batch too large for its arrays",
      ["compile", "FILE", "--batch", "1000000000"],
      2,
      /ODE4033/,
      /take 5592405 at/,
    ],
    ["a rate of lbfgs", ["fit", "FILE", "--rate", "0.1"], 2, /ODE5007/, /--optimizer adam/],
    ["unknown diagnostic", ["explain", "nonsense"], 2, /ODE5016/, /list codes/],
    ["unknown list", ["list", "method"], 2, /ODE5007/, /`methods`/],
  ])("%s", async (_, words, exit, code, help) => {
    fs.writeFileSync(at("blocked"), "a file");
    const places: Readonly<Record<string, string>> = {
      FILE: at("good.ode.ts"),
      MISSING: at("missing.json"),
      DIR: at("out"),
      BLOCKED: at("blocked/out"),
    };
    const line = words.map((word) => places[word] ?? word);
    const { code: got, out, err } = await odegrad(line);
    expect(err).toMatch(code);
    expect(err).toMatch(help);
    expect(got).toBe(exit);
    expect(out).toBe("");
    expect(err.match(/ODE\d{4}/g)).toHaveLength(1);
    expect(fs.existsSync(at("out"))).toBe(false);
    expect(fs.readFileSync(at("blocked"), "utf8")).toBe("a file");
  });
});

describe("values that do not fit", () => {
  it.each<[string, string, unknown, RegExp]>([
    ["params", "unknown leaf", { rat: 1 }, /`rat`.*no such leaf/s],
    ["params", "text for a number", { rate: "fast" }, /`rate`.*number/s],
    ["params", "a list for a record", [1], /no such leaf|record/],
    ["state", "wrong length", { z: [1, 2, 3] }, /`z`.*3 entries/s],
    ["state", "number for a vector", { z: 1 }, /`z`.*array of length 2/s],
    ["state", "null", { y: null }, /`y`.*number/s],
    [
      "inputs",
      "an input the model does not have",
      { torque: [0] },
      /the model has no inputs\n.*leave `--inputs` out/,
    ],
    ["data", "data the model does not have", { goal: 1 }, /the model has no `data`\n.*leave `--data` out/],
    ["state", "polluted", JSON.parse('{"__proto__": {"y": 1}}'), /__proto__/],
  ])("%s: %s", async (option, _, json, message) => {
    fs.writeFileSync(at("values.json"), JSON.stringify(json));
    const { code, err } = await odegrad(["grad", at("good.ode.ts"), `--${option}`, at("values.json")]);
    expect(err).toMatch(message);
    expect(err).toContain("ODE5013");
    expect(code).toBe(2);
  });

  it("broken JSON", async () => {
    fs.writeFileSync(at("values.json"), "{ rate: 1 }");
    const { code, err } = await odegrad(["grad", at("good.ode.ts"), "--params", at("values.json")]);
    expect(err).toMatch(/no JSON/);
    expect(code).toBe(2);
  });
});

it("a solve that blows up says so and prints no number", async () => {
  const file = at("blow-up.ode.ts");
  fs.writeFileSync(file, good.replace("-rate * y", "y ** 2").replace("y: 1,", "y: 1e200,"));
  const { code, out, err } = await odegrad(["grad", file]);
  expect(err).toContain("ODE4015");
  expect(code).toBe(1);
  expect(out).toBe("");
});

it.each([
  ["loss", "y ** 2", "Math.log(-y)", /starts is NaN\n/],
  ["gradient of the loss", "y ** 2", "Math.sqrt(y - y)", /starts is .*, and its gradient is not finite/],
])("a fit whose %s is not finite at the start fails, whatever the optimiser", async (_, from, to, said) => {
  const file = at("not-finite.ode.ts");
  fs.writeFileSync(file, good.replace(from, to));
  for (const optimizer of ["lbfgs", "adam"]) {
    const { code, out, err } = await odegrad(["fit", file, "--optimizer", optimizer]);
    expect(err).toContain("ODE4015");
    expect(err).toMatch(said);
    expect(err).toMatch(/--state/);
    expect(code).toBe(1);
    expect(out).toBe("");
  }
});

it("init without its templates says where they should be", () => {
  const missing = path.join(path.parse(folder).root, "no", "such");
  expect(() => templates(missing)).toThrow(`ODE5008: cannot read ${path.join(missing, "templates")}`);
  expect(fs.readdirSync(templates())).toContain("fit");
});

it("a model without a loss runs, and has no gradient", async () => {
  const file = at("no-loss.ode.ts");
  fs.writeFileSync(file, good.replace(/ {2}loss:.*\n/, ""));
  expect((await told(["grad", file])).diagnostics.map((each) => each.code)).toEqual(["ODE4014"]);
  const { code, out } = await odegrad(["run", file, "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ value: null, t: [1] });
});
