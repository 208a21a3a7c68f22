import { kernel } from "odegrad";

export const model = kernel({ state: 1.5, rhs: (t, y) => [y[1], -y[0]] });
