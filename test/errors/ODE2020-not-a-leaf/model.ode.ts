import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: "one" },
  params: { w: vec(3, [1, 2]), v: vec(1.5), n: 1 / 0, f: (i: number) => i },
  rhs: ({ x }) => ({ x: -x }),
});
