/** `node --import odegrad/register`, from the packed package. */

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandLine, node, type Packed, packed } from "./packed.ts";

let project: Packed;
let expected: { value: number; gradient: object };
const register = ["--import", "odegrad/register"];

beforeAll(() => {
  project = packed(path.join(import.meta.dirname, "fixture"));
  fs.cpSync(path.join(import.meta.dirname, "register"), project.folder, { recursive: true });
  expected = JSON.parse(node([commandLine, "grad", "swing.ode.ts", "--json"], project.folder).out);
});

afterAll(() => project.remove());

describe("odegrad/register", () => {
  const run = (...words: string[]) => node(words, project.folder);

  it("compiles a model at import, to the bits of the command line", () => {
    const { value, gradient } = JSON.parse(run(...register, "main.mjs").out);
    expect({ value, gradient }).toEqual({ value: expected.value, gradient: expected.gradient });
  });

  it.each([[["--import", "tsx", ...register]], [[...register, "--import", "tsx"]]])(
    "works beside tsx: %s",
    (words) => {
      expect(JSON.parse(run(...words, "typed.ts").out)).toEqual({ value: expected.value, kind: 1 });
    },
  );

  it("finds helpers as the compiler does: without an ending, and as .js", () => {
    const model = fs.readFileSync(path.join(project.folder, "swing.ode.ts"), "utf8");
    for (const [i, specifier] of ["./physics", "./physics.js"].entries()) {
      fs.writeFileSync(
        path.join(project.folder, `other${i}.ode.ts`),
        model.replace("./physics.ts", specifier),
      );
      fs.writeFileSync(
        path.join(project.folder, `other${i}.mjs`),
        `import { swing } from "./other${i}.ode.ts";\nconsole.log(swing.loss());\n`,
      );
      expect(Number(run(...register, `other${i}.mjs`).out)).toBe(expected.value);
    }
  });

  it("maps a stack trace through generated code to the line of the model", () => {
    const { out } = run("--enable-source-maps", ...register, "stack.mjs");
    // rate: -(gravity / length) * Math.sin(angle) - …
    expect(out).toMatch(/swing\.ode\.ts:10:\d+/);
  });

  it("says what is wrong with a model, with file, line and column, and nothing of the compiler", () => {
    const model = fs.readFileSync(path.join(project.folder, "swing.ode.ts"), "utf8");
    fs.writeFileSync(
      path.join(project.folder, "broken.ode.ts"),
      model.replace("damping * rate", "dampling * rate"),
    );
    fs.writeFileSync(path.join(project.folder, "broken.mjs"), 'import "./broken.ode.ts";\n');
    const { code, err } = run(...register, "broken.mjs");
    expect(code).toBe(1);
    expect(err).toMatch(/broken\.ode\.ts:10:51: error ODE\d{4}: [^\n]*`dampling`/);
    expect(err).not.toMatch(/ at .*odegrad\/dist/);
  });

  it("without it derivatives name the ways to compile", () => {
    const { err } = run("--import", "tsx", "main.mjs");
    expect(err).toMatch(
      /not compiled\. Use a bundler plugin \(odegrad\/vite, \.\.\.\), node --import odegrad\/register or odegrad compile/,
    );
  });
});
