import { expect, it } from "vitest";
import { readModels } from "../../compiler/frontend/index.ts";
import { vec } from "../../runtime/index.ts";
import { doubles } from "../../runtime/random.ts";
import { differences } from "../support/plain-model.ts";
import { randomText } from "../support/random-text.ts";

/**
 * Random programs run as plain JavaScript and compiled to the IR give the same numbers: order of evaluation, arrays under
 * two names, writes through helpers, early returns, what a branch leaves behind.
 */
const rounds = Number(process.env["R"] ?? 400);
const first = Number(process.env["ODEGRAD_SEED"] ?? 1);

it(`computes what JavaScript computes, for ${rounds} random models from seed ${first}`, () => {
  let read = 0;
  for (let seed = first; seed < first + rounds; seed++) {
    const { helpers, body } = randomText(doubles(seed));
    const top = `const half = 0.5;\nconst table = [0.3, -0.7, 1.1, 0.2];\nconst order = [2, 0, 3, 1];`;
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
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    if (errors.length > 0) {
      if (process.env["ODEGRAD_SHOW"])
        for (const { code, message, span } of errors)
          console.log(seed, code, message, text.slice(span?.start, span?.end));
      continue;
    }
    read++;
    const plain = new Function("vec", `"use strict";\n${top}\n${helpers}\nreturn ${rhs};`)(vec);
    const declaration = {
      state: { x: 0.4, u: vec(4, [0.3, -0.2, 0.9, -1.1]) },
      params: { k: 0.8, w: vec(4, [0.5, 1.5, -0.4, 0.1]) },
      rhs: plain,
    };
    expect(differences(models[0]!, { declaration }, 6, seed), `seed ${seed}\n${text}`).toEqual([]);
  }
  console.log(read, rounds);
  expect(read).toBeGreaterThan(0.7 * rounds);
}, 600_000);
