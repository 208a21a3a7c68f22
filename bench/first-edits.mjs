/**
 * The first saves of a development server: each example in a Vite server of its own, asked for once, and after a while saved again and
 * again with another expression, a second apart, as nobody is quicker. Milliseconds that the plugin takes for the model's module, and
 * from the save to the module as Vite hands it out. In a server that builds the model again while nobody saves, and in one that does not.
 *
 *   node bench/first-edits.mjs [example ...]
 */

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { edits, places } from "./edits.mjs";

const root = path.resolve(import.meta.dirname, "..");
/** Seconds until the first save, and how many there are. */
const untilFirst = 10;
const saves = 8;

/** What a server took for the first build and for each save. */
async function serve(name) {
  const { createServer } = await import("vite");
  const { default: odegrad } = await import("../dist/plugin/vite.js");
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-first-edits-")));
  try {
    fs.cpSync(path.join(root, "examples", name), folder, { recursive: true });
    fs.mkdirSync(path.join(folder, "node_modules"), { recursive: true });
    fs.symlinkSync(root, path.join(folder, "node_modules/odegrad"));
    const file = fs.readdirSync(folder).find((each) => each.endsWith(".ode.ts"));
    const text = fs.readFileSync(path.join(folder, file), "utf8");
    const plugin = odegrad();
    const { handler } = plugin.transform;
    let own = 0;
    plugin.transform.handler = async function (...given) {
      const began = performance.now();
      const result = await handler.apply(this, given);
      own = performance.now() - began;
      return result;
    };
    const server = await createServer({
      root: folder,
      configFile: false,
      logLevel: "silent",
      plugins: [plugin],
      appType: "custom",
      server: { middlewareMode: true, ws: false, watch: null },
    });
    const ask = async () => {
      const began = performance.now();
      const result = await server.transformRequest(`/${file}`);
      if (!result?.code.includes("make$0")) throw new Error(`${name} is not compiled.`);
      return [own, performance.now() - began];
    };
    const times = [await ask()];
    await setTimeout(1000 * untilFirst);
    for (let n = 1; n <= saves; n++) {
      fs.writeFileSync(path.join(folder, file), edits.expression(text, places[name], n));
      server.moduleGraph.onFileChange(path.join(folder, file));
      times.push(await ask());
      await setTimeout(1000);
    }
    await server.close();
    return times;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const [isChild, ...rest] = process.argv.slice(2);
if (isChild === "--serve") {
  console.log(JSON.stringify(await serve(rest[0])));
  process.exit(0);
}
const wanted = process.argv.slice(2);
for (const name of wanted) if (!(name in places)) throw new Error(`There is no example ${name} to save.`);
console.log(
  `First saves of a Vite server, ms: the plugin (all); the first build, and ${saves} saves a second apart`,
);
for (const name of Object.keys(places)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const [kind, env] of Object.entries({ "builds while it waits": {}, "does not": { VITEST: "1" } })) {
    const own = fileURLToPath(import.meta.url);
    const printed = execFileSync(process.execPath, [own, "--serve", name], {
      env: { ...process.env, ...env },
      encoding: "utf8",
    });
    const cells = JSON.parse(printed.trim().split("\n").at(-1)).map(([plugin, all]) =>
      `${plugin.toFixed(0)} (${all.toFixed(0)})`.padStart(10),
    );
    console.log(`  ${name.padEnd(20)} ${kind.padEnd(22)}${cells.join("")}`);
  }
}
