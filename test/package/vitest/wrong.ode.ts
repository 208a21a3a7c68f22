import { custom, ode } from "odegrad";

// The rule says twice what the derivative is.
const cube = custom((x: number) => x ** 3, { jvp: (x: number, v: number) => 6 * x * x * v });

export const wrong = ode({
  state: { y: 1 },
  params: { a: 0.5 },
  rhs: ({ y }, { a }) => ({ y: -a * cube(y) }),
  loss: { terminal: ({ y }) => y * y },
  solver: { t1: 1, steps: 10 },
});
