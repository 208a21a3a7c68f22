import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import * as bundled from "../../runtime/authoring.ts";
import * as full from "../../runtime/index.ts";
import { cases, load } from "./reference.ts";

const path = (file: string) => fileURLToPath(new URL(`../../runtime/${file}`, import.meta.url));

describe("the entry", () => {
  test("of bundles is smaller than 5 kB minified", async () => {
    const how = { bundle: true, minify: true, format: "esm", write: false, metafile: true } as const;
    const { outputFiles, metafile } = await build({ entryPoints: [path("authoring.ts")], ...how });
    expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
    expect(outputFiles[0]!.contents.length).toBeLessThan(5000);
  });

  test("has the same names with and without the un-compiled solve", () => {
    expect(Object.keys(bundled).sort()).toEqual(Object.keys(full).sort());
  });

  test("runs models un-compiled, which the entry of bundles refuses", () => {
    const declaration = { state: { y: 1 }, rhs: () => ({ y: 1 }), solver: { t1: 1, steps: 1 } };
    expect(full.ode(declaration).simulate().state.y).toEqual([2]);
    expect(() => bundled.ode(declaration).simulate()).toThrow("simulate: not compiled");
  });
});

test("the runtime imports nothing from outside its folder", () => {
  for (const file of readdirSync(path("."))) {
    const text = readFileSync(path(file), "utf8");
    for (const [, from] of text.matchAll(/from "([^"]+)"/g))
      expect(`${file}: ${from}`).toMatch(/: \.\/[^/]+\.ts$/);
  }
});

describe("kernel", () => {
  test("returning and in place", () => {
    const solver = { method: "rk4", t1: 1, steps: 10 } as const;
    const a = full.kernel({
      state: 2,
      params: ["k", "c"],
      rhs: (_t, y, p) => [y[1]!, p[0]! - p[1]! * y[1]!],
      solver,
    });
    const b = full.kernel({
      state: 2,
      params: ["k", "c"],
      rhs: (_t, y, p, dy) => {
        dy[0] = y[1]!;
        dy[1] = p[0]! - p[1]! * y[1]!;
      },
      solver,
    });
    const params = { k: 2, c: 0.5 };
    expect(a.simulate({ params }).state.y[0]![1]).toBeCloseTo(4 * (1 - Math.exp(-0.5)), 6);
    expect(a.simulate({ params })).toEqual(b.simulate({ params }));
  });
});

describe("field", () => {
  type Net = ReturnType<typeof full.field<Float64Array, number>>;

  for (const wanted of cases("field-mlp").filter(
    ({ command, value }) => command === "eval" && value !== undefined,
  )) {
    test(`value ${wanted.file ?? ""} ${wanted.args.join(" ")}`, async () => {
      const net = (await load("field-mlp", wanted.file)) as unknown as Net;
      const point = wanted.args[1]?.split(",").map(Number);
      expect(net.value(point && Float64Array.from(point))).toBeCloseTo(wanted.value!, 14);
    });
  }

  test("loss is the mean over the points", () => {
    const net = full.field({
      point: full.vec(1, [3]),
      params: { a: 2 },
      data: { target: [1, 2] },
      value: (x, { a }) => a * x[0]!,
      loss: { at: (value, x, _params, { data, k }) => value + x[0]! + data.target[k]! },
    });
    expect(net.loss()).toBe(6 + 3 + 1);
    expect(net.loss({ points: [full.vec(1, [1]), full.vec(1, [2])], params: { a: 4 } })).toBe(
      (4 + 1 + 1 + 8 + 2 + 2) / 2,
    );
    expect(() => net.gradient()).toThrow("gradient: not compiled");
    expect(() => net.operator("laplacian")).toThrow("not compiled");
  });
});

describe("operators", () => {
  const u = (x: Float64Array) => x[0]!;

  test("throw when they are evaluated, not when they are written", () => {
    for (const applied of [
      full.laplacian(full.laplacian(u)),
      full.gradient(u),
      full.hessian(u),
      full.biharmonic(u),
      full.weightedLaplacian([[1]])(u),
      full.linearOperator([{ c: 1, alpha: [2] }])(u),
    ]) {
      expect(() => applied(full.vec(1))).toThrow(/not compiled.*odegrad compile/);
    }
  });

  test("keep what they are and their coefficients", () => {
    const sigma = [[1, 0]];
    expect(full.laplacian.operator).toBe("laplacian");
    expect({ ...full.weightedLaplacian(sigma) }).toMatchObject({
      operator: "weightedLaplacian",
      operands: [sigma, undefined],
    });
    expect(full.stochastic("laplacian", { samples: 4, distribution: "rademacher" }).operands[1]).toEqual({
      samples: 4,
      distribution: "rademacher",
    });
  });
});
