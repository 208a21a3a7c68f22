/** `inspect --memory`: the bill of C plan by plan; sizes are those that a C compiler finds. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { asC, emit } from "../../compiler/emission.ts";
import type { Options } from "../../compiler/options.ts";
import { anyCompiler, inFolder } from "../support/c-files.ts";
import { odegrad } from "../support/command.ts";

const root = path.resolve(import.meta.dirname, "../..");
const node = path.join(root, "test/edge/models/node-4-8.ode.ts");

interface Plan {
  readonly adjoint: string;
  readonly exact: string;
  readonly workspace: number;
  readonly problem: number;
  readonly gradients: number;
  readonly ram: number;
  readonly flash: number | null;
  readonly instructions: number | null;
  readonly instructionsPerStep: number | null;
}

async function memory(...args: readonly string[]): Promise<{ plans: Plan[]; estimatedFor: string | null }> {
  const { code, out, err } = await odegrad(["inspect", node, "--memory", "--json", ...args]);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out).memory;
}

describe("inspect --memory", () => {
  it("has a row for each plan of the method", async () => {
    const { plans, estimatedFor } = await memory("--real", "float", "--optimise", "size");
    expect(estimatedFor).toContain("Cortex-M4F");
    expect(plans.map(({ adjoint }) => adjoint)).toEqual(
      expect.arrayContaining(["symplectic", "step", "store-all", "revolve"]),
    );
    for (const plan of plans) expect(plan.ram).toBe(plan.workspace + plan.problem + plan.gradients);
    const of = (name: string) => plans.find(({ adjoint }) => adjoint === name)!;
    expect(of("store-all").ram).toBeGreaterThan(of("symplectic").ram);
    expect(of("store-all").instructions).toBeLessThan(of("symplectic").instructions!);
    expect(of("revolve").ram).toBeLessThan(of("symplectic").ram);
    expect(of("revolve").instructions).toBeGreaterThan(of("step").instructions!);
  });

  it("grows with the steps as the plans do", async () => {
    const [few, more] = await Promise.all(
      ["20", "40"].map(async (steps) => (await memory("--real", "float", "--steps", steps)).plans),
    );
    few!.forEach((plan, i) => {
      const later = more![i]!;
      expect(later.problem).toBe(plan.problem);
      if (plan.adjoint === "step") expect(later.workspace - plan.workspace).toBe(4 * 4 * 20);
      expect(later.instructions! / plan.instructions!).toBeGreaterThan(1.8);
    });
  });

  it("tells bytes alone in double", async () => {
    const { plans, estimatedFor } = await memory();
    expect(estimatedFor).toBeNull();
    expect(plans.every(({ flash, instructions }) => flash === null && instructions === null)).toBe(true);
    expect(plans.every(({ ram }) => ram > 0)).toBe(true);
  });

  it("tells instructions of a step where the run counts them", async () => {
    const adaptive = ["--method", "dopri5", "--rtol", "1e-3", "--atol", "1e-6"];
    const { plans } = await memory("--real", "float", ...adaptive);
    expect(plans.every(({ instructions }) => instructions === null)).toBe(true);
    expect(plans.every(({ instructionsPerStep }) => instructionsPerStep! > 1000)).toBe(true);
    const { out } = await odegrad(["inspect", node, "--memory", "--real", "float", ...adaptive]);
    expect(out).toMatch(/a step$/m);
    expect(out).toContain("counted by the run");
  });

  it("prints a table and draws the plans", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-"));
    const svg = path.join(folder, "plans.svg");
    const { code, out } = await odegrad(["inspect", node, "--memory", "--real", "float", "--svg", svg]);
    expect(code).toBe(0);
    expect(out).toMatch(/^plan +exact +ram +workspace +problem +gradients +flash +instructions\n/);
    const drawn = fs.readFileSync(svg, "utf8");
    fs.rmSync(folder, { recursive: true });
    for (const name of ["symplectic", "store-all", "revolve"]) expect(drawn).toContain(name);
  });
});

describe.skipIf(anyCompiler === undefined)("sizes", () => {
  const host = { read: (name: string) => (fs.existsSync(name) ? fs.readFileSync(name, "utf8") : undefined) };
  const models: readonly (readonly [string, Options])[] = [
    ["test/edge/models/node-4-8", { real: "float" }],
    ["examples/pendulum-control/pendulum-control", { real: "double" }],
    ["examples/lotka-volterra/lotka-volterra", { real: "double", rtol: 1e-6, atol: 1e-9, method: "dopri5" }],
    ["examples/pendulum-control/pendulum-control", { real: "float", density: true }],
    ["test/edge/models/node-4-8", { real: "double", batch: 3 }],
  ];

  it.each(models)("of %s are those of C", (name, own) => {
    const file = path.join(root, `${name}.ode.ts`);
    const options: Options = { prefix: "m", emit: ["solve", "gradient"], ...own };
    const { ready } = build({ file, text: fs.readFileSync(file, "utf8"), host }, options);
    const [header, source, selftest] = emit(ready!, "c", options).map(({ text }) => text);
    const { workspaceBytes, records } = asC(ready!, options);
    const found = inFolder({ header: header!, source: source!, selftest: selftest! }, (folder) => {
      const print = ["problem", "solution", "gradients", "workspace"]
        .map((record) => `printf("%u ", (unsigned)sizeof(m_${record}));`)
        .join(" ");
      folder.write("sizes.c", `#include "m.h"\n#include <stdio.h>\nint main(void) { ${print} return 0; }\n`);
      return folder.run(["sizes.c"]).output.trim().split(" ").map(Number);
    });
    expect([records.problem, records.solution, records.gradients, workspaceBytes]).toEqual(found);
  });
});
