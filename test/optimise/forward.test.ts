/** Copies of rows: read from where they were copied from, to the bit, and only where nothing has been written since. */

import { describe, expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import type { Fn } from "../../compiler/ir/nodes.ts";
import { arraysOf } from "../../compiler/ir/walk.ts";
import { tidy } from "../../compiler/optimise/index.ts";
import { read } from "../support/plain-model.ts";
import { numbers, run, size } from "../support/vectors.ts";

const rows = 3;
const columns = 5;

/** A right-hand side of W, y and b into s, with a vector q of its own. */
function field(body: string): Fn {
  const text = `import { mat, ode, vec } from "odegrad";
export const model = ode({
  state: { y: vec(${columns}) }, params: { W: mat(${rows}, ${columns}), b: vec(${rows}) },
  rhs: ({ y }, { W, b }) => { const q = vec(${columns}); const s = vec(${columns}); ${body} return { y: s }; },
});`;
  return read(text)[0]!.rhs;
}

function values(fn: Fn): Record<string, number[]> {
  const given = Object.fromEntries(
    fn.parameters.map((one, i) => [one.name, one.kind === "array" ? numbers(i + 1, size(one.shape)) : 0.3]),
  );
  return Object.fromEntries([...run(fn, given)].map(([name, words]) => [name, Array.from(words)]));
}

const each = `for (let j = 0; j < ${columns}; j++)`;

describe.each([
  ["a vector", `${each} q[j] = y[j]; ${each} s[j] = q[j] * q[(j + 1) % ${columns}];`, true],
  ["a row of a matrix", `${each} q[j] = W[1][j]; ${each} s[j] = Math.sin(q[j]) * q[0];`, true],
  [
    "a row for each trip",
    `for (let i = 0; i < ${rows}; i++) { const r = vec(${columns}); ${each} r[j] = W[i][j]; ${each} s[j] += r[j] * r[${columns - 1} - j] * b[i]; } q[0] = 1;`,
    true,
  ],
  [
    "a vector of zeros that is added to once",
    `${each} q[j] = 0; ${each} q[j] += y[j]; ${each} s[j] = q[j] ** 2;`,
    true,
  ],
  [
    "a copy of a copy",
    `const r = vec(${columns}); ${each} r[j] = y[j]; ${each} q[j] = r[j]; ${each} s[j] = q[j] + q[0];`,
    true,
  ],
  ["a part of a vector", `for (let j = 0; j < 3; j++) q[j] = y[j]; ${each} s[j] = q[j] * q[0];`, false],
  ["a vector from its end", `${each} q[j] = y[${columns - 1} - j]; ${each} s[j] = q[j] * q[0];`, false],
  ["a column", `for (let j = 0; j < ${rows}; j++) q[j] = W[j][2]; ${each} s[j] = q[j] * q[1];`, false],
  [
    "a result that changes later",
    `${each} s[j] = y[j] * 2; ${each} q[j] = s[j]; ${each} s[j] = q[(j + 1) % ${columns}] * 3;`,
    false,
  ],
  ["a copy that is changed", `${each} q[j] = y[j]; q[2] = 7; ${each} s[j] = q[j] * q[0];`, false],
  ["a copy that depends", `if (y[0] > 0) { ${each} q[j] = y[j]; } ${each} s[j] = q[j] * q[0];`, false],
] as const)("%s", (_, body, isForwarded) => {
  const plain = field(body);
  const made = tidy(plain, []);

  it("keeps every bit", () => {
    verifyProgram({ arrays: [], functions: [made] });
    const bits = values(made);
    expect(bits).toEqual(values(plain));
    expect(Object.values(bits).some((words) => words.some((word) => word !== 0))).toBe(true);
  });

  it(isForwarded ? "is not made" : "is made", () => {
    const own = [...arraysOf(made)].filter((name) => /^[qr](#|$)/.test(name));
    expect(own.length > 0).toBe(!isForwarded);
  });
});
