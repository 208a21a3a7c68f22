/**
 * A method as a straight line of vector operations: linear combinations and evaluations of the vector field. Everything
 * explicit is of this form (Runge–Kutta, partitioned, multistep, reversible pairs), so one file says how a step goes
 * forward and one how it is transposed, and a method is data.
 */

import type { Fraction } from "./tableau.ts";

/** Leaves of the state that a vector has: all, or those of one half of a separable system. */
export type Part = "all" | "positions" | "momenta";

/**
 * A vector of a step. `state` and `past` live from step to step; `x` (where the field is asked) and `k` (what it says)
 * are numbered within the step and written once.
 */
export interface Vec {
  readonly kind: "state" | "past" | "x" | "k";
  readonly index: number;
  readonly part: Part;
}

/** coefficient · of, or h · coefficient · of. */
export interface Term {
  readonly of: Vec;
  readonly coefficient: Fraction;
  readonly withStep: boolean;
}

/** to = Σ terms. */
export interface Combine {
  readonly kind: "combine";
  readonly to: Vec;
  readonly terms: readonly Term[];
  /** For the reader of generated code. */
  readonly note?: string;
}

/** slope = f(t_n + c h, at), all of it or the half that `slope` has. */
export interface Evaluate {
  readonly kind: "evaluate";
  readonly slope: Vec;
  /** One vector of all leaves, or one for each half. */
  readonly at: readonly Vec[];
  readonly c: Fraction;
  /** Number of the evaluation in its step. */
  readonly index: number;
}

/** value += h · weight · running(t_n + c h, at); of methods that do not integrate it as one more state. */
export interface Quadrature {
  readonly kind: "quadrature";
  readonly at: readonly Vec[];
  readonly c: Fraction;
  readonly weight: Fraction;
}

export type Operation = Combine | Evaluate | Quadrature;

export interface Scheme {
  readonly operations: readonly Operation[];
  /** What lives on: new values of `state` and `past`, all taken before any is written. */
  readonly next: readonly Combine[];
  /**
   * How a step is undone: from what lives on at its end, `operations` make the places where the field was asked, and
   * `previous` is what lived on at its start. Where it `isExact` that is the step's own algebra; elsewhere it is a step
   * backwards, and the places follow from the start that it finds.
   */
  readonly inverse?: {
    readonly operations: readonly Operation[];
    readonly previous: readonly Combine[];
    readonly isExact: boolean;
  };
}

/** A method that is made of schemes. */
export interface Explicit {
  readonly main: Scheme;
  /** Vectors that live from step to step beside the state; 0 at the start. */
  readonly past: readonly Part[];
  /** The first steps, where a method needs a past before it can go. */
  readonly start?: { readonly steps: number; readonly scheme: Scheme };
}

export const state = (part: Part = "all"): Vec => ({ kind: "state", index: 0, part });
export const past = (index: number, part: Part = "all"): Vec => ({ kind: "past", index, part });
export const x = (index: number, part: Part = "all"): Vec => ({ kind: "x", index, part });
export const k = (index: number, part: Part = "all"): Vec => ({ kind: "k", index, part });

export const one: Fraction = [1, 1];
export const term = (of: Vec): Term => ({ of, coefficient: one, withStep: false });
export const scaledTerm = (coefficient: Fraction, of: Vec): Term => ({ of, coefficient, withStep: true });
export const combine = (to: Vec, terms: readonly Term[], note?: string): Combine =>
  note === undefined ? { kind: "combine", to, terms } : { kind: "combine", to, terms, note };

export const same = (left: Vec, right: Vec): boolean =>
  left.kind === right.kind && left.index === right.index && left.part === right.part;

export const schemesOf = (method: Explicit): readonly Scheme[] =>
  method.start === undefined ? [method.main] : [method.start.scheme, method.main];

/** The vectors that live from step to step: the state by its parts, then the past. */
export function carriedBy(method: Explicit): Vec[] {
  return method.main.next.map((each) => each.to);
}

/** How many vectors of a kind any step has, and how many evaluations. */
export function countOf(method: Explicit, kind: "x" | "k"): number {
  const used = schemesOf(method).flatMap(({ operations, inverse }) =>
    [...operations, ...(inverse?.operations ?? [])].flatMap((operation) => {
      if (operation.kind === "combine") return operation.to.kind === kind ? [operation.to.index] : [];
      return operation.kind === "evaluate" && kind === "k" ? [operation.slope.index] : [];
    }),
  );
  return Math.max(-1, ...used) + 1;
}

export const evaluationsOf = (scheme: Scheme): Evaluate[] =>
  scheme.operations.filter((each): each is Evaluate => each.kind === "evaluate");

/** The method of a solve without a running loss, which asks at no place for its sake. */
export function withoutRunning(method: Explicit): Explicit {
  const without = (scheme: Scheme): Scheme => ({
    ...scheme,
    operations: scheme.operations.filter(({ kind }) => kind !== "quadrature"),
  });
  const { main, start } = method;
  return {
    ...method,
    main: without(main),
    ...(start === undefined ? {} : { start: { ...start, scheme: without(start.scheme) } }),
  };
}

/**
 * What must be done again, from vectors that live on, so that every place where the field or the running loss is asked
 * is known once more: those vectors, and the operations in order. `isTaped`: of which slopes the evaluation leaves
 * something behind, so that it is done whether or not a place is made of them.
 */
export function rebuilt(
  scheme: Scheme,
  isTaped: (slope: Vec) => boolean = () => false,
): {
  readonly from: readonly Vec[];
  readonly operations: readonly Operation[];
} {
  const wanted: Vec[] = [];
  const isWanted = (vec: Vec): boolean => wanted.some((one) => same(one, vec));
  const want = (vec: Vec): void => {
    if (!isWanted(vec)) wanted.push(vec);
  };
  for (const operation of scheme.operations) {
    if (operation.kind !== "combine") operation.at.forEach(want);
    if (operation.kind === "evaluate" && isTaped(operation.slope)) want(operation.slope);
  }
  const operations: Operation[] = [];
  for (const operation of [...scheme.operations].reverse()) {
    if (operation.kind === "combine" && isWanted(operation.to)) {
      operations.unshift(operation);
      for (const { of } of operation.terms) want(of);
    }
    if (operation.kind === "evaluate" && isWanted(operation.slope)) operations.unshift(operation);
  }
  return { from: wanted.filter(({ kind }) => kind === "state" || kind === "past"), operations };
}
