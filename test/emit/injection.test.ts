/**
 * No text of a user becomes code: whatever a file, a model, a leaf, a constant, an output or a comment is called, the
 * generated module has the same statements as one with plain names.
 */

import { spawnSync } from "node:child_process";
import { type Node, parse } from "acorn";
import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { emit, type Ready } from "../../compiler/emission.ts";
import { anyCompiler, CFolder, strict } from "../support/c-files.ts";
import { isLong } from "../support/long.ts";

const payloads: readonly string[] = [
  "*/ globalThis.intruder = 1; /*",
  "\n globalThis.intruder = 1; //",
  "\r globalThis.intruder = 1; //",
  "\u2028 globalThis.intruder = 1; //",
  "\u2029 globalThis.intruder = 1; //",
  "\\\nint intruder = 1; //",
  "\\",
  "??/\nint intruder = 1; //",
  "??/",
  "</script><script>globalThis.intruder = 1</script>",
  "<!-- --> <![CDATA[",
  '"; globalThis.intruder = 1; "',
  "'; globalThis.intruder = 1; '",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is meant to be none
  "`; ${(globalThis.intruder = 1)} `",
  "\u202e;1 = redurtni",
  "\u2066 hidden \u2069",
  "\u0000\u0007\u001b[31m",
  "\ud800 alone",
  "%s%n#define intruder 1",
  "\n#include </etc/passwd>\n",
  "# sourceMappingURL=data:,intruder",
  "@ts-ignore",
  "__proto__",
  "constructor",
  "x".repeat(5000),
];

const noFiles = { read: () => undefined };

/** Where a text of the user may stand; `undefined` where this language has no such place for the payload. */
const places: Readonly<
  Record<string, (payload: string) => { readonly file?: string; readonly text: string }>
> = {
  "the name of the file": (payload) => ({ file: `${payload}.ode.ts`, text: model({}) }),
  "a comment": (payload) => ({
    text: model({
      comment: `/* ${payload.replaceAll("*/", "* /")} */ // ${payload.replace(/[\n\r\u2028\u2029]/g, " ")}`,
    }),
  }),
  "the name of an output": (payload) => ({ text: model({ output: payload }) }),
  "the name of an input": (payload) => ({ text: model({ input: payload }) }),
  "the name of a constant": (payload) => ({ text: model({ constant: payload }) }),
  "the name of a leaf": (payload) => ({ text: model({ leaf: payload }) }),
  "a text that nothing reads": (payload) => ({ text: model({ text: payload }) }),
};

function model(names: {
  readonly comment?: string;
  readonly output?: string;
  readonly input?: string;
  readonly constant?: string;
  readonly leaf?: string;
  readonly text?: string;
}): string {
  const key = (name: string | undefined, otherwise: string): string => JSON.stringify(name ?? otherwise);
  return `import { hold, ode } from "odegrad";
${names.comment ?? ""}
const unread = [${key(names.text, "text")}];
export const model = ode({
  state: { x: 1 },
  params: { ${key(names.leaf, "rate")}: 0.5 },
  constants: { ${key(names.constant, "table")}: [1, 2, 3] },
  inputs: { ${key(names.input, "push")}: hold(2, 0.1) },
  rhs: ({ x }, params_, { constants, inputs }) => {
    let sum = 0; ${names.comment ?? ""}
    for (let i = 0; i < 3; i++) sum += constants[${key(names.constant, "table")}][i];
    return { x: -params_[${key(names.leaf, "rate")}] * x * sum + inputs[${key(names.input, "push")}] };
  },
  outputs: { ${key(names.output, "twice")}: ({ x }) => 2 * x },
  loss: { terminal: ({ x }) => x * x },
  solver: { method: "euler", t1: 1, steps: 2 },
});
`;
}

/** The shape of a program: its kinds of nodes, whatever things are called. */
function shapeOf(code: string): string {
  const kinds: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) visit(each);
    else if (value !== null && typeof value === "object") {
      if (typeof (value as Node).type === "string") kinds.push((value as Node).type);
      for (const inner of Object.values(value)) visit(inner);
    }
  };
  visit(parse(code, { ecmaVersion: 2022, sourceType: "module" }));
  return kinds.join(" ");
}

const codeOf = (ready: Ready): readonly string[] => [
  emit(ready, "js", {})[0]!.text,
  ...emit(ready, "c", { prefix: "m" }).map(({ text }) => text),
];
const compiled = (file: string, text: string) => build({ file, text, host: noFiles }, {});
const plain = shapeOf(codeOf(compiled("model.ode.ts", model({})).ready!)[0]!);

describe.each(Object.entries(places).map(([name, place], i) => [name, place, i] as const))(
  "%s",
  (_, place, turn) => {
    it.each(payloads.map((payload, i) => [JSON.stringify(payload).slice(0, 60), payload, i] as const))(
      "%s is refused, or a word like another",
      (_, payload, number) => {
        const { file = "model.ode.ts", text } = place(payload);
        const { ready, diagnostics } = compiled(file, text);
        if (ready === undefined) {
          expect(diagnostics.length).toBeGreaterThan(0);
          expect(diagnostics.every(({ code }) => /^ODE[12]/.test(code))).toBe(true);
          return;
        }
        const [js, header, source, selftest] = codeOf(ready);
        expect(shapeOf(js!)).toBe(plain);
        expect(js).not.toContain("<!--");
        // Nothing that ends a line, a comment or a page anywhere but where the emitters put it.
        for (const code of [js!, header!, source!, selftest!]) {
          expect(code).not.toMatch(
            /[\u2028\u2029\r\u202a-\u202e\u2066-\u2069]|<\/script|\ud800(?![\udc00-\udfff])/,
          );
          // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
          expect(code).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
        }
        for (const code of [header!, source!, selftest!]) {
          expect(code).not.toMatch(/\\$|\?\?\//m);
          // As part of a longer word it is a name like another.
          expect(withoutComments(code)).not.toMatch(/\bintruder\b|passwd>|sourceMappingURL=/);
        }
        // A compiler is asked about one in three, and in the long run about all.
        if (anyCompiler === undefined || !(isLong || (number + turn) % 3 === 0)) return;
        const folder = new CFolder({
          header: header!,
          source: source!,
          selftest: selftest!,
        });
        try {
          const flags = [...strict, "-trigraphs", "-fsyntax-only"];
          expect(folder.complaints(anyCompiler, flags, ["m.c", "m_selftest.c"])).toBe("");
        } finally {
          folder.close();
        }
      },
    );
  },
);

/** C without its comments and texts, by the preprocessor's own rules. */
const withoutComments = (code: string): string => code.replace(/\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"/g, " ");

it("the preprocessor of C agrees where comments end", () => {
  if (anyCompiler === undefined) return;
  for (const payload of payloads) {
    const { ready } = compiled(`${payload}.ode.ts`, model({}));
    const [, , source] = codeOf(ready!);
    const bare = source!.replace(/^#.*$/gm, "");
    const { stdout } = spawnSync(anyCompiler, ["-E", "-P", "-trigraphs", "-x", "c", "-"], {
      input: bare,
      encoding: "utf8",
    });
    expect(stdout.length).toBeGreaterThan(100);
    expect(stdout).not.toMatch(/\bintruder\b|passwd/);
  }
});
