/** What is published: the right files, entries that resolve with their types, nothing that nobody uses. */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandLine, node, type Packed, packed, root } from "./packed.ts";

let project: Packed;
const description = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));

beforeAll(() => {
  project = packed();
});

afterAll(() => project.remove());

/** A tool of `node_modules/.bin`, run in the root. */
function tool(name: string, ...words: string[]) {
  const { status, stdout, stderr } = spawnSync(path.join(root, "node_modules/.bin", name), words, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status, said: stdout + stderr };
}

describe("the package", () => {
  it("holds built code, types and documents, and nothing else", () => {
    const others = project.files.filter(
      (file) =>
        !/^(dist\/(compiler|runtime|plugin)\/[\w/.-]+\.(js|d\.ts)|templates\/.*|docs\/[a-z-]+\.md)$/.test(
          file,
        ),
    );
    expect(others.sort()).toEqual(["ARCHITECTURE.md", "LICENSE", "README.md", "client.d.ts", "package.json"]);
    expect(fs.statSync(project.tarball).size).toBeLessThan(1_000_000);
    // What was built of a file that is gone must not be published.
    const sources = project.files.flatMap((file) => /^dist\/(.*)\.js$/.exec(file)?.[1] ?? []);
    expect(sources.filter((file) => !fs.existsSync(path.join(root, `${file}.ts`)))).toEqual([]);
  });

  it("has no page with a link to what is not in it", () => {
    const pages = project.files.filter((file) => file.endsWith(".md"));
    expect(pages).toEqual(expect.arrayContaining(["README.md", "docs/language.md"]));
    const lost = pages.flatMap((page) => {
      const text = fs.readFileSync(path.join(project.folder, "node_modules/odegrad", page), "utf8");
      return Array.from(text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g), ([, target]) => target!)
        .filter((target) => !project.files.includes(path.posix.join(path.posix.dirname(page), target)))
        .map((target) => `${page}: ${target}`);
    });
    expect(lost).toEqual([]);
  });

  it("exports every entry with its types first, and each can be imported", () => {
    for (const [name, entry] of Object.entries<Record<string, string> | string>(description.exports)) {
      if (typeof entry === "string") continue;
      expect(Object.keys(entry)[0], name).toBe("types");
      for (const file of Object.values(entry)) {
        expect(project.files, name).toContain(file.replace("./", ""));
      }
    }
    const names = Object.keys(description.exports).filter(
      (name) => !/client|json|vitest|register/.test(name),
    );
    const script = names.map((name) => `await import("odegrad${name.slice(1)}");`).join("\n");
    fs.writeFileSync(path.join(project.folder, "all.mjs"), `${script}\nconsole.log("imported");\n`);
    expect(node(["all.mjs"], project.folder)).toMatchObject({ code: 0, out: "imported\n" });
  });

  it("works in a fresh folder", () => {
    fs.cpSync(path.join(import.meta.dirname, "fixture"), project.folder, { recursive: true });
    expect(node([commandLine, "--version"], project.folder).out.trim()).toBe(description.version);
    expect(node([commandLine, "grad", "swing.ode.ts"], project.folder).out).toMatch(/^swing {2}loss 0\.2037/);
  });

  it("depends on few packages, and bundlers are optional", () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = description;
    expect(Object.keys(peerDependencies).sort()).toEqual(Object.keys(peerDependenciesMeta).sort());
    for (const each of Object.values<{ optional: boolean }>(peerDependenciesMeta))
      expect(each.optional).toBe(true);
    expect(Object.keys(dependencies).sort()).toEqual([
      ...[
        "@jridgewell/gen-mapping",
        "@jridgewell/remapping",
        "acorn",
        "chokidar",
        "commander",
        "magic-string",
      ],
      ...["ts-morph", "unplugin"],
    ]);
  });

  it("passes publint", async () => {
    const files = project.files.map((file) => {
      const name = path.join(project.folder, "node_modules/odegrad", file);
      return { name: `package/${file}`, data: fs.readFileSync(name) };
    });
    const { messages } = await publint({ pkgDir: "package", pack: { files }, strict: true });
    expect(messages).toEqual([]);
  });

  it("passes attw: types resolve as code does, for ESM", () => {
    const { status, said } = tool("attw", project.tarball, "--profile", "esm-only", "--no-emoji");
    expect(status, said).toBe(0);
  });

  it("passes knip: nothing unused, nothing unlisted", () => {
    const { status, said } = tool("knip", "--no-progress");
    expect(status, said).toBe(0);
  });
});
