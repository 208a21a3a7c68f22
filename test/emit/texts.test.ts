/**
 * Random models as people write them, from the text to the gradient of a solve: the written-out discrete solve in the
 * interpreter, generated JavaScript and generated C agree, by every adjoint plan, for speed and for size.
 */

import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { emit } from "../../compiler/emission.ts";
import { cEngine } from "../../compiler/execute/c.ts";
import { javaScriptEngine, loadJavaScript } from "../../compiler/execute/javascript.ts";
import { defaultProblem, type Gradients } from "../../compiler/execute/problem.ts";
import type { Options } from "../../compiler/options.ts";
import { adjoints } from "../../compiler/resolve.ts";
import { DiscreteSolve } from "../../compiler/verify/discrete.ts";
import { doubles } from "../../runtime/random.ts";
import { compiler } from "../support/compiled.ts";
import { isLong } from "../support/long.ts";
import { randomText } from "../support/random-text.ts";

const rounds = isLong ? 2000 : 20;
const inC = isLong ? 300 : 6;
const first = Number(process.env["ODEGRAD_SEED"] ?? 1);

function textOf(seed: number): string {
  const { helpers, body } = randomText(doubles(seed));
  return `import { ode, vec } from "odegrad";
const half = 0.5;
const table = [0.3, -0.7, 1.1, 0.2];
const order = [2, 0, 3, 1];
${helpers}
export const model = ode({
  state: { x: 0.4, u: vec(4, [0.3, -0.2, 0.9, -1.1]) },
  params: { k: 0.8, w: vec(4, [0.5, 1.5, -0.4, 0.1]) },
  rhs: ({ x, u }, { k, w }, { t }) => {
${body}
  },
  times: [0.01, 0.02],
  loss: {
    at: ({ x, u }, { w }, { k }) => (k + 1) * Math.sin(x) + u[k] * w[1],
    terminal: ({ x, u }) => Math.cos(x) + u[0] * u[3],
    running: ({ u }, { k }) => k * Math.sin(u[2]),
  },
  solver: { method: "heun", t1: 0.02, steps: 2 },
});`;
}

function readyFor(text: string, options: Options) {
  return build({ file: "model.ode.ts", text, host: { read: () => undefined } }, options).ready;
}

const flat = ({ value, params, state0 }: Gradients): number[] => [value, ...params, ...state0];

function expectClose(
  found: readonly number[],
  expected: readonly number[],
  scale: number,
  say: string,
): void {
  found.forEach((word, i) => {
    expect(Math.abs(word - expected[i]!), say).toBeLessThanOrEqual(1e-12 * scale);
  });
}

describe("random models", () => {
  it(`${rounds} of them give one gradient`, { timeout: 3_600_000 }, async () => {
    let compared = 0;
    let withC = 0;
    for (let seed = first; seed < first + rounds; seed++) {
      const text = textOf(seed);
      const whole = readyFor(text, {});
      if (whole === undefined) continue;
      const { model, solver } = whole.module;
      const problem = defaultProblem(model, solver);
      const discrete = new DiscreteSolve(model, solver.method, problem);
      const reference = flat(discrete.gradient(discrete.run()));
      // A quotient near its pole leaves no digits to compare.
      const scale = Math.max(1, ...reference.map(Math.abs));
      if (!(scale < 1e4)) continue;
      compared++;
      const say = (what: string) => `seed ${seed}, ${what}\n${text}`;
      for (const [i, adjoint] of adjoints.entries()) {
        const optimise = (seed + i) % 2 === 0 ? "speed" : "size";
        const ready = readyFor(text, { adjoint })!;
        const code = emit(ready, "js", { optimise })[0]!.text;
        const gradients = javaScriptEngine(await loadJavaScript(code)).gradient(problem);
        expect(gradients.status, say(adjoint)).toBe(0);
        expectClose(flat(gradients), reference, scale, say(`${adjoint}, js, ${optimise}`));
      }
      if (compiler === undefined || withC >= inC) continue;
      withC++;
      const adjoint = adjoints[seed % adjoints.length]!;
      const ready = readyFor(text, { adjoint })!;
      const files = emit(ready, "c", {});
      const [header, source] = [".h", ".c"].map(
        (end) => files.find(({ name }) => name.endsWith(end) && !name.includes("selftest"))!,
      );
      const engine = cEngine({ header: header!, source: source! }, ready.module.model, "model", "double");
      try {
        expectClose(flat(engine.gradient(problem)), reference, scale, say(`${adjoint}, c`));
      } finally {
        engine.close();
      }
    }
    expect(compared).toBeGreaterThan(0.6 * rounds);
    if (compiler !== undefined) expect(withC).toBe(inC);
  });
});
