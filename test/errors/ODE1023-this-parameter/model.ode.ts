import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1, u: vec(3, 0.5) },
  params: { k: 2 },
  rhs: ({ x, u }, { k }) => {
    function first(this: void, v: Float64Array): number {
      return v[0];
    }
    const y = first(u);
    return { x: -k * x * y, u: u.map((each) => -each) };
  },
});
