/** `node --import odegrad/register`, from the packed package. */

import * as fs from "node:fs";
import * as path from "node:path";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isLong } from "../support/long.ts";
import { commandLine, node, type Packed, packed } from "./packed.ts";

/** What Node writes of what ran, as far as it is read here. */
interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly {
        readonly startOffset: number;
        readonly endOffset: number;
        readonly count: number;
      }[];
    }[];
  }[];
  readonly "source-map-cache": Readonly<
    Record<string, { readonly lineLengths: readonly number[]; readonly data: object }>
  >;
}

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
    const { out, err } = run(...register, "main.mjs");
    // Node says nothing either: of hooks that it will not have for ever, for one.
    expect(err).toBe("");
    const { value, gradient } = JSON.parse(out);
    expect({ value, gradient }).toEqual({ value: expected.value, gradient: expected.gradient });
  });

  it.each([[["--import", "tsx", ...register]], [[...register, "--import", "tsx"]]])(
    "works beside tsx: %s",
    (words) => {
      expect(JSON.parse(run(...words, "typed.ts").out)).toEqual({ value: expected.value, kind: 1 });
    },
  );

  it("gives generated text as plugins do, and refuses words that are none", () => {
    const { out, err } = run(...register, "texts.mjs");
    expect(err).toBe("");
    const { ir, names, value, unknown } = JSON.parse(out);
    expect(ir).toBe(node([commandLine, "compile", "swing.ode.ts", "--target", "ir"], project.folder).out);
    expect(names).toEqual(["swing.h", "swing.c", "swing_selftest.c", "swing.json"]);
    // A query of values says nothing of what a file is.
    expect(value).toBe(expected.value);
    expect(unknown).toMatch(/swing\.ode\.ts\?cc: .*did you mean/s);
  });

  it("compiles what CommonJS requires, alone and beside tsx, and says what is wrong with it", () => {
    const folder = path.join(project.folder, "common");
    const model = fs
      .readFileSync(path.join(project.folder, "swing.ode.ts"), "utf8")
      .replace("physics.ts", "physics");
    fs.writeFileSync(path.join(folder, "swing.ode.ts"), model);
    fs.writeFileSync(path.join(folder, "broken.ode.ts"), model.replace("damping * rate", "dampling * rate"));
    fs.copyFileSync(path.join(project.folder, "physics.ts"), path.join(folder, "physics.ts"));
    // The order makes no difference above; in the short run it is the one in which tsx comes last.
    const runs = [
      [...register, "plain.cjs"],
      [...register, "--import", "tsx", "main.ts"],
      ...(isLong ? [["--import", "tsx", ...register, "main.ts"]] : []),
    ];
    for (const words of runs) {
      const { out, err } = node(words, folder);
      expect(err).toBe("");
      expect(JSON.parse(out)).toEqual({ value: expected.value, kind: 1 });
    }
    const { code, err } = node([...register, "plain.cjs", "broken"], folder);
    expect(code).toBe(1);
    expect(err).toMatch(/broken\.ode\.ts:10:51: error ODE\d{4}: [^\n]*`dampling`/);
  });

  it("follows the configuration of the working folder, and says what is wrong with it", () => {
    const folder = fs.mkdtempSync(path.join(project.folder, "configured-"));
    for (const file of ["swing.ode.ts", "physics.ts", "main.mjs"])
      fs.copyFileSync(path.join(project.folder, file), path.join(folder, file));
    fs.writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }\n');
    fs.writeFileSync(path.join(folder, "count.ts"), "export const steps: number = 20 satisfies number;\n");
    fs.writeFileSync(
      path.join(folder, "plain.cjs"),
      'console.log(JSON.stringify(require("./swing.ode.ts").swing.valueAndGradient()));\n',
    );
    // A link, as where projects share one.
    fs.mkdirSync(path.join(folder, "shared"));
    fs.renameSync(path.join(folder, "count.ts"), path.join(folder, "shared/count.ts"));
    fs.symlinkSync("shared/config.ts", path.join(folder, "odegrad.config.ts"));
    const configure = (text: string) => fs.writeFileSync(path.join(folder, "shared/config.ts"), text);
    configure(
      'import { defineConfig } from "odegrad/config";\nimport { steps } from "./count.js";\n' +
        'export default defineConfig({ method: "midpoint" as string, steps });\n',
    );
    const { value, gradient } = JSON.parse(
      node([`../${commandLine}`, "grad", "swing.ode.ts", "--json"], folder).out,
    );
    expect(value).not.toBe(expected.value);
    for (const main of ["main.mjs", "plain.cjs"]) {
      const { out, err } = node([...register, main], folder);
      expect(err).toBe("");
      expect(JSON.parse(out)).toMatchObject({ value, gradient });
    }
    // A program's own modules are none of the configuration's.
    fs.writeFileSync(path.join(folder, "typed.mts"), "export enum Kind { One }\n");
    expect(node([...register, "typed.mts"], folder).code).toBe(1);

    configure('export default { methd: "midpoint" };\n');
    const { code, err } = node([...register, "main.mjs"], folder);
    expect(code).toBe(1);
    expect(err).toMatch(/error ODE\d{4}: odegrad\.config\.ts: there is no key `methd`\n.*`method`/);
    expect(err).not.toMatch(/ at .*odegrad\/dist/);
  });

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

  /** Lines of the model that what ran of its gradient has not reached, as the coverage of V8 and the source map have it. */
  function uncovered(level: number): Set<number> {
    const folder = path.join(project.folder, `coverage${level}`);
    node(["--enable-source-maps", ...register, "branch.mjs", `${level}`], project.folder, {
      NODE_V8_COVERAGE: folder,
    });
    const reports = fs
      .readdirSync(folder)
      .map((name) => JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")) as Coverage);
    const isModel = ({ url }: { url: string }): boolean => url.endsWith("/branch.ode.ts");
    const { result, "source-map-cache": maps } = reports.find((one) => one.result.some(isModel))!;
    const script = result.find(isModel)!;
    const { lineLengths, data } = maps[script.url]!;
    const map = new TraceMap(data as ConstructorParameters<typeof TraceMap>[0]);
    const gradient = script.functions.find(({ functionName }) => functionName === "gradient")!;
    expect(gradient.ranges[0]!.count).toBe(1);
    const missed = gradient.ranges.filter(({ count }) => count === 0);
    const found = new Set<number>();
    let start = 0;
    // A line is missed where the whole of it is, as reports of coverage have it.
    lineLengths.forEach((length, line) => {
      const end = start + length;
      if (missed.some(({ startOffset, endOffset }) => startOffset <= start && end <= endOffset)) {
        for (let column = 0; column < length; column++) {
          const original = originalPositionFor(map, { line: line + 1, column });
          if (original.line !== null) found.add(original.line);
        }
      }
      start = end + 1;
    });
    return found;
  }

  it("maps the coverage of generated code to the lines of the model", () => {
    const model = fs.readFileSync(path.join(project.folder, "branch.ode.ts"), "utf8").split("\n");
    const lineOf = (text: string): number => model.findIndex((line) => line.includes(text)) + 1;
    const [high, low] = [lineOf("Math.exp(-level)"), lineOf("Math.sin(level)")];
    for (const [level, missed, reached] of [
      [0.5, high, low],
      [200, low, high],
    ] as const) {
      const lines = uncovered(level);
      expect(lines).toContain(missed);
      expect(lines).not.toContain(reached);
      expect(lines).not.toContain(lineOf("level > 100"));
    }
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

  it("prints warnings, but where Node prints none", () => {
    const model = fs.readFileSync(path.join(project.folder, "swing.ode.ts"), "utf8");
    fs.writeFileSync(
      path.join(project.folder, "unexported.ode.ts"),
      model.replace("export const swing", "const swing"),
    );
    fs.writeFileSync(path.join(project.folder, "unexported.mjs"), 'import "./unexported.ode.ts";\n');
    const { code, err } = run(...register, "unexported.mjs");
    expect(code).toBe(0);
    expect(err).toMatch(/unexported\.ode\.ts:\d+:\d+: warning ODE1082: the model `swing` is not exported/);
    expect(run("--no-warnings", ...register, "unexported.mjs").err).toBe("");
  });

  it("without it derivatives name the ways to compile", () => {
    const { err } = run("--import", "tsx", "main.mjs");
    expect(err).toMatch(
      /not compiled\. Use a bundler plugin \(odegrad\/vite, \.\.\.\), node --import odegrad\/register or odegrad compile \(in Vite: optimizeDeps\)/,
    );
  });
});
