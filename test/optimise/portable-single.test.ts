/**
 * `--math portable --real float`: functions of mathematics in float arithmetic, held to 2 units in the last place over a
 * sample of all floats (over every one of them in the long run), and the same bits as JavaScript rounding each operation.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import { build as buildModel } from "../../compiler/compile.ts";
import { emit } from "../../compiler/emission.ts";
import { emitJavaScript } from "../../compiler/emit/javascript.ts";
import { cEngine } from "../../compiler/execute/c.ts";
import { javaScriptEngine, loadJavaScript } from "../../compiler/execute/javascript.ts";
import { defaultProblem, type Gradients } from "../../compiler/execute/problem.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import type { Expr } from "../../compiler/ir/nodes.ts";
import type { Opcode } from "../../compiler/ir/opcode.ts";
import { primitives } from "../../compiler/ir/primitives.ts";
import { portable, portableFunctions } from "../../compiler/optimise/portable.ts";
import type { Options } from "../../compiler/options.ts";
import { anyCompiler, emitted, inFolder, withEngine } from "../support/c-files.ts";
import { handModule, javaScriptOf } from "../support/hand-module.ts";
import { isLong } from "../support/long.ts";
import { inSingle } from "../support/rounded.ts";
import { numbers } from "../support/vectors.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** Units in the last place, found over all floats. */
const worst: Readonly<Record<string, number>> = {
  exp: 0.93,
  expm1: 1.75,
  tanh: 1.741,
  log: 0.84,
  sin: 1.62,
  cos: 1.63,
};

/** `r[i]` = function of `p[i]`, for so many arguments. */
function tabulated(op: Opcode, count: number) {
  const i = affine.index("i");
  const value: Expr = { kind: "primitive", op, args: [build.name("given")] };
  const module = handModule({
    state: [0],
    params: new Array<number>(count).fill(0),
    outputs: count,
    solve: [
      build.loop("i", affine.integer(0), affine.integer(count), [
        build.bind("given", build.read("p", [i])),
        build.store("r_output", [affine.integer(0), i], value),
      ]),
    ],
  });
  return { ...module, program: portable(module.program, "float") };
}

/** Arguments where something ends, and such as are spread over all sizes. */
const special = [
  ...[0, 1, Number.NaN, Infinity, 1e-45, 1.17549435e-38, 1e-20, 3.4028235e38, 0.25, 0.24999999, 9.010914],
  ...[9.25, 9.249999, 88.72283, 88.72284, 89, 89.5, 87.33655, 103.97208, 103.97209, 104, 104.5, 17.32868],
  ...[18, 18.5, 0.34657359, 0.7853981, 0.78539824, 1.5707964, Math.PI, 6400, 6400.0005, 6401, 1e10],
  ...[16367173 * 2 ** 72, 2 ** 127, Math.SQRT2, Math.SQRT1_2, 0.99999994, 1.0000001],
];
const spread = [1e-30, 1e-9, 1e-3, 0.3, 1, 3, 20, 90, 1e4, 1e20].flatMap((size, i) =>
  [...numbers(i + 1, 40)].map((x) => x * size),
);
const points = [...special.flatMap((x) => [x, -x]), ...spread].map(Math.fround);

it("tells the worst error of every function that is written out", () => {
  expect(Object.keys(worst).sort()).toEqual([...portableFunctions].sort());
});

describe.each(portableFunctions)("%s of floats", (op) => {
  const module = tabulated(op, points.length);
  const value = primitives[op].value as (x: number) => number;
  const rounding = async (): Promise<Float64Array> => {
    const rounded = { ...module, program: inSingle(module.program) };
    const engine = javaScriptEngine(await loadJavaScript(javaScriptOf(rounded)));
    const problem = { ...defaultProblem(module.model, module.solver), params: Float64Array.from(points) };
    return engine.solve(problem).outputs;
  };

  it("is well formed and calls nothing of the host", () => {
    expect(verifyProgram(module.program, ["solve", "gradient"])).toEqual([]);
    expect(JSON.stringify(module.program.functions)).not.toContain(`"op":"${op}"`);
  });

  it("is a float, within 2 units in the last place", async () => {
    const found = await rounding();
    points.forEach((x, i) => {
      const truth = value(x);
      const what = `${op}(${x})`;
      if (!Number.isFinite(Math.fround(truth)) || truth === 0)
        expect(found[i], what).toBe(Math.fround(truth));
      else {
        const exponent = Math.max(Math.floor(Math.log2(Math.abs(truth))), -126);
        expect(Math.abs(found[i]! - truth) / 2 ** (exponent - 23), what).toBeLessThanOrEqual(2);
      }
    });
  });

  it.skipIf(anyCompiler === undefined)(
    "has the bits in C of JavaScript that rounds each operation",
    async () => {
      const problem = { ...defaultProblem(module.model, module.solver), params: Float64Array.from(points) };
      const inC = withEngine(module, "float", (engine) => engine.solve(problem).outputs);
      expect([...inC]).toEqual([...(await rounding())]);
    },
  );

  it.skipIf(anyCompiler === undefined)(
    "is as near over all floats as is said",
    { timeout: 1_800_000 },
    () => {
      const grows = ["exp", "expm1", "tanh", "log"].includes(op) ? 1 : 0;
      const stride = isLong ? 1 : 1021;
      const output = inFolder(emitted(tabulated(op, 4096), "float"), (folder) => {
        const sweep = fs.readFileSync(path.join(import.meta.dirname, "portable-sweep.c"), "utf8");
        folder.write("sweep.c", sweep);
        const flags = [
          "-O2",
          "-ffp-contract=off",
          `-DFUNCTION=${op}`,
          `-DSTRIDE=${stride}u`,
          `-DGROWS=${grows}`,
        ];
        return folder.run(["m.c", "sweep.c"], flags).output;
      });
      const [count, error, , other, turns] = output.trim().split(" ").map(Number) as number[];
      expect(count).toBe(Math.ceil(2 ** 32 / stride));
      expect(error).toBeLessThanOrEqual(worst[op]!);
      expect(error).toBeGreaterThan(0.5);
      expect(other).toBe(0);
      expect(turns).toBe(0);
    },
  );
});

describe("a gradient in single precision", () => {
  const models: readonly (readonly [string, Options])[] = [
    ["test/edge/models/node-tanh", {}],
    ["test/edge/models/diode", {}],
    ["examples/lotka-volterra/lotka-volterra", {}],
    ["examples/pendulum-control/pendulum-control", { optimise: "size" }],
  ];
  const host = { read: (name: string) => (fs.existsSync(name) ? fs.readFileSync(name, "utf8") : undefined) };

  it.skipIf(anyCompiler === undefined).each(models)("of %s has the same bits in both", async (name, own) => {
    const file = path.join(root, `${name}.ode.ts`);
    const options: Options = {
      real: "float",
      math: "portable",
      prefix: "m",
      emit: ["solve", "gradient"],
      ...own,
    };
    const { ready } = buildModel({ file, text: fs.readFileSync(file, "utf8"), host }, options);
    const { module } = ready!;
    const [header, source] = emit(ready!, "c", options);
    expect(source!.text).not.toMatch(/\bdouble\b|[^\w](tanh|exp|expm1|log|sin|cos)f\(/);
    const program = inSingle(portable(module.program, "float"));
    const { code } = emitJavaScript(
      { ...module, program },
      { dialect: "js", file: "m.ode.ts", header: "A test." },
    );
    const given = defaultProblem(module.model, module.solver);
    const single = Object.fromEntries(
      Object.entries(given).map(([key, value]) => [
        key,
        value instanceof Float64Array ? value.map(Math.fround) : value,
      ]),
    ) as typeof given;
    // Weights that are 0 would leave most of a network out.
    const params = single.params.map((value, i) => (value === 0 ? Math.fround(Math.sin(i + 1)) : value));
    const problem = { ...single, params };
    const inC = cEngine({ header: header!, source: source! }, module.model, "m", "float", module.solver);
    try {
      const list = ({ value, state0, params: bar, inputs }: Gradients): number[] => [
        value,
        ...state0,
        ...bar,
        ...inputs,
      ];
      const found = list(inC.gradient(problem));
      expect(found.every(Number.isFinite)).toBe(true);
      expect(found.filter((x) => x !== 0).length).toBeGreaterThan(found.length / 2);
      expect(found).toEqual(list(javaScriptEngine(await loadJavaScript(code)).gradient(problem)));
    } finally {
      inC.close();
    }
  });
});
