/** `odegrad/vitest` and the plugin in a project's own tests, from the packed package. */

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { node, type Packed, packed } from "./packed.ts";

let project: Packed;

beforeAll(() => {
  project = packed(path.join(import.meta.dirname, "fixture"));
  fs.cpSync(path.join(import.meta.dirname, "vitest"), project.folder, { recursive: true });
});

afterAll(() => project.remove());

/** Runs the project's tests: its exit code, and everything that it said. */
function run(words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  // This test runs in vitest itself, whose marks are not for the inner one.
  const clean = Object.fromEntries(
    Object.keys(process.env).flatMap((key) => (/^VITEST/.test(key) ? [[key, undefined]] : [])),
  );
  // One process for both files: each of its own would load everything again.
  const alone = ["node_modules/vitest/vitest.mjs", "run", "--no-isolate", "--no-file-parallelism"];
  const { code, out, err } = node([...alone, ...words], project.folder, {
    ...clean,
    CI: "",
    NO_COLOR: "1",
    ...environment,
  });
  return { code, said: out + err };
}

describe("odegrad/vitest", () => {
  const golden = (name: string) => path.join(project.folder, "golden", name);
  const edit = (name: string, change: (text: string) => string) =>
    fs.writeFileSync(golden(name), change(fs.readFileSync(golden(name), "utf8")));

  it("a missing golden file fails in CI, and is written here", () => {
    const inCi = run(["model", "-t", "golden"], { CI: "true" });
    expect(inCi.code).not.toBe(0);
    expect(inCi.said).toContain("golden/swing.js is missing: run vitest here with `-u`");
    expect(fs.existsSync(golden("swing.js"))).toBe(false);
    expect(run(["model"]).code).toBe(0);
    expect(fs.readdirSync(path.join(project.folder, "golden"))).toEqual(["swing.h", "swing.js"]);
    // As `odegrad.config.json` has it, and what the test gives itself.
    expect(fs.readFileSync(golden("swing.js"), "utf8")).toContain("dopri5, 80 steps");
    expect(fs.readFileSync(golden("swing.h"), "utf8")).toContain("dopri5, 40 steps");
  });

  it("line ends and the version are no difference, a changed line is one; a wrong gradient fails with its figures", () => {
    const before = fs.readFileSync(golden("swing.h"), "utf8");
    edit("swing.js", (text) =>
      text
        .replace(/odegrad \d+\.\d+\.\d+/, "odegrad 9.9.9")
        .replace(/version: "[^"]*"/, 'version: "9.9.9"')
        .replaceAll("\n", "\r\n"),
    );
    edit("swing.h", (text) => text.replace("swing_params;", "swung_params;"));
    const { code, said } = run(["model", "wrong", "-t", "golden|wrong"], { CI: "true" });
    expect(code).not.toBe(0);
    expect(said).not.toContain("swing.js is not");
    expect(said).toContain("golden/swing.h is not what is generated; `-u` accepts the change");
    expect(said).toMatch(/- .*swung_params;/);
    expect(said).toMatch(/\+ .*swing_params;/);
    expect(said).toMatch(/the gradient of wrong\.ode\.ts does not pass/);
    expect(said).toContain("odegrad verify wrong.ode.ts was stopped after 0.001 s. Give it more");
    expect(said).toContain("cannot read the model missing.ode.ts: its path is relative to ");
    for (const name of ["expectGradient", "expectGenerated"])
      expect(said).toContain(`${name} has no \`.not\``);
    expect(said).toMatch(/\(2\) FAIL {2}Taylor remainder of the solve: slope \d/);
    expect(run(["model", "-t", "golden", "-u"]).code).toBe(0);
    expect(fs.readFileSync(golden("swing.h"), "utf8")).toBe(before);
  });
});
