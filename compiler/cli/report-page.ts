/** `odegrad report`: one HTML page that stands alone, with a model's equations, plots, memory and verification. */

import { plotSvg, type Series } from "../../runtime/plot.ts";
import { noModel } from "../diagnostics/command-messages.ts";
import type { Ready } from "../emission.ts";
import { defaultProblem, type Problem } from "../execute/problem.ts";
import { fileOf } from "../frontend/in-place.ts";
import { type Leaf, sizeOf } from "../model.ts";
import { stepsInWords } from "../module.ts";
import type { CommandOptions } from "../options.ts";
import { DiscreteSolve } from "../verify/discrete.ts";
import { version } from "../version.ts";
import { deliver } from "./deliver.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { formulasAlone } from "./inspect-formulas.ts";
import { buildFile, hasLoss, readingOnce, refuseCrossbar } from "./model-file.ts";
import { formatJson } from "./number.ts";
import { drawing } from "./run.ts";
import { type Context, Failure } from "./streams.ts";
import { withFiles } from "./values.ts";
import { isWrittenOut } from "./verify.ts";

export async function run(
  [file]: readonly string[],
  options: CommandOptions,
  context: Context,
): Promise<ExitCode> {
  refuseCrossbar("report", options);
  const given = readingOnce(context);
  const ready = buildFile(file!, options, given);
  const { model, solver } = ready.module;
  const isField = model.field !== undefined;
  const problem = withFiles(defaultProblem(model, solver), model, options, given);
  const how = isField
    ? "a field"
    : `${solver.method}, ${stepsInWords(solver)} from ${solver.t0} to ${solver.t1}, adjoint ${solver.adjoint}`;
  // Each section is what its command prints.
  const asked = {
    ...options,
    out: undefined,
    outDir: undefined,
    json: undefined,
  } as unknown as CommandOptions;
  const said = (load: Promise<{ run: typeof run }>, more: Partial<CommandOptions> = {}) =>
    printed(async (inner) => (await load).run([file!], { ...asked, ...more }, inner), given);

  const sections = [
    section("Model", preformatted(declarationOf(ready, given))),
    ...(isField ? [] : [section("Equations", preformatted(formulasAlone(ready.module)))]),
    ...(isField ? [] : [section("Trajectory", await trajectory(ready, problem, options))]),
    ...(isField ? [] : [section("Adjoint", adjoint(ready, problem))]),
    ...(hasLoss(ready.module)
      ? [section("Loss and gradient", preformatted(await said(import("./grad.ts"))))]
      : []),
    section("Memory and plans", preformatted(await said(import("./inspect.ts"), { plans: true }))),
    ...(hasLoss(ready.module)
      ? [section("Verification", preformatted(await said(import("./verify.ts"))))]
      : []),
  ];
  const html = page(model.name, how, sections);
  const { out } = options;
  const about = { version: 1, model: model.name };
  const isApart = options.json === true && out !== undefined;
  const inside = options.json === true && !isApart;
  // The file is the page, which is no JSON.
  deliver(inside ? `${formatJson({ ...about, html })}\n` : html, { ...options, json: inside }, context);
  if (isApart) context.print(`${formatJson({ ...about, file: out, bytes: Buffer.byteLength(html) })}\n`);
  return exitCode.ok;
}

/** What a command prints; notes are left out, and a failure is told by its diagnostics. */
async function printed(command: (context: Context) => Promise<ExitCode>, context: Context): Promise<string> {
  let text = "";
  const print = (more: string) => {
    text += more;
  };
  const quiet = {
    ...context,
    print,
    note: () => undefined,
    complain: print,
    colorOut: false,
    colorError: false,
    terminal: false,
  };
  try {
    await command(quiet);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    text += error.diagnostics.map(({ code, message }) => `${code}: ${message}\n`).join("");
  }
  return text;
}

/** The call that declares the model, as it stands in the file. */
function declarationOf({ module: { model } }: Ready, { sources }: Context): string {
  const text = sources.get(model.span.file);
  if (text === undefined) throw new Failure(exitCode.model, [noModel(model.file)]);
  const { start, end } = fileOf(model.span.file, text).call(model.span);
  return `${model.name} = ${text.slice(start, end)}`;
}

async function trajectory(ready: Ready, problem: Problem, options: CommandOptions): Promise<string> {
  const lines = await drawing(ready, problem, options);
  return plotSvg(lines, { xLabel: "t" });
}

const mostLines = 8;

/** λ = ∂loss/∂state at every step: what a change of the state at that time would do to the loss. */
function adjoint({ module }: Ready, problem: Problem): string {
  const { model, solver } = module;
  if (!hasLoss(module)) return "<p>The model has no loss.</p>";
  if (!isWrittenOut(solver)) {
    return "<p>Drawn for explicit Runge-Kutta methods with fixed steps, whose reverse sweep is written out step by step.</p>";
  }
  const solve = new DiscreteSolve(model, solver.method, problem);
  const h = (problem.t1 - problem.t0) / problem.steps;
  const t: number[] = [];
  const rows: Float64Array[] = [];
  solve.gradient(solve.run(), (n, lambda) => {
    t.unshift(problem.t0 + n * h);
    rows.unshift(lambda.slice());
  });
  const names = model.state.flatMap(entriesOf).slice(0, mostLines);
  const series = names.map(
    ({ name, word }): Series => ({
      name: `∂loss/∂${name}`,
      kind: "line",
      x: t,
      y: rows.map((row) => row[word]!),
    }),
  );
  return plotSvg(series, { xLabel: "t" });
}

/** The numbers of a leaf, each with its name and its word in the flat state. */
function entriesOf({ path, shape, offset }: Leaf): { name: string; word: number }[] {
  const own = path.join(".");
  if (shape.length === 0) return [{ name: own, word: offset }];
  return Array.from({ length: sizeOf(shape) }, (_, i) => ({ name: `${own}[${i}]`, word: offset + i }));
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const preformatted = (text: string): string => `<pre>${escaped(text.trimEnd())}</pre>`;
const section = (title: string, body: string): string =>
  `<section>\n<h2>${title}</h2>\n${body.trimEnd()}\n</section>`;

const style = `:root { color-scheme: light dark; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
pre { overflow-x: auto; font-size: 13px; line-height: 1.45; }
svg { max-width: 100%; height: auto; }`;

/** No scripts, fonts or links: the page is the same wherever it is opened. */
const page = (name: string, how: string, sections: readonly string[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(name)}</title>
<style>
${style}
</style>
</head>
<body>
<h1>${escaped(name)}</h1>
<p>${escaped(how)}</p>
${sections.join("\n")}
<p>odegrad ${version}</p>
</body>
</html>
`;
