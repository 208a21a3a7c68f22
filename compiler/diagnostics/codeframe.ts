/**
 * Prints a diagnostic for people: place, message, the line with carets under the culprit, notes, and the suggestion.
 * In: a diagnostic and the texts of the files. Out: text, coloured on request.
 *
 * Columns on the screen are those of a terminal: tabs are widened, wide characters count twice, long lines are cropped
 * around the culprit, and what would steer the terminal (control and bidirectional characters) is replaced.
 */

import type { Diagnostic } from "./diagnostic.ts";
import type { Span } from "./span.ts";

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
  /** Offset of the line's first character. */
  readonly start: number;
  /** Offset behind its last. */
  readonly end: number;
}

/** LF, CRLF and CR end a line. */
export function positionOf(span: Span, text: string): Position {
  const offset = Math.min(span.start, text.length);
  let line = 1;
  let start = 0;
  const ends = /\r\n|\r|\n/g;
  for (let match = ends.exec(text); match !== null; match = ends.exec(text)) {
    const next = match.index + match[0].length;
    if (next > offset) return { line, column: offset - start + 1, start, end: match.index };
    line++;
    start = next;
  }
  return { line, column: offset - start + 1, start, end: text.length };
}

const codes = { bold: "1", red: "31", yellow: "33", blue: "34", cyan: "36" } as const;

const tabWidth = 2;
/** Columns that are shown of a line, about half of them before the culprit. */
const widest = 120;

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

  const frame = (span: Span, mark: keyof typeof codes): string[] => {
    const text = sources(span.file);
    if (text === undefined) return [];
    const place = positionOf(span, text);
    const gutter = String(place.line);
    const blank = " ".repeat(gutter.length);
    const { line, indent, width } = excerpt(text, place, span);
    return [
      paint(`${blank} |`, "blue"),
      `${paint(`${gutter} |`, "blue")} ${line}`,
      `${paint(`${blank} |`, "blue")} ${" ".repeat(indent)}${paint("^".repeat(width), "bold", mark)}`,
    ];
  };
  const placeText = (span: Span): string => {
    const text = sources(span.file);
    if (text === undefined) return printable(span.file);
    const { line, column } = positionOf(span, text);
    return `${printable(span.file)}:${line}:${column}`;
  };

  const head = `${paint(diagnostic.severity, "bold", hue)} ${paint(diagnostic.code, "bold")}: ${paint(printable(diagnostic.message), "bold")}`;
  const out = diagnostic.span
    ? [`${placeText(diagnostic.span)}: ${head}`, ...frame(diagnostic.span, hue)]
    : [head];
  for (const note of diagnostic.notes) {
    const where = note.span === undefined ? "" : `${placeText(note.span)}: `;
    out.push(`${where}${paint("note", "bold", "cyan")}: ${printable(note.message)}`);
    if (note.span) out.push(...frame(note.span, "cyan"));
  }
  if (diagnostic.suggestion !== undefined) {
    out.push(`${paint("help", "bold", "cyan")}: ${printable(diagnostic.suggestion)}`);
  }
  return `${out.map((line) => line.trimEnd()).join("\n")}\n`;
}

interface Cell {
  readonly text: string;
  readonly width: number;
}

/** The line of a place as it is shown, and where the carets stand under it. */
function excerpt(
  text: string,
  place: Position,
  span: Span,
): { readonly line: string; readonly indent: number; readonly width: number } {
  const { start, end } = place;
  const from = start + place.column - 1;
  // A span of several lines is marked to the end of its first.
  const to = Math.min(Math.max(span.end, from), end);
  // No more characters are looked at than can be shown: a line of ten million costs no more than one of a hundred.
  const head = cells(text.slice(Math.max(start, from - 2 * widest), from), 0);
  const tab = widthOf(head);
  const body = cells(text.slice(from, Math.min(to, from + widest)), tab);
  const tail = cells(text.slice(to, Math.min(end, to + widest)), tab + widthOf(body));

  const kept = lastColumns(head, widest / 2);
  const left = kept.length < head.length || start < from - 2 * widest ? "…" : "";
  const indent = left.length + widthOf(kept);
  const marked = firstColumns(body, widest - indent);
  const rest = firstColumns(tail, widest - indent - widthOf(marked));
  const whole =
    marked.length === body.length && to <= from + widest && rest.length === tail.length && end <= to + widest;
  const line = left + [...kept, ...marked, ...rest].map((cell) => cell.text).join("") + (whole ? "" : "…");
  return { line, indent, width: Math.max(1, widthOf(marked)) };
}

/** Characters as they are drawn from a column on, which tabs depend on. */
function cells(text: string, from: number): Cell[] {
  let column = from;
  return Array.from(text, (character) => {
    const width = character === "\t" ? tabWidth - (column % tabWidth) : columnsOf(character.codePointAt(0)!);
    column += width;
    return { text: character === "\t" ? " ".repeat(width) : printable(character), width };
  });
}

const widthOf = (row: readonly Cell[]): number => row.reduce((sum, cell) => sum + cell.width, 0);

function firstColumns(row: readonly Cell[], columns: number): readonly Cell[] {
  let used = 0;
  const end = row.findIndex((cell) => {
    used += cell.width;
    return used > columns;
  });
  return end < 0 ? row : row.slice(0, end);
}

const lastColumns = (row: readonly Cell[], columns: number): readonly Cell[] =>
  [...firstColumns([...row].reverse(), columns)].reverse();

type Ranges = readonly (readonly [number, number])[];

/** Marks that are drawn over the character before them. */
const combining: Ranges = [
  [0x0300, 0x036f],
  [0x1ab0, 0x1aff],
  [0x200b, 0x200d],
  [0x20d0, 0x20ff],
  [0xfe00, 0xfe0f],
];

/** Characters of East Asia and pictographs. */
const wide: Ranges = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

function columnsOf(point: number): number {
  const within = (ranges: Ranges): boolean => ranges.some(([low, high]) => point >= low && point <= high);
  if (within(combining)) return 0;
  return within(wide) ? 2 : 1;
}

/** Text that cannot steer a terminal. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "\ufffd");
