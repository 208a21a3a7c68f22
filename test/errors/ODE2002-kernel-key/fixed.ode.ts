import { kernel } from "odegrad";

export const model = kernel({ state: 2, params: ["k"], rhs: (t, y, p) => [y[1], -p[0] * y[0]] });
