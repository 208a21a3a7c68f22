/**
 * A graph as an SVG document: nodes in colours by their group, a ring around those of another group in truth, and edges.
 *
 * It stands alone like the charts, and the same input gives the same bytes.
 */
import { colours, drawing, pixel, text } from "./plot-svg.ts";

export interface GraphPicture {
  /** Where each node is, in any unit. */
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** The group of each node, which its colour says. */
  readonly group: ArrayLike<number>;
  /** What the group really is, where that is known; a node of another group gets a ring in the colour of its own. */
  readonly truth?: ArrayLike<number>;
  /** Nodes that stand out: larger. */
  readonly marked?: readonly number[];
  readonly edges: readonly (readonly number[])[];
  readonly title?: string;
}

const side = 520;
const margin = 28;

/** The document, ended by a newline. */
export function graphSvg({ x, y, group, truth, marked = [], edges, title = "" }: GraphPicture): string {
  const top = title ? 44 : 0;
  const scaled = (values: ArrayLike<number>, from: number): number[] => {
    const all = Array.from(values);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return all.map((value) => from + margin + ((value - low) / (high - low || 1)) * (side - 2 * margin));
  };
  const [across, down] = [scaled(x, 0), scaled(y, top)];
  const colourOf = (of: number): string => colours[of % colours.length]!;
  const parts: string[] = [];
  if (title) parts.push(text("odegrad-title", 16, 30, "start", title));
  for (const [from, to] of edges as readonly (readonly [number, number])[])
    parts.push(
      `<path class="odegrad-axis" opacity="0.45" d="M${pixel(across[from]!)} ${pixel(down[from]!)}L${pixel(across[to]!)} ${pixel(down[to]!)}"/>`,
    );
  across.forEach((place, i) => {
    const own = colourOf(group[i]!);
    const real = colourOf(truth?.[i] ?? group[i]!);
    const radius = marked.includes(i) ? 14 : 10;
    parts.push(
      `<circle cx="${pixel(place)}" cy="${pixel(down[i]!)}" r="${radius}" fill="${own}" stroke="${real}" stroke-width="${own === real ? 0 : 5}"/>`,
      `<text x="${pixel(place)}" y="${pixel(down[i]! + 4)}" text-anchor="middle" fill="#fff">${i}</text>`,
    );
  });
  return drawing(side, top + side, title || "graph", parts);
}
