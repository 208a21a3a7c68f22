import { kernel } from "odegrad";

export const model = kernel({ state: 2, rhs: (t, y, p, dy, more) => [y[1], -y[0]] });
