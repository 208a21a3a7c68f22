import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { expandGlob } from "../../compiler/cli/glob.ts";

let folder = "";
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-glob-"));
  for (const file of [
    "a.ode.ts",
    "b.ts",
    "x/c.ode.ts",
    "x/y/d.ode.ts",
    "node_modules/e.ode.ts",
    ".f/g.ode.ts",
  ]) {
    fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), "");
  }
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});

it.each([
  ["**/*.ode.ts", ["a.ode.ts", "x/c.ode.ts", "x/y/d.ode.ts"]],
  ["*.ts", ["a.ode.ts", "b.ts"]],
  ["?.ts", ["b.ts"]],
  ["x/*/*.ode.ts", ["x/y/d.ode.ts"]],
  ["x/**", []],
  ["node_modules/*.ode.ts", ["node_modules/e.ode.ts"]],
  ["./x/c*", ["x/c.ode.ts"]],
  ["***a***.ode.ts", ["a.ode.ts"]],
  ["nothing/*", []],
])("%s", (pattern, files) => {
  expect(expandGlob(pattern, folder)).toEqual(files);
});

it("takes absolute patterns", () => {
  expect(expandGlob(path.join(folder, "x", "*.ts"), ".")).toEqual([path.join(folder, "x", "c.ode.ts")]);
});
