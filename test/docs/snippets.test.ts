/**
 * The documentation is true: every model it shows is compiled, runs un-compiled to the same values, and type-checks; what
 * it says is refused is refused with that code.
 */

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { emit, type Ready } from "../../compiler/emission.ts";
import { javaScriptEngine, loadJavaScript } from "../../compiler/execute/javascript.ts";
import { defaultProblem } from "../../compiler/execute/problem.ts";
import { draw, normal, uniform } from "../../runtime/random.ts";
import { isLong } from "../support/long.ts";
import { differences, hostOf } from "../support/plain-model.ts";
import { type Snippet, snippets } from "./markdown.ts";
import { inBody, type Plain, pageOf, plain, root } from "./models.ts";

const pages = [
  "README.md",
  ...fs
    .readdirSync(path.join(root, "docs"))
    .sort()
    .map((name) => `docs/${name}`),
];

interface Sample extends Snippet {
  readonly page: string;
  readonly title: string;
  readonly model: string;
  /** Files that stand in front of it on the page. */
  readonly files: Readonly<Record<string, string>>;
  /** What it is refused with, if it is. */
  readonly code: string | undefined;
}

const samples: Sample[] = pages.flatMap((page) => {
  const files: Record<string, string> = {};
  return snippets(pageOf(page)).flatMap((snippet): Sample[] => {
    const file = snippet.words.find((word) => word.startsWith("file="))?.slice("file=".length);
    if (file !== undefined) files[file] = snippet.text;
    if (snippet.language !== "ts" || file !== undefined) return [];
    const { words, text, line } = snippet;
    const code = words.includes("refused") ? words[words.indexOf("refused") + 1] : undefined;
    const model = words[0] === "body" ? inBody(text) : text;
    return [{ ...snippet, page, title: `${page}:${line}`, model, files: { ...files }, code }];
  });
});
const compiled = samples.filter(({ code }) => code === undefined);
const refused = samples.filter(({ code }) => code !== undefined);

it("there are snippets of both kinds", () => {
  expect(compiled.length).toBeGreaterThan(15);
  expect(refused.length).toBeGreaterThan(1);
});

it("a snippet that is TypeScript says nothing else of itself than what the tests know", () => {
  for (const { words, title } of samples) {
    const rest = words.filter(
      (word, i) => words[i - 1] !== "refused" && !/^(frame|body|refused)$/.test(word),
    );
    expect(rest, title).toEqual([]);
  }
});

describe.each(compiled)("$title", ({ model, files }) => {
  const built = build({ file: "model.ode.ts", text: model, host: hostOf(files) }, {});

  it("is compiled without a word", () => {
    expect(built.diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
    for (const target of ["js", "ts", "c"] as const) {
      expect(emit(built.ready!, target, {}).length).toBeGreaterThan(0);
    }
  });

  it("means what it says: functions and loss, compiled and un-compiled", async () => {
    const { module } = built.ready!;
    const own = plain(model, files)[module.model.name] as Plain;
    if (module.model.field !== undefined || (module.model.schemes?.size ?? 0) > 0) {
      await meansWhatItSays(built.ready!, own);
      return;
    }
    expect(differences(module.model, own)).toEqual([]);
    const engine = javaScriptEngine(await loadJavaScript(emit(built.ready!, "js", {})[0]!.text));
    const { status, value } = engine.gradient(defaultProblem(module.model, module.solver));
    expect(status).toBe(0);
    const { steps, t0, t1, method, tolerance } = module.solver;
    const { hamiltonian, event } = module.model;
    // The un-compiled solve has explicit Runge-Kutta methods with fixed steps, from `rhs`; it says so of the others.
    if (hamiltonian !== undefined || event !== undefined || tolerance !== undefined) {
      expect(() => own.simulate({ steps, t0, t1, method })).toThrow(/not compiled/);
      return;
    }
    const truth = own.simulate({ steps, t0, t1, method }).value;
    expect(Math.abs(value - truth)).toBeLessThanOrEqual(1e-12 * Math.abs(truth));
  });
});

/** Fields, and what calls operators: those have no un-compiled form, and say so; a field without them has its value. */
async function meansWhatItSays(ready: Ready, own: Plain): Promise<void> {
  const { model, solver } = ready.module;
  const engine = javaScriptEngine(await loadJavaScript(emit(ready, "js", {})[0]!.text));
  const problem = defaultProblem(model, solver);
  if (model.loss.at !== undefined || model.loss.terminal !== undefined)
    expect(engine.gradient(problem)).toMatchObject({ status: 0 });
  const solved = engine.solve(problem);
  expect(solved.status).toBe(0);
  const asked = own as unknown as { value?(): number; loss(): number };
  const called = new Set(model.field?.operators.values());
  if ([...model.schemes!.keys()].some((name) => !called.has(name))) {
    expect(() => (asked.value ?? asked.loss)()).toThrow(/not compiled/);
    return;
  }
  expect(Math.abs(solved.outputs[0]! - asked.value!())).toBeLessThanOrEqual(1e-14);
}

describe.each(refused)("$title", ({ model, files, code }) => {
  it(`is refused with ${code}`, () => {
    const { diagnostics } = build({ file: "model.ode.ts", text: model, host: hostOf(files) }, {});
    expect(diagnostics.map((each) => each.code)).toEqual([code]);
  });
});

const versions = isLong ? ["typescript", "typescript-6", "typescript-5.9"] : ["typescript"];

it.each(versions)("every snippet type-checks under the tsconfig.json of the reference: %s", (version) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-docs-"));
  try {
    compiled.forEach(({ model, files, title }, i) => {
      const own = path.join(folder, `s${i}`);
      fs.mkdirSync(own);
      fs.writeFileSync(path.join(own, "model.ode.ts"), `// ${title}\n${model}\n`);
      for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(own, name), `${text}\n`);
    });
    fs.mkdirSync(path.join(folder, "node_modules"));
    fs.symlinkSync(root, path.join(folder, "node_modules/odegrad"));
    fs.writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }');
    const [, text] = pageOf("docs/language.md").split("## Your `tsconfig.json`");
    fs.writeFileSync(path.join(folder, "tsconfig.json"), snippets(text!)[0]!.text);
    expect(tsc(version, folder)).toBe("");
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

function tsc(version: string, folder: string): string {
  try {
    execFileSync(process.execPath, [path.join(root, "node_modules", version, "bin/tsc"), "-p", folder], {
      cwd: folder,
      stdio: "pipe",
    });
    return "";
  } catch (failure) {
    return String((failure as { stdout: Buffer }).stdout);
  }
}

it("the numbers it prints of the generator are those that are drawn", () => {
  const text = pageOf("docs/language.md");
  for (const [name, initialiser] of [
    ["uniform(1)", uniform(1)],
    ["normal(1)", normal(1)],
  ] as const) {
    expect(text).toContain(`| \`${name}\` | ${Array.from(draw(initialiser, 3)).join(", ")} |`);
  }
});

it("links lead somewhere", () => {
  for (const page of pages) {
    for (const [, target] of pageOf(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      const file = path.join(root, path.dirname(page), target!);
      expect(fs.existsSync(file), `${page}: ${target}`).toBe(true);
    }
  }
});
