/** Source maps lead from a line of generated code to the expression of the model it computes. */

import { SourceMap } from "node:module";
import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { emit } from "../../compiler/emission.ts";

const text = `import { ode } from "odegrad";
export const model = ode({
  state: { x: 1, y: 2 },
  params: { rate: 0.5 },
  rhs: ({ x, y }, { rate }) => {
    const pull = Math.sin(x) * rate;
    return { x: -pull, y: pull * Math.exp(y) };
  },
  loss: { terminal: ({ x, y }) => Math.atan(x * y) },
  solver: { method: "euler", t1: 1, steps: 2 },
});
`;

const ready = build({ file: "model.ode.ts", text, host: { read: () => undefined } }, {}).ready!;
const model = text.split("\n");

describe.each(["js", "ts"] as const)("the map of %s", (target) => {
  const [code, map] = emit(ready, target, {}).map((output) => output.text) as [string, string];
  const payload = JSON.parse(map) as {
    version: number;
    file: string;
    sources: string[];
    sourcesContent: string[];
  };
  const found = new SourceMap(payload as never);

  it("names both files and carries the model", () => {
    expect(payload.version).toBe(3);
    expect(payload.file).toBe(`model.${target}`);
    expect(payload.sources).toEqual(["model.ode.ts"]);
    expect(payload.sourcesContent).toEqual([text]);
    expect(code.trimEnd().endsWith(`//# sourceMappingURL=model.${target}.map`)).toBe(true);
  });

  it("leads nowhere from what the compiler adds", () => {
    const lines = code.split("\n");
    for (const added of ["export const meta = {", "state0Bar[0] = ", "return 8;"]) {
      const row = lines.findIndex((line) => line.includes(added));
      expect(row, added).toBeGreaterThanOrEqual(0);
      expect(found.findEntry(row, 4), added).not.toHaveProperty("originalSource", "model.ode.ts");
    }
  });

  it.each([
    ["Math.sin", "Math.sin(x) * rate"],
    ["Math.exp", "Math.exp(y)"],
    ["Math.atan", "Math.atan(x * y)"],
  ])("leads from each line with %s to where it was written", (call, written) => {
    const lines = code.split("\n").flatMap((line, i) => (line.includes(call) ? [[line, i] as const] : []));
    expect(lines.length).toBeGreaterThan(0);
    for (const [line, i] of lines) {
      const entry = found.findEntry(i, line.length - line.trimStart().length);
      expect(entry, line).toMatchObject({ originalSource: "model.ode.ts" });
      const { originalLine, originalColumn } = entry as { originalLine: number; originalColumn: number };
      // The start of a statement or expression on the line that holds the call.
      expect(model[originalLine], line).toContain(written);
      expect(model[originalLine]!.slice(originalColumn)).toMatch(/^\S/);
    }
  });
});

describe("a model that imports functions", () => {
  const parts = `import { ode } from "odegrad";
import { pull } from "./parts.ts";
export const model = ode({
  state: { x: 1 },
  rhs: ({ x }) => ({ x: -pull(x) * Math.exp(x) }),
  loss: { terminal: ({ x }) => x * x },
  solver: { method: "euler", t1: 1, steps: 2 },
});
`;
  const library = `${"// A line.\n".repeat(40)}export const pull = (x: number): number => Math.sin(x);\n`;

  it("has no place in the model for what stands in another file", () => {
    const read = (file: string) => (file.endsWith("parts.ts") ? library : undefined);
    const made = build({ file: "model.ode.ts", text: parts, host: { read } }, {});
    expect(made.diagnostics).toEqual([]);
    const [code, map] = emit(made.ready!, "js", {}).map((output) => output.text) as [string, string];
    const found = new SourceMap(JSON.parse(map) as never);
    const rows = parts.split("\n");
    code.split("\n").forEach((line, i) => {
      const entry = found.findEntry(i, line.length - line.trimStart().length) as { originalLine?: number };
      if (entry.originalLine !== undefined) expect(rows[entry.originalLine], line).not.toBe("");
      if (entry.originalLine !== undefined) expect(entry.originalLine).toBeLessThan(rows.length - 1);
    });
    expect(JSON.parse(map).sources).toEqual(["model.ode.ts"]);
  });
});
