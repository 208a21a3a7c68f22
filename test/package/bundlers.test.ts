/** One fixture in every bundler, with the packed package: the same bits as the command line, and errors at their place. */

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandLine, node, type Packed, packed } from "./packed.ts";

const bundlers = ["vite", "rollup", "rolldown", "webpack", "rspack", "esbuild"];
const fixture = path.join(import.meta.dirname, "fixture");

let project: Packed;
const put = (name: string, text: string) => fs.writeFileSync(path.join(project.folder, name), text);
/** What the command line says, asked once for each model. */
const known = new Map<string, ReturnType<typeof asked>>();
const grad = (model: string) => {
  const answer = known.get(model) ?? asked(model);
  known.set(model, answer);
  return answer;
};
const asked = (model: string) => JSON.parse(node([commandLine, "grad", model, "--json"], project.folder).out);

beforeAll(() => {
  project = packed(fixture);
  const text = fs.readFileSync(path.join(fixture, "swing.ode.ts"), "utf8");
  const wrong = text
    .replace("damping * rate", "dampling * rate")
    .replace("rate ** 2 }", "rate ** 2 + spped }");
  put("broken.ode.ts", wrong);
  put("broken.js", 'import { swing } from "./broken.ode.ts";\nconsole.log(swing);\n');
  put("target.js", 'import text from "./swing.ode.ts?fortran";\nconsole.log(text);\n');
  put(
    "heat.js",
    'import { heat } from "./heat.ode.ts";\nconsole.log(JSON.stringify(heat.valueAndGradient()));\n',
  );
});

afterAll(() => project.remove());

it("watches what a model imports, in a development server and in a build", () => {
  const { code, out, err } = node(["dev.mjs"], project.folder);
  expect(code, err).toBe(0);
  const { milliseconds, ...said } = JSON.parse(out.trim().split("\n").at(-1)!);
  expect(said).toEqual({ before: true, vite: true, rollup: true });
  // Of all cores together; a machine that is shared takes twice as long for the same work.
  expect(milliseconds).toBeLessThan(300);
  fs.copyFileSync(path.join(fixture, "physics.ts"), path.join(project.folder, "physics.ts"));
});

it("compiles what a web worker imports, in a build that names the plugin once", () => {
  const { out, err } = node(["worker.mjs"], project.folder);
  expect(err).toBe("");
  expect(JSON.parse(out)).toEqual(grad("swing.ode.ts").gradient);
});

describe.each(bundlers)("%s", (bundler) => {
  let faults: Record<string, string>;
  const bundle = (name: string) => path.join(project.folder, "out", bundler, name);
  const run = (name: string) => JSON.parse(node([bundle(name)], project.folder).out);

  beforeAll(() => {
    const { out, err } = node(
      ["build.mjs", bundler, "main.js", "heat.js", "broken.js", "target.js"],
      project.folder,
    );
    expect(out, err).not.toBe("");
    faults = JSON.parse(out.trim().split("\n").at(-1)!);
  });

  it("builds the model, and it gives the bits of the command line", () => {
    expect(faults["main.js"]).toBeUndefined();
    const expected = grad("swing.ode.ts");
    const { value, gradient, files, ir } = run("main.mjs");
    expect({ value, gradient }).toEqual({ value: expected.value, gradient: expected.gradient });
    expect(files).toEqual(["swing.h", "swing.c", "swing_selftest.c", "swing.json"]);
    expect(ir).toMatch(/^array|^real|^[a-z]/);
    expect(fs.readFileSync(bundle("main.mjs"), "utf8")).not.toContain("createSourceFile");
  });

  it("builds a model whose matrix is made where its file is loaded", () => {
    expect(faults["heat.js"]).toBeUndefined();
    const expected = grad("heat.ode.ts");
    const { value, gradient } = run("heat.mjs");
    const { params, state } = gradient;
    expect([value, params, Object.values(state.x)]).toEqual([
      expected.value,
      expected.gradient.params,
      expected.gradient.state.x,
    ]);
  });

  it("reports every error of a broken model with file, line and column", () => {
    const said = faults["broken.js"];
    expect(said).toContain("`dampling`");
    expect(said).toContain("did you mean `damping`?");
    expect(said).toContain("`spped`");
    expect(said).toMatch(/broken\.ode\.ts[:"', a-z\n]*10/);
  });

  it("refuses a target that there is not, and says which there are", () => {
    expect(faults["target.js"]).toMatch(/ODE5004: swing\.ode\.ts\?fortran[\s\S]*js, ts, c/);
  });
});
