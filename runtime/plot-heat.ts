/**
 * A function of two coordinates as an SVG document: a cell of colour for each value of a grid, axes, and a bar that says
 * which colour is which value.
 *
 * Values of both signs get a scale that is white at 0 and as long on either side; values of one sign a scale from dark to
 * light. Cells of one colour that stand in a row are one element. It stands alone like the charts, and the same input
 * gives the same bytes.
 */
import { axis, leastSize, type Range, share } from "./plot-scale.ts";
import { escaped, pixel, text } from "./plot-svg.ts";

export interface HeatMap {
  /** Where the outermost values lie. */
  readonly x: Range;
  readonly y: Range;
  /** Number of values along x and along y. */
  readonly columns: number;
  readonly rows: number;
  /** Row by row, from the lowest y on; within a row from the lowest x on. What is not finite is left open. */
  readonly values: ArrayLike<number>;
  readonly title?: string;
  readonly xLabel?: string;
  readonly yLabel?: string;
}

/** Colours at equal distances; those between are mixed. Told apart in greys too. */
const sequential = ["#440154", "#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39", "#fde725"];
const diverging = ["#2166ac", "#67a9cf", "#d1e5f0", "#f7f7f7", "#fddbc7", "#ef8a62", "#b2182b"];

/** Steps of colour: more are not told apart. */
const shades = 96;

const side = 420;

/** The document, ended by a newline. */
export function heatMapSvg({ x, y, columns, rows, values, ...labels }: HeatMap): string {
  const { title = "", xLabel = "", yLabel = "" } = labels;
  const finite = Array.from(values).filter(Number.isFinite);
  const low = finite.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
  const high = finite.reduce((most, each) => Math.max(most, each), Number.NEGATIVE_INFINITY);
  const isSigned = low < 0 && high > 0;
  const reach = Math.max(-low, high);
  const range: Range = finite.length === 0 ? [0, 1] : isSigned ? [-reach, reach] : [low, high];
  // A map of one value has no range to speak of, so it gets that of its axis.
  const ends = range[1] - range[0] > leastSize ? { low: range[0], high: range[1] } : axis(range, 5, false);
  const colours = isSigned ? diverging : sequential;
  const shadeOf = (value: number): number =>
    Math.min(shades - 1, Math.max(0, Math.floor(share(value, ends) * shades)));

  const left = 64;
  const top = title ? 48 : 20;
  const height = Math.max(60, Math.min(2 * side, Math.round((side * rows) / columns)));
  const [right, bottom] = [left + side, top + height];
  const [across, down] = [side / columns, height / rows];
  const parts: string[] = [];
  if (title) parts.push(text("odegrad-title", 16, 30, "start", title));
  for (let row = 0; row < rows; row++) {
    const place = bottom - (row + 1) * down;
    for (let from = 0; from < columns; ) {
      const value = values[row * columns + from]!;
      const shade = Number.isFinite(value) ? shadeOf(value) : -1;
      let to = from + 1;
      for (; to < columns; to++) {
        const next = values[row * columns + to]!;
        if ((Number.isFinite(next) ? shadeOf(next) : -1) !== shade) break;
      }
      if (shade >= 0)
        parts.push(
          `<rect x="${pixel(left + from * across)}" y="${pixel(place)}" width="${pixel((to - from) * across)}" height="${pixel(down)}" fill="${mixed(colours, shade)}"/>`,
        );
      from = to;
    }
  }
  // Values stand in the middle of their cells.
  const inset = (range: Range, count: number): Range => {
    const half = count > 1 ? (range[1] - range[0]) / (count - 1) / 2 : (range[1] - range[0]) / 2 || 0.5;
    return [range[0] - half, range[1] + half];
  };
  const [wide, tall] = [inset(x, columns), inset(y, rows)];
  for (const { at, label } of axis(x, 5, false).ticks) {
    const place = left + ((at - wide[0]) / (wide[1] - wide[0])) * side;
    parts.push(`<path class="odegrad-axis" d="M${pixel(place)} ${bottom}v5"/>`);
    parts.push(text("odegrad-text", place, bottom + 20, "middle", label));
  }
  for (const { at, label } of axis(y, 5, false).ticks) {
    const place = bottom - ((at - tall[0]) / (tall[1] - tall[0])) * height;
    parts.push(`<path class="odegrad-axis" d="M${left - 5} ${pixel(place)}h5"/>`);
    parts.push(text("odegrad-text", left - 9, place + 4, "end", label));
  }
  const bar = right + 24;
  for (let shade = 0; shade < shades; shade++) {
    const place = bottom - ((shade + 1) * height) / shades;
    parts.push(
      `<rect x="${bar}" y="${pixel(place)}" width="16" height="${pixel(height / shades + 0.5)}" fill="${mixed(colours, shade)}"/>`,
    );
  }
  for (const { at, label } of axis(range, 5, false).ticks) {
    const place = bottom - share(at, ends) * height;
    parts.push(text("odegrad-text", bar + 22, place + 4, "start", label));
  }
  if (xLabel) parts.push(text("odegrad-text", (left + right) / 2, bottom + 40, "middle", xLabel));
  if (yLabel) {
    const middle = (top + bottom) / 2;
    parts.push(text("odegrad-text", 16, middle, "middle", yLabel, `rotate(-90 16 ${pixel(middle)})`));
  }
  const [width, full] = [bar + 96, bottom + (xLabel ? 52 : 32)];
  return `<svg xmlns="http://www.w3.org/2000/svg" class="odegrad-plot" width="${width}" height="${full}" viewBox="0 0 ${width} ${full}" role="img" aria-label="${escaped(title || "heat map")}">
<style>${style}</style>
${parts.join("\n")}
</svg>
`;
}

const style = `
.odegrad-plot{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums;--ink:#24292f;--soft:#656d76}
@media (prefers-color-scheme:dark){.odegrad-plot{--ink:#e6edf3;--soft:#9198a1}}
.odegrad-title{font-size:15px;font-weight:600;fill:#24292f;fill:var(--ink)}
.odegrad-text{fill:#656d76;fill:var(--soft)}
.odegrad-axis{stroke:#656d76;stroke:var(--soft);stroke-width:1;shape-rendering:crispEdges}
`.trim();

/** A colour between those of a list. */
function mixed(colours: readonly string[], shade: number): string {
  const at = ((shade + 0.5) / shades) * (colours.length - 1);
  const first = Math.min(colours.length - 2, Math.floor(at));
  const part = at - first;
  const channel = (i: number): string => {
    const [from, to] = [colours[first]!, colours[first + 1]!].map((one) =>
      Number.parseInt(one.slice(1 + 2 * i, 3 + 2 * i), 16),
    );
    return Math.round(from! + part * (to! - from!))
      .toString(16)
      .padStart(2, "0");
  };
  return `#${[0, 1, 2].map(channel).join("")}`;
}
