/** Every function of a module in one C file, for the shared models: it compiles strictly, and products are JavaScript's. */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import type { Direction } from "../../compiler/execute/problem.ts";
import { compile } from "../../compiler/index.ts";
import { anyCompiler, inFolder, strict } from "../support/c-files.ts";
import { compiled } from "../support/compiled.ts";
import { isLong } from "../support/long.ts";
import { numbers } from "../support/vectors.ts";

const folder = path.join(import.meta.dirname, "../reference/models");
const fields = new Set(["field-mlp"]);
const models = fs.readdirSync(folder).filter((name) => !fields.has(name));
const textOf = (name: string): string => fs.readFileSync(path.join(folder, name, `${name}.ode.ts`), "utf8");

/** Short code of large models takes long to make. */
const isShort = (name: string): boolean => isLong || name === "neural-ode" || name === "kepler";
const cases = models.flatMap((name) =>
  (["speed", "size"] as const)
    .filter((optimise) => optimise === "speed" || isShort(name))
    .map((optimise) => ({ name, optimise })),
);

describe.skipIf(anyCompiler === undefined)("a module (needs a C compiler)", () => {
  it.each(cases)("of $name has all functions beside one another, for $optimise", ({ name, optimise }) => {
    const host = {
      read: (file: string) => {
        const full = path.join(folder, name, file);
        return fs.existsSync(full) ? fs.readFileSync(full, "utf8") : undefined;
      },
    };
    const emit = ["solve", "gradient", "field", "fieldVjp", "jvp", "hvp"];
    const { outputs, diagnostics } = compile(textOf(name), {
      ...{ file: `${name}.ode.ts`, target: ["c"], prefix: "m", optimise, emit, host },
    });
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    const file = (ending: string): string => outputs.find((output) => output.name === `m${ending}`)!.text;
    const files = {
      header: file(".h"),
      source: file(".c"),
      selftest: file("_selftest.c"),
      workspaceBytes: 0,
    };
    inFolder(files, (place) => {
      expect(place.complaints(anyCompiler!, [...strict, "-fsyntax-only"], ["m.c", "m_selftest.c"])).toBe("");
    });
  });
});

describe.skipIf(anyCompiler === undefined)("a module of some functions (needs a C compiler)", () => {
  it.each(["solve", "gradient", "jvp", "hvp"])("%s of a field without a loss has a self-test", (emit) => {
    const { outputs } = compile(textOf("field-mlp"), {
      ...{ file: "field-mlp.ode.ts", target: ["c"], prefix: "m", emit: [emit] },
    });
    const file = (ending: string): string => outputs.find((output) => output.name === `m${ending}`)!.text;
    inFolder({ header: file(".h"), source: file(".c"), selftest: file("_selftest.c") }, (place) => {
      expect(place.complaints(anyCompiler!, [...strict, "-fsyntax-only"], ["m.c", "m_selftest.c"])).toBe("");
      expect(place.run(["m.c", "m_selftest.c"]).status).toBe(0);
    });
  });

  const still = (solver: string): string => `import { ode } from "odegrad";
export const m = ode({ state: { x: 1 }, params: { k: 1 }, rhs: ({ x }, { k }) => ({ x: -x * k }),
  loss: { terminal: ({ x }) => x * x }, solver: { ${solver} } });`;

  // Fields without parameters have no direction, and C no empty structs.
  it.each([
    [
      "a state that is computed",
      still("steps: 4")
        .replace("params: { k: 1 }", "initial: () => ({ x: 2 })")
        .replaceAll(/, \{ k \}| \* k/g, ""),
      "",
    ],
    ["the end alone", still('steps: 4, wrt: ["t1"]'), ""],
    ["nothing", still("steps: 4, wrt: []"), ""],
    [
      "a field without parameters",
      `import { field, vec } from "odegrad";
export const m = field({ point: vec(2, [1, 2]), value: (x) => x[0]! * x[1]! * x[1]!, operators: ["gradient"], loss: { at: (v) => v * v } });`,
      "solve,gradient,jvp,hvp",
    ],
  ])("where %s is differentiated compiles without a warning", (_, text, emit) => {
    for (const real of ["double", "float"] as const) {
      const asked = emit === "" ? {} : { emit: emit.split(",") };
      const { outputs } = compile(text, { file: "m.ode.ts", target: ["c"], prefix: "m", real, ...asked });
      const file = (ending: string): string => outputs.find((output) => output.name === `m${ending}`)!.text;
      inFolder({ header: file(".h"), source: file(".c"), selftest: file("_selftest.c") }, (place) => {
        const sources = ["m.c", "m_selftest.c"];
        expect(place.complaints(anyCompiler!, [...strict, "-fsyntax-only"], sources)).toBe("");
        expect(place.run(sources).status).toBe(0);
      });
    }
  });

  it.each([
    "gradient",
    "solve",
    "jvp",
    "hvp",
    "jvp,hvp",
    "field",
    "fieldVjp,fieldJvp",
    "solve,field",
    "gradient,step",
  ])("%s has a self-test that compiles and ends well", (emit) => {
    const { outputs } = compile(textOf("kepler"), {
      ...{ file: "kepler.ode.ts", target: ["c"], prefix: "m", emit: emit.split(",") },
    });
    const file = (ending: string): string => outputs.find((output) => output.name === `m${ending}`)!.text;
    const files = { header: file(".h"), source: file(".c"), selftest: file("_selftest.c") };
    inFolder(files, (place) => {
      expect(place.complaints(anyCompiler!, [...strict, "-fsyntax-only"], ["m.c", "m_selftest.c"])).toBe("");
      const { status, output } = place.run(["m.c", "m_selftest.c"]);
      expect(output).toMatch(/^ok$/m);
      expect(status).toBe(0);
    });
  });
});

describe("the prefix of a model", () => {
  it.each([
    ["π", "pi"],
    ["größe", "grosse"],
    ["ñandú", "nandu"],
    ["x2π", "x2pi"],
    ["lotkaVolterra", "lotka_volterra"],
    // A folder with a math.h of its own would be searched first.
    ["math", "ode_math"],
    ["stdint", "ode_stdint"],
    ["模型", "ode"],
  ])("%s is %s", (name, prefix) => {
    const text = `import { ode } from "odegrad";
export const ${name} = ode({ state: { x: 1 }, rhs: ({ x }) => ({ x: -x }), solver: { steps: 2 } });`;
    const { outputs } = compile(text, { file: "m.ode.ts", target: ["c"], emit: ["solve"] });
    expect(outputs[0]!.name).toBe(`${prefix}.h`);
  });
});

describe.skipIf(anyCompiler === undefined)("a self-test (needs a C compiler)", () => {
  const model = (rate: string, head = ""): string => `import { custom, ode } from "odegrad";
${head}
export const m = ode({ state: { x: 0.25 }, params: { k: 0.7 }, rhs: ({ x }, { k }) => ({ x: ${rate} }),
  loss: { terminal: ({ x }) => x * x }, solver: { method: "rk4", t1: 1, steps: 10 } });`;
  const asked = (text: string, real: "double" | "float") => {
    const { outputs } = compile(text, { file: "m.ode.ts", target: ["c"], prefix: "m", real });
    const file = (ending: string): string => outputs.find((output) => output.name === `m${ending}`)!.text;
    const files = { header: file(".h"), source: file(".c"), selftest: file("_selftest.c") };
    return inFolder(files, (place) => place.run(["m.c", "m_selftest.c"]));
  };

  // At the start the rounded number lies between two whole ones.
  const jumping = model("k * x + 0.3 * Math.round(2 * x)");
  // Wrong by a hundredth.
  const wrong = model(
    "rated(k * x)",
    "const rated = custom((x: number) => Math.sin(x), { vjp: (x, bar) => 1.01 * bar * Math.cos(x) });",
  );

  it.each(["double", "float"] as const)("tells a jump from a wrong gradient, in %s", (real) => {
    const past = asked(jumping, real);
    expect(past.output).toContain("the loss jumps near the defaults");
    expect(past.status).toBe(0);
    const failed = asked(wrong, real);
    expect(failed.output).toContain("fails: the gradient is that of the solve");
    expect(failed.status).toBe(1);
  });
});

// Eight hidden units and more: products by columns, which need copies of matrices, of those of a direction too.
it.skipIf(anyCompiler === undefined)(
  "products of a neural ODE in C are those in JavaScript (needs a C compiler)",
  async () => {
    const { engine, c, problem } = await compiled(textOf("neural-ode"), {
      emit: ["solve", "gradient", "jvp", "hvp"],
    });
    const along: Direction = {
      state0: numbers(1, problem.state0.length),
      params: numbers(2, problem.params.length),
      inputs: numbers(3, problem.inputs.length),
    };
    const words = (record: object): number[] =>
      Object.values(record).flatMap((value) => (value instanceof Float64Array ? [...value] : []));
    try {
      for (const product of ["jvp", "hvp"] as const) {
        const [mine, theirs] = [engine[product]!(problem, along), c![product]!(problem, along)];
        expect(theirs.at.status).toBe(0);
        for (const part of ["at", "change"] as const) {
          const [left, right] = [words(mine[part]), words(theirs[part])];
          const scale = Math.max(...left.map(Math.abs));
          expect(right.length).toBe(left.length);
          expect(scale).toBeGreaterThan(0);
          left.forEach((value, i) => {
            expect(Math.abs(value - right[i]!)).toBeLessThan(1e-13 * scale);
          });
        }
      }
    } finally {
      c!.close();
    }
  },
);
