/** The in-place transform: the same object with generated code inside. */

import * as fs from "node:fs";
import * as path from "node:path";
import { AnyMap, originalPositionFor } from "@jridgewell/trace-mapping";
import { describe, expect, it } from "vitest";
import { transform } from "../compiler/transform.ts";
import { adopt, goesOn } from "../runtime/compiled.ts";
import * as authoring from "../runtime/index.ts";
import { odegrad } from "./support/command.ts";
import { loadCompiled, transformed } from "./support/in-place.ts";

const root = path.resolve(import.meta.dirname, "..");
const textOf = (name: string) => fs.readFileSync(path.join(root, "examples", name, `${name}.ode.ts`), "utf8");
const plain = (name: string) => import(path.join(root, "examples", name, `${name}.ode.ts`));

describe("an object compiled in place", () => {
  const models = [
    ["lotka-volterra", "lotkaVolterra"],
    ["pendulum-control", "pendulum"],
    ["hare-lynx", "hareLynx"],
    ["neural-ode", "spiral"],
    ["hamiltonian-network", undefined],
    ["two-moons", undefined],
    ["poisson", "residual"],
  ] as const;

  it.each(models)("%s gives the bits of `odegrad grad`", async (name, model) => {
    const compiled = await loadCompiled(textOf(name));
    for (const [key, object] of Object.entries(compiled) as [string, never][]) {
      if (model !== undefined && key !== model) continue;
      const { valueAndGradient, meta } = object as { valueAndGradient: () => never; meta: { model: string } };
      expect(meta.model).toBe(key);
      const file = path.join(root, "examples", name, `${name}.ode.ts`);
      const { out, code } = await odegrad(["grad", file, "--model", key, "--json"]);
      if (code !== 0) {
        expect(() => valueAndGradient()).toThrow(/has no loss/);
        continue;
      }
      const { value, gradient } = JSON.parse(out);
      const given = plainly(valueAndGradient()) as { value: number; gradient: object };
      expect(given.value).toBe(value);
      expect(given.gradient).toMatchObject(gradient);
    }
  });

  it("simulates what the un-compiled model does, in the same shapes", async () => {
    const { pendulum } = await loadCompiled(textOf("pendulum-control"));
    const own = (await plain("pendulum-control")).pendulum;
    const options = {
      params: { length: 2 },
      state: { angle: 0.25 },
      inputs: { torque: Array.from({ length: 40 }, (_, k) => Math.sin(k)) },
      steps: 400,
    };
    for (const asked of [undefined, options, { dt: 0.01 }, { t1: 8, times: [1, 2, 3, 4, 5, 6, 7, 8] }]) {
      close(pendulum.simulate(asked), own.simulate(asked));
      close(pendulum.outputs(asked), own.outputs(asked));
      expect(Math.abs(pendulum.loss(asked) / own.loss(asked) - 1)).toBeLessThan(1e-12);
    }
  });

  it("gives arrays as vectors and rows of them, as the un-compiled model does", async () => {
    const text = `import { field, ode, vec } from "odegrad";
      export const m = ode({ state: { x: 1 }, params: { k: 2 }, rhs: ({ x }) => ({ x: 0 * x }),
        outputs: { pair: ({ x }, { k }) => [x, k], table: ({ x }) => [[x, 1], [2, x]], one: ({ x }) => x } });
      export const f = field({ point: vec(2, 3), value: (x) => [x[0]!, 4] });
      export const g = field({ point: vec(2, 3), value: (x) => [[x[0]!, 4], [5, 6]] });`;
    const { f, g, m } = await loadCompiled(text);
    const { field, ode } = authoring;
    const ofVector = field({ ...f.declaration, value: f.declaration.value as () => number[] });
    const ofMatrix = field({ ...g.declaration, value: g.declaration.value as () => number[][] });
    for (const model of [m, ode(m.declaration)]) {
      const { pair, table, one } = model.outputs();
      expect({ pair, table, one }).toStrictEqual({
        pair: [Float64Array.of(1, 2)],
        table: [[Float64Array.of(1, 1), Float64Array.of(2, 1)]],
        one: [1],
      });
    }
    for (const each of [f, ofVector]) expect(each.value()).toStrictEqual(Float64Array.of(3, 4));
    for (const each of [g, ofMatrix])
      expect(each.value()).toStrictEqual([Float64Array.of(3, 4), Float64Array.of(5, 6)]);
    const said = ode({ ...m.declaration, outputs: { text: () => "x" } } as never);
    expect(() => said.outputs()).toThrow("outputs.text is neither a number nor an array of numbers");
  });

  it("keeps nothing of one call for the next", async () => {
    const { pendulum } = await loadCompiled(textOf("pendulum-control"));
    const before = plainly(pendulum.valueAndGradient());
    pendulum.gradient({
      params: { gravity: 1 },
      t1: 2,
      times: [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2],
      steps: 800,
    });
    pendulum.hvp({ inputs: { torque: new Array(40).fill(2) } });
    expect(plainly(pendulum.valueAndGradient())).toEqual(before);
  });

  it("has products with directions that fit its gradient", async () => {
    const { spiral } = await loadCompiled(textOf("neural-ode"));
    const { params } = spiral.gradient();
    const along = { params: { W1: params.W1, b2: params.b2 } };
    const { W1, b2 } = params;
    const squares = [...W1, b2].reduce(
      (sum: number, row: Float64Array) => sum + row.reduce((s, x) => s + x * x, 0),
      0,
    );
    expect(Math.abs(spiral.jvp(along) / squares - 1)).toBeLessThan(1e-12);
    const product = spiral.hvp({ params: { b2 } });
    const other = { params: { W1: W1.map((row: Float64Array) => row.map((x) => x + 1)) } };
    const pair = (a: { params: typeof params }, W: Float64Array[]) =>
      a.params.W1.reduce(
        (s: number, row: Float64Array, i: number) => s + row.reduce((t, x, j) => t + x * W[i]![j]!, 0),
        0,
      );
    const there = pair(product, other.params.W1);
    const back = spiral.hvp(other).params.b2.reduce((s: number, x: number, i: number) => s + x * b2[i]!, 0);
    expect(Math.abs(there / back - 1)).toBeLessThan(1e-10);
    expect(params.W1[0]).toBeInstanceOf(Float64Array);
    expect(spiral.plan).toMatchObject({ adjoint: "symplectic" });
  });

  it("evaluates fields, their operators, and the mean loss over points", async () => {
    const { residual } = await loadCompiled(textOf("poisson"));
    const own = (await plain("poisson")).residual;
    const points = [Float64Array.of(0.1, 0.2), Float64Array.of(0.7, 0.4), Float64Array.of(0.5, 0.5)];
    const each = points.map((x) => residual.value(x) ** 2);
    expect(Math.abs(residual.loss({ points }) / ((each[0]! + each[1]! + each[2]!) / 3) - 1)).toBeLessThan(
      1e-14,
    );
    expect(own.declaration.params.W1.length).toBe(residual.gradient({ points }).params.W1.length);
    const field = await loadCompiled(`import { field, vec } from "odegrad";
      export const u = field({ point: vec(2), value: (x) => x[0]! ** 2 * x[1]!, operators: ["laplacian", "gradient", "jvp"] });`);
    const x = Float64Array.of(3, 5);
    expect(field.u.operator("laplacian", x)).toBe(10);
    expect([...field.u.operator("gradient", x)]).toEqual([30, 9]);
    expect(field.u.operator("jvp", x, {}, Float64Array.of(1, -1))).toBe(21);
    expect(() => field.u.operator("hessian", x)).toThrow(
      /declares no hessian, only laplacian, gradient, jvp/,
    );
    // The direction of an earlier question is not meant.
    expect(() => field.u.operator("jvp", x)).toThrow(/jvp needs a direction/);
    expect(() => field.u.value(x, { parms: {} })).toThrow(/there is no option parms: did you mean params/);
  });

  it("tells the loss of a field the number of the point", async () => {
    const text = `
      export const line = field({ point: 0, params: { a: 1, b: 0 }, data: { target: vec(3, [1, 3, 5]) },
        value: (x, { a, b }) => a * x + b, loss: { at: (v, _x, _p, { k, data }) => (v - data.target[k]) ** 2 } });
      export const path = field({ point: vec(2, 0.5), params: { a: 1.1 }, constants: { w: [[1, 2], [3, 4], [5, 6], [7, 8]] },
        data: { t: vec(3, [1, 2, 3]), u: vec(9, (i) => i) }, value: (x, { a }) => a * x[0] + x[1],
        loss: { at: (v, x, { a }, { k, data, constants }) => {
          const w = k < 2 ? data.t[k] : data.t[2] + k;
          let s = 0;
          for (let i = 0; i <= k; i++) s += Math.sin(a + data.u[2 * i]) * data.t[k % 3];
          return (v * w - constants.w[k][1] * x[0] + data.t[Math.floor(k / 2)] + k * a) ** 2 + s;
        } } });
      export const weighed = field({ point: 0, params: { a: 1 }, value: (x, { a }) => a * x, loss: { at: (v, _x, _p, { k }) => k * v } });`;
    const compiled = await loadCompiled(`import { field, vec } from "odegrad";${text}`);
    const { line, path, weighed } = compiled;
    const own = new Function("field", "vec", `${text.replaceAll("export ", "")} return { line, path };`)(
      authoring.field,
      authoring.vec,
    );
    const points = [0, 1, 2];
    expect(line.loss({ points, params: { a: 2, b: 1 } })).toBe(0);
    // Residuals x - (2 x + 1), of which the loss is the mean square.
    expect(line.valueAndGradient({ points })).toEqual({
      value: 14 / 3,
      gradient: { params: { a: -16 / 3, b: -4 } },
    });
    expect(line.loss({ points })).toBe(own.line.loss({ points }));
    expect(line.loss()).toBe(1);
    const places = [
      [1, 2],
      [0.3, 0.4],
      [0.5, -1],
      [2, 2],
    ];
    const at = (a: number) => own.path.loss({ points: places, params: { a } });
    expect(path.loss({ points: places })).toBeCloseTo(at(1.1), 12);
    expect(path.gradient({ points: places }).params.a).toBeCloseTo(
      (at(1.1 + 1e-5) - at(1.1 - 1e-5)) / 2e-5,
      6,
    );
    expect(weighed.valueAndGradient({ points: [5, 3, 4] })).toEqual({
      value: 11 / 3,
      gradient: { params: { a: 11 / 3 } },
    });
    expect(() => line.loss({ points: [0, 1, 2, 3] })).toThrow(
      "points: 4 are given, and what env.k reads has 3",
    );
    expect(() => path.gradient({ points: [...places, [1, 1]] })).toThrow(
      /5 are given, and what env.k reads has 4/,
    );
    expect(() =>
      transformed(`import { field } from "odegrad";
      export const sum = field({ point: 0, params: { a: 1 }, value: (x, { a }) => a * x,
        loss: { at: (v, _x, { a }, { k }) => { let s = v; for (let i = 0; i < k; i++) s *= Math.sin(a); return s; } } });`),
    ).toThrow(/the trips of this loop grow with `env.k`/);
  });

  it("refuses of a field what its own text refuses, in the same words", async () => {
    const text = `
      export const u = field({
        point: vec(2, [1, 2]), params: { p: 3, w: vec(2) }, data: { goal: 1 },
        value: (x, { p, w }, { data }) => p * x[0]! * x[1]! + w[0]! - data.goal,
        loss: { at: (value) => value },
      });
      export const line = field({ point: 0.5, value: (x) => x ** 2, loss: { at: (value) => value } });
      export const record = field({ point: { a: 1, b: { r: 1 } }, params: { deep: { a: 2 } }, value: ({ a, b }, { deep }) => deep.a * a * b.r, loss: { at: (value) => value } });`;
    const compiled = await loadCompiled(`import { field, vec } from "odegrad";${text}`);
    const own = new Function(
      "field",
      "vec",
      `${text.replaceAll(/export |!/g, "")} return { u, line, record };`,
    )(authoring.field, authoring.vec);
    const x = Float64Array.of(1, 2);
    const wrong: [words: string, ask: (of: typeof compiled) => unknown][] = [
      ["there is no option bogus, only params, data, points", ({ u }) => u.loss({ bogus: 1 })],
      ["there is no option parms: did you mean params?", ({ u }) => u.value(x, { parms: {} })],
      ["params has no q, only p, w", ({ u }) => u.loss({ params: { q: 3 } })],
      ["params.w needs 2 entries", ({ u }) => u.loss({ params: { w: [3] } })],
      ["params.p is no number", ({ u }) => u.value(x, { params: { p: "3" } })],
      ["point.b has no q, only r", ({ record }) => record.value({ a: 1, b: { r: 1, q: 2 } })],
      ["params.deep has no b, only a", ({ record }) => record.loss({ params: { deep: { a: 1, b: 2 } } })],
      ["data has no aim, only goal", ({ u }) => u.value(x, { data: { aim: 3 } })],
      ["point needs 2 entries", ({ u }) => u.value([0.1])],
      ["point needs 2 entries", ({ u }) => u.loss({ points: [x, [0.1]] })],
      ["points: a loss is the mean over at least one", ({ u }) => u.loss({ points: [] })],
      ["point is no number", ({ line }) => line.value([0.1])],
      ["params has no q, only none", ({ line }) => line.value(0.1, { params: { q: 1 } })],
    ];
    for (const [words, ask] of wrong) {
      for (const each of [compiled, own]) {
        expect(() => ask(each), words).toThrow(RangeError);
        expect(() => ask(each)).toThrow(words);
      }
    }
    expect(() => compiled.u.gradient({ points: [] })).toThrow("points: a loss is the mean over at least one");
    for (const each of [compiled, own]) {
      expect(each.u.value()).toBe(5);
      expect(each.u.value([2, 3], { params: { w: [1, 0] }, data: { goal: 0 } })).toBe(19);
      expect(each.u.loss({ points: [x, [2, 3]], params: { p: 1 } })).toBe(3);
      expect(each.line.loss()).toBe(0.25);
    }
  });

  it("gives operators of a field what each of them takes", async () => {
    const { pair, map } = await loadCompiled(`import { directional, field, vec } from "odegrad";
      const value = (x) => [x[0]! * x[1]!, x[0]! ** 3, x[1]!];
      export const pair = field({ point: vec(2), value, operators: ["vjp", "jvp"] });
      export const map = field({ point: vec(2), data: { direction: 2 }, value: (x, _, { data }) => data.direction * x[0]! ** 2 * x[1]!,
        operators: { pushed: "jvp", bent: directional(2), product: "hvp", pulled: "vjp" } });`);
    const x = Float64Array.of(3, 5);
    expect([...pair.operator("jvp", x, {}, [1, 2])]).toEqual([11, 27, 2]);
    expect([...pair.operator("vjp", x, {}, [1, 2, 4])]).toEqual([59, 7]);
    expect(() => pair.operator("jvp", x, {}, [1, 2, 4])).toThrow("jvp takes 2 numbers");
    // What an earlier call gave is not meant.
    expect(() => pair.operator("vjp", x)).toThrow("vjp needs a covector, behind the point and the options");
    expect(() => pair.operator("jvp", x, {}, [1, 2], [3, 4])).toThrow("jvp takes one direction");
    const { drawn } = await loadCompiled(`import { field, stochastic, vec } from "odegrad";
      export const drawn = field({ point: vec(2), value: (x) => x[0]! ** 2 * x[1]!,
        operators: { some: stochastic("laplacian", { samples: 1, distribution: "normal" }), slope: "gradient" } });`);
    expect(() => drawn.operator("some", x)).toThrow("some needs a matrix of directions");
    expect(drawn.operator("some", x, {}, [[1], [0]])).toBe(10);
    expect(() => drawn.operator("some", x)).toThrow("some needs a matrix of directions");
    expect(() => drawn.operator("slope", x, {}, [1, 0])).toThrow("slope takes no direction");
    // 2 x² y: gradient (4 x y, 2 x²), Hessian (4 y, 4 x; 4 x, 0).
    expect(map.operator("pushed", x, {}, [1, 2])).toBe(96);
    expect(map.operator("bent", x, {}, [1, 2])).toBe(68);
    expect([...map.operator("product", x, {}, [1, 2])]).toEqual([44, 12]);
    expect([...map.operator("pulled", x, {}, 3)]).toEqual([180, 54]);
  });

  it("refuses of a run what its own text refuses, in the same words", async () => {
    const text = `
      export const body = ode({
        state: { pos: { x: 1, y: 0 } },
        params: { net: { gain: vec(2, 1), bias: 0.5 } },
        inputs: { push: hold(4), layer: hold(2, { w: vec(2), b: 0 }) },
        rhs: ({ pos }, { net }, { inputs: { push, layer } }) => ({ pos: { x: net.gain[0]! * pos.y + push, y: net.bias - net.gain[1]! * pos.x + layer.b * layer.w[0]! } }),
        times: [0.25, 0.5, 1],
        loss: { at: ({ pos }) => pos.x },
        solver: { method: "rk4", t1: 1, steps: 20 },
      });
      export const plain = ode({ state: { x: 1 }, rhs: ({ x }) => ({ x: -x }), loss: { terminal: ({ x }) => x }, solver: { t1: 1, steps: 20 } });`;
    const compiled = await loadCompiled(`import { hold, ode, vec } from "odegrad";${text}`);
    const own = new Function(
      "hold",
      "ode",
      "vec",
      `${text.replaceAll(/export |!/g, "")} return { body, plain };`,
    )(authoring.hold, authoring.ode, authoring.vec);
    const net = { gain: [1, 1], bias: 0 };
    const layer = { w: [1, 2], b: 0 };
    const refused: [string, object][] = [
      ["steps and dt are both given", { steps: 40, dt: 0.05 }],
      ["steps or dt, which are fixed, are given with rtol or atol", { steps: 40, rtol: 1e-3 }],
      ["dt: 0.3 does not divide the interval from 0 to 1", { dt: 0.3 }],
      ["steps: 0 is no whole number from 1", { steps: 0 }],
      ["steps: 1.5 is no whole number from 1", { steps: 1.5 }],
      ["steps: -1 is no whole number from 1", { steps: -1 }],
      ["steps: 30 is no multiple of the 4 pieces of inputs.push", { steps: 30 }],
      ["t0, t1: there is no interval from 0 to NaN", { t1: Number.NaN }],
      ["t0, t1: there is no interval from 1 to 1", { t0: 1 }],
      ["times: 1 is not in the interval from 0 to 0.5", { t1: 0.5 }],
      ["times: 0.26 is no step boundary", { times: [0.26, 0.5, 1] }],
      ["times: 2 is not in the interval from 0 to 1", { times: [0.5, 0.75, 2] }],
      ["times: NaN is not in the interval", { times: [0.5, Number.NaN, 1] }],
      ["times: 0.25 comes after 0.5; they are in the order", { times: [0.5, 0.25, 1] }],
      ["times: 0.5 comes after 0.5; they are in the order", { times: [0.5, 0.5, 1] }],
      ["times: the model has 3, and 2 are given", { times: [0.5, 1] }],
      ["params.net has no typo, only gain, bias", { params: { net: { ...net, typo: 3 } } }],
      ["params.net has no bais: did you mean bias?", { params: { net: { gain: [1, 1], bais: 1 } } }],
      ["state.pos has no z, only x, y", { state: { pos: { x: 1, y: 0, z: 3 } } }],
      ["inputs.layer.1 has no c, only w, b", { inputs: { layer: [layer, { ...layer, c: 1 }] } }],
      ["inputs.push needs 4 entries", { inputs: { push: [1, 2] } }],
      ["inputs.layer.1.w needs 2 entries", { inputs: { layer: [layer, { w: [1], b: 0 }] } }],
    ];
    for (const each of [own, compiled]) {
      for (const [words, options] of refused) expect(() => each.body.loss(options), words).toThrow(words);
      expect(() => each.plain.loss({ times: [1] })).toThrow("times: the model has none");
      const again = { params: { net }, times: [0.2, 0.4, 0.6], steps: undefined, dt: 0.05 };
      expect(each.body.simulate(again).t).toEqual([0.2, 0.4, 0.6]);
    }
    expect(() => compiled.body.gradient({ steps: 30 })).toThrow(/steps: 30 is no multiple/);
  });

  it("refuses what was settled, what there is not, and a solve that stops", async () => {
    const { pendulum } = await loadCompiled(textOf("pendulum-control"));
    expect(() => pendulum.gradient({ method: "dopri5" })).toThrow(
      /method was settled when pendulum was compiled/,
    );
    expect(() => pendulum.gradient({ method: "rk4" })).not.toThrow();
    expect(() => pendulum.gradient({ params: { lenght: 1 } })).toThrow(
      "params has no lenght: did you mean length?",
    );
    expect(() => pendulum.gradient({ wrt: [...pendulum.plan.wrt] })).not.toThrow();
    expect(() => pendulum.gradient({ wrt: ["state"] })).toThrow(/wrt was settled/);
    expect(() => pendulum.gradient({ inputs: { torque: [1] } })).toThrow(/inputs.torque needs 40 entries/);
    expect(() => pendulum.gradient({ rtol: 1e-3 })).toThrow(/rtol was settled/);
    expect(() => pendulum.simulate({ stesp: 3 })).toThrow("there is no option stesp: did you mean steps?");
    expect(() => pendulum.jvp({}, { parms: {} })).toThrow("there is no option parms: did you mean params?");
    expect(() => pendulum.jvp({ params: { length: 1 } })).toThrow(/params.length is not in wrt/);
    expect(() => pendulum.simulate({ params: { length: 0 } })).toThrow(/pendulum stopped: notFinite/);
  });
});

it("an object without a loss has no gradient, which zeros would look like", async () => {
  const compiled = await loadCompiled(`import { field, ode } from "odegrad";
    export const decay = ode({ state: { x: 1 }, params: { k: 2 }, rhs: ({ x }, { k }) => ({ x: -k * x }) });
    export const empty = ode({ state: { x: 1 }, params: { k: 2 }, rhs: ({ x }, { k }) => ({ x: -k * x }), loss: {} });
    export const u = field({ point: 1, params: { k: 2 }, value: (x, { k }) => k * x });`);
  for (const { gradient, valueAndGradient, jvp, hvp, simulate } of [compiled.decay, compiled.empty]) {
    const why = /has no loss to differentiate; add `loss: { terminal: /;
    for (const ask of [gradient, valueAndGradient]) expect(() => ask()).toThrow(why);
    for (const ask of [jvp, hvp]) expect(() => ask({ params: { k: 1 } })).toThrow(why);
    expect(simulate().value).toBe(0);
  }
  for (const ask of [compiled.u.gradient, compiled.u.valueAndGradient])
    expect(() => ask()).toThrow(/u has no loss to differentiate; add `loss: { at: /);
});

describe("the transform", () => {
  const own = `import { type Vec, ode, vec } from "odegrad";
import { rate } from "./rate.ts";
export type Pair = [Vec, Vec];
export const half = (x: number): number => x / 2;
const hidden = { y: 1 } satisfies object;
export const decay = ode({
  state: hidden,
  params: { a: rate as number },
  rhs: ({ y }, { a }) => ({ y: -a * half(y) }),
  loss: { terminal: ({ y }) => y * y },
  solver: { t1: 1, steps: 10 },
});
export default decay;
export const size = vec(3)!.length;
`;
  const source = (text: string) => ({
    file: "decay.ode.ts",
    text,
    host: { read: (file: string) => (file === "rate.ts" ? "export const rate: number = 2;\n" : undefined) },
  });

  it("keeps other exports and imports, and takes types out", () => {
    const { code, imported } = transform(source(own));
    expect(code).toMatch(/^import \{ ode, vec \} from "odegrad";\nimport \{ rate \} from "\.\/rate\.ts";\n/);
    expect(code).toContain("export const half = (x) => x / 2;");
    expect(code).toContain("export default decay;");
    expect([...imported.keys()]).toEqual(["rate.ts"]);
  });

  it("does nothing a second time", () => {
    for (const options of [{}, { typed: true }, { hot: true }]) {
      const { code } = transform(source(own), options);
      expect(transform(source(code!)).code).toBeUndefined();
    }
  });

  it("is not kept from a model by words about code of ours", () => {
    const words = '// See `import { compiled } from "odegrad/compiled"`.\n/* from "odegrad/compiled" */\n';
    expect(transform(source(`${words}${own}`)).code).toContain("compiled$(ode({");
  });

  it("leaves types in where they are asked for, beneath a line that has them not checked", () => {
    const { code, map } = transform(source(own), { typed: true });
    expect(code).toMatch(/^\/\/ @ts-nocheck\nimport \{ type Vec, ode, vec \} from "odegrad";\n/);
    expect(code).toContain("export const half = (x: number): number => x / 2;");
    const line = code!.split("\n").findIndex((each) => each.includes("x / 2"));
    expect(originalPositionFor(AnyMap(map as never), { line: line + 1, column: 43 })).toMatchObject({
      line: 4,
    });
  });

  it("gives the same bytes again, and no clash with the names of the file", () => {
    const taken = `${own}export const compiled$ = 1, make$0 = 2;\n`;
    expect(transform(source(taken))).toEqual(transform(source(taken)));
    expect(transform(source(taken)).code).toContain("function make$0_() {");
  });

  it("maps the user's lines and generated loops to the model", () => {
    const { code, map } = transform(source(own));
    const lines = code!.split("\n");
    const trace = AnyMap(map as never);
    const placeOf = (text: string, from = 0) => {
      const line = lines.findIndex((each, i) => i >= from && each.includes(text));
      return originalPositionFor(trace, { line: line + 1, column: lines[line]!.indexOf(text) });
    };
    expect(placeOf("x / 2")).toMatchObject({ source: "decay.ode.ts", line: 4 });
    const generated = lines.findIndex((line) => line.startsWith("function make$0"));
    const loops = lines.flatMap((line, i) =>
      i > generated && /^ +const f_y.* = a \* /.test(line) ? [line.trim()] : [],
    );
    expect(loops.length).toBeGreaterThan(0);
    for (const loop of loops) expect([4, 9]).toContain(placeOf(loop, generated).line);
  });

  it("keeps a page alive only where a file exports nothing but models", () => {
    const others = /accept\(\(next\) => \{\n {2}if \(next\) import\.meta\.hot\.invalidate\(\);\n\}\);\n$/;
    expect(transform(source(own), { hot: true }).code).toMatch(others);
    const alone = own
      .replace(/export (?=const half|default|const size|type)/g, "")
      .replace("default decay;", "");
    const hot = transform(source(alone), { hot: true }).code!;
    expect(hot).toMatch(/adopt\$\(import\.meta\.hot\?\.data, "decay"/);
    expect(hot).toContain('goesOn$(import.meta.hot.data, next, "decay")');
    expect(transform(source(hot)).code).toBeUndefined();
    const nameless = `${alone}\nexport default function () {}\n`;
    expect(transform({ ...source(nameless), file: "other.ode.ts" }, { hot: true }).code).toMatch(others);
  });

  it("lets a page go on with the same models under the same names alone", () => {
    const versions = (...names: string[]) => {
      const model = () => ({ declaration: {} });
      return Object.fromEntries(names.map((name) => [name, adopt(kept, name, model())]));
    };
    const kept = {};
    const first = versions("a", "b");
    const second = versions("a", "b");
    expect(second["a"]).toBe(first["a"]);
    expect(goesOn(kept, second, "a,b")).toBe(true);
    // Removed, added, and a value in the place of a model.
    expect(goesOn(kept, versions("a"), "a,b")).toBe(false);
    expect(goesOn(kept, { ...second, b: 1 }, "a,b")).toBe(false);
    expect(goesOn(kept, versions("a", "b", "c"), "a,b")).toBe(false);
  });

  it("refuses a model in a function, and a batch", () => {
    const inFunction = `import { ode } from "odegrad";
const make = (a: number) => ode({ state: { y: 1 }, rhs: ({ y }) => ({ y: -a * y }), solver: { t1: 1, steps: 2 } });
export const one = make(1);
`;
    expect(() => transformed(inFunction)).toThrow(/2:29: error ODE5030/);
    const alone = own.replace(/^.*rate\.ts.*$/m, "const rate = 2;");
    expect(() => transformed(alone, "decay.ode.ts", { batch: 4 })).toThrow(/ODE5031/);
  });

  const model = `{
  state: { y: 1 },
  params: { k: 0.5 },
  rhs: ({ y }, { k }) => ({ y: -k * y }),
  loss: { terminal: ({ y }) => y * y },
  solver: { method: "rk4", t1: 1, steps: 4 },
}`;
  const made = `ode(${model})`;
  const one = 'import { ode } from "odegrad";\n';

  it.each([
    ["with a mark of its order of bytes", `\ufeff${one}export const m = ${made};\n`],
    ["with ends of line of Windows", `${one}// decay\nexport const m = ${made};\n`.replaceAll("\n", "\r\n")],
    ["as a program", `#!/usr/bin/env node\n${one}export const m = ${made};\n`],
    ["behind a prologue", `"use strict";\n/* licence */\n${one}export const m = ${made};\n`],
    ["exported under another name", `${one}const a = ${made};\nexport { a as m };\n`],
    ["exported from a variable", `${one}let m = ${made};\nexport { m };\n`],
    ["as the default export", `${one}export default ${made};\n`],
    ["beside another in one declaration", `${one}export const m = ${made}, other = ${made};\n`],
    [
      "by the library under another name",
      `import { ode as make } from "odegrad";\nexport const m = make(${model});\n`,
    ],
    ["by the library as a whole", `import * as og from "odegrad";\nexport const m = og.ode(${model});\n`],
    ["under types", `${one}export const m = (${made} as any)! satisfies unknown;\n`],
    ["with arguments for types", `${one}export const m = ode<any, any>(${model});\n`],
    ["in parentheses", `${one}export const m = ((ode)(${model}));\n`],
    ["among comments", `${one}export const m = /* a */ ode( /* b */ ${model} /* c */, ) /* d */ ; // e\n`],
    ["without semicolons and an end of line", `${one}export const m = ${made}\nexport const x = 1`],
    ["from a declaration in front", `${one}const declared = ${model};\nexport const m = ode(declared);\n`],
    ["through a function", `${one}const same = <T,>(x: T): T => x;\nexport const m = same(${made});\n`],
    ["by a condition", `${one}const stiff = false;\nexport const m = stiff ? ${made} : ${made};\n`],
    ["named beyond ASCII", `${one}export const größe = ${made};\n`],
    ["among names of ours", `${one}const compiled$ = 1, make$0 = 2;\nexport const m = ${made};\n`],
  ])("compiles a model %s", async (_, text) => {
    const models = Object.values(await loadCompiled(text)).filter((each) => typeof each === "object") as {
      gradient(): { params: { k: number } };
    }[];
    expect(models.length).toBeGreaterThan(0);
    // dy/dk of rk4 with z = -k/4 per step, R(z) = 1 + z + z²/2 + z³/6 + z⁴/24: d R(z)⁸/dk = 8 R⁷ R'(z) (-1/4).
    const z = -0.5 / 4;
    const r = 1 + z + z ** 2 / 2 + z ** 3 / 6 + z ** 4 / 24;
    const slope = 8 * r ** 7 * (1 + z + z ** 2 / 2 + z ** 3 / 6) * (-1 / 4);
    for (const each of models) expect(Math.abs(each.gradient().params.k / slope - 1)).toBeLessThan(1e-14);
  });

  it.each([
    ["a model without an export", `${one}const m = ${made};\n`, 1],
    ["models in an array", `${one}export const all = [${made}, ${made}];\n`, 2],
    ["a model in a record", `${one}export const all = { m: ${made} };\n`, 1],
  ])("warns of %s", (_, text, count) => {
    const { code, diagnostics } = transform(source(text));
    expect(code).toBeUndefined();
    expect(diagnostics.map(({ code: which, severity }) => [which, severity])).toEqual(
      Array.from({ length: count }, () => ["ODE1082", "warning"]),
    );
  });

  it("leaves a model alone that another file declares", () => {
    const again = { ...source('export { decay } from "./decay.ode.ts";\n'), file: "again.ode.ts" };
    const read = (file: string) => (file === "decay.ode.ts" ? own : "export const rate: number = 2;\n");
    const { code, diagnostics } = transform({ ...again, host: { read } });
    expect([code, diagnostics]).toEqual([undefined, []]);
  });
});

/** Typed arrays as lists. */
const plainly = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, each) => (ArrayBuffer.isView(each) ? [...(each as Float64Array)] : each)),
  );

/** Equal to rounding, entry by entry. */
function close(a: unknown, b: unknown): void {
  if (typeof b === "number")
    expect(Math.abs((a as number) - b)).toBeLessThan(1e-12 * Math.max(1, Math.abs(b)));
  else {
    expect(Object.keys(a as object)).toEqual(Object.keys(b as object));
    for (const [key, inner] of Object.entries(b as object)) close((a as Record<string, unknown>)[key], inner);
  }
}
