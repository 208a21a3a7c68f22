// Newton's law of cooling: T' = -k (T - room). Minutes and degrees Celsius.
import { ode, vec } from "odegrad";

export const cooling = ode({
  state: { T: 80 },
  params: { k: 0.1, room: 15 },
  data: { measured: vec(7) },
  rhs: ({ T }, { k, room }) => ({ T: -k * (T - room) }),
  times: [0, 5, 10, 15, 20, 25, 30],
  loss: { at: ({ T }, _params, { k, data }) => (T - data.measured[k]!) ** 2 },
  solver: { method: "rk4", t1: 30, steps: 60 },
});
