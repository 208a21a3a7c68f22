/** Code for size is what it says: never longer than code for speed by more than a function or two, and mostly shorter. */

import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import type { Options } from "../../compiler/options.ts";
import { inTurn } from "../support/long.ts";
import { isReady } from "./support/harness.ts";
import { compiledModel } from "./support/module.ts";

const reference = "test/reference/models";
const models = [
  "examples/lotka-volterra/lotka-volterra",
  "test/edge/models/oscillator",
  "test/edge/models/diode",
  `${reference}/van-der-pol/van-der-pol`,
  "examples/hare-lynx/hare-lynx",
  `${reference}/kepler/kepler`,
  "examples/neural-ode/neural-ode",
];
const methods: readonly Options[] = [
  { method: "rk4", steps: 40 },
  { method: "dopri8", steps: 40 },
  { method: "dopri5", rtol: 1e-4, atol: 1e-6 },
  { method: "rodas5p", rtol: 1e-4, atol: 1e-6 },
];
const cases = inTurn(
  models.flatMap((model) => methods.map((options) => ({ model, options, method: options.method }))),
  4,
  1,
);

const cortexM4f = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"];

/** Code and constants of a module on a Cortex-M4F, with `-Os`. */
function flash(model: string, options: Options): number {
  const folder = compiledModel(model, options);
  try {
    const object = path.join(path.dirname(folder.source), "m.o");
    const gcc = [...cortexM4f, "-std=c99", "-Os", "-c", folder.source, "-o", object];
    const made = spawnSync("arm-none-eabi-gcc", gcc, { encoding: "utf8" });
    expect(made.stderr).toBe("");
    const { stdout } = spawnSync("arm-none-eabi-size", [object], { encoding: "utf8" });
    return Number(stdout.split("\n")[1]!.trim().split(/\s+/)[0]);
  } finally {
    folder.close();
  }
}

describe.skipIf(!isReady("m4f"))("flash of code for size", { timeout: 60_000 }, () => {
  it.each(cases)("$model, $method", ({ model, options }) => {
    const [short, fast] = (["size", "speed"] as const).map((optimise) =>
      flash(model, { ...options, optimise }),
    ) as [number, number];
    expect(short).toBeGreaterThan(500);
    // A function that is called is not copied to where it is called, which at times is shorter.
    expect(short).toBeLessThanOrEqual(1.03 * fast);
  });
});
