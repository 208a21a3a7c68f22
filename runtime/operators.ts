/**
 * Differential operators as models write them: on a plain module-level function, `laplacian(u)(x, p)`, or as the `operators` of a
 * `field`.
 *
 * All of them differentiate with respect to the first argument and pass further arguments through. They are expanded when the
 * file is compiled; here they are types, a description the declaration keeps, and the error of a file that was not compiled.
 */
import type { Leaves, Mat, Vec } from "./leaves.ts";
import { notCompiled } from "./refuse.ts";

/** An operator with its coefficients, and at once the function that applies it. */
export interface Operator {
  readonly operator: string;
  readonly operands: readonly unknown[];
  /** Of a function with a scalar or vector value: the same kind of value. */
  <X extends Coordinates, A extends Rest, R extends number | Vec>(
    f: (x: X, ...rest: A) => R,
  ): (x: Point<X>, ...rest: A) => R;
}

/** An operator that is also given a direction, after the function's own arguments. */
export interface DirectionalOperator {
  readonly operator: string;
  readonly operands: readonly unknown[];
  <X extends Coordinates, A extends Rest, R extends number | Vec>(
    f: (x: X, ...rest: A) => R,
  ): (x: Point<X>, ...rest: [...A, direction: Point<X>]) => R;
}

type Rest = readonly unknown[];
type Row = Vec | readonly number[];
/** A point that is no record: one coordinate, or an array of them. */
type Coordinates = number | Row | readonly Vec[] | readonly (readonly Vec[])[];
/** What is differentiated by. What an operator gives takes its point as an array literal too, and is differentiated again. */
type Place = Leaves | readonly number[];
/** An array literal will do where a vector is the point. */
type Point<X> = X extends Vec ? X | readonly number[] : X;
/** What has the shape of the point and is computed: a vector where an array literal would do for the point. */
type Like<X> = readonly number[] extends X ? Vec : X;
/** Of a function without a type for its argument: a vector. */
type OfPoint<X, T> = T | ((x: X) => T);

/** One term c d^alpha f: `alpha` has one exponent per coordinate. */
export interface Term<X extends Coordinates = Vec> {
  readonly c: OfPoint<X, number>;
  readonly alpha: readonly number[];
}

/** A randomised estimate: how many directions, and from which distribution. */
export interface Sampling {
  readonly samples: number;
  /** `coordinate`: coordinates drawn without replacement. */
  readonly distribution: "rademacher" | "normal" | "coordinate";
  /** Of the generator of directions; left out, directions are supplied at run time, one a column. */
  readonly seed?: number;
  /** Gives the estimate with its standard error behind it, `[estimate, error]`. */
  readonly standardError?: boolean;
}

type Described = <T extends { readonly operator: string }>(operator: string, ...operands: unknown[]) => T;

/** The function that would apply an operator, marked with what it is. */
const described = ((operator, ...operands) =>
  Object.assign(() => notCompiled(operator), { operator, operands })) as Described;

/** First derivatives of a scalar field, in the shape of the point. */
export const gradient = /* @__PURE__ */ described<
  { operator: "gradient" } & (<X extends Place, A extends Rest>(
    f: (x: X, ...rest: A) => number,
  ) => (x: Point<X>, ...rest: A) => Like<X>)
>("gradient");

/** First derivatives of a vector field: `J[i][j]` is the derivative of component i by coordinate j. */
export const jacobian = /* @__PURE__ */ described<
  { operator: "jacobian" } & (<A extends Rest>(f: (x: Vec, ...rest: A) => Row) => (x: Row, ...rest: A) => Mat)
>("jacobian");

/** Second derivatives of a scalar field. */
export const hessian = /* @__PURE__ */ described<
  { operator: "hessian" } & (<X extends number | Row, A extends Rest>(
    f: (x: X, ...rest: A) => number,
  ) => (x: Point<X>, ...rest: A) => X extends number ? number : Mat)
>("hessian");

/** Trace of the Jacobian of a vector field with as many components as coordinates. */
export const divergence = /* @__PURE__ */ described<
  { operator: "divergence" } & (<A extends Rest>(
    f: (x: Vec, ...rest: A) => Row,
  ) => (x: Row, ...rest: A) => number)
>("divergence");

/** Sum of the unmixed second derivatives. */
export const laplacian: Operator = /* @__PURE__ */ described("laplacian");

/** The Laplacian of the Laplacian. */
export const biharmonic: Operator = /* @__PURE__ */ described("biharmonic");

/** Derivative along a direction, which comes after the function's own arguments. */
export const jvp = /* @__PURE__ */ described<
  { operator: "jvp" } & (<X extends Place, A extends Rest, R>(
    f: (x: X, ...rest: A) => R,
  ) => (x: Point<X>, ...rest: [...A, direction: Point<X>]) => R)
>("jvp");

/** Transposed Jacobian times a covector in the shape of the value, which comes after the function's own arguments. */
export const vjp = /* @__PURE__ */ described<
  { operator: "vjp" } & (<X extends Place, A extends Rest, R>(
    f: (x: X, ...rest: A) => R,
  ) => (x: Point<X>, ...rest: [...A, covector: Point<R>]) => Like<X>)
>("vjp");

/** Hessian of a scalar field times a direction, which comes after the function's own arguments. */
export const hvp = /* @__PURE__ */ described<
  { operator: "hvp" } & (<X extends Place, A extends Rest>(
    f: (x: X, ...rest: A) => number,
  ) => (x: Point<X>, ...rest: [...A, direction: Point<X>]) => Like<X>)
>("hvp");

/** sum_ij (sigma sigma^T)_ij d_ij f + drift . grad f, for a D by R `sigma`, D coordinates in row-major order; either may be a function of the point. */
export function weightedLaplacian<X extends Coordinates = Vec>(
  sigma: OfPoint<X, readonly Row[]>,
  drift?: OfPoint<X, Row>,
): Operator {
  return described("weightedLaplacian", sigma, drift);
}

/** sum over the terms of c d^alpha f, of any order up to 6. */
export function linearOperator<X extends Coordinates = Vec>(terms: readonly Term<X>[]): Operator {
  return described("linearOperator", terms);
}

/** The order-th derivative along a direction given at run time. */
export function directional(order: number): DirectionalOperator {
  return described("directional", order);
}

/** A randomised estimate of an operator. */
export function stochastic(
  operator: "laplacian" | "biharmonic" | "divergence" | Operator,
  sampling: Sampling,
): Operator {
  return described("stochastic", operator, sampling);
}
