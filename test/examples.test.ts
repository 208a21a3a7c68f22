/** The examples that train do what their pages say: from the built library, as people run them, with fewer iterations. */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "..");

/** Runs the script of an example in a copy of its folder: pictures are not left behind. */
function run(name: string, iterations: number): string {
  const folder = fs.mkdtempSync(path.join(root, "examples", `.${name}-`));
  try {
    for (const file of fs.readdirSync(path.join(root, "examples", name)))
      fs.copyFileSync(path.join(root, "examples", name, file), path.join(folder, file));
    const done = spawnSync(process.execPath, [path.join(folder, "start.mjs")], {
      encoding: "utf8",
      env: { ...process.env, ITERATIONS: String(iterations) },
    });
    expect(done.stderr).toBe("");
    expect(done.status).toBe(0);
    for (const file of fs.readdirSync(folder).filter((each) => each.endsWith(".svg")))
      expect(fs.readFileSync(path.join(folder, file), "utf8")).toMatch(/^<svg[\s\S]*<\/svg>\n$/);
    return done.stdout;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const figure = (text: string, before: string): number =>
  Number(new RegExp(`${before} (-?[\\d.]+(?:e[+-]?\\d+)?)`).exec(text)?.[1]);

describe("examples that train", { timeout: 60_000 }, () => {
  it("Poisson's equation is solved to a thousandth", () => {
    expect(figure(run("poisson", 300), "relative error")).toBeLessThan(1e-3);
  });

  it("the flow learns two moons, and its density is one", () => {
    const said = run("two-moons", 20);
    const [likelihood, before] = [
      figure(said, "mean log-likelihood"),
      figure(said, "it has not seen \\(before"),
    ];
    expect(likelihood).toBeGreaterThan(before + 0.5);
    expect(Math.abs(figure(said, "mass on the grid") - 1)).toBeLessThan(0.05);
  });

  it("papers of Cora find their fields", { timeout: 240_000 }, () => {
    const said = run("cora", 12);
    expect(figure(said, "test accuracy")).toBeGreaterThan(80);
    expect(said.match(/ %$/gm)).toHaveLength(5);
  });

  it("the Hamiltonian network keeps energy", () => {
    const said = run("hamiltonian-network", 150);
    expect(figure(said, "learned energy moves by")).toBeLessThan(1e-6);
    expect(figure(said, "the real one along it by")).toBeLessThan(0.05);
  });

  it("the karate club is told by loops, and by crossbars that are ideal and noisy", () => {
    const said = run("graph-ode", 40);
    expect(figure(said, "plain loops +")).toBeGreaterThanOrEqual(32);
    expect(figure(said, "ideal crossbar +")).toBeGreaterThanOrEqual(32);
    expect(said).toMatch(/the same bits in every iteration/);
    const [, first, last] = /gradient by itself.*loss ([\d.]+) -> ([\d.]+)/.exec(said)!;
    expect(Number(last)).toBeLessThan(Number(first) / 2);
  });
});
