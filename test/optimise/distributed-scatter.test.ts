/** Sums into neighbours in loops of their own: the same bits, and only where nothing else touches the rows. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import { build as buildModel } from "../../compiler/compile.ts";
import { emit, workspaceBytes } from "../../compiler/emission.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import { evaluate } from "../../compiler/ir/evaluate.ts";
import type { Fn, Program, Statement } from "../../compiler/ir/nodes.ts";
import { forEachStatement } from "../../compiler/ir/walk.ts";
import { distributedScatters } from "../../compiler/optimise/distributed-scatter.ts";
import type { Options } from "../../compiler/options.ts";
import { compiled, compiler } from "../support/compiled.ts";
import { isLong } from "../support/long.ts";
import { numbers, size } from "../support/vectors.ts";

const i = affine.index("i");
const j = affine.index("j");
const parameter = (name: string, shape: number[]) =>
  ({ kind: "array", name, element: "real", shape, access: "inout" }) as const;

/** A loop over j in one over i, on y (24), A and B (4 × 24) and s. */
function nest(body: Statement[], { down = false, trips = 20 } = {}): Program {
  const [from, to] = [affine.integer(2), affine.integer(2 + trips)];
  const f: Fn = {
    name: "f",
    parameters: [parameter("y", [24]), parameter("A", [4, 24]), parameter("B", [4, 24]), parameter("s", [])],
    body: [
      build.loop("i", affine.integer(0), affine.integer(3), [
        build.loop("j", from, to, [build.bind("x", build.read("y", [j])), ...body], { down }),
      ]),
    ],
  };
  return { arrays: [], functions: [f] };
}

function values(program: Program): Float64Array[] {
  const [f] = program.functions as [Fn];
  const words = f.parameters.map((one, k) =>
    one.kind === "array" ? numbers(k + 1, size(one.shape)) : Number.NaN,
  );
  evaluate(program, "f", words);
  return words as Float64Array[];
}

function loopsOf(program: Program): number {
  let loops = 0;
  forEachStatement(program.functions[0]!.body, ({ kind }) => {
    if (kind === "for") loops++;
  });
  return loops;
}

const x = build.name("x");
const scaled = build.mul(x, build.number(0.3));
const to = (array: string, row: affine.Affine, offset: number, value = x) =>
  build.accumulate(array, [row, affine.offset(j, offset)], value);

/** Loops in the end; 2 where nothing is to be done. */
const cases: readonly (readonly [string, Statement[], number])[] = [
  ["neighbours on both sides", [to("A", i, 1), to("A", i, -1), to("A", i, 0, scaled)], 4],
  ["neighbours in two arrays", [to("A", i, 1), to("B", i, 0), to("A", i, 0), to("B", i, -2)], 4],
  ["neighbours and a row that may be the same", [to("A", i, 1), to("A", affine.integer(1), 0)], 3],
  ["neighbours and a sum", [build.accumulate("s", [], x), to("A", i, 1), to("A", i, 0)], 3],
  ["one neighbour", [to("A", i, 1)], 2],
  ["entries of several rows", [to("A", i, 0), to("A", affine.offset(i, 1), 0)], 2],
  ["neighbours that are read", [to("A", i, 1), to("A", i, 0), to("B", i, 0, build.read("A", [i, j]))], 2],
  ["neighbours that are stored", [build.store("A", [i, j], x), to("A", i, 1), to("A", i, 0)], 2],
  ["every other entry", [build.accumulate("A", [i, affine.subtract(j, i)], x), to("A", i, 1)], 2],
  ["a column", [build.accumulate("B", [i, i], x), build.accumulate("B", [i, affine.offset(i, 1)], x)], 2],
];

describe.each(cases)("a loop that adds to %s", (_, body, loops) => {
  it.each([false, true])("keeps every bit, downwards %s", (down) => {
    const before = nest(body, { down });
    const after = distributedScatters(before);
    expect(loopsOf(after)).toBe(loops);
    expect(verifyProgram(after)).toEqual([]);
    expect(values(after)).toEqual(values(before));
  });
});

it("a short loop stays", () => {
  const short = nest(cases[0]![1], { trips: 8 });
  expect(distributedScatters(short)).toBe(short);
});

it("random scatters keep every bit", () => {
  const statement = fc.record({
    array: fc.constantFrom("A", "B"),
    row: fc.constantFrom(i, affine.integer(1), affine.offset(i, 1)),
    offset: fc.integer({ min: -2, max: 2 }),
    value: fc.constantFrom(x, scaled, build.integerValue(j), build.number(0.1)),
  });
  const bodies = fc.array(statement, { minLength: 2, maxLength: 8 });
  let changed = 0;
  fc.assert(
    fc.property(bodies, fc.boolean(), (list, down) => {
      const body = list.map(({ array, row, offset, value }) => to(array, row, offset, value));
      const before = nest(body, { down });
      const after = distributedScatters(before);
      if (after !== before) changed++;
      expect(verifyProgram(after)).toEqual([]);
      expect(values(after)).toEqual(values(before));
    }),
    { numRuns: isLong ? 5000 : 100, seed: 20_261_122 },
  );
  expect(changed).toBeGreaterThan(50);
});

describe("the adjoint of a periodic stencil", () => {
  const text = `import { ode, vec } from "odegrad";
const n = 24;
export const model = ode({
  state: { u: vec(n, (i) => Math.sin(i + 1)) }, params: { k: 0.7 },
  rhs: ({ u }, { k }) => {
    const du = vec(n);
    for (let i = 0; i < n; i++) du[i] = k * (u[(i + n - 1) % n] - 2 * u[i] + u[(i + 1) % n]) - Math.sin(u[i]);
    return { u: du };
  },
  loss: { terminal: ({ u }) => { let s = 0; for (let i = 0; i < n; i++) s += u[i] ** 2; return s; } },
  solver: { method: "rk4", t1: 0.5, steps: 3 },
});`;

  it.runIf(compiler)("has the same bits in C as in JavaScript", async () => {
    const { engine, problem, c, files } = await compiled(text);
    expect(files.source).toMatch(/u_u\[at_x_u\]\[i - 1\] \+= ws->addend(_\d)?\[i - 1\];/);
    expect(await c!.gradient(problem)).toEqual(await engine.gradient(problem));
  });

  it("is left as it is where there is no memory for copies", () => {
    const made = (options: Options): { bytes: number; source: string } => {
      const { ready } = buildModel({ file: "model.ode.ts", text, host: { read: () => undefined } }, options);
      const source = emit(ready!, "c", options).find(({ name }) => name.endsWith(".c"))!.text;
      return { bytes: workspaceBytes(ready!, "c", options), source };
    };
    const roomy = made({});
    const tight = made({ ram: roomy.bytes - 1 });
    expect(roomy.source).toMatch(/addend/);
    expect(tight.source).not.toMatch(/addend/);
    // What two of the three neighbours are given.
    expect(roomy.bytes - tight.bytes).toBe(2 * 8 * 22);
  });
});
