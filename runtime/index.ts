/**
 * The authoring entry where models run un-compiled: everything a model file imports, with `simulate`, `outputs` and `loss` solved
 * slowly from the plain functions. No dependencies, no side effects.
 */
import { kernelBy, odeBy } from "./ode.ts";
import { simulate } from "./simulate.ts";

export * from "./authoring.ts";

// These take the place of those in `authoring.ts`, which are the same without a solve, or say so.
export { adjacency } from "./graph.ts";
export const ode = /* @__PURE__ */ odeBy(simulate);
export const kernel = /* @__PURE__ */ kernelBy(simulate);
