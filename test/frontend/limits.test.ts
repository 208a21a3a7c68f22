import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readModels } from "../../compiler/frontend/index.ts";
import { Modules } from "../../compiler/frontend/modules.ts";
import { Reporter } from "../../compiler/frontend/reporter.ts";
import { Interpreter } from "../../compiler/frontend/static.ts";
import { compile } from "../../compiler/index.ts";
import { forEachStatement } from "../../compiler/ir/walk.ts";
import { doubles } from "../../runtime/random.ts";
import { isLong } from "../support/long.ts";

const nothing = { read: () => undefined };
const models = (text: string) => readModels("model.ode.ts", text, nothing);
const codesOf = (text: string) => models(text).diagnostics.map(({ code }) => code);

/** A model whose `rhs` computes `z` with these statements. */
const withBody = (body: string, top = ""): string =>
  `import { ode } from "odegrad";\n${top}\nexport const model = ode({ state: { x: 1 }, params: { k: 2 }, rhs: ({ x }, { k }) => {\n${body}\nreturn { x: z * k }; } });\n`;

const statementsOf = (text: string): number => {
  let count = 0;
  forEachStatement(models(text).models[0]!.rhs.body, () => count++);
  return count;
};

describe("size", () => {
  it("reads a sum of 100,000 terms, and keeps expressions shallow", () => {
    const sum = (terms: number) => withBody(`const z = ${Array(terms).fill("x").join(" + ")};`);
    const { models: found, diagnostics } = models(sum(100_000));
    expect(diagnostics).toEqual([]);
    let deepest = 0;
    forEachStatement(found[0]!.rhs.body, (statement) => {
      if (statement.kind !== "let") return;
      let depth = 0;
      for (let expr = statement.value; expr.kind === "primitive"; expr = expr.args[0]!) depth++;
      deepest = Math.max(deepest, depth);
    });
    expect(deepest).toBeLessThan(64);
  });

  it("derives a sum of thousands of terms", () => {
    const terms = Array.from({ length: 2200 }, (_, i) => `${i + 1} * x`);
    const text = withBody(`const z = ${terms.join(" + ")};`);
    const asked = text.replace("rhs:", "loss: { terminal: ({ x }) => x }, rhs:");
    const { diagnostics, outputs } = compile(asked, { steps: 1, emit: ["solve", "gradient"] });
    expect(diagnostics).toEqual([]);
    expect(outputs[0]?.text.length).toBeGreaterThan(2200);
  });

  it("grows with the text, not faster", () => {
    const chain = (n: number) =>
      withBody(
        `let z = x;\n${Array.from({ length: n }, (_, i) => `const a${i} = z * ${i} + Math.sin(z);\nz += a${i};`).join("\n")}`,
      );
    const [one, two] = [statementsOf(chain(500)), statementsOf(chain(1000))];
    expect(two / one).toBeGreaterThan(1.9);
    expect(two / one).toBeLessThan(2.1);
  });

  it("shares what the text shares: 64 squarings, 64 doublings of an entry of a constant", () => {
    const chain = (operator: string, start: string) =>
      `const a0 = ${start};\n${Array.from({ length: 64 }, (_, i) => `const a${i + 1} = a${i} ${operator} a${i};`).join("\n")}`;
    expect(statementsOf(withBody(`${chain("*", "x")}\nconst z = a64;`))).toBeLessThan(80);
    const inLoop = `let z = 0;\nfor (let i = 0; i < 3; i++) {\n${chain("+", "t[i]")}\nz += a64;\n}`;
    expect(statementsOf(withBody(inLoop, "const t = [1, 2, 3];"))).toBeLessThan(80);
  });

  it("reads what is rounded once, however often it is rounded", () => {
    const text = withBody(`const z = ${"Math.floor(".repeat(60)}x${" / 2)".repeat(60)};`);
    expect(statementsOf(text)).toBeLessThan(10);
  });

  it("writes what follows a branch that may return once", () => {
    const chain = (n: number) => {
      const steps = Array.from(
        { length: n },
        (_, i) => `if (a > ${i}) { if (a < ${-i}) return s; s += ${i}; }`,
      );
      return withBody(
        "const z = f(x);",
        `const f = (a: number) => { let s = 0; ${steps.join("\n")} return s; };`,
      );
    };
    const [one, two] = [statementsOf(chain(10)), statementsOf(chain(20))];
    expect(two / one).toBeLessThan(2.1);
  });

  it("expands a chain of 64 helpers once each", () => {
    const helpers = Array.from(
      { length: 64 },
      (_, i) => `const f${i + 1} = (a: number) => Math.sin(f${i}(a));`,
    );
    const top = ["const f0 = (a: number) => a;", ...helpers].join("\n");
    expect(statementsOf(withBody("const z = f64(x);", top))).toBeLessThan(200);
  });
});

describe("depth", () => {
  const nested = (n: number): readonly (readonly [string, string])[] => [
    ["parentheses", withBody(`const z = ${"(".repeat(n)}x${")".repeat(n)};`)],
    ["calls", withBody(`const z = ${"Math.sin(".repeat(n)}x${")".repeat(n)};`)],
    ["branches", withBody(`let z = x;\n${"if (z > 0) {".repeat(n)}z = 1;${"}".repeat(n)}`)],
    [
      "else if",
      withBody(
        `let z = x;\n${Array.from({ length: n }, (_, i) => `if (x > ${i}) z = ${i};`).join(" else ")}`,
      ),
    ],
    [
      "ternaries",
      withBody(`const z = ${Array.from({ length: n }, (_, i) => `x > ${i} ? ${i} : `).join("")}x;`),
    ],
    ["signs", withBody(`const z = ${"- ".repeat(n)}x;`)],
    ["powers", withBody(`const z = ${Array(n).fill("x").join(" ** ")};`)],
    ["conditions", withBody(`const z = ${Array(n).fill("x > 1").join(" && ")} ? 1 : 0;`)],
    ["functions", withBody(`const z = ${"((a: number) => ".repeat(n)}x${")(x)".repeat(n)};`)],
    ["arrays", withBody(`const a = ${"[".repeat(n)}x${"]".repeat(n)};\nconst z = x;`)],
    ["blocks", withBody(`let z = x;\n${"{".repeat(n)}z = 1;${"}".repeat(n)}`)],
    [
      "loops",
      withBody(
        `let z = x;\n${Array.from({ length: n }, (_, i) => `for (let i${i} = 0; i${i} < 2; i${i}++)`).join(" ")} z += 1;`,
      ),
    ],
  ];

  it.each(nested(60))("sixty %s are nothing", (_, text) => {
    expect(codesOf(text)).toEqual([]);
  });

  it.each([...nested(900), ...nested(20_000)])("too many %s are said to be too deep", (_, text) => {
    expect(codesOf(text)).toEqual(["ODE1010"]);
  });
});

describe("text", () => {
  it("does not mind long lines and names", () => {
    expect(codesOf(withBody(`const z = x; /* ${"x".repeat(1e7)} */`))).toEqual([]);
    const name = "a".repeat(10_000);
    expect(codesOf(withBody(`const ${name} = x;\nconst z = ${name};`))).toEqual([]);
  });

  it("does not mind names of what every object has", () => {
    expect(
      codesOf(withBody("const __proto__ = x;\nconst constructor = k;\nconst z = __proto__ + constructor;")),
    ).toEqual([]);
    expect(codesOf(withBody("const z = hasOwnProperty;"))).toEqual(["ODE2001"]);
    expect(codesOf(withBody("const r = { a: x };\nconst z = r.toString;"))).toEqual(["ODE2010"]);
    expect(codesOf(withBody("const r = { __proto__: x };\nconst z = x;"))).toEqual(["ODE1071"]);
  });

  it("counts places behind a byte order mark as the text counts them", () => {
    const text = `\ufeff${withBody("const z = gama;")}`;
    const { span } = models(text).diagnostics[0]!;
    expect(text.slice(span!.start, span!.end)).toBe("gama");
  });

  it("says that an empty file has nothing, without an error", () => {
    expect(models("")).toEqual({ models: [], diagnostics: [] });
  });

  it("gives up on constants that take forever, and says so once", () => {
    const text = withBody("const z = s;", "let s = 0;\nfor (let i = 0; i < 1e12; i++) s += 1;");
    const reporter = new Reporter();
    const interpreter = new Interpreter(
      (error) => reporter.note(error, { file: "", start: 0, end: 0 }),
      10_000,
    );
    new Modules(nothing, interpreter, reporter).main("model.ode.ts", text);
    expect(reporter.diagnostics("model.ode.ts").map(({ code }) => code)).toEqual(["ODE1065"]);
  });
});

describe("anything at all", () => {
  const root = join(import.meta.dirname, "..");
  const texts = [
    ...readdirSync(join(root, "frontend/bodies"))
      .filter((file) => file.endsWith(".ode.ts"))
      .map((file) => join(root, "frontend/bodies", file)),
    ...readdirSync(join(root, "errors"))
      .filter((name) => name.startsWith("ODE") && !name.includes("too-"))
      .map((name) => join(root, "errors", name, "model.ode.ts")),
  ].map((file) => readFileSync(file, "utf8"));
  const rounds = isLong ? 100_000 : 1500;

  it(`gives models or located diagnostics, never an exception, for ${rounds} damaged texts`, () => {
    const seed = 20261120;
    const next = doubles(seed);
    const below = (n: number): number => Math.floor(n * next());
    const scraps = [
      "(",
      ")",
      "{",
      "}",
      "[",
      "]",
      "=>",
      "...",
      "?.",
      "`",
      '"',
      "0",
      "1e999",
      "-",
      "x",
      "i",
      "=",
      "++",
    ];
    const classes = [/[A-Za-z_$][\w$]*/g, /\b\d+(?:\.\d+)?\b/g, /[-+*/%<>=!&|]+/g, /\([^()]*\)/g];
    /** Text for text: the result often parses, and means something else. */
    const swap = (text: string): string => {
      const kind = classes[below(classes.length)]!;
      const [own, others] = [text, texts[below(texts.length)]!].map((each) => [...each.matchAll(kind)]);
      if (own!.length === 0 || others!.length === 0) return text;
      const { index, 0: token } = own![below(own!.length)]!;
      return text.slice(0, index) + others![below(others!.length)]![0] + text.slice(index + token.length);
    };
    /** Bytes for bytes: the result seldom parses. */
    const damage = (text: string): string => {
      const from = below(text.length);
      const to = Math.min(text.length, from + below(12));
      const other = texts[below(texts.length)]!;
      const start = below(other.length);
      const scrap = next() < 0.5 ? scraps[below(scraps.length)]! : other.slice(start, start + below(20));
      return text.slice(0, from) + scrap + text.slice(to);
    };
    for (let round = 0; round < rounds; round++) {
      let text = texts[below(texts.length)]!;
      const change = round % 4 === 0 ? damage : swap;
      for (let edit = below(4); edit >= 0; edit--) text = change(text);
      const say = `seed ${seed}, round ${round}:\n${text}`;
      let result: ReturnType<typeof models>;
      try {
        result = models(text);
      } catch (error) {
        throw new Error(`${say}\n${(error as Error).stack}`);
      }
      for (const { span, suggestion, message } of result.diagnostics) {
        const placed =
          span !== undefined && span.start >= 0 && span.start <= span.end && span.end <= text.length;
        expect(placed || span?.file !== "model.ode.ts", `${message}\n${say}`).toBe(true);
        expect(suggestion, `${message}\n${say}`).toBeTruthy();
      }
    }
  });
});
