import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

/** Layers from the bottom up: a file may import from its own layer and from those before it. */
const layers: readonly (readonly string[])[] = [
  ["runtime"],
  ["compiler/diagnostics"],
  ["compiler/ir"],
  ["compiler/model.ts", "compiler/module.ts", "compiler/fingerprint.ts"],
  ["compiler/frontend"],
  ["compiler/analysis"],
  ["compiler/differentiate"],
  ["compiler/integrate"],
  ["compiler/optimise"],
  ["compiler/emit"],
  ["compiler/execute"],
  ["compiler/verify"],
  [
    ...[
      "compiler/version.ts",
      "compiler/options.ts",
      "compiler/plan.ts",
      "compiler/tapes.ts",
      "compiler/choose-plan.ts",
      "compiler/unfit.ts",
      "compiler/check-options.ts",
    ],
    ...["compiler/resolve.ts", "compiler/emission.ts", "compiler/compile.ts", "compiler/index.ts"],
  ],
  ["compiler/config.ts", "compiler/kept.ts", "compiler/secondary.ts", "compiler/transform.ts"],
  ["compiler/load"],
  ["compiler/cli", "compiler/main.ts"],
  ["plugin"],
];

/** What each layer may import from outside, by package name; `node:` modules count as `node`. */
const outside: Readonly<Record<string, readonly string[]>> = {
  "compiler/frontend": ["ts-morph"],
  "compiler/emit": ["@jridgewell/gen-mapping"],
  // The layer of the transform goes by its first file.
  "compiler/config.ts": ["@jridgewell/gen-mapping", "@jridgewell/remapping", "magic-string"],
  "compiler/load": ["node"],
  "compiler/execute": ["node"],
  "compiler/verify": ["node", "ts-morph", "acorn"],
  "compiler/cli": ["node", "commander", "chokidar"],
  plugin: ["node", "unplugin", "vite", "rollup", "rolldown", "webpack", "@rspack/core", "esbuild", "vitest"],
};

const root = path.resolve(import.meta.dirname, "..");
const files = ["runtime", "compiler", "plugin"].flatMap((folder) =>
  fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .map((file) => `${folder}/${file.split(path.sep).join("/")}`),
);

const layerOf = (file: string): number =>
  layers.findIndex((layer) => layer.some((entry) => file === entry || file.startsWith(`${entry}/`)));

/** Specifiers of static and dynamic imports and of re-exports. */
function importsOf(file: string): string[] {
  const text = fs.readFileSync(path.join(root, file), "utf8");
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;"'`]*?\bfrom\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/g,
  );
  return [...found].map((match) => match[1] ?? match[2]!);
}

describe("imports point downwards", () => {
  it("finds the files", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(importsOf("compiler/main.ts")).toContain("./cli/program.ts");
  });

  it.each(files)("%s", (file) => {
    const own = layerOf(file);
    expect(own, "the file stands in a layer").toBeGreaterThanOrEqual(0);
    const allowed = outside[layers[own]![0]!] ?? [];
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith(".")) {
        const target = path.posix.join(path.posix.dirname(file), specifier);
        const layer = layerOf(target);
        expect(layer, `${specifier} stands in a layer`).toBeGreaterThanOrEqual(0);
        expect(layer, `${specifier} lies no higher`).toBeLessThanOrEqual(own);
      } else {
        const name = specifier.startsWith("node:") ? "node" : specifier;
        expect(allowed, `${specifier} is a package of this layer`).toContain(name);
      }
    }
  });
});
