// Swing a damped pendulum up by a torque that is constant on each of 40 pieces of time (SI units, angle 0 hanging down).
import { hold, ode } from "odegrad";

export const pendulum = ode({
  state: { angle: 0, rate: 0 },
  params: { gravity: 9.81, length: 1, damping: 0.1 },
  constants: { mass: 1 },
  inputs: { torque: hold(40) },
  rhs: ({ angle, rate }, { gravity, length, damping }, { inputs: { torque }, constants: { mass } }) => ({
    angle: rate,
    rate: -(gravity / length) * Math.sin(angle) - damping * rate + torque / (mass * length ** 2),
  }),
  outputs: { height: ({ angle }, { length }) => -length * Math.cos(angle) },
  times: [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4],
  loss: {
    // Upright and at rest in the end, with as little effort as that takes.
    terminal: ({ angle, rate }) => 10 * (angle - Math.PI) ** 2 + rate ** 2,
    running: (_state, _params, { inputs }) => 1e-3 * inputs.torque ** 2,
  },
  solver: { method: "rk4", t1: 4, steps: 200, wrt: ["inputs.torque"] },
});
