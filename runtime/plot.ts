/**
 * Plots as text: for a terminal, and as SVG. Pure functions from series to a string.
 */
export { type GraphPicture, graphSvg } from "./plot-graph.ts";
export { type HeatMap, heatMapSvg } from "./plot-heat.ts";
export type { Series } from "./plot-scale.ts";
export { plotSvg, type SvgPlotOptions } from "./plot-svg.ts";
export { plotTerminal, type TerminalPlotOptions } from "./plot-terminal.ts";
export { type TileBlock, type TileMap, tileMapSvg } from "./plot-tiles.ts";
