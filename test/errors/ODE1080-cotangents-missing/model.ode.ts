import { custom, ode, vec } from "odegrad";

const f = custom((x: number, y: number) => x * y, { vjp: (x, y, bar) => bar * y });

export const model = ode({
  state: { x: 1, u: vec(300) },
  params: { k: 2 },
  rhs: ({ x, u }, { k }) => ({ x: f(x, k), u: u.map((each) => -k * each) }),
});
