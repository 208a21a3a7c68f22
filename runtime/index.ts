/**
 * The authoring entry where models run un-compiled: everything a model file imports, with `simulate`, `outputs` and `loss` solved
 * slowly from the plain functions. No dependencies, no side effects.
 */

export * from "./authoring.ts";

// These take the place of those in `authoring.ts`, which are the same without a solve and without checks, or say so.
export { field } from "./checked-field.ts";
export { adjacency } from "./graph.ts";
export { kernel, ode } from "./solved.ts";
