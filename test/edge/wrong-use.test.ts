/** Wrong use of generated C is survived: a status, results that are no numbers, nothing for the sanitizers to see. */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { isReady, lint, run } from "./support/harness.ts";
import { compiledModel } from "./support/module.ts";

const driver = fs.readFileSync(path.join(import.meta.dirname, "models/wrong-use-driver.c"), "utf8");

describe.each(["size", "speed"] as const)("wrong use, for %s", (optimise) => {
  it.skipIf(!isReady("m4f") || !isReady("host"))("is survived", { timeout: 120_000 }, () => {
    const options = { optimise, emit: ["solve", "gradient", "step"] };
    const folder = compiledModel("test/edge/models/oscillator", options, undefined, driver);
    try {
      // `run` throws where a check of the driver does not hold.
      for (const { checks } of run(["--target", "m4f,host", "--no-count", ...folder.args]))
        expect(checks.length).toBe(16);
      const findings = lint(folder.args);
      expect(findings.filter(({ result }) => result === "FAIL")).toEqual([]);
      const watched = ["address+undefined sanitizers", "valgrind memcheck"];
      for (const name of watched) expect(findings.find(({ check }) => check === name)?.result).toBe("ok");
    } finally {
      folder.close();
    }
  });
});
