/** Dependences hold every derivative that is not 0, on random functions too; colours never meet in a row. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coloursOf, dependences } from "../../compiler/analysis/sparsity.ts";
import { jvp } from "../../compiler/differentiate/forward.ts";
import { normalise } from "../../compiler/differentiate/normalise.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import type { Fn, Statement } from "../../compiler/ir/nodes.ts";
import { compiled } from "../support/compiled.ts";
import { inputs, randomFunction, results } from "../support/random-function.ts";
import { numbers, run, size } from "../support/vectors.ts";

const context = { arrays: [], functions: [] };
const names = inputs.map(({ name }) => name);

describe("random functions", () => {
  it("depend on what their derivatives say, and on more at most", () => {
    const choices = fc.array(fc.nat(1000), { minLength: 40, maxLength: 200, size: "max" });
    let [all, found] = [0, 0];
    fc.assert(
      fc.property(choices, (list) => {
        const fn = randomFunction(list);
        const { body } = normalise(fn, context);
        const rows = dependences(
          fn,
          body,
          names,
          results.map(({ name }) => name),
          [],
        );
        if (rows === undefined) return;
        const point = Object.fromEntries(inputs.map((one, i) => [one.name, numbers(i + 1, size(one.shape))]));
        const tangent = jvp(fn, new Set(names), context);
        let column = 0;
        for (const input of inputs)
          for (let e = 0; e < size(input.shape); e++, column++) {
            const dots = Object.fromEntries(
              inputs.map((one) => [
                `${one.name}_dot`,
                Float64Array.from({ length: size(one.shape) }, (_, i) => (one === input && i === e ? 1 : 0)),
              ]),
            );
            const arrays = run(tangent, { t: 0.7, ...point, ...dots });
            const change = results.flatMap(({ name }) => [...arrays.get(`${name}_dot`)!]);
            change.forEach((value, i) => {
              const depends = ((rows[i]! >> BigInt(column)) & 1n) === 1n;
              all++;
              if (depends) found++;
              if (value !== 0) expect(depends, `${i} of ${column}`).toBe(true);
            });
          }
      }),
      { numRuns: 300, seed: 1 },
    );
    // Not by saying that everything depends on everything.
    expect(found).toBeLessThan(0.8 * all);
    expect(found).toBeGreaterThan(0.02 * all);
  });
});

describe("branches that ask for indices", () => {
  const n = 6;
  const at = affine.index("i");
  const real = (form: affine.Affine) => build.integerValue(form);
  /** Adds a multiple of one entry to another where both are there; `isSelect`: reads guarded by the expression. */
  const shifted = (to: number, from: number, isSelect: boolean): Statement[] => {
    const [up, on] = [affine.offset(at, to), affine.offset(at, from)];
    const inside = (form: affine.Affine) =>
      build.and(
        build.compare("ge", real(form), build.zero),
        build.not(build.compare("ge", real(form), build.number(n))),
      );
    const read = build.read("x", [on]);
    const value = isSelect ? build.select(inside(on), read, build.zero) : read;
    const add = build.accumulate("y", [up], build.mul(build.number(1.5), value));
    return [build.branch(isSelect ? inside(up) : build.and(inside(up), inside(on)), [add])];
  };
  const clear = build.loop("j", affine.integer(0), affine.integer(n), [
    build.store("y", [affine.index("j")], build.zero),
  ]);
  const functionOf = (body: readonly Statement[]): Fn => ({
    name: "shifts",
    parameters: [
      { kind: "array", name: "x", element: "real", shape: [n], access: "in" },
      { kind: "array", name: "y", element: "real", shape: [n], access: "out" },
    ],
    body: [clear, build.loop("i", affine.integer(0), affine.integer(n), body)],
  });
  const rowsOf = (fn: Fn) => dependences(fn, normalise(fn, context).body, ["x"], ["y"], [])!;
  /** By the matrix itself, which has no negative entry: nothing cancels. */
  const matrixOf = (fn: Fn): bigint[] => {
    const rows = new Array<bigint>(n).fill(0n);
    for (let j = 0; j < n; j++) {
      const unit = Float64Array.from({ length: n }, (_, i) => (i === j ? 1 : 0));
      const y = run(fn, { x: unit }).get("y")!;
      rows.forEach((_, i) => {
        if (y[i] !== 0) rows[i]! |= 1n << BigInt(j);
      });
    }
    return rows;
  };
  const shift = fc.tuple(fc.integer({ min: -7, max: 7 }), fc.integer({ min: -7, max: 7 }), fc.boolean());

  it("are taken as they fall: the pattern is that of the matrix", () => {
    fc.assert(
      fc.property(fc.array(shift, { minLength: 1, maxLength: 4 }), (shifts) => {
        const fn = functionOf(shifts.flatMap((one) => shifted(...one)));
        expect(rowsOf(fn)).toEqual(matrixOf(fn));
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it("are missed by nothing behind a test of values", () => {
    fc.assert(
      fc.property(
        fc.array(shift, { minLength: 1, maxLength: 3 }),
        fc.array(shift, { minLength: 1, maxLength: 3 }),
        (left, right) => {
          const [then, other] = [left, right].map((all) => all.flatMap((one) => shifted(...one)));
          const test = build.compare("gt", build.read("x", [at]), build.number(0.5));
          const both = rowsOf(functionOf([build.branch(test, then!, other!)]));
          const one = matrixOf(functionOf(then!)).map((row, i) => row | matrixOf(functionOf(other!))[i]!);
          expect(both).toEqual(one);
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });

  it("may guard a subscript by what is known to no one but the run", () => {
    // i + k(x) < n, with k ≥ 1: the entry behind the last is asked for by the walk alone.
    const on = affine.offset(at, 1);
    const test = build.compare(
      "lt",
      build.add(real(on), build.primitive("abs", [build.read("x", [at])])),
      build.number(n),
    );
    const fn = functionOf([build.branch(test, [build.accumulate("y", [on], build.read("x", [on]))])]);
    expect(rowsOf(fn)).toEqual(Array.from({ length: n }, (_, i) => (i === 0 ? 0n : 1n << BigInt(i))));
  });

  it.each(["esdirk4", "radau5", "rodas4", "gauss2"])(
    "%s: a guarded write behind the entry",
    async (method) => {
      const text = `import { ode, vec } from "odegrad";
const n = 6;
export const scatter = ode({
  state: { u: vec(n, 0.3) },
  rhs: ({ u }) => {
    const d = vec(n);
    for (let i = 0; i < n; i++) {
      d[i] -= u[i];
      if (i + 1 < n) d[i + 1] -= u[i + 1];
    }
    return { u: d };
  },
  loss: { terminal: ({ u }) => u[0] + u[5] },
  solver: { t1: 1, steps: 200 },
});`;
      const { engine, problem } = await compiled(text, { method }, false);
      const { value, state0, status } = engine.gradient(problem);
      expect(status).toBe(0);
      // u₀' = -u₀, and all others fall twice as fast.
      expect(Math.abs(value - 0.3 * (Math.exp(-1) + Math.exp(-2)))).toBeLessThan(1e-9);
      expect(Math.abs(state0[0]! - Math.exp(-1))).toBeLessThan(1e-8);
      expect(Math.abs(state0[5]! - Math.exp(-2))).toBeLessThan(1e-8);
    },
  );
});

describe("colours", () => {
  it("of a band are as many as it is wide", () => {
    const rows = Array.from({ length: 30 }, (_, i) =>
      [i - 1, i, i + 1].filter((j) => j >= 0 && j < 30).reduce((all, j) => all | (1n << BigInt(j)), 0n),
    );
    expect(Math.max(...coloursOf(rows, 30)) + 1).toBe(3);
  });

  it("never meet in a row", () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 0n, max: (1n << 12n) - 1n }), { minLength: 12, maxLength: 12 }),
        (rows) => {
          const colours = coloursOf(rows, 12);
          for (const row of rows) {
            const own = colours.filter((_, j) => ((row >> BigInt(j)) & 1n) === 1n);
            expect(new Set(own).size).toBe(own.length);
          }
        },
      ),
    );
  });
});

/** A ring of cells, an upper triangle in scalars, and a branch that hides what a cell depends on. */
const ring = (n: number): string => `import { ode, vec } from "odegrad";
export const ring = ode({
  state: { u: vec(${n}, (i) => Math.sin(0.3 * i)), v: 0.4 },
  params: { D: 2, k: 1.5 },
  rhs: ({ u, v }, { D, k }) => {
    const du = vec(${n});
    for (let i = 0; i < ${n}; i++) {
      let source = k * (u[i] - u[i] ** 3);
      if (u[i] > 0.2) source = source * (1 + (u[i] - 0.2) ** 3 * u[(i + 2) % ${n}]);
      du[i] = D * (u[(i + 1) % ${n}] - 2 * u[i] + u[(i + ${n} - 1) % ${n}]) + source;
    }
    return { u: du, v: u[0] - v };
  },
  loss: { terminal: ({ u, v }) => u[0] * u[3] + v },
  solver: { t1: 0.5, steps: 6 },
});`;

describe("a Jacobian of few tangents", () => {
  it.each(["radau5", "gauss2", "rodas4"])(
    "%s: solves the same system",
    { timeout: 60_000 },
    async (method) => {
      const { engine, problem, c, code } = await compiled(ring(12), {
        method,
        emit: ["solve", "gradient", "jvp"],
      });
      expect(code).toMatch(/colour/);
      const gradients = engine.gradient(problem);
      expect(gradients.status).toBe(0);
      const along = { state0: problem.state0.map((_, i) => Math.cos(i)), params: Float64Array.of(0.3, -0.7) };
      const sum =
        gradients.state0.reduce((total, value, i) => total + value * along.state0[i]!, 0) +
        gradients.params.reduce((total, value, i) => total + value * along.params[i]!, 0);
      expect(Math.abs(engine.jvp!(problem, along).change.value - sum)).toBeLessThan(1e-12);
      expect(c?.gradient(problem).value ?? gradients.value).toBeCloseTo(gradients.value, 13);
      // Against a method that takes no Jacobian.
      const other = await compiled(ring(12), { method: "rk4", steps: 400 }, false);
      const fine = await compiled(ring(12), { method, steps: 200 }, false);
      const value = other.engine.solve(other.problem).value;
      expect(Math.abs(fine.engine.solve(fine.problem).value - value)).toBeLessThan(1e-8);
      c?.close();
    },
  );
});
