/** What `init` gives runs as it stands, with the packed package. */

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandLine, node, type Packed, packed } from "./packed.ts";

let project: Packed;

beforeAll(() => {
  project = packed();
});

afterAll(() => project.remove());

/** A project from a template, and how its scripts are run. */
function init(template: string) {
  const folder = path.join(project.folder, template);
  const { code } = node([commandLine, "init", template, "--template", template], project.folder);
  expect(code).toBe(0);
  const { scripts, dependencies } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
  expect(dependencies.odegrad).toMatch(/^\^\d+\.\d+\.\d+$/);
  expect(fs.existsSync(path.join(folder, ".gitignore"))).toBe(true);
  const bins: Record<string, string> = {
    odegrad: path.join(project.folder, commandLine),
    vite: path.join(project.folder, "node_modules/vite/bin/vite.js"),
  };
  return (script: string) => {
    const [program, ...words] = (scripts[script] as string).split(" ");
    return node(program === "node" ? words : [bins[program!]!, ...words], folder);
  };
}

describe("init", () => {
  it("fit: fits, and its gradient passes", () => {
    const run = init("fit");
    const { code, out } = run("start");
    expect(code).toBe(0);
    expect(out).toMatch(/params\.k +0\.1 +0\.065/);
    expect(run("verify").code).toBe(0);
  });

  it("vite: builds", () => {
    const run = init("vite");
    expect(run("build").code).toBe(0);
    expect(fs.readdirSync(path.join(project.folder, "vite/dist"))).toContain("index.html");
  });

  it("pinn: learns the solution", () => {
    const { out } = init("pinn")("start");
    expect(Number(/largest error of the solution (\S+)/.exec(out)![1])).toBeLessThan(1e-3);
  });

  it("graph: finds where the heat was", () => {
    const { out } = init("graph")("start");
    expect(out).toMatch(/found {3}4\.0000 {2}-?0\.0000/);
  });

  it("overwrites nothing", () => {
    const folder = path.join(project.folder, "mine");
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, "README.md"), "mine");
    const { code, err } = node([commandLine, "init", "mine"], project.folder);
    expect(code).toBe(2);
    expect(err).toMatch(/ODE5009: cannot write mine\/README\.md: it is there already/);
    expect(fs.readdirSync(folder)).toEqual(["README.md"]);
  });
});

describe("doctor", () => {
  const doctor = (folder: string) =>
    node([path.join(project.folder, commandLine), "doctor", "--json"], path.join(project.folder, folder));

  it("sees the plugin, and models that nothing compiles", () => {
    const folder = path.join(project.folder, "plain");
    fs.mkdirSync(folder);
    fs.cpSync(path.join(import.meta.dirname, "fixture"), folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "vite.config.js"), "export default {};\n");
    const findings = (out: string) =>
      new Map<string, { state: string; says: string }>(
        JSON.parse(out).findings.map((each: { about: string }) => [each.about, each]),
      );
    const plain = findings(doctor("plain").out);
    expect(plain.get("vite")).toMatchObject({ state: "note", says: expect.stringContaining("odegrad/vite") });
    expect(plain.get("models")).toMatchObject({
      state: "note",
      says: expect.stringContaining("nothing compiles them"),
    });
    expect(plain.get("node")?.state).toBe("ok");
    fs.writeFileSync(
      path.join(folder, "vite.config.js"),
      'import odegrad from "odegrad/vite";\nexport default { plugins: [odegrad()] };\n',
    );
    expect(findings(doctor("plain").out).get("models")).toMatchObject({
      state: "ok",
      says: "2 model files, compiled by vite.config.js",
    });
  });
});

describe("report", () => {
  it("is one page that stands alone, with plots, plans and verification", () => {
    fs.cpSync(path.join(import.meta.dirname, "fixture"), project.folder, { recursive: true });
    const { code } = node([commandLine, "report", "swing.ode.ts", "--out", "swing.html"], project.folder);
    expect(code).toBe(0);
    const page = fs.readFileSync(path.join(project.folder, "swing.html"), "utf8");
    for (const title of [
      "Model",
      "Equations",
      "Trajectory",
      "Adjoint",
      "Loss and gradient",
      "Memory and plans",
      "Verification",
    ])
      expect(page).toContain(`<h2>${title}</h2>`);
    expect(page.match(/<svg/g)).toHaveLength(2);
    // The field as it is declared, and the adjoint that is derived from it.
    expect(page).toContain("f_angle = rate");
    expect(page).toMatch(/angle_bar \+= [^\n]*cos\(angle\)/);
    expect(page).toContain("∂loss/∂angle");
    expect(page).toContain("store-all");
    expect(page).toMatch(/\(1\) pass {2}dot-product identity/);
    // Nothing is loaded from elsewhere, and nothing runs.
    expect(page).not.toMatch(/<(script|link|img)\b|\b(src|href)=|@import|url\(/);
    // The same page again.
    node([commandLine, "report", "swing.ode.ts", "--out", "again.html"], project.folder);
    expect(fs.readFileSync(path.join(project.folder, "again.html"), "utf8")).toBe(page);
  });
});
