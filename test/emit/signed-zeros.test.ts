import { expect, it } from "vitest";
import { compile } from "../../compiler/index.ts";

it("an index that begins at 0 begins at the 0 that integers have, in every target", () => {
  const text = `import { ode, vec } from "odegrad";
export const model = ode({
  state: { u: vec(3, 1) },
  params: { k: 0.7 },
  rhs: ({ u }, { k }) => {
    const d = vec(3);
    for (let i = 0; i < 2; i++) for (let j = -i; j <= i; j++) d[j + 1] += Math.atan2(j, -k) * u[i];
    return { u: d };
  },
});`;
  const { outputs } = compile(text, { target: ["js", "c"], prefix: "m" });
  const [js, c] = [".js", ".c"].map((end) => outputs.find(({ name }) => name.endsWith(end))!.text);
  expect(js).toMatch(/let j = 0 - i; j < /);
  expect(c).toMatch(/int32_t j = -i; j < /);
});

it("an integer that is negated is a subscript still, in a function that is differentiated too", () => {
  const text = `import { gradient, ode, vec } from "odegrad";
const f = (u: Float64Array, i: number) => u[3 + i] * u[0];
export const model = ode({
  state: { u: vec(4, 0.5) },
  params: { k: 2 },
  rhs: ({ u }, { k }) => {
    const d = vec(4);
    for (let i = 0; i < 3; i++) d[i] = gradient(f)(u, -i)[3 - i] * k;
    return { u: d };
  },
});`;
  expect(compile(text, { target: ["js"] }).diagnostics).toEqual([]);
});
