import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1, u: vec(3, 0.5) },
  params: { k: 2 },
  rhs: ({ x, u }, { k }) => {
    let y = 0;
    for (let i = 0; i < 3; i++) y += u[i];
    return { x: -k * x * y, u: u.map((each) => -each) };
  },
});
