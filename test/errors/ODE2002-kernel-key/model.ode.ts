import { kernel } from "odegrad";

export const model = kernel({ state: 2, param: ["k"], rhs: (t, y) => [y[1], -y[0]] });
