/** `odegrad verify`: is the gradient right? Runs every check there is a target for, each with its figure. */

import { tableaus } from "../../runtime/tableaus.ts";
import { build } from "../compile.ts";
import { badUsage, noCompiler } from "../diagnostics/command-messages.ts";
import type { Span } from "../diagnostics/span.ts";
import { emit, howInWords, type Ready } from "../emission.ts";
import { findCompilers, namedCompiler } from "../execute/c.ts";
import { javaScriptEngine, loadJavaScript } from "../execute/javascript.ts";
import { defaultProblem, type Problem } from "../execute/problem.ts";
import type { Fn } from "../ir/nodes.ts";
import { opcodesOf } from "../ir/walk.ts";
import { type Leaf, type Model, sizeOf } from "../model.ts";
import { type Module, type Solver, stepsInWords } from "../module.ts";
import type { CommandOptions } from "../options.ts";
import { isDifferentiated, plansFor } from "../resolve.ts";
import { targetsAgree } from "../verify/agreement.ts";
import { type Check, skipped } from "../verify/check.ts";
import { type Direction, direction, slopeAlong } from "../verify/direction.ts";
import { DiscreteSolve } from "../verify/discrete.ts";
import { dualTangent } from "../verify/dual.ts";
import { fieldIdentity } from "../verify/field-identity.ts";
import { filesCheck } from "../verify/files.ts";
import { hessianCheck, hessianTitle } from "../verify/hessian.ts";
import { responseOf } from "../verify/response.ts";
import { ruleChecks } from "../verify/rules.ts";
import { plansAgree, solveIdentity } from "../verify/solve-checks.ts";
import { taylorCheck, taylorSlope } from "../verify/taylor.ts";
import { uncompiledLoss } from "../verify/uncompiled.ts";
import { deliver } from "./deliver.ts";
import { requireField } from "./eval.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { buildFile, openC, refuseCrossbar, requireLoss, sourceWithTimes } from "./model-file.ts";
import { formatJson, type Json } from "./number.ts";
import { atPoints, pointsOf } from "./points.ts";
import { nested, nestedInput, nestedRecord, shaped } from "./records.ts";
import { formatDiagnostics } from "./report.ts";
import { requireFinished } from "./solve-report.ts";
import { type Context, Failure } from "./streams.ts";
import { withFiles } from "./values.ts";
import { runFieldChecks } from "./verify-field.ts";

const directions = 4;

export async function run(
  [file]: readonly string[],
  asked: CommandOptions,
  context: Context,
): Promise<ExitCode> {
  refuseCrossbar("verify", asked);
  const points = pointsOf(asked, context);
  const options = points === undefined ? asked : { ...asked, batch: points.length };
  const source = sourceWithTimes(file!, options, context);
  // Standard input is read once.
  const ready = buildFile(file!, options, {
    ...context,
    readFile: (name) => (name === file ? source.text : context.readFile(name)),
  });
  const { module } = ready;
  if (points !== undefined) requireField(ready);
  if (options.batch !== undefined && module.model.field === undefined) {
    throw new Failure(exitCode.usage, [
      badUsage(
        "the checks are of one sample",
        "leave `--batch` out: a batch is the same code for each sample",
      ),
    ]);
  }
  requireLoss(module);
  const plain = withFiles(defaultProblem(module.model, module.solver), module.model, options, context);
  const problem = atPoints(plain, module.model, points);
  const compilers = findCompilers(context.environment);
  const checks: Check[] = [];
  // Lines are shown as they come; a file is written when all are there.
  const isFile = options.out !== undefined;
  let lines = "";
  const print = (text: string): void => {
    if (isFile) lines += text;
    else context.print(text);
  };
  const report = (check: Check): void => {
    checks.push(check);
    if (options.json !== true) print(`${line(check, context.colorOut && !isFile)}\n`);
  };
  if (options.json !== true)
    print(
      `${module.model.name}: ${module.model.field === undefined ? `${module.solver.method}, ${stepsInWords(module.solver)}` : howInWords(module.model, module.solver)}\n`,
    );
  const check = module.model.field === undefined ? runChecks : runFieldChecks;
  await check(ready, problem, { ...options, target: options.target ?? ["js", "c"] }, compilers, {
    report,
    withPlan: (adjoint) => {
      const other = build(source, { ...options, adjoint }).ready;
      if (other === undefined) throw new Error(`the model does not come through with the plan ${adjoint}`);
      return other;
    },
    withProducts: () => {
      const other = build(source, { ...options, emit: ["solve", "gradient", "hvp"] }).ready;
      if (other === undefined) throw new Error("the model does not come through with products");
      return other;
    },
    placeOf: ({ file: name, start }) => {
      const text = name === source.file ? source.text : (source.host.read(name) ?? "");
      return `${name}:${text.slice(0, start).split("\n").length}`;
    },
    plain: (compiled, size) =>
      uncompiledLoss(
        {
          file: source.file,
          text: source.text,
          read: source.host.read,
          model: module.model.name,
          options:
            module.model.field === undefined
              ? plainOptions(module, problem)
              : plainFieldOptions(module, problem),
        },
        compiled,
        size,
      ),
  });

  const failed = checks.filter((check) => check.outcome === "fail").length;
  if (options.json === true) {
    print(
      `${formatJson({
        version: 1,
        model: module.model.name,
        passed: failed === 0,
        checks: checks.map((check) => ({ ...check })),
      })}\n`,
    );
  } else {
    const passed = checks.filter((check) => check.outcome === "pass").length;
    print(
      `${passed} passed, ${failed} failed${checks.length > passed + failed ? `, ${checks.length - passed - failed} not run` : ""}\n`,
    );
  }
  if (isFile) deliver(lines, options, context);
  if (failed > 0) return exitCode.verification;
  if (compilers.length === 0) {
    const missing = noCompiler(namedCompiler(context.environment));
    context.complain(formatDiagnostics([missing], context.sources, "pretty", context.colorError));
    return exitCode.missingTool;
  }
  return exitCode.ok;
}

interface Tools {
  report(check: Check): void;
  /** `size`: what rounding of the value is relative to, at the least. */
  plain(compiled: number, size: number): Check;
  /** The same question by another plan. */
  withPlan(adjoint: string): Ready;
  /** The same question with products of the Hessian. */
  withProducts(): Ready;
  /** File and line. */
  placeOf(span: Span): string;
}

async function runChecks(
  ready: Ready,
  problem: Problem,
  options: CommandOptions,
  compilers: readonly string[],
  { report, plain, placeOf, withPlan, withProducts }: Tools,
): Promise<void> {
  const { module } = ready;
  const { model, solver } = module;
  const seed = options.seed ?? 1;
  const code = emit(ready, "js", options)[0]!.text;
  const generated = await loadJavaScript(code);
  const engine = javaScriptEngine(generated);
  const gradients = engine.gradient(problem);
  requireFinished(gradients, "gradient", module);

  report(fieldIdentity(generated, module, problem, seed, 8));
  const selected = (path: readonly string[]): boolean => isDifferentiated(solver, path);
  const along = Array.from({ length: directions }, (_, i) => direction(seed + i, module, problem, selected));
  // Written out once more for explicit Runge-Kutta methods with fixed steps; the program in dual numbers for all others.
  const written = isWrittenOut(solver) ? new DiscreteSolve(model, solver.method, problem) : undefined;
  const trajectory = written?.run();
  const tangentAlong = (one: Direction): number =>
    written === undefined ? dualTangent(module, problem, one) : written.tangent(trajectory!, one);
  const response = responseOf(engine, problem, gradients, along);
  report(solveIdentity(tangentAlong, gradients, along, response));
  if (solver.tolerance !== undefined) {
    report(
      skipped(
        2,
        "Taylor remainder of the solve",
        "another point has other steps; fixed steps have this check",
      ),
    );
  } else if (stopsGradients(model)) {
    report(
      skipped(2, "Taylor remainder of the solve", "the model stops gradients, so they differ from its slope"),
    );
  } else {
    report(
      taylorCheck(
        along.map((each) =>
          taylorSlope(engine, problem, each, gradients.value, slopeAlong(gradients, each).sum),
        ),
      ),
    );
  }
  const compiled = new Map([[solver.adjoint, gradients]]);
  for (const { adjoint, exact } of plansFor(solver)) {
    if (adjoint === solver.adjoint || exact !== "exact") continue;
    const other = emit(withPlan(adjoint), "js", options)[0]!.text;
    compiled.set(adjoint, javaScriptEngine(await loadJavaScript(other)).gradient(problem));
  }
  report(
    plansAgree(written?.gradient(trajectory!), compiled, response, (record) => selection(module, record)),
  );
  report(
    written === undefined || model.hamiltonian !== undefined
      ? skipped(
          4,
          "un-compiled loss equals compiled loss",
          "un-compiled models are solved by explicit Runge-Kutta methods with fixed steps, from `rhs`",
        )
      : plain(gradients.value, response.value),
  );
  const walker = written ?? new DiscreteSolve(model, "rk4", { ...problem, steps: walkedSteps(model) });
  const places = trajectory ?? walker.run();
  for (const check of ruleChecks(
    model,
    (program, memory, seen) => walker.walk(places, program, memory, seen),
    (rule) => placeOf(rule.span),
  )) {
    report(check);
  }

  if (compilers.length === 0) report(skipped(5, "JavaScript and C agree", "no C compiler was found"));
  else {
    const c = openC(ready, options);
    try {
      report(targetsAgree(engine, c, problem, module.program, options.real ?? "double", response));
    } finally {
      c.close();
    }
  }
  const isSmooth = solver.tolerance === undefined && !stopsGradients(model);
  if (isSmooth) {
    const weights = along.map((_, i) => direction(seed + directions + i, module, problem, selected));
    const products = javaScriptEngine(await loadJavaScript(emit(withProducts(), "js", options)[0]!.text));
    report(hessianCheck(products, problem, along, weights));
  } else {
    const why =
      solver.tolerance === undefined ? "the model stops gradients" : "another point has other steps";
    report(skipped(6, hessianTitle, why));
  }
  const scripts = (["js", "ts"] as const).map((target) => emit(ready, target, options)[0]!);
  report(filesCheck(emit(ready, "c", options), scripts, compilers));
}

/** Whether the model's own functions stop gradients; the search for an event does too, and means it. */
function stopsGradients(model: Model): boolean {
  const { rhs, initial, loss, event, functions } = model;
  const own = [rhs, initial, loss.terminal, loss.running, loss.at, event?.when, event?.then, ...functions];
  return opcodesOf({ arrays: [], functions: own.filter((fn): fn is Fn => fn !== undefined) }).has("stop");
}

/** Whether `DiscreteSolve` writes the solve out. */
export const isWrittenOut = ({ method, tolerance, hasEvents }: Solver): boolean =>
  tolerance === undefined && hasEvents !== true && Object.hasOwn(tableaus, method);

/** Steps that visit every piece of every `hold`. */
const walkedSteps = (model: Model): number =>
  model.inputs.filter(({ kind }) => kind === "hold").reduce((product, { count }) => product * count, 16);

/** Which entries of a flat record are differentiated. */
function selection(
  { model, solver }: Module,
  record: "params" | "state" | "inputs",
): (index: number) => boolean {
  const chosen = new Set<number>();
  const add = (leaf: Leaf, words: number): void => {
    if (!isDifferentiated(solver, [record, ...leaf.path])) return;
    for (let i = 0; i < words; i++) chosen.add(leaf.offset + i);
  };
  if (record === "inputs") {
    for (const input of model.inputs)
      for (const leaf of input.leaves) add(leaf, input.count * sizeOf(leaf.shape));
  } else for (const leaf of model[record]) add(leaf, sizeOf(leaf.shape));
  return (index) => chosen.has(index);
}

/** The same question for the un-compiled `loss`, in the shapes of the model. */
function plainOptions({ model, solver }: Module, problem: Problem): object {
  const inputs = (of: Model): object =>
    Object.fromEntries(of.inputs.map((input) => [input.name, nestedInput(input, problem.inputs)]));
  return {
    method: solver.method,
    t0: problem.t0,
    t1: problem.t1,
    steps: problem.steps,
    state: model.initial === undefined ? nestedRecord(model.state, problem.state0) : undefined,
    params: model.params.length === 0 ? undefined : nestedRecord(model.params, problem.params),
    data: model.data.length === 0 ? undefined : nestedRecord(model.data, problem.data),
    inputs: model.inputs.length === 0 ? undefined : inputs(model),
    times: model.times === undefined ? undefined : Array.from(problem.times),
  };
}

/** The same of a field: its points are handed over as a list. */
function plainFieldOptions({ model }: Module, problem: Problem): object {
  const { points, directions, covector, sampled, count } = model.field!;
  const own = [...points, ...directions, covector, ...sampled];
  const data = model.data.filter(({ name }) => !own.includes(name));
  const leaves = model.data.filter(({ name }) => points.includes(name));
  const pointAt = (k: number): Json =>
    nested(
      leaves,
      ({ offset, shape: [, ...shape] }) => shaped(problem.data, offset + k * sizeOf(shape), shape),
      1,
    );
  return {
    params: model.params.length === 0 ? undefined : nestedRecord(model.params, problem.params),
    data: data.length === 0 ? undefined : nestedRecord(data, problem.data),
    points: Array.from({ length: count }, (_, k) => pointAt(k)),
  };
}

function line(check: Check, color: boolean): string {
  const paint = (text: string, code: number): string => (color ? `\x1b[${code}m${text}\x1b[0m` : text);
  const outcome = { pass: paint("pass", 32), fail: paint("FAIL", 31), skipped: paint("not run", 33) }[
    check.outcome
  ];
  const detail = check.detail === undefined ? "" : `  ${paint(check.detail, 2)}`;
  return `(${check.number}) ${outcome}  ${check.title}: ${check.figure}${detail}`;
}
