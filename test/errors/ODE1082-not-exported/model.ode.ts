import { ode } from "odegrad";

const slow = ode({
  state: { y: 1 },
  params: { k: 0.5 },
  rhs: ({ y }, { k }) => ({ y: -k * y }),
});

export const all = [
  slow,
  ode({
    state: { y: 1 },
    params: { k: 50 },
    rhs: ({ y }, { k }) => ({ y: -k * y }),
  }),
];

export const fast = ode({
  state: { y: 1 },
  params: { k: 5 },
  rhs: ({ y }, { k }) => ({ y: -k * y }),
});
