/** The blocks of docs/library.md are a program that users can run, from the package as it is built. */

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, it } from "vitest";
import { snippets } from "./markdown.ts";
import { pageOf, root } from "./models.ts";

it("the blocks of docs/library.md run, one behind the other", () => {
  const blocks = snippets(pageOf("docs/library.md"));
  expect(blocks.map(({ language }) => language)).toEqual(["js", "js", "js", "js"]);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-library-"));
  try {
    fs.mkdirSync(path.join(folder, "node_modules"));
    fs.symlinkSync(root, path.join(folder, "node_modules/odegrad"));
    fs.writeFileSync(path.join(folder, "package.json"), "{}");
    fs.writeFileSync(path.join(folder, "main.mjs"), blocks.map(({ text }) => text).join("\n\n"));
    const out = execFileSync(process.execPath, ["main.mjs"], { cwd: folder, encoding: "utf8" });
    const lines = out.trimEnd().split("\n");
    const [found, iterations, slower] = lines[0]!.split(" ").map(Number);
    expect(found).toBeCloseTo(Math.LN2, 5);
    expect(iterations).toBeLessThan(20);
    expect(slower).toBeCloseTo(Math.LN2, 3);
    expect(out).toContain("wanted");
    expect(lines.at(-2)).toBe("true");
    expect(Math.abs(Number(lines.at(-1)))).toBeLessThan(1e-8);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
