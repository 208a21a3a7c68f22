/** The long texts of the diagnostics in `operator-messages.ts`, for `odegrad explain`. */

import type { Explanation } from "./command-explanations.ts";

const say = (title: string, cause: string, example: string, fix: string): Explanation => ({
  title,
  cause,
  example,
  fix,
});

export const operatorExplanations: Readonly<Record<string, Explanation>> = {
  ODE3001: say(
    "an operator of second or higher order, of a function that bends",
    "Where `Math.max`, `Math.abs` and their kin bend, there is no second derivative: it is 0 on both sides and a spike between them, which no point sees. A number would look right and be wrong.",
    'value: (x) => Math.max(0, x[0]), operators: ["laplacian"]',
    'value: (x) => softplus(x[0]), operators: ["laplacian"]\n\nAn `if` is taken as two functions of which one holds: that is admitted, and the bend is yours.',
  ),
  ODE3002: say(
    "higher derivatives of a function with a rule of your own",
    "`custom(f, { jvp })` says what the first derivative is. Operators of second and higher order would need rules for theirs.",
    'const cube = custom((b: number) => b ** 3, { jvp: (b, dot) => 3 * b ** 2 * dot });\nexport const u = field({ point: vec(2), value: (x) => cube(x[0]), operators: ["laplacian"] });',
    'const cube = (b: number) => b ** 3;\nexport const u = field({ point: vec(2), value: (x) => cube(x[0]), operators: ["laplacian"] });\n\n`hessian` and `hvp` differentiate the rule instead, and are admitted.',
  ),
  ODE3003: say(
    "the function is of the wrong shape for the operator",
    "`gradient`, `hessian` and `hvp` are of functions that return one number; `divergence` is of those that return one component for each coordinate of the point.",
    'value: (x) => [x[0], x[1]], operators: ["gradient"]',
    'value: (x) => [x[0], x[1]], operators: ["jacobian"]',
  ),
  ODE3004: say(
    "the point is nothing to differentiate by",
    "Operators differentiate with respect to the first argument: a number or an array of numbers. Records of them are admitted for `gradient`, `jvp`, `vjp` and `hvp`.",
    'point: { a: 1, b: 2 }, value: ({ a, b }) => a * b, operators: ["laplacian"]',
    'point: vec(2), value: ([a, b]) => a * b, operators: ["laplacian"]',
  ),
  ODE3005: say(
    "the order of a derivative is out of range",
    "Derivatives are computed from order 1 to order 6.",
    "operators: [directional(7)]",
    "operators: [directional(6)]",
  ),
  ODE3006: say(
    "coefficients of an operator that do not fit",
    "`sigma` has a row for each coordinate of the point, a drift an entry, `alpha` an exponent; each is an array that is known when the model is compiled. `sigma`, a drift and `c` may be functions of the point instead.",
    "operators: [weightedLaplacian([[1, 0], [0, 1], [0, 0]])] // of a point with two coordinates",
    "operators: [weightedLaplacian([[1, 0], [0, 1]])]",
  ),
  ODE3007: say(
    "two operators of one name",
    "In a list an operator goes by its own name, so the list cannot hold two of them.",
    "operators: [directional(2), directional(3)]",
    "operators: { second: directional(2), third: directional(3) }",
  ),
  ODE3008: say(
    "an operator of a function that uses values around it",
    "What an operator is of is differentiated by itself, away from the function that it is written in. Values of that function are not there.",
    "rhs: ({ x }, { k }) => {\n  const u = (y: number) => k * y ** 2;\n  return { x: -laplacian(u)(x) };\n}",
    "const u = (y: number, k: number) => k * y ** 2;\nexport const model = ode({ state: { x: 1 }, params: { k: 2 }, rhs: ({ x }, { k }) => ({ x: -laplacian(u)(x, k) }) });",
  ),
  ODE3009: say(
    "a randomised estimate that is biased",
    "The mean over such directions is not the operator: the fourth moments of signs are not those of the normal distribution, and coordinates alone never see a mixed derivative.",
    'operators: [stochastic("biharmonic", { samples: 16, distribution: "rademacher", seed: 1 })]',
    'operators: [stochastic("biharmonic", { samples: 16, distribution: "normal", seed: 1 })]',
  ),
  ODE3010: say(
    "an operator where nothing is differentiated",
    "Module-level code is computed when the model is compiled, as plain numbers.",
    "const u = (y: number) => y ** 2;\nconst bend = laplacian(u)(3);\nexport const model = ode({ state: { x: 1 }, rhs: ({ x }) => ({ x: -bend * x }) });",
    "const u = (y: number) => y ** 2;\nexport const model = ode({ state: { x: 1 }, rhs: ({ x }) => ({ x: -laplacian(u)(3) * x }) });",
  ),
  ODE3011: say(
    "unknown operator",
    "The list of operators names one that does not exist, or one that is given something first by its name alone.",
    'operators: ["laplace"]',
    'operators: ["laplacian"]\n\n`odegrad list operators` names them all. Those that are given something are called: `operators: [directional(2)]`.',
  ),
  ODE3012: say(
    "an operator of the name `value`",
    "A field gives its value and its operators by name, and the value has the name `value`.",
    'value: (x) => x[0] ** 2 * x[1],\noperators: { value: "laplacian" }',
    'value: (x) => x[0] ** 2 * x[1],\noperators: { laplacian: "laplacian" }',
  ),
};
