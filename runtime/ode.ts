/**
 * `ode` and `kernel`: declare a model and get an object that runs it.
 *
 * The compiler reads the call from the text of the file and never runs it; compiled, the same object has generated code behind
 * the same methods. Un-compiled it refuses whatever needs a derivative, and solves with whatever `solve` it was made with: the
 * slow reference solve where models run un-compiled, none where a bundle must stay small.
 */
import type {
  LossDeclaration,
  Model,
  Motion,
  OdeDeclaration,
  OutputFunctions,
  Posed,
  RunOptions,
  SignalRecord,
  Simulation,
  SolverOptions,
} from "./declaration.ts";
import type { LeafRecord, LeavesOf, Value, Vec } from "./leaves.ts";
import { uncompiled } from "./refuse.ts";

type None = Record<never, never>;
type Values = { readonly [name: string]: Value };

/** `simulate`, or the error that there is no solve. */
export type Solve = (
  declaration: object,
  options?: object,
) => Simulation<LeafRecord, Record<string, unknown>>;

/** Declares an ODE model: a vector field and the question asked of it. */
export const odeBy =
  (solve: Solve) =>
  <
    S extends LeavesOf<S>,
    P extends LeavesOf<P> = None,
    C extends object = None,
    I extends SignalRecord = None,
    D extends LeavesOf<D> = None,
    O extends Values = None,
    N extends object | undefined = undefined,
  >(
    declaration: OdeDeclaration<S, P, C, I, D, O, N> & Motion<S, P, C, I, D>,
  ): Model<S, P, C, I, D, O, N> => {
    // The declaration says the types of what its functions give; the solve has forgotten them.
    const simulate = (options?: object) => solve(declaration, options) as unknown as Simulation<S, O>;
    return uncompiled<Model<S, P, C, I, D, O, N>, "jvp" | "hvp" | "plan">(
      {
        declaration,
        simulate,
        outputs: (options) => simulate(options).outputs,
        loss: (options) => simulate(options).value,
      },
      "jvp hvp plan",
    );
  };

/** A bare function as other ODE libraries take it: `(t, y, p)` returns the derivative, `(t, y, p, dy)` writes it to `dy`. */
export interface KernelDeclaration<Name extends string, O = Values> {
  /** Number of variables, which start from 0, or what they start from. */
  readonly state: number | readonly number[];
  /** Names of the entries of `p`, in order; with default values as a record. */
  readonly params?: readonly Name[] | Readonly<Record<Name, number>>;
  // biome-ignore lint/suspicious/noConfusingVoidType: one function type, so that `t`, `y`, `p` and `dy` get their types from it
  readonly rhs: (t: number, y: Vec, p: Vec, dy: Vec) => Vec | readonly number[] | void;
  readonly times?: readonly number[];
  readonly loss?: LossDeclaration<{ y: Vec }, { [K in Name]: number }, None, None, None>;
  readonly outputs?: OutputFunctions<{ y: Vec }, { [K in Name]: number }, None, None, None, O>;
  readonly solver?: SolverOptions;
}

/** A model with one state leaf `y` and scalar parameters around a bare function. */
export const kernelBy =
  (solve: Solve) =>
  <const Name extends string = never, O extends Values = None>({
    state,
    params = [],
    rhs,
    ...rest
  }: KernelDeclaration<Name, O>) =>
    odeBy(solve)({
      ...rest,
      state: { y: new Float64Array(state as number) },
      params: (Array.isArray(params) ? Object.fromEntries(params.map((name) => [name, 0])) : params) as {
        [K in Name]: number;
      },
      rhs: ({ y }, named, { t }) => {
        const dy = new Float64Array(y.length);
        return { y: rhs(t, y, Float64Array.from(Object.values(named as object)), dy) ?? dy };
      },
    });

/** What one run of a model `M` may replace. */
export type OptionsOf<M> =
  M extends Model<infer S, infer P, infer _C, infer I, infer D, infer _O, infer N>
    ? RunOptions<Posed<S, N>, P, I, D>
    : never;
