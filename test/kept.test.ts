/** Builds that take over what the ones before them left give what builds from nothing give, to the byte. */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { Kept } from "../compiler/kept.ts";
import type { Options } from "../compiler/options.ts";
import { transform } from "../compiler/transform.ts";
import { words } from "../runtime/random.ts";
import { inTurn, isLong } from "./support/long.ts";

const host = {
  read: (file: string) =>
    file.endsWith("rates.ts")
      ? "export const grow = (x: number) => x * 1.25;\n"
      : file.endsWith("table.json")
        ? "[0, 2, 1]"
        : undefined,
};

const base = `import { custom, hold, mat, normal, ode, vec } from "odegrad";
import { grow } from "./rates.ts";
import table from "./table.json" with { type: "json" };

const softly = custom((x: number) => Math.log(1 + Math.exp(x)), { jvp: (x, dx) => dx / (1 + Math.exp(-x)) });

export const prey = ode({
  state: { hare: 30, lynx: 4 },
  params: { alpha: 0.5, beta: 0.03 },
  rhs: ({ hare, lynx }, { alpha, beta }) => ({
    hare: grow(alpha) * hare - beta * hare * lynx,
    lynx: 0.02 * hare * lynx - softly(alpha) * lynx,
  }),
  loss: { terminal: ({ hare, lynx }) => (hare - 20) ** 2 + lynx },
  solver: { method: "heun", t1: 1, steps: 10 },
});

export const net = ode({
  state: { z: vec(3, [0.1, 0.2, 0.3]) },
  params: { W: mat(3, 3, normal(1, 0, 0.5)) },
  data: { seen: vec(2, [1, 2]) },
  inputs: { push: hold(4, 1.5) },
  rhs: ({ z }, { W }, { inputs }) => {
    const dz = vec(3);
    for (let i = 0; i < 3; i++) {
      let s = inputs.push;
      for (let j = 0; j < 3; j++) s += W[i]![j]! * z[table[j]!]!;
      dz[i] = Math.tanh(s);
    }
    return { z: dz };
  },
  times: [0.5, 1],
  loss: { at: ({ z }, _p, { k, data }) => (z[0]! - data.seen[k]!) ** 2 },
  solver: { method: "euler", t1: 1, steps: 8 },
});
`;

/** Edits as people make them: the text before, and a number that no edit had before. */
const edits: Readonly<Record<string, (text: string, n: number) => string>> = {
  comment: (text, n) =>
    text.replace("\nexport const net", `\n// ${"note ".repeat(n % 5)}${n}\nexport const net`),
  "comment inside": (text, n) => text.replace("const dz", `/* ${n} */ const dz`),
  "line break": (text) => text.replace("; i < 3;", ";\n i < 3;"),
  "default value": (text, n) => text.replace(/alpha: 0\.5\d*/, `alpha: 0.5${n}`),
  initialiser: (text, n) => text.replace(/normal\(\d+/, `normal(${n}`),
  "start of the state": (text, n) => text.replace(/0\.2\d*, 0\.3/, `0.2${n}, 0.3`),
  "input and data": (text, n) => text.replace(/(hold\(4, 1|vec\(2, \[1)[.\d]*/g, `$1.${n}`),
  "constant in the field": (text, n) => text.replace(/0\.02\d*/, `0.02${n}`),
  "factor in the loss": (text, n) => text.replace(/lynx: [^}]*- softly/, `lynx: hare - ${n} * softly`),
  steps: (text, n) => text.replace(/steps: \d+/, `steps: ${8 + (n % 4)}`),
  time: (text, n) => text.replace(/times: \[0\.\d+/, `times: [0.${1 + (n % 9)}`),
  "renamed local": (text) => text.replaceAll(/\bs\b(?= [+=])|\(s\)/g, (s) => s.replace("s", "sum")),
  mistake: (text) => text.replace("Math.tanh(", "Math.tahn("),
  "mended mistake": (text) => text.replace("Math.tahn(", "Math.tanh("),
  "two in one place": (text) => text.replace("dz[i] = Math", "dz[i] = 1 * Math"),
};

/** Files as they are. */
const reader = {
  read: (file: string) => (fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined),
};

const build = (text: string, options: Options, kept?: Kept) =>
  transform({ file: "models/m.ode.ts", text, host }, options, kept);

describe("what builds leave for the next", () => {
  it.each(inTurn([2, 1], 2))("changes nothing in what comes out of random edits, seed %i", (seed) => {
    const draw = words(seed);
    const pick = <T>(list: readonly T[]): T => list[draw() % list.length]!;
    const kept = new Kept();
    const texts = [base];
    let sound = base;
    let [carried, broken] = [0, 0];
    const find = kept.find.bind(kept);
    kept.find = (...question) => {
      const found = find(...question);
      if (found !== undefined) carried++;
      return found;
    };
    for (let n = 0; n < (isLong ? 30 : 18); n++) {
      const options: Options = draw() % 4 === 0 ? {} : { emit: ["solve", "gradient"] };
      // Now and then back to where it was, and from a mistake soon.
      const from = draw() % 5 === 0 ? pick(texts) : draw() % 2 === 0 ? sound : texts.at(-1)!;
      const text = edits[pick(Object.keys(edits))]!(from, n);
      texts.push(text);
      const found = build(text, options, kept);
      if (found.code === undefined) broken++;
      else sound = text;
      expect(found).toEqual(build(text, options));
    }
    expect(carried).toBeGreaterThan(isLong ? 10 : 5);
    expect(broken).toBeLessThan(15);
  });

  const examples = ["graph-ode", "hamiltonian-network", "neural-ode", "poisson", "two-moons", "hare-lynx"];

  it.each(inTurn(examples, 6))("changes nothing in what comes out of random edits of %s", (name) => {
    const file = path.join(import.meta.dirname, `../examples/${name}/${name}.ode.ts`);
    const original = fs.readFileSync(file, "utf8");
    const draw = words(original.length);
    const pick = <T>(list: readonly T[]): T => list[draw() % list.length]!;
    /** The text with one of the places that a pattern finds written otherwise. */
    const changed = (text: string, pattern: RegExp, other: () => string): string => {
      const { index, 0: found } = pick([...text.matchAll(pattern)]);
      return text.slice(0, index) + other() + text.slice(index + found.length);
    };
    const edit: readonly ((text: string) => string)[] = [
      (text) => changed(text, / [*+-] /g, () => ` ${pick(["*", "+", "-"])} `),
      (text) => changed(text, /\b0\.\d+/g, () => `0.${1 + (draw() % 998)}`),
      (text) => text.replace(/Math\.\w+\(/, `Math.${pick(["sin", "tanh", "exp"])}(`),
      (text) => changed(text, /\n/g, () => `\n// ${draw()}\n`),
    ];
    const kept = new Kept();
    const texts = [original];
    let sound = 0;
    for (let n = 0; n < (isLong ? 30 : 6); n++) {
      const text = pick(edit)(draw() % 4 === 0 ? pick(texts) : texts.at(-1)!);
      texts.push(text);
      const source = { file: path.relative("", file), text, host: reader };
      const options: Options = isLong ? {} : { emit: ["solve", "gradient"] };
      const found = transform(source, options, kept);
      if (found.code !== undefined) sound++;
      expect(found).toEqual(transform(source, options));
    }
    expect(sound).toBeGreaterThan(2);
  });

  const carries = (
    before: string,
    after: string,
    options: Options = { emit: ["solve"] },
    other = options,
  ) => {
    const kept = new Kept();
    build(before, options, kept);
    let found = 0;
    const find = kept.find.bind(kept);
    kept.find = (...question) => {
      const one = find(...question);
      if (one !== undefined) found++;
      return one;
    };
    expect(build(after, other, kept)).toEqual(build(after, other));
    return found;
  };

  it.each(["poisson", "two-moons", "hamiltonian-network", "pendulum-control"])(
    "carries over all of %s",
    (name) => {
      const file = path.join(import.meta.dirname, `../examples/${name}/${name}.ode.ts`);
      const text = fs.readFileSync(file, "utf8");
      const models = text.match(/^export const \w+ = (?:ode|field)\(/gm)!.length;
      expect(carries(`// Moved.\n\n${text}`, text, { emit: ["gradient"] })).toBe(models);
    },
  );

  it("carries over models whose text moves, and whose numbers start elsewhere", () => {
    expect(carries(base, edits["comment"]!(base, 3))).toBe(2);
    expect(carries(base, edits["comment inside"]!(base, 3))).toBe(2);
    expect(carries(base, edits["default value"]!(base, 3))).toBe(2);
    expect(carries(base, edits["initialiser"]!(base, 3))).toBe(2);
  });

  it("carries over the models of a file that an edit leaves alone, and no other", () => {
    expect(carries(base, edits["constant in the field"]!(base, 3))).toBe(1);
    expect(carries(base, edits["steps"]!(base, 3))).toBe(1);
    expect(carries(base, edits["time"]!(base, 3))).toBe(1);
  });

  it("carries nothing from one question to another", () => {
    expect(carries(base, base, { emit: ["solve"] }, { emit: ["gradient"] })).toBe(0);
    expect(carries(base, base, { emit: ["solve"] }, { emit: ["solve"], math: "portable" })).toBe(0);
    expect(carries(base, base, { emit: ["solve"] }, { emit: ["solve"], method: "rk4" })).toBe(0);
  });

  it("forgets what lies far behind", () => {
    const kept = new Kept();
    const one = (i: number) =>
      build(
        `import { ode } from "odegrad";
export const m${i} = ode({ state: { x: 1 }, params: { a: 1 }, rhs: ({ x }, { a }) => ({ x: a * x }),
  loss: { terminal: ({ x }) => x }, solver: { method: "euler", t1: 1, steps: 2 } });`,
        { emit: ["solve"] },
        kept,
      );
    const found: boolean[] = [];
    const find = kept.find.bind(kept);
    kept.find = (...question) => {
      const result = find(...question);
      found.push(result !== undefined);
      return result;
    };
    for (let i = 0; i < 70; i++) one(i);
    one(69);
    one(0);
    expect(found.slice(-2)).toEqual([true, false]);
  });
});

const data = `import { mat, ode, vec } from "odegrad";
import { grow } from "./rates.ts";
import table from "./table.json" with { type: "json" };

const n = 40;
const weights = vec(n);
let total = 0;
for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) weights[i]! += (grow(i) * (j + table[1]!)) / (n * n);
for (const weight of weights) total += weight;
const pair = [0, 1];
const scale = (x: number) => x / total;
// Behind.
const half = 0.5;
export const fall = ode({
  state: { x: vec(2, 1) },
  params: { k: weights[3]!, W: mat(2, 2, (i, j) => i + j) },
  rhs: ({ x }, { k, W }) => ({
    x: [-k * x[0]! * half, scale(weights[5]! + pair[1]!) * W[0]![1]! * x[1]!],
  }),
  loss: { terminal: ({ x }) => x[0]! ** 2 + x[1]! },
  solver: { method: "euler", t1: 1, steps: 3 },
});
`;

/** Edits of a model below data that are computed. Those with "!" change what the data are from then on; those with "!!" what they are made of, or may. */
const dataEdits: Readonly<Record<string, (text: string, n: number) => string>> = {
  comment: (text, n) => `${text}// ${n}\n`,
  "comment behind": (text, n) => text.replace(/\/\/ Behind.*/, `// Behind ${n}.`),
  field: (text, n) => text.replace(/\[-k \*( [\d.]+ \*)?/, `[-k * ${1 + n / 8} *`),
  "value behind": (text, n) => text.replace(/half = [\d.]+/, `half = ${0.5 + n / 8}`),
  "state and parameters": (text, n) => text.replace(/vec\(2, [\d.]+\)/, `vec(2, ${1 + n / 16})`),
  mistake: (text) => text.replace("x[0]! ** 2", "x[0]! ** y"),
  "mended mistake": (text) => text.replace("x[0]! ** y", "x[0]! ** 2"),
  "!! broken text": (text) => text.replace("loss: {", "loss: {{"),
  "mended text": (text) => text.replace("loss: {{", "loss: {"),
  "!! one more name": (text, n) => `${text}const more${n} = weights[1]!;\n`,
  "!! size": (text, n) => text.replace(/const n = \d+/, `const n = ${41 + (n % 3)}`),
  "!! loop": (text, n) => text.replace(/grow\(i\)( \+ \d+)?/, `grow(i) + ${n}`),
  "!! comment above": (text, n) => `// ${n}\n${text}`,
  "! write in front": (text, n) => text.replace("const half", `weights[3] = ${n};\nconst half`),
  "! write to a list": (text, n) => text.replace("const half", `pair[1] = ${n};\nconst half`),
  "! write behind": (text, n) => `${text}weights[3] = ${n};\nweights[5] = 2;\n`,
  "! fill behind": (text, n) => `${text}weights.fill(${n});\n`,
  "! sum behind": (text, n) => `${text}total = ${n};\n`,
  "! write in a default": (text, n) =>
    text.replace("(i, j) => i + j", `(i, j) => {\n  weights[5] = ${n};\n  return i - j;\n}`),
  "!! write in a function": (text) =>
    text.replace("const half", "const more = (x: number) => {\n  total = x;\n  return x;\n};\nconst half"),
  "!! function": (text, n) => `${text}function late(x: number) {\n  return x + ${n};\n}\n`,
  "!! function that was there": (text) => `${text}function grow(x: number) {\n  return x;\n}\n`,
  "!! name that was there": (text) => `${text}const n = 3;\n`,
  "!! name twice": (text) => `${text}const half = 3;\n`,
  "!! import": (text) => `${text}import { sin as wave } from "odegrad";\n`,
  "!! Math": (text) => `${text}const Math = 3;\n`,
};

describe("what is computed above a model", () => {
  const reads = { "rates.ts": 0, "more.ts": 0, "table.json": 0 };
  const texts: Readonly<Record<string, () => string>> = {
    // Now and then it needs another file.
    "rates.ts": () =>
      reads["rates.ts"] % 2 === 0
        ? `export const grow = (x: number) => x * ${1 + reads["rates.ts"]};\n`
        : 'import { more } from "./more.ts";\nexport const grow = (x: number) => x * more;\n',
    "more.ts": () => `export const more = ${1.5 + reads["more.ts"]};\n`,
    "table.json": () => `[0, ${2 + reads["table.json"]}, 1]`,
  };
  const changing = { read: (file: string) => texts[path.basename(file)]?.() };
  const buildData = (text: string, kept?: Kept) =>
    transform({ file: "models/d.ode.ts", text, host: changing }, { emit: ["solve"] }, kept);
  /** Whether a build begins where one before it had been. */
  const takes = (kept: Kept, text: string): boolean => {
    let taken = false;
    const { take } = kept.heads;
    kept.heads.take = (...question) => {
      const head = take.apply(kept.heads, question);
      taken ||= head !== undefined;
      return head;
    };
    expect(buildData(text, kept)).toEqual(buildData(text));
    kept.heads.take = take;
    return taken;
  };

  it("is kept where an edit leaves it alone, and nowhere else", () => {
    for (const [name, edit] of inTurn(Object.entries(dataEdits), 2)) {
      const kept = new Kept();
      buildData(data, kept);
      expect([name, takes(kept, edit(data, 3))]).toEqual([name, !name.startsWith("!!")]);
      // What has been changed behind it is not there any more.
      buildData(data, kept);
      expect(buildData(data, kept)).toEqual(buildData(data));
    }
  });

  it("is run again when a function further down changes, which it may have called", () => {
    const late = (by: number): string =>
      `${data.replace("grow(i)", "late(i)")}function late(x: number) {\n  return x + ${by};\n}\n`;
    const kept = new Kept();
    buildData(late(1), kept);
    expect(takes(kept, late(2))).toBe(false);
  });

  it("is read again when a file it was read from changes", () => {
    const kept = new Kept();
    buildData(data, kept);
    expect(takes(kept, data)).toBe(true);
    reads["table.json"]++;
    expect(takes(kept, data)).toBe(false);
    expect(takes(kept, data)).toBe(true);
    for (const file of ["rates.ts", "more.ts", "rates.ts"] as const) {
      reads[file]++;
      expect([file, takes(kept, data)]).toEqual([file, false]);
      expect(takes(kept, data)).toBe(true);
    }
  });

  it.each(inTurn([1, 2, 3], 3))("changes nothing in what comes out of random edits, seed %i", (seed) => {
    const draw = words(seed);
    const pick = <T>(list: readonly T[]): T => list[draw() % list.length]!;
    const kept = new Kept();
    const versions = [data];
    let taken = 0;
    for (let n = 0; n < (isLong ? 60 : 30); n++) {
      const from = draw() % 3 === 0 ? data : draw() % 4 === 0 ? pick(versions) : versions.at(-1)!;
      if (draw() % 8 === 0) reads[pick(["rates.ts", "more.ts", "table.json"] as const)]++;
      // Most edits leave the data alone.
      const names = Object.keys(dataEdits).filter((name) => !name.startsWith("!") || draw() % 5 === 0);
      const text = dataEdits[pick(names)]!(from, n);
      versions.push(text);
      if (takes(kept, text)) taken++;
    }
    expect(taken).toBeGreaterThan(isLong ? 12 : 5);
  });
});
