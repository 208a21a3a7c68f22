// Snowshoe hare and Canadian lynx, 1900 to 1920: predator and prey (Lotka 1925, Volterra 1926) fitted to pelt counts.
// Time in years since 1900, populations in thousands of pelts, rates per year (and per thousand pelts).
import { ode, vec } from "odegrad";

const years = 21;

export const hareLynx = ode({
  state: { hare: 30, lynx: 4 },
  params: { alpha: 0.5, beta: 0.03, gamma: 0.8, delta: 0.03 },
  data: { hare: vec(years, 1), lynx: vec(years, 1) },
  rhs: ({ hare, lynx }, { alpha, beta, gamma, delta }) => ({
    hare: alpha * hare - beta * hare * lynx,
    lynx: delta * hare * lynx - gamma * lynx,
  }),
  times: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20],
  loss: {
    // Counts vary by a factor, not by a number of pelts, so the differences of logarithms are compared.
    at: ({ hare, lynx }, _params, { k, data }) =>
      (Math.log(hare) - Math.log(data.hare[k]!)) ** 2 + (Math.log(lynx) - Math.log(data.lynx[k]!)) ** 2,
  },
  solver: { method: "dopri5", t1: 20, steps: 400 },
});
