import { kernel } from "odegrad";

export const model = kernel({ state: 3, rhs: (t, y) => [y[1], -y[0]] });
