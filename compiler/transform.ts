/**
 * The in-place transform behind bundler plugins and the load hook: the text of a model's file in, JavaScript out in which
 * `ode({...})` makes the same object with generated code inside. Pure.
 *
 * Every exported model's call is wrapped, `compiled(ode({...}), make, plan)`, and the functions that make the generated modules
 * follow behind the user's own text, so that its lines stay where they are. Types are taken out, unless they are asked for. Other exports and imports
 * stay. The source map leads from generated loops to the lines of the model.
 */

import { addMapping, type EncodedSourceMap, fromMap, toEncodedMap } from "@jridgewell/gen-mapping";
import remapping from "@jridgewell/remapping";
import MagicString from "magic-string";
import { buildAll, type Source } from "./compile.ts";
import { batchInPlace, modelInFunction } from "./diagnostics/build-messages.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { baseName, emitFactory, type Printed, stemOf } from "./emission.ts";
import { type File, fileOf, withoutTypes } from "./frontend/in-place.ts";
import type { Kept } from "./kept.ts";
import type { Model } from "./model.ts";
import type { Module } from "./module.ts";
import type { Options } from "./options.ts";
import { planOf } from "./plan.ts";

export interface Transformed {
  /** Nothing where there are errors, and where there is nothing to do. */
  readonly code?: string;
  readonly map?: EncodedSourceMap;
  readonly diagnostics: readonly Diagnostic[];
  /** Files the models were computed from, beside their own, by their path. */
  readonly imported: ReadonlyMap<string, string>;
  /** Files that were looked for in vain: one that appears there changes what comes out. */
  readonly absent: ReadonlySet<string>;
}

export interface TransformOptions extends Options {
  /** Add what keeps a page alive when the model changes under a development server. */
  readonly hot?: boolean;
  /** Leave the types in, for a loader that takes them out and checks the text it is given. */
  readonly typed?: boolean;
  /** Give a module of CommonJS. */
  readonly common?: boolean;
}

const library = "odegrad/compiled";

/** The line that every text has which `transform` gave; who writes about it in a comment writes no such line. */
const mark = new RegExp(
  `^import \\{ (?:adopt as adopt\\$_*, goesOn as goesOn\\$_*, )?compiled as compiled\\$_* \\} from "${library}";$`,
  "m",
);

/** Whether a text is one that `transform` gave. */
export const isTransformed = (text: string): boolean => text.includes(library) && mark.test(text);

/** `kept`: what the same caller's builds before this one left; the result does not depend on it. */
export function transform(
  source: Source,
  { hot = false, typed = false, common = false, ...options }: TransformOptions = {},
  kept?: Kept,
): Transformed {
  if (isTransformed(source.text)) return { diagnostics: [], imported: new Map(), absent: new Set() };
  const asked: Options = { emit: ["solve", "gradient", "jvp", "hvp"], ...options };
  const before = new Map<Module, Printed>();
  const { built, diagnostics, imported, absent } = buildAll(
    { ...source, inPlace: true },
    asked,
    kept && {
      heads: kept.heads,
      earlier: (model) => kept.earlier(model),
      module(model, solver) {
        const found = kept.find(model, solver, asked);
        if (found !== undefined) before.set(found.module, found.printed);
        return found?.module;
      },
    },
  );
  const file = built.length === 0 ? undefined : fileOf(source.file, source.text);
  // A model that another file declares is compiled there.
  const own = built.filter(({ model }) => model.span.file === source.file);
  const refused = own.flatMap(({ model }) => refusals(model, asked, file!));
  const all = [...diagnostics, ...refused];
  if (file === undefined || own.length === 0 || all.some(({ severity }) => severity === "error")) {
    return { diagnostics: all, imported, absent };
  }

  const name = (wish: string): string => (source.text.includes(wish) ? name(`${wish}_`) : wish);
  const [compiled, adopt, goesOn] = [name("compiled$"), name("adopt$"), name("goesOn$")];
  const isHot = hot && exportsModelsOnly(file, own);
  const text = new MagicString(source.text, { filename: source.file });
  const types = typed || common ? undefined : file.types;
  for (const { start, end, text: left } of types ?? []) text.update(start, end, left);
  const factories = own.map(({ model, ready }, i) => {
    const factory = name(`make$${i}`);
    const call = file.call(model.span);
    const adopted = isHot ? `${adopt}(import.meta.hot?.data, ${JSON.stringify(model.name)}, ` : "";
    const printed = before.get(ready!.module);
    const emitted = emitFactory(ready!, asked, factory, printed, kept?.earlier(model));
    if (printed === undefined) kept?.keep(model, asked, ready!.module, emitted.printed);
    const { wrt } = ready!.module.solver;
    const { field } = model;
    const plan =
      field === undefined
        ? { ...planOf(ready!.module, asked, emitted.workspaceBytes), wrt }
        : { lastPoint: field.number?.last };
    text.appendLeft(call.start, `/* @__PURE__ */ ${adopted}${compiled}(`);
    text.appendRight(call.end, `, ${factory}, ${JSON.stringify(plan)})${isHot ? ")" : ""}`);
    return emitted;
  });
  // Behind the user's imports for readers, before everything for engines; types must not take it out.
  const names = [...(isHot ? [`adopt as ${adopt}`, `goesOn as ${goesOn}`] : []), `compiled as ${compiled}`];
  const line = `import { ${names.join(", ")} } from "${library}";`;
  // Engines of CommonJS have nothing before it is asked for.
  if (common) text.prepend(`${line} `);
  else text.append(`\n${line}\n`);
  // Generated code has no types; what is the user's own, the compiler has checked. The comment has to have a line of its own.
  if (typed) text.prepend("// @ts-nocheck\n");

  const edited = text.generateMap({ source: baseName(source.file), includeContent: true, hires: "boundary" });
  const plain =
    typed || types !== undefined ? undefined : withoutTypes(baseName(source.file), text.toString(), common);
  const map = fromMap(
    plain === undefined
      ? edited.toString()
      : remapping([plain.map, edited.toString()], () => null).toString(),
  );
  let code = (plain?.code ?? text.toString()).replace(/\n*$/, "\n");
  let above = code.split("\n").length - 1;
  for (const { code: made, lines, mappings } of factories) {
    for (const { generated, original } of mappings) {
      const moved = { line: generated.line + above, column: generated.column };
      if (original === undefined) addMapping(map, { generated: moved });
      else addMapping(map, { generated: moved, source: baseName(source.file), original });
    }
    code += made;
    above += lines;
  }
  if (hot) {
    const names = JSON.stringify([...file.exports].sort().join());
    // A server asks who imports a file only where the file said that it takes changes itself, and the version before may have.
    const test = isHot ? `next && !${goesOn}(import.meta.hot.data, next, ${names})` : "next";
    code += `import.meta.hot?.accept((next) => {\n  if (${test}) import.meta.hot.invalidate();\n});\n`;
  }
  return { code, map: toEncodedMap(map), diagnostics: all, imported, absent };
}

/** What cannot be compiled where it stands. */
function refusals({ name, span }: Model, options: Options, file: File): Diagnostic[] {
  if (file.call(span).isInFunction) return [modelInFunction(name, span)];
  return options.batch === undefined ? [] : [batchInPlace(name, span)];
}

/** Whether whoever imports the file has nothing but models of it, which can be exchanged under them. */
function exportsModelsOnly(file: File, own: readonly { readonly model: Model }[]): boolean {
  const names = new Set(own.map(({ model }) => model.name));
  const ofDefault = own[0] && stemOf(baseName(own[0].model.file));
  return file.exports.every((each) => names.has(each === "default" ? (ofDefault ?? "") : each));
}
