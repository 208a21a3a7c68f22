/** `fit` on the command line: when it ends, what it can move, and what it says of either. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { odegrad } from "../support/command.ts";

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-fit-"));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A decay with the rate 2, seen with an error, in a file of its own. */
function decay({
  size = 1,
  start = "1",
  unit = 1,
  solver = 'method: "rk4", t1: 1, steps: 100, wrt: ["params"]',
}): string {
  const file = path.join(folder, `decay-${fs.readdirSync(folder).length}.ode.ts`);
  const seen = [0.25, 0.5, 0.75, 1].map((t, i) => size * (Math.exp(-2 * t) + 0.03 * (((i * 7) % 3) - 1)));
  fs.writeFileSync(
    file,
    `import { ode, vec } from "odegrad";
export const decay = ode({
  state: { x: ${size} },
  params: { k: ${start} },
  data: { seen: vec(4, [${seen}]) },
  rhs: ({ x }, { k }) => ({ x: -k * x }),
  loss: { at: ({ x }, _p, { k, data }) => ${unit} * (x - data.seen[k]!) ** 2 },
  times: [0.25, 0.5, 0.75, 1],
  solver: { ${solver} },
});
`,
  );
  return file;
}

async function fitOf(...words: string[]) {
  const { code, out, err } = await odegrad(["fit", ...words, "--json"]);
  expect(err).toBe("");
  expect(code).toBe(0);
  return JSON.parse(out);
}

describe("the end of a fit", () => {
  const rate = 2.0354175;

  it.each([
    ["small quantities", { size: 1e-6 }],
    ["a loss in a large unit", { unit: 1e-18 }],
    ["a loss in a small unit", { unit: 1e18 }],
    ["a loss in a very large unit", { unit: 1e-250 }],
    ["a rate that starts as next to nothing", { start: "1e-10" }],
    ["a rate that starts small", { start: "1e-6" }],
    ["a rate for which the solution explodes", { start: "-20" }],
  ])("is where the loss is least: %s", async (_, model) => {
    const fitted = await fitOf(decay(model));
    expect(fitted.params.k).toBeCloseTo(rate, 6);
    expect(fitted.iterations).toBeGreaterThan(0);
    expect(["converged", "flat"]).toContain(fitted.status);
  });

  it("does not hang on the unit of the loss with adam either", async () => {
    const words = ["--optimizer", "adam", "--iterations", "300"];
    const [plain, small] = [
      await fitOf(decay({}), ...words),
      await fitOf(decay({ unit: 2 ** -80 }), ...words),
    ];
    expect(small.params).toEqual(plain.params);
    expect(small.value).toBe(plain.value * 2 ** -80);
    expect(small.gradientNorm).toBe(plain.gradientNorm * 2 ** -80);
    expect(plain.params.k).toBeCloseTo(rate, 1);
  });
});

const adaptive = 'method: "dopri5", rtol: 1e-8, t1: 1, wrt: ["params"]';

it("`solver` with --json is of the run at the last point", async () => {
  const file = decay({ solver: adaptive });
  const { solver, params } = await fitOf(file);
  fs.writeFileSync(path.join(folder, "fitted.json"), JSON.stringify(params));
  const words = ["grad", file, "--json", "--params", path.join(folder, "fitted.json")];
  expect(solver).toEqual(JSON.parse((await odegrad(words)).out).solver);
  expect(solver.steps).toBeLessThan(1000);
});

describe("what a fit moves", () => {
  it.each([
    ["t1", adaptive, /nothing is left for `fit` to move: t1 it leaves as given\n.*`--wrt state,params`/],
    ["t0,times", adaptive, /t0, times it leaves as given/],
    [undefined, adaptive.replace('"params"', ""), /nothing is left for `fit` to move\n/],
  ])("is not nothing: --wrt %s", async (wrt, solver, message) => {
    const file = decay({ solver });
    const { code, out, err } = await odegrad(["fit", file, ...(wrt === undefined ? [] : ["--wrt", wrt])]);
    expect(err).toMatch(message);
    expect(code).toBe(2);
    expect(out).toBe("");
  });

  it("is not the interval, and a note says so", async () => {
    const file = decay({ solver: adaptive });
    const { code, out, err } = await odegrad(["fit", file, "--wrt", "t1,params"]);
    expect(err).toBe("not moved by a fit: t1\n");
    expect(out).toContain("params.k");
    expect(code).toBe(0);
  });
});

it.each(["1e10", "1e5"])("adam with steps of %s that lead to nowhere is no fit", async (rate) => {
  const { code, out, err } = await odegrad(["fit", decay({}), "--optimizer", "adam", "--rate", rate]);
  expect(err).toMatch(
    /ODE4015: the fit did not come to its end: .* not finite any more after step \d+ of adam/,
  );
  expect(err).toContain("take shorter steps: `--rate 0.01`");
  expect(code).toBe(1);
  expect(out).toBe("");
});
