/** Builds that take over what the ones before them left give what builds from nothing give, to the byte. */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { Kept } from "../compiler/kept.ts";
import type { Options } from "../compiler/options.ts";
import { transform } from "../compiler/transform.ts";
import { words } from "../runtime/random.ts";
import { inTurn } from "./support/long.ts";

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
    for (let n = 0; n < 30; n++) {
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
    expect(carried).toBeGreaterThan(10);
    expect(broken).toBeLessThan(15);
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
