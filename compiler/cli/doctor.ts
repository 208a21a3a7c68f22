/**
 * `odegrad doctor`: what this folder and this machine have, and what is missing: Node, C compilers, the configuration, the bundler
 * with the plugin or without, and models that nothing compiles. Reads files and runs none.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { findCompilers, namedCompiler } from "../execute/c.ts";
import type { CommandOptions } from "../options.ts";
import { version } from "../version.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { expandGlob } from "./glob.ts";
import { loadConfig } from "./load-config.ts";
import { readManifest } from "./manifest.ts";
import { formatJson } from "./number.ts";
import { type Context, Failure } from "./streams.ts";

interface Finding {
  readonly about: string;
  readonly state: "ok" | "note" | "missing";
  readonly says: string;
}

/** Bundlers, with the beginning of the names of their configurations. */
const bundlers = ["vite", "vitest", "rollup", "rolldown", "webpack", "rspack", "esbuild"];

export async function run(
  _args: readonly string[],
  options: CommandOptions,
  context: Context,
): Promise<ExitCode> {
  const builds = bundlerFiles();
  const findings = [
    node(),
    { about: "odegrad", state: "ok", says: version } as const,
    compilers(context),
    await configuration(),
    ...builds.map(bundler),
    models(builds, options),
  ];
  if (options.json === true)
    context.print(`${formatJson({ version: 1, findings: findings.map((each) => ({ ...each })) })}\n`);
  else {
    const width = Math.max(...findings.map(({ about }) => about.length));
    for (const { about, state, says } of findings)
      context.print(`${state.padEnd(7)}  ${about.padEnd(width)}  ${says}\n`);
  }
  return findings.some(({ state }) => state === "missing") ? exitCode.missingTool : exitCode.ok;
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isNew = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
  return isNew
    ? { about: "node", state: "ok", says: process.versions.node }
    : {
        about: "node",
        state: "missing",
        says: `${process.versions.node} is too old: install 20.19, 22.12 or later`,
      };
}

function compilers({ environment }: Context): Finding {
  const found = findCompilers(environment);
  const named = namedCompiler(environment);
  return found.length > 0
    ? { about: "C compiler", state: "ok", says: found.join(", ") }
    : {
        about: "C compiler",
        state: "note",
        says:
          named === undefined
            ? "none: `--target c` of grad, run and verify needs gcc or clang"
            : `CC names \`${named}\`, which cannot be run: \`--target c\` of grad, run and verify needs one that can`,
      };
}

async function configuration(): Promise<Finding> {
  try {
    // Looked at and not run: a configuration that is code is told by its name.
    const { file } = await loadConfig(process.cwd(), { safeConfig: true });
    const says = file === undefined ? "none: every default holds" : path.basename(file);
    return { about: "configuration", state: "ok", says };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [first] = error.diagnostics;
    return first?.code === "ODE5034"
      ? { about: "configuration", state: "ok", says: first.message.split(" ")[0]! }
      : { about: "configuration", state: "note", says: first?.message ?? "" };
  }
}

interface BundlerFile {
  readonly name: string;
  readonly file: string;
  readonly hasPlugin: boolean;
}

function bundlerFiles(): BundlerFile[] {
  return fs
    .readdirSync(".")
    .sort()
    .flatMap((file) => {
      const name = bundlers.find((each) => new RegExp(`^${each}\\.config\\.[cm]?[jt]s$`).test(file));
      if (name === undefined) return [];
      return [{ name, file, hasPlugin: /["']odegrad\/\w+["']/.test(fs.readFileSync(file, "utf8")) }];
    });
}

function bundler({ name, file, hasPlugin }: BundlerFile): Finding {
  const entry = name === "vitest" ? "vite" : name;
  return hasPlugin
    ? { about: name, state: "ok", says: `${file} has the plugin` }
    : {
        about: name,
        state: "note",
        says: `${file} has no plugin: \`import odegrad from "odegrad/${entry}"\`, \`plugins: [odegrad()]\``,
      };
}

/** Whether anything compiles the models there are. */
function models(builds: readonly BundlerFile[], { outDir = "generated" }: CommandOptions): Finding {
  const files = expandGlob("**/*.ode.ts", ".");
  if (files.length === 0) return { about: "models", state: "note", says: "no `*.ode.ts` below this folder" };
  const count = files.length === 1 ? "1 model file" : `${files.length} model files`;
  const built = new Set(readManifest(outDir).values());
  const isBuilt = files.every((file) => built.has(file));
  const plugin = builds.find(({ hasPlugin }) => hasPlugin);
  const scripts = textOf("package.json");
  // In a Makefile the program may be a variable: `$(ODEGRAD) compile`.
  const makes = fs
    .readdirSync(".")
    .find((file) => /^(GNUm|[mM])akefile$/.test(file) && /odegrad\)? +(build|compile)/i.test(textOf(file)));
  const way =
    plugin !== undefined
      ? `compiled by ${plugin.file}`
      : /odegrad\/register/.test(scripts)
        ? "compiled at import, by odegrad/register"
        : /odegrad (build|fit|compile)/.test(scripts)
          ? "compiled by a script of package.json"
          : makes !== undefined
            ? `compiled by ${makes}`
            : isBuilt
              ? `built into ${outDir}`
              : undefined;
  if (way !== undefined) return { about: "models", state: "ok", says: `${count}, ${way}` };
  return {
    about: "models",
    state: "note",
    says: `${count}, and nothing compiles them: use a bundler plugin, \`node --import odegrad/register\` or \`odegrad build\``,
  };
}

function textOf(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
