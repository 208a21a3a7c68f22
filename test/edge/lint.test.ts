/** Every checker has nothing to say about generated C: warnings of all compilers, MISRA, analysers, proofs, sanitizers. */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import type { Options } from "../../compiler/options.ts";
import { isLong } from "../support/long.ts";
import { lint, ready } from "./support/harness.ts";
import { compiledModel } from "./support/module.ts";

const examples = path.resolve(import.meta.dirname, "../../examples");
// A file with several models is asked for one of them.
const named: Readonly<Record<string, string>> = { poisson: "residual" };
const names = fs
  .readdirSync(examples)
  .filter((name) => fs.existsSync(path.join(examples, name, `${name}.ode.ts`)));

const shapes: readonly Options[] = [
  { real: "float", optimise: "size" },
  { real: "float", optimise: "speed" },
  { real: "double", optimise: "size" },
  { real: "double", optimise: "speed" },
];
const engine = names.flatMap((name) => shapes.map((shape) => ({ name, ...shape, math: "engine" as const })));
/** Examples whose functions of mathematics have a form in arithmetic; in double it needs a part whose doubles are long. */
const portable = ["lotka-volterra", "pendulum-control", "neural-ode"].flatMap((name) =>
  shapes.slice(0, 2).map((shape) => ({ name, ...shape, math: "portable" as const })),
);
/** Analysers take up to a minute for a module: the short run has each shape once, of models that have little in common. */
const short = new Set([
  "lotka-volterra, float, for size, portable",
  "neural-ode, float, for speed, engine",
  "poisson, double, for speed, engine",
]);
const isShort = ({
  name,
  real,
  optimise,
  math,
}: (typeof engine)[number] | (typeof portable)[number]): boolean =>
  short.has(`${name}, ${real}, for ${optimise}, ${math}`);
const cases = [...engine, ...portable].filter((one) => isLong || isShort(one));
/** Debug builds and other compilers have the same few lines in every module: those of the oscillator that learns are looked at. */
const macros = isLong ? [] : ["--as-gcc"];

describe.skipIf(ready(["m4f", "rv32", "avr", "host"]).length < 4)("lint", { timeout: 120_000 }, () => {
  it("finds every example", () => {
    expect(names.length).toBeGreaterThanOrEqual(6);
    expect(cases.length).toBe(isLong ? 4 * names.length + 6 : short.size);
  });

  it.each(cases)("$name, $real, for $optimise, functions of the $math", ({ name, real, optimise, math }) => {
    const folder = compiledModel(`examples/${name}/${name}`, {
      real: real!,
      emit: ["solve", "gradient"],
      optimise: optimise!,
      math,
      ...(named[name] === undefined ? {} : { model: named[name]! }),
    });
    try {
      const driver = real === "float" ? folder.args : [folder.args[2]!, folder.args[3]!];
      const findings = lint([...(real === "double" ? ["--double"] : []), ...macros, ...driver]);
      expect(findings.length).toBeGreaterThan(15);
      expect(findings.filter(({ result }) => result === "FAIL")).toEqual([]);
    } finally {
      folder.close();
    }
  });

  // What is emitted uses everything that is declared, whichever functions were asked for; each has its shape in turn.
  const alone = [["gradient"], ["hvp"], ["gradient", "step"], ["field", "fieldVjp", "fieldJvp"]].flatMap(
    (emit, i) => (["size", "speed"] as const).map((optimise, k) => ({ emit, optimise, isTurn: i % 2 === k })),
  );
  it.each(alone.filter(({ isTurn }) => isLong || isTurn))(
    "a module of $emit alone, for $optimise",
    ({ emit, optimise }) => {
      const folder = compiledModel("test/edge/models/oscillator", { optimise, emit });
      try {
        const driver = emit.includes("gradient") ? folder.args : folder.args.slice(2);
        // Every choice of macros is looked at in the module that has most functions.
        const findings = lint([...(emit.includes("step") ? [] : macros), ...driver]);
        expect(findings.filter(({ result }) => result === "FAIL")).toEqual([]);
        expect(findings.find(({ check }) => check.includes("MISRA"))?.result).toBe("ok");
      } finally {
        folder.close();
      }
    },
  );
});
