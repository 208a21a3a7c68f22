/** Programs for crossbars: on ideal arrays every bit of the plain loops, from the same arrays with and without a gradient. */

import { readFileSync } from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { emit, type Output } from "../../compiler/emission.ts";
import { loadJavaScript } from "../../compiler/execute/javascript.ts";
import type { Options } from "../../compiler/options.ts";
import { crossbar, idealDevice, programSchema } from "../../runtime/crossbar.ts";
import { isLong } from "../support/long.ts";
import { plainCrossbar } from "../support/plain-crossbar.ts";

const models = fileURLToPath(new URL("../reference/models/", import.meta.url));
const host = {
  read: (file: string): string | undefined => {
    try {
      return readFileSync(file, "utf8");
    } catch {
      return undefined;
    }
  },
};

interface Header {
  readonly matrices: readonly {
    name: string;
    rows: number;
    columns: number;
    isTurned: boolean;
    count: number;
  }[];
  readonly counts: Readonly<
    Record<
      string,
      {
        isStatic: boolean;
        isBound: boolean;
        forwardReads: number;
        transposedReads: number;
        outerProducts: number;
      }
    >
  >;
  readonly digital: readonly { matrix: string; line?: number; reason: string }[];
  readonly program: readonly string[];
}

type Run = Awaited<ReturnType<typeof loadJavaScript>> & {
  simulate(question?: object): { status: number; value: number };
  connect(device: object): void;
  program(isForced?: boolean): void;
  update(rate: number): void;
};

const isProgram = new Ajv2020().compile(programSchema);

let loaded = 0;

async function both(file: string, text: string, options: Options = {}) {
  const { ready, diagnostics } = build({ file, text, host }, options);
  if (ready === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  // A module is one instance: each test has its own.
  const load = (code: string) => loadJavaScript(`${code}// ${loaded++}\n`) as Promise<Run>;
  const plain = await load(emit(ready, "js", options)[0]!.text);
  const [program, code] = emit(ready, "crossbar", options) as unknown as [Output, Output];
  const mapped = await load(code.text);
  const header = JSON.parse(program.text) as Header;
  expect(isProgram(header), JSON.stringify(isProgram.errors)).toBe(true);
  return { plain, mapped, header, code: code.text };
}

/** Everything that a run leaves, to the bit. */
const bits = ({ io }: Run): Record<string, number[]> =>
  Object.fromEntries(Object.entries(io).map(([name, values]) => [name, [...(values as Float64Array)]]));

/** Zero sums may have either sign, in the loops of JavaScript too. */
const unsigned = (all: Record<string, number[]>): Record<string, number[]> =>
  Object.fromEntries(Object.entries(all).map(([name, values]) => [name, values.map((value) => value + 0)]));

const shared = [
  "neural-ode/neural-ode",
  "gcde-karate/gcde-karate",
  "gcde-karate/gcde-karate-relu",
  "resnet-hold/resnet-hold",
  "cnf-2d/cnf-2d",
  "field-mlp/field-mlp",
  "field-mlp/field-mlp-loss",
  "field-mlp/field-mlp-variable",
];

const ways: readonly (readonly [string, Options])[] = [
  ["as it is", {}],
  ["step", { adjoint: "step" }],
  ["store-all", { adjoint: "store-all" }],
  ["revolve", { adjoint: "revolve", checkpoints: 3 }],
  ["adaptive steps", { method: "dopri5", rtol: 1e-5, atol: 1e-7 }],
  ["implicit steps", { method: "gauss2", steps: 10 }],
];

describe("on ideal arrays", () => {
  for (const model of shared) {
    const isField = model.startsWith("field");
    const file = path.join(models, `${model}.ode.ts`);
    const text = readFileSync(file, "utf8");
    // The residual network is its method: forward Euler, a layer a step.
    const own = isField ? ways.slice(0, 1) : model.startsWith("resnet") ? ways.slice(0, 4) : ways;
    it.each(own)(`${model} is what plain loops compute: %s`, async (way, given) => {
      // Systems of two layers of a graph take seconds to solve.
      const isHard = way === "implicit steps" && model.startsWith("gcde");
      const options = isHard && !isLong ? { ...given, steps: 2 } : given;
      const { plain, mapped, header } = await both(file, text, options);
      const device = plainCrossbar();
      mapped.connect(device);
      const [run, same] = [plain.evaluate ?? plain.solve, mapped.evaluate ?? mapped.solve];
      expect(same()).toBe(run());
      expect(unsigned(bits(mapped))).toEqual(unsigned(bits(plain)));
      const counts = header.counts[isField ? "evaluate" : "solve"]!;
      expect(device.counts.programmed).toBe(header.matrices.reduce((sum, { count }) => sum + count, 0));
      if (counts.isStatic)
        expect([device.counts.apply, device.counts.applyTransposed, device.counts.accumulate]).toEqual([
          counts.forwardReads,
          counts.transposedReads,
          counts.outerProducts,
        ]);
      const before = { ...device.counts };
      expect(mapped.gradient()).toBe(plain.gradient());
      expect(unsigned(bits(mapped))).toEqual(unsigned(bits(plain)));
      // The gradient asks for no array of its own.
      expect(device.counts.programmed).toBe(before.programmed);
      const asked = header.counts["gradient"]!;
      if (asked.isStatic)
        expect([
          device.counts.apply - before.apply,
          device.counts.applyTransposed - before.applyTransposed,
          device.counts.accumulate - before.accumulate,
        ]).toEqual([asked.forwardReads, asked.transposedReads, asked.outerProducts]);
      expect(device.counts.apply).toBeGreaterThan(0);
      // On tiles, with transposed reads scaled by powers of two, it is the same.
      const tiles = idealDevice({ tileRows: 7, tileColumns: 5, scaleTransposed: true });
      mapped.connect(tiles);
      expect(mapped.gradient()).toBe(0);
      expect(unsigned(bits(mapped))).toEqual(unsigned(bits(plain)));
      const report = tiles.report();
      expect([report.forwardReads, report.transposedReads, report.outerProducts]).toEqual([
        device.counts.apply - before.apply,
        device.counts.applyTransposed - before.applyTransposed,
        device.counts.accumulate - before.accumulate,
      ]);
    });
  }
});

const layers = `import { ode, mat, vec, tensor } from "odegrad";
export const net = ode({
  state: { x: vec(3, [0.3, -0.2, 0.5]) },
  params: { W: tensor([4, 3, 3], (l, i, j) => 0.3 * Math.sin(1 + l + 2 * i - 3 * j)), V: mat(3, 3, (i, j) => 0.2 * Math.cos(i - 2 * j)) },
  rhs: ({ x }, { W, V }) => {
    const h = vec(3);
    for (let i = 0; i < 3; i++) h[i] = x[i];
    for (let l = 0; l < 4; l++) {
      const z = vec(3);
      for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) z[i] += W[l][i][j] * h[j];
      for (let i = 0; i < 3; i++) h[i] = Math.tanh(z[i]);
    }
    const dx = vec(3);
    for (let j = 0; j < 3; j++) for (let i = 0; i < 3; i++) dx[j] += V[i][j] * h[i];
    return { x: dx };
  },
  loss: { terminal: ({ x }) => x[0] * x[0] + x[1] * x[2] },
  solver: { method: "rk4", t1: 1, steps: 4 },
});
`;

describe("a program", () => {
  it("has a matrix for each layer, and those that are multiplied from the left turned", async () => {
    const { plain, mapped, header } = await both("net.ode.ts", layers, {});
    expect(header.matrices).toMatchObject([
      { name: "W", count: 4, rows: 3, columns: 3, isTurned: false },
      { name: "V", count: 1, rows: 3, columns: 3, isTurned: true },
    ]);
    expect(header.digital).toEqual([]);
    mapped.connect(plainCrossbar());
    expect([mapped.gradient(), plain.gradient()]).toEqual([0, 0]);
    expect(unsigned(bits(mapped))).toEqual(unsigned(bits(plain)));
  });

  it("has the same matrices where functions become plain arithmetic, and its bits", async () => {
    const text = `import { ode, mat, vec } from "odegrad";
export const net = ode({
  state: { x: vec(3, [0.4, -0.2, 0.3]) },
  params: { W: mat(5, 3, (i, j) => 0.6 * Math.sin(i - 2 * j)), V: mat(3, 5, (i, j) => 0.5 * Math.cos(2 * i + j)), b: vec(5, 0.1) },
  rhs: ({ x }, { W, V, b }) => {
    const h = vec(5);
    for (let i = 0; i < 5; i++) { let z = b[i]; for (let j = 0; j < 3; j++) z += W[i][j] * x[j]; h[i] = Math.tanh(z); }
    const o = vec(3);
    for (let i = 0; i < 3; i++) for (let j = 0; j < 5; j++) o[i] += V[i][j] * h[j];
    return { x: o };
  },
  loss: { terminal: ({ x }) => x[0] ** 2 + x[1] },
  solver: { t1: 1, steps: 4 },
});`;
    const engine = await both("net.ode.ts", text, { math: "engine" });
    const portable = await both("net.ode.ts", text, { math: "portable" });
    expect(portable.header.matrices).toEqual(engine.header.matrices);
    const { forwardReads, transposedReads, outerProducts } = engine.header.counts["gradient"]!;
    expect(portable.header.counts["gradient"]).toMatchObject({
      forwardReads,
      transposedReads,
      outerProducts,
    });
    expect(portable.header.digital).toEqual([]);
    portable.mapped.connect(plainCrossbar());
    expect([portable.mapped.gradient(), portable.plain.gradient()]).toEqual([0, 0]);
    expect(unsigned(bits(portable.mapped))).toEqual(unsigned(bits(portable.plain)));
  });

  it("keeps the bits of products with a direction", async () => {
    const emitted = ["solve", "gradient", "jvp", "hvp"];
    const { plain, mapped } = await both("net.ode.ts", layers, { emit: emitted });
    mapped.connect(plainCrossbar());
    for (const { io } of [plain, mapped]) {
      io.state0Dot!.set([0.1, 0.2, -0.3]);
      io.paramsDot!.forEach((_, i, all) => {
        all[i] = Math.sin(i);
      });
    }
    for (const name of ["jvp", "hvp"] as const) {
      expect([mapped[name]!(), plain[name]!()]).toEqual([0, 0]);
      expect(unsigned(bits(mapped))).toEqual(unsigned(bits(plain)));
    }
  });

  it("takes a step down the gradient in the arrays", async () => {
    const { mapped } = await both("net.ode.ts", layers, {});
    const device = plainCrossbar();
    mapped.connect(device);
    mapped.gradient();
    const before = mapped.io.value[0]!;
    const weights = [...mapped.io.params!];
    const gradient = [...mapped.io.paramsBar!];
    mapped.update(0.125);
    const at = (l: number, i: number, j: number): number => 9 * l + 3 * i + j;
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) {
        expect(device.held.get(2)!.weights[3 * i + j]).toBe(
          weights[at(2, i, j)]! - 0.125 * gradient[at(2, i, j)]!,
        );
        expect(device.held.get(4)!.weights[3 * j + i]).toBe(
          weights[at(4, i, j)]! - 0.125 * gradient[at(4, i, j)]!,
        );
      }
    // The next run leaves alone what was trained in place.
    mapped.solve();
    expect(device.counts.programmed).toBe(5);
    expect(mapped.io.value[0]).toBeLessThan(before);
    mapped.io.params![at(2, 1, 1)]! += 0.5;
    mapped.solve();
    expect(device.counts.programmed).toBe(6);
    mapped.program(true);
    expect(device.counts.programmed).toBe(11);
    // A change in `io` comes before an update, which is not lost by it.
    mapped.io.params![at(3, 0, 0)] = 0.25;
    mapped.update(0.125);
    mapped.solve();
    expect(device.counts.programmed).toBe(12);
    expect(device.held.get(3)!.weights[0]).toBe(0.25 - 0.125 * mapped.io.paramsBar![at(3, 0, 0)]!);
  });

  it("leaves what was trained in the arrays there when a named run has other weights", async () => {
    const { mapped } = await both("net.ode.ts", layers, {});
    const device = idealDevice();
    mapped.connect(device);
    for (let k = 0; k < 3; k++) {
      mapped.gradient();
      mapped.update(0.125);
    }
    mapped.solve();
    const trained = mapped.io.value[0]!;
    const held = [0, 1, 2, 3, 4].map((matrix) => device.read(matrix));
    const written = [...mapped.io.params!];
    const V = [0, 1, 2].map(() => [0.1, 0.2, 0.3]);
    const other = mapped.simulate({ params: { V } }).value;
    expect(other).not.toBe(trained);
    expect([...mapped.io.params!]).toEqual(written);
    expect([0, 1, 2, 3, 4].map((matrix) => device.read(matrix))).toEqual(held);
    mapped.solve();
    expect(mapped.io.value[0]).toBe(trained);
    expect(mapped.simulate({ params: { V } }).value).toBe(other);
    expect(mapped.simulate().value).toBe(trained);
    // A change in `io` is programmed at the next run, also when a named run comes in between.
    mapped.io.params!.set([0.4], 36);
    mapped.simulate({ params: { V } });
    mapped.solve();
    expect(device.read(4)[0]).toBe(0.4);
  });

  it("says what a device must have for what is asked", async () => {
    const { mapped } = await both("net.ode.ts", layers, {});
    expect(() => mapped.update(0.1)).toThrow(/no crossbar is connected.*connect/);
    expect(() => mapped.connect(null as never)).toThrow(/takes a device.*no program, apply/);
    expect(() => mapped.connect({})).toThrow(/takes a device.*no program, apply/);
    const { update: _, ...fixed } = plainCrossbar();
    mapped.connect(fixed);
    expect(mapped.gradient()).toBe(0);
    expect(() => mapped.update(0.1)).toThrow(/no update/);
    // Without a way to read back, a named run would lose what was trained.
    mapped.connect(plainCrossbar());
    mapped.gradient();
    mapped.update(0.1);
    const V = [0, 1, 2].map(() => [0.1, 0.2, 0.3]);
    expect(() => mapped.simulate({ params: { V } })).toThrow(/V: trained in its array.*no read/);
    expect(mapped.simulate().status).toBe(0);
  });

  it("holds the matrices of one module on one device", async () => {
    const [one, other] = [await both("net.ode.ts", layers, {}), await both("net.ode.ts", layers, {})];
    const device = idealDevice();
    one.mapped.connect(device);
    expect(() => other.mapped.connect(device)).toThrow(/matrices of another module, of the model net/);
    expect(() => other.mapped.solve()).toThrow(/no crossbar is connected/);
    // The same module again, and a device that another one has left.
    one.mapped.connect(device);
    expect(one.mapped.gradient()).toBe(0);
    one.mapped.connect(idealDevice());
    other.mapped.connect(device);
    expect(() => one.mapped.connect(device)).toThrow(/another module/);
    expect([one.mapped.gradient(), other.mapped.gradient(), one.plain.gradient()]).toEqual([0, 0, 0]);
    expect(unsigned(bits(one.mapped))).toEqual(unsigned(bits(one.plain)));
    expect(unsigned(bits(other.mapped))).toEqual(unsigned(bits(one.plain)));
  });

  it("refuses weights that are no numbers, and to run without a crossbar", async () => {
    const { mapped } = await both("net.ode.ts", layers, {});
    expect(() => mapped.solve()).toThrow(/no crossbar is connected.*connect/);
    const device = plainCrossbar();
    mapped.connect(device);
    expect(mapped.gradient()).toBe(0);
    mapped.io.params![3] = Number.NaN;
    expect(mapped.gradient()).toBe(8);
    expect([...mapped.io.paramsBar!, ...mapped.io.value].every(Number.isNaN)).toBe(true);
    expect(device.counts.programmed).toBe(5);
    mapped.io.params![3] = 1;
    expect(mapped.gradient()).toBe(0);
  });

  it("says where a matrix is read digitally, and why", async () => {
    const part = layers
      .replace("x[0] * x[0] + x[1] * x[2] }", "x[0] * x[0] + p.V[0][0] * x[2] }")
      .replace("({ x }) =>", "({ x }, p) =>");
    const { header } = await both("net.ode.ts", part, {});
    expect(header.digital).toEqual([
      { matrix: "V", line: 17, column: expect.any(Number), reason: "read entry by entry" },
    ]);
  });

  it("lists matrices that are on no array: those that are trained, and others in products", async () => {
    const text = `import { ode, mat, vec, dot } from "odegrad";
export const part = ode({
  state: { x: vec(5, 0.3) },
  params: { R: mat(6, 5, (i, j) => Math.sin(i + 2 * j)), W: mat(5, 1, 0.2) },
  data: { seen: mat(3, 5, 0.1), D: mat(6, 5, 0.1) },
  rhs: ({ x }, { R, W }, { data }) => {
    const y = vec(5);
    for (let i = 0; i < 5; i++) for (let j = 0; j < 5; j++) y[i] += R[i + 1][j] * x[j];
    for (let i = 0; i < 5; i++) for (let j = 0; j < 5; j++) y[i] += data.D[i + 1][j] * x[j];
    for (let i = 0; i < 5; i++) y[i] += W[i][0] + data.seen[1][i];
    return { x: y };
  },
  loss: { terminal: ({ x }) => dot(x, x) },
  solver: { method: "euler", t1: 1, steps: 3 },
});
`;
    const { mapped, plain, header } = await both("part.ode.ts", text);
    expect(header.matrices).toEqual([]);
    const at = (matrix: string, line: number, reason: string) => ({
      matrix,
      line,
      column: expect.any(Number),
      reason,
    });
    expect(header.digital).toEqual([
      at("R", 8, "only a part of the matrix"),
      at("D", 9, "only a part of the matrix"),
      at("W", 10, "read entry by entry"),
    ]);
    mapped.connect(idealDevice());
    expect([mapped.gradient(), plain.gradient()]).toEqual([0, 0]);
    mapped.update(0.1);
    expect(unsigned(bits(mapped))).toEqual(unsigned(bits(plain)));
  });

  it("says that counts are bounds where values decide between ways", async () => {
    const text = layers.replace("const dx = vec(3);\n", "const dx = vec(3);\n    if (x[0] > 0)\n");
    const { mapped, header } = await both("net.ode.ts", text, {});
    const [solve, whole] = [
      header.counts["solve"]!,
      (await both("net.ode.ts", layers, {})).header.counts["solve"]!,
    ];
    expect([solve.isStatic, solve.isBound, whole.isStatic]).toEqual([false, true, true]);
    expect(solve.forwardReads + solve.transposedReads).toBe(whole.forwardReads + whole.transposedReads);
    const device = plainCrossbar();
    mapped.connect(device);
    mapped.io.state0!.set([-0.3, 0, 0]);
    expect(mapped.solve()).toBe(0);
    const { apply, applyTransposed } = device.counts;
    expect(apply + applyTransposed).toBeLessThan(solve.forwardReads + solve.transposedReads);
  });

  it.each([
    ["[0.5, 1]", "revolve"],
    ["[0, 0.5, 1]", "revolve"],
    ["[0.5, 1]", "step"],
  ])("counts products of observations once each: at %s, %s", async (times, adjoint) => {
    const text = layers
      .replace(
        "loss: { terminal: ({ x }) => x[0] * x[0] + x[1] * x[2] }",
        "loss: { at: ({ x }, { W }) => { const h = matvec(W[1], x); return dot(h, h); } }",
      )
      .replace("solver:", `times: ${times},\n  solver:`)
      .replace("{ ode,", "{ ode, dot, matvec,");
    const { mapped, plain, header } = await both("net.ode.ts", text, { adjoint, checkpoints: 3, steps: 10 });
    const device = plainCrossbar();
    mapped.connect(device);
    expect([mapped.gradient(), plain.gradient()]).toEqual([0, 0]);
    expect(unsigned(bits(mapped))).toEqual(unsigned(bits(plain)));
    const { apply, applyTransposed, accumulate } = device.counts;
    expect(header.counts["gradient"]).toMatchObject({
      isStatic: true,
      forwardReads: apply,
      transposedReads: applyTransposed,
      outerProducts: accumulate,
    });
  });

  it("reads as it runs", async () => {
    const { header } = await both("net.ode.ts", layers, {});
    const start = header.program.findIndex((line: string) => line.startsWith("function rhs_kernel "));
    expect(start).toBeGreaterThan(0);
    const end = header.program.indexOf("  return", start);
    expect(header.program.slice(0, 2)).toEqual(["prog W 3 3 x 4", "prog V' 3 3"]);
    expect(header.program.slice(start, end + 1).join("\n")).toMatchInlineSnapshot(`
      "function rhs_kernel at_x_x#2
        loop i 0 3
          let x#2 = x_x#14[at_x_x#2, i]
          h#8[i] = x#2
        end
        loop l 0 4
          loop i#5 0 3
            z#4[i#5] = 0
          end
          mvm W[l] z#4[*] h#8[*] none
          loop i#3 0 3
            let z#3 = z#4[i#3]
            let h#3 = tanh(z#3)
            h#8[i#3] = h#3
          end
        end
        loop i#6 0 3
          k_x#16[at_x_x#2, i#6] = 0
        end
        mvm V' k_x#16[at_x_x#2, *] h#8[*] none
        return"
    `);
  });
});

/** Goes forward on its array; the adjoint multiplies entry by entry. `turned`: multiplied from the left. */
const cubic = (place: string) => `import { ode, mat, vec, dot } from "odegrad";
export const cubic = ode({
  state: { x: vec(2, [0.6, -0.5]) },
  params: { b: 0.1, P: mat(2, 2, [0.1, 0.7, -0.6, 0.2]) },
  rhs: ({ x }, { b, P }) => {
    const c = vec(2);
    for (let i = 0; i < 2; i++) for (let j = 0; j < 2; j++) c[i] += ${place} * x[j] ** 3;
    for (let i = 0; i < 2; i++) c[i] += 0 * b;
    return { x: c };
  },
  loss: { terminal: ({ x }) => dot(x, x) },
  solver: { method: "euler", t1: 1, steps: 10 },
});
`;

describe("a matrix that is read digitally too", () => {
  it.each([
    ["P[i][j]", false],
    ["P[j][i]", true],
  ])("stays one matrix in training: %s", async (place, isTurned) => {
    const { plain, mapped, header } = await both("cubic.ode.ts", cubic(place));
    expect(header.matrices).toMatchObject([{ name: "P", isTurned }]);
    expect(header.digital).not.toEqual([]);
    const device = idealDevice();
    mapped.connect(device);
    for (let k = 0; k < 30; k++) {
      expect([mapped.gradient(), plain.gradient()]).toEqual([0, 0]);
      expect(unsigned(bits(mapped))).toEqual(unsigned(bits(plain)));
      mapped.update(0.1);
      for (let i = 1; i < 5; i++) plain.io.params![i]! -= 0.1 * plain.io.paramsBar![i]!;
    }
    const { pulses, forwardReads } = device.report();
    expect(mapped.gradient()).toBe(0);
    // Nothing is programmed again; each update read a column after the other.
    expect(device.report().pulses).toBe(pulses);
    expect(forwardReads).toBe(30 * (header.counts["gradient"]!.forwardReads + 2));
  });

  it("holds what the cells do, as far as they do what they are told", async () => {
    const { plain, mapped } = await both("cubic.ode.ts", cubic("P[i][j]"));
    const device = crossbar({ update: "pulses", programmingNoise: "constant", weightMargin: 2, seed: 4 });
    mapped.connect(device);
    for (let k = 0; k < 5; k++) {
      mapped.gradient();
      mapped.update(0.1);
      plain.io.params!.set(mapped.io.params!);
      expect([...device.read(0)]).toEqual([...mapped.io.params!.subarray(1)]);
    }
    mapped.gradient();
    plain.gradient();
    for (let i = 1; i < 5; i++) expect(mapped.io.paramsBar![i]).toBeCloseTo(plain.io.paramsBar![i]!, 12);
  });

  it("is not trained in an array that cannot be read back", async () => {
    const { mapped } = await both("cubic.ode.ts", cubic("P[i][j]"));
    const device = plainCrossbar();
    mapped.connect(device);
    mapped.gradient();
    expect(() => mapped.update(0.1)).toThrow(/P: read digitally too.*no read/);
    expect(device.counts.update).toBe(0);
  });
});
