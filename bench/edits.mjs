/** What people save: for each example an expression of its equations and a default value, and the edits of them. */

/** Where each model has an expression, and where a default value, that a save changes. */
export const places = {
  "lotka-volterra": { expression: "alpha * hare", value: "alpha: 0.55" },
  "neural-ode": { expression: "W1[j]![0]! * z[0]!", value: "normal(1, 0, 0.3" },
  "pendulum-control": { expression: "damping * rate", value: "gravity: 9.81" },
  "hare-lynx": { expression: "alpha * hare", value: "alpha: 0.5" },
  web: { expression: "damping * rate", value: "gravity: 9.81" },
  poisson: { expression: "W2[i]![j]! * h[j]!", value: "b3: 0" },
  "graph-ode": { expression: "Math.tanh(Z[i]![c]! + b[c]!)", value: "normal(3, 0, 0.5" },
  "hamiltonian-network": { expression: "w[i]! * Math.tanh(z + b[i]!)", value: "q: 1.2" },
  "two-moons": { expression: "c[k]! * t", value: "spread: 0" },
  cora: { expression: "A.value[e]! * H[A.column[e]!]![c]!", value: "uniform(1, -0.06, 0.06" },
};

/** The same model as saved for the n-th time. */
export const edits = {
  comment: (text, _place, n) => `${text}// ${n}\n`,
  value: (text, { value }, n) => text.replace(value, `${value}${value.endsWith(" 0") ? "." : "0"}00${n}`),
  expression: (text, { expression }, n) => text.replace(expression, `${1 + n / 1024} * ${expression}`),
};
