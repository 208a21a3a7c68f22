// A capacitor behind a resistor and across a diode, driven by a sine made of two capacitors and a coil: no clock is needed.
import { ode } from "odegrad";

export const diode = ode({
  state: { volts: 0.1, drive: 0, quadrature: 1 },
  params: { charge: 2, saturation: 0.02, thermal: 0.15, pace: 3 },
  rhs: ({ volts, drive, quadrature }, { charge, saturation, thermal, pace }) => ({
    volts: charge * (drive - volts) - saturation * Math.expm1(volts / thermal),
    drive: pace * quadrature,
    quadrature: -pace * drive,
  }),
  loss: { running: ({ volts }) => volts * Math.exp(-volts) },
  solver: { method: "rk4", t1: 2, steps: 40 },
});
