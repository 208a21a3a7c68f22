/**
 * Two ways for a user to steer differentiation. Un-compiled both are transparent: values never change.
 */

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
    readonly vjp?: (
      ...args: [...A, cotangent: R]
    ) => A extends readonly [infer Only] ? Only | readonly [Only] : A;
  },
) => (...args: A) => R;
