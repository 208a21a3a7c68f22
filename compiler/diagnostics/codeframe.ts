/**
 * Prints a diagnostic for people: place, message, the line with carets under the culprit, notes, and the suggestion.
 * In: a diagnostic and the texts of the files. Out: text, coloured on request.
 */

import type { Diagnostic } from "./diagnostic.ts";
import type { Span } from "./span.ts";

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
  /** The line's text without its end. */
  readonly text: string;
}

export function positionOf(span: Span, text: string): Position {
  const start = Math.min(span.start, text.length);
  const before = text.slice(0, start);
  const lines = before.split(/\r\n|\r|\n/);
  const line = lines.length;
  const column = lines[line - 1]!.length + 1;
  const from = start - (column - 1);
  const rest = text.slice(from);
  const end = rest.search(/\r|\n/);
  return { line, column, text: end < 0 ? rest : rest.slice(0, end) };
}

const codes = { bold: "1", red: "31", yellow: "33", blue: "34", cyan: "36", dim: "2" } as const;

export function formatDiagnostic(
  diagnostic: Diagnostic,
  sources: (file: string) => string | undefined,
  options: { readonly color: boolean } = { color: false },
): string {
  const paint = (text: string, ...styles: (keyof typeof codes)[]): string =>
    options.color && text !== ""
      ? `\u001b[${styles.map((style) => codes[style]).join(";")}m${text}\u001b[0m`
      : text;
  const hue = diagnostic.severity === "error" ? "red" : "yellow";
  const out: string[] = [];
  const head = `${paint(diagnostic.severity, "bold", hue)} ${paint(diagnostic.code, "bold")}: ${paint(diagnostic.message, "bold")}`;
  const frame = (span: Span, mark: keyof typeof codes): string[] => {
    const text = sources(span.file);
    if (text === undefined) return [];
    const place = positionOf(span, text);
    const gutter = String(place.line);
    const blank = " ".repeat(gutter.length);
    const last = place.text.length;
    const width = Math.max(1, Math.min(span.end - span.start, last - (place.column - 1)));
    // Tabs and wide characters before the carets are kept, so that they line up in the same terminal.
    const lead = place.text.slice(0, place.column - 1).replace(/[^\t]/gu, " ");
    return [
      `${paint(`${blank} |`, "blue")}`,
      `${paint(`${gutter} |`, "blue")} ${place.text}`,
      `${paint(`${blank} |`, "blue")} ${lead}${paint("^".repeat(width), "bold", mark)}`,
    ];
  };
  const placeText = (span: Span): string => {
    const text = sources(span.file);
    if (text === undefined) return span.file;
    const place = positionOf(span, text);
    return `${span.file}:${place.line}:${place.column}`;
  };
  if (diagnostic.span) out.push(`${placeText(diagnostic.span)}: ${head}`, ...frame(diagnostic.span, hue));
  else out.push(head);
  for (const note of diagnostic.notes) {
    const where = note.span === undefined ? "" : `${placeText(note.span)}: `;
    out.push(`${where}${paint("note", "bold", "cyan")}: ${note.message}`);
    if (note.span) out.push(...frame(note.span, "cyan"));
  }
  if (diagnostic.suggestion !== undefined)
    out.push(`${paint("help", "bold", "cyan")}: ${diagnostic.suggestion}`);
  return `${out.join("\n")}\n`;
}
