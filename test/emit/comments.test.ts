/** What a model or its file is called never becomes code. */

import { parse } from "acorn";
import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { emit } from "../../compiler/emission.ts";
import { docComment, lineComments } from "../../compiler/emit/javascript-comment.ts";

const text = `
import { ode } from "odegrad";
export const model = ode({
  state: { x: 1 },
  params: { rate: 0.5 },
  rhs: ({ x }, { rate }) => ({ x: -rate * x }),
  loss: { terminal: ({ x }) => x * x },
  solver: { method: "euler", t1: 1, steps: 2 },
});`;

const hostile = [
  "a\u2028globalThis.intruder = 1; //",
  "a\u2029globalThis.intruder = 1; //",
  "a\rglobalThis.intruder = 1; //",
  "a\nglobalThis.intruder = 1; //",
  "a\r\nglobalThis.intruder = 1; //",
  "*/ globalThis.intruder = 1; /*",
  "</script><script>globalThis.intruder = 1</script>",
  "a # ? % b",
  "\u202egnp.",
];

describe("names of files", () => {
  it.each(hostile.map((name) => [JSON.stringify(name), name]))("%s is no code in JavaScript", (_, name) => {
    const { ready } = build({ file: `${name}.ode.ts`, text, host: { read: () => undefined } }, {});
    const [code, map] = emit(ready!, "js", {}).map((output) => output.text) as [string, string];
    const program = parse(code, { ecmaVersion: 2022, sourceType: "module" });
    for (const statement of program.body) {
      expect(["ExportNamedDeclaration", "VariableDeclaration", "FunctionDeclaration"]).toContain(
        statement.type,
      );
    }
    expect(code).not.toMatch(/[\u2028\u2029\r\u202e]|<\/?script/);
    // The last line names the map, as an address.
    const [last] = code.trimEnd().split("\n").slice(-1);
    expect(last).toMatch(/^\/\/# sourceMappingURL=[\w.%'()*!~-]+\.js\.map$/);
    expect(JSON.parse(map)).toMatchObject({ version: 3 });
  });
});

describe("comments", () => {
  it("have a line for each line, and no other way to end", () => {
    expect(lineComments("one\ntwo\u2028three")).toEqual(["// one", "// twoU+2028three"]);
    expect(docComment("a */ b\nc")).toBe("/** a * / b c */");
  });

  it("keep letters of every script", () => {
    expect(lineComments("größe π λ = Jᵀ w")).toEqual(["// größe π λ = Jᵀ w"]);
  });
});
