/** Observation times of `--data`: what the model is resolved with, and where they do not fit. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { odegrad } from "../support/command.ts";
import { inTurn } from "../support/long.ts";

let folder: string;
const at = (name: string): string => path.join(folder, name);
/** With the solver's own words, and times at 0.25, 0.5 and 1. */
const model = (solver: string): string => `import { ode, vec } from "odegrad";
export const decay = ode({
  state: { x: 1 },
  params: { k: 2 },
  data: { seen: vec(3) },
  rhs: ({ x }, { k }) => ({ x: -k * x }),
  loss: { at: ({ x }, _p, { k, data }) => (x - data.seen[k]!) ** 2 },
  times: [0.25, 0.5, 1],
  solver: { method: "rk4", t1: 1${solver} },
});
`;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-times-"));
  fs.writeFileSync(at("fixed.ode.ts"), model(", steps: 100"));
  fs.writeFileSync(at("open.ode.ts"), model(""));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function table(times: readonly (number | string)[]): string {
  const file = at(`${fs.readdirSync(folder).length}.csv`);
  fs.writeFileSync(file, ["t,seen", ...times.map((t) => `${t},0.5`)].join("\n"));
  return file;
}

const commands = [
  ["grad"],
  ["grad", "--compare"],
  ["run"],
  ["fit", "--iterations", "1"],
  ["verify"],
  ["report"],
  ["check"],
  ["compile"],
];

describe("observation times of a table that do not fit", () => {
  it.each<[string, readonly (number | string)[], RegExp, readonly string[]]>([
    ["reversed", [0.5, 0.25, 1], /ODE4012: .*csv:3: the observation time 0\.25 stands behind 0\.5/, []],
    ["repeated", [0.25, 0.25, 1], /ODE4012: .*csv:3: the observation time 0\.25 is there twice/, []],
    ["before t0", [-1, 0.5, 1], /ODE4011: .*csv:2: the observation time -1 lies outside .* 0 to 1/, []],
    ["after t1", [0.25, 0.5, 2], /ODE4011: .*csv:4: the observation time 2 lies outside/, []],
    ["after t1 of the option", [0.25, 0.5, 1], /ODE4011: .*csv:4: .* 0 to 0\.5/, ["--t1", "0.5"]],
    [
      "off the steps",
      [0.125, 0.5, 1],
      /ODE4010: .*csv:2: .* 0\.125 does not lie .* 100 steps\n.*take 104 steps/,
      [],
    ],
    ["off all steps", [0.1234567, 0.5, 1], /ODE4010: .*csv:2: .*\n.*`--method dopri5 --rtol 1e-8`/, []],
  ])("%s", async (_, times, message, words) => {
    const { code, out, err } = await odegrad(["grad", at("fixed.ode.ts"), "--data", table(times), ...words]);
    expect(err).toMatch(message);
    expect(code).toBe(2);
    expect(out).toBe("");
  });

  it.each(inTurn(commands, 2))("are refused by %s %s", async (command, ...words) => {
    const given = ["--data", table([0.5, 0.25, 1])];
    const { code, err } = await odegrad([command, at("fixed.ode.ts"), ...words, ...given]);
    expect(err).toMatch(/ODE4012: .*csv:3: the observation time 0\.25 stands behind 0\.5/);
    expect(code).toBe(2);
  });
});

it.each(inTurn(commands, 2, 1))(
  "where nobody says how many steps, there are enough for them: %s %s",
  async (command, ...words) => {
    const given = ["--data", table([0.125, 0.5, 1])];
    const { code, err } = await odegrad([command, at("open.ode.ts"), ...words, ...given]);
    expect(err).not.toContain("ODE");
    expect(code).toBe(0);
  },
);

it("adaptive steps meet any", async () => {
  const words = ["--method", "dopri5", "--rtol", "1e-8", "--data", table([0.1234567, 0.5, 1])];
  expect((await odegrad(["grad", at("fixed.ode.ts"), ...words])).code).toBe(0);
});

it("times that differ by rounding are seen at one step", async () => {
  const words = ["--data", table([0.25, "0.2500000000001", 1])];
  expect((await odegrad(["grad", at("fixed.ode.ts"), ...words])).code).toBe(0);
});
