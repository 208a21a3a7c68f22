/**
 * What the frontend makes of an `ode({...})` declaration: the layout of its records, their defaults, and its functions
 * in the IR. Everything after the frontend works from this and never sees TypeScript.
 */

import type { Span } from "./diagnostics/span.ts";
import type { Fn, GlobalArray, Shape } from "./ir/nodes.ts";

/** One leaf of a record: a scalar (shape []), vector, matrix or tensor. */
export interface Leaf {
  /** Path in the model, e.g. ["encoder", "W"]; tuple members by their number. */
  readonly path: readonly string[];
  /** Name in the IR, unique in the model: the parameter of `rhs` and the other functions that carries it. */
  readonly name: string;
  readonly shape: Shape;
  /** First word in the flat record. For an input, in the record of all pieces. */
  readonly offset: number;
  /** Row-major default values. For an input, of all pieces: piece 0 first. */
  readonly initial: readonly number[];
  readonly span: Span;
  /** Of an array that stands for scalars of the user's: those scalars, one for each entry. */
  readonly parts?: readonly Leaf[] | undefined;
}

/** A signal of time. Its leaves have one copy for each piece or knot: flat storage is [count, ...shape], leaf by leaf. */
export interface Input {
  readonly name: string;
  readonly kind: "hold" | "linear" | "cubic";
  /** Pieces of `hold`, knots of the others. */
  readonly count: number;
  /** path[0] is the input's name; shape is that of one piece. */
  readonly leaves: readonly Leaf[];
  readonly span: Span;
}

export interface SolverDefaults {
  readonly method: string;
  readonly t0: number;
  readonly t1: number;
  readonly steps?: number | undefined;
  readonly dt?: number | undefined;
  readonly rtol?: number | undefined;
  readonly atol?: number | undefined;
  readonly maxSteps?: number | undefined;
  readonly start?: string | undefined;
  readonly order?: number | undefined;
  readonly adjoint: string;
  readonly checkpoints?: number | undefined;
  readonly ram?: number | undefined;
  /** Dotted paths, e.g. "params.W1", "state", "inputs.torque"; undefined: everything. */
  readonly wrt?: readonly string[] | undefined;
}

/**
 * Functions of the model in the IR. Parameters, in this order, of every one of them:
 *   real `t`; [integer `k` for `at` only]; arrays, access "in": the state leaves, the params leaves, the input leaves
 *   (each in the shape of one piece), the data leaves; then results, access "out".
 * Results: `rhs`: one per state leaf, in order, named `f_<leaf>`, same shape. `terminal`, `running`, `at`: one of rank
 * 0, named `result`. Outputs: one array, named `result`, in the shape of the output.
 * Constant arrays are read as globals (`constants`). Helper functions are already expanded; only functions with rules of
 * the user's own are called.
 */
export interface Model {
  readonly name: string;
  readonly file: string;
  readonly span: Span;
  readonly state: readonly Leaf[];
  readonly params: readonly Leaf[];
  readonly inputs: readonly Input[];
  readonly data: readonly Leaf[];
  /** Observation times; undefined: the end time alone. */
  readonly times?: readonly number[] | undefined;
  readonly timesSpan?: Span | undefined;
  /** Where each of the times stands, if not in the text of the model. */
  readonly timesFrom?: readonly string[];
  readonly constants: readonly GlobalArray[];
  /** What the functions call: those with the user's own rules, and the rules. */
  readonly functions: readonly Fn[];
  readonly rules: readonly CustomRule[];
  /** Differential operators that the functions call, those that others are made of first. */
  readonly operators: readonly OperatorCall[];
  readonly rhs: Fn;
  /** The energy that `rhs` is the field of; the frontend leaves `rhs` without statements then. */
  readonly hamiltonian?: Fn | undefined;
  /** The initial state; like `rhs`, without the state leaves among its parameters. Nothing: it is given. */
  readonly initial?: Fn | undefined;
  readonly event?: ModelEvent | undefined;
  readonly loss: {
    readonly terminal?: Fn | undefined;
    readonly running?: Fn | undefined;
    readonly at?: Fn | undefined;
  };
  readonly outputs: readonly { readonly name: string; readonly shape: Shape; readonly fn: Fn }[];
  /** Of a `field`: what it is beside a model without a state. */
  readonly field?: FieldParts | undefined;
  /** What the operators that were expanded propagate, by the name of their call. */
  readonly schemes?: ReadonlyMap<string, SchemeChoice> | undefined;
  readonly solver: SolverDefaults;
  /** Where each key of `solver` was written, for diagnostics. */
  readonly solverSpans: Readonly<Record<string, Span>>;
}

/**
 * A function of a point: its points stand among the data, its value and its operators are the outputs, in this order,
 * and `loss.at` is averaged over the points. There is no state and nothing is solved.
 */
export interface FieldParts {
  /** How many points a module takes at once. */
  readonly count: number;
  /** Leaves of the data that hold the points, the number of the point first. */
  readonly points: readonly string[];
  /** Of a module that takes one point after the other and uses its number: the leaf of the data that holds it, and the greatest. */
  readonly number: { readonly leaf: string; readonly last: number } | undefined;
  /** Leaves of the data for a direction in the shape of the point, where an operator needs one. */
  readonly directions: readonly string[];
  /** Names of the operators that need it. */
  readonly directed: readonly string[];
  /** The leaf for a covector in the shape of the value, likewise. */
  readonly covector: string | undefined;
  /** Leaves of the data for the directions of estimates that are not drawn when the model is compiled. */
  readonly sampled: readonly string[];
  /** The call of each operator, by its name among the outputs. */
  readonly operators: ReadonlyMap<string, string>;
}

/** How a derivative is computed, and how many vectors every value of the function then is. */
export interface Scheme {
  readonly name: string;
  readonly vectors: number;
}

export interface SchemeChoice {
  /** The operator and its function as the text has them. */
  readonly text: string;
  readonly taken: Scheme;
  readonly passedOver: readonly Scheme[];
}

/** What happens where a function of the state passes through 0. */
export interface ModelEvent {
  /** Like `terminal`: one result of rank 0. */
  readonly when: Fn;
  /** Like `rhs`: the state behind the event. Nothing: the state goes on. */
  readonly then?: Fn | undefined;
  /** 1: while rising, -1: while falling, 0: both. */
  readonly direction: -1 | 0 | 1;
  /** Whether the solve ends there. */
  readonly stops: boolean;
  readonly span: Span;
}

/** `custom(f, { jvp, vjp })` in one call shape. */
export interface CustomRule {
  /** The function's name in the text. */
  readonly name: string;
  /** Names among the model's functions. */
  readonly value: string;
  readonly tangent: string;
  readonly cotangent: string;
  /** Which of the two the user wrote; the other follows from it. */
  readonly given: { readonly jvp: boolean; readonly vjp: boolean };
  readonly span: Span;
}

/** Which derivative an operator takes. */
export type OperatorKind =
  | { readonly name: "gradient" | "jacobian" | "hessian" | "divergence" | "laplacian" | "biharmonic" }
  /** Along a direction in the shape of the point, given after the function's own arguments. */
  | { readonly name: "jvp" | "hvp" }
  /** Of a covector in the shape of the result, given likewise. */
  | { readonly name: "vjp" }
  | { readonly name: "directional"; readonly order: number }
  /** Given likewise: sigma, of as many columns, and the drift where there is one. */
  | { readonly name: "weightedLaplacian"; readonly columns: number; readonly drift: boolean }
  /** Given likewise: the directions, one a column. The estimate is the mean over them times `scale`. */
  | {
      readonly name: "stochastic";
      readonly of: Estimated;
      readonly samples: number;
      readonly scale: number;
      /** The standard error stands behind the estimate, times this; nothing: it is not asked for. */
      readonly error?: number | undefined;
    }
  /** Given likewise: the coefficients of the terms, one number for each. */
  | { readonly name: "linearOperator"; readonly alphas: readonly (readonly number[])[] };

/** Operators that there are estimates of. */
export type Estimated = "laplacian" | "weightedLaplacian" | "biharmonic" | "divergence";

/**
 * A differential operator applied to a function of the text, in one call shape. Calls pass the arguments of the
 * function, what the operator is given besides, and arrays for its results: one leaf for each of the point's for
 * derivatives in the shape of the point, one array otherwise.
 */
export interface OperatorCall {
  /** Of the function that is called. */
  readonly name: string;
  readonly kind: OperatorKind;
  /** What it is of; one result, named \`result\`. */
  readonly fn: Fn;
  /** Those parameters of \`fn\` that are the point. */
  readonly point: readonly string[];
  /** The operator and its function as the text has them: \`laplacian(u)\`. */
  readonly text: string;
  readonly span: Span;
}

/** Entries of the largest array: 128 MiB of doubles, which the compiler reads and writes out one by one. */
export const mostEntries = 2 ** 24;

export const sizeOf = (shape: Shape): number => shape.reduce((product, extent) => product * extent, 1);

/** The functions of a model that its solve asks for. */
export function functionsOf(model: Model): Fn[] {
  const found: Fn[] = [];
  mapFunctions(model, (fn) => {
    found.push(fn);
    return fn;
  });
  return found;
}

/** The model with something else in the place of each function that its solve asks for. */
export function mapFunctions(model: Model, map: (fn: Fn) => Fn): Model {
  const maybe = (fn: Fn | undefined): Fn | undefined => fn && map(fn);
  const { loss, event } = model;
  return {
    ...model,
    rhs: map(model.rhs),
    initial: maybe(model.initial),
    event: event && { ...event, when: map(event.when), then: maybe(event.then) },
    loss: { terminal: maybe(loss.terminal), running: maybe(loss.running), at: maybe(loss.at) },
    outputs: model.outputs.map((output) => ({ ...output, fn: map(output.fn) })),
  };
}
