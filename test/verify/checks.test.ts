/** Every check of `verify` passes on right gradients and fails on wrong ones. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { emit } from "../../compiler/emission.ts";
import { findCompilers } from "../../compiler/execute/c.ts";
import { type GeneratedModule, javaScriptEngine, loadJavaScript } from "../../compiler/execute/javascript.ts";
import { defaultProblem, type Engine, type Gradients, type Problem } from "../../compiler/execute/problem.ts";
import type { Module } from "../../compiler/module.ts";
import { targetsAgree } from "../../compiler/verify/agreement.ts";
import { difference, sameBits } from "../../compiler/verify/check.ts";
import { type Direction, direction, slopeAlong } from "../../compiler/verify/direction.ts";
import { DiscreteSolve } from "../../compiler/verify/discrete.ts";
import { dualTangent } from "../../compiler/verify/dual.ts";
import { fieldIdentity } from "../../compiler/verify/field-identity.ts";
import { filesCheck } from "../../compiler/verify/files.ts";
import { type Response, responseOf } from "../../compiler/verify/response.ts";
import { plansAgree, solveIdentity } from "../../compiler/verify/solve-checks.ts";
import { taylorCheck, taylorSlope } from "../../compiler/verify/taylor.ts";
import { uncompiledLoss } from "../../compiler/verify/uncompiled.ts";
import { odegrad } from "../support/command.ts";
import { inTurn, isLong } from "../support/long.ts";

const models = path.join(import.meta.dirname, "../reference/models");
const pendulum = path.join(models, "pendulum-control/pendulum-control.ode.ts");
const text = fs.readFileSync(pendulum, "utf8");

let module: Module;
let generated: GeneratedModule;
let engine: Engine;
let problem: Problem;
let gradients: Gradients;
let along: Direction;
let response: Response;

async function open(source: string, options: object = {}) {
  const host = { read: () => undefined };
  const built = build({ file: "model.ode.ts", text: source, host }, options);
  expect(built.diagnostics).toEqual([]);
  const ready = built.ready!;
  const loaded = await loadJavaScript(emit(ready, "js", {})[0]!.text);
  return {
    ...ready,
    loaded,
    engine: javaScriptEngine(loaded),
    problem: defaultProblem(ready.module.model, ready.module.solver),
  };
}

beforeAll(async () => {
  const opened = await open(text, { steps: 40, method: "rk4" });
  ({ module, loaded: generated, engine, problem } = opened);
  gradients = engine.gradient(problem);
  along = direction(1, module, problem, () => true);
  response = responseOf(engine, problem, gradients, [along]);
});

/** The gradient with one entry off by a part in ten million. */
const spoilt = (): Gradients => ({
  ...gradients,
  params: gradients.params.map((bar, i) => (i === 1 ? bar * (1 + 1e-7) : bar)),
});

describe("figures", () => {
  it("tell bits and differences apart", () => {
    expect(difference([1, 2], [1, 2 + 2e-12])).toBeCloseTo(1e-12, 14);
    expect(difference([0, 0], [0, -0])).toBe(0);
    expect(difference([1], [Number.NaN])).toBeNaN();
    expect(difference([Number.NaN], [Number.NaN])).toBe(0);
    expect(sameBits([0], [-0])).toBe(false);
  });
});

describe("1: dot-product identity", () => {
  it("of the field", () => {
    expect(fieldIdentity(generated, module, problem, 1, 4).outcome).toBe("pass");
    const wrong: GeneratedModule = {
      ...generated,
      fieldVjp: (...args) => {
        generated.fieldVjp(...args);
        (args[args.length - 2] as Float64Array)[0]! += 1e-6;
      },
    };
    expect(fieldIdentity(wrong, module, problem, 1, 4).outcome).toBe("fail");
  });

  it("of the solve", () => {
    const discrete = new DiscreteSolve(module.model, "rk4", problem);
    const trajectory = discrete.run();
    expect(Math.abs(trajectory.value - gradients.value)).toBeLessThan(1e-13 * gradients.value);
    const tangentAlong = (one: Direction): number => discrete.tangent(trajectory, one);
    const inDuals = dualTangent(module, problem, along);
    expect(Math.abs(inDuals - tangentAlong(along))).toBeLessThan(1e-12 * Math.abs(inDuals));
    expect(solveIdentity(tangentAlong, gradients, [along], response).outcome).toBe("pass");
    expect(solveIdentity(tangentAlong, spoilt(), [along], response).outcome).toBe("fail");
  });
});

describe("2: Taylor remainder", () => {
  const slope = (value: number) => taylorSlope(engine, problem, along, gradients.value, value);

  it("has slope 2 for the gradient and 1 for another number", () => {
    const right = slopeAlong(gradients, along).sum;
    expect(slope(right).slope).toBeGreaterThan(1.95);
    expect(slope(right).slope).toBeLessThan(2.05);
    expect(slope(right * (1 + 1e-4)).slope).toBeLessThan(1.2);
    expect(taylorCheck([slope(right)]).outcome).toBe("pass");
    expect(taylorCheck([slope(right), slope(right * (1 + 1e-4))]).outcome).toBe("fail");
  });

  it("reports a kink as a kink", async () => {
    const kinked = await open(`import { ode } from "odegrad";
export const m = ode({
  state: { y: 1 },
  params: { p: 0 },
  rhs: ({ y }) => ({ y: -y }),
  loss: { terminal: ({ y }, { p }) => y + Math.abs(p) },
  solver: { method: "rk4", t1: 1, steps: 4 },
});
`);
    const own = kinked.engine.gradient(kinked.problem);
    const d = direction(1, kinked.module, kinked.problem, ([record]) => record === "params");
    const found = taylorSlope(kinked.engine, kinked.problem, d, own.value, slopeAlong(own, d).sum);
    expect(found.kink).toBe(true);
    expect(taylorCheck([found])).toMatchObject({ outcome: "pass", figure: "kinks" });
  });

  it("fails what is no number", () => {
    expect(slope(Number.NaN).slope).toBeNaN();
    const found = taylorCheck([slope(slopeAlong(gradients, along).sum), slope(Number.NaN)]);
    expect(found).toMatchObject({ outcome: "fail", figure: "slope NaN (2, at least 1.8)" });
    expect(found.detail).toContain("1 in which the derivative");
  });

  it("does not excuse a wrong gradient as a kink", () => {
    expect(slope(2 * slopeAlong(gradients, along).sum).kink).toBe(false);
  });
});

/** Where a gradient is rounding all over, and where a solve magnifies rounding. */
describe("far from easy points", () => {
  const decay = (k: number) => `import { ode } from "odegrad";
export const m = ode({
  state: { x: 1 },
  params: { k: ${k} },
  rhs: ({ x }, { k }) => ({ x: -k * x }),
  loss: { terminal: ({ x }) => (x - 0.3679) ** 2 },
  solver: { t1: 1, steps: 50 },
});`;
  const kepler = `import { ode, vec } from "odegrad";
export const m = ode({
  state: { q: vec(2, [0.4, 0]), p: vec(2, [0, 2]) },
  params: { mass: 1 },
  rhs: ({ q, p }, { mass }) => {
    const r = Math.sqrt(q[0] ** 2 + q[1] ** 2);
    return { q: p, p: q.map((x) => (-mass * x) / r ** 3) };
  },
  loss: { terminal: ({ q }) => q[0] },
  solver: { t1: 10, steps: 1000 },
});`;
  const points = [
    ["beside a minimum", decay(1.1)],
    ["at a minimum", decay(0.9999440883)],
    ["after an orbit and a half", kepler],
  ] as const;

  it.each(points)("a right gradient passes %s, and a wrong one does not", async (_, source) => {
    const made = await open(source);
    const right = made.engine.gradient(made.problem);
    const seeds = [1, 2, 3, 4].map((seed) => direction(seed, made.module, made.problem, () => true));
    const moves = responseOf(made.engine, made.problem, right, seeds);
    const tangent = (one: Direction): number => dualTangent(made.module, made.problem, one);
    const checks = (answer: Gradients) => [
      solveIdentity(tangent, answer, seeds, moves).outcome,
      taylorCheck(
        seeds.map((one) =>
          taylorSlope(made.engine, made.problem, one, right.value, slopeAlong(answer, one).sum),
        ),
      ).outcome,
    ];
    expect(checks(right)).toEqual(["pass", "pass"]);
    // By a thousandth of how far the gradient moves when its point does.
    const wrong = { ...right, params: right.params.map((bar) => bar + 1e-3 * moves.params) };
    expect(checks(wrong)).toEqual(["fail", "fail"]);
  });

  it("a jump is neither rounding nor a kink", async () => {
    const jumping = await open(
      decay(1.5).replace("(x - 0.3679) ** 2", "x").replace("-k * x", "k > 1.5 ? -k * x : k * x"),
    );
    const right = jumping.engine.gradient(jumping.problem);
    const seeds = [1, 2, 3, 4].map((seed) =>
      direction(seed, jumping.module, jumping.problem, ([record]) => record === "params"),
    );
    const slopes = seeds.map((one) =>
      taylorSlope(jumping.engine, jumping.problem, one, right.value, slopeAlong(right, one).sum),
    );
    expect(slopes.map(({ kink }) => kink)).toEqual([false, false, false, false]);
    expect(taylorCheck(slopes).outcome).toBe("fail");
  });

  it("a minimum is no kink, and a kink at a minimum is one", async () => {
    const smooth = await open(decay(0.9999440883));
    const d = direction(1, smooth.module, smooth.problem, ([record]) => record === "params");
    const { value } = smooth.engine.gradient(smooth.problem);
    expect(taylorSlope(smooth.engine, smooth.problem, d, value, 1e-3).kink).toBe(false);
    const kinked = await open(
      decay(0.9999440883)
        .replace("(x - 0.3679) ** 2", "x * 0 + Math.abs(k - 0.9999440883)")
        .replace("({ x }) => x * 0", "({ x }, { k }) => x * 0"),
    );
    expect(taylorSlope(kinked.engine, kinked.problem, d, 0, 0.1).kink).toBe(true);
    expect(taylorSlope(kinked.engine, kinked.problem, d, 0, 100).kink).toBe(false);
  });
});

it("3: plans agree", () => {
  const discrete = new DiscreteSolve(module.model, "rk4", problem);
  const written = discrete.gradient(discrete.run());
  const all = () => () => true;
  expect(plansAgree(written, new Map([["symplectic", gradients]]), response, all).outcome).toBe("pass");
  expect(plansAgree(written, new Map([["symplectic", spoilt()]]), response, all).outcome).toBe("fail");
});

it("4: the model run as it is written", () => {
  const run = {
    file: "pendulum-control.ode.ts",
    text,
    read: () => undefined,
    model: "pendulum",
    options: { method: "rk4", steps: 40, t1: 1 },
  };
  expect(uncompiledLoss(run, gradients.value).outcome).toBe("pass");
  expect(uncompiledLoss(run, gradients.value * (1 + 1e-9)).outcome).toBe("fail");
  // Its name is then that of the file, which something else in it may have.
  const byDefault = `${text.replace("export const pendulum", "const own")}export { own as default, own as other };
export const swing = 1;`;
  expect(uncompiledLoss({ ...run, text: byDefault, model: "swing" }, gradients.value).outcome).toBe("pass");
  const thrower = {
    ...run,
    text: text.replace("angle: rate,", 'angle: (() => { throw new Error("no"); })(),'),
  };
  expect(uncompiledLoss(thrower, gradients.value)).toMatchObject({
    outcome: "fail",
    detail: expect.stringContaining("no"),
  });
});

it("5: targets agree", () => {
  const other = (change: (g: Gradients) => Gradients): Engine => ({
    ...engine,
    gradient: (p) => change(engine.gradient(p)),
  });
  expect(
    targetsAgree(
      engine,
      other((g) => g),
      problem,
      module.program,
      "double",
      response,
    ),
  ).toMatchObject({ figure: "bit for bit" });
  const last = (g: Gradients): Gradients => ({ ...g, value: g.value * (1 + Number.EPSILON) });
  // sin and pow may differ in their last bit; sums and products may not.
  expect(targetsAgree(engine, other(last), problem, module.program, "double", response).outcome).toBe("pass");
  expect(
    targetsAgree(engine, other(last), problem, { arrays: [], functions: [] }, "double", response).outcome,
  ).toBe("fail");
  expect(
    targetsAgree(
      engine,
      other(() => spoilt()),
      problem,
      module.program,
      "double",
      response,
    ).outcome,
  ).toBe("fail");
});

describe("7: emitted files", () => {
  const compilers = findCompilers(process.env);

  it("finds a C compiler", () => {
    expect(compilers.length).toBeGreaterThan(0);
  });

  it.each([
    ["good", "int main(void) { return 0; }\n", "pass"],
    ["a warning", "int main(void) { int unused; return 0; }\n", "fail"],
    ["a conversion", "int main(void) { double x = 0.5; float y = x; return y > 1.0f; }\n", "fail"],
    ["a self-test that fails", "int main(void) { return 3; }\n", "fail"],
  ])("%s", (_, source, outcome) => {
    expect(filesCheck([{ name: "m_selftest.c", text: source }], [], compilers).outcome).toBe(outcome);
  });

  it("counts what is not plain", () => {
    const plain = "export function solve() {\n  return 0;\n}\n";
    const check = (text: string) => filesCheck([], [{ name: "m.js", text }], []);
    // Nothing was compiled.
    expect(check(plain)).toMatchObject({
      outcome: "skipped",
      detail: expect.stringContaining("no C compiler"),
    });
    expect(check(plain.replace("0", "[0].length"))).toMatchObject({
      outcome: "fail",
      detail: expect.stringContaining("m.js:2"),
    });
    expect(check(plain.replace("{", "{{")).outcome).toBe("fail");
  });
});

describe("verify, the command", () => {
  const all = [
    "lotka-volterra",
    "neural-ode",
    "pendulum-control",
    "kuramoto-csr",
    "gcde-karate",
    "resnet-hold",
  ];
  it.each(inTurn(all, 3))("passes on %s", async (name) => {
    const file = path.join(models, name, `${name}.ode.ts`);
    const steps = name === "gcde-karate" && !isLong ? ["--steps", "4"] : [];
    const { code, out } = await odegrad(["verify", file, ...steps, "--json"]);
    const { checks } = JSON.parse(out) as {
      checks: { number: number; outcome: string; figure: string; detail: string }[];
    };
    for (const check of checks)
      expect(check, `${check.figure}: ${check.detail}`).toMatchObject({ outcome: "pass" });
    expect(checks.map((check) => check.number)).toEqual([1, 1, 2, 3, 4, 5, 6, 7]);
    expect(code).toBe(0);
  });
});

describe("a rule of the user's own", () => {
  const text = (factor: number) => `import { custom, ode } from "odegrad";

const bend = custom((x: number) => Math.sin(x), { vjp: (x, bar) => ${factor} * bar * Math.cos(x) });
export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  rhs: ({ x }, { k }) => ({ x: -k * bend(x) }),
  loss: { terminal: ({ x }) => x ** 2 },
  solver: { t1: 1, steps: 10 },
});
`;

  it("passes where it is the derivative, and is named with its place where it is not", async () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-checks-")), "checks.txt");
    const right = await odegrad(["verify", "-", "--out", file], text(1));
    expect(right.out).toBe("");
    const lines = fs.readFileSync(file, "utf8");
    fs.rmSync(path.dirname(file), { recursive: true });
    expect(lines).toMatch(/passed, 0 failed\n$/);
    expect(lines).toMatch(/\(8\) pass {2}rule of `bend`: \S+ \(at most 1e-10\) {2}.*:3, at 8 points/);
    expect(right.code).toBe(0);
    const wrong = await odegrad(["verify", "-"], text(1.5));
    expect(wrong.out).toMatch(
      /\(8\) FAIL {2}rule of `bend`: 3\.3e-1 .*not the derivative of its function: .*:3/,
    );
    expect(wrong.code).toBe(4);
  });
});
