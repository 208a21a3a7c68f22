/** Whoever watches builds models again while nobody saves, so that the next save is quick; whoever builds once does not. */

import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
let folder = "";

const model = `import { ode } from "odegrad";
import { k as rate } from "./rates.ts";

export const decay = ode({
  state: { x: 1 },
  params: { k: rate },
  rhs: ({ x }, { k }) => ({ x: -k * x }),
  loss: { terminal: ({ x }) => x * x },
});
`;

/** What a bundler is asked for: `started` after the first build, `once` for a build and no more. */
const bundlers: Readonly<Record<string, { readonly watch: string; readonly once: string }>> = {
  vite: {
    watch: `
      const { createServer } = await import("vite");
      const server = await createServer({ root: folder, configFile: false, logLevel: "silent", plugins: [plugin()], server: { middlewareMode: true, ws: false } });
      await server.transformRequest("/decay.ode.ts");
      started();`,
    once: `
      const { build } = await import("vite");
      await build({ root: folder, configFile: false, logLevel: "silent", plugins: [plugin()], build: { write: false, lib: { entry: "main.js", formats: ["es"] }, rolldownOptions: { external } } });`,
  },
  rollup: {
    watch: `
      const { watch } = await import("rollup");
      watch({ input: "main.js", external, plugins: [plugin()], output: { dir: "out" } }).on("event", ({ code, error }) => {
        if (error) throw error;
        if (code === "END") started();
      });`,
    once: `
      const { rollup } = await import("rollup");
      await rollup({ input: "main.js", external, plugins: [plugin()] });`,
  },
  rolldown: {
    watch: `
      const { watch } = await import("rolldown");
      watch({ input: "main.js", external, plugins: [plugin()], output: { dir: "out" } }).on("event", ({ code, error }) => {
        if (error) throw error;
        if (code === "END") started();
      });`,
    once: `
      const { rolldown } = await import("rolldown");
      await (await rolldown({ input: "main.js", external, plugins: [plugin()] })).generate();`,
  },
  webpack: {
    watch: `
      const { default: webpack } = await import("webpack");
      webpack(config).watch({}, (error) => { if (error) throw error; started(); });`,
    once: `
      const { default: webpack } = await import("webpack");
      await new Promise((done, failed) => webpack(config).run((error) => (error ? failed(error) : done())));`,
  },
  rspack: {
    watch: `
      const { rspack } = await import("@rspack/core");
      rspack(config).watch({}, (error) => { if (error) throw error; started(); });`,
    once: `
      const { rspack } = await import("@rspack/core");
      await new Promise((done, failed) => rspack(config).run((error) => (error ? failed(error) : done())));`,
  },
  // It does not say that it watches: a second build does.
  esbuild: {
    watch: `
      const { context } = await import("esbuild");
      const watching = await context({ entryPoints: ["main.js"], bundle: true, format: "esm", external, plugins: [plugin()], write: false });
      await watching.rebuild();
      fs.writeFileSync("decay.ode.ts", fs.readFileSync("decay.ode.ts", "utf8").replace("-k * x", "-2 * k * x"));
      await watching.rebuild();
      started();`,
    once: `
      const { build } = await import("esbuild");
      await build({ entryPoints: ["main.js"], bundle: true, format: "esm", external, plugins: [plugin()], write: false });`,
  },
};

/** A program that builds, waits, and prints how often the model was computed when it had been asked for, and later. */
const program = (name: string, build: string, isOnce: boolean): string => `
import * as fs from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
let reads = 0;
const commonFs = createRequire(import.meta.url)("node:fs");
const { readFileSync } = commonFs;
commonFs.readFileSync = (file, ...rest) => {
  if (String(file).endsWith("rates.ts")) reads++;
  return readFileSync(file, ...rest);
};
syncBuiltinESMExports();
const { default: plugin } = await import("odegrad/${name}");
const folder = process.cwd();
const external = [/^odegrad/, "odegrad", "odegrad/compiled"].filter((each) => "${name}" !== "esbuild" || typeof each === "string");
const config = {
  mode: "none", context: folder, entry: "./main.js", output: { path: folder + "/out", module: true, library: { type: "module" } },
  experiments: { outputModule: true }, externals: { odegrad: "module odegrad", "odegrad/compiled": "module odegrad/compiled" }, plugins: [plugin()],
};
let asked;
const started = () => { asked ??= reads; };
${build}
${isOnce ? "started();" : ""}
const end = Date.now() + ${isOnce ? 1500 : 20_000};
while (Date.now() < end && !(asked !== undefined && reads >= asked + 3)) await new Promise((go) => setTimeout(go, 50));
console.log(JSON.stringify({ asked, later: reads - asked }));
process.exit(0);
`;

async function run(name: string, build: string, isOnce: boolean): Promise<{ asked: number; later: number }> {
  const own = path.join(folder, `${name}-${isOnce ? "once" : "watch"}`);
  fs.mkdirSync(own);
  fs.writeFileSync(path.join(own, "decay.ode.ts"), model);
  fs.writeFileSync(path.join(own, "rates.ts"), "export const k = 0.7;\n");
  fs.writeFileSync(path.join(own, "main.js"), 'export { decay } from "./decay.ode.ts";\n');
  fs.writeFileSync(path.join(own, "package.json"), '{ "type": "module" }\n');
  fs.writeFileSync(path.join(own, "build.mjs"), program(name, build, isOnce));
  const { VITEST: _, NODE_ENV: __, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ["build.mjs"], { cwd: own, env });
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-waiting-"));
  const modules = path.join(folder, "node_modules");
  fs.mkdirSync(path.join(modules, "@rspack"), { recursive: true });
  for (const name of ["vite", "rollup", "rolldown", "webpack", "@rspack/core", "esbuild"])
    fs.symlinkSync(path.join(root, "node_modules", name), path.join(modules, name));
  fs.symlinkSync(root, path.join(modules, "odegrad"));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe.each(Object.entries(bundlers))("%s", (name, { watch, once }) => {
  it("builds a model again while it watches and nobody saves", { timeout: 60_000 }, async () => {
    const { asked, later } = await run(name, watch, false);
    expect(asked).toBeGreaterThan(0);
    expect(later).toBeGreaterThanOrEqual(3);
  });

  it("builds it no more than once where nobody waits", { timeout: 60_000 }, async () => {
    const { asked, later } = await run(name, once, true);
    expect(asked).toBeGreaterThan(0);
    expect(later).toBe(0);
  });
});
