/** The figures of a residual network are what they say: compared with what happens. */

import { describe, expect, it } from "vitest";
import { residualNetwork } from "../../compiler/verify/residual-network.ts";
import { compiled } from "../support/compiled.ts";

const network = (
  depth: number,
  isSmooth: boolean,
): string => `import { hold, mat, matvec, ode, vec } from "odegrad";
const d = 6;
const N = ${depth};
export const net = ode({
  state: { x: vec(d, (i) => Math.sin(i + 1)) },
  inputs: {
    layer: hold(N, { W: mat(d, d), b: vec(d) }, (k) => ({
      W: mat(d, d, (i, j) => 0.5 * Math.sin(1.3 * i - 0.7 * j + ${isSmooth ? "2 * k / N" : "1e4 * Math.sin(k + 1)"})),
      b: vec(d, (i) => Math.cos(i + ${isSmooth ? "3 * k / N" : "1e4 * Math.cos(k + 1)"})),
    })),
  },
  rhs: ({ x }, _params, { inputs: { layer } }) => ({
    x: matvec(layer.W, x).map((z, i) => Math.tanh(z + layer.b[i])),
  }),
  loss: { terminal: ({ x }) => x[0] * x[1] },
  solver: { method: "euler", t1: 1, steps: N },
});
`;

async function figures(depth: number, isSmooth: boolean, method = "euler") {
  const made = await compiled(network(depth, isSmooth), { method }, false);
  return { made, network: residualNetwork(made.loaded, made.module, made.problem)! };
}

describe("a residual network", () => {
  it("has rough weights, or weights that change by 1 / depth", async () => {
    const [coarse, fine] = [await figures(16, true), await figures(64, true)];
    expect(coarse.network.roughness / fine.network.roughness).toBeCloseTo(4, 0);
    expect((await figures(64, false)).network.roughness).toBeGreaterThan(0.5);
  });

  it.each(["euler", "heun"])("%s: is told the deviation that the guard measures", async (method) => {
    const { network: found } = await figures(32, true, method);
    const { engine, problem } = await compiled(network(32, true), { method, adjoint: "reversible" }, false);
    const { deviation } = engine.gradient(problem);
    expect(Math.abs(found.deviation / deviation! - 1)).toBeLessThan(1e-6);
    expect(found.recoveryOrder).toBe(method === "euler" ? 1 : 3);
    const deeper = await figures(64, true, method);
    expect(Math.log2(found.deviation / deeper.network.deviation)).toBeCloseTo(found.recoveryOrder, 0);
  });

  it("is within the bound of its ODE, which is not vacuous", async () => {
    const { network: found, made } = await figures(32, true);
    const fine = await compiled(network(32, true), { method: "rk4", steps: 32 * 8 }, false);
    const [x, y] = [made.engine.solve(made.problem).states, fine.engine.solve(fine.problem).states];
    const away = Math.hypot(...x.map((value, i) => value - y[i]!)) / Math.hypot(...x);
    expect(found.distance!).toBeGreaterThan(away);
    expect(found.distance!).toBeLessThan(30 * away);
  });

  it("has a norm that no product with the Jacobian exceeds", async () => {
    const { network: found, made } = await figures(8, true);
    const { problem, loaded } = made;
    const inputs = Float64Array.from({ length: 42 }, (_, i) =>
      i < 36 ? problem.inputs[i]! : problem.inputs[8 * 36 + i - 36]!,
    );
    for (let seed = 1; seed < 20; seed++) {
      const v = Float64Array.from({ length: 6 }, (_, i) => Math.sin(seed * (i + 1)));
      const out = new Float64Array(6);
      loaded.fieldJvp(0, problem.state0, inputs, v, new Float64Array(42), out);
      expect(Math.hypot(...out) / Math.hypot(...v)).toBeLessThanOrEqual(found.lipschitz * (1 + 1e-9));
    }
  });

  it("is no other model", async () => {
    const rk4 = await compiled(network(8, true), { method: "rk4" }, false);
    expect(residualNetwork(rk4.loaded, rk4.module, rk4.problem)).toBeUndefined();
    const more = await compiled(network(8, true), { method: "euler", steps: 16 }, false);
    expect(residualNetwork(more.loaded, more.module, more.problem)).toBeUndefined();
  });
});
