import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1, u: vec(3, 0.5) },
  params: { k: 2 },
  rhs: ({ x, u }, { k }) => {
    let y = 0;
    for (let i = 0; i < 2.5; i++) y += u[i];
    for (let i = 0.5; i < 2; i++) y += i;
    for (let i = 0; i < 2; i += 0.5) y += i;
    for (let i = 0; i < 2; i += 0) y += i;
    return { x: -k * x * y, u: u.map((each) => -each) };
  },
});
