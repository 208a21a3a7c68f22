/** Fields and batches on the command line: `eval`, and what `grad`, `fit`, `verify`, `inspect` and `run` say of them. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { odegrad } from "../support/command.ts";

let folder = "";
const file = (name: string): string => path.join(folder, name);
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-fields-"));
  fs.writeFileSync(
    file("plane.ode.ts"),
    `import { directional, field, stochastic, vec } from "odegrad";
export const plane = field({
  point: vec(2, [0.5, 2]),
  params: { a: 3 },
  value: (x, { a }) => a * x[0] ** 2 * x[1] + Math.sin(x[1]),
  operators: { bend: "laplacian", slope: "gradient", along: directional(2), estimate: stochastic("laplacian", { samples: 2, distribution: "coordinate", seed: 1 }) },
  loss: { at: (value, x) => (value - x[0]) ** 2 },
});
`,
  );
  fs.writeFileSync(
    file("decay.ode.ts"),
    `import { ode } from "odegrad";
export const decay = ode({
  state: { x: 1 }, params: { k: 0.5 }, data: { goal: 0 },
  rhs: ({ x }, { k }) => ({ x: -k * x }),
  loss: { terminal: ({ x }, _p, { data }) => (x - data.goal) ** 2 },
  solver: { method: "rk4", t1: 1, steps: 4 },
});
`,
  );
  fs.writeFileSync(file("points.csv"), "x,y\n0.5,2\n1,1\n-1,0.25\n");
  fs.writeFileSync(file("points.json"), "[[0.5, 2], [1, 1], [-1, 0.25]]");
  fs.writeFileSync(file("states.json"), '[{ "x": 1 }, { "x": 2 }]');
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const json = async (...words: string[]): Promise<Record<string, unknown>> => {
  const { code, out, err } = await odegrad([...words, "--json"]);
  expect(err).toBe("");
  expect(code).toBe(0);
  return JSON.parse(out) as Record<string, unknown>;
};
const refused = async (...words: string[]): Promise<string> => {
  const { code, err } = await odegrad(words);
  expect(code).toBe(2);
  return err;
};

it("a field without a loss is told which one it may have", async () => {
  const text = (loss: string) => `import { field } from "odegrad";
export const u = field({ point: [1, 2], params: { a: 3 }, value: (x, { a }) => a * x[0] * x[1]${loss} });
`;
  const { code, err } = await odegrad(["grad", "-"], text(""));
  expect(code).toBe(1);
  const [, part] = /ODE4014[\s\S]*add `(loss: [^`]*)`/.exec(err)!;
  expect((await odegrad(["grad", "-"], text(`, ${part!.replace("…", "value ** 2")}`))).code).toBe(0);
});

describe("eval", () => {
  it("prints the contract", async () => {
    const found = await json("eval", file("plane.ode.ts"), "--direction", "1,1");
    const out = ["--quiet", "--out", file("e.json")];
    expect(await json("eval", file("plane.ode.ts"), "--direction", "1,1", ...out)).toEqual(found);
    expect(JSON.parse(fs.readFileSync(file("e.json"), "utf8"))).toEqual(found);
    expect(Object.keys(found)).toEqual([
      "version",
      "model",
      "value",
      "operators",
      "propagatedVectors",
      "schemes",
    ]);
    const [x, y, a] = [0.5, 2, 3];
    expect(found["value"]).toBe(a * x ** 2 * y + Math.sin(y));
    const operators = found["operators"] as Record<string, number & number[]>;
    expect(operators["bend"]).toBeCloseTo(2 * a * y - Math.sin(y), 13);
    expect(operators["estimate"]).toBeCloseTo(2 * a * y - Math.sin(y), 13);
    expect(operators["slope"]).toEqual([2 * a * x * y, a * x ** 2 + Math.cos(y)]);
    expect(operators["along"]).toBeCloseTo(2 * a * y + 4 * a * x - Math.sin(y), 13);
    expect(found["propagatedVectors"]).toEqual({ bend: 4, slope: 2, along: 3, estimate: 4 });
    expect((found["schemes"] as Record<string, { passedOver: unknown[] }>)["bend"]!.passedOver).not.toEqual(
      [],
    );
  });

  it.each(["points.csv", "points.json"])("lists the values of the points of %s", async (points) => {
    const words = ["--points", file(points), "--operator", "bend"];
    const found = await json("eval", file("plane.ode.ts"), ...words);
    expect(found["points"]).toEqual([
      [0.5, 2],
      [1, 1],
      [-1, 0.25],
    ]);
    expect((found["value"] as number[]).length).toBe(3);
    expect(Object.keys(found["operators"] as object)).toEqual(["bend"]);
    const one = await json("eval", file("plane.ode.ts"), "--point", "-1,0.25", "--operator", "bend");
    expect((found["value"] as number[])[2]).toBe(one["value"]);
    const c = await json("eval", file("plane.ode.ts"), ...words, "--target", "c");
    expect(c["operators"]).toEqual(found["operators"]);
  });

  it("asks on a grid, as a table and as a picture", async () => {
    const words = ["--grid", "20,17", "--from", "-1,0", "--to", "1,2", "--csv", "--operator", "bend"];
    const { code, out } = await odegrad(["eval", file("plane.ode.ts"), ...words, "--svg", file("bend.svg")]);
    expect(code).toBe(0);
    const rows = out.trim().split("\n");
    expect(rows[0]).toBe("x.0,x.1,value,bend");
    expect(rows).toHaveLength(1 + 20 * 17);
    expect(rows[1]!.startsWith("-1,0,")).toBe(true);
    expect(rows.at(-1)!.startsWith("1,2,")).toBe(true);
    const [x, y, , bend] = rows[30]!.split(",").map(Number);
    expect(bend).toBeCloseTo(6 * y! - Math.sin(y!), 12);
    expect(x).toBeCloseTo(-1 + (2 * 9) / 19, 12);
    expect(fs.readFileSync(file("bend.svg"), "utf8")).toMatch(/^<svg[\s\S]*bend of plane[\s\S]*<\/svg>\n$/);
  });

  it("needs the direction of what is along one, and of nothing else", async () => {
    const plane = file("plane.ode.ts");
    const words = await refused("eval", plane);
    const [, given] = /`along` is a derivative along a direction[\s\S]*`--direction ([^`]*)`/.exec(words)!;
    const { operators } = await json("eval", plane, "--direction", given!);
    expect((operators as Record<string, number>)["along"]).not.toBe(0);
    await json("eval", plane, "--operator", "bend");
  });

  it("refuses what does not fit, and says what would", async () => {
    const plane = file("plane.ode.ts");
    expect(await refused("eval", plane, "--point", "1,2,3", "--operator", "bend")).toMatch(
      /3 coordinates[\s\S]*--point 0,0/,
    );
    expect(await refused("eval", plane, "--operator", "bent")).toMatch(/did you mean `bend`/);
    expect(await refused("eval", plane, "--direction", "1")).toMatch(/one list of 2 numbers/);
    expect(await refused("eval", plane, "--covector", "1")).toMatch(/no operator[\s\S]*covector/);
    expect(await refused("eval", plane, "--operator", "bend", "--svg", file("no.svg"))).toMatch(
      /--grid 64,64/,
    );
    expect(await refused("eval", plane, "--grid", "3,3", "--point", "1,2")).toMatch(/both points and a grid/);
    expect(
      await refused("eval", plane, "--operator", "slope", "--grid", "3,3", "--svg", file("no.svg")),
    ).toMatch(/no number at each point/);
    expect(await refused("grad", plane, "--method", "rk4")).toMatch(/ODE4030/);
    expect(await refused("run", plane)).toMatch(/odegrad eval/);
    expect(await refused("compile", plane, "--batch", "1000000000")).toMatch(/ODE4033[\s\S]*take \d{7} at/);
    expect(fs.existsSync(file("no.svg"))).toBe(false);
  });
});

describe("a field in the other commands", () => {
  it("grad averages over points", async () => {
    const each = await Promise.all(
      ["0.5,2", "1,1", "-1,0.25"].map((point) => json("grad", file("plane.ode.ts"), "--point", point)),
    );
    const all = await json("grad", file("plane.ode.ts"), "--points", file("points.csv"));
    const mean = each.reduce((sum, one) => sum + (one["value"] as number), 0) / 3;
    expect(all["value"]).toBeCloseTo(mean, 12);
    expect(all["gradient"]).toEqual({ params: { a: expect.any(Number) } });
  });

  it("fit trains over points, verify checks, inspect shows the schemes", async () => {
    const fitted = await json("fit", file("plane.ode.ts"), "--points", file("points.json"));
    expect(fitted["value"]).toBeLessThan(fitted["start"] as number);
    const checks = await json("verify", file("plane.ode.ts"), "--points", file("points.csv"));
    expect(checks["passed"]).toBe(true);
    const outcomes = (checks["checks"] as { number: number; outcome: string }[]).map(
      ({ number, outcome }) => `${number} ${outcome}`,
    );
    expect(outcomes).toEqual(["1 pass", "2 pass", "4 pass", "5 pass", "6 pass", "7 pass"]);
    const { out } = await odegrad(["inspect", file("plane.ode.ts"), "--plans"]);
    expect(out).toMatch(/laplacian\(value\) +4 +collapsed/);
  });
});

describe("tables of points", () => {
  const table = async (text: string) => {
    fs.writeFileSync(file("own.csv"), text);
    return ["--points", file("own.csv"), "--operator", "slope"];
  };

  it.each([
    ["semicolons", "0.5;2\n1;1\n"],
    ["tabs under names", "x\ty\n0.5\t2\n1\t1\n"],
    ["quotation marks", '"x one","y"\n"0.5","2"\n1,1\n'],
    ["no head, and lines between", "\ufeff\n.5, 2\r\n\r\n+1, 1e0"],
  ])("with %s are what a table of data is", async (_, text) => {
    const { points } = await json("eval", file("plane.ode.ts"), ...(await table(text)));
    expect(points).toEqual([
      [0.5, 2],
      [1, 1],
    ]);
  });

  it.each([
    ["0.5 2\n1 1\n", /own\.csv:1\b.*spaces between numbers/],
    ["0,5;2\n1;1\n", /own\.csv:1\b.*decimal comma/],
    ["1e,2\n1,1\n", /own\.csv:1\b.*`1e`.* no number/],
    ["x,y\n1,1\n2,\n", /own\.csv:3\b.* no number/],
    ["x,y\n1,1\n2\n", /own\.csv:3\b.*line 2 has 2/],
    ["x,y\n", /own\.csv:1\b.*no numbers/],
  ])("%j is refused in its line", async (text, message) => {
    expect(await refused("eval", file("plane.ode.ts"), ...(await table(text)))).toMatch(message);
  });
});

describe("what is asked in a way of its own", () => {
  it("points are no data, and a table of them is told where it belongs", async () => {
    const words = await refused("grad", file("plane.ode.ts"), "--data", file("points.csv"));
    expect(words).toContain("the model has no `data`; points of a field are given by `--points`");
    expect(words).not.toContain("name the columns");
    const text = `import { field, vec } from "odegrad";
export const u = field({ point: 1, data: { goal: vec(2) }, params: { a: 3 }, value: (x, { a }) => a * x, operators: ["jvp"], loss: { at: (value, x, p, { data }) => value - data.goal[0] } });
`;
    const { err } = await odegrad(["grad", "-", "--data", file("points.csv")], text);
    expect(err).toContain("name the columns `goal` (a matrix");
    expect(err).toContain("points of a field are given by `--points`");
  });

  it("verify hands over the data of the field alone, and no directions of its estimates", async () => {
    const text = `import { field, stochastic } from "odegrad";
export const u = field({ point: 0.7, params: { a: 3 }, value: (x, { a }) => a * x ** 2, loss: { at: (value) => value },
  operators: { estimate: stochastic("laplacian", { samples: 2, distribution: "normal" }) } });
`;
    const { code, out } = await odegrad(["verify", "-"], text);
    expect(code).toBe(0);
    expect(out).toContain("(4) pass");
  });

  it("inspect --formulas has the value at one point, or says that it is too long for one", async () => {
    const formulas = async (value: string): Promise<string> => {
      const text = `import { biharmonic, custom, field, mat, vec } from "odegrad";
const square = custom((x: number) => x * x, { vjp: (x, bar) => 2 * x * bar });
const u = (x, { w }) => Math.tanh(w[0] * x[0]) * Math.sin(x[1]);
export const f = field({ point: vec(2, [0.5, 2]), params: { W: mat(3, 2), w: vec(3) }, value: ${value} });
`;
      const { code, out } = await odegrad(["inspect", "-", "--formulas"], text);
      expect(code).toBe(0);
      return out;
    };
    const sum = "(x, { w }) => { let s = 0; for (let i = 0; i < 2; i++) s += w[i] * x[i] ** 2; return s; }";
    expect(await formulas(sum)).toMatch(/^Value\n {2}.*point/);
    expect(await formulas("(x, { w }) => w[0] * x[0] ** 2 + Math.sin(x[1])")).toMatch(
      /^Value\n {2}value = w\[0\] point\[0\]² \+ sin\(point\[1\]\)/,
    );
    const none = "The value of this field has no short formula; `--ir` prints its loops.\n";
    expect(await formulas("(x) => square(x[0])")).toBe(none);
    expect(await formulas("(x, p) => biharmonic(u)(x, p)")).toBe(none);
    const { out } = await odegrad(["inspect", file("plane.ode.ts"), "--formulas", "--json"]);
    const [section] = (JSON.parse(out) as { formulas: { title: string; lines: { formula: string }[] }[] })
      .formulas;
    expect(section!.title).toBe("Value");
    expect(section!.lines[0]!.formula).toBe("value = a point[0]² point[1] + sin(point[1])");
  });
});

describe("a batch", () => {
  it("gives lists, of states and of gradients", async () => {
    const words = ["--batch", "2", "--state", file("states.json")];
    const found = await json("grad", file("decay.ode.ts"), ...words);
    const [one, two] = (found["gradient"] as { state: { x: number }[] }).state;
    expect(two!.x).toBeCloseTo(2 * one!.x, 14);
    const solved = await json("run", file("decay.ode.ts"), ...words);
    expect((solved["state"] as { x: number[] }[]).map(({ x }) => x.length)).toEqual([1, 1]);
    const { out } = await odegrad(["run", file("decay.ode.ts"), ...words, "--csv"]);
    expect(out.split("\n")[0]).toBe("sample,t,x");
    expect(out.trim().split("\n")).toHaveLength(3);
    const fitted = await json("fit", file("decay.ode.ts"), ...words, "--wrt", "params", "--iterations", "3");
    expect(fitted["state"]).toEqual([{ x: 1 }, { x: 2 }]);
  });

  it("refuses lists of another length, and what is of one sample", async () => {
    const decay = file("decay.ode.ts");
    expect(await refused("grad", decay, "--batch", "3", "--state", file("states.json"))).toMatch(
      /2 samples where the batch has 3/,
    );
    expect(await refused("verify", decay, "--batch", "2")).toMatch(/one sample/);
    expect(await refused("run", decay, "--batch", "2", "--plot")).toMatch(/--csv/);
  });
});

describe("compile", () => {
  it("says of a field how many points a call takes, and no word of steps", async () => {
    const one = await odegrad(["compile", file("plane.ode.ts"), "--out", file("plane.js")]);
    expect(one.code).toBe(0);
    expect(one.err).toMatch(/^field at 1 point a call: \d+ bytes of workspace$/m);
    const many = await odegrad(["compile", file("plane.ode.ts"), "--batch", "12", "--out", file("many.js")]);
    expect(many.err).toMatch(/^field at 12 points a call: \d+ bytes of workspace$/m);
    expect(many.err).not.toContain("steps");
  });
});
