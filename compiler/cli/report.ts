/**
 * Diagnostics as text in the styles of `--format`: pretty with code frames, compact one-liners, JSON, SARIF 2.1.0 for
 * code scanning, and the workflow commands of GitHub. In: diagnostics and the texts they point into.
 */

import { formatDiagnostic, type Position, positionOf } from "../diagnostics/codeframe.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import { version } from "../version.ts";
import { formatJson, type Json } from "./number.ts";

export type Style = "pretty" | "compact" | "json" | "sarif" | "github";
type Sources = ReadonlyMap<string, string>;

export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: Sources,
  style: Style,
  color: boolean,
): string {
  switch (style) {
    case "pretty":
      return diagnostics
        .map((each) => `${formatDiagnostic(each, (file) => sources.get(file), { color }).trimEnd()}\n`)
        .join("\n");
    case "compact":
      return diagnostics.map((each) => `${compact(each, sources)}\n`).join("");
    case "json":
      return `${formatJson(diagnosticsJson(diagnostics, sources))}\n`;
    case "sarif":
      return `${formatJson(sarif(diagnostics, sources))}\n`;
    case "github":
      return diagnostics.map((each) => `${github(each, sources)}\n`).join("");
    default:
      return style satisfies never;
  }
}

/** `{ version, diagnostics: [...] }`, the document that stands for a result where there is none. */
export function diagnosticsJson(diagnostics: readonly Diagnostic[], sources: Sources): Json {
  return { version: 1, diagnostics: diagnostics.map((each) => diagnosticJson(each, sources)) };
}

function diagnosticJson(diagnostic: Diagnostic, sources: Sources): Json {
  return {
    code: diagnostic.code,
    severity: diagnostic.severity,
    message: diagnostic.message,
    ...placeJson(diagnostic.span, sources),
    suggestion: diagnostic.suggestion,
    notes: diagnostic.notes.map((note) => ({ message: note.message, ...placeJson(note.span, sources) })),
  };
}

function placeJson(span: Span | undefined, sources: Sources): { [key: string]: Json } {
  if (span === undefined) return {};
  const [start, end] = [startOf(span, sources), endOf(span, sources)];
  return {
    file: span.file,
    start: { line: start.line, column: start.column, offset: span.start },
    end: { line: end.line, column: end.column, offset: span.end },
  };
}

function compact(diagnostic: Diagnostic, sources: Sources): string {
  const { span } = diagnostic;
  const place = span === undefined ? "odegrad" : `${span.file}:${at(startOf(span, sources))}`;
  const advice = diagnostic.suggestion === undefined ? "" : ` (${diagnostic.suggestion})`;
  return `${place}: ${diagnostic.severity} ${diagnostic.code}: ${diagnostic.message}${advice}`;
}

const at = ({ line, column }: Position): string => `${line}:${column}`;

/** First and last place of a span; columns from 1, in UTF-16 units, as editors count. */
const startOf = (span: Span, sources: Sources): Position => positionOf(span, sources.get(span.file) ?? "");
const endOf = (span: Span, sources: Sources): Position => startOf({ ...span, start: span.end }, sources);

/** https://docs.github.com/actions: `::error file=,line=,col=,title=::message` with line ends and signs escaped. */
function github(diagnostic: Diagnostic, sources: Sources): string {
  const data = (text: string): string =>
    text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
  const property = (text: string): string => data(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
  const { span } = diagnostic;
  const fields = [`title=${property(diagnostic.code)}`];
  if (span !== undefined) {
    const start = startOf(span, sources);
    fields.unshift(`file=${property(span.file)}`, `line=${start.line}`, `col=${start.column}`);
  }
  const advice = diagnostic.suggestion === undefined ? "" : `\n${diagnostic.suggestion}`;
  return `::${diagnostic.severity} ${fields.join(",")}::${data(diagnostic.message + advice)}`;
}

function sarif(diagnostics: readonly Diagnostic[], sources: Sources): Json {
  const results = diagnostics.map((each): Json => {
    const { span } = each;
    const advice = each.suggestion === undefined ? "" : ` (${each.suggestion})`;
    const start = span && startOf(span, sources);
    const end = span && endOf(span, sources);
    return {
      ruleId: each.code,
      level: each.severity,
      message: { text: each.message + advice },
      locations:
        span && start && end
          ? [
              {
                physicalLocation: {
                  artifactLocation: { uri: uriOf(span.file) },
                  region: {
                    startLine: start.line,
                    startColumn: start.column,
                    endLine: end.line,
                    endColumn: end.column,
                  },
                },
              },
            ]
          : [],
    };
  });
  const driver = {
    name: "odegrad",
    version,
    rules: [...new Set(diagnostics.map((each) => each.code))].map((id) => ({ id })),
  };
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver }, columnKind: "utf16CodeUnits", results }],
  };
}

/** A path as a relative reference. */
const uriOf = (file: string): string => file.split(/[\\/]/).map(encodeURIComponent).join("/");
