import { ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  rhs: ({ x }, { k }) => {
    let z = x;
    try {
      z = Math.log(x);
    } finally {
      z *= 2;
    }
    return { x: -k * z };
  },
});
