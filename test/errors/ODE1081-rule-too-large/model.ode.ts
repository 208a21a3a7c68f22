import { custom, ode, vec } from "odegrad";

const f = custom((u: Float64Array) => u[0], { vjp: (u, bar) => u.map((each, i) => (i === 0 ? bar : 0)) });

export const model = ode({
  state: { x: 1, u: vec(300) },
  params: { k: 2 },
  rhs: ({ x, u }, { k }) => ({ x: f(u) * k, u: u.map((each) => -k * each) }),
});
