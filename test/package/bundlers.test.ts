/** One fixture in every bundler, with the packed package: the same bits as the command line, and errors at their place. */

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandLine, node, type Packed, packed } from "./packed.ts";

const bundlers = ["vite", "rollup", "rolldown", "webpack", "rspack", "esbuild"];

let project: Packed;
let expected: { value: number; gradient: object };

beforeAll(() => {
  project = packed(path.join(import.meta.dirname, "fixture"));
  expected = JSON.parse(node([commandLine, "grad", "swing.ode.ts", "--json"], project.folder).out);
});

afterAll(() => project.remove());

it("a matrix of a graph is made in a bundle, where un-compiled models do not run", () => {
  const entry = path.join(project.folder, "heat.js");
  fs.writeFileSync(
    entry,
    'import { heat } from "./heat.ode.ts";\nconsole.log(JSON.stringify(heat.valueAndGradient()));\n',
  );
  // esbuild takes the library as browsers have it.
  expect(node(["build.mjs", "esbuild", "heat.js"], project.folder)).toMatchObject({ code: 0 });
  const { value, gradient } = JSON.parse(node(["out/esbuild/main.mjs"], project.folder).out);
  const said = JSON.parse(node([commandLine, "grad", "heat.ode.ts", "--json"], project.folder).out);
  expect([value, gradient.params, Object.values(gradient.state.x)]).toEqual([
    said.value,
    said.gradient.params,
    said.gradient.state.x,
  ]);
});

it("watches what a model imports, in a development server and in a build", () => {
  const { code, out, err } = node(["dev.mjs"], project.folder);
  expect(code, err).toBe(0);
  const { milliseconds, ...said } = JSON.parse(out.trim().split("\n").at(-1)!);
  expect(said).toEqual({ before: true, vite: true, rollup: true });
  // Of all cores together; a machine that is shared takes twice as long for the same work.
  expect(milliseconds).toBeLessThan(300);
  fs.copyFileSync(
    path.join(import.meta.dirname, "fixture/physics.ts"),
    path.join(project.folder, "physics.ts"),
  );
});

describe.each(bundlers)("%s", (bundler) => {
  it("builds the model, and it gives the bits of the command line", () => {
    expect(node(["build.mjs", bundler], project.folder)).toMatchObject({ code: 0 });
    const bundle = path.join("out", bundler, "main.mjs");
    const { value, gradient, files, ir } = JSON.parse(node([bundle], project.folder).out);
    expect({ value, gradient }).toEqual({ value: expected.value, gradient: expected.gradient });
    expect(files).toEqual(["swing.h", "swing.c", "swing_selftest.c"]);
    expect(ir).toMatch(/^array|^real|^[a-z]/);
    expect(fs.readFileSync(path.join(project.folder, bundle), "utf8")).not.toContain("createSourceFile");
  });

  it("reports every error of a broken model with file, line and column", () => {
    const entry = `broken-${bundler}.js`;
    const model = `broken-${bundler}.ode.ts`;
    const text = fs.readFileSync(path.join(project.folder, "swing.ode.ts"), "utf8");
    const broken = text
      .replace("damping * rate", "dampling * rate")
      .replace("rate ** 2 }", "rate ** 2 + spped }");
    fs.writeFileSync(path.join(project.folder, model), broken);
    fs.writeFileSync(
      path.join(project.folder, entry),
      `import { swing } from "./${model}";\nconsole.log(swing);\n`,
    );
    const { code, err } = node(["build.mjs", bundler, entry], project.folder);
    expect(code).not.toBe(0);
    expect(err).toContain("`dampling`");
    expect(err).toContain("did you mean `damping`?");
    expect(err).toContain("`spped`");
    expect(err).toMatch(new RegExp(`${model.replace(/\./g, "\\.")}[:"', a-z\\n]*10`));
  });

  // Three ways to a secondary import: resolved and loaded, resolved by the bundler, and in esbuild's own order.
  it.runIf(["vite", "webpack", "esbuild"].includes(bundler))(
    "refuses a target that there is not, and says which there are",
    () => {
      const entry = `target-${bundler}.js`;
      const importing = 'import text from "./swing.ode.ts?fortran";\nconsole.log(text);\n';
      fs.writeFileSync(path.join(project.folder, entry), importing);
      const { code, err } = node(["build.mjs", bundler, entry], project.folder);
      expect(code).not.toBe(0);
      expect(err).toMatch(/ODE5004[\s\S]*fortran/);
    },
  );
});
