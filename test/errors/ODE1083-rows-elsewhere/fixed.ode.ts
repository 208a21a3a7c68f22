import { mat, ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  rhs: ({ x }, { k }) => {
    const blocks = mat(2, 2, x);
    const turned = blocks.map((_, i) => blocks[1 - i].map((each) => each));
    turned[0][0] = k;
    return { x: -blocks[1][0] * turned[0][0] };
  },
});
