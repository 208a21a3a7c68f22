// A damped pendulum that a torque, constant on each of 40 pieces of time, is to bring upright (SI units, angle 0 hanging down).
import { hold, ode } from "odegrad";

export const swing = ode({
  state: { angle: 0, rate: 0 },
  params: { gravity: 9.81, length: 1, damping: 0.1, effort: 0.01 },
  constants: { mass: 1 },
  inputs: { torque: hold(40) },
  rhs: ({ angle, rate }, { gravity, length, damping }, { inputs: { torque }, constants: { mass } }) => ({
    angle: rate,
    rate: -(gravity / length) * Math.sin(angle) - damping * rate + torque / (mass * length ** 2),
  }),
  times: [
    0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2, 2.1,
    2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 3, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7, 3.8, 3.9, 4,
  ],
  loss: {
    // Upright and at rest in the end, with as little effort as that takes.
    terminal: ({ angle, rate }) => 10 * (angle - Math.PI) ** 2 + rate ** 2,
    running: (_state, { effort }, { inputs }) => effort * inputs.torque ** 2,
  },
  solver: { method: "rk4", t1: 4, steps: 200, wrt: ["inputs.torque"] },
});
