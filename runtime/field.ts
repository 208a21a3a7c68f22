/**
 * `field`: declare a function of a point, the operators wanted of it, and a loss to train it by.
 *
 * Un-compiled, `value` and `loss` run from the plain functions; operators and gradients refuse. A field's own operators are named
 * in the declaration; an operator inside `value` or `loss` is a function of `operators.ts`.
 */
import type { Meta, Some } from "./declaration.ts";
import type { Computed, Leaves, LeavesOf, Value, Widen } from "./leaves.ts";
import type { DirectionalOperator, Operator } from "./operators.ts";
import { uncompiled } from "./refuse.ts";

type None = Record<never, never>;

/** The third argument of `value`. */
export interface FieldEnv<C, D> {
  readonly constants: Readonly<C>;
  readonly data: Readonly<Widen<D>>;
}

/** The last argument of `loss.at`: also the index of the point. */
export interface PointEnv<C, D> extends FieldEnv<C, D> {
  readonly k: number;
}

/** Operators without coefficients. */
type OperatorName =
  | "gradient"
  | "jacobian"
  | "hessian"
  | "divergence"
  | "laplacian"
  | "biharmonic"
  | "jvp"
  | "vjp"
  | "hvp";

/** An operator by name, with its coefficients, or the function that applies it: `operators: [gradient]`. */
export type OperatorChoice =
  | OperatorName
  | Operator
  | DirectionalOperator
  | (((f: never) => unknown) & { readonly operator: OperatorName });

/** The argument of `field`. X, P, C, D are the types of point, params, constants and data; V of the value. */
export interface FieldDeclaration<X, P, C, D, V> {
  /** Shape of the point and its default. */
  readonly point: X;
  readonly params?: P;
  readonly constants?: C;
  readonly data?: D;
  readonly value: (x: Widen<X>, params: Widen<P>, env: FieldEnv<C, D>) => V;
  /** A list, where each operator goes by its own name, or a record that names each. */
  readonly operators?: readonly OperatorChoice[] | { readonly [name: string]: OperatorChoice };
  /** Averaged over a list of points given at run time. */
  readonly loss?: {
    readonly at: (value: NoInfer<V>, x: Widen<X>, params: Widen<P>, env: PointEnv<C, D>) => number;
  };
}

/** What one evaluation may replace; names left out keep their defaults. */
export interface FieldOptions<X, P, D> {
  readonly params?: Some<P>;
  readonly data?: Some<D>;
  /** Of a loss: the points it is averaged over, the declared point alone if left out. */
  readonly points?: readonly Widen<X>[];
}

/** What `field` returns. */
export interface Field<X, P, C, D, V> {
  readonly declaration: FieldDeclaration<X, P, C, D, V>;
  readonly meta: Meta;
  value(x?: Widen<X>, options?: FieldOptions<X, P, D>): Computed<V>;
  loss(options?: FieldOptions<X, P, D>): number;
  /**
   * One operator of the declaration, by name; `along` for those that take something: a direction in the shape of the point, or of
   * `vjp` a covector in the shape of the value.
   */
  operator(
    name: string,
    x?: Widen<X>,
    options?: FieldOptions<X, P, D>,
    ...along: (Widen<X> | Widen<V> | readonly number[])[]
  ): Value;
  /** Gradient of the loss with respect to the parameters. */
  gradient(options?: FieldOptions<X, P, D>): { readonly params: Widen<P> };
  valueAndGradient(options?: FieldOptions<X, P, D>): {
    value: number;
    gradient: { readonly params: Widen<P> };
  };
}

/** Declares a field. */
export function field<
  X extends Leaves,
  V extends Value,
  P extends LeavesOf<P> = None,
  C extends object = None,
  D extends LeavesOf<D> = None,
>(declaration: FieldDeclaration<X, P, C, D, V>): Field<X, P, C, D, V> {
  const { point, params, constants, data, value, loss } = declaration;
  const at = (x: Widen<X>, options: FieldOptions<X, P, D> = {}, k = 0) => {
    const chosen = { ...params, ...options.params } as Widen<P>;
    const env = { constants: constants ?? {}, data: { ...data, ...options.data }, k } as PointEnv<C, D>;
    const v = value(x, chosen, env);
    return { v, loss: () => loss?.at(v, x, chosen, env) ?? 0 };
  };
  return uncompiled<Field<X, P, C, D, V>, "operator">(
    {
      declaration,
      value: (x = point as Widen<X>, options) => at(x, options).v as Computed<V>,
      loss: (options) => {
        const points = options?.points ?? [point as Widen<X>];
        return points.reduce((sum, x, k) => sum + at(x, options, k).loss(), 0) / points.length;
      },
    },
    "operator",
  );
}
