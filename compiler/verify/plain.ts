/**
 * Is generated JavaScript plain? In: the text of a module. Out: what is not, with its line. Plain means that nothing
 * reachable from `solve`, `gradient` or the field functions allocates (no `new`, literal of an array or object,
 * template, function or class), throws, or calls anything but the module's own functions and `Math`.
 */

import { type Node, parse } from "acorn";

export interface Impurity {
  readonly line: number;
  readonly message: string;
}

const roots = ["solve", "gradient", "field", "fieldVjp", "fieldJvp"];

type AnyNode = Node & { readonly [key: string]: unknown };

export function impurities(code: string): Impurity[] {
  const program = parse(code, {
    ecmaVersion: 2022,
    sourceType: "module",
    locations: true,
  }) as unknown as AnyNode;
  const functions = new Map<string, AnyNode>();
  const found: Impurity[] = [];
  const report = (node: AnyNode, message: string): void => {
    found.push({ line: node.loc?.start.line ?? 0, message });
  };
  for (const statement of program["body"] as AnyNode[]) {
    if (statement.type === "ImportDeclaration") report(statement, "the module imports something");
    const declared = (statement["declaration"] as AnyNode | null | undefined) ?? statement;
    if (declared.type === "FunctionDeclaration")
      functions.set((declared["id"] as { name: string }).name, declared);
  }

  const visited = new Set<string>();
  const visitFunction = (name: string): void => {
    const fn = functions.get(name);
    if (fn === undefined || visited.has(name)) return;
    visited.add(name);
    visit(fn["body"] as AnyNode);
  };
  const visit = (node: AnyNode): void => {
    const refusal = refused[node.type];
    if (refusal !== undefined) report(node, refusal);
    if (node.type === "CallExpression") {
      const callee = node["callee"] as AnyNode;
      const name = callee["name"] as string | undefined;
      if (callee.type === "Identifier" && name !== undefined && functions.has(name)) visitFunction(name);
      else if (!isMath(callee)) report(node, `it calls ${code.slice(callee.start, callee.end)}`);
    }
    for (const key of Object.keys(node)) {
      const value = node[key];
      if (Array.isArray(value)) for (const inner of value) if (isNode(inner)) visit(inner);
      if (isNode(value)) visit(value);
    }
  };
  for (const root of roots) visitFunction(root);
  if (visited.size === 0) found.push({ line: 1, message: "it exports no solve, gradient or field" });
  return found.sort((a, b) => a.line - b.line);
}

const refused: Readonly<Record<string, string>> = {
  NewExpression: "it allocates with new",
  ArrayExpression: "it allocates an array",
  ObjectExpression: "it allocates an object",
  TemplateLiteral: "it allocates a text",
  FunctionExpression: "it makes a closure",
  ArrowFunctionExpression: "it makes a closure",
  FunctionDeclaration: "it declares a function inside",
  ClassExpression: "it makes a class",
  ClassDeclaration: "it makes a class",
  ThrowStatement: "it throws",
  TryStatement: "it catches exceptions",
  AwaitExpression: "it waits",
  YieldExpression: "it is a generator",
  SpreadElement: "it spreads",
  ImportExpression: "it imports",
};

const isNode = (value: unknown): value is AnyNode =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";

function isMath(callee: AnyNode): boolean {
  if (callee.type !== "MemberExpression" || callee["computed"] === true) return false;
  const object = callee["object"] as AnyNode;
  return object.type === "Identifier" && object["name"] === "Math";
}
