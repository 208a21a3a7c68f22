import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { explain, explanations } from "../../compiler/diagnostics/explanations.ts";

const folder = join(import.meta.dirname, "../../compiler/diagnostics");
const files = ["messages", "syntax-messages", "command-messages", "operator-messages", "build-messages"];
const codes = files.flatMap((file) => {
  const text = readFileSync(join(folder, `${file}.ts`), "utf8");
  return [...text.matchAll(/"(ODE\d{4})"/g)].map((match) => match[1]!);
});

describe("explanations", () => {
  it("there are codes to explain, and each stands for one message", () => {
    expect(codes.length).toBeGreaterThan(80);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it.each(codes)("%s has a cause, an example and a way out", (code) => {
    const found = explanations[code];
    expect(found).toBeDefined();
    for (const part of [found!.title, found!.cause, found!.fix]) expect(part.length).toBeGreaterThan(3);
    // An internal error has no example to give.
    if (!code.startsWith("ODE9")) expect(found!.example.length).toBeGreaterThan(3);
    expect(explain(code)).toContain(found!.cause);
  });

  it("explains no code that does not exist", () => {
    expect(Object.keys(explanations).filter((code) => !codes.includes(code))).toEqual([]);
    expect(explain("ODE0000")).toBeUndefined();
    expect(explain("constructor")).toBeUndefined();
  });
});
