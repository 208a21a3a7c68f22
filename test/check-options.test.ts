import { describe, expect, it } from "vitest";
import { checkOptions } from "../compiler/check-options.ts";
import { flagOf, optionSpecs } from "../compiler/options.ts";

const codes = (raw: Record<string, unknown>, from: "library" | "command line" = "command line"): string[] =>
  checkOptions(raw, from).diagnostics.map((each) => each.code);

describe("checked options", () => {
  it("come in a record without a prototype", () => {
    const { options } = checkOptions({ steps: "10" }, "command line");
    expect(Object.getPrototypeOf(options)).toBeNull();
    expect(options.steps).toBe(10);
  });

  it.each(["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"])("refuse %s", (key) => {
    const raw = JSON.parse(`{ "${key}": 1 }`) as Record<string, unknown>;
    expect(codes(raw)).toEqual(["ODE5001"]);
    expect(codes(raw, "library")).toEqual(["ODE5001"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("suggest the spelling of unknown keys", () => {
    expect(checkOptions({ stesp: 3 }, "library").diagnostics[0]?.suggestion).toContain("`steps`");
    expect(checkOptions({ outdir: "x" }, "command line").diagnostics[0]?.suggestion).toContain("`--out-dir`");
  });

  it("refuse what only the command line has, in the library", () => {
    expect(codes({ quiet: true }, "library")).toEqual(["ODE5001"]);
  });

  it.each([
    ["steps", "0"],
    ["steps", "2.5"],
    ["steps", 2 ** 31],
    ["maxSteps", 2 ** 31],
    ["steps", "1e30"],
    ["steps", "0x10"],
    ["steps", ""],
    ["steps", Number.NaN],
    ["dt", "fast"],
    ["dt", "1e999"],
    ["rate", "0"],
    ["rate", "-1"],
    ["real", "single"],
    ["target", ["js", "cobol"]],
    ["target", []],
    ["model", ""],
    ["wrt", 3],
    ["wrt", [""]],
    ["wrt", " , "],
    ["json", "yes"],
  ])("refuse %s = %j", (key, value) => {
    expect(codes({ [key]: value })).toEqual(["ODE5004"]);
  });

  it.each([
    ["steps", "1e3", 1000],
    ["t0", "-2.5e-3", -0.0025],
    ["dt", ".5", 0.5],
    ["wrt", ["params.a, state", "inputs.u"], ["params.a", "state", "inputs.u"]],
    ["target", ["js,c", "js"], ["js", "c"]],
    ["real", "float", "float"],
  ])("read %s from %j", (key, value, read) => {
    const { options, diagnostics } = checkOptions({ [key]: value }, "command line");
    expect(diagnostics).toEqual([]);
    expect((options as Record<string, unknown>)[key]).toEqual(read);
  });

  it.each([
    [{ graph: true }, "ODE5002"],
    [{ target: ["wasm"] }, "ODE5003"],
  ])("say that %j is not available yet", (raw, code) => {
    expect(codes(raw)).toEqual([code]);
  });
});

it("the table is closed: every flag once, every later one with an advice", () => {
  const flags = optionSpecs.map((spec) => flagOf(spec.key));
  expect(new Set(flags).size).toBe(flags.length);
  for (const flag of [
    "--model",
    "--max-steps",
    "--checkpoints",
    "--ram",
    "--batch",
    "--density",
    "--out-dir",
    "--config",
  ]) {
    expect(flags).toContain(flag);
  }
  for (const spec of optionSpecs) expect(spec.later ?? "said").not.toBe("");
});
