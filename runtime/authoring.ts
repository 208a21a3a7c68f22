/**
 * Everything a model file imports, without the un-compiled solve: the authoring entry of bundles. No dependencies, no side
 * effects, under 5 kB minified, which the tests hold it to.
 *
 * A bundle is where models are compiled, and a compiled model brings its own solve and its own graph. So `simulate` of a
 * model that was not compiled, and a look into an `adjacency`, are errors here, while in `index.ts` they run; and a `field` that
 * was not compiled takes what it is given as it is, and gives what its function does, where there it is held to the declaration.
 *
 * Nothing but names of other modules, as in `index.ts`: webpack leaves out what a module passes on and nobody asks for, and in
 * development it does so where the module itself needs it.
 */
export { rationalTanh, relu, sigmoid, softmax, softplus, softsign } from "./activations.ts";
export type {
  AdjointName,
  Direction,
  Env,
  Gradient,
  Layout,
  Meta,
  MethodName,
  Model,
  ObservedEnv,
  OdeDeclaration,
  RunOptions,
  Simulation,
  SolveMeta,
  SolvePlan,
  SolverOptions,
} from "./declaration.ts";
export { type Field, type FieldDeclaration, type FieldOptions, field, type OperatorChoice } from "./field.ts";
export type { AdjacencyOptions, Edge } from "./graph.ts";
export {
  type Computed,
  type Csr,
  csr,
  type Leaves,
  type Mat,
  mat,
  type Tensor,
  tensor,
  type Value,
  type Vec,
  vec,
} from "./leaves.ts";
export { dot, matmul, matvec, spmv } from "./linear-algebra.ts";
export type { KernelDeclaration, OptionsOf, Solve } from "./ode.ts";
export {
  biharmonic,
  type DirectionalOperator,
  directional,
  divergence,
  gradient,
  hessian,
  hvp,
  jacobian,
  jvp,
  laplacian,
  linearOperator,
  type Operator,
  type Sampling,
  stochastic,
  type Term,
  vjp,
  weightedLaplacian,
} from "./operators.ts";
export { type Initialiser, normal, uniform } from "./random.ts";
export { custom, stopGradient } from "./rules.ts";
export { cubic, hold, linear, type Signal } from "./signals.ts";
export { adjacency, kernel, ode } from "./unsolved.ts";
