import { ode } from "odegrad";

/** Three genes, each of which represses the next (Elowitz and Leibler 2000): messengers and proteins, scaled, per lifetime of a messenger. */
export const repressilator = ode({
  state: { lacRna: 0.2, tetRna: 0.1, cRna: 0.3, lac: 1, tet: 2, c: 0.5 },
  params: { strength: 20, leak: 0.1, ratio: 0.5 },
  rhs: ({ lacRna, tetRna, cRna, lac, tet, c }, { strength, leak, ratio }) => ({
    lacRna: -lacRna + strength / (1 + c * c) + leak,
    tetRna: -tetRna + strength / (1 + lac * lac) + leak,
    cRna: -cRna + strength / (1 + tet * tet) + leak,
    lac: -ratio * (lac - lacRna),
    tet: -ratio * (tet - tetRna),
    c: -ratio * (c - cRna),
  }),
  loss: { terminal: ({ lac, tet, c }) => lac * lac + tet * c },
  solver: { method: "rk4", t1: 4, steps: 40 },
});
