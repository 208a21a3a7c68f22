// What modules pass on: `export *`, a namespace, a default without a name.
import { ode } from "odegrad";
import doubled from "./parts/nameless.ts";
import { offset, scales, shifted, two } from "./parts/passing-on.ts";

export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  rhs: ({ x }, { k }) => ({ x: doubled(x) * shifted(k) - two * scales.two * scales.shifted(x) + offset }),
});
