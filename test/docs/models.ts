/** Models from the documentation: samples put into the frame that the language reference shows, read and run. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ts } from "ts-morph";
import * as odegrad from "../../runtime/index.ts";
import { snippets } from "./markdown.ts";

export const root = join(import.meta.dirname, "../..");
export const pageOf = (file: string): string => readFileSync(join(root, file), "utf8");

/** The model around a snippet of a body, as the reference prints it. */
const frame = snippets(pageOf("docs/language.md")).find(({ words }) => words[0] === "frame")!.text;
const slot = /^( *)\/\/ … the snippet …$/m;

/** A model around statements of a body. */
export const inBody = (sample: string): string => {
  if (!slot.test(frame)) throw new Error("the frame has no place for a snippet");
  return frame.replace(slot, (_, indent: string) =>
    sample
      .split("\n")
      .map((line) => `${indent}${line}`.trimEnd())
      .join("\n"),
  );
};

/** A model beside statements of a module. */
const inModule = (sample: string): string => {
  const imports = sample.split("\n").filter((line) => line.startsWith("import "));
  const rest = sample.split("\n").filter((line) => !line.startsWith("import "));
  return [...imports, frame.replace("export const", `${rest.join("\n")}\n\nexport const`)].join("\n");
};

/** A small model with one key more. */
const withKey = (sample: string): string =>
  `import * as odegrad from "odegrad";
import { csr, cubic, hold, linear, mat, normal, ode, tensor, uniform, vec } from "odegrad";

const n = 4;

export const model = ode({
  ${/\bstate\b\s*:/.test(sample) ? "" : "state: { x: 0.5 },"}
  ${/\bparams\b\s*:/.test(sample) ? "" : "params: { k: 2 },"}
  ${/\b(rhs|hamiltonian)\b\s*[:(]/.test(sample) ? "" : "rhs: ({ x }, { k }) => ({ x: -k * x }),"}
  ${sample},
});
`;

export const places: Readonly<Record<string, (sample: string) => string>> = {
  body: inBody,
  module: inModule,
  key: withKey,
  kernel: (sample) => `import { kernel } from "odegrad";\n\nexport const model = kernel({ ${sample} });\n`,
};

/** Runs the modules of a model as plain JavaScript: what it exports. */
export function plain(text: string, files: Readonly<Record<string, string>> = {}): Record<string, Plain> {
  const loaded = new Map<string, unknown>();
  const run = (source: string, isData: boolean): unknown => {
    if (isData) return { __esModule: true, default: JSON.parse(source) as unknown };
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
    });
    const exported: Record<string, Plain> = {};
    const require = (path: string): unknown => {
      if (path === "odegrad") return odegrad;
      const name = path.replace(/^\.\//, "");
      const file = [name, `${name}.ts`, name.replace(/\.js$/, ".ts")].find((each) => each in files);
      if (file === undefined) throw new Error(`no file ${path}`);
      if (!loaded.has(file)) loaded.set(file, run(files[file]!, file.endsWith(".json")));
      return loaded.get(file);
    };
    new Function("require", "exports", outputText)(require, exported);
    return exported;
  };
  return run(text, false) as Record<string, Plain>;
}

export interface Plain {
  readonly declaration: unknown;
  simulate(options?: object): { readonly value: number };
}
