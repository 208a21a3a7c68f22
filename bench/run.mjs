/** Runs every benchmark, or those named on the command line. */

import { readdirSync } from "node:fs";

const notBenchmarks = new Set(["run.mjs", "measure.mjs"]);
const wanted = process.argv.slice(2);
for (const name of readdirSync(new URL(".", import.meta.url)).sort()) {
  if (!name.endsWith(".mjs") || notBenchmarks.has(name)) continue;
  if (wanted.length > 0 && !wanted.includes(name.replace(".mjs", ""))) continue;
  await import(new URL(name, import.meta.url).href);
}
