/** Wrong use of generated C is survived: a status, results that are no numbers, nothing for the sanitizers to see. */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { isLong } from "../support/long.ts";
import { isReady, lint, run } from "./support/harness.ts";
import { compiledModel } from "./support/module.ts";

const workspaces = fs.readFileSync(path.join(import.meta.dirname, "models/wrong-workspace-driver.c"), "utf8");
const driver = fs.readFileSync(path.join(import.meta.dirname, "models/wrong-use-driver.c"), "utf8");

describe.each(["size", "speed"] as const)("wrong use, for %s", (optimise) => {
  it.skipIf(!isReady("m4f") || !isReady("host"))("is survived", { timeout: 120_000 }, () => {
    const options = { optimise, emit: ["solve", "gradient", "step"] };
    const folder = compiledModel("test/edge/models/oscillator", options, undefined, driver);
    try {
      // `run` throws where a check of the driver does not hold.
      for (const { checks } of run(["--target", "m4f,host", "--no-count", ...folder.args]))
        expect(checks.length).toBe(16);
      // The short run has what else there is to say of such a module in lint.test.
      const findings = lint([...(isLong ? [] : ["--only", "sanitizers,valgrind"]), ...folder.args]);
      expect(findings.filter(({ result }) => result === "FAIL")).toEqual([]);
      const watched = ["address+undefined sanitizers", "valgrind memcheck"];
      for (const name of watched) expect(findings.find(({ check }) => check === name)?.result).toBe("ok");
    } finally {
      folder.close();
    }
  });
});

describe("a workspace of another model", () => {
  const compiledBoth = () => {
    const emit = ["solve", "gradient", "step"];
    const small = compiledModel(
      "test/edge/models/oscillator",
      { optimise: "size", emit },
      undefined,
      workspaces,
    );
    const large = compiledModel("test/edge/models/node-4-8", { optimise: "size", prefix: "w" });
    const folder = path.dirname(large.source);
    return {
      args: [...small.args, `-I${folder}`, path.join(folder, "w.c")],
      close: () => {
        small.close();
        large.close();
      },
    };
  };
  const debug = ["-DM_DEBUG", "-DW_DEBUG"];

  it.skipIf(!isReady("host"))(
    "is refused in debug builds, under the sanitizers",
    { timeout: 120_000 },
    () => {
      const both = compiledBoth();
      try {
        const watched = "-fsanitize=address,undefined,float-divide-by-zero";
        const [host] = run(["--target", "host", "--no-count", watched, ...debug, ...both.args]);
        expect(host!.checks.length).toBe(15);
      } finally {
        both.close();
      }
    },
  );

  it.skipIf(!isReady("m4f"))("is refused on a part", { timeout: 120_000 }, () => {
    const both = compiledBoth();
    try {
      const [part] = run(["--target", "m4f", ...debug, ...both.args]);
      expect(part!.checks.length).toBe(15);
      // Without the definition none of it is there, and only the checks of the driver that need it do not hold.
      expect(() => run(["--target", "m4f", ...both.args])).toThrow(/that of another model is refused/);
    } finally {
      both.close();
    }
  });

  it.skipIf(!isReady("host"))("leaves checkers nothing to say", { timeout: 240_000 }, () => {
    const emit = ["solve", "gradient", "step"];
    const folder = compiledModel(
      "test/edge/models/oscillator",
      { optimise: "size", emit },
      undefined,
      driver,
    );
    try {
      const findings = lint([...(isLong ? [] : ["--as-gcc"]), "-DM_DEBUG", ...folder.args]);
      expect(findings.filter(({ result }) => result === "FAIL")).toEqual([]);
    } finally {
      folder.close();
    }
  });
});
