/** What each command gives on a good model. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { odegrad } from "../support/command.ts";

const models = path.join(import.meta.dirname, "../reference/models");
const lotka = path.join(models, "lotka-volterra/lotka-volterra.ode.ts");
const pendulum = path.join(models, "pendulum-control/pendulum-control.ode.ts");
const neural = path.join(models, "neural-ode/neural-ode.ode.ts");

let folder = "";
const at = (name: string): string => path.join(folder, name);
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-commands-"));
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});

async function fine(words: readonly string[], input?: string): Promise<string> {
  const { code, out, err } = await odegrad(words, input);
  expect(err).not.toContain("ODE");
  expect(code).toBe(0);
  return out;
}

describe("grad", () => {
  it("prints the contract's keys in its order", async () => {
    const document = JSON.parse(await fine(["grad", lotka, "--json"])) as Record<string, object>;
    expect(Object.keys(document)).toEqual(["version", "model", "value", "gradient", "solver"]);
    expect(Object.keys(document["gradient"]!)).toEqual(["params", "state"]);
    expect(Object.keys(document["solver"]!)).toEqual([
      ...["method", "adjoint", "steps", "rejected", "fieldEvaluations", "vjpEvaluations"],
      ...["checkpointBytes", "workspaceBytes", "target", "real", "math"],
    ]);
  });

  it("lists only what is differentiated", async () => {
    const { gradient } = JSON.parse(
      await fine(["grad", pendulum, "--json", "--wrt", "params.length,inputs"]),
    ) as {
      gradient: Record<string, object>;
    };
    expect(Object.keys(gradient)).toEqual(["params", "inputs"]);
    expect(Object.keys(gradient["params"]!)).toEqual(["length"]);
    const whole = JSON.parse(await fine(["grad", pendulum, "--json"])) as {
      gradient: Record<string, object>;
    };
    expect(gradient["inputs"]).toEqual(whole.gradient["inputs"]);
    expect(gradient["params"]).toEqual({ length: (whole.gradient["params"] as { length: number }).length });
  });

  it("has what it runs, whatever is to be emitted", async () => {
    const value = async (...words: string[]) =>
      JSON.parse(await fine([...words, lotka, "--json", "--steps", "20"])).value;
    const whole = await value("grad");
    expect(await value("grad", "--emit", "solve")).toBe(whole);
    expect(await value("run", "--emit", "gradient")).toBe(whole);
    expect(await fine(["fit", lotka, "--emit", "jvp", "--iterations", "2"])).toContain("params.alpha");
    expect(JSON.parse(await fine(["verify", lotka, "--emit", "jvp", "--json"])).passed).toBe(true);
  });

  it("takes values from files", async () => {
    fs.writeFileSync(at("p.json"), '{ "beta": 0.03 }');
    fs.writeFileSync(at("s.json"), '{ "lynx": 5 }');
    const moved = await fine(["grad", lotka, "--json", "--params", at("p.json"), "--state", at("s.json")]);
    const text = fs
      .readFileSync(lotka, "utf8")
      .replace("beta: 0.028", "beta: 0.03")
      .replace("lynx: 4", "lynx: 5");
    expect(JSON.parse(moved)).toEqual(JSON.parse(await fine(["grad", "-", "--json"], text)));
  });

  it("shows a table to people", async () => {
    const out = await fine(["grad", lotka]);
    expect(out).toMatch(/lotkaVolterra {2}loss 0\.1597/);
    expect(out).toMatch(/params\.alpha\s+0\.55\s+1\.5050/);
  });

  it("writes to a file", async () => {
    expect(await fine(["grad", lotka, "--out", at("g.txt")])).toBe("");
    expect(fs.readFileSync(at("g.txt"), "utf8")).toBe(await fine(["grad", lotka]));
  });

  it.each([["grad"], ["grad", "--compare"], ["run"]])(
    "has its JSON document on standard output, whatever file has it too: %s",
    async (command, ...more) => {
      const document = await fine([command, lotka, ...more, "--json", "--out", at("g.json")]);
      expect(JSON.parse(document)).toMatchObject({ version: 1, model: "lotkaVolterra" });
      expect(fs.readFileSync(at("g.json"), "utf8")).toBe(document);
    },
  );

  it("in single precision agrees to single precision", async () => {
    const single = JSON.parse(await fine(["grad", lotka, "--json", "--target", "c", "--real", "float"]));
    const double = JSON.parse(await fine(["grad", lotka, "--json"]));
    expect(single.solver.real).toBe("float");
    expect(Math.fround(single.value)).toBe(single.value);
    expect(Math.abs(single.value - double.value)).toBeLessThan(1e-4);
    expect(single.solver.checkpointBytes).toBe(double.solver.checkpointBytes / 2);
  });
});

describe("run", () => {
  it("prints exactly the observation times", async () => {
    const document = JSON.parse(await fine(["run", pendulum, "--json"]));
    expect(Object.keys(document)).toEqual(["version", "model", "t", "state", "outputs", "value", "solver"]);
    expect(document.t).toEqual([0.25, 0.5, 0.75, 1]);
    expect(document.outputs.tip).toHaveLength(4);
  });

  it("prints CSV that reads back to the same bits", async () => {
    const rows = (await fine(["run", neural, "--csv"])).trimEnd().split("\n");
    const document = JSON.parse(await fine(["run", neural, "--json"]));
    expect(rows[0]).toBe("t,x.0,x.1");
    expect(rows.slice(1).map((row) => row.split(",").map(Number))).toEqual(
      document.t.map((t: number, k: number) => [t, ...document.state.x[k]]),
    );
  });

  it("draws in the terminal and into an SVG", async () => {
    const out = await fine(["run", lotka, "--plot", "--svg", at("plot.svg")]);
    expect(out).toMatch(/[⠀-⣿]{10}/);
    expect(fs.readFileSync(at("plot.svg"), "utf8")).toMatch(/^<svg[\s\S]*<\/svg>\n$/);
  });
});

describe("compile", () => {
  it("prints one output and writes several", async () => {
    expect(await fine(["compile", lotka])).toContain("export function gradient");
    expect(await fine(["compile", lotka, "--target", "js,ts,c,ir", "--out-dir", at("all")])).toBe("");
    expect(fs.readdirSync(at("all")).sort()).toEqual([
      ...["lotka-volterra.ir.txt", "lotka-volterra.js", "lotka-volterra.js.map"],
      ...["lotka-volterra.ts", "lotka-volterra.ts.map"],
      ...["lotka_volterra.c", "lotka_volterra.h", "lotka_volterra.json", "lotka_volterra_selftest.c"],
    ]);
  });

  it("gives the same bytes for the same question, wherever it is asked from", async () => {
    fs.mkdirSync(at("elsewhere"));
    fs.copyFileSync(lotka, at("elsewhere/lotka-volterra.ode.ts"));
    const one = await fine(["compile", lotka, "--steps", "20", "--t1", "2"]);
    const two = await fine(["compile", at("elsewhere/lotka-volterra.ode.ts"), "--t1", "2", "--steps", "20"]);
    expect(two).toBe(one);
    expect(one).not.toContain(folder);
    expect(await fine(["compile", lotka, "--steps", "21", "--t1", "2"])).not.toBe(one);
  });

  it("knows what it wrote through a link", async () => {
    fs.mkdirSync(at("real"));
    fs.writeFileSync(at("real/linked.js"), "old");
    fs.symlinkSync("real/linked.js", at("linked.js"));
    const words = ["compile", lotka, "--out", at("linked.js")];
    expect((await odegrad(words)).err).not.toContain("unchanged");
    expect((await odegrad(words)).err).toMatch(/linked\.js {2}\d+ bytes \(unchanged\)/);
  });

  it("names files after --out, and they find each other", async () => {
    await fine(["compile", lotka, "--out", at("out/lv.mjs")]);
    expect(fs.readFileSync(at("out/lv.mjs"), "utf8")).toMatch(/\n\/\/# sourceMappingURL=lv\.mjs\.map\n$/);
    await fine(["compile", lotka, "--target", "c", "--out", at("out/solver.c"), "--prefix", "lv"]);
    expect(fs.readdirSync(at("out")).sort()).toEqual([
      ...["lv.mjs", "lv.mjs.map", "solver.c", "solver.h", "solver.json", "solver_selftest.c"],
    ]);
    expect(fs.readFileSync(at("out/solver.c"), "utf8")).toContain('#include "solver.h"');
    expect(fs.readFileSync(at("out/solver_selftest.c"), "utf8")).toContain("lv_gradient(");
  });

  it("prints the bill of the header", async () => {
    const { plan } = JSON.parse(
      await fine(["compile", lotka, "--target", "c", "--out-dir", at("bill"), "--json"]),
    );
    const header = fs.readFileSync(at("bill/lotka_volterra.h"), "utf8");
    expect(header).toContain(`LOTKA_VOLTERRA_WORKSPACE_BYTES ${plan.workspaceBytes}u`);
    const description = JSON.parse(fs.readFileSync(at("bill/lotka_volterra.json"), "utf8"));
    expect(description).toMatchObject({ plan, bytes: { workspace: plan.workspaceBytes } });
    const { solver } = JSON.parse(await fine(["grad", lotka, "--target", "c", "--json"]));
    expect(solver.workspaceBytes).toBe(plan.workspaceBytes);
  });

  it("does not write a description over what the model is read from", async () => {
    const model = `import start from "./lv.json" with { type: "json" };
import { ode } from "odegrad";
export const lv = ode({ state: { x: 1 }, params: { k: start.k }, rhs: ({ x }, { k }) => ({ x: k * x }), solver: { t1: 1 } });
`;
    fs.mkdirSync(at("beside"));
    fs.writeFileSync(at("beside/lv.ode.ts"), model);
    fs.writeFileSync(at("beside/lv.json"), '{ "k": 2 }');
    const { code, err } = await odegrad([
      "compile",
      at("beside/lv.ode.ts"),
      "--target",
      "c",
      "--out-dir",
      at("beside"),
    ]);
    expect(code).toBe(2);
    expect(err).toMatch(/ODE5009: cannot write .*lv\.json: the model is read from it/);
    expect(fs.readdirSync(at("beside")).sort()).toEqual(["lv.json", "lv.ode.ts"]);
    expect(fs.readFileSync(at("beside/lv.json"), "utf8")).toBe('{ "k": 2 }');
  });

  it("has the values of files as defaults, as if the model had them", async () => {
    const text = `import { hold, ode, vec } from "odegrad";
export const m = ode({
  state: { x: 1 }, params: { k: 0.5, w: vec(2, 3) }, inputs: { u: hold(2) }, data: { goals: vec(2) }, times: [0.5, 1],
  rhs: ({ x }, { k, w }, { inputs }) => ({ x: -k * x + w[0] * inputs.u }),
  loss: { at: ({ x }, _p, { k, data }) => (x - data.goals[k]) ** 2 },
  solver: { method: "rk4", t1: 1, steps: 4 },
});
`;
    const files = { params: { w: [4, 5] }, state: { x: 2 }, inputs: { u: [6, 7] } };
    const words = Object.entries(files).flatMap(([name, values]) => {
      fs.writeFileSync(at(`${name}.json`), JSON.stringify(values));
      return [`--${name}`, at(`${name}.json`)];
    });
    fs.writeFileSync(at("data.csv"), "t,goals\n0.25,8\n0.75,9\n");
    words.push("--data", at("data.csv"));
    const written = text
      .replace("x: 1", "x: 2")
      .replace("vec(2, 3)", "vec(2, [4, 5])")
      .replace("hold(2)", "hold(2, 0, (k) => k + 6)")
      .replace("vec(2) }", "vec(2, [8, 9]) }")
      .replace("[0.5, 1]", "[0.25, 0.75]");
    const code = async (from: string, ...more: string[]) => {
      const out = await fine(["compile", "-", "--json", ...more], from);
      const { hash, outputs } = JSON.parse(out);
      return { hash, code: outputs[0].text.replaceAll(hash, "HASH") };
    };
    const [plain, given] = [await code(text), await code(text, ...words)];
    expect(given.code).toBe((await code(written)).code);
    expect(given.hash).not.toBe(plain.hash);
    expect(await fine(["inspect", "-", "--ir", ...words], text)).toBe(
      await fine(["inspect", "-", "--ir"], written),
    );
    expect((await odegrad(["check", "-", ...words], text)).code).toBe(0);
    for (const command of ["check", "compile", "inspect"]) {
      const refused = await odegrad([command, "-", "--state", at("params.json")], text);
      expect(refused).toMatchObject({ code: 2, err: expect.stringContaining("ODE5013") });
    }
  });

  it("leaves out what is not to be emitted", async () => {
    const code = await fine(["compile", lotka, "--emit", "solve"]);
    expect(code).toContain("export function solve");
    expect(code).not.toContain("export function fieldVjp");
    expect(code).not.toContain("export function gradient");
  });

  it("says what it wrote in one JSON document", async () => {
    const document = JSON.parse(
      await fine(["compile", lotka, "--target", "c", "--out-dir", at("c"), "--json"]),
    );
    expect(document.outputs.map((each: { file: string }) => path.basename(each.file))).toEqual([
      ...["lotka_volterra.h", "lotka_volterra.c", "lotka_volterra_selftest.c", "lotka_volterra.json"],
    ]);
    expect(document.plan).toMatchObject({ method: "rk4", steps: 100, vjpEvaluations: 400 });
  });
});

describe("fit", () => {
  it("minimises over what is differentiated, and hands values back", async () => {
    const out = await fine(["fit", lotka, "--json", "--wrt", "params", "--out", at("fit.json")]);
    const document = JSON.parse(out);
    expect(document.value).toBeLessThan(1e-12);
    expect(document.value).toBeLessThan(document.start);
    expect(document.state).toEqual({ hare: 30, lynx: 4 });
    const fitted = JSON.parse(fs.readFileSync(at("fit.json"), "utf8"));
    expect(fitted.params).toEqual(document.params);
    fs.writeFileSync(at("p.json"), JSON.stringify(fitted.params));
    const again = JSON.parse(await fine(["grad", lotka, "--json", "--params", at("p.json")]));
    expect(again.value).toBe(document.value);
    // As they stand: the file of `--out`, and the document of `--json`.
    fs.writeFileSync(at("fit-document.json"), out);
    for (const file of [at("fit.json"), at("fit-document.json")]) {
      const whole = await fine(["grad", lotka, "--json", "--params", file, "--state", file]);
      expect(JSON.parse(whole).value).toBe(document.value);
    }
  });

  it("of inputs too is handed back as it is", async () => {
    const file = at("torque.json");
    const fit = ["fit", pendulum, "--json", "--iterations", "5", "--out", file];
    const { value } = JSON.parse(await fine(fit));
    const own = ["--params", file, "--state", file, "--inputs", file];
    expect(JSON.parse(await fine(["run", pendulum, "--json", ...own])).value).toBe(value);
    const { code, err } = await odegrad(["run", lotka, "--inputs", file]);
    expect(code).toBe(2);
    expect(err).toContain("the model has no inputs");
  });

  it("works with adam", async () => {
    const document = JSON.parse(
      await fine(["fit", lotka, "--json", "--optimizer", "adam", "--iterations", "50", "--rate", "0.005"]),
    );
    expect(document.iterations).toBe(50);
    expect(document.value).toBeLessThan(document.start);
  });
});

describe("check", () => {
  it("is silent on standard output about good models", async () => {
    const { code, out, err } = await odegrad(["check", lotka, pendulum]);
    expect(out).toBe("");
    expect(err).toBe("2 files, 2 models: 0 errors, 0 warnings\n");
    expect(code).toBe(0);
  });

  it("gives every style of diagnostics", async () => {
    fs.writeFileSync(
      at("bad.ode.ts"),
      fs.readFileSync(lotka, "utf8").replace("alpha * hare -", "alfa * hare -"),
    );
    const style = (format: string) => odegrad(["check", at("bad.ode.ts"), "--format", format]);
    const json = JSON.parse((await style("json")).out).diagnostics[0];
    expect(json.start.line).toBe(8);
    expect((await style("compact")).err).toMatch(/bad\.ode\.ts:8:\d+: error ODE\d{4}: /);
    expect((await style("github")).err).toMatch(
      /^::error file=.*bad\.ode\.ts,line=8,col=\d+,title=ODE\d{4}::/,
    );
    const sarif = JSON.parse((await style("sarif")).out);
    expect(sarif.runs[0].results[0]).toMatchObject({ ruleId: json.code, level: "error" });
    expect((await style("pretty")).code).toBe(1);
    const odd = at("bad é 100%.ode.ts");
    fs.copyFileSync(at("bad.ode.ts"), odd);
    const location = JSON.parse((await odegrad(["check", odd, "--format", "sarif"])).out).runs[0].results[0]
      .locations[0];
    const { uri } = location.physicalLocation.artifactLocation;
    expect(uri).toMatch(/bad%20%C3%A9%20100%25\.ode\.ts$/);
    expect(decodeURIComponent(uri)).toContain("bad é 100%.ode.ts");
  });
});

describe("inspect, list, explain", () => {
  it("prints the IR", async () => {
    expect(await fine(["inspect", lotka, "--ir"])).toContain("gradient");
    const document = JSON.parse(await fine(["inspect", lotka, "--ir", "--json"]));
    expect(document.functions.map((each: { entry?: string }) => each.entry)).toContain("gradient");
  });

  it.each(["methods", "adjoints", "targets", "functions", "operators", "codes"])("lists %s", async (what) => {
    const items = JSON.parse(await fine(["list", what, "--json"]))[what] as { name: string }[];
    const lines = (await fine(["list", what])).trimEnd().split("\n");
    expect(lines.map((line) => line.split(" ")[0])).toEqual(items.map((item) => item.name));
    expect(items.length).toBeGreaterThan(3);
  });

  it("lists functions as models write them", async () => {
    const { functions } = JSON.parse(await fine(["list", "functions", "--json"])) as {
      functions: { name: string; about: string }[];
    };
    const words = functions.map(({ name }) => name).filter((name) => /^[A-Za-z]/.test(name));
    expect(words).toEqual(expect.arrayContaining(["Math.sin", "softsign", "stopGradient"]));
    const calls = words.map((name) => `${name}(${/atan2|hypot|min|max/.test(name) ? "x, 2" : "x"})`);
    const own = words.filter((name) => !name.startsWith("Math."));
    const text = `import { ${own.join(", ")}, ode } from "odegrad";
export const all = ode({ state: { x: 1 }, rhs: ({ x }) => ({ x: ${calls.join(" + ")} }) });
`;
    await fine(["compile", "-"], text);
    const log = functions.filter(({ name }) => /^Math\.log(2|10)?$/.test(name));
    expect(log.map(({ about }) => about)).toEqual(new Array(3).fill("derivative +Infinity at 0"));
  });

  it("lists every method of the contract once", async () => {
    const { methods } = JSON.parse(await fine(["list", "methods", "--json"])) as {
      methods: { name: string }[];
    };
    const names = methods.map((each) => each.name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of ["rk4", "dopri5", "tsit5", "gauss3", "yoshida8", "ab5", "taylor"])
      expect(names).toContain(name);
  });

  it("explains every code it lists", async () => {
    const { codes } = JSON.parse(await fine(["list", "codes", "--json"])) as { codes: { name: string }[] };
    for (const { name } of codes) expect((await fine(["explain", name])).length, name).toBeGreaterThan(60);
  });
});

it("report prints a page, and one JSON document where that is asked for", async () => {
  // Without a loss there is nothing to verify, which would take most of the time.
  const text = `import { ode } from "odegrad";
export const decay = ode({ state: { y: 1 }, rhs: ({ y }) => ({ y: -y }), solver: { t1: 1 } });
`;
  const html = await fine(["report", "-"], text);
  expect(html).toMatch(/^<!doctype html>/);
  const inside = JSON.parse(await fine(["report", "-", "--json"], text));
  expect(inside).toEqual({ version: 1, model: "decay", html });
  const file = at("page.html");
  const apart = JSON.parse(await fine(["report", "-", "--json", "--out", file], text));
  expect(apart).toEqual({ version: 1, model: "decay", file, bytes: Buffer.byteLength(html) });
  expect(fs.readFileSync(file, "utf8")).toBe(html);
});

describe("--function", () => {
  const plain = `import { existsSync } from "node:fs";
export class Report { print() { console.log(existsSync(".")); } }
export function spring(t: number, y: number[], [k, c]: number[]): number[] {
  return [y[1], -k * y[0] - c * y[1]];
}
const inPlace = (t: number, y: number[], p: number[], dy: number[]) => {
  dy[1] = -p[0] * y[0] - p[1] * y[1];
  dy[0] = y[1];
};
`;
  const span = ["--t1", "1", "--steps", "20", "--json"];
  const ended = async (...words: string[]): Promise<number[]> => {
    fs.writeFileSync(at("plain.ts"), plain);
    const out = await fine(["run", at("plain.ts"), ...words, ...span]);
    return (JSON.parse(out) as { state: { y: number[][] } }).state.y[0]!;
  };

  it("takes a bare function of a plain file, returned or in place, with values or without", async () => {
    const words = ["--state", "1,0", "--params", "k=4,c=0.5"];
    const [x, v] = (await ended("--function", "spring", ...words)) as [number, number];
    // The damped oscillator in closed form: decay 1/4, frequency sqrt(4 - 1/16).
    const [decay, w] = [0.25, Math.sqrt(4 - 1 / 16)];
    expect(x).toBeCloseTo(Math.exp(-decay) * (Math.cos(w) + (decay / w) * Math.sin(w)), 5);
    expect(v).toBeCloseTo(-Math.exp(-decay) * (w + decay ** 2 / w) * Math.sin(w), 5);
    expect(await ended("--function", "inPlace", ...words)).toEqual([x, v]);
    expect(await ended("--function", "spring", "--state", "2", "--params", "k,c")).toEqual([0, 0]);
  });

  it("compiles, with the names of the parameters in the code", async () => {
    fs.writeFileSync(at("plain.ts"), plain);
    const words = ["--function", "spring", "--state", "2", "--params", "k,c", "--t1", "1", "--steps", "20"];
    await fine(["compile", at("plain.ts"), ...words, "--target", "c", "--out-dir", at("bare")]);
    expect(fs.readFileSync(at("bare/spring.h"), "utf8")).toMatch(/double k;[\s\S]*double c;/);
  });

  it("says what is missing", async () => {
    fs.writeFileSync(at("plain.ts"), plain);
    const short = await odegrad([
      "run",
      at("plain.ts"),
      "--function",
      "spring",
      "--state",
      "1",
      "--params",
      "k,c",
    ]);
    expect(short.err).toContain("as many variables: `--state 2`");
    for (const [words, code] of [
      [["--function", "spring"], "ODE5007"],
      [["--function", "spring", "--state", "many"], "ODE5007"],
      [["--function", "spring", "--state", "2", "--params", "k=x"], "ODE5007"],
      [["--function", "sprong", "--state", "2"], "ODE2001"],
      [["--function", "spring", "--state", "3", "--params", "k,c"], "ODE2005"],
    ] as const) {
      const { code: exit, err } = await odegrad(["run", at("plain.ts"), ...words, ...span.slice(0, 4)]);
      expect(err, words.join(" ")).toContain(code);
      expect(exit).toBe(code.startsWith("ODE5") ? 2 : 1);
    }
  });
});
