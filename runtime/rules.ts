/**
 * Two ways for a user to steer differentiation. Un-compiled both are transparent: values never change.
 */

import type { Given } from "./leaves.ts";

/** The value of `x`, taken as a constant by every derivative. */
export function stopGradient<T>(x: T): T {
  return x;
}

/**
 * A function with the user's own derivative rules, which the compiler uses instead of differentiating the body.
 *
 * `jvp(...args, ...tangents)` gives the tangent of the value; `vjp(...args, cotangent)` the cotangents of the arguments, in order.
 * Un-compiled it is the function itself.
 */
export const custom = stopGradient as <A extends readonly unknown[], R>(
  f: (...args: A) => R,
  rules: {
    readonly jvp?: (...args: [...A, ...A]) => R;
    readonly vjp?: (...args: [...A, cotangent: R]) => Cotangents<A>;
  },
) => (...args: A) => R;

/**
 * A list with an entry for each argument, or the entry alone where there is one argument. The list is spread, and not said by a
 * condition, so that an array literal is read as a list of so many entries.
 */
type Cotangents<A extends readonly unknown[]> =
  | readonly [...{ [K in keyof A]: Given<A[K]> }]
  | (A extends readonly [infer Only] ? Given<Only> : never);
