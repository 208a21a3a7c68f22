import { kernel } from "odegrad";

function f(t: number, y: Float64Array, p: Float64Array, dy: Float64Array) {
  for (let i = 0; i < 2; i++) dy[i] = y[i + 1];
  dy[2] = -p[0] * y[0];
}

export const model = kernel({ state: 3, params: ["k"], rhs: f });
