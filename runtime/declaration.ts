/**
 * What a model declares, and what it gives back, as types: no code.
 *
 * `ode` infers one type parameter per key that holds leaves (state, params, constants, inputs, data) and types every function of
 * the declaration from them, so that a misspelt parameter, a missing derivative or a leaf of the wrong kind is an error of the
 * user's own tsc, at its place. Functions see literal numbers widened (`Widen`) and may return vectors as array literals (`Given`).
 */
import type { Computed, Given, Leaves, Widen } from "./leaves.ts";
import type { Signal } from "./signals.ts";

/** Signals by name; each env sees the leaf they have at its time. */
export type SignalRecord = { readonly [name: string]: Signal<Leaves> };

type LeafOf<T> = T extends Signal<infer L> ? L : never;

/** The third argument of every function of a model. */
export interface Env<C, I, D> {
  /** Time. */
  readonly t: number;
  readonly constants: Readonly<C>;
  readonly inputs: { readonly [K in keyof I]: LeafOf<I[K]> };
  readonly data: Readonly<Widen<D>>;
}

/** The env of `loss.at`: also the index of the observation in `times`. */
export interface ObservedEnv<C, I, D> extends Env<C, I, D> {
  readonly k: number;
}

/** A method's name; the ones `simulate` runs un-compiled are the keys of `tableaus`. */
export type MethodName =
  | "euler"
  | "midpoint"
  | "heun"
  | "ralston"
  | "bosh3"
  | "rk4"
  | "rk38"
  | "fehlberg45"
  | "dopri5"
  | "tsit5"
  | "dopri8"
  | "gauss1"
  | "gauss2"
  | "gauss3"
  | "radau5"
  | "esdirk4"
  | "rodas4"
  | "rodas5p"
  | "symplectic-euler"
  | "verlet"
  | "verlet-dkd"
  | "ruth3"
  | "yoshida4"
  | "yoshida6"
  | "yoshida8"
  | "leapfrog"
  | "reversible-heun"
  | "alf"
  | "ab2"
  | "ab3"
  | "ab4"
  | "ab5"
  | "abm4"
  | "taylor";

export type AdjointName =
  | "symplectic"
  | "step"
  | "store-all"
  | "revolve"
  | "reversible"
  | "continuous"
  | "auto";

/** Defaults of a solve. Every key has a command-line flag that overrides it. */
export interface SolverOptions {
  readonly method?: MethodName;
  /** Start of the interval, 0 if left out. */
  readonly t0?: number;
  /** Its end, 1 if left out. */
  readonly t1?: number;
  /** Number of fixed steps; or `dt`, which must divide the interval; or tolerances, for adaptive steps. 100 steps if left out. */
  readonly steps?: number;
  readonly dt?: number;
  readonly rtol?: number;
  readonly atol?: number;
  readonly maxSteps?: number;
  readonly adjoint?: AdjointName;
  /** States that `revolve` may keep. */
  readonly checkpoints?: number;
  /** Bytes of working memory that `auto` may use. */
  readonly ram?: number;
  /** What to differentiate with respect to, as dotted paths: `"params.W1"`, `"state"`, `"inputs.torque"`. */
  readonly wrt?: readonly string[];
  /** The method that starts a multistep method. */
  readonly start?: MethodName;
  /** Of `taylor`: the order, 2 to 16. */
  readonly order?: number;
}

export interface EventDeclaration<S, P, C, I, D> {
  /** The event is at the zeros of this function of state and time. */
  when(state: Widen<S>, params: Widen<P>, env: Env<C, I, D>): number;
  /** Rising (1), falling (-1) or both (0, the default). */
  readonly direction?: -1 | 0 | 1;
  /** Whether the solve ends there. */
  readonly stop?: boolean;
  /** The state after the event. */
  then?(state: Widen<S>, params: Widen<P>, env: Env<C, I, D>): NoInfer<Given<S>>;
}

/** The parts of the scalar that is differentiated; it is their sum. */
export interface LossDeclaration<S, P, C, I, D> {
  /** Of the state at t1. */
  readonly terminal?: (state: Widen<S>, params: Widen<P>, env: Env<C, I, D>) => number;
  /** Integrated over [t0, t1] by the method itself. */
  readonly running?: (state: Widen<S>, params: Widen<P>, env: Env<C, I, D>) => number;
  /** Summed over `times`. */
  readonly at?: (state: Widen<S>, params: Widen<P>, env: ObservedEnv<C, I, D>) => number;
}

/** Functions by the names of what they give, which is O. */
export type OutputFunctions<S, P, C, I, D, O> = {
  readonly [K in keyof O]: (state: Widen<S>, params: Widen<P>, env: Env<C, I, D>) => O[K];
};

/** Exactly one of the two says how the state moves. Where neither does, tsc names what is missing of the last. */
export type Motion<S, P, C, I, D> =
  | {
      /** For `state: { q, p }`: the compiler derives q' = dH/dp, p' = -dH/dq. */
      readonly hamiltonian: (state: Widen<S>, params: Widen<P>, env: Env<C, I, D>) => number;
      readonly rhs?: never;
    }
  | {
      /** The time derivative, in the shape of the state. */
      readonly rhs: (state: Widen<S>, params: Widen<P>, env: Env<C, I, D>) => NoInfer<Given<S>>;
      readonly hamiltonian?: never;
    };

/**
 * The argument of `ode`. S, P, C, I, D are the types of state, params, constants, inputs and data; O of the outputs' values; N of
 * what `initial` gives, and `undefined` where there is none.
 */
export interface OdeDeclaration<S, P, C, I, D, O, N = unknown> {
  /** Leaves and their default initial values. */
  readonly state: S;
  readonly params?: P;
  /** Folded into the code at compile time, never differentiated. */
  readonly constants?: C;
  readonly inputs?: I;
  /** Supplied at run time, never differentiated. */
  readonly data?: D;
  /** The initial state as a function of parameters, constants and data. */
  readonly initial?: (params: Widen<P>, env: Env<C, I, D>) => NoInfer<Given<S>> & N;
  /** Functions of the state, reported at `times`. */
  readonly outputs?: OutputFunctions<S, P, C, I, D, O>;
  /** Observation times; the end time alone if left out. */
  readonly times?: readonly number[];
  readonly loss?: LossDeclaration<S, P, C, I, D>;
  readonly events?: EventDeclaration<S, P, C, I, D> | readonly EventDeclaration<S, P, C, I, D>[];
  readonly solver?: SolverOptions;
}

/** `T` where there is something of `From` to name, a record without names where there is nothing. */
type Names<From, T> = [keyof From] extends [never] ? Readonly<Record<string, never>> : T;

/** Some of the leaves of a record, by name. */
export type Some<T> = Names<T, Partial<Given<T>>>;

/** Some of the signals, one entry per piece or knot. */
type SomeSignals<I> = Names<I, { readonly [K in keyof I]?: readonly Given<LeafOf<I[K]>>[] }>;

/** The state as questions may name it: not at all where `initial` computes it, which gives an N. */
export type Posed<S, N> = N extends undefined ? S : Record<never, never>;

/** What one run may replace. Names left out keep their defaults; a name that is given is given whole. */
export interface RunOptions<S, P, I, D> extends SolverOptions {
  readonly state?: Some<S>;
  readonly params?: Some<P>;
  /** By signal, one entry per piece or knot. */
  readonly inputs?: SomeSignals<I>;
  readonly data?: Some<D>;
  readonly times?: readonly number[];
}

/** States and outputs by name, one entry per time of `t`. */
export interface Simulation<S, O> {
  readonly t: readonly number[];
  readonly state: { readonly [K in keyof S]: readonly Widen<S[K]>[] };
  readonly outputs: { readonly [K in keyof O]: readonly Computed<O[K]>[] };
  /** The loss; 0 when none is declared. */
  readonly value: number;
}

/** One leaf for each leaf that is differentiated. `state` is absent when the model has `initial`, which gives an N. */
export interface Gradient<S, P, I, N = undefined> {
  readonly params: Widen<P>;
  readonly state: N extends undefined ? Widen<S> : undefined;
  readonly inputs: { readonly [K in keyof I]: readonly LeafOf<I[K]>[] };
}

/** A direction in the space of gradients; names left out are zero. */
export interface Direction<S, P, I> {
  readonly params?: Some<P>;
  readonly state?: Some<S>;
  readonly inputs?: SomeSignals<I>;
}

/** Where the leaves of a record lie in a flat array: row-major, in the order of the declaration. */
export interface Layout {
  readonly size: number;
  readonly leaves: readonly {
    /** Dotted path. */
    readonly name: string;
    readonly offset: number;
    readonly shape: readonly number[];
  }[];
}

/** What generated code says of itself. */
export interface Meta {
  readonly model: string;
  /** Of the compiler. */
  readonly version: string;
  readonly params: Layout;
  readonly data: Layout;
  readonly outputs: Layout;
  readonly bytes: { readonly workspace: number; readonly checkpoints: number };
}

/** Of a solve also how it is done, and the records a field does not have. */
export interface SolveMeta extends Meta {
  readonly method: MethodName;
  readonly adjoint: AdjointName;
  readonly state: Layout;
  readonly inputs: Layout;
}

/** What was settled about a solve and its gradient, and what they cost. */
export interface SolvePlan {
  readonly method: MethodName;
  readonly adjoint: AdjointName;
  readonly t0: number;
  readonly t1: number;
  /** Fixed steps, or the limit of adaptive ones. */
  readonly steps: number;
  /** Evaluations of the field, and of its vjp, in one gradient. */
  readonly fieldEvaluations: number;
  readonly vjpEvaluations: number;
  readonly checkpointBytes: number;
  readonly workspaceBytes: number;
  /** What is differentiated, where it is not everything. */
  readonly wrt?: readonly string[];
}

/**
 * What `ode` returns. Everything runs once the file is compiled; un-compiled, what does not need derivatives. N is what
 * `initial` gives, `undefined` where there is none.
 */
export interface Model<S, P, C, I, D, O, N = undefined> {
  readonly declaration: OdeDeclaration<S, P, C, I, D, O> & Motion<S, P, C, I, D>;
  readonly meta: SolveMeta;
  readonly plan: SolvePlan;
  simulate(options?: RunOptions<Posed<S, N>, P, I, D>): Simulation<S, O>;
  outputs(options?: RunOptions<Posed<S, N>, P, I, D>): Simulation<S, O>["outputs"];
  loss(options?: RunOptions<Posed<S, N>, P, I, D>): number;
  gradient(options?: RunOptions<Posed<S, N>, P, I, D>): Gradient<S, P, I, N>;
  valueAndGradient(options?: RunOptions<Posed<S, N>, P, I, D>): {
    value: number;
    gradient: Gradient<S, P, I, N>;
  };
  /** Derivative of the loss along a direction. */
  jvp(direction: Direction<Posed<S, N>, P, I>, options?: RunOptions<Posed<S, N>, P, I, D>): number;
  /** Hessian of the loss times a direction. */
  hvp(
    direction: Direction<Posed<S, N>, P, I>,
    options?: RunOptions<Posed<S, N>, P, I, D>,
  ): Gradient<S, P, I, N>;
}
