/** What `init` gives runs as it stands, with the packed package. */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isReady } from "../edge/support/harness.ts";
import { isLong } from "../support/long.ts";
import { commandLine, node, type Packed, packed, root } from "./packed.ts";

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

  describe("mcu", () => {
    const folder = () => path.join(project.folder, "mcu");
    /** Runs a target of the template's Makefile, in which `npx` finds the package as if it were installed. */
    const make = (target: string) => {
      const { status, stdout, stderr } = spawnSync("make", [target], { cwd: folder(), encoding: "utf8" });
      return { code: status, out: `${stdout}${stderr}` };
    };
    /** What the program has found after the last of its steps. */
    const found = (out: string) => /found {2}(stiffness \S+ {2}damping \S+)\ntruth/.exec(out)?.[1];

    beforeAll(() => {
      const bin = path.join(project.folder, "node_modules/.bin");
      fs.mkdirSync(bin);
      fs.symlinkSync("../odegrad/dist/compiler/main.js", path.join(bin, "odegrad"));
      init("mcu");
    });

    it("trains on this machine", () => {
      const { code, out } = make("host");
      expect(code, out).toBe(0);
      expect(out).toMatch(/^ok$/m);
      expect(out).toMatch(/^within 1 %$/m);
      expect(found(out)).toMatch(/^stiffness 2\.(29|30)\d\d {2}damping 0\.35\d\d$/);
      expect(out).not.toContain("warning:");
    });

    it.skipIf(!isReady("m4f"))("trains on an emulated part, and finds the same numbers", () => {
      const { code, out } = make("run");
      expect(code, out).toBe(0);
      expect(out).toMatch(/^within 1 %$/m);
      expect(out).not.toContain("warning:");
      expect(found(out)).toBe(found(make("host").out));
      const sizes = (file: string) =>
        new RegExp(`^ *(\\d+)\t *(\\d+)\t *(\\d+)\t.*build/${file}$`, "m").exec(out)!.slice(1).map(Number);
      const [flash, ...own] = sizes("oscillator.o");
      expect(own).toEqual([0, 0]);
      const [, data, bss] = sizes("firmware.elf");
      const documented = fs
        .readFileSync(path.join(root, "docs/embedded.md"), "utf8")
        .replaceAll(/(?<=\d) (?=\d)/g, "");
      expect(documented).toContain(
        `${flash} bytes of flash for the model, ${data! + bss!} of RAM for everything but`,
      );
      expect(make("run").out).not.toContain("compile");
    });

    it.skipIf(!isReady("m4f"))("fails where the truth is not found", () => {
      const main = path.join(folder(), "main.c");
      const text = fs.readFileSync(main, "utf8");
      fs.writeFileSync(main, text.replace("STEPS 4000u", "STEPS 500u"));
      const { code, out } = make("run");
      fs.writeFileSync(main, text);
      expect(out).toContain("more than 1 % apart");
      expect(code).not.toBe(0);
    });
  });

  it("overwrites nothing", () => {
    const folder = path.join(project.folder, "mine");
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, "README.md"), "mine");
    const { code, err } = node([commandLine, "init", "mine"], project.folder);
    expect(code).toBe(2);
    expect(err).toMatch(/ODE5009: cannot write mine\/README\.md: it is there already/);
    expect(err).toContain("help: name a folder that is empty");
    expect(err).not.toContain("--out");
    expect(fs.readdirSync(folder)).toEqual(["README.md"]);
    // A file where the folder would be.
    fs.writeFileSync(path.join(project.folder, "taken"), "");
    const { code: other, err: said } = node([commandLine, "init", "taken"], project.folder);
    expect(other).toBe(2);
    expect(said).toMatch(/ODE5009: cannot write .*taken\/README\.md: a part of the path is a file/);
    expect(said).toContain("help: name a folder that is empty");
    expect(said).not.toContain("--out");
  });
});

describe("doctor", () => {
  const doctor = (folder: string) =>
    node([path.join(project.folder, commandLine), "doctor", "--json"], path.join(project.folder, folder));
  const findings = (out: string) =>
    new Map<string, { state: string; says: string }>(
      JSON.parse(out).findings.map((each: { about: string }) => [each.about, each]),
    );

  it("sees a Makefile that compiles; and init says the way to a folder with a space in its name", () => {
    const { err } = node([commandLine, "init", "a part", "--template", "mcu"], project.folder);
    expect(err).toContain('next: cd "a part" && npm install');
    expect(findings(doctor("a part").out).get("models")).toMatchObject({
      state: "ok",
      says: "1 model file, compiled by Makefile",
    });
  });

  it("sees the plugin, and models that nothing compiles", () => {
    const folder = path.join(project.folder, "plain");
    fs.mkdirSync(folder);
    fs.cpSync(path.join(import.meta.dirname, "fixture"), folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "vite.config.js"), "export default {};\n");
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
    if (!isLong) return;
    node([commandLine, "report", "swing.ode.ts", "--out", "again.html"], project.folder);
    expect(fs.readFileSync(path.join(project.folder, "again.html"), "utf8")).toBe(page);
  });
});
