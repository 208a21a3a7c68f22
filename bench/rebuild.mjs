/**
 * Rebuilding a model in place, as a development server does at every save: each example after an edit of a comment, of a
 * default value and of an expression of its equations, with solve, gradient, jvp and hvp, or those that are named.
 * Milliseconds on the clock, the middle of many saves in one process that has seen some.
 *
 * How fast the machine is, and how busy, is measured between the saves: the hand-written gradient of Lotka-Volterra (rk4,
 * 1000 steps) is a loop of arithmetic that other machines have figures of.
 *
 * People pause between saves, and a processor that has slept or done something else is slower at first: `--idle` is how long
 * nothing is asked for before each save, in milliseconds. Who watches builds meanwhile what might be saved next, where garbage has
 * been collected; so does this, and `--alone` does not.
 *
 *   node bench/rebuild.mjs [--emit solve,gradient] [--idle 500 [--alone]] [example ...]
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Kept } from "../dist/compiler/kept.js";
import { transform } from "../dist/compiler/transform.js";
import { guess } from "../dist/plugin/guess.js";
import { WarmUp } from "../dist/plugin/warm-up.js";
import { edits, places } from "./edits.mjs";
import { handWritten } from "./hand/lotka-volterra.mjs";

const root = path.resolve(import.meta.dirname, "../examples");

const host = {
  read(file) {
    try {
      return fs.readFileSync(file, "utf8");
    } catch {
      return undefined;
    }
  },
};

const gradient = handWritten(1000);
const yardsticks = [];

/** Notes what one gradient takes now, in microseconds. */
function yardstick(count = 20) {
  const began = performance.now();
  for (let i = 0; i < count; i++) gradient(30, 4, 0.55, 0.028, 0.8, 0.024, 10, 1000);
  yardsticks.push((1000 * (performance.now() - began)) / count);
}
yardstick(2000);
yardsticks.length = 0;

const middle = (times) => times.toSorted((a, b) => a - b)[times.length >> 1];

const { values, positionals: wanted } = parseArgs({
  options: {
    emit: { type: "string" },
    idle: { type: "string", default: "0" },
    alone: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
for (const name of wanted) if (!(name in places)) throw new Error(`There is no example ${name} to rebuild.`);
const options = values.emit === undefined ? {} : { emit: values.emit.split(",") };
const idle = Number(values.idle);
const waits = idle > 0 && !values.alone;
console.log("Rebuilding in place after an edit, ms: middle (fastest)");
console.log(
  `  ${"".padEnd(20)} ${Object.keys(edits)
    .map((name) => name.padStart(16))
    .join("")}`,
);
for (const [name, place] of Object.entries(places)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const folder = path.join(root, name);
  const file = path.join(
    folder,
    fs.readdirSync(folder).find((each) => each.endsWith(".ode.ts")),
  );
  const text = fs.readFileSync(file, "utf8");
  const [kept, aside] = [new Kept(), new Kept()];
  const warmUp = new WarmUp();
  let saved = 0;
  const save = (edit) => {
    const edited = edit(text, place, ++saved);
    if (edited === text) throw new Error(`${name} has no longer what is to be edited.`);
    const began = performance.now();
    const build = () => transform({ file, text: edited, host }, options, kept);
    const again = (round) => transform({ file, text: guess(edited, round), host }, options, aside);
    const { code } = waits ? warmUp.after(build, again) : build();
    if (code === undefined) throw new Error(`${name} is not compiled.`);
    return performance.now() - began;
  };
  for (let i = 0; i < 12; i++) for (const edit of Object.values(edits)) save(edit);
  const cells = [];
  for (const edit of Object.values(edits)) {
    const times = [];
    for (let i = 0; i < 25; i++) {
      yardstick();
      if (idle > 0) await setTimeout(idle);
      times.push(save(edit));
    }
    cells.push(`${middle(times).toFixed(1)} (${Math.min(...times).toFixed(1)})`.padStart(16));
  }
  console.log(`  ${name.padEnd(20)} ${cells.join("")}`);
}
console.log(
  `The yardstick, µs: ${middle(yardsticks).toFixed(1)} (${Math.min(...yardsticks).toFixed(1)}). Where it takes 31.5, as on a machine of \
2023, a rebuild takes ${(31.5 / middle(yardsticks)).toFixed(2)} (${(31.5 / Math.min(...yardsticks)).toFixed(2)}) of the above.`,
);
