/**
 * The frontend: text of a model in, models in the IR out. In: the name and text of the file, and a host that reads what
 * it imports. Out: every model the file exports, and what is wrong. The user's text is parsed and never executed.
 */

import type { ts } from "ts-morph";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import * as messages from "../diagnostics/messages.ts";
import { notExported } from "../diagnostics/syntax-messages.ts";
import type { Model } from "../model.ts";
import { Declaration } from "./declaration.ts";
import type { Written } from "./declared.ts";
import { FieldDeclaration, type Points } from "./field.ts";
import type { Heads } from "./heads.ts";
import { refuse, spanOf } from "./load.ts";
import { type Host, isModel, type Module, Modules } from "./modules.ts";
import { Reporter } from "./reporter.ts";
import { Interpreter } from "./static.ts";
import { isTagged, list, record, type Static } from "./static-values.ts";

export type { Points } from "./field.ts";
export { Heads } from "./heads.ts";
export type { Host } from "./modules.ts";

/** A function of a plain file that is taken as a vector field: `f(t, y, p)` or `f(t, y, p, dy)`. */
export interface BareFunction {
  readonly name: string;
  /** How many variables there are, or what they start from. */
  readonly state: number | readonly number[];
  /** Names and default values, in the order of `p`. */
  readonly params: readonly (readonly [string, number])[];
}

/**
 * Reads every exported model of a file. `points`: how many points fields have at once, or that they are handed one by one; `heads`: what the same caller's readings
 * before this one left. A model with an error is left out, and its errors are in `diagnostics`.
 */
export function readModels(
  file: string,
  text: string,
  host: Host,
  bare?: BareFunction,
  points: Points = 1,
  heads?: Heads,
): { models: Model[]; diagnostics: Diagnostic[] } {
  const reporter = new Reporter();
  const interpreter = new Interpreter((error) => reporter.note(error, { file, start: 0, end: 0 }));
  const models: Model[] = [];
  const read = new Set<object>();
  if (bare !== undefined) {
    reporter.attempt({ file, start: 0, end: 0 }, () => {
      const { value, at } = new Modules(host, interpreter, reporter).named(file, text, bare.name);
      const declaration = new Declaration(interpreter, reporter, kernelOf(bare, value, at), spanOf(at));
      const model = declaration.read(bare.name, file);
      if (model !== undefined) models.push(model);
    });
    return { models: reporter.failed ? [] : models, diagnostics: reporter.diagnostics(file) };
  }
  reporter.attempt({ file, start: 0, end: 0 }, () => {
    const modules = new Modules(host, interpreter, reporter, heads);
    const module = modules.main(file, text);
    for (const [name, value] of module?.exports ?? []) {
      const exported = reporter.attempt({ file, start: 0, end: 0 }, value);
      if (!isModel(exported ?? undefined)) continue;
      const {
        form,
        declaration: exportedDeclaration,
        node,
      } = exported as Extract<typeof exported, { kind: "model" }>;
      // Exported under two names it is one model.
      if (read.has(node)) continue;
      read.add(node);
      const place = { file, start: node.getStart(), end: node.end };
      reporter.attempt(place, () => {
        const written = { value: exportedDeclaration, span: spanOf(node.expression) };
        const argument = spanOf(node.arguments[0] ?? node);
        const declaration =
          form === "field"
            ? new FieldDeclaration(interpreter, reporter, { ...written, form }, argument, points)
            : new Declaration(interpreter, reporter, { ...written, form }, argument);
        const model = declaration.read(modelName(name, file), file);
        if (model !== undefined) models.push(model);
      });
    }
    for (const { name, node } of module === undefined ? [] : declaredModels(module)) {
      if (!read.has(node)) reporter.add(notExported(spanOf(node.expression), name));
    }
    if (module !== undefined) modules.leaveHead(module);
  });
  return { models: reporter.failed ? [] : models, diagnostics: reporter.diagnostics(file) };
}

type DeclaredModel = Extract<Static, { kind: "model" }>;

/** Models that a file makes at module level, each with its name where it has one, in arrays and records too. */
function declaredModels({ source, scope }: Module): { name?: string; node: DeclaredModel["node"] }[] {
  const modelsIn = (value: Static): DeclaredModel[] => {
    if (!isTagged(value)) return [];
    if (value.kind === "model") return value.node.getSourceFile() === source.tree ? [value] : [];
    // What was not written out in a text, data for one, holds none.
    if (value.kind === "list") return value.nodes.length === 0 ? [] : value.items.flatMap(modelsIn);
    if (value.kind !== "record" || value.nodes.size === 0) return [];
    return [...value.entries.values()].flatMap(modelsIn);
  };
  return scope.names().flatMap((name) => {
    const binding = scope.own(name);
    const value = binding?.kind === "static" ? binding.value : undefined;
    const isNamed = isTagged(value) && value.kind === "model";
    return modelsIn(value).map(({ node }) => (isNamed ? { name, node } : { node }));
  });
}

/** The declaration a bare function stands for. */
function kernelOf({ state, params }: BareFunction, rhs: Static, at: ts.Node): Written<"kernel"> {
  const entries = new Map<string, Static>([
    ["state", typeof state === "number" ? state : list([...state])],
    ["params", named(params, at)],
    ["rhs", rhs],
  ]);
  const nodes = new Map([...entries.keys()].map((key) => [key, at] as const));
  return { form: "kernel", value: record(entries, nodes), span: spanOf(at) };
}

/** Parameters by name, with their defaults; no name twice. */
function named(params: BareFunction["params"], at: ts.Node): Static {
  const names = params.map(([name]) => name);
  const twice = names.find((name, position) => names.indexOf(name) < position);
  if (twice !== undefined) refuse(messages.badLeaf(spanOf(at), `two parameters have the name \`${twice}\``));
  return record(new Map(params));
}

/** The name of the export; that of the file for the default export. */
const modelName = (name: string, file: string): string =>
  name === "default" ? file.replace(/^.*[/\\]/, "").replace(/(\.ode)?\.[^.]+$/, "") : name;
