import { expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import { readModels } from "../../compiler/frontend/index.ts";
import { vec } from "../../runtime/index.ts";
import { doubles } from "../../runtime/random.ts";
import { isLong } from "../support/long.ts";
import { differences } from "../support/plain-model.ts";
import { randomText } from "../support/random-text.ts";

/**
 * Random models run as plain JavaScript and compiled to the IR give the same numbers: order of evaluation, arrays under
 * two names, writes through helpers, early returns, what a branch leaves behind.
 */
const rounds = isLong ? 20_000 : 400;
const first = Number(process.env["ODEGRAD_SEED"] ?? 1);

const top = `const half = 0.5;
const table = [0.3, -0.7, 1.1, 0.2];
const order = [2, 0, 3, 1];`;

const state = { x: 0.4, u: vec(4, [0.3, -0.2, 0.9, -1.1]) };
const params = { k: 0.8, w: vec(4, [0.5, 1.5, -0.4, 0.1]) };

it(`computes what JavaScript computes, for ${rounds} random models from seed ${first}`, () => {
  let read = 0;
  for (let seed = first; seed < first + rounds; seed++) {
    const { helpers, body } = randomText(doubles(seed));
    const rhs = `({ x, u }, { k, w }, { t }) => {\n${body}\n}`;
    const text = `import { ode, vec } from "odegrad";
${top}
${helpers}
export const model = ode({
  state: { x: 0.4, u: vec(4, [0.3, -0.2, 0.9, -1.1]) },
  params: { k: 0.8, w: vec(4, [0.5, 1.5, -0.4, 0.1]) },
  rhs: ${rhs},
});`;
    const { models, diagnostics } = readModels("model.ode.ts", text, { read: () => undefined });
    // What a closure captures and writes to what comes in are refused; all else is in the language.
    const refused = diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
    if (refused.length > 0) {
      for (const code of refused) expect(["ODE1075", "ODE2015"], `seed ${seed}\n${text}`).toContain(code);
      continue;
    }
    read++;
    const [model] = models;
    const { rhs: fn, constants } = model!;
    expect(verifyProgram({ arrays: constants, functions: [fn] }), `seed ${seed}\n${text}`).toEqual([]);
    const plain: unknown = new Function("vec", `"use strict";\n${top}\n${helpers}\nreturn ${rhs};`)(vec);
    const found = differences(model!, { declaration: { state, params, rhs: plain } }, 6, seed);
    expect(found, `seed ${seed}\n${text}`).toEqual([]);
  }
  expect(read).toBeGreaterThan(0.85 * rounds);
}, 3_600_000);
