/**
 * Gradients for knots and for what `initial` reads, against a solve that shares nothing with this project: classical
 * RK4 in NumPy, SciPy's natural `CubicSpline`, and a complex step through each parameter and knot.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readModels } from "../../compiler/frontend/index.ts";
import { odegrad } from "../support/command.ts";

const file = join(import.meta.dirname, "models/knots.ode.ts");

const value = 2.243434615753363;

/** params k, e; the 6 knots of u; of each knot of w its a[0], a[1] and b. */
const gradient = [
  1.2403945802257372, 2.4116691690591483, 1.5084072523776269, 0.42726861481789313, 0.26473464191775653,
  0.24167285761855195, 0.2041950868333595, 0.5573534509503152, -0.002932641671560079, 0.05371794526587778,
  0.5522647529118541, -0.07812387276590116, 0.20558831195813015, 1.4569833750192882, -0.07904142025173681,
  0.44518409248381513, 1.0992457875743396, 0.045668845240755825, 0.3106389133420737, 0.4753751347397093,
];

it.each(
  ["symplectic", "step", "store-all"].flatMap((adjoint) => ["js", "c"].map((target) => [adjoint, target])),
)("agree to rounding: %s, %s", async (adjoint, target) => {
  const words = ["grad", file, "--adjoint", adjoint!, "--target", target!, "--json"];
  const { code, out, err } = await odegrad(words);
  expect(code, err).toBe(0);
  const document = JSON.parse(out);
  const { params, state, inputs } = document.gradient;
  expect(state).toBeUndefined();
  const own: number[] = [
    params.k,
    params.e,
    ...inputs.u,
    ...(inputs.w as { a: number[]; b: number }[]).flatMap(({ a, b }) => [...a, b]),
  ];
  expect(own).toHaveLength(gradient.length);
  const scale = Math.max(...gradient.map(Math.abs));
  expect(Math.abs(document.value / value - 1)).toBeLessThan(1e-13);
  own.forEach((entry, i) => {
    expect(Math.abs(entry - gradient[i]!) / scale, `entry ${i}`).toBeLessThan(1e-13);
  });
});

it("a leaf that is a vector stays one where its knots are written as arrays", () => {
  const { models } = readModels(file, readFileSync(file, "utf8"), { read: () => undefined });
  const leaves = models[0]!.inputs.flatMap((input) => input.leaves);
  expect(leaves.map(({ path, shape }) => [path.join("."), shape])).toEqual([
    ["u", []],
    ["w.a", [2]],
    ["w.b", []],
  ]);
  expect(leaves[1]!.initial).toEqual([0, 1, 0.1, 0, 0.2, -1, 0.1 * 3, -2]);
});
