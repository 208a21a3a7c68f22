/** Loops of stencils in parts: the same bits, plain subscripts in the bulk of the trips, and nothing else touched. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import { vjp } from "../../compiler/differentiate/reverse.ts";
import { evaluate } from "../../compiler/ir/evaluate.ts";
import type { Fn, For, GlobalArray, Program } from "../../compiler/ir/nodes.ts";
import { printFn } from "../../compiler/ir/print.ts";
import { forEachStatement } from "../../compiler/ir/walk.ts";
import { tidy } from "../../compiler/optimise/index.ts";
import { splitIndexSets } from "../../compiler/optimise/index-set-splitting.ts";
import { compiled, compiler } from "../support/compiled.ts";
import { isLong } from "../support/long.ts";
import { read } from "../support/plain-model.ts";
import { inputs, randomFunction, results } from "../support/random-function.ts";
import { numbers, run, size } from "../support/vectors.ts";

/** Right-hand sides on n numbers u, with how many loops each becomes with `edges`, and loops that stay one. */
const stencils = {
  "that wraps around": ["du[i] = u[(i + n - 1) % n] - 2 * u[i] + u[(i + 1) % n];", 3],
  "that wraps around by two": ["du[i] = u[(i + n - 2) % n] - u[(i + 1) % n];", 3],
  "that stops at the borders": ["du[i] = u[Math.max(i - 1, 0)] + k * u[Math.min(i + 1, n - 1)];", 3],
  "that stops at the second entry": ["du[i] = u[Math.max(i - 2, 0)] * u[i];", 2],
  "with branches at the borders": [
    "let l = k; if (i > 0) l = u[i - 1]; let r = 0; if (i < n - 1) r = u[i + 1]; du[i] = l + Math.sin(r);",
    3,
  ],
  "with one side or the other": ["du[i] = (i > 0 && i < n - 1 ? u[i] * k : u[0]) + u[(i + 1) % n];", 3],
  "of pairs of entries": ["du[i] = u[Math.floor((i + n) / n) - 1] * u[i];", 1],
  "that wraps around half way": ["du[i] = u[(i + n / 2) % n] + u[i];", 2],
} as const;

const kept = {
  "of every other entry": "du[i] = u[i % 2] + u[i];",
  "that wraps around a diagonal": "for (let j = 0; j < n; j++) du[j] += u[(i + j) % n];",
  "through a table": "du[i] = u[place[i]] + u[(i + 1) % n];",
  "with plain subscripts": "du[i] = u[i] * k;",
  "with a branch on a value": "if (u[i] > 0) du[i] = u[i] * k;",
} as const;

interface Field {
  readonly rhs: Fn;
  readonly arrays: readonly GlobalArray[];
}

function modelText(body: string, n: number, head = "for (let i = 0; i < n; i++)"): string {
  const place = `[${Array.from({ length: n }, (_, i) => (i * 5 + 2) % n)}]`;
  return `import { ode, vec } from "odegrad";
const n = ${n}; const place = ${place};
export const model = ode({
  state: { u: vec(n, (i) => Math.sin(i + 1)) }, params: { k: 0.7 },
  rhs: ({ u }, { k }) => { const du = vec(n); ${head} { ${body} } return { u: du }; },
  loss: { terminal: ({ u }) => { let s = 0; for (let i = 0; i < n; i++) s += u[i] ** 2; return s; } },
  solver: { method: "rk4", t1: 0.5, steps: 3 },
});`;
}

function field(body: string, n: number, head?: string): Field {
  const { rhs, constants } = read(modelText(body, n, head))[0]!;
  return { rhs: tidy(rhs, constants), arrays: constants };
}

function values(program: Program, fn: Fn): Float64Array[] {
  const words = fn.parameters.map((one, i) => (one.kind === "array" ? numbers(i + 1, size(one.shape)) : 0.3));
  evaluate(program, fn.name, words);
  return words.filter((one) => typeof one !== "number");
}

/** Loops of a function over its u. */
function loopsOf(fn: Fn): For[] {
  const loops: For[] = [];
  forEachStatement(fn.body, (statement) => {
    if (statement.kind === "for" && printFn({ ...fn, body: [statement] }).includes("u["))
      loops.push(statement);
  });
  return loops;
}

const splits = ({ rhs, arrays }: Field): Field => {
  const { functions } = splitIndexSets({ arrays, functions: [rhs] });
  return { rhs: functions[0]!, arrays };
};

/** A field and its cotangent, each with what becomes of it. */
function pairs(one: Field): (readonly [Field, Field])[] {
  const cotangent = tidy(
    vjp(one.rhs, new Set(["u", "k"]), { arrays: one.arrays, functions: [] }),
    one.arrays,
  );
  return [one, { ...one, rhs: cotangent }].map((each) => [each, splits(each)] as const);
}

function expectSame(before: Field, after: Field): void {
  const programs = [before, after].map(({ rhs, arrays }) => ({ arrays, functions: [rhs] }));
  expect(verifyProgram(programs[1]!)).toEqual([]);
  expect(values(programs[1]!, after.rhs)).toEqual(values(programs[0]!, before.rhs));
}

describe.each(Object.entries(stencils))("a loop %s", (_, [body, parts]) => {
  it.each(["for (let i = 0; i < n; i++)", "for (let i = n - 1; i >= 0; i--)"])(
    "becomes plain ones, %s",
    (head) => {
      const [[before, after]] = pairs(field(body, 24, head)) as [readonly [Field, Field]];
      expect(loopsOf(after.rhs)).toHaveLength(loopsOf(before.rhs).length - 1 + parts);
      for (const [one, other] of pairs(field(body, 24, head))) {
        expect(printFn(other.rhs)).not.toMatch(/mod|div|if|select|zero/);
        expectSame(one, other);
      }
    },
  );
});

it.each(Object.entries(kept))("a loop %s stays", (_, body) => {
  const one = field(body, 24);
  expect(printFn(splits(one).rhs)).toBe(printFn(one.rhs));
});

it("a short loop stays", () => {
  const one = field(stencils["that wraps around"][0], 9);
  expect(printFn(splits(one).rhs)).toBe(printFn(one.rhs));
});

it("random programs keep every bit, their cotangents too", () => {
  const choices = fc.array(fc.nat(1000), { minLength: 40, maxLength: 200, size: "max" });
  const given = Object.fromEntries(
    [...inputs, ...results].flatMap(({ name, shape }, i) => [
      [name, numbers(i + 1, size(shape))],
      [`${name}_bar`, numbers(i + 9, size(shape))],
    ]),
  );
  let changed = 0;
  fc.assert(
    fc.property(choices, (list) => {
      const none = { arrays: [], functions: [] };
      const plain = randomFunction(list, { bends: true });
      const wrt = new Set(inputs.map(({ name }) => name));
      for (const fn of [plain, vjp(plain, wrt, none)].map((one) => tidy(one, []))) {
        const program = splitIndexSets({ arrays: [], functions: [fn] }, 1);
        const after = program.functions[0]!;
        if (after !== fn) changed++;
        expect(verifyProgram(program)).toEqual([]);
        expect(run(after, { t: 0.7, ...given })).toEqual(run(fn, { t: 0.7, ...given }));
      }
    }),
    { numRuns: isLong ? 10_000 : 60, seed: 20_261_122 },
  );
  expect(changed).toBeGreaterThan(20);
});

describe("a periodic stencil in generated code", () => {
  const text = modelText(stencils["that wraps around"][0], 24);

  it("divides nowhere, for speed", async () => {
    for (const [optimise, divides] of [
      ["speed", false],
      ["size", true],
    ] as const) {
      const { code, files } = await compiled(text, { optimise }, false);
      expect(/ % 24/.test(code)).toBe(divides);
      expect(/ % 24/.test(files.source)).toBe(divides);
    }
  });

  it.runIf(compiler)("has the same bits in JavaScript, in C and before", async () => {
    const results = [];
    for (const optimise of ["speed", "size"] as const) {
      const { engine, problem, c } = await compiled(text, { optimise });
      for (const each of [engine, c!]) results.push(await each.gradient(problem));
    }
    for (const each of results) expect(each).toEqual(results[0]);
  });
});
