/** Turns a problem of test/reference/ivp into a model: scalars y1 … yN, parameters by name, and Σ weight·y as the loss. */

export interface Ivp {
  readonly id: string;
  readonly dimension: number;
  readonly equations: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly t0: string;
  readonly t1: string;
  readonly y0: readonly string[];
  readonly end_state: { readonly y: readonly string[] };
  readonly sensitivity: {
    readonly d_end_state_d_initial: Readonly<Record<string, { readonly d: readonly string[] }>>;
    readonly d_end_state_d_parameter: Readonly<Record<string, { readonly d: readonly string[] }>>;
  };
}

/** Powers as Math.pow, as `-x ** 2` is not TypeScript. */
function withPowers(text: string): string {
  let rest = text;
  for (let at = rest.indexOf("^"); at >= 0; at = rest.indexOf("^")) {
    let start = at;
    if (rest[at - 1] === ")") {
      let depth = 0;
      do {
        start--;
        if (rest[start] === ")") depth++;
        if (rest[start] === "(") depth--;
      } while (depth > 0);
    } else while (start > 0 && /\w/.test(rest[start - 1]!)) start--;
    const exponent = /^[\d.]+/.exec(rest.slice(at + 1))![0];
    const power = `Math.pow(${rest.slice(start, at)}, ${exponent})`;
    rest = rest.slice(0, start) + power + rest.slice(at + 1 + exponent.length);
  }
  return rest;
}

export function modelOf(ivp: Ivp): string {
  const names = Array.from({ length: ivp.dimension }, (_, i) => `y${i + 1}`);
  const lines: string[] = [];
  for (const equation of ivp.equations) {
    for (const part of equation.split(/,\s*(?=\w+\s*=)/)) {
      const [left, right] = part.split(/\s*=\s*/, 2) as [string, string];
      const name = left.trim().endsWith("'") ? `d${left.trim().slice(0, -1)}` : left.trim();
      lines.push(`    const ${name} = ${withPowers(right.replace(/(y\d+)'/g, "d$1"))};`);
    }
  }
  const record = (entries: readonly (readonly [string, string])[]): string =>
    entries.map(([name, value]) => `${name}: ${value}`).join(", ");
  return `import { ode, vec } from "odegrad";
export const ivp = ode({
  state: { ${record(names.map((name, i) => [name, ivp.y0[i]!]))} },
  params: { ${record(Object.entries(ivp.parameters))} },
  data: { weight: vec(${ivp.dimension}) },
  rhs: ({ ${names.join(", ")} }, { ${Object.keys(ivp.parameters).join(", ")} }) => {
${lines.join("\n")}
    return { ${names.map((name) => `${name}: d${name}`).join(", ")} };
  },
  loss: {
    terminal: ({ ${names.join(", ")} }, _params, { data: { weight } }) =>
      ${names.map((name, i) => `weight[${i}] * ${name}`).join(" + ")},
  },
  solver: { t0: ${ivp.t0}, t1: ${ivp.t1} },
});
`;
}
