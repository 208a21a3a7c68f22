/**
 * Size laws of the whole pipeline: compile time and generated text grow with the model and not faster, whatever the model is made
 * of. Times are held loosely, as machines differ and share; what they must not do is grow by the square.
 */

import { describe, expect, it } from "vitest";
import { build } from "../compiler/compile.ts";
import { emit } from "../compiler/emission.ts";
import { inTurn, isLong } from "./support/long.ts";

/** Bodies of about `n` lines. */
const kinds: Readonly<Record<string, (n: number) => string>> = {
  "a chain of scalars": (n) =>
    `${lines(n, (i) => `const a${i} = ${i === 0 ? "x" : `a${i - 1}`} * ${1 + i / n} + Math.sin(k * ${i});`)}\nconst y = a${n - 1};`,
  loops: (n) =>
    `let y = 0;\n${lines(n / 4, (i) => `for (let i = 0; i < 8; i++) {\n  const b = u[i] * ${i};\n  y += b * b * k;\n}`)}`,
  helpers: (n) =>
    `let y = x;\n${lines(n / 5, (i) => `const f${i} = (v: number) => {\n  if (v > ${i}) return v * k;\n  return Math.exp(-v);\n};\ny += f${i}(y);`)}`,
  "entries of arrays": (n) =>
    `let y = 0;\nconst v = vec(8);\n${lines(n / 2, (i) => `v[${i % 8}] += u[${(3 * i) % 8}] * k;\ny += v[${(5 * i) % 8}] * x;`)}`,
};

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: Math.round(count) }, (_, i) => line(i)).join("\n");

const model = (body: string): string => `import { ode, vec } from "odegrad";
export const model = ode({
  state: { x: 0.5, u: vec(8, 0.1) },
  params: { k: 1.1 },
  rhs: ({ x, u }, { k }) => {
${body}
    return { x: y, u: u.map((e) => -e) };
  },
  loss: { terminal: ({ x }) => x * x },
  solver: { method: "euler", t1: 0.1, steps: 2 },
});
`;

interface Bill {
  /** By the clock. */
  readonly seconds: number;
  /** Of the processors: the clock goes on while others have them. */
  readonly work: number;
  readonly bytes: number;
}

function compiled(text: string): Bill {
  const [began, used] = [performance.now(), process.cpuUsage()];
  const { ready, diagnostics } = build({ file: "model.ode.ts", text, host: { read: () => undefined } }, {});
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const [js] = emit(ready!, "js", {});
  const [, c] = emit(ready!, "c", {});
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(used);
  return { seconds, work: (user + system) / 1e6, bytes: js!.text.length + c!.text.length };
}

/** The best of two runs: others use the machine, too. */
const best = (text: string): Bill => {
  const runs = [compiled(text), compiled(text)];
  return runs.reduce((one, other) => (one.work < other.work ? one : other));
};

describe.each(inTurn(Object.entries(kinds), 4))("%s", (_, body) => {
  it("compile in a time, and to a text, that grows with the model", { timeout: 300_000 }, () => {
    const middle = compiled(model(body(800)));
    const small = best(model(body(200)));
    const large = best(model(body(1600)));
    // 8 for a law of n, 64 for one of n²: so far apart that what else the machine does is no matter.
    expect(large.work / small.work).toBeLessThan(20);
    // Both are so long that JavaScript is cut into several functions, which takes a fifth more text than one.
    expect(large.bytes / middle.bytes).toBeLessThan(2.15);
    expect(large.bytes / middle.bytes).toBeGreaterThan(1.7);
  });

  it.runIf(isLong)("compile, 1,000 lines in a second and 10,000 in eight", { timeout: 300_000 }, () => {
    compiled(model(body(1000)));
    expect(best(model(body(1000))).seconds).toBeLessThan(1);
    expect(best(model(body(10_000))).seconds).toBeLessThan(8);
  });
});

it("a parameter that is used ten thousand times has a gradient, and not a stack overflow", () => {
  const text = model(`let y = 0;\n${lines(10_000, (i) => `y += k * u[${i % 8}];`)}`);
  expect(compiled(text).bytes).toBeGreaterThan(10_000);
});
