/**
 * Text to syntax trees, and places in them. In: the text of a module. Out: a source whose tree is complete, or the
 * syntax errors of TypeScript with their places. Syntax only: no type checker, no library files, nothing is executed.
 */

import { ts } from "ts-morph";
import { type Diagnostic, ModelError } from "../diagnostics/diagnostic.ts";
import * as messages from "../diagnostics/messages.ts";
import type { Span } from "../diagnostics/span.ts";
import { Latest } from "../ir/latest.ts";
import { isArithmetic } from "./syntax.ts";

export interface Source {
  readonly file: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** How deep a tree may be: far more than people write, and far less than the stack of the machine holds. */
export const deepest = 600;

interface Parsed {
  readonly source?: Source;
  readonly diagnostics: readonly Diagnostic[];
}

/** Texts as last parsed: a file that is transformed is looked at twice, the library by every build. */
const latest = new Latest<Parsed>(4);

export const parse = (file: string, text: string): Parsed =>
  latest.of(`${file}\n${text}`, () => parseAnew(file, text));

function parseAnew(file: string, text: string): Parsed {
  const whole = { file, start: 0, end: 0 };
  let tree: ts.SourceFile;
  try {
    tree = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS);
  } catch (error) {
    if (error instanceof RangeError) return { diagnostics: [messages.tooDeep(whole)] };
    throw error;
  }
  const { parseDiagnostics = [] } = tree as { parseDiagnostics?: readonly ts.DiagnosticWithLocation[] };
  if (parseDiagnostics.length > 0) {
    return {
      diagnostics: parseDiagnostics.map(({ start, length, messageText }) => {
        const said = ts.flattenDiagnosticMessageText(messageText, " ").replace(/\.$/, "");
        return messages.syntaxError({ file, start, end: start + length }, said);
      }),
    };
  }
  const deep = tooDeepIn(tree);
  if (deep !== undefined) {
    return { diagnostics: [messages.tooDeep({ file, start: deep.getStart(tree), end: deep.end })] };
  }
  return { source: { file, text, tree }, diagnostics: [] };
}

/** The first node that lies too deep; found without recursion. Sums and products are walked by loops, so they count once. */
function tooDeepIn(tree: ts.SourceFile): ts.Node | undefined {
  const stack: { readonly node: ts.Node; readonly depth: number }[] = [{ node: tree, depth: 0 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, depth } = top;
    if (depth > deepest) return node;
    ts.forEachChild(node, (child) => {
      const chained =
        ts.isBinaryExpression(node) && child === node.left && isArithmetic(node.operatorToken.kind);
      stack.push({ node: child, depth: chained ? depth : depth + 1 });
    });
  }
  return undefined;
}

/** The place of a node, without the blanks and comments before it. */
export function spanOf(node: ts.Node): Span {
  const tree = node.getSourceFile();
  return { file: tree.fileName, start: node.getStart(tree), end: node.end };
}

/** Stops reading a statement; whoever collects diagnostics goes on with the next one. */
export function refuse(diagnostic: Diagnostic): never {
  throw new ModelError(diagnostic);
}
