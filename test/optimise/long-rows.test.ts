/** Rows of generated C that are longer than what compilers unroll have in front of them what is the same along them. */

import { expect, it } from "vitest";
import { compile } from "../../compiler/index.ts";

const net = (hidden: number): string => `import { mat, ode, vec } from "odegrad";
export const net = ode({
  state: { x: vec(8, 0.5) },
  params: { V: mat(${hidden}, 8), W: mat(8, ${hidden}) },
  rhs: ({ x }, { V, W }) => {
    const a = vec(${hidden});
    for (let i = 0; i < ${hidden}; i++) {
      let s = 0;
      for (let j = 0; j < 8; j++) s += V[i]![j]! * x[j]!;
      a[i] = s / (1 + Math.abs(s));
    }
    const dx = vec(8);
    for (let i = 0; i < 8; i++) {
      let s = 0;
      for (let j = 0; j < ${hidden}; j++) s += W[i]![j]! * a[j]!;
      dx[i] = s;
    }
    return { x: dx };
  },
  loss: { terminal: ({ x }) => x[0]! },
  solver: { method: "rk4", t1: 1, steps: 4 },
});
`;

/** What is multiplied by the columns of V in the field: the state, or scalars with its entries. */
function multipliers(hidden: number): string[] {
  const { outputs } = compile(net(hidden), { target: ["c"], emit: ["gradient"] });
  const source = outputs.find(({ name }) => name === "net.c")!.text;
  const [field] = /static void net_rhs_kernel[\s\S]*?^}/m.exec(source)!;
  return [...field.matchAll(/V_columns\[.*?\]\[i\] \*\s+([a-z_]+)/g)].map(([, by]) => by!);
}

it.each([
  [64, "x_x"],
  [16, "ws"],
] as const)("rows of %i", (hidden, by) => {
  const found = multipliers(hidden);
  expect(found.length).toBe(4);
  for (const each of found) expect(each).toMatch(new RegExp(`^${by}_?$`));
});
