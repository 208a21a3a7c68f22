/**
 * Generated gradients of models of all kinds on emulated parts: equal to the host's, and what they cost, held to
 * `reference.json`, from which the table of docs/embedded.md is made. `ODEGRAD_UPDATE_FIGURES=1` writes the file anew.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { opcodesOf } from "../../compiler/ir/walk.ts";
import type { Options } from "../../compiler/options.ts";
import { isLong } from "../support/long.ts";
import { isReady, run, type TargetName } from "./support/harness.ts";
import { compiledModel } from "./support/module.ts";
import { networkProblem } from "./support/network-problem.ts";
import { flatSize } from "./support/sizes.ts";

const file = path.join(import.meta.dirname, "reference.json");
const isUpdate = process.env["ODEGRAD_UPDATE_FIGURES"] === "1";
const models = "test/reference/models";

const rows: readonly { readonly name: string; readonly model: string; readonly options: Options }[] = [
  { name: "Lotka-Volterra", model: `${models}/lotka-volterra/lotka-volterra`, options: { steps: 100 } },
  { name: "pendulum with control", model: `${models}/pendulum-control/pendulum-control`, options: {} },
  { name: "Kepler, Verlet", model: `${models}/kepler/kepler`, options: { steps: 200 } },
  { name: "Allen-Cahn, 64 points", model: `${models}/allen-cahn/allen-cahn`, options: { steps: 40 } },
  { name: "GCDE, karate club", model: `${models}/gcde-karate/gcde-karate`, options: { steps: 4 } },
];

type Cost = Readonly<Record<string, number>>;
const kept: Record<string, Cost> = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};

const numbers = (bits: readonly string[]): number[] =>
  bits.map((hex) =>
    new DataView(Uint8Array.from(hex.match(/../g)!, (two) => Number.parseInt(two, 16)).buffer).getFloat32(0),
  );

/** Functions whose last bits are the library's. */
const transcendental = [
  "sin",
  "cos",
  "tan",
  "tanh",
  "exp",
  "expm1",
  "log",
  "log1p",
  "pow",
  "sinh",
  "cosh",
] as const;

describe.each(rows)("$name", { timeout: 120_000 }, ({ name, model, options }) => {
  const targets: readonly TargetName[] = ["m4f", "rv32f"];
  it.skipIf(!targets.every(isReady))("has the host's gradient on a Cortex-M4F and on RV32F", () => {
    const folder = compiledModel(model, { optimise: "size", ...options });
    try {
      const limits = ["--ram", "512K", "--flash", "1M", "--no-count", "--timeout", "100"];
      const [m4f, rv32f, host] = run([
        "--target",
        [...targets, "host"].join(","),
        "-O2",
        ...limits,
        ...folder.args,
      ]);
      const isExact = transcendental.every((op) => !opcodesOf(folder.module.program).has(op));
      for (const one of [m4f!, rv32f!]) {
        const cost = {
          flash: one.flash.total,
          ram: one.ram.total,
          insns: one.measures["gradient"]!.insns!,
        };
        const key = `${name} ${one.target}`;
        if (isUpdate) {
          kept[key] = cost;
          fs.writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`);
        }
        expect(cost).toEqual(kept[key]);
        if (isExact) expect(one.values).toEqual(host!.values);
        for (const [record, bits] of Object.entries(host!.values)) {
          if (typeof bits === "number") continue;
          const truth = numbers(bits);
          const scale = Math.max(...truth.map(Math.abs));
          numbers(one.values[record] as readonly string[]).forEach((value, i) => {
            expect(Math.abs(value - truth[i]!), `${record}[${i}]`).toBeLessThanOrEqual(1e-4 * scale);
          });
        }
      }
    } finally {
      folder.close();
    }
  });
});

/** Models without functions of the library, and such as have theirs written out. */
const equal: readonly { readonly name: string; readonly model: string; readonly options: Options }[] = [
  { name: "softsign", model: "test/edge/models/node-4-8", options: {} },
  { name: "tanh", model: "test/edge/models/node-tanh", options: { math: "portable" } },
  { name: "exp, expm1", model: "test/edge/models/diode", options: { math: "portable" } },
  { name: "log", model: `${models}/lotka-volterra/lotka-volterra`, options: { math: "portable" } },
  {
    name: "sin, cos",
    model: `${models}/pendulum-control/pendulum-control`,
    options: { math: "portable", steps: 20 },
  },
];

const every: readonly TargetName[] = ["m4f", "m7", "m3", "m0", "rv32f", "rv32", "avr", "host"];
/** In the short run models beside the first are held to one part of each kind. */
const few: readonly TargetName[] = ["m4f", "rv32", "avr", "host"];
const onTargets = equal.map((one, i) => ({ ...one, all: isLong || i === 0 ? every : few }));

describe.each(onTargets)("a gradient of $name", { timeout: 240_000 }, ({ model, options, all }) => {
  it.skipIf(!all.every(isReady))(`has the same bits on ${all.length} targets`, () => {
    const folder = compiledModel(model, { optimise: "size", ...options }, networkProblem(model));
    try {
      const runs = run(["--target", all.join(","), "-O2", "--same-bits", "--no-count", ...folder.args]);
      expect(runs.map(({ target }) => target)).toEqual(all);
      for (const one of runs) expect(one.values).toEqual(runs[0]!.values);
      // What is promised to the bit is not fused where flags ask for it.
      const canFuse = all.filter((target) => ["m4f", "m7", "rv32f"].includes(target));
      const fused = options.math === "portable" ? canFuse : [];
      const flags = ["-O3", "-ffp-contract=fast", "--no-count"];
      for (const target of fused)
        expect(run(["--target", target, ...flags, ...folder.args])[0]!.values).toEqual(runs[0]!.values);
      const { params } = flatSize(folder.module);
      const bits = runs[0]!.values["params"] as readonly string[];
      expect(bits.length).toBe(params);
      // No cotangent is 0 in these models: none is left out.
      expect(bits.filter((word) => Number.parseInt(word, 16) === 0)).toEqual([]);
    } finally {
      folder.close();
    }
  });
});

describe("ten thousand steps", { timeout: 120_000 }, () => {
  it.skipIf(!isReady("m4f"))("of a model of four states take 4 KB of RAM in all", () => {
    const options: Options = { optimise: "size", steps: 10_000, adjoint: "auto", ram: 2900 };
    const folder = compiledModel("test/edge/models/node-4-8", options);
    const exact = compiledModel("test/edge/models/node-4-8", { optimise: "size", steps: 10_000 });
    try {
      const [part] = run([
        "--target",
        "m4f",
        "-O2",
        "--ram",
        "4K",
        "--stack",
        "256",
        "--timeout",
        "100",
        ...folder.args,
      ]);
      const [host] = run(["--target", "host", "-O2", "--no-count", ...exact.args]);
      expect(part!.ram.total).toBeLessThanOrEqual(4096);
      expect(folder.module.solver.adjoint).toBe("revolve");
      // The gradient that stores every state.
      expect(part!.values).toEqual(host!.values);
    } finally {
      folder.close();
      exact.close();
    }
  });
});
