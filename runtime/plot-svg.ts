/**
 * A chart of lines and points as an SVG document.
 *
 * It stands alone (no fonts, scripts or links), has no background, and its greys follow the reader's light or dark scheme, so it can be
 * put in a page as it is. Same input, same bytes. Class names start with `odegrad-` so that several charts share a page.
 */
import { axis, colourIndices, extent, runs, type Series, share } from "./plot-scale.ts";

export interface SvgPlotOptions {
  /** Size in pixels, 720 by 420 if left out; the chart scales with its viewBox. */
  readonly width?: number;
  readonly height?: number;
  readonly title?: string;
  readonly xLabel?: string;
  readonly yLabel?: string;
}

/** Told apart by people with any colour vision, and with contrast on white as on black. */
export const colours = [
  "#3b7dd8",
  "#d9652b",
  "#2f9e6e",
  "#a05bb8",
  "#b8860b",
  "#d14a72",
  "#2a9fb0",
  "#7d7d7d",
];

const style = `
.odegrad-plot{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums;--ink:#24292f;--soft:#656d76;--rule:#d8dee4}
@media (prefers-color-scheme:dark){.odegrad-plot{--ink:#e6edf3;--soft:#9198a1;--rule:#3d444d}}
.odegrad-title{font-size:15px;font-weight:600;fill:#24292f;fill:var(--ink)}
.odegrad-text{fill:#656d76;fill:var(--soft)}
.odegrad-grid{stroke:#d8dee4;stroke:var(--rule);stroke-width:1;shape-rendering:crispEdges}
.odegrad-axis{stroke:#656d76;stroke:var(--soft);stroke-width:1;shape-rendering:crispEdges}
.odegrad-line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
`.trim();

/** About how wide 12 px text is; exact widths would need the reader's font. */
const textWidth = (text: string) => 7 * text.length;

/** The document, ended by a newline. */
export function plotSvg(series: readonly Series[], options: SvgPlotOptions = {}): string {
  const { width = 720, height = 420, title = "", xLabel = "", yLabel = "" } = options;
  const ranges = extent(series) ?? { x: [0, 1] as const, y: [0, 1] as const };
  const y = axis(ranges.y, Math.max(Math.round(height / 70), 2), true);
  const x = axis(ranges.x, Math.max(Math.round(width / 100), 2), false);

  const colourOf = colourIndices(series).map((index) => colours[index % colours.length]!);
  const legend = legendRows(series, width - 32);
  const left =
    16 + (yLabel ? 22 : 0) + y.ticks.reduce((most, { label }) => Math.max(most, textWidth(label)), 0) + 8;
  const top = 16 + (title ? 26 : 0) + 20 * legend.length + (legend.length ? 8 : 0);
  const right = width - 24;
  const bottom = height - 32 - (xLabel ? 22 : 0);
  const across = (value: number) => left + share(value, x) * (right - left);
  const down = (value: number) => bottom - share(value, y) * (bottom - top);

  const parts: string[] = [];
  if (title) parts.push(text("odegrad-title", 16, 30, "start", title));
  legend.forEach((row, r) => {
    const baseline = (title ? 42 : 16) + 20 * r + 12;
    for (const { index, at } of row) {
      const { kind, name } = series[index]!;
      const colour = colourOf[index]!;
      const middle = baseline - 4;
      parts.push(
        kind === "line"
          ? `<path class="odegrad-line" stroke="${colour}" d="M${16 + at} ${middle}h18"/>`
          : dot(16 + at + 9, middle, colour),
        text("odegrad-text", 16 + at + 24, baseline, "start", name),
      );
    }
  });
  for (const { at, label } of y.ticks) {
    const row = pixel(down(at));
    parts.push(`<path class="odegrad-grid" d="M${pixel(left)} ${row}H${pixel(right)}"/>`);
    parts.push(text("odegrad-text", left - 8, down(at) + 4, "end", label));
  }
  for (const { at, label } of x.ticks) {
    parts.push(`<path class="odegrad-axis" d="M${pixel(across(at))} ${pixel(bottom)}v5"/>`);
    parts.push(text("odegrad-text", across(at), bottom + 20, "middle", label));
  }
  parts.push(`<path class="odegrad-axis" d="M${pixel(left)} ${pixel(bottom)}H${pixel(right)}"/>`);
  if (xLabel) parts.push(text("odegrad-text", (left + right) / 2, height - 12, "middle", xLabel));
  if (yLabel) {
    const turned = `rotate(-90 22 ${pixel((top + bottom) / 2)})`;
    parts.push(text("odegrad-text", 22, (top + bottom) / 2, "middle", yLabel, turned));
  }
  if (!extent(series)) {
    parts.push(text("odegrad-text", (left + right) / 2, (top + bottom) / 2, "middle", "no finite data"));
  }

  series.forEach((one, index) => {
    const colour = colourOf[index]!;
    const shapes = runs(one).map((run) =>
      one.kind === "points" || run.length === 1
        ? run.map(([a, b]) => dot(across(a), down(b), colour)).join("")
        : `<path class="odegrad-line" stroke="${colour}" d="M${run.map(([a, b]) => `${pixel(across(a))} ${pixel(down(b))}`).join("L")}"/>`,
    );
    parts.push(`<g><title>${escaped(one.name)}</title>${shapes.join("")}</g>`);
  });

  const label = title || series.map(({ name }) => name).join(", ");
  return drawing(width, height, label, parts);
}

/** A document of its own with the style of the charts, ended by a newline. */
export function drawing(width: number, height: number, label: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="odegrad-plot" role="img" aria-label="${escaped(label)}" ` +
      `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<style>${style}</style>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

/** The entries of the legend in rows no wider than `width`, with the place of each. */
function legendRows(series: readonly Series[], width: number): { index: number; at: number }[][] {
  const rows: { index: number; at: number }[][] = [];
  let at = Number.POSITIVE_INFINITY;
  series.forEach(({ name }, index) => {
    const entry = 24 + textWidth(name) + 18;
    if (at + entry > width) {
      rows.push([]);
      at = 0;
    }
    rows.at(-1)!.push({ index, at });
    at += entry;
  });
  return rows;
}

/** A piece of text, `anchor`ed at a place. */
export function text(
  kind: string,
  x: number,
  y: number,
  anchor: string,
  content: string,
  transform?: string,
): string {
  const turned = transform ? ` transform="${transform}"` : "";
  return `<text class="${kind}" x="${pixel(x)}" y="${pixel(y)}" text-anchor="${anchor}"${turned}>${escaped(content)}</text>`;
}

function dot(x: number, y: number, colour: string): string {
  return `<circle cx="${pixel(x)}" cy="${pixel(y)}" r="3.5" fill="${colour}" fill-opacity="0.85"/>`;
}

/** A coordinate to a hundredth of a pixel. */
export function pixel(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Text as XML content or attribute value; characters that XML cannot hold are replaced. */
export function escaped(content: string): string {
  const codes: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return content
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "\ufffd")
    .replace(/[&<>"']/g, (character) => codes[character]!);
}
