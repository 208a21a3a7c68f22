/**
 * Diagnostics of the solver options (4xxx), of the command line and its files (5xxx) and of the compiler itself (9xxx):
 * one function for each code, the only place with their wording. Those of the model's text are in `messages.ts`.
 */

import type { Diagnostic } from "./diagnostic.ts";
import type { Span } from "./span.ts";

interface Extras {
  readonly span?: Span | undefined;
  readonly suggestion?: string | undefined;
  readonly notes?: Diagnostic["notes"];
}

const error = (code: string, message: string, extras: Extras = {}): Diagnostic => ({
  code,
  severity: "error",
  message,
  notes: extras.notes ?? [],
  ...(extras.span === undefined ? {} : { span: extras.span }),
  ...(extras.suggestion === undefined ? {} : { suggestion: extras.suggestion }),
});

const list = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(", ");
const did = (close: string | undefined, otherwise: string): string =>
  close === undefined ? otherwise : `did you mean \`${close}\`?`;

// 4xxx: how the question is asked.

export const unknownMethod = (name: string, close: string | undefined, span?: Span): Diagnostic =>
  error("ODE4001", `there is no integration method \`${name}\``, {
    span,
    suggestion: did(close, "`odegrad list methods` names them all"),
  });

export const badStart = (method: string, start: string, close: string | undefined, span?: Span): Diagnostic =>
  error("ODE4017", `\`${start}\` cannot start \`${method}\``, {
    span,
    suggestion: did(
      close === start ? undefined : close,
      "`--start` names an explicit Runge-Kutta method, for ab2 to ab5 and abm4 alone",
    ),
  });

export const badOrder = (method: string, order: number, span?: Span): Diagnostic =>
  error(
    "ODE4031",
    method === "taylor"
      ? `\`taylor\` has no order ${order}`
      : `\`--order\` is that of \`taylor\`, and the method is \`${method}\``,
    {
      span,
      suggestion:
        method === "taylor" ? "give an order from 2 to 16" : "take `--method taylor`, or leave the order out",
    },
  );

export const notWithTaylor = (what: string, instead: string, span?: Span): Diagnostic =>
  error("ODE4032", `\`taylor\` does not go with ${what}`, { span, suggestion: instead });

export const stopInMethod = (method: string, span: Span): Diagnostic =>
  error(
    "ODE4037",
    `\`${method}\` takes derivatives of this function for its steps, and \`stopGradient\` leaves them out there too`,
    { span, suggestion: "take a method that makes its steps of values alone, e.g. `dopri5` or `rk4`" },
  );

export const withoutSeries = (span: Span): Diagnostic =>
  error(
    "ODE4038",
    "`taylor` needs derivatives of higher orders, and the rule of this function says only the first",
    {
      span,
      suggestion: "call the function itself here, without `custom`, or take another method, e.g. `dopri8`",
    },
  );

/** `op`: the primitive with a bend or a jump; nothing: a branch. */
export const sidesOfSeries = (op: string | undefined, span: Span): Diagnostic =>
  error(
    "ODE4039",
    `adaptive steps of \`taylor\` know the side on which they start alone, and ${op === undefined ? "a branch here asks for what moves" : `\`${op === "mod" ? "%" : `Math.${op}`}\` has two`}`,
    {
      span,
      suggestion: "take a method that sees both sides, e.g. `dopri5`, or fixed steps, e.g. `--steps 1000`",
    },
  );

export const nothingToSolve = (model: string, option: string): Diagnostic =>
  error("ODE4030", `\`${model}\` is a field: nothing is integrated, and \`${option}\` says how to`, {
    suggestion: "leave the option out; `--point` and `--points` say where a field is asked",
  });

const anySystem = "take a method for any system, e.g. `gauss2` (symplectic too), `rk4` or `dopri5`";

const notInTurn = (method: string, why: string, span: Span, notes: Diagnostic["notes"] = []): Diagnostic =>
  error("ODE4018", `\`${method}\` moves positions and momenta in turn, and ${why}`, {
    span,
    suggestion: anySystem,
    notes,
  });

export const oneHalf = (method: string, only: string, span: Span): Diagnostic =>
  notInTurn(method, `\`${only}\` is all that moves`, span);

export const notSeparable = (
  method: string,
  moved: string,
  on: string,
  span: Span,
  movedSpan: Span,
): Diagnostic =>
  moved === on
    ? notInTurn(method, `the derivative of \`${moved}\` depends on \`${moved}\` itself`, span)
    : notInTurn(method, `the derivative of \`${moved}\` depends on \`${on}\`, which moves with it`, span, [
        { message: `\`${moved}\` is declared here`, span: movedSpan },
      ]);

export const unknownAdjoint = (name: string, close: string | undefined, span?: Span): Diagnostic =>
  error("ODE4003", `there is no adjoint plan \`${name}\``, {
    span,
    suggestion: did(close, "`odegrad list adjoints` names them all"),
  });

export const autoWithoutRam = (): Diagnostic =>
  error("ODE4023", "`auto` chooses a plan by the memory there is, and nobody says how much", {
    suggestion: "give it in bytes, e.g. `--ram 4096`",
  });

export const notReversible = (
  method: string,
  isAdaptive: boolean,
  those: readonly string[],
  span?: Span,
): Diagnostic =>
  error(
    "ODE4025",
    isAdaptive
      ? "`reversible` undoes steps of a fixed length, and these are adaptive"
      : `steps of \`${method}\` cannot be undone`,
    {
      span,
      suggestion: isAdaptive
        ? "give `steps`, or take `revolve` for a gradient in little memory"
        : `take one of ${list(those)}, or \`revolve\` for a gradient in little memory`,
    },
  );

export const tooLittleRam = (
  ram: number,
  { plan, bytes }: { readonly plan: string; readonly bytes: number },
): Diagnostic =>
  error("ODE4024", `no exact plan fits into ${ram} bytes`, {
    suggestion: `the smallest, ${plan}, needs ${bytes} bytes: give \`--ram ${bytes}\``,
  });

export const noContinuousAdjoint = (method: string, span?: Span): Diagnostic =>
  error(
    "ODE4004",
    `the continuous adjoint is there for explicit Runge-Kutta methods, not for \`${method}\``,
    {
      span,
      suggestion: "use `symplectic`: the exact gradient of the discrete solve, one stored state a step",
    },
  );

export const eventsNeed = (
  what: "method" | "plan" | "no density",
  methods: readonly string[],
  span: Span,
): Diagnostic =>
  error(
    "ODE4028",
    {
      method: "events are found in steps of an explicit Runge-Kutta method",
      plan: "with events the gradient comes by the plans `symplectic`, `step` and `store-all`",
      "no density": "events move the steps, and a density is that of steps that stay where they are",
    }[what],
    {
      span,
      suggestion: {
        method: `use one of ${list(methods)}`,
        plan: "use `--adjoint symplectic`",
        "no density": "leave `--density` out: the gradient of the inputs themselves is exact",
      }[what],
    },
  );

export const noDensity = (why: "inputs" | "plan"): Diagnostic =>
  error(
    "ODE4026",
    why === "inputs"
      ? "`--density` is the gradient of inputs per node, and no input of this model is differentiated"
      : "`--density` takes λ at every step from an exact sweep over all of them",
    {
      suggestion:
        why === "inputs"
          ? "leave `--density` out: parameters that are shared in time need no correction"
          : "use `--adjoint symplectic`, `step` or `store-all` with it",
    },
  );

export const weaklyStable = (method: string, input: string, span: Span): Diagnostic => ({
  ...error(
    "ODE4027",
    `\`${method}\` is weakly stable: the exact gradient of \`${input}\` oscillates from step to step, and does not converge`,
    {
      span,
      suggestion: "ask for `--density`, the gradient that converges, or use a one-step method",
    },
  ),
  severity: "warning",
});

export const badInterval = (t0: number, t1: number, span?: Span): Diagnostic =>
  error("ODE4005", `the interval from t0 = ${t0} to t1 = ${t1} has no length`, {
    span,
    suggestion: "let t1 lie after t0",
  });

export const badSteps = (steps: number, span?: Span): Diagnostic =>
  error("ODE4006", `${steps} is no number of steps`, {
    span,
    suggestion: "give a whole number from 1 to 2147483647",
  });

/** Flags that make the steps of a method adaptive, or of another one where it has no estimate. */
const adaptively = (hasEstimate: boolean): string =>
  hasEstimate ? "`--rtol 1e-8`" : "`--method dopri5 --rtol 1e-8`";

/** `fitting`: many steps, but not too many, that are admitted otherwise. */
export const tooManySteps = (
  dt: number,
  length: number,
  most: number,
  fitting: number,
  hasEstimate: boolean,
  span?: Span,
): Diagnostic =>
  error("ODE4034", `the step size ${dt} makes more than ${most} steps of the interval of length ${length}`, {
    span,
    suggestion: `take \`--steps ${fitting}\` at the most, or adaptive steps: ${adaptively(hasEstimate)}, in the place of \`dt\``,
  });

/** `fitting`: the size with its sign the other way, where that is all; a number of steps that is admitted otherwise; or there is none. */
export const badStepSize = (
  dt: number,
  length: number,
  fitting: { readonly dt: number } | { readonly steps: number } | undefined,
  hasEstimate: boolean,
  span?: Span,
): Diagnostic =>
  error("ODE4007", `the step size ${dt} does not divide the interval of length ${length}`, {
    span,
    suggestion:
      fitting === undefined
        ? `take adaptive steps, which meet any time: ${adaptively(hasEstimate)} in the place of \`dt\``
        : "dt" in fitting
          ? `a step has the sign of the interval: ${span === undefined ? `\`--dt=${fitting.dt}\`` : `\`dt: ${fitting.dt}\``}`
          : `\`--steps ${fitting.steps}\` has steps of ${length / fitting.steps}`,
  });

export const stepsAndStepSize = (span?: Span): Diagnostic =>
  error("ODE4008", "both a number of steps and a step size are given", {
    span,
    suggestion: span === undefined ? "give `--steps` or `--dt`, not both" : "leave out `steps` or `dt`",
  });

export const stepsAndTolerances = (span?: Span): Diagnostic =>
  error("ODE4019", "both fixed steps and tolerances are given", {
    span,
    suggestion: "give `steps` or `dt` for fixed steps, or `rtol` and `atol` for adaptive ones",
  });

export const noErrorEstimate = (method: string, those: readonly string[], span?: Span): Diagnostic =>
  error("ODE4021", `\`${method}\` has no error estimate, so its steps cannot be adaptive`, {
    span,
    suggestion: `take one of ${list(those)}, or fixed \`steps\``,
  });

export const badTolerance = (rtol: number, atol: number, span?: Span): Diagnostic =>
  error("ODE4022", `the tolerances rtol = ${rtol} and atol = ${atol} make no error acceptable`, {
    span,
    suggestion: "give numbers from 0 on, not both 0, e.g. `rtol: 1e-6, atol: 1e-9`",
  });

export const stepsNoMultipleOfPieces = (
  steps: number,
  input: string,
  pieces: number,
  suggested: number,
  span: Span | undefined,
  inputSpan: Span,
): Diagnostic =>
  error("ODE4009", `${steps} steps are no multiple of the ${pieces} pieces of \`${input}\``, {
    span: span ?? inputSpan,
    suggestion: `take ${suggested} steps: a step of fixed length must not straddle two pieces of \`hold\``,
    notes: span === undefined ? [] : [{ message: `\`${input}\` has ${pieces} pieces`, span: inputSpan }],
  });

/** An observation time, and the place where it stands: a line of a table, or in the model. */
export interface WrittenTime {
  readonly time: number;
  readonly from?: string | undefined;
  readonly span?: Span | undefined;
}

const observed = ({ time, from }: WrittenTime): string =>
  `${from === undefined ? "" : `${from}: `}the observation time ${time}`;

export const timeOffSteps = (
  time: WrittenTime,
  steps: number,
  suggested: number | undefined,
  hasEstimate: boolean,
): Diagnostic =>
  error("ODE4010", `${observed(time)} does not lie on a boundary of the ${steps} steps`, {
    span: time.span,
    suggestion:
      suggested === undefined
        ? `take adaptive steps, which meet any time: ${adaptively(hasEstimate)} in the place of a number of steps`
        : `take ${suggested} steps, which meet every observation time`,
  });

export const timeOutside = (time: WrittenTime, t0: number, t1: number): Diagnostic =>
  error("ODE4011", `${observed(time)} lies outside the interval from ${t0} to ${t1}`, {
    span: time.span,
    suggestion: "observation times lie between t0 and t1, both included",
  });

/** `before`: the time in front of it, which it may be equal to, or so near that both fall on one step. */
export const timesNotInOrder = (time: WrittenTime, before: number): Diagnostic =>
  error(
    "ODE4012",
    before === time.time ? `${observed(time)} is there twice` : `${observed(time)} stands behind ${before}`,
    {
      span: time.span,
      suggestion: "write the times in the order of integration, each once",
    },
  );

export const unknownWrt = (path: string, close: string | undefined, span?: Span): Diagnostic =>
  error("ODE4013", `\`wrt\` names \`${path}\`, which the model does not have`, {
    span,
    suggestion: did(close, "name `state`, `params`, `inputs` or a leaf of them, e.g. `params.alpha`"),
  });

export const timesOnSteps = (hasTimes: boolean, hasEstimate: boolean, span?: Span): Diagnostic =>
  error(
    "ODE4029",
    hasTimes
      ? "`wrt` names `times`, and observations of fixed steps lie on the steps: none can move by itself"
      : "`wrt` names `times`, and the model has none",
    {
      span,
      suggestion: hasTimes
        ? `use adaptive steps, ${adaptively(hasEstimate)} in the place of a number of steps, or name \`t0\` and \`t1\``
        : "name `t1`, the end",
    },
  );

export const wrtOfInitial = (path: string, span?: Span): Diagnostic =>
  error("ODE4016", `\`wrt\` names \`${path}\`, which \`initial\` computes`, {
    span,
    suggestion: "name what it is computed from, e.g. `params`",
  });

export const noLoss = (model: string, isField: boolean, span: Span): Diagnostic =>
  error(
    "ODE4014",
    `the ${isField ? "field" : "model"} \`${model}\` has no loss, so there is no gradient to ask for`,
    {
      span,
      suggestion: isField
        ? "add `loss: { at: (value) => … }`, a number for each point"
        : "add `loss: { terminal: (state) => … }`; a bare function goes into `kernel({ state, params, rhs: f, loss })`",
    },
  );

export const solveStopped = (what: string, reason: string, suggestion: string, span: Span): Diagnostic =>
  error("ODE4015", `the ${what} did not come to its end: ${reason}`, { span, suggestion });

export const tooMuchMemory = (gibibytes: string, span: Span | undefined): Diagnostic =>
  error("ODE4020", `the gradient needs ${gibibytes} GiB of working memory`, {
    span,
    suggestion:
      "make fewer trips of the loops around this, or carry the value as one more state; `odegrad inspect --tape` of a shorter loop says what is kept and why",
  });

export const batchTooLarge = (batch: number, most: number): Diagnostic =>
  error("ODE4033", `a batch of ${batch} has arrays of more than 2^24 entries`, {
    suggestion: `take ${most} at the most, and several calls for more`,
  });

export const badCheckpoints = (count: number, most: number, span?: Span): Diagnostic =>
  error("ODE4035", `${count} is no number of checkpoints`, {
    span,
    suggestion: `give a whole number from 1 to ${most}; a few hundred serve for millions of steps`,
  });

/** What the system said when generated code asked for its arrays. */
export const noMemory = (): Diagnostic =>
  error("ODE4036", "there is no memory for the arrays of the generated code", {
    suggestion:
      "take fewer steps, or a plan that stores less of each: `odegrad inspect --plans` says what they take",
  });

// 5xxx: the command line and its files.

export const unknownOption = (option: string, close: string | undefined, where = "odegrad"): Diagnostic =>
  error("ODE5001", `there is no option \`${option}\``, {
    suggestion: did(close, `\`${where} --help\` lists the options`),
  });

export const optionNotAvailableYet = (option: string, meanwhile: string): Diagnostic =>
  error("ODE5002", `the option \`${option}\` is planned and not available yet`, { suggestion: meanwhile });

export const valueNotAvailableYet = (
  option: string,
  value: string,
  available: readonly string[],
): Diagnostic =>
  error("ODE5003", `\`${option} ${value}\` is planned and not available yet`, {
    suggestion: `use one of ${list(available)}`,
  });

export const badOptionValue = (option: string, value: string, expected: string, close?: string): Diagnostic =>
  error("ODE5004", `\`${value}\` is no value of \`${option}\``, {
    suggestion: did(close, `give ${expected}`),
  });

export const unknownCommand = (command: string, close: string | undefined): Diagnostic =>
  error("ODE5005", `there is no command \`${command}\``, {
    suggestion: did(close, "`odegrad --help` lists the commands"),
  });

export const commandNotAvailableYet = (command: string, meanwhile: string): Diagnostic =>
  error("ODE5006", `the command \`${command}\` is planned and not available yet`, { suggestion: meanwhile });

export const badUsage = (message: string, suggestion: string): Diagnostic =>
  error("ODE5007", message, { suggestion });

export const cannotRead = (file: string, reason: string, suggestion?: string): Diagnostic =>
  error("ODE5008", `cannot read ${file}: ${reason}`, {
    suggestion: suggestion ?? "check the path; it is relative to the folder the command runs in",
  });

export const cannotWrite = (file: string, reason: string, suggestion?: string): Diagnostic =>
  error("ODE5009", `cannot write ${file}: ${reason}`, {
    suggestion: suggestion ?? "choose another place with `--out` or `--out-dir`; no output file was changed",
  });

export const noModel = (file: string): Diagnostic =>
  error("ODE5010", `${file} exports no model`, {
    suggestion: "export one: `export const name = ode({ state, params, rhs })`",
  });

export const severalModels = (file: string, names: readonly string[]): Diagnostic =>
  error("ODE5011", `${file} exports several models: ${list(names)}`, {
    suggestion: `choose one: \`--model ${names[0]}\``,
  });

export const unknownModel = (
  file: string,
  name: string,
  names: readonly string[],
  close: string | undefined,
): Diagnostic =>
  error("ODE5012", `${file} exports no model \`${name}\``, {
    suggestion: did(close, `it exports ${list(names)}`),
  });

export const badValues = (file: string, where: string, problem: string, suggestion: string): Diagnostic =>
  error("ODE5013", `${file}: ${where === "" ? "" : `\`${where}\`: `}${problem}`, { suggestion });

export const badTable = (file: string, line: number, problem: string, suggestion: string): Diagnostic =>
  error("ODE5014", `${file}:${line}: ${problem}`, { suggestion });

/** `targets`: those without a function of these names. */
export const nothingEmitted = (targets: readonly string[], names: readonly string[]): Diagnostic =>
  badUsage(
    `the target ${targets.map((target) => `\`${target}\``).join(" and ")} has no ${names.map((name) => `\`${name}\``).join(", ")}: nothing would be generated but declarations`,
    "name `solve` or `gradient` by `--emit` too, or take `--target js`, which exports the field and its derivatives",
  );

/** `named`: what CC names, which is then the only one that is tried. */
export const noCompiler = (named: string | undefined): Diagnostic =>
  error(
    "ODE5015",
    named === undefined
      ? "no C compiler was found (cc, gcc and clang were tried)"
      : `the environment variable CC names \`${named}\`, which is no C compiler that can be run`,
    {
      suggestion:
        named === undefined
          ? "install gcc or clang, name one in the environment variable CC, or use `--target js`"
          : "let it name one that answers `--version`, such as `gcc`, unset it, or use `--target js`",
    },
  );

export const unknownCode = (code: string): Diagnostic =>
  error("ODE5016", `there is no diagnostic \`${code}\``, {
    suggestion: "`odegrad list codes` names them all",
  });

export const badSymbol = (prefix: string): Diagnostic =>
  error("ODE5017", `\`${prefix}\` cannot begin a C name`, {
    suggestion: "use up to 64 letters, digits and `_`, a letter first",
  });

/** `portable`: the functions that have such a form. */
export const noPortableForm = (what: string, portable: readonly string[], span?: Span): Diagnostic =>
  error("ODE5018", `${what} has no portable form`, {
    span,
    suggestion: `leave \`--math portable\` out, or write it with ${list(portable)} and arithmetic`,
  });

// 9xxx: our own.

export const internalError = (message: string): Diagnostic =>
  error("ODE9001", `internal error: ${message}`, {
    suggestion:
      "this is a fault of odegrad, not of the model: please report it with the model and the command",
  });

export const targetsDisagree = (what: string): Diagnostic =>
  error("ODE9002", `generated code could not be used: ${what}`, {
    suggestion:
      "this is a fault of odegrad, not of the model: please report it with the model and the command",
  });
