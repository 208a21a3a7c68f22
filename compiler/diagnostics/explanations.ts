/**
 * The long text of every diagnostic, for `odegrad explain CODE`: what causes it, an example, and the way out.
 */

import { buildExplanations } from "./build-explanations.ts";
import { commandExplanations, type Explanation } from "./command-explanations.ts";
import { operatorExplanations } from "./operator-explanations.ts";
import { syntaxExplanations } from "./syntax-explanations.ts";

const say = (title: string, cause: string, example: string, fix: string): Explanation => ({
  title,
  cause,
  example,
  fix,
});

const modelExplanations: Readonly<Record<string, Explanation>> = {
  ODE1001: say(
    "not valid TypeScript",
    "The parser stopped: a bracket, a comma or a quote is missing or too many.",
    "rhs: ({ x }) => ({ x: -x ;",
    "rhs: ({ x }) => ({ x: -x })",
  ),
  ODE2030: say(
    "two vector fields",
    "A model moves by `rhs`, or by the energy `hamiltonian` whose field the compiler derives; with both, one would have to be ignored.",
    "state: { q: 1, p: 0 }, rhs: ({ q, p }) => ({ q: p, p: -q }), hamiltonian: ({ q, p }) => (q ** 2 + p ** 2) / 2",
    "state: { q: 1, p: 0 }, hamiltonian: ({ q, p }) => (q ** 2 + p ** 2) / 2",
  ),
  ODE2031: say(
    "state without positions and momenta",
    "The field of an energy is q' = ∂H/∂p, p' = −∂H/∂q: the state is a record of `q` and `p`, each a leaf or a record of leaves, of the same shapes.",
    "state: { angle: 1, rate: 0 }, hamiltonian: ({ angle, rate }) => rate ** 2 / 2 - Math.cos(angle)",
    "state: { q: 1, p: 0 }, hamiltonian: ({ q, p }) => p ** 2 / 2 - Math.cos(q)",
  ),
  ODE1002: say(
    "construct outside the language",
    "Function bodies are compiled to loops over numbers. What has no such form, and no diagnostic of its own, is refused where it stands, never guessed at. The message names what to write instead.",
    "var half = x / 2;",
    "const half = x / 2;",
  ),
  ODE1003: say(
    "while loop",
    "Memory and derivatives of a loop are planned when the model is compiled, so the largest number of trips must be known.",
    "while (y > 1e-9) y = y / 2;",
    "for (let trip = 0; trip < 50; trip++) {\n  if (y <= 1e-9) break;\n  y = y / 2;\n}",
  ),
  ODE1004: say(
    "not compiled yet",
    "The construct belongs to the language, but this version does not compile it.",
    "events: [{ when: ({ x }) => x - 0.1 }, { when: ({ x }) => x - 0.2 }]",
    "events: { when: ({ x }) => (x - 0.1) * (x - 0.2) }\n\nThe message names a form that does the same and compiles.",
  ),
  ODE1005: say(
    "random numbers and clocks",
    "The gradient of a solve needs the same function each time it is evaluated.",
    "rhs: ({ x }) => ({ x: -x + Math.random() })",
    "inputs: { noise: hold(100) }, rhs: ({ x }, _, { inputs }) => ({ x: -x + inputs.noise })\n\nDraw the numbers outside of the model, and hand them over when it is run. Arrays to start from are drawn by `uniform(seed, low, high)` and `normal(seed, mean, sd)`, which give the same numbers each time.",
  ),
  ODE1006: say(
    "function without source",
    "A derivative is made from the source of a function. Functions of packages, of the runtime environment, or known only by type have none here.",
    'import { gammaln } from "some-package";',
    "Write the function in a local module in the same language and import that.",
  ),
  ODE1007: say(
    "recursion",
    "Helper functions are expanded where they are called, which never ends for one that calls itself.",
    "const power = (b: number, m: number): number => (m === 0 ? 1 : b * power(b, m - 1));\ny = power(x, 3);",
    "const power = (b: number, m: number) => {\n  let p = 1;\n  for (let i = 0; i < m; i++) p *= b;\n  return p;\n};\ny = power(x, 3);",
  ),
  ODE1008: say(
    "change of an outer variable",
    "Functions of a model depend on their arguments alone.",
    "let calls = 0;\nexport const model = ode({ state: { x: 1 }, rhs: ({ x }) => { calls++; return { x: -x }; } });",
    "export const model = ode({ state: { x: 1 }, rhs: ({ x }) => { let calls = 0; calls++; return { x: -calls * x }; } });",
  ),
  ODE1009: say(
    "form of a loop",
    "Bounds and steps of loops must be whole-number expressions of constants, sizes and outer indices.",
    "for (let r = 0; r < 1; r += 0.1) s += r * x;",
    "for (let i = 0; i < 10; i++) {\n  const r = 0.1 * i;\n  s += r * x;\n}",
  ),
  ODE1010: say(
    "nested too deeply",
    "The parser's stack is limited.",
    "((((… thousands of brackets …))))",
    "Give parts of the expression names.",
  ),
  ODE2001: say(
    "unknown name",
    "The name is neither declared in the function, nor taken from its parameters, nor a constant or function of the module.",
    "state: { hare: 1 }, params: { alpha: 2 }, rhs: ({ hare }) => ({ hare: alpa * hare })",
    "state: { hare: 1 }, params: { alpha: 2 }, rhs: ({ hare }, { alpha }) => ({ hare: alpha * hare })",
  ),
  ODE2002: say(
    "unknown key",
    "The declaration has a fixed set of keys; a misspelt one would be ignored in silence otherwise.",
    "parameters: { rate: 2 }",
    "params: { rate: 2 }",
  ),
  ODE2003: say(
    "missing derivative",
    "`rhs` returns the time derivative of every state, in the shape of `state`.",
    "state: { x: 1, y: 0 }, rhs: ({ x, y }) => ({ x: y })",
    "state: { x: 1, y: 0 }, rhs: ({ x, y }) => ({ x: y, y: -x })",
  ),
  ODE2004: say(
    "derivative of no state",
    "`rhs` returns a name that `state` does not have, often a misspelt one.",
    "state: { x: 1 }, rhs: ({ x }) => ({ x: -x, z: 0 })",
    "state: { x: 1 }, rhs: ({ x }) => ({ x: -x })",
  ),
  ODE2005: say(
    "wrong shape",
    "A vector leaf needs a vector of its length, a matrix leaf a matrix of its rows and columns, a scalar a number.",
    "state: { u: vec(3) }, rhs: ({ u }) => ({ u: 0 })",
    "state: { u: vec(3) }, rhs: ({ u }) => ({ u: [-u[0], -u[1], -u[2]] })",
  ),
  ODE2006: say(
    "subscript that is no whole number",
    "Subscripts decide at compile time which entries depend on which, so they are made of loop indices and constants.",
    "y = u[Math.round(x)];",
    "for (let i = 0; i < n; i++) y += u[i];",
  ),
  ODE2007: say(
    "subscript out of range",
    "The subscript leaves the array for some trip of the loops around it; JavaScript would read `undefined` there.",
    "for (let i = 0; i < n; i++) d[i] = u[i + 1] - u[i];",
    "for (let i = 0; i < n - 1; i++) d[i] = u[i + 1] - u[i];",
  ),
  ODE2008: say(
    "function without a derivative rule",
    "Only functions of real analysis have one; an unknown derivative is an error, never zero.",
    "y = Math.clz32(x);",
    "y = Math.log2(x);\n\n`odegrad list functions` shows what there is.",
  ),
  ODE2009: say(
    "value of the wrong kind",
    "A vector stands where a number is needed, a number where a record is, and so on.",
    "y = u * 2; // u is a vector",
    "y = u[0] * 2;",
  ),
  ODE2010: say(
    "unknown member",
    "The record has no entry of that name.",
    "state: { hare: 1 }, rhs: ({ hair }) => ({ hare: -hair })",
    "state: { hare: 1 }, rhs: ({ hare }) => ({ hare: -hare })",
  ),
  ODE2024: say(
    "name that is no name",
    "Leaves, inputs and outputs become names in generated code and in the types of its records, so they are made of letters, digits, `_` and `$`, and do not begin with a digit. Letters of every script will do.",
    'params: { "growth rate": 0.5 }',
    "params: { growthRate: 0.5 }",
  ),
  ODE2011: say(
    "no leaf",
    "State, parameters, inputs and data are records of numbers, vectors, matrices and tensors.",
    'params: { name: "hare" }',
    "params: { alpha: 0.5 }",
  ),
  ODE2012: say(
    "missing part of a model",
    "A model needs a state and a right-hand side.",
    "export const model = ode({ state: { x: 1 } });",
    "export const model = ode({ state: { x: 1 }, rhs: ({ x }) => ({ x: -x }) });",
  ),
  ODE2013: say(
    "import that cannot be read",
    "Constants and helpers are read from local modules and JSON files.",
    'import { A } from "./graf.ts";',
    'import { A } from "./graph.ts";',
  ),
  ODE2014: say(
    "value of a solver key",
    "Methods and plans are names in quotes, times and step counts are numbers.",
    "solver: { steps: 0.5 }",
    "solver: { steps: 100 }",
  ),
  ODE2015: say(
    "change of what comes in",
    "Arrays that come into a function (state, parameters, constants, data) keep their entries.",
    "state: { u: vec(2, 1) }, rhs: ({ u }) => {\n  u[0] = -u[0];\n  return { u };\n}",
    "state: { u: vec(2, 1) }, rhs: ({ u }) => {\n  const v = [-u[0], u[1]];\n  return { u: v };\n}",
  ),
  ODE2016: say(
    "number of arguments",
    "The function is called with too few or too many values.",
    "y = Math.pow(x);",
    "y = Math.pow(x, 2);",
  ),
  ODE2018: say(
    "more parameters than a function is given",
    "The functions of a model are called by the solve, which hands over so many values and no more.",
    "rhs: ({ x }, { k }, { t }, n) => ({ x: -k * x })",
    "rhs: ({ x }, { k }, { t }) => ({ x: -k * x })",
  ),
  ODE2017: say(
    "not constant",
    "Sizes, seeds, initial values and constants are computed when the model is compiled. Parameters, state and time are not known then.",
    "const start = vec(3, uniform(k)); // k is a parameter",
    "const start = vec(3, uniform(7));",
  ),
  ODE2019: say(
    "parameter without use",
    "Nothing in the functions of the model depends on the parameter, so its gradient is 0. This is a warning: the model compiles.",
    "params: { k: 1, forgotten: 2 }, rhs: ({ x }, { k }) => ({ x: -k * x })",
    "params: { k: 1 }, rhs: ({ x }, { k }) => ({ x: -k * x })\n\nOr use the parameter. A number that is not to be differentiated belongs into `constants`.",
  ),
  ODE2020: say(
    "wrong number of initial values",
    "An array of initial values has to fill the leaf exactly; for a matrix it is written row by row, nested or flat.",
    "params: { w: vec(3, [1, 2]) }",
    "params: { w: vec(3, [1, 2, 3]) }\n\nWith one number for all entries: `params: { w: vec(3, 1) }`.",
  ),
  ODE2021: say(
    "arrays that are no sparse matrix",
    "`csr(rows, columns, rowStart, column, value)` needs rows + 1 rising offsets, the first 0 and the last the number of values, and one column for each value.",
    "constants: { A: csr(2, 2, [0, 1], [0, 1], [1, 1]) }",
    "constants: { A: csr(2, 2, [0, 1, 2], [0, 1], [1, 1]) }",
  ),
  ODE2023: say(
    "edges that make no graph",
    "`adjacency(nodes, edges)` needs edges between nodes that exist, each listed once. An undirected one may be listed in both directions, with the same weight.",
    "constants: { A: adjacency(3, [[0, 1], [1, 3]]) }",
    "constants: { A: adjacency(3, [[0, 1], [1, 2]]) }",
  ),
  ODE2022: say(
    "signal that cannot be",
    "All pieces or knots of an input have the shape of its leaf, and a line or spline needs a knot at each end.",
    "inputs: { u: linear(1) }",
    "inputs: { u: linear(2) }",
  ),
};

export const explanations: Readonly<Record<string, Explanation>> = {
  ...modelExplanations,
  ...buildExplanations,
  ...syntaxExplanations,
  ...commandExplanations,
  ...operatorExplanations,
};

/** The long text of a code, or nothing for a code that does not exist. */
export function explain(code: string): string | undefined {
  const found = Object.hasOwn(explanations, code) ? explanations[code] : undefined;
  if (found === undefined) return undefined;
  const indent = (text: string): string =>
    text
      .split("\n")
      .map((line) => `    ${line}`)
      .join("\n");
  return `${code}: ${found.title}\n\n${found.cause}\n\nFor example:\n\n${indent(found.example)}\n\nInstead:\n\n${indent(found.fix)}\n`;
}
