import { describe, expect, it } from "vitest";
import { formatDiagnostic } from "../../compiler/diagnostics/codeframe.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";

/** The frame of the first place where `culprit` stands in the text. */
function frame(text: string, culprit: string, extra: Partial<Diagnostic> = {}): string[] {
  const start = text.indexOf(culprit);
  const span = { file: "a.ode.ts", start, end: start + culprit.length };
  const diagnostic: Diagnostic = {
    code: "ODE1000",
    severity: "error",
    message: "no",
    span,
    notes: [],
    ...extra,
  };
  return formatDiagnostic(diagnostic, () => text, { color: false }).split("\n");
}

/** Columns of the carets, counted in UTF-16 units of the printed lines. */
const under = ([, , line, carets]: string[]): string => {
  const from = carets!.indexOf("^");
  return line!.slice(from, carets!.lastIndexOf("^") + 1);
};

describe("the code frame", () => {
  it("says place, code and message, and marks the culprit", () => {
    expect(frame("const a = 1;\nconst b = oops;\n", "oops")).toEqual([
      "a.ode.ts:2:11: error ODE1000: no",
      "  |",
      "2 | const b = oops;",
      "  |           ^^^^",
      "",
    ]);
  });

  it.each([
    ["LF", "\n"],
    ["CRLF", "\r\n"],
    ["CR", "\r"],
  ])("counts lines that end with %s", (_, end) => {
    const lines = frame(["x", "y", "  bad;", "z"].join(end), "bad");
    expect(lines[0]).toContain("a.ode.ts:3:3:");
    expect(lines[2]).toBe("3 |   bad;");
    expect(under(lines)).toBe("bad");
  });

  it("widens tabs alike above and below", () => {
    const lines = frame("\tif (a)\tbad\t;", "bad");
    expect(under(lines)).toBe("bad");
    expect(lines.join("")).not.toContain("\t");
  });

  it("counts columns in UTF-16 units and draws in columns of the terminal", () => {
    const lines = frame('const 数 = "𝒳😀e\u0301"; bad;', "bad");
    expect(lines[0]).toContain(":21:");
    // 数 and 😀 take two columns each, the accent none.
    expect(lines[3]).toBe(`  | ${" ".repeat(19)}^^^`);
  });

  it("marks a culprit of several lines to the end of the first", () => {
    const lines = frame("f({\n  a,\n});", "({\n  a,\n})");
    expect(under(lines)).toBe("({");
  });

  it("marks one column where nothing stands", () => {
    expect(frame("abc", "abc", { span: { file: "a.ode.ts", start: 3, end: 3 } })[3]).toBe("  |    ^");
    expect(frame("abc", "abc", { span: { file: "a.ode.ts", start: 99, end: 120 } })[3]).toBe("  |    ^");
  });

  it("crops a long line around the culprit, at once", () => {
    const text = `${"a + ".repeat(2_500_000)}bad${" + b".repeat(2_500_000)}`;
    const started = performance.now();
    const lines = frame(text, "bad");
    expect(performance.now() - started).toBeLessThan(1000);
    expect(lines[2]!.length).toBeLessThan(140);
    expect(under(lines)).toBe("bad");
    const wide = frame("x".repeat(5000), "x".repeat(5000));
    expect(wide[3]!.length).toBeLessThan(140);
  });

  it("shows nothing that steers a terminal", () => {
    const lines = frame("a \u001b[31m \u202e bad", "bad", { message: "no \u001b[2J" });
    for (const mark of ["\u001b", "\u202e"]) expect(lines.join("")).not.toContain(mark);
    expect(under(lines)).toBe("bad");
  });

  it("shows related places and the way out", () => {
    const text = "state\nrhs";
    const lines = frame(text, "rhs", {
      notes: [{ message: "declared here", span: { file: "a.ode.ts", start: 0, end: 5 } }],
      suggestion: "add it",
    });
    expect(lines.slice(4)).toEqual([
      "a.ode.ts:1:1: note: declared here",
      "  |",
      "1 | state",
      "  | ^^^^^",
      "help: add it",
      "",
    ]);
  });

  it("does without the text, and without a place", () => {
    const diagnostic: Diagnostic = {
      code: "ODE1000",
      severity: "warning",
      message: "no",
      span: { file: "a", start: 0, end: 1 },
      notes: [],
    };
    expect(formatDiagnostic(diagnostic, () => undefined, { color: false })).toBe("a: warning ODE1000: no\n");
    const { span: _, ...placeless } = diagnostic;
    expect(formatDiagnostic(placeless, () => undefined, { color: false })).toBe("warning ODE1000: no\n");
  });

  it("colours on request only", () => {
    const diagnostic: Diagnostic = { code: "ODE1000", severity: "error", message: "no", notes: [] };
    expect(formatDiagnostic(diagnostic, () => undefined, { color: true })).toContain("\u001b[");
    expect(formatDiagnostic(diagnostic, () => undefined, { color: false })).not.toContain("\u001b[");
  });
});
