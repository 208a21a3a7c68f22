import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1, u: vec(3, 0.5) },
  params: { k: 2 },
  rhs: ({ x, u }, { k }) => {
    const k = 3;
    const y = ((v: number) => {
      const v = 2;
      return v;
    })(x);
    return { x: -k * x * y, u: u.map((each) => -each) };
  },
});
