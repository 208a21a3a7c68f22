import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { read } from "../../compiler/compile.ts";
import { formatDiagnostic } from "../../compiler/diagnostics/codeframe.ts";

/**
 * One folder for each construct that is refused: `<CODE>-<name>/model.ode.ts`, the message people see in `expected.txt`,
 * and, where the suggestion can be followed in the same file, the text that follows it in `fixed.ode.ts`.
 */
const folder = join(import.meta.dirname, "../errors");
const cases = readdirSync(folder).filter((name) => name.startsWith("ODE"));

function readCase(name: string, file: string) {
  const host = {
    read(path: string): string | undefined {
      const full = join(folder, name, path);
      return existsSync(full) ? readFileSync(full, "utf8") : undefined;
    },
  };
  // Operators are derived behind the frontend, and refused there.
  const { models, diagnostics } = read({ file, text: host.read(file)!, host });
  const printed = diagnostics.map((each) => formatDiagnostic(each, host.read, { color: false })).join("\n");
  return { models, diagnostics, printed };
}

describe.each(cases)("%s", (name) => {
  const { models, diagnostics, printed } = readCase(name, "model.ode.ts");

  it("is refused with its code, its place and one thing to do", () => {
    const [first] = diagnostics;
    expect(first?.code).toBe(name.slice(0, 7));
    expect(diagnostics.length).toBeLessThanOrEqual(20);
    for (const each of diagnostics) {
      expect(each.span, each.message).toBeDefined();
      expect(each.suggestion, each.message).toBeTruthy();
    }
    expect(models.length > 0).toBe(diagnostics.every(({ severity }) => severity === "warning"));
  });

  it("says so in these words", async () => {
    await expect(printed).toMatchFileSnapshot(join(folder, name, "expected.txt"));
  });

  if (!existsSync(join(folder, name, "fixed.ode.ts"))) return;

  it("is read when the suggestion is followed", () => {
    const fixed = readCase(name, "fixed.ode.ts");
    expect(fixed.printed).toBe("");
    expect(fixed.models.length).toBe(1);
  });
});

it("there is a case for what models are refused for", () => {
  expect(cases.length).toBeGreaterThan(150);
  expect(cases.filter((name) => existsSync(join(folder, name, "fixed.ode.ts"))).length).toBeGreaterThan(80);
  for (const name of cases) expect(existsSync(join(folder, name, "expected.txt"))).toBe(true);
});

describe("the table of constructs", () => {
  const table = readFileSync(join(folder, "README.md"), "utf8");
  const rows = [...table.matchAll(/^\| (\d+) \| (.*?) \| (.*) \|$/gm)];

  it("has an answer for each of the hundred", () => {
    expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    for (const [, number, , answer] of rows) {
      expect(answer, number).toMatch(/ODE\d{4}-|admitted in frontend\/bodies\/|tested in cli\/process/);
    }
  });

  it("names cases and files that are there", () => {
    for (const [, number, , answer] of rows) {
      for (const [name] of answer!.matchAll(/ODE\d{4}-[a-z0-9-]+/g)) expect(cases, number).toContain(name);
      for (const [, name] of answer!.matchAll(/admitted in (\S+)/g)) {
        expect(existsSync(join(folder, "..", `${name}.ode.ts`)), number).toBe(true);
      }
    }
  });
});
