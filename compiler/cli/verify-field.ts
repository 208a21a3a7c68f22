/** The checks of `odegrad verify` for a field: those of the gradient of its loss; nothing is solved. */

import { emit, type Ready } from "../emission.ts";
import { javaScriptEngine, loadJavaScript } from "../execute/javascript.ts";
import type { Problem } from "../execute/problem.ts";
import { opcodesOf } from "../ir/walk.ts";
import type { CommandOptions } from "../options.ts";
import { isDifferentiated } from "../resolve.ts";
import { targetsAgree } from "../verify/agreement.ts";
import { type Check, skipped } from "../verify/check.ts";
import { direction, slopeAlong } from "../verify/direction.ts";
import { dualTangent } from "../verify/dual.ts";
import { filesCheck } from "../verify/files.ts";
import { hessianCheck, hessianTitle } from "../verify/hessian.ts";
import { responseOf } from "../verify/response.ts";
import { solveIdentity } from "../verify/solve-checks.ts";
import { taylorCheck, taylorSlope } from "../verify/taylor.ts";
import { openC } from "./model-file.ts";
import { requireFinished } from "./solve-report.ts";

const directions = 4;
const taylorTitle = "Taylor remainder of the loss";

export async function runFieldChecks(
  ready: Ready,
  problem: Problem,
  options: CommandOptions,
  compilers: readonly string[],
  tools: {
    report(check: Check): void;
    plain(compiled: number, size: number): Check;
    withProducts(): Ready;
  },
): Promise<void> {
  const { report, plain, withProducts } = tools;
  const { module } = ready;
  const { model, solver } = module;
  const engine = javaScriptEngine(await loadJavaScript(emit(ready, "js", options)[0]!.text));
  const gradients = engine.gradient(problem);
  requireFinished(gradients, "gradient", module);
  const seed = options.seed ?? 1;
  const selected = (path: readonly string[]): boolean => isDifferentiated(solver, path);
  const along = Array.from({ length: directions }, (_, i) => direction(seed + i, module, problem, selected));
  const response = responseOf(engine, problem, gradients, along);
  report(solveIdentity((one) => dualTangent(module, problem, one), gradients, along, response, "loss"));
  const isStopped = opcodesOf(module.program).has("stop");
  report(
    isStopped
      ? skipped(2, taylorTitle, "the model stops gradients, so they differ from its slope")
      : taylorCheck(
          along.map((each) =>
            taylorSlope(engine, problem, each, gradients.value, slopeAlong(gradients, each).sum),
          ),
          2,
          taylorTitle,
        ),
  );
  report(plain(gradients.value, response.value));
  if (compilers.length === 0) report(skipped(5, "JavaScript and C agree", "no C compiler was found"));
  else {
    const c = openC(ready, options);
    try {
      report(targetsAgree(engine, c, problem, module.program, options.real ?? "double", response));
    } finally {
      c.close();
    }
  }
  if (isStopped) report(skipped(6, hessianTitle, "the model stops gradients"));
  else {
    const weights = along.map((_, i) => direction(seed + directions + i, module, problem, selected));
    const products = javaScriptEngine(await loadJavaScript(emit(withProducts(), "js", options)[0]!.text));
    report(hessianCheck(products, problem, along, weights));
  }
  const scripts = (["js", "ts"] as const).map((target) => emit(ready, target, options)[0]!);
  report(filesCheck(emit(ready, "c", options), scripts, compilers));
  if (model.rules.length > 0)
    report(
      skipped(8, "rules of `custom`", "they are held to their functions along a solve, and a field has none"),
    );
}
