/** A Kepler orbit from its pericentre, with the state at any time from Kepler's equation. */

export const eccentricity = 0.3;

/** q and p at a time, the half axis and the mass being 1. */
export function keplerAt(t: number, e = eccentricity): number[] {
  let angle = t;
  for (let i = 0; i < 50; i++) angle -= (angle - e * Math.sin(angle) - t) / (1 - e * Math.cos(angle));
  const root = Math.sqrt(1 - e * e);
  const rate = 1 / (1 - e * Math.cos(angle));
  return [
    Math.cos(angle) - e,
    root * Math.sin(angle),
    -Math.sin(angle) * rate,
    root * Math.cos(angle) * rate,
  ];
}

export const keplerModel = (t1: number, e = eccentricity): string => {
  const [q0, q1, p0, p1] = keplerAt(0, e);
  return `import { ode, vec } from "odegrad";
export const kepler = ode({
  state: { q: vec(2, [${q0}, ${q1}]), p: vec(2, [${p0}, ${p1}]) },
  params: { mass: 1 },
  hamiltonian: ({ q, p }, { mass }) =>
    0.5 * (p[0] * p[0] + p[1] * p[1]) - mass / Math.sqrt(q[0] * q[0] + q[1] * q[1]),
  loss: { terminal: ({ q, p }) => q[0] * p[1] - q[1] * p[0] },
  solver: { t0: 0, t1: ${t1} },
});
`;
};
