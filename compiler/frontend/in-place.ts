/**
 * What a bundler's transform needs to know of a model's file: where its declarations stand, what it exports, and its text
 * without types. In: the text of a file that is known to parse. Syntax only; nothing is executed.
 */

import { ts } from "ts-morph";
import type { Span } from "../diagnostics/span.ts";
import { type Erased, typesIn } from "./erasure.ts";
import { parse } from "./load.ts";
import { exportedBy } from "./modules.ts";

/** The call of `ode`, `kernel` or `field` whose callee has this span. */
export interface Call {
  readonly start: number;
  readonly end: number;
  /** Whether it stands in a function, so that the text of one call may stand for many. */
  readonly isInFunction: boolean;
}

export interface File {
  /** What of the text is types; nothing where that takes TypeScript's emitter: see `withoutTypes`. */
  readonly types: readonly Erased[] | undefined;
  call(callee: Span): Call;
  /** Names of the values that the file exports; types are left out. */
  readonly exports: readonly string[];
}

export function fileOf(file: string, text: string): File {
  const tree = parse(file, text).source!.tree;
  const exports = tree.statements.flatMap((statement) => {
    if (ts.isExportAssignment(statement)) return ["default"];
    if (ts.isExportDeclaration(statement) && !statement.isTypeOnly) {
      const clause = statement.exportClause;
      if (clause === undefined || !ts.isNamedExports(clause)) return ["*"];
      return clause.elements.filter((each) => !each.isTypeOnly).map(({ name }) => name.text);
    }
    return exportedBy(statement).map(({ name, isDefault }) => (isDefault ? "default" : name));
  });
  return {
    types: typesIn(tree),
    exports,
    call({ start, end }) {
      const within = (node: ts.Node): ts.Node =>
        ts.forEachChild(node, (child) => (child.pos <= start && end <= child.end ? child : undefined)) ??
        node;
      let node: ts.Node = tree;
      for (let inner = within(node); inner !== node; inner = within(node)) {
        node = inner;
        if (ts.isCallExpression(node) && node.expression.getStart() === start && node.expression.end === end)
          break;
      }
      const isInFunction = ts.findAncestor(node, ts.isFunctionLike) !== undefined;
      return { start: node.getStart(), end: node.end, isInFunction };
    },
  };
}

/**
 * JavaScript of a module: types are taken out, and imports that nothing but types used. `map`: source map, as JSON.
 *
 * @param isCommon as a module of CommonJS
 */
export function withoutTypes(file: string, text: string, isCommon = false): { code: string; map: string } {
  const { outputText, sourceMapText } = ts.transpileModule(text, {
    fileName: file,
    compilerOptions: {
      target: ts.ScriptTarget.ESNext,
      module: isCommon ? ts.ModuleKind.CommonJS : ts.ModuleKind.ESNext,
      esModuleInterop: true,
      newLine: ts.NewLineKind.LineFeed,
      sourceMap: true,
    },
  });
  return { code: outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, ""), map: sourceMapText! };
}
