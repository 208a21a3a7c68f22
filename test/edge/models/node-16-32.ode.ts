import { mat, ode, vec } from "odegrad";

export const node = ode({
  state: { x: vec(16, (i: number) => 0.125 * (i % 5) - 0.25) },
  params: { W1: mat(32, 16), b1: vec(32), W2: mat(16, 32), b2: vec(16) },
  data: { y: vec(16, (i: number) => 0.125 * (i % 3)) },
  rhs: ({ x }, { W1, b1, W2, b2 }) => {
    const a = vec(32);
    for (let i = 0; i < 32; i++) {
      let s = b1[i]!;
      for (let j = 0; j < 16; j++) s += W1[i]![j]! * x[j]!;
      a[i]! = s / (1 + Math.abs(s));
    }
    const dx = vec(16);
    for (let i = 0; i < 16; i++) {
      let s = b2[i]!;
      for (let j = 0; j < 32; j++) s += W2[i]![j]! * a[j]!;
      dx[i]! = s;
    }
    return { x: dx };
  },
  loss: {
    terminal: ({ x }, _params, { data }) => {
      let s = 0;
      for (let i = 0; i < 16; i++) s += (x[i]! - data.y[i]!) ** 2;
      return 0.5 * s;
    },
  },
  solver: { method: "rk4", t1: 1.25, steps: 20 },
});
