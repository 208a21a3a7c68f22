import { custom, ode, vec } from "odegrad";

const f = custom((x: number) => x, { vjp: (x, bar) => bar });

export const model = ode({
  state: { x: 1, u: vec(300) },
  params: { k: 2 },
  rhs: ({ x, u }, { k }) => ({ x: f(u[0]) * k, u: u.map((each) => -k * each) }),
});
