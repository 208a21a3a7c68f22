import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1, u: vec(3, 0.5) },
  params: { k: 2 },
  rhs: ({ x, u }, { k }) => {
    let y = 1;
    if (Number.isFinite(x)) y = 2;
    if (isNaN(k)) y = 3;
    return { x: -k * x * y, u: u.map((each) => -each) };
  },
});
