/** A sensor node fits its own model: generated steps of Adam on an emulated Cortex-M4F, from a stream of noisy samples. */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { isReady, run } from "./support/harness.ts";
import { compiledModel } from "./support/module.ts";

const driver = fs.readFileSync(path.join(import.meta.dirname, "models/oscillator-driver.c"), "utf8");

describe("training on the part", { timeout: 120_000 }, () => {
  it.skipIf(!isReady("m4f"))("finds the parameters of a plant to 1 %", () => {
    const options = { optimise: "size", emit: ["solve", "gradient", "step"] } as const;
    const folder = compiledModel("test/edge/models/oscillator", options, undefined, driver);
    try {
      // The checks of the driver are that the parameters are found; `run` throws where one does not hold.
      const [done] = run(["--target", "m4f", "-O2", "--timeout", "100", ...folder.args]);
      expect(done!.checks.map(({ ok }) => ok)).toEqual([true, true, true]);
      expect(done!.ram.total).toBeLessThan(4096);
    } finally {
      folder.close();
    }
  });
});
