/** Crossbars on the command line: `compile --target crossbar`, and `grad` and `run` on a simulated device. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { odegrad } from "../support/command.ts";

let folder = "";
const file = (name: string): string => path.join(folder, name);
const rows = 5;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-crossbar-"));
  fs.writeFileSync(
    file("net.ode.ts"),
    `import { ode, mat, vec } from "odegrad";
export const net = ode({
  state: { x: vec(3, [0.3, -0.2, 0.5]) },
  params: { W: mat(${rows}, 3, (i, j) => Math.sin(1 + 2 * i - 3 * j)), V: mat(3, ${rows}, (i, j) => Math.cos(i - 2 * j)) },
  rhs: ({ x }, { W, V }) => {
    const h = vec(${rows});
    for (let i = 0; i < ${rows}; i++) {
      let z = 0;
      for (let j = 0; j < 3; j++) z += W[i][j] * x[j];
      h[i] = Math.tanh(z);
    }
    const dx = vec(3);
    for (let i = 0; i < 3; i++) for (let j = 0; j < ${rows}; j++) dx[i] += V[i][j] * h[j];
    return { x: dx };
  },
  loss: { terminal: ({ x }) => x[0] * x[0] + x[1] * x[2] },
  solver: { method: "rk4", t1: 1, steps: 4 },
});
`,
  );
  fs.writeFileSync(
    file("noisy.json"),
    JSON.stringify({ readNoise: "proportional", readNoiseLevel: 0.05, seed: 7 }),
  );
  fs.writeFileSync(file("empty.json"), JSON.stringify({ minimumResistance: 1e5, maximumResistance: 1e4 }));
  fs.writeFileSync(file("small.json"), JSON.stringify({ tileRows: 2, tileColumns: 2, tiles: 3 }));
  fs.writeFileSync(file("broken.json"), "{ tiles: 3");
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const onCrossbar = (...words: string[]): ReturnType<typeof odegrad> =>
  odegrad(["grad", file("net.ode.ts"), "--target", "crossbar", ...words]);

describe("compile --target crossbar", () => {
  it("writes the program, its digital part and the map of that", async () => {
    const { code, err } = await odegrad([
      "compile",
      file("net.ode.ts"),
      "--target",
      "crossbar",
      "--out-dir",
      file("out"),
    ]);
    expect([code, err.match(/bytes/g)?.length]).toEqual([0, 5]);
    expect(err).toMatch(
      /on arrays: W 5 × 3, V 3 × 5; a gradient: 72 reads forward, 32 transposed, 32 outer products/,
    );
    expect(fs.readdirSync(file("out")).sort()).toEqual([
      "net.crossbar.js",
      "net.crossbar.js.map",
      "net.crossbar.json",
    ]);
    const program = JSON.parse(fs.readFileSync(file("out/net.crossbar.json"), "utf8")) as {
      code: string;
      program: string[];
    };
    expect(program.code).toBe("net.crossbar.js");
    const own = await odegrad([
      "compile",
      file("net.ode.ts"),
      "--target",
      "crossbar",
      "--out",
      file("own.crossbar.json"),
    ]);
    expect(own.code).toBe(0);
    expect(JSON.parse(fs.readFileSync(file("own.crossbar.json"), "utf8"))).toEqual({
      ...program,
      code: "own.crossbar.js",
    });
    expect(fs.existsSync(file("own.crossbar.js"))).toBe(true);
  });

  it.each([
    [["--out", "net.json"], /ends in \.crossbar\.json/],
    [[], /two files/],
  ])("refuses %j", async (words, why) => {
    const { code, err } = await odegrad(["compile", file("net.ode.ts"), "--target", "crossbar", ...words]);
    expect([code, why.test(err)]).toEqual([2, true]);
  });
});

describe("grad --target crossbar", () => {
  it("is the gradient of the loops to the bit on ideal arrays, with what it used", async () => {
    const plain = JSON.parse((await odegrad(["grad", file("net.ode.ts"), "--json"])).out) as Record<
      string,
      unknown
    >;
    const { code, out } = await onCrossbar("--json");
    expect(code).toBe(0);
    const { crossbar, ...found } = JSON.parse(out) as Record<string, Record<string, unknown>>;
    expect(found["gradient"]).toEqual(plain["gradient"]);
    expect(found["value"]).toEqual(plain["value"]);
    // 4 steps of 4 stages, forward and again in the reverse sweep, and there transposed; two matrices.
    expect(crossbar).toMatchObject({
      device: "ideal",
      tiles: 2,
      transposedReads: 32,
      outerProducts: 32,
      gradientError: { cosine: expect.closeTo(1, 12), relative: 0 },
      layout: [
        { name: "W", rows, columns: 3 },
        { name: "V", rows: 3, columns: rows },
      ],
    });
  });

  it("says how far the gradient of a noisy device is off, the same for the same seed", async () => {
    const error = async (...words: string[]): Promise<{ cosine: number; relative: number }> =>
      (
        JSON.parse((await onCrossbar("--json", ...words)).out) as {
          crossbar: { gradientError: { cosine: number; relative: number } };
        }
      ).crossbar.gradientError;
    const first = await error("--device", file("noisy.json"));
    expect(first.cosine).toBeGreaterThan(0.99);
    expect(first.cosine).toBeLessThan(1);
    expect(first.relative).toBeGreaterThan(1e-4);
    expect(await error("--device", file("noisy.json"))).toEqual(first);
    expect((await error("--device", "pcm")).relative).toBeGreaterThan(1e-3);
  });

  it("reports in words, and draws its tiles", async () => {
    const { code, out, err } = await onCrossbar("--device", "reram", "--svg", file("tiles.svg"));
    expect([code, err]).toEqual([0, `wrote ${file("tiles.svg")}\n`]);
    expect(out).toMatch(/crossbar reram: 2 tiles, 60 cells/);
    expect(out).toMatch(/reads \d+ forward, 32 transposed; 32 outer products/);
    expect(out).toMatch(/gradient against the ideal program: cosine 0\.\d{6}/);
    const svg = fs.readFileSync(file("tiles.svg"), "utf8");
    expect(svg).toMatch(/^<svg[\s\S]*W {2}5 × 3[\s\S]*V {2}3 × 5[\s\S]*<\/svg>\n$/);
  });

  it.each([
    [["--device", "nope"], /no device `nope`[\s\S]*ideal, .*pcm/],
    [["--device", "empty.json"], /empty\.json: .*range.*empty|minimumResistance/],
    [["--device", "small.json"], /tiles/],
    [["--device", "broken.json"], /broken\.json/],
  ])("refuses %j and writes nothing", async (words, why) => {
    const own = words.map((word) => (word.endsWith(".json") ? file(word) : word));
    const { code, out, err } = await onCrossbar(...own, "--svg", file("never.svg"));
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(why);
    expect(fs.existsSync(file("never.svg"))).toBe(false);
  });

  it.each([
    ["null", /own\.json: a device is an object of its parameters/],
    ["[1, 2]", /own\.json: a device is an object of its parameters/],
    ['"pcm"', /own\.json: a device is an object[\s\S]*by its name alone/],
    ['{ "ideal": "no" }', /own\.json: ideal is "no"; it takes true or false/],
    ['{ "ideal": true, "cellBits": 4 }', /own\.json: .*cellBits is no option of an ideal device/],
    ['{ "cellBits": "4" }', /own\.json: cellBits is "4"; it takes an integer from 0 to 24/],
    ['{ "costs": null }', /own\.json: costs is null; it takes an object/],
    ['{ "wires": true, "irDrop": 1 }', /own\.json: wires and irDrop are two models/],
  ])("refuses a device of %s", async (text, why) => {
    fs.writeFileSync(file("own.json"), text);
    const { code, out, err } = await onCrossbar("--device", file("own.json"));
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(why);
  });

  it.each(['{ "ideal": true, "tileRows": 2 }', '{ "ideal": false, "maximumResistance": "Infinity" }'])(
    "takes a device of %s",
    async (text) => {
      fs.writeFileSync(file("own.json"), text);
      const { code, out } = await onCrossbar("--device", file("own.json"), "--json");
      const { crossbar } = JSON.parse(out) as { crossbar: { cells: number } };
      expect([code, crossbar.cells]).toEqual([0, text.includes("true") ? 30 : 60]);
    },
  );

  it("says which weight no conductance stands for", async () => {
    fs.writeFileSync(
      file("weights.json"),
      '{ "V": [[1, 2, 3, 4, 5], [1, 2, 3, 1e999, 5], [1, 2, 3, 4, 5]] }',
    );
    const { code, out, err } = await onCrossbar("--params", file("weights.json"), "--svg", file("never.svg"));
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/V\[1\]\[3\] is Infinity: no conductance stands for it/);
    expect(fs.existsSync(file("never.svg"))).toBe(false);
  });

  it("has devices and pictures of tiles on crossbars alone", async () => {
    const device = await odegrad(["grad", file("net.ode.ts"), "--device", "pcm"]);
    expect([device.code, /--target crossbar/.test(device.err)]).toEqual([2, true]);
    const picture = await odegrad(["grad", file("net.ode.ts"), "--svg", file("never.svg")]);
    expect([picture.code, /--target crossbar/.test(picture.err)]).toEqual([2, true]);
  });
});

it.each(["verify", "report", "eval", "fit"])("%s does not take crossbars", async (command) => {
  const { code, out, err } = await odegrad([command, file("net.ode.ts"), "--target", "crossbar"]);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toMatch(
    command === "fit" ? /a fit runs/ : /does not run on crossbars[\s\S]*grad --target crossbar/,
  );
});

it("compile says which matrices are wholly digital", async () => {
  const text = fs
    .readFileSync(file("net.ode.ts"), "utf8")
    .replace("mat(3, 5,", "mat(4, 5,")
    .replace("V[i][j]", "V[i + 1][j]");
  fs.writeFileSync(file("part.ode.ts"), text);
  const compiled = async () =>
    (await odegrad(["compile", file("part.ode.ts"), "--target", "crossbar", "--out-dir", file("part")])).err;
  expect(await compiled()).toMatch(
    /on arrays: W 5 × 3; .*\n {2}V is read digitally in line 13: only a part of the matrix/,
  );
  fs.writeFileSync(file("part.ode.ts"), text.replace("W[i][j]", "W[i][2 - j]"));
  expect(await compiled()).toMatch(
    /nothing is on an array\n {2}W is read digitally[\s\S]*\n {2}V is read digitally/,
  );
});

it("run --target crossbar gives the states of the loops", async () => {
  const states = async (...words: string[]): Promise<unknown> =>
    (JSON.parse((await odegrad(["run", file("net.ode.ts"), "--json", ...words])).out) as { state: unknown })
      .state;
  expect(await states("--target", "crossbar")).toEqual(await states());
});
