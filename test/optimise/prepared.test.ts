/** What stands still is computed once a run: the same bits, new ones when the numbers change, and only what is sure to be there. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile } from "../../compiler/index.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import { allocate, evaluate } from "../../compiler/ir/evaluate.ts";
import type { GlobalArray, Program } from "../../compiler/ir/nodes.ts";
import { forEachExprIn } from "../../compiler/ir/walk.ts";
import { tidy } from "../../compiler/optimise/index.ts";
import { prepared } from "../../compiler/optimise/prepared.ts";
import { isLong } from "../support/long.ts";
import { inputs, randomFunction, results } from "../support/random-function.ts";
import { numbers, size } from "../support/vectors.ts";

const home = { record: "params", path: [], offset: 0, lead: 0 } as const;
const arrays: GlobalArray[] = [
  ...inputs.map((each) => ({ ...each, element: "real", role: "interface", home }) as const),
  ...results.map((each) => ({ ...each, element: "real", role: "workspace" }) as const),
];

/** An entry that evaluates the function three times. */
function programOf(choices: readonly number[]): Program {
  const { name, parameters, body } = tidy(randomFunction(choices), []);
  const scalars = parameters.filter(({ kind }) => kind !== "array");
  const entry = {
    name: "entry",
    parameters: [],
    body: [
      build.loop("n", affine.integer(0), affine.integer(3), [
        {
          kind: "call",
          callee: name,
          args: scalars.map(() => ({ kind: "real", value: build.number(0.3) })),
        } as const,
      ]),
    ],
  };
  return { arrays, functions: [{ name, parameters: scalars, body }, entry] };
}

function told(program: Program, seed: number): number[] {
  const memory = allocate(program);
  for (const { name, shape } of inputs) memory.get(name)!.set(numbers(seed, size(shape)));
  for (const { name, shape } of results) memory.get(name)!.set(numbers(seed + 1, size(shape)));
  evaluate(program, "entry", [], memory);
  return results.flatMap(({ name }) => [...memory.get(name)!]);
}

it("keeps every bit of random functions", () => {
  let changed = 0;
  const choices = fc.array(fc.nat(1000), { minLength: 40, maxLength: 200, size: "max" });
  fc.assert(
    fc.property(choices, fc.nat(100), (list, seed) => {
      const plain = programOf(list);
      const made = prepared(plain, ["entry"]);
      if (made !== plain) changed++;
      expect(told(made, seed)).toEqual(told(plain, seed));
    }),
    { numRuns: isLong ? 10_000 : 200 },
  );
  expect(changed).toBeGreaterThan(isLong ? 500 : 10);
});

const network = (rates: string, options = "") => `import { ode, vec } from "odegrad";
const from = Int32Array.from([0, 2, 1, 3, 2, 0]);
export const network = ode({
  state: { c: vec(4, [1, 0.5, 0.2, 0.1]) },
  params: { A: vec(6, [1, 2, 0.5, 3, 1.5, 0.7]), E: vec(6, [1, 1.2, 0.8, 0.3, 2, 1.1]), T: 1.5 },
  rhs: ({ c }, { A, E, T }) => {
    const d = vec(4);
    for (let r = 0; r < 6; r++) {
      ${rates}
      d[from[r]!] -= v * c[from[r]!]!;
      d[(from[r]! + 1) % 4] += v * c[from[r]!]!;
    }
    return { c: d };
  },
  loss: { terminal: ({ c }) => c[0]! ** 2 + c[3]! },
  solver: { method: "rk4", t1: 1, steps: 20 ${options} },
});`;

const always = "const v = A[r]! * Math.exp(-E[r]! / T);";
const sometimes = "let v = A[r]!; if (r > 0) { v += Math.exp(-E[r - 1]! / T); }";

interface Made {
  valueAndGradient(options?: object): { value: number; gradient: { params: Record<string, unknown> } };
}

const made = async (text: string, options: object): Promise<{ code: string; module: Made }> => {
  const { outputs, diagnostics } = compile(text, { emit: ["solve", "gradient"], ...options });
  expect(diagnostics).toEqual([]);
  const code = outputs[0]!.text;
  return { code, module: await import(`data:text/javascript,${encodeURIComponent(code)}`) };
};

describe("rates of a reaction network", () => {
  it("are computed once a run, with the bits of the code that computes them again and again", async () => {
    const [fast, small] = [
      await made(network(always), {}),
      await made(network(always), { optimise: "size" }),
    ];
    // In front of the solve and of the gradient, and nowhere else.
    expect(fast.code.match(/Math\.exp|exp\(/g)).toHaveLength(2);
    for (const T of [1.5, 0.9, 1.5, 3]) {
      const options = { params: { T } };
      expect(fast.module.valueAndGradient(options)).toEqual(small.module.valueAndGradient(options));
    }
  });

  it("stay where they are in a branch, which may be the reason that there is something to read", async () => {
    const [fast, small] = [
      await made(network(sometimes), {}),
      await made(network(sometimes), { optimise: "size" }),
    ];
    expect(fast.code).not.toContain("prepared");
    expect(fast.module.valueAndGradient()).toEqual(small.module.valueAndGradient());
  });

  it("stay where they are where memory has no room for them", async () => {
    const text = network(always);
    const bytesOf = (options: object): number => compile(text, options).plan!.workspaceBytes;
    for (const target of ["js", "c"] as const) {
      const roomy = bytesOf({ target: [target] });
      const tight = compile(text, { target: [target], ram: roomy - 1 });
      expect(tight.plan!.workspaceBytes).toBeLessThan(roomy);
      expect(tight.plan!.adjoint).toBe("symplectic");
      for (const { text: code } of tight.outputs) expect(code).not.toContain("prepared");
    }
  });

  it("stay where they are in short code", async () => {
    expect((await made(network(always), { optimise: "size" })).code).not.toContain("prepared");
  });
});

it("makes no array of what is no dearer than memory, or asked for once", () => {
  const one = { name: "w", element: "real", shape: [3, 4], role: "interface", home } as const;
  const out = { name: "y", element: "real", shape: [4], role: "workspace" } as const;
  const j = affine.index("j");
  const over = (value: Parameters<typeof build.store>[2]) =>
    build.loop("j", affine.integer(0), affine.integer(4), [
      { kind: "let", name: "t", value } as const,
      build.store("y", [j], { kind: "name", name: "t" }),
    ]);
  const entry = (value: Parameters<typeof build.store>[2], trips: number): Program => ({
    arrays: [one, out],
    functions: [
      {
        name: "entry",
        parameters: [],
        body: [build.loop("n", affine.integer(0), affine.integer(trips), [over(value)])],
      },
    ],
  });
  const read = build.read("w", [affine.integer(1), j]);
  const kept = (program: Program): number => prepared(program, ["entry"]).arrays.length - 2;
  expect(kept(entry(build.primitive("exp", [read]), 3))).toBe(1);
  expect(kept(entry(build.mul(read, read), 3))).toBe(0);
  const alone: Program = {
    arrays: [one, out],
    functions: [{ name: "entry", parameters: [], body: [over(build.primitive("exp", [read]))] }],
  };
  expect(kept(alone)).toBe(0);
  let found = 0;
  forEachExprIn(prepared(alone, ["entry"]).functions[0]!.body, (expr) => {
    if (expr.kind === "primitive" && expr.op === "exp") found++;
  });
  expect(found).toBe(1);
});
