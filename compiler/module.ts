/**
 * What the emitters print: one optimised program with its entry points, beside the model it came from. Every array of
 * rank 1 or more is a global of the program by now (interface, constant, workspace or tape); only scalars are local.
 */

import type { Program } from "./ir/nodes.ts";
import type { Model } from "./model.ts";

/** Steps are counted in whole numbers of 32 bits, which stay below this. Single precision has it, too. */
export const uncountable = 2 ** 31;

/** The status codes of generated code, the same numbers in every target. */
export const status = {
  ok: 0,
  stepLimit: 1,
  stepUnderflow: 2,
  notFiniteField: 3,
  notFiniteState: 4,
  newtonFailed: 5,
  singularMatrix: 6,
  workspaceTooSmall: 7,
  badArgument: 8,
} as const;

/** The status that C alone has, where it is compiled to check whose workspace it is given. */
export const wrongWorkspace = { wrongWorkspace: 9 } as const;

/** How one question is asked of the model: defaults of the model under the options of the user. */
export interface Solver {
  readonly method: string;
  /** Of Taylor's method. */
  readonly order?: number | undefined;
  /** What starts a multistep method, where it is not the usual one. */
  readonly start?: string | undefined;
  readonly adjoint: string;
  /** States that `revolve` keeps. */
  readonly checkpoints?: number | undefined;
  /** Bytes that `auto` may use. */
  readonly ram?: number | undefined;
  readonly t0: number;
  readonly t1: number;
  /** Fixed number of steps, or the limit of adaptive ones: default of the run, and the capacity of the checkpoints. */
  readonly steps: number;
  /** Whether a gradient gives the density of inputs beside it. */
  readonly density?: boolean | undefined;
  /** Whether the model has an event, so that steps move. */
  readonly hasEvents?: boolean | undefined;
  /** How many samples are solved one after the other; nothing: one, and its records have no axis for it. */
  readonly batch?: number | undefined;
  /** Whether nothing is solved: the model is a field, asked at points. */
  readonly isPointwise?: boolean | undefined;
  /** Whether stages are solved for. */
  readonly isImplicit?: boolean | undefined;
  /** Whether code is to be short rather than fast. */
  readonly isSmall?: boolean | undefined;
  /** Of adaptive steps; nothing: steps are fixed. */
  readonly tolerance?: { readonly rtol: number; readonly atol: number } | undefined;
  /** Dotted paths that are differentiated; undefined: everything. */
  readonly wrt?: readonly string[] | undefined;
}

/** The words of `control`, in their order, with their defaults; the last is the number of steps or their limit. */
export const controlOf = ({
  t0,
  t1,
  steps,
  tolerance,
  isPointwise,
}: Solver): readonly (readonly [string, number])[] =>
  isPointwise === true
    ? []
    : [
        ["t0", t0],
        ["t1", t1],
        ...(tolerance === undefined
          ? [["steps", steps] as const]
          : ([
              ["rtol", tolerance.rtol],
              ["atol", tolerance.atol],
              ["maxSteps", steps],
            ] as const)),
      ];

/** How the steps come about, in words. */
export const stepsInWords = ({ steps, tolerance }: Solver): string =>
  tolerance === undefined ? `${steps} steps` : `rtol ${tolerance.rtol}, atol ${tolerance.atol}`;

/** The words of `report`, in their order. */
export const reportOf = (solver: Solver): readonly string[] => [
  ...["failedStep", "failedStage"],
  ...(isCounted(solver) ? ["accepted", "rejected", "evaluations"] : []),
  ...(isRecovering(solver) ? ["deviation"] : []),
];

/** Whether states are recovered in the reverse sweep, and compared with the start at its end. */
export const isRecovering = ({ adjoint }: Solver): boolean =>
  adjoint === "reversible" || adjoint === "continuous";

/** Whether only a run knows how many steps it takes, or how often it asks the field. */
export const isCounted = ({ tolerance, isImplicit, hasEvents }: Solver): boolean =>
  tolerance !== undefined || isImplicit === true || hasEvents === true;

/** Products with a direction that a module has beside `solve` and `gradient`. */
export interface Products {
  /** Of the solve: how states, outputs and loss change along a direction. */
  readonly jvp: boolean;
  /** Of the gradient: the Hessian of the loss times a direction. */
  readonly hvp: boolean;
}

export const noProducts: Products = { jvp: false, hvp: false };

/** An argument of an exported function: a scalar, or a flat record whose leaves are parameters of the IR function. */
export type EntryArgument =
  | { readonly kind: "real"; readonly parameter: string }
  | {
      readonly kind: "record";
      /** Name in the exported signature: y, p, inputs, data, dy, w, yBar … */
      readonly name: string;
      readonly access: "in" | "out" | "inout";
      readonly members: readonly { readonly parameter: string; readonly offset: number }[];
      readonly size: number;
    };

/** A function of the program that the module exports. `solve` and `gradient` take nothing: they work on the globals. */
export interface Entry {
  readonly name: "solve" | "gradient" | "jvp" | "hvp" | "field" | "fieldVjp" | "fieldJvp";
  readonly fn: string;
  readonly arguments: readonly EntryArgument[];
}

/** What an entry is called outside: a field is not solved but evaluated. */
export const exportName = (entry: Entry["name"], { field }: Model): string =>
  field !== undefined && entry === "solve" ? "evaluate" : entry;

export interface Module {
  readonly model: Model;
  readonly solver: Solver;
  readonly program: Program;
  readonly entries: readonly Entry[];
  /** Field and vjp evaluations of one solve and one gradient with the default number of steps. */
  readonly counts: {
    readonly solve: { readonly field: number };
    readonly gradient: { readonly field: number; readonly vjp: number };
    /** Of the reverse sweep, in each step. */
    readonly reverse: { readonly field: number; readonly vjp: number };
  };
  /** Words of storage, by role. */
  readonly words: { readonly checkpoints: number; readonly workspace: number };
  readonly version: string;
}
