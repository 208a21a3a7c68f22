/**
 * Reads model text: parses it (syntax only, no type checker, nothing is executed) and finds what stands at module
 * level. In: a file name, its text, and a host that reads imported files. Out: modules with their bindings.
 *
 * The parser is TypeScript's own, as ts-morph bundles it; this folder is the only one that knows it.
 */

import * as path from "node:path/posix";
import { ts } from "ts-morph";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { cannotImport, syntaxError, tooDeep } from "../diagnostics/messages.ts";
import type { Span } from "../diagnostics/span.ts";

export { ts };

/** Reads files for the compiler, which touches no file system itself. Undefined: there is no such file. */
export interface Host {
  read(path: string): string | undefined;
}

/** The name of the authoring package. */
export const library = "odegrad";

export type Binding =
  | {
      readonly kind: "constant";
      readonly name: ts.Identifier;
      readonly value: ts.Expression;
      readonly isConst: boolean;
    }
  | { readonly kind: "function"; readonly node: ts.FunctionDeclaration }
  | { readonly kind: "library"; readonly name: string; readonly node: ts.Node }
  | { readonly kind: "import"; readonly path: string; readonly name: string; readonly node: ts.Node };

export interface Module {
  readonly file: string;
  readonly text: string;
  readonly source: ts.SourceFile;
  readonly bindings: ReadonlyMap<string, Binding>;
}

export const spanOf = (node: ts.Node, file: string = node.getSourceFile().fileName): Span => ({
  file,
  start: node.getStart(),
  end: node.getEnd(),
});

export class Modules {
  readonly #host: Host;
  readonly #loaded = new Map<string, Module | { readonly json: unknown }>();
  readonly diagnostics: Diagnostic[] = [];

  constructor(host: Host) {
    this.#host = host;
  }

  parse(file: string, text: string): Module {
    let source: ts.SourceFile;
    try {
      source = ts.createSourceFile(file, text, { languageVersion: ts.ScriptTarget.ES2022 }, true);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.diagnostics.push(tooDeep({ file, start: 0, end: 1 }));
      source = ts.createSourceFile(file, "", ts.ScriptTarget.ES2022, true);
    }
    const { parseDiagnostics } = source as unknown as { parseDiagnostics: readonly ts.Diagnostic[] };
    for (const one of parseDiagnostics.slice(0, 20)) {
      const start = one.start ?? 0;
      const span = { file, start, end: start + Math.max(1, one.length ?? 1) };
      this.diagnostics.push(syntaxError(span, ts.flattenDiagnosticMessageText(one.messageText, " ")));
    }
    const module: Module = { file, text, source, bindings: bindingsOf(source) };
    this.#loaded.set(file, module);
    return module;
  }

  /** What `import … from "specifier"` in a file leads to: a module, parsed JSON, or a diagnostic's worth of nothing. */
  load(from: string, specifier: string, node: ts.Node): Module | { readonly json: unknown } | undefined {
    if (specifier.startsWith(".") || specifier.startsWith("/")) {
      const base = path.join(path.dirname(from), specifier);
      const candidates = [base, `${base}.ts`, base.replace(/\.m?js$/, ".ts"), `${base}/index.ts`];
      for (const candidate of new Set(candidates)) {
        const before = this.#loaded.get(candidate);
        if (before !== undefined) return before;
        const text = this.#host.read(candidate);
        if (text === undefined) continue;
        if (!candidate.endsWith(".json")) return this.parse(candidate, text);
        try {
          const loaded = { json: JSON.parse(text) as unknown };
          this.#loaded.set(candidate, loaded);
          return loaded;
        } catch (error) {
          this.diagnostics.push(syntaxError({ file: candidate, start: 0, end: 1 }, (error as Error).message));
          return undefined;
        }
      }
    }
    this.diagnostics.push(cannotImport(spanOf(node), specifier));
    return undefined;
  }

  /** A module of the authoring package, as source: its functions are read like a user's. */
  loadLibrary(file: string): Module | undefined {
    const name = `${library}/${file}`;
    const before = this.#loaded.get(name);
    if (before !== undefined) return "bindings" in before ? before : undefined;
    const text = this.#host.read(name);
    return text === undefined ? undefined : this.parse(name, text);
  }
}

function bindingsOf(source: ts.SourceFile): Map<string, Binding> {
  const bindings = new Map<string, Binding>();
  for (const statement of source.statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name && statement.body) {
      bindings.set(statement.name.text, { kind: "function", node: statement });
    }
    if (ts.isVariableStatement(statement)) {
      const isConst = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (ts.isIdentifier(name) && initializer) {
          bindings.set(name.text, { kind: "constant", name, value: initializer, isConst });
        }
      }
    }
    if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
      const path = statement.moduleSpecifier.text;
      const clause = statement.importClause;
      const add = (local: string, name: string, node: ts.Node): void => {
        bindings.set(
          local,
          path === library ? { kind: "library", name, node } : { kind: "import", path, name, node },
        );
      };
      if (clause === undefined || clause.isTypeOnly) continue;
      if (clause.name) add(clause.name.text, "default", statement.moduleSpecifier);
      const named = clause.namedBindings;
      if (named && ts.isNamedImports(named)) {
        for (const element of named.elements) {
          if (!element.isTypeOnly)
            add(element.name.text, (element.propertyName ?? element.name).text, element);
        }
      }
    }
  }
  return bindings;
}
