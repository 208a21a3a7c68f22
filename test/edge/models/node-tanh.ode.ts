import { mat, ode, vec } from "odegrad";

export const nodeTanh = ode({
  state: { x: vec(4, [0.5, -0.25, 1.0, 0.125]) },
  params: { W1: mat(8, 4), b1: vec(8), W2: mat(4, 8), b2: vec(4) },
  data: { y: vec(4, [0, 0.5, -0.5, 0.25]) },
  rhs: ({ x }, { W1, b1, W2, b2 }) => {
    const a = vec(8);
    for (let i = 0; i < 8; i++) {
      let s = b1[i]!;
      for (let j = 0; j < 4; j++) s += W1[i]![j]! * x[j]!;
      a[i]! = Math.tanh(s);
    }
    const dx = vec(4);
    for (let i = 0; i < 4; i++) {
      let s = b2[i]!;
      for (let j = 0; j < 8; j++) s += W2[i]![j]! * a[j]!;
      dx[i]! = s;
    }
    return { x: dx };
  },
  loss: {
    terminal: ({ x }, _params, { data }) => {
      let s = 0;
      for (let i = 0; i < 4; i++) s += (x[i]! - data.y[i]!) ** 2;
      return 0.5 * s;
    },
  },
  solver: { method: "rk4", t1: 1.25, steps: 20 },
});
