/**
 * Modules: reads the model's file and what it imports, computes what stands at module level, and gives each its scope.
 * In: a host that reads files by path. Out: scopes of static values. Local modules and JSON only; the functions of the
 * library that are written in the input language come from its own source, like any helper.
 */

import { ts } from "ts-morph";
import { nearest } from "../../runtime/nearest.ts";
import { ModelError } from "../diagnostics/diagnostic.ts";
import * as messages from "../diagnostics/messages.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import { type Head, type Heads, type Mark, Marks } from "./heads.ts";
import { libraryText } from "./library-text.ts";
import { parse, refuse, type Source, spanOf } from "./load.ts";
import type { Reporter } from "./reporter.ts";
import { Reported } from "./resolve-name.ts";
import { Scope } from "./scope.ts";
import type { Interpreter } from "./static.ts";
import { libraryFunctions } from "./static-library.ts";
import { memberOf } from "./static-operations.ts";
import { isTagged, list, record, type Static } from "./static-values.ts";
import { fence, fenceText } from "./subset.ts";
import {
  assignmentOperator,
  changedByFunctions,
  declaredNames,
  importedNames,
  isIncrement,
} from "./syntax.ts";

export interface Host {
  /** The text of a file, by its path as written from the model's; nothing where there is none. */
  read(path: string): string | undefined;
}

export interface Module {
  readonly source: Source;
  readonly scope: Scope;
  /** Names it exports, by the name it has inside; `default` for the default export. */
  readonly exports: ReadonlyMap<string, () => Static>;
}

/** The file name of the library's own functions in spans. */
export const libraryFile = "odegrad";

/** What a module specifier offers, by exported name. */
interface Offer {
  readonly find: (name: string, at: ts.Node) => Static;
  readonly names: () => readonly string[];
}

export class Modules {
  readonly #host: Host;
  readonly #interpreter: Interpreter;
  readonly #reporter: Reporter;
  readonly #heads: Heads | undefined;
  readonly #loaded = new Map<string, Module | "loading">();
  readonly #texts = new Map<string, string | undefined>();
  #library: Module | undefined;
  #main: Source | undefined;
  #marks: readonly Mark[] = [];

  /** `heads`: what the same caller's readings before this one left. */
  constructor(host: Host, interpreter: Interpreter, reporter: Reporter, heads?: Heads) {
    this.#host = host;
    this.#interpreter = interpreter;
    this.#reporter = reporter;
    this.#heads = heads;
  }

  /** The model's own file: everything in it has to be in the language, and everything wrong is reported. */
  main(file: string, text: string): Module | undefined {
    this.#reporter.add(...fenceText(file, text));
    const { source, diagnostics } = parse(file, text);
    this.#reporter.add(...diagnostics);
    if (source === undefined) return undefined;
    this.#reporter.add(...fence(source.tree));
    this.#main = source;
    const failed = (error: unknown, at: ts.Node) => {
      this.#reporter.note(error, spanOf(at));
      return undefined;
    };
    const head = this.#heads?.take(source, (path) => this.#host.read(path));
    if (head === undefined) return this.#run(source, failed);
    this.#interpreter.resume(head.end.steps);
    this.#library = head.loaded.library;
    for (const [path, module] of head.loaded.modules) this.#loaded.set(path, module);
    for (const [path, read] of head.loaded.texts) this.#texts.set(path, read);
    return this.#run(source, failed, head);
  }

  /** Leaves as much of the model's file as nothing has changed since it was run. To be asked when everything has been read. */
  leaveHead(module: Module): void {
    const { writes } = this.#interpreter;
    const still = this.#marks.filter((mark) => mark.writes === writes);
    const loaded = { modules: this.#loaded, library: this.#library, texts: this.#texts };
    this.#heads?.keep(module, still, loaded);
  }

  /** What a plain file declares under a name; only what is used of the file has to be in the language. */
  named(file: string, text: string, name: string): { readonly value: Static; readonly at: ts.Node } {
    this.#reporter.add(...fenceText(file, text));
    const { source, diagnostics } = parse(file, text);
    this.#reporter.add(...diagnostics);
    if (source === undefined) throw new Reported();
    const { scope, exports } = this.#run(source, (error) => {
      if (error instanceof ModelError) return error.diagnostic;
      throw error;
    });
    const binding = scope.own(name);
    if (binding?.kind === "broken" && binding.diagnostic !== undefined)
      throw new ModelError(binding.diagnostic);
    const value = binding?.kind === "static" ? binding.value : exports.get(name)?.();
    if (value === undefined) {
      const whole = { file, start: 0, end: 0 };
      const known = scope.names();
      throw new ModelError(messages.unknownName(whole, name, nearest(name, known)));
    }
    const at = isTagged(value) && value.kind === "function" ? (value.node.name ?? value.node) : source.tree;
    return { value, at };
  }

  /** An imported module: what is wrong in it matters only where it is used. */
  #imported(path: string, text: string, at: ts.Node): Module {
    const known = this.#loaded.get(path);
    if (known === "loading") return refuse(syntax.circular(spanOf(at), path));
    if (known !== undefined) return known;
    const { source, diagnostics } = parse(path, text);
    if (source === undefined) throw new ModelError(diagnostics[0]!);
    this.#loaded.set(path, "loading");
    const module = this.#run(source, (error) => {
      if (error instanceof ModelError) return error.diagnostic;
      throw error;
    });
    this.#loaded.set(path, module);
    return module;
  }

  #libraryModule(): Module {
    this.#library ??= this.#run(parse(libraryFile, libraryText).source!, (error) => {
      throw error;
    });
    return this.#library;
  }

  /**
   * Runs a module's statements in order, those behind the head where there is one. `failed` says what the names of a refused
   * statement are marked with.
   */
  #run(
    source: Source,
    failed: (error: unknown, at: ts.Node) => ModelError["diagnostic"] | undefined,
    head?: Head,
  ): Module {
    const scope = head?.scope ?? new Scope(undefined, undefined);
    const done = head?.end.count ?? 0;
    const exports = new Map<string, () => Static>();
    const passedOn: Offer[] = [];
    const { statements } = source.tree;
    const guarded = (at: ts.Statement, names: readonly string[], act: () => void) => {
      try {
        act();
      } catch (error) {
        const diagnostic = failed(error, at);
        for (const name of names) scope.set(name, { kind: "broken", diagnostic });
      }
    };
    // With a head all names are announced, and what is imported is there.
    const unknown = head === undefined ? statements : [];
    for (const statement of unknown)
      guarded(statement, [], () => this.#interpreter.hoist([statement], scope));
    for (const statement of unknown) {
      if (ts.isImportDeclaration(statement)) {
        guarded(statement, importedNames(statement), () => this.#import(statement, source, scope));
      }
    }
    const changed = changedByFunctions(source.tree);
    const marks = new Marks(this.#interpreter, this.#reporter, head?.marks);
    for (const [i, statement] of statements.entries()) {
      if (i >= done && !ts.isImportDeclaration(statement) && !isTypeOnly(statement)) {
        guarded(statement, declaredNames(statement), () => {
          if (ts.isExportDeclaration(statement)) this.#export(statement, source, scope, exports, passedOn);
          else if (ts.isExportAssignment(statement)) {
            const value = this.#interpreter.evaluate(statement.expression, scope);
            exports.set("default", () => value);
          } else {
            this.#interpreter.execute(statement, scope);
          }
        });
      }
      for (const { name, isDefault } of exportedBy(statement)) {
        const value = (): Static =>
          isNamelessDefault(statement)
            ? { kind: "function", node: statement, scope, name: "" }
            : valueIn(scope, name, statement);
        exports.set(isDefault ? "default" : name, value);
      }
      marks.note(statement, i + 1);
    }
    // What a module exports by name wins over what it passes on from others.
    for (const offer of passedOn) {
      for (const name of offer.names()) {
        const at = source.tree;
        if (name !== "default" && !exports.has(name)) exports.set(name, () => offer.find(name, at));
      }
    }
    for (const name of changed) {
      const binding = scope.own(name);
      const at = source.tree;
      if (binding?.kind === "static" && !binding.constant) {
        const diagnostic = messages.capturedAssignment(placeOfChange(at, name), name);
        scope.set(name, { kind: "broken", diagnostic });
        // What the head may have had is there no more.
        marks.all.length = 0;
      }
    }
    if (source === this.#main) this.#marks = marks.all;
    return { source, scope, exports };
  }

  #import(statement: ts.ImportDeclaration, source: Source, scope: Scope): void {
    const clause = statement.importClause;
    if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return;
    const specifier = statement.moduleSpecifier as ts.StringLiteral;
    const { find } = this.#exporter(specifier, source.file);
    const put = (local: ts.Identifier, value: Static) => {
      if (scope.own(local.text) !== undefined) refuse(syntax.duplicate(spanOf(local), local.text));
      if (local.text === "Math") refuse(syntax.mathChanged(spanOf(local)));
      scope.set(local.text, { kind: "static", value, constant: true });
    };
    if (clause?.name !== undefined) put(clause.name, find("default", clause.name));
    const bindings = clause?.namedBindings;
    if (bindings === undefined) return;
    if (ts.isNamespaceImport(bindings)) {
      put(bindings.name, { kind: "namespace", lookup: find });
      return;
    }
    for (const element of bindings.elements) {
      if (element.isTypeOnly) continue;
      const wanted = (element.propertyName ?? element.name).text;
      this.#reporter.attempt(spanOf(element), () => {
        try {
          put(element.name, find(wanted, element));
        } catch (error) {
          scope.set(element.name.text, { kind: "broken", diagnostic: undefined });
          throw error;
        }
      });
    }
  }

  #exporter(specifier: ts.StringLiteral, from: string): Offer {
    const wanted = specifier.text;
    if (wanted === "odegrad") {
      return {
        find: (name, at) => this.#fromLibrary(name, at),
        names: () => [...libraryFunctions, ...this.#libraryModule().exports.keys()],
      };
    }
    // A file of declarations says what there is, and not what it does.
    const isDeclaration = /\.d\.[cm]?ts$/.test(wanted);
    if (isDeclaration || !/^\.{1,2}\//.test(wanted)) refuse(messages.noSource(spanOf(specifier), wanted));
    const { path, text } =
      this.#find(wanted, from) ?? refuse(messages.cannotImport(spanOf(specifier), wanted));
    const attribute = (specifier.parent as ts.ImportDeclaration).attributes?.elements[0];
    if (
      attribute !== undefined &&
      !(path.endsWith(".json") && attribute.value.getText().slice(1, -1) === "json")
    ) {
      const instead =
        'write `with { type: "json" }` behind the import of a JSON file, and nothing behind others';
      refuse(messages.unsupported(spanOf(attribute), "this import attribute", instead));
    }
    if (path.endsWith(".json")) {
      const value = this.#json(path, text, specifier);
      const find = (name: string, at: ts.Node) => (name === "default" ? value : memberOf(value, name, at));
      return { find, names: () => [] };
    }
    const module = this.#imported(path, text, specifier);
    const find = (name: string, at: ts.Node) => {
      const found = module.exports.get(name);
      if (found !== undefined) return found();
      const known = [...module.exports.keys()];
      const where = `the module "${wanted}"`;
      return refuse(messages.unknownMember(spanOf(at), name, known, nearest(name, known), where));
    };
    return { find, names: () => [...module.exports.keys()] };
  }

  #fromLibrary(name: string, at: ts.Node): Static {
    if (libraryFunctions.includes(name)) return { kind: "library", name };
    const { exports } = this.#libraryModule();
    const found = exports.get(name);
    if (found !== undefined) return found();
    const known = [...libraryFunctions, ...exports.keys()];
    return refuse(messages.unknownName(spanOf(at), name, nearest(name, known)));
  }

  /** The file of a relative specifier: as written, `.ts` for `.js`, with `.ts` added, or the index of a folder. */
  #find(specifier: string, from: string): { path: string; text: string } | undefined {
    const path = join(from, specifier);
    const candidates = [path, path.replace(/\.js$/, ".ts"), `${path}.ts`, `${path}/index.ts`];
    if (/\.[cm]?js$/.test(path)) candidates.shift();
    for (const candidate of candidates) {
      if (!/\.(?:ts|json)$/.test(candidate)) continue;
      const text = this.#host.read(candidate);
      this.#texts.set(candidate, text);
      if (text !== undefined) return { path: candidate, text };
    }
    return undefined;
  }

  #json(path: string, text: string, at: ts.Node): Static {
    try {
      return fromJson(JSON.parse(text.replace(/^\ufeff/, "")));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      // Engines differ in their words, and say where the mistake is if it is not at the end.
      const [, place] = /at position (\d+)/.exec(error.message) ?? [];
      const start = place === undefined ? undefined : Number(place) + (text.startsWith("\ufeff") ? 1 : 0);
      const broken = start === undefined ? undefined : { file: path, start, end: start + 1 };
      return refuse(messages.cannotImport(spanOf(at), path, { as: "JSON", at: broken }));
    }
  }

  #export(
    statement: ts.ExportDeclaration,
    source: Source,
    scope: Scope,
    exports: Map<string, () => Static>,
    passedOn: Offer[],
  ): void {
    const { exportClause, moduleSpecifier } = statement;
    const offer =
      moduleSpecifier === undefined
        ? undefined
        : this.#exporter(moduleSpecifier as ts.StringLiteral, source.file);
    const find = offer?.find;
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) {
      // Which models a file has is to be seen in the file.
      if (offer === undefined || source === this.#main) {
        refuse(messages.unsupported(spanOf(statement), "`export *`", "export each name by itself"));
      }
      if (exportClause === undefined) passedOn.push(offer);
      else exports.set(exportClause.name.text, () => ({ kind: "namespace", lookup: offer.find }));
      return;
    }
    for (const { propertyName, name, isTypeOnly } of exportClause.elements) {
      if (isTypeOnly) continue;
      const local = (propertyName ?? name).text;
      exports.set(name.text, () => (find === undefined ? valueIn(scope, local, name) : find(local, name)));
    }
  }
}

/** The value a name has when its module has run. */
function valueIn(scope: Scope, name: string, at: ts.Node): Static {
  const binding = scope.own(name);
  if (binding?.kind === "static") return binding.value;
  if (binding?.kind === "broken") {
    throw binding.diagnostic === undefined ? new Reported() : new ModelError(binding.diagnostic);
  }
  return refuse(messages.unknownName(spanOf(at), name, nearest(name, scope.names())));
}

const isTypeOnly = (statement: ts.Statement): boolean =>
  ts.isInterfaceDeclaration(statement) ||
  ts.isTypeAliasDeclaration(statement) ||
  (ts.isExportDeclaration(statement) && statement.isTypeOnly);

/** `export default function (…) { … }`. */
const isNamelessDefault = (statement: ts.Statement): statement is ts.FunctionDeclaration =>
  ts.isFunctionDeclaration(statement) && statement.name === undefined && statement.body !== undefined;

/** Names that an `export` in front of a declaration exports. */
export function exportedBy(statement: ts.Statement): { name: string; isDefault: boolean }[] {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
  const isDefault = modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
  if (ts.isFunctionDeclaration(statement) && statement.name !== undefined) {
    return [{ name: statement.name.text, isDefault }];
  }
  if (isNamelessDefault(statement)) return [{ name: "default", isDefault }];
  return declaredNames(statement).map((name) => ({ name, isDefault: false }));
}

/** Where a function assigns to a name of its module. */
function placeOfChange(tree: ts.SourceFile, name: string) {
  let place: ts.Node = tree;
  const stack: ts.Node[] = [tree];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const target =
      ts.isBinaryExpression(node) && assignmentOperator(node.operatorToken.kind) !== undefined
        ? node.left
        : isIncrement(node)
          ? node.operand
          : undefined;
    const isChange = target !== undefined && ts.isIdentifier(target) && target.text === name;
    if (isChange && ts.findAncestor(node, ts.isFunctionLike) !== undefined) place = target;
    ts.forEachChild(node, (child) => {
      stack.push(child);
    });
  }
  return spanOf(place);
}

function fromJson(value: unknown): Static {
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "string") return value;
  if (Array.isArray(value)) return list(value.map(fromJson));
  if (typeof value === "object" && value !== null) {
    return record(new Map(Object.entries(value).map(([key, inner]) => [key, fromJson(inner)])));
  }
  return undefined;
}

/** A relative specifier from the folder of a file, without `.` and `..` where they can be taken out. */
function join(from: string, specifier: string): string {
  const folder = from.split(/[/\\]/).slice(0, -1);
  for (const step of specifier.split("/")) {
    if (step === "." || step === "") continue;
    const last = folder[folder.length - 1];
    if (step === ".." && last !== undefined && !["..", ".", ""].includes(last)) folder.pop();
    else folder.push(step);
  }
  return folder.join("/");
}

export const isModel = (value: Static): value is Extract<Static, { kind: "model" }> =>
  isTagged(value) && value.kind === "model";
