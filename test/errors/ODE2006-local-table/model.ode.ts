import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1, u: vec(3, 0.5) },
  params: { k: 2 },
  rhs: ({ x, u }, { k }) => {
    const to = [2, 0];
    const y = u[to[0]];
    return { x: -k * x * y, u: u.map((each) => -each) };
  },
});
