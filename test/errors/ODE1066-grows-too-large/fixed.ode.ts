import { ode } from "odegrad";

function f(a: number) {
  let s = Math.sin(a);
  for (let i = 0; i < 18; i++) s = s + s;
  return s;
}

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = f(x);
    return { x: y, y: -k * x };
  },
});
