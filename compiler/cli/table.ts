/**
 * Tables: of `--data`, a head line of names over rows of cells, and of `--points`, rows of numbers; with commas, semicolons or tabs between them. In: the text. Out: the
 * cells as they stand, for only whoever uses a column knows that it has to hold numbers. Throws `Failure` with the line.
 */

import { badTable } from "../diagnostics/command-messages.ts";
import { exitCode } from "./exit.ts";
import { Failure } from "./streams.ts";

export interface Table {
  readonly file: string;
  readonly head: readonly string[];
  readonly rows: readonly Row[];
}

interface Row {
  /** From 1, the head line. */
  readonly line: number;
  readonly cells: readonly string[];
}

export const failAt = (file: string, line: number, problem: string, hint: string): never => {
  throw new Failure(exitCode.usage, [badTable(file, line, problem, hint)]);
};

export function parseTable(file: string, text: string): Table {
  const [headLine = "", ...lines] = linesOf(text);
  const separator = separatorIn(headLine);
  const head = cellsOf(headLine, separator);
  if (head.every((name) => name === ""))
    failAt(file, 1, "the table is empty", "write a line of column names first");
  if (head.every((name) => Number.isFinite(Number(name))))
    failAt(file, 1, "the first line holds numbers", "write a line of column names first");
  const rows = lines.flatMap((line, i): Row[] => {
    if (line.trim() === "") return [];
    const cells = cellsOf(line, separator);
    if (cells.length !== head.length)
      failAt(
        file,
        i + 2,
        `${cells.length} cells under ${head.length} names`,
        "give every row one cell for each name",
      );
    return [{ line: i + 2, cells }];
  });
  if (rows.length === 0)
    failAt(file, 1, "the table has no rows", "write a row of numbers for each observation");
  return { file, head, rows };
}

/** The numbers of a column. */
export const numbersIn = ({ file, head, rows }: Table, column: number): number[] =>
  rows.map(({ line, cells }) => {
    const cell = cells[column]!;
    return numberIn(file, line, cell, `\`${cell}\` under \`${head[column]}\``);
  });

/** Numbers alone, row by row. A head of names, in which nothing begins as a number does, is passed over. */
export function parseNumbers(file: string, text: string): number[][] {
  const lines = linesOf(text)
    .map((own, i) => ({ line: i + 1, own }))
    .filter(({ own }) => own.trim() !== "");
  const separator = separatorIn(lines[0]?.own ?? "");
  const rows = lines.map(({ line, own }): Row => ({ line, cells: cellsOf(own, separator) }));
  if (rows[0]?.cells.every((cell) => !/^[+-]?\.?\d/.test(cell)) === true) rows.shift();
  const [first] = rows;
  if (first === undefined) return failAt(file, 1, "there are no numbers", "write one point a row");
  return rows.map(({ line, cells }) => {
    if (cells.length !== first.cells.length)
      failAt(
        file,
        line,
        `a row of ${cells.length} numbers, where line ${first.line} has ${first.cells.length}`,
        "give every row as many",
      );
    return cells.map((cell) => numberIn(file, line, cell, `\`${cell}\``));
  });
}

/** `named`: the cell in words. */
function numberIn(file: string, line: number, cell: string, named: string): number {
  const value = cell === "" ? Number.NaN : Number(cell);
  if (Number.isFinite(value)) return value;
  if (/^[+-]?\d*,\d+(e[+-]?\d+)?$/i.test(cell))
    failAt(
      file,
      line,
      `${named} has a decimal comma`,
      `write decimals with a point, \`${cell.replace(",", ".")}\``,
    );
  if (/^[^\s]+\s+[^\s]/.test(cell) && cell.split(/\s+/).every((part) => Number.isFinite(Number(part))))
    failAt(file, line, `${named} has spaces between numbers`, "put commas, semicolons or tabs between them");
  return failAt(file, line, `${named} is no number`, "leave such rows out");
}

const linesOf = (text: string): string[] => text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);

/** What stands between cells: the first of these that a line has outside of quotation marks, and a decimal may have the last. */
const separatorIn = (line: string): string =>
  ["\t", ";", ","].find((each) => line.replace(/"[^"]*"/g, "").includes(each)) ?? ",";

/** The cells of a line, without the quotation marks in which one may stand, a separator inside them. */
function cellsOf(line: string, separator: string): string[] {
  const pieces = line.split(separator);
  const joined: string[] = [];
  let open: string[] = [];
  for (const piece of pieces) {
    const hasOdd = piece.split('"').length % 2 === 0;
    if (open.length > 0 ? !hasOdd : hasOdd && piece.trimStart().startsWith('"')) open.push(piece);
    else {
      joined.push([...open, piece].join(separator));
      open = [];
    }
  }
  // A mark that nothing closes is a character like any other.
  const cells = open.length === 0 ? joined : pieces;
  return cells.map((cell) =>
    cell.trim().replace(/^"(.*)"$/, (_, inner: string) => inner.replaceAll('""', '"')),
  );
}
