/** Generated JavaScript computes nothing that nobody reads: every variable of every function is read in it. */

import * as fs from "node:fs";
import * as path from "node:path";
import { type Node, parse } from "acorn";
import { describe, expect, it } from "vitest";
import { transform } from "../../compiler/transform.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folders = ["test/frontend/bodies", "test/integrate/models", "examples"];

const files = folders.flatMap((folder) =>
  fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ode.ts") && !file.includes("node_modules"))
    .map((file) => path.posix.join(folder, file.replaceAll(path.sep, "/"))),
);

const host = {
  read: (file: string) => {
    try {
      return fs.readFileSync(file, "utf8");
    } catch {
      return undefined;
    }
  },
};

type Members = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Members)["type"] === "string";

/** The nodes directly inside, but for what `from` is called in `left.from` and `{ from: 1 }`. */
function inside(node: Node): Node[] {
  const members = node as unknown as Members;
  const isName = (key: string): boolean =>
    members["computed"] === false &&
    ((node.type === "MemberExpression" && key === "property") ||
      (node.type === "Property" && key === "key" && members["shorthand"] === false));
  return Object.entries(members).flatMap(([key, value]) =>
    isName(key) ? [] : (Array.isArray(value) ? value : [value]).filter(isNode),
  );
}

/** Variables of a function that stand in it where they are declared and nowhere else. */
function unusedIn(fn: Node): string[] {
  const declared = new Set<string>();
  const times = new Map<string, number>();
  const visit = (node: Node): void => {
    const { id, name } = node as unknown as { readonly id?: Members; readonly name?: string };
    if (node.type === "VariableDeclarator" && id?.["type"] === "Identifier")
      declared.add(id["name"] as string);
    if (node.type === "Identifier") times.set(name!, (times.get(name!) ?? 0) + 1);
    for (const inner of inside(node)) visit(inner);
  };
  visit(fn);
  return [...declared].filter((name) => times.get(name) === 1);
}

/** Functions without functions in them: around them stands where leaves lie in memory, whether or not it is asked. */
function functionsIn(node: Node): Node[] {
  const within = inside(node).flatMap(functionsIn);
  return node.type === "FunctionDeclaration" && within.length === 0 ? [node] : within;
}

const tree = (code: string): Node => parse(code, { ecmaVersion: "latest", sourceType: "module" });

describe("generated functions", () => {
  it("are looked through", () => {
    const code =
      "function f(x) { const a = 1; const b = { a: 2, ...x.a }; for (let i = 0; i < 1; i++) g(b); }";
    expect(functionsIn(tree(code)).flatMap(unusedIn)).toEqual(["a"]);
  });

  it.each(files)("%s", (file) => {
    const { code } = transform({ file, text: fs.readFileSync(path.join(root, file), "utf8"), host });
    const functions = functionsIn(tree(code ?? ""));
    expect(functions.length).toBeGreaterThan(0);
    expect(functions.flatMap(unusedIn)).toEqual([]);
  });
});
