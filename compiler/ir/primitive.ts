/**
 * What the table says of one primitive. The table itself is `primitives.ts`.
 */

import type { Expr } from "./nodes.ts";
import type { BinaryOpcode, Opcode, UnaryOpcode } from "./opcode.ts";

export interface Facts {
  /**
   * `zero`: derivative 0 wherever it exists; `linear`, `bilinear` in its arguments; `smooth`; `kinked`: smooth but for
   * the places `convention` speaks of.
   */
  readonly kind: "zero" | "linear" | "bilinear" | "smooth" | "kinked";
  /** The derivative where it does not exist, or is infinite, in words for the documentation. */
  readonly convention?: string;
  /** Arguments at which the tests hold it against high-precision differences, one tuple per point. */
  readonly points: readonly (readonly number[])[];
  /**
   * Per argument: its partial may be infinite or NaN at a finite argument, or 0 where a (co)tangent has overflowed, so
   * that their product must be gated: a saturated sigmoid is a slope of 0 that meets an infinite exponential.
   */
  readonly singular: readonly boolean[];
  /** The other function of the same argument that its partial needs, worth computing together (sin with cos). */
  readonly companion?: Opcode;
  /** What stands in its place once nothing is differentiated any more: it is there for its derivative's sake. */
  readonly written?: (...args: readonly Expr[]) => Expr;
  /** Rough time in units of one addition. */
  readonly cost: number;
  /** Where the function, or its derivative if that is not plain, is written down. DLMF is dlmf.nist.gov. */
  readonly source: string;
}

export interface Unary extends Facts {
  readonly arity: 1;
  readonly value: (x: number) => number;
  /** The derivative, in the argument x and the result v. */
  readonly partials: (x: Expr, v: Expr) => readonly [Expr];
}

export interface Binary extends Facts {
  readonly arity: 2;
  readonly value: (x: number, y: number) => number;
  /** The derivatives for x and for y, in the arguments and the result v. */
  readonly partials: (x: Expr, y: Expr, v: Expr) => readonly [Expr, Expr];
}

export type Primitive = Unary | Binary;
export type Table = { readonly [op in UnaryOpcode]: Unary } & { readonly [op in BinaryOpcode]: Binary };
