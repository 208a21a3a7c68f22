/**
 * The loop IR: the one representation from the frontend to the emitters. A vector field, its vjp, a Runge–Kutta step
 * and the gradient of a whole solve are all functions of it.
 *
 * Nodes are plain readonly objects. Names are unique in a function: no two binders (parameter, `let`, `alloc`, loop
 * index) share one, whatever their scope, so passes never capture. Global arrays and functions are unique in a
 * program. Every array has a static shape; rank 0 is a mutable scalar. Order of floating-point operations is the order
 * written here, in every target.
 */

import type { Span } from "../diagnostics/span.ts";
import type { Affine } from "./affine.ts";
import type { Opcode } from "./opcode.ts";

export type Shape = readonly number[];
export type Element = "real" | "integer";

// Expressions: pure, without effect, strict in everything but the two sides of `select`.

export type Expr =
  | { readonly kind: "number"; readonly value: number }
  /** A scalar `let` or a real scalar parameter. */
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "read"; readonly array: string; readonly at: readonly Affine[] }
  /** An integer form as a real value. */
  | { readonly kind: "integer"; readonly value: Affine }
  | {
      readonly kind: "primitive";
      readonly op: Opcode;
      readonly args: readonly Expr[];
      /** Where the model writes it, of what bends or jumps, for who refuses it; as far as nothing built it again. */
      readonly span?: Span | undefined;
    }
  /** Only the side that is chosen is evaluated. */
  | {
      readonly kind: "select";
      readonly test: Test;
      readonly then: Expr;
      readonly else: Expr;
      readonly span?: Span | undefined;
    };

export type Relation = "lt" | "le" | "gt" | "ge" | "eq" | "ne";

export type Test =
  | { readonly kind: "compare"; readonly relation: Relation; readonly left: Expr; readonly right: Expr }
  /** Short-circuit, left to right. */
  | { readonly kind: "and" | "or"; readonly left: Test; readonly right: Test }
  | { readonly kind: "not"; readonly of: Test }
  | { readonly kind: "constant"; readonly value: boolean };

// Statements.

export type Statement =
  | Let
  | Alloc
  | Store
  | Accumulate
  | For
  | While
  | If
  | Call
  | Contract
  | Return
  | Comment;

export type Block = readonly Statement[];

/** Set where a function of the library is smooth and written by sides, as `softplus`: no side is seen from the other. */
type Seamless = true | undefined;

/** An immutable real scalar, visible to the end of its block. */
export interface Let {
  readonly kind: "let";
  readonly name: string;
  readonly value: Expr;
  readonly seamless?: Seamless;
  readonly span?: Span | undefined;
}

/** A local array, visible to the end of its block; filled with 0 each time it is reached where `zero` is set. */
export interface Alloc {
  readonly kind: "alloc";
  readonly array: string;
  readonly element: Element;
  readonly shape: Shape;
  /**
   * `tape`: written by the forward sweep of a function for its reverse sweep. `checkpoint`: states of an integration,
   * one per step; its first extent is a capacity that a target may leave to the caller.
   */
  readonly role: "local" | "tape" | "checkpoint";
  readonly zero: boolean;
  readonly span?: Span | undefined;
  /** Of a tape. */
  readonly taped?: Taped | undefined;
}

/** Why a value is kept on a tape rather than read or computed again. */
export type Reason =
  /** What it is read from is overwritten, in a later trip of a loop around the value where `carried` is set. */
  | {
      readonly kind: "overwritten";
      readonly array: string;
      readonly by: Span | undefined;
      readonly carried: boolean;
      /** The value is computed from what is overwritten, and not that itself. */
      readonly computed: boolean;
    }
  /** It is, or is computed from, an entry of an array that lives inside a loop or branch alone. */
  | { readonly kind: "ended"; readonly array: string; readonly computed: boolean }
  /** Work of computing it again, in additions. */
  | { readonly kind: "costly"; readonly cost: number }
  /** The reverse sweep is a function of its own, which is called later. */
  | { readonly kind: "apart" }
  /** The number of trips of a loop that may end before its cap. */
  | { readonly kind: "trips" };

/** A value on a tape: its name, where the model computes it, and why it is kept. */
export interface Taped {
  readonly value: string;
  readonly span: Span | undefined;
  readonly reason: Reason;
}

/** array[at] = value. Into an integer array, the value is a real expression whose value is an integer. */
export interface Store {
  readonly kind: "store";
  readonly array: string;
  readonly at: readonly Affine[];
  readonly value: Expr;
  readonly seamless?: Seamless;
  readonly span?: Span | undefined;
}

/** array[at] += value; the value does not read the same entry. The shape of an adjoint. */
export interface Accumulate {
  readonly kind: "accumulate";
  readonly array: string;
  readonly at: readonly Affine[];
  readonly value: Expr;
  readonly span?: Span | undefined;
}

/** For each integer from ≤ index < to, in rising order, or falling where `down` is set. Bounds are read once. */
export interface For {
  readonly kind: "for";
  readonly index: string;
  readonly from: Affine;
  readonly to: Affine;
  readonly down: boolean;
  readonly body: Block;
  readonly usual?: Usual;
  readonly span?: Span | undefined;
}

/**
 * What is known beforehand of a loop or branch whose bounds or test are not: trips, or `then` taken, for each time it is reached.
 * A branch of which this is 1 is taken by every run that ends well.
 */
type Usual = number | undefined;

/** While `test` holds, at most `limit` times; `counter` is the trip number, counting from 0, an index in `body`. */
export interface While {
  readonly kind: "while";
  readonly counter: string;
  readonly test: Test;
  readonly limit: number;
  readonly body: Block;
  readonly usual?: Usual;
  readonly span?: Span | undefined;
}

export interface If {
  readonly kind: "if";
  readonly test: Test;
  readonly then: Block;
  readonly else: Block;
  readonly usual?: Usual;
  readonly seamless?: Seamless;
  readonly span?: Span | undefined;
}

/** The sub-array of `array` whose leading indices are `prefix`. */
export interface View {
  readonly array: string;
  readonly prefix: readonly Affine[];
}

export type Argument =
  | { readonly kind: "real"; readonly value: Expr }
  | { readonly kind: "integer"; readonly value: Affine }
  | { readonly kind: "array"; readonly view: View };

/** Arguments stand in the order of the parameters. Arrays that are written never overlap another argument. */
export interface Call {
  readonly kind: "call";
  readonly callee: string;
  readonly args: readonly Argument[];
  readonly span?: Span | undefined;
}

export interface Access {
  readonly array: string;
  readonly at: readonly Affine[];
}

/** An axis of a contraction: from ≤ index < to; bounds may be forms of the axes before it. */
export interface Axis {
  readonly index: string;
  readonly from: Affine;
  readonly to: Affine;
}

/** to += product of the factors, over every index of `over`, the first outermost. */
export interface Contract {
  readonly kind: "contract";
  readonly to: Access;
  readonly factors: readonly Access[];
  readonly over: readonly Axis[];
  readonly span?: Span | undefined;
  /** Where hardware carries it out. Set by the last pass before a target prints it. */
  readonly mapped?: Mapped | undefined;
}

/** How a crossbar carries out a contraction of two factors. */
export interface Mapped {
  /**
   * `apply`: a matrix times a vector. `applyTransposed`: its transpose times a vector, by the same cells. `accumulate`:
   * an outer product, added to a matrix in digital memory.
   */
  readonly kind: "apply" | "applyTransposed" | "accumulate";
  /** Number of the matrix; which one it is may depend on a loop. */
  readonly matrix: Affine;
  /** Factor that runs along the rows, and the one along the columns; the matrix itself runs along both. */
  readonly row: string;
  readonly column: string;
}

/** Leaves an entry function with a status; only entry functions, which are never differentiated, contain it. */
export interface Return {
  readonly kind: "return";
  readonly status: number;
}

/** A line for the reader of generated code. A `banner` opens a section. */
export interface Comment {
  readonly kind: "comment";
  readonly text: string;
  readonly banner: boolean;
}

// Functions and programs.

export type Parameter =
  | { readonly kind: "real"; readonly name: string }
  | { readonly kind: "integer"; readonly name: string; readonly range?: { low: number; high: number } }
  | {
      readonly kind: "array";
      readonly name: string;
      readonly element: Element;
      readonly shape: Shape;
      /** `out`: contents undefined on entry, every entry assigned by the function; rank 0 for a scalar result. */
      readonly access: "in" | "out" | "inout";
    };

export interface Fn {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: Block;
  /** What it computes, for the reader of generated code. */
  readonly doc?: string | undefined;
  /** Functions that are its derivative, by name; both modes use them and do not look inside. */
  readonly rule?: Rule | undefined;
}

/**
 * The derivative of a function of real parameters x with results y of rank 0. `tangent`: parameters x, then tangents
 * x_dot, results y_dot. `cotangent`: parameters x, then seeds y_bar, results x_bar, which are assigned.
 */
export interface Rule {
  readonly tangent: string;
  readonly cotangent: string;
}

/** Records of a direction, and of what changes along it. */
export type Directed =
  | "controlDot"
  | "state0Dot"
  | "paramsDot"
  | "inputsDot"
  | "timesDot"
  | "valueDot"
  | "statesDot"
  | "outputsDot"
  | "state0BarDot"
  | "paramsBarDot"
  | "inputsBarDot"
  | "inputsDensityDot";

/** Where a global array lives outside the program: a leaf of a record of the module's interface. */
export interface Home {
  readonly record:
    | "control"
    | "state0"
    | "params"
    | "inputs"
    | "data"
    | "times"
    | "states"
    | "outputs"
    | "value"
    | "state0Bar"
    | "paramsBar"
    | "inputsBar"
    | "inputsDensity"
    | Directed
    | "report";
  /** Path of the leaf in the model, e.g. ["encoder", "W"]. */
  readonly path: readonly string[];
  /** First word of the leaf in the flat record. */
  readonly offset: number;
  /**
   * Leading dimensions that count records, not entries of the leaf: 1 for `states` (times) and `inputs` (pieces), and
   * one more in front of what each sample of a batch has for itself.
   */
  readonly lead: number;
}

export interface GlobalArray {
  readonly name: string;
  readonly element: Element;
  readonly shape: Shape;
  readonly role: "constant" | "interface" | "workspace" | "tape" | "checkpoint";
  /** Row-major contents of a constant. */
  readonly data?: readonly number[] | undefined;
  readonly home?: Home | undefined;
  readonly doc?: string | undefined;
  /** Of a tape. */
  readonly taped?: Taped | undefined;
}

export interface Program {
  readonly arrays: readonly GlobalArray[];
  readonly functions: readonly Fn[];
}
