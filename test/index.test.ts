/** The library: pure, deterministic, and without exceptions whatever text it is given. */

import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile, version } from "../compiler/index.ts";
import { isLong } from "./support/long.ts";

const root = path.resolve(import.meta.dirname, "..");
const model = fs.readFileSync(path.join(root, "examples/pendulum-control/pendulum-control.ode.ts"), "utf8");

it("carries the version of the package", () => {
  const { version: packaged } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
    version: string;
  };
  expect(version).toBe(packaged);
});

describe("compile", () => {
  it("gives outputs, diagnostics and a plan", () => {
    const { outputs, diagnostics, plan } = compile(model, {
      file: "swing.ode.ts",
      target: ["js", "c"],
      prefix: "sw",
    });
    expect(diagnostics).toEqual([]);
    expect(outputs.map((each) => each.name)).toEqual([
      "swing.js",
      "swing.js.map",
      "sw.h",
      "sw.c",
      "sw_selftest.c",
      "sw.json",
    ]);
    expect(plan).toMatchObject({ method: "rk4", adjoint: "symplectic", steps: 200, checkpointBytes: 3200 });
  });

  it("is deterministic, and its hash tells options and text apart", () => {
    const text = (source: string, options = {}) => compile(source, options).outputs[0]!.text;
    const hash = (source: string, options = {}) => /Hash ([0-9a-f]{16})/.exec(text(source, options))![1];
    expect(text(model)).toBe(text(model));
    expect(hash(model, { file: "a/b/c.ode.ts" })).toBe(hash(model, { file: "c.ode.ts" }));
    expect(new Set([hash(model), hash(`${model}\n`), hash(model, { steps: 400 })]).size).toBe(3);
  });

  it("reads imports through its host alone", () => {
    const source = 'import { g } from "./constants.ts";\n'.concat(model.replace("9.81", "g"));
    const seen: string[] = [];
    const host = {
      read(file: string) {
        seen.push(file);
        return file === "models/constants.ts" ? "export const g = 9.81;\n" : undefined;
      },
    };
    const { outputs, diagnostics } = compile(source, { file: "models/swing.ode.ts", host });
    expect(diagnostics).toEqual([]);
    expect(outputs[0]!.text).toContain("9.81");
    expect(seen).toContain("models/constants.ts");
    expect(compile(source, { file: "models/swing.ode.ts" }).diagnostics.length).toBeGreaterThan(0);
  });

  it("refuses unknown options with a suggestion", () => {
    const { outputs, diagnostics } = compile(model, { methode: "rk4" } as object);
    expect(outputs).toEqual([]);
    expect(diagnostics[0]).toMatchObject({ code: "ODE5001", suggestion: "did you mean `method`?" });
  });

  it("gives output or errors, never an exception, for broken text", () => {
    const pieces = [
      "{",
      "}",
      "(",
      ")",
      "[",
      "]",
      ",",
      ";",
      "=>",
      "...",
      "0",
      "1e999",
      "'",
      "`",
      "\n",
      "const",
      "rate",
      "for",
      "\u2028",
      "\0",
      "if",
    ];
    const edit = fc.record({
      at: fc.integer({ min: 0, max: model.length }),
      remove: fc.integer({ min: 0, max: 12 }),
      insert: fc.constantFrom("", ...pieces),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let text = model;
        for (const { at, remove, insert } of edits)
          text = text.slice(0, at) + insert + text.slice(at + remove);
        const { outputs, diagnostics } = compile(text);
        const errors = diagnostics.filter((each) => each.severity === "error");
        expect(outputs.length > 0).toBe(errors.length === 0);
        for (const { span } of errors) {
          if (span === undefined) continue;
          expect(span.start).toBeGreaterThanOrEqual(0);
          expect(span.end).toBeLessThanOrEqual(text.length);
          expect(span.start).toBeLessThanOrEqual(span.end);
        }
      }),
      { numRuns: isLong ? 20_000 : 300 },
    );
  });
});
