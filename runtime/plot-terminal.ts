/**
 * A plot of lines and points as text, for a terminal.
 *
 * Lines are drawn in braille, eight dots to a character; points as marks, one to a character, on top of the lines. Lines carry their
 * name at their end, points in a legend, so the plot can be read without colour. Same input, same text: nothing is asked of the
 * terminal.
 */
import { type Axis, axis, colourIndices, extent, runs, type Series, share } from "./plot-scale.ts";

export interface TerminalPlotOptions {
  /** Columns of the whole plot, 72 if left out; the area of the drawing has 10 at least. */
  readonly width?: number;
  /** Rows between title and x axis, 16 if left out, 1 at least. */
  readonly height?: number;
  readonly title?: string;
  readonly xLabel?: string;
  /** ANSI colours, one per series. */
  readonly colour?: boolean;
}

const marks = ["o", "+", "x", "*", "#", "@"];
const colours = [36, 33, 32, 35, 31, 34];
/** The bits of a braille character by column and row of its dots. */
const dots = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/** One character of the drawing area and the series that owns it. */
interface Cell {
  text: string;
  series: number;
}

/** The plot, its rows ended by newlines. */
export function plotTerminal(series: readonly Series[], options: TerminalPlotOptions = {}): string {
  const { title, xLabel, colour = false } = options;
  const width = wholeOf(options.width, 72);
  const height = wholeOf(options.height, 16);
  const shown = series.map((one) => ({ ...one, name: printable(one.name) }));
  const ranges = extent(shown);
  const heading = title ? `${printable(title)}\n` : "";
  if (!ranges) return `${heading}(no finite data)\n`;

  const y = axis(ranges.y, Math.max(Math.round(height / 4), 2), true);
  const gutter = y.ticks.reduce((most, { label }) => Math.max(most, label.length), 0);
  const names = shown.filter(({ kind }) => kind === "line").map(({ name }) => name.length + 1);
  const margin = Math.min(Math.max(0, ...names), Math.floor(width / 3));
  const columns = Math.max(width - gutter - 2 - margin, 10);
  const x = axis(ranges.x, Math.max(Math.round(columns / 10), 2), false);

  const colourOf = colourIndices(shown).map((index) => colours[index % colours.length]!);
  const paint = (text: string, index: number) =>
    colour && text.trim() ? `\u001b[${colourOf[index]}m${text}\u001b[0m` : text;
  const markOf = pointMarks(shown);
  const cells = draw(shown, markOf, x, y, columns, height);
  const ends = endLabels(shown, y, height);
  const labels = rowLabels(y, height);
  const rows = cells.map((row, r) => {
    const left = `${(labels[r] ?? "").padStart(gutter)} ${labels[r] === undefined ? "\u2502" : "\u2524"}`;
    const drawn = spans(row)
      .map(({ text, series: owner }) => paint(text, owner))
      .join("");
    const end = ends[r];
    return (
      left +
      drawn +
      (end === undefined ? "" : ` ${paint(cut(shown[end]!.name, margin - 1), end)}`)
    ).trimEnd();
  });
  const legend = shown.flatMap(({ kind, name }, i) =>
    kind === "points" ? [`${paint(markOf[i]!, i)} ${name}`] : [],
  );
  const footer = bottom(x, columns, " ".repeat(gutter + 1));
  const caption = xLabel ? [`${" ".repeat(gutter + 2)}${centred(printable(xLabel), columns)}`] : [];
  const key = legend.length ? [`${" ".repeat(gutter + 2)}${legend.join("   ")}`] : [];
  return `${heading}${[...key, ...rows, ...footer, ...caption].join("\n")}\n`;
}

/** A size in characters: there is always something to draw on. */
function wholeOf(size: number | undefined, usual: number): number {
  return size === undefined || !Number.isFinite(size) ? usual : Math.max(1, Math.floor(size));
}

/** The mark of each series of points; lines have none. */
function pointMarks(series: readonly Series[]): (string | undefined)[] {
  let next = 0;
  return series.map(({ kind }) => (kind === "points" ? marks[next++ % marks.length] : undefined));
}

/** Neighbouring characters of one series as one piece, blanks with whatever is before them. */
function spans(row: readonly Cell[]): Cell[] {
  const pieces: Cell[] = [];
  for (const { text, series } of row) {
    const last = pieces.at(-1);
    if (last && (last.series === series || text === " ")) last.text += text;
    else pieces.push({ text, series });
  }
  return pieces;
}

function draw(
  series: readonly Series[],
  markOf: readonly (string | undefined)[],
  x: Axis,
  y: Axis,
  columns: number,
  height: number,
): Cell[][] {
  const cells = Array.from({ length: height }, () =>
    Array.from({ length: columns }, (): Cell => ({ text: " ", series: 0 })),
  );
  // Position in dots (lines) or characters (points): the ends of the axes are the centres of the first and last.
  const place = (point: readonly [number, number], across: number, down: number) =>
    [
      Math.round(share(point[0], x) * (across - 1)),
      Math.round((1 - share(point[1], y)) * (down - 1)),
    ] as const;

  const bits = cells.map((row) => row.map(() => 0));
  series.forEach((one, index) => {
    if (one.kind !== "line") return;
    for (const run of runs(one)) {
      let from = place(run[0]!, 2 * columns, 4 * height);
      for (const point of run) {
        const to = place(point, 2 * columns, 4 * height);
        const length = Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]), 1);
        for (let k = 0; k <= length; k++) {
          const column = Math.round(from[0] + ((to[0] - from[0]) * k) / length);
          const row = Math.round(from[1] + ((to[1] - from[1]) * k) / length);
          const [c, r] = [column >> 1, row >> 2];
          bits[r]![c]! |= dots[column & 1]![row & 3]!;
          cells[r]![c] = { text: String.fromCharCode(0x2800 + bits[r]![c]!), series: index };
        }
        from = to;
      }
    }
  });
  series.forEach((one, index) => {
    if (one.kind !== "points") return;
    for (const point of runs(one).flat()) {
      const [column, row] = place(point, columns, height);
      cells[row]![column] = { text: markOf[index]!, series: index };
    }
  });
  return cells;
}

/** The label of each row that a tick falls in. */
function rowLabels(y: Axis, height: number): Record<number, string> {
  return Object.fromEntries(
    y.ticks.map(({ at, label }) => [Math.round((1 - share(at, y)) * (height - 1)), label]),
  );
}

/** By row, the line that is named there: the row of its last point, or the nearest one that is free. */
function endLabels(series: readonly Series[], y: Axis, height: number): Record<number, number> {
  const taken: Record<number, number> = {};
  series.forEach((one, index) => {
    const last = one.kind === "line" ? runs(one).at(-1)?.at(-1) : undefined;
    if (!last) return;
    const row = Math.round((1 - share(last[1], y)) * (height - 1));
    const free = Array.from({ length: height }, (_, r) => r).filter((r) => taken[r] === undefined);
    free.sort((a, b) => Math.abs(a - row) - Math.abs(b - row) || a - b);
    if (free.length) taken[free[0]!] = index;
  });
  return taken;
}

/** The x axis and its labels; a label that would touch the one before it is left out, its tick stays. */
function bottom(x: Axis, columns: number, indent: string): string[] {
  const line = Array.from({ length: columns }, () => "\u2500");
  let text = "";
  for (const { at, label } of x.ticks) {
    const column = Math.round(share(at, x) * (columns - 1));
    line[column] = "\u252c";
    const start = Math.max(column - Math.floor(label.length / 2), 0);
    if (text === "" || start > text.length) text = text.padEnd(start) + label;
  }
  return [`${indent}\u2514${line.join("")}`, `${indent} ${text}`];
}

function centred(text: string, width: number): string {
  return " ".repeat(Math.max(Math.floor((width - text.length) / 2), 0)) + text;
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(width - 1, 0))}\u2026` : text;
}

/** Text on one line, without control characters: a name must not be able to steer the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd");
}
