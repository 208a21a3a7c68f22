/**
 * What the gradient of the harness's own problem costs on a Cortex-M4F: flash, RAM and executed instructions, held to
 * `figures.json` exactly, and to what was promised of them. `ODEGRAD_UPDATE_FIGURES=1` writes the file anew.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import type { Options } from "../../compiler/options.ts";
import { isReady, run } from "./support/harness.ts";
import { compiledModel } from "./support/module.ts";
import { networkProblem } from "./support/network-problem.ts";

const file = path.join(import.meta.dirname, "figures.json");
const isUpdate = process.env["ODEGRAD_UPDATE_FIGURES"] === "1";

interface Figures {
  readonly flash: number;
  readonly ram: number;
  readonly insns: number;
}

interface Row {
  readonly name: string;
  readonly model: string;
  readonly options: Options;
  readonly flag: "-Os" | "-O2" | "-O3";
  /** What was promised. */
  readonly most: Partial<Figures>;
}

const small: Options = { optimise: "size" };
const casadi = 354_932;
/** Functions of mathematics, written out in float arithmetic and as the library has them. */
const written: readonly Pick<Row, "name" | "model">[] = [
  { name: "4-8, tanh", model: "node-tanh" },
  { name: "diode, exp and expm1", model: "diode" },
  { name: "Lotka-Volterra, log", model: "test/reference/models/lotka-volterra/lotka-volterra" },
  { name: "pendulum, sin and cos", model: "test/reference/models/pendulum-control/pendulum-control" },
];
const rows: readonly Row[] = [
  { name: "4-8 rebuilt", model: "node-4-8", options: small, flag: "-Os", most: {} },
  {
    name: "4-8 rebuilt",
    model: "node-4-8",
    options: small,
    flag: "-O2",
    most: { flash: 2048, ram: 1536, insns: 190_000 },
  },
  {
    name: "4-8 rebuilt, tapes",
    model: "node-4-8",
    options: { ...small, adjoint: "step" },
    flag: "-Os",
    most: {},
  },
  {
    name: "4-8 rebuilt, tapes",
    model: "node-4-8",
    options: { ...small, adjoint: "step" },
    flag: "-O2",
    most: { flash: 2048, ram: 1536, insns: 190_000 },
  },
  {
    name: "4-8 stored",
    model: "node-4-8",
    options: { ...small, adjoint: "store-all" },
    flag: "-Os",
    most: {},
  },
  {
    name: "4-8 stored",
    model: "node-4-8",
    options: { ...small, adjoint: "store-all" },
    flag: "-O3",
    most: { flash: casadi / 50, insns: 97_000 },
  },
  {
    name: "16-32 rebuilt, tapes",
    model: "node-16-32",
    options: { ...small, adjoint: "step" },
    flag: "-Os",
    most: { flash: 1536, ram: 11_776 },
  },
  {
    name: "16-32 rebuilt, tapes",
    model: "node-16-32",
    options: { ...small, adjoint: "step" },
    flag: "-O3",
    most: { insns: 1_900_000 },
  },
  ...written.flatMap(({ name, model }) =>
    (["portable", "engine"] as const).map((math): Row => {
      const whose = math === "portable" ? "written out" : "of the library";
      return { name: `${name} ${whose}`, model, options: { ...small, math }, flag: "-O2", most: {} };
    }),
  ),
  // Six scalars, one by one and as an array.
  ...(["rk4", "dopri8"] as const).flatMap((method) =>
    (["speed", "size"] as const).map(
      (optimise): Row => ({
        name: `repressilator, ${method}, for ${optimise}`,
        model: "repressilator",
        options: { optimise, method },
        flag: "-Os",
        most: {},
      }),
    ),
  ),
];

const pathOf = (model: string): string => (model.includes("/") ? model : `test/edge/models/${model}`);

const kept: Record<string, Figures> = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};

const spaced = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, " ");

describe("docs/embedded.md", () => {
  const docs = fs.readFileSync(path.resolve(import.meta.dirname, "../../docs/embedded.md"), "utf8");

  it.each(Object.entries(kept))("has the figures of %s", (_, { flash, ram, insns }) => {
    expect(docs).toContain(`| ${[flash, ram, insns].map(spaced).join(" | ")} |`);
  });
});

describe.skipIf(!isReady("m4f"))("a gradient on a Cortex-M4F", { timeout: 120_000 }, () => {
  it.each(rows)("$name at $flag", ({ name, model, options, flag, most }) => {
    const folder = compiledModel(pathOf(model), options, networkProblem(model));
    try {
      const [done] = run(["--target", "m4f", flag, ...folder.args]);
      const { flash, ram, measures } = done!;
      const found: Figures = { flash: flash.total, ram: ram.total, insns: measures["gradient"]!.insns! };
      const key = `${name} ${flag}`;
      if (isUpdate) {
        kept[key] = found;
        fs.writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`);
      }
      expect(found).toEqual(kept[key]);
      for (const [what, limit] of Object.entries(most))
        expect(found[what as keyof Figures], what).toBeLessThanOrEqual(limit);
    } finally {
      folder.close();
    }
  });
});
