import { ode, rationalTanh, vec } from "odegrad";

export const model = ode({
  state: { x: 1, u: vec(3, 0.5) },
  params: { k: 2 },
  rhs: ({ x, u }, { k }) => {
    const y = rationalTanh(x);
    return { x: -k * x * y, u: u.map((each) => -each) };
  },
});
