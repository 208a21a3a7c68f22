/** A network with one hidden layer, whose products are large enough for every way that C does them in: models as text. */

/** `hidden`: units; `steps`: of RK4; `hasBias`: whether the hidden layer has one. */
export function network({
  hidden,
  steps,
  hasBias = false,
}: {
  readonly hidden: number;
  readonly steps: number;
  readonly hasBias?: boolean;
}): string {
  return `import { mat, normal, ode, vec } from "odegrad";
export const net = ode({
  state: { x: vec(8, (i) => 0.1 * i - 0.3) },
  params: { V: mat(${hidden}, 8, normal(1, 0, 0.3)), W: mat(8, ${hidden}, normal(2, 0, 0.3))${hasBias ? `, b: vec(${hidden})` : ""} },
  rhs: ({ x }, { V, W${hasBias ? ", b" : ""} }) => {
    const a = vec(${hidden});
    for (let i = 0; i < ${hidden}; i++) {
      let s = ${hasBias ? "b[i]!" : "0"};
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
  loss: { terminal: ({ x }) => { let s = 0; for (let i = 0; i < 8; i++) s += x[i]! * x[i]!; return s; } },
  solver: { method: "rk4", t1: 1, steps: ${steps} },
});
`;
}
