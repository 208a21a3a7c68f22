/**
 * The tiles of a crossbar as an SVG document: each a square of its rows and columns, with the block of a matrix that is on it.
 *
 * It stands alone like the charts, and the same input gives the same bytes.
 */
import { colours, drawing, pixel, text } from "./plot-svg.ts";

/** A block of a matrix on a tile of its own. */
export interface TileBlock {
  /** What the matrix is called. */
  readonly name: string;
  /** Where the block begins in its matrix, and how large it is. */
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

export interface TileMap {
  /** Rows and columns of a tile. */
  readonly tileRows: number;
  readonly tileColumns: number;
  readonly blocks: readonly TileBlock[];
  readonly title?: string;
}

/** Side of a tile in pixels, and the gap to the next. */
const side = 132;
const gap = 44;
const perRow = 5;

/** The document, ended by a newline. */
export function tileMapSvg({ tileRows, tileColumns, blocks, title = "" }: TileMap): string {
  const names = [...new Set(blocks.map(({ name }) => name))];
  const most = Math.max(tileRows, tileColumns);
  const [high, wide] = [(side * tileRows) / most, (side * tileColumns) / most];
  const top = title ? 48 : 16;
  const parts: string[] = [];
  if (title) parts.push(text("odegrad-title", 16, 30, "start", title));
  blocks.forEach(({ name, row, column, rows, columns }, i) => {
    const left = 16 + (i % perRow) * (side + gap);
    const up = top + Math.floor(i / perRow) * (side + gap);
    const colour = colours[names.indexOf(name) % colours.length]!;
    const size = (extent: number, of: number, whole: number): number => Math.max(2, (whole * extent) / of);
    parts.push(
      `<path class="odegrad-axis" fill="none" d="M${pixel(left)} ${pixel(up)}h${pixel(wide)}v${pixel(high)}h${pixel(-wide)}z"/>`,
      `<path fill="${colour}" d="M${pixel(left)} ${pixel(up)}h${pixel(size(columns, tileColumns, wide))}v${pixel(size(rows, tileRows, high))}h${pixel(-size(columns, tileColumns, wide))}z"/>`,
      text("odegrad-text", left, up + high + 16, "start", `${name}  ${rows} × ${columns}`),
      text(
        "odegrad-text",
        left,
        up + high + 32,
        "start",
        row + column === 0 ? `tile ${i}` : `tile ${i}, from ${row}, ${column}`,
      ),
    );
  });
  const across = 16 + Math.max(1, Math.min(perRow, blocks.length)) * (side + gap);
  const down = top + Math.max(1, Math.ceil(blocks.length / perRow)) * (side + gap) + 8;
  return drawing(across, down, title || "tiles", parts);
}
