/** The plugin's own hooks, as a bundler calls them. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { UnpluginOptions } from "unplugin";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { factory } from "../../plugin/index.ts";
import type { PluginOptions } from "../../plugin/options.ts";

const before = process.cwd();
let folder: string;

const model = `import { ode } from "odegrad";
export const decay = ode({
  state: { y: 1 },
  params: { a: 2 },
  rhs: ({ y }, { a }) => ({ y: -a * y }),
  loss: { terminal: ({ y }) => y * y },
  solver: { t1: 1, steps: 4 },
});
`;

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-plugin-")));
  process.chdir(folder);
});

afterEach(() => {
  process.chdir(before);
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Hands a text through the transform: what comes out, and what was said. */
function plugin(options?: PluginOptions, framework = "rollup", loaders: readonly string[] = []) {
  const made = factory(options, { framework } as never) as UnpluginOptions;
  const { handler } = made.transform as {
    handler: (this: object, code: string, id: string) => Promise<unknown>;
  };
  return async (text: string, name = "decay.ode.ts") => {
    const watched: string[] = [];
    const context = {
      addWatchFile: (file: string) => watched.push(path.relative(folder, file)),
      warn: () => undefined,
      getNativeBuildContext: () => ({
        framework,
        loaderContext: { loaders: loaders.map((path) => ({ path })) },
      }),
      error: (error: object) => {
        throw Object.assign(new Error((error as Error).message), error);
      },
    };
    const result = (await handler.call(context, text, path.join(folder, name))) as
      | { code: string }
      | undefined;
    return { code: result?.code, watched };
  };
}

describe("the plugin", () => {
  it("follows the configuration of the root, under its own options", async () => {
    fs.writeFileSync("odegrad.config.json", '{ "steps": 16, "emit": ["solve"], "outDir": "elsewhere" }');
    const { code } = await plugin()(model);
    expect(code).toContain("rk4, 16 steps");
    expect(code).not.toContain("function gradient");
    expect((await plugin({ steps: 32 })(model)).code).toContain("rk4, 32 steps");
    expect((await plugin({ config: false })(model)).code).toContain("rk4, 4 steps");
  });

  it("looks for no configuration above the root", async () => {
    fs.writeFileSync("odegrad.config.json", '{ "steps": 16 }');
    fs.mkdirSync("below");
    process.chdir("below");
    expect((await plugin()(model)).code).toContain("rk4, 4 steps");
    process.chdir(folder);
  });

  it("reports options that there are not, with what was meant", async () => {
    await expect(plugin({ stesp: 3 } as PluginOptions)(model)).rejects.toThrow(/ODE5001[\s\S]*`steps`/);
    fs.writeFileSync("odegrad.config.json", '{ "steps": "many" }');
    await expect(plugin()(model)).rejects.toThrow(/ODE5032: odegrad\.config\.json/);
  });

  it("leaves alone what is no model to compile", async () => {
    const transform = plugin();
    const { code } = await transform(model);
    expect((await transform(code!)).code).toBeUndefined();
    for (const name of ["decay.ode.ts?raw", "decay.ode.ts?url", "decay.ode.ts?worker", "decay.ts", "ode.ts"])
      expect((await transform(model, name)).code, name).toBeUndefined();
    const same = ["?t=123", "?v=abc&t=1", "?import", "?fresh=1", "?import&t=1"].map(
      (query) => `decay.ode.ts${query}`,
    );
    for (const name of same) expect((await transform(model, name)).code, name).toBe(code);
  });

  it("watches what a model imports, and compiles again when that has changed", async () => {
    const importing = `import { k } from "./k.ts";\n${model.replace("-a * y", "-a * k * y")}`;
    const transform = plugin();
    fs.writeFileSync("k.ts", "export const k = 37.25;\n");
    const first = await transform(importing);
    expect(first.watched).toEqual(["k.ts"]);
    expect(first.code).toContain("37.25");
    fs.writeFileSync("k.ts", "export const k = 53.75;\n");
    const second = await transform(importing);
    expect(second.code).toContain("53.75");
    expect(second.code).not.toContain("37.25");
  });

  it("sees a module that comes back, and one that comes before another", async () => {
    const importing = `import { k } from "./lib/k";\n${model.replace("-a * y", "-a * k * y")}`;
    const transform = plugin();
    fs.mkdirSync("lib/k", { recursive: true });
    fs.writeFileSync("lib/k/index.ts", "export const k = 37.25;\n");
    const first = await transform(importing);
    expect(first.code).toContain("37.25");
    expect(first.watched).toContain("lib/k.ts");
    fs.writeFileSync("lib/k.ts", "export const k = 53.75;\n");
    expect((await transform(importing)).code).toContain("53.75");
    fs.rmSync("lib", { recursive: true });
    await expect(transform(importing)).rejects.toThrow(/ODE2013/);
    fs.mkdirSync("lib");
    fs.writeFileSync("lib/k.ts", "export const k = 61.5;\n");
    expect((await transform(importing)).code).toContain("61.5");
  });

  it("follows a configuration that changes, comes and goes", async () => {
    const transform = plugin();
    expect((await transform(model)).code).toContain("rk4, 4 steps");
    fs.writeFileSync("odegrad.config.json", '{ "steps": 16 }');
    const { code, watched } = await transform(model);
    expect(code).toContain("rk4, 16 steps");
    expect(watched).toEqual(["odegrad.config.json"]);
    fs.writeFileSync("odegrad.config.json", '{ "stesp": 16 }');
    await expect(transform(model)).rejects.toThrow(/ODE5032/);
    fs.rmSync("odegrad.config.json");
    expect((await transform(model)).code).toContain("rk4, 4 steps");
  });

  it.each(["webpack", "rspack"] as const)("what %s keeps on disk is that of the options", (framework) => {
    const versionOf = (options?: PluginOptions, cache: object = { type: "filesystem", version: "own" }) => {
      const made = factory(options, { framework } as never) as UnpluginOptions;
      const hooks = { watchRun: { tap: () => undefined } };
      made[framework]!({ options: { cache }, hooks } as never);
      return (cache as { version?: string }).version;
    };
    const plain = versionOf();
    expect(plain).toMatch(/^own odegrad [0-9a-f]{16}$/);
    expect(versionOf()).toBe(plain);
    const others = [versionOf({ steps: 3 })];
    fs.writeFileSync("odegrad.config.json", '{ "steps": 5 }');
    others.push(versionOf(), versionOf({ steps: 3 }));
    expect(new Set([plain, ...others]).size).toBe(4);
    expect(versionOf({ config: false })).not.toBe(others[1]);
    expect(versionOf({}, { type: "memory" })).toBeUndefined();
  });

  it("leaves ts-loader the types of a model and its helpers, and has it check neither", async () => {
    const helper = "export const k: number = 2;\n";
    fs.writeFileSync("k.ts", helper);
    const importing = `import { k } from "./k.ts";\nexport type Rate = number;\n${model.replace("-a * y", "-a * k * y")}`;
    const loader = "/project/node_modules/ts-loader/index.js";
    for (const bundler of ["webpack", "rspack"]) {
      const typed = plugin({}, bundler, [
        "/project/node_modules/unplugin/dist/webpack/loaders/transform.mjs",
        loader,
      ]);
      const { code } = await typed(importing);
      expect(code).toMatch(
        /^\/\/ @ts-nocheck\n[\s\S]*export type Rate = number;\n[\s\S]*compiled\$\(ode\(\{/,
      );
      expect((await typed(helper, "k.ts")).code).toBeUndefined();
      const plain = plugin({}, bundler);
      expect((await plain(importing)).code).not.toMatch(/ts-nocheck|type Rate/);
      expect((await plain(helper, "k.ts")).code).toContain("const k = 2;");
    }
  });

  it("gives the error its place", async () => {
    const error = await plugin()(model.replace("-a * y", "-b * y")).catch((caught) => caught);
    expect(error).toMatchObject({ id: path.join(folder, "decay.ode.ts"), loc: { line: 5, column: 32 } });
    expect(error.frame).toContain("5 |   rhs:");
  });
});
