/** The file beside generated C: sizes are those of the compiled structs, places those of their members, operations those of a run. */

import * as fs from "node:fs";
import * as path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { emit } from "../../compiler/emission.ts";
import type { Operations } from "../../compiler/emit/c-operations.ts";
import { cDescriptionSchema } from "../../compiler/index.ts";
import type { Options } from "../../compiler/options.ts";
import { anyCompiler, inFolder, strict } from "../support/c-files.ts";
import { canCount, countedRuns } from "../support/counting.ts";
import { inTurn, isLong } from "../support/long.ts";

const examples = path.resolve(import.meta.dirname, "../../examples");
const golden = path.resolve(import.meta.dirname, "../golden");
/** Large data of an example has a small stand-in beside the golden text. */
const host = {
  read: (file: string): string | undefined => {
    const standIn = path.join(golden, path.relative(examples, file));
    const found = [standIn, file].find((place) => fs.existsSync(place));
    return found && fs.readFileSync(found, "utf8");
  },
};
const isDescription = new Ajv2020().compile(cDescriptionSchema);

/** A model compiled to C with the prefix m, and its description. */
function described(file: string, text: string, options: Options) {
  const asked: Options = { prefix: "m", ...options };
  const { ready, diagnostics } = build({ file, text, host }, asked);
  if (ready === undefined) throw new Error(diagnostics.map((one) => one.message).join("; "));
  const [header, source, selftest, description] = emit(ready, "c", asked).map((one) => one.text);
  const read = JSON.parse(description!);
  expect(isDescription(read), JSON.stringify(isDescription.errors)).toBe(true);
  return { files: { header: header!, source: source!, selftest: selftest! }, read };
}

const names = fs
  .readdirSync(examples)
  .filter((name) => fs.existsSync(path.join(examples, name, `${name}.ode.ts`)));
const example = (name: string, options: Options) => {
  const file = path.join(examples, name, `${name}.ode.ts`);
  // A file with several models is asked for one of them.
  const model = name === "poisson" ? { model: "residual" } : {};
  return described(file, fs.readFileSync(file, "utf8"), { ...model, ...options });
};

/** Nested leaves, names that are no words of C, all records, an odd number of integers in a workspace of doubles. */
const records = `import { hold, ode, vec, mat } from "odegrad";
export const everything = ode({
  state: { x: 1, a_b: vec(2), int: { deep: vec(3), W: 0.5 } },
  params: { alpha: 1, Alpha: 2, layer: { W: mat(2, 3), _0: vec(2), b: 1 }, layer_b: 3, float: 0.25, aVeryLongNameOfAParameterIndeed1: 1, aVeryLongNameOfAParameterIndeed2: 2 },
  inputs: { push: hold(5) },
  data: { seen: vec(3), pair: mat(2, 2) },
  times: [0.4, 0.6, 1],
  rhs: ({ x, int }, { alpha, layer, layer_b }, { inputs: { push } }) => ({
    x: -alpha * x + push * layer.b,
    a_b: vec(2),
    int: { deep: int.deep.map((e) => -layer_b * e), W: Math.abs(int.W) },
  }),
  outputs: { twice: ({ x }) => 2 * x },
  loss: { at: ({ x }, _p, { k, data }) => (x - data.seen[k]!) ** 2 },
  solver: { method: "rk4", t1: 1, steps: 10 },
});`;

/** One of them in turn, and in the long run all. */
const shapes: readonly Options[] = [
  { real: "double", optimise: "speed" },
  { real: "float", optimise: "size" },
  { real: "double", optimise: "size", emit: ["solve", "gradient", "step"] },
  { real: "float", optimise: "speed", emit: ["solve", "gradient", "step", "jvp", "hvp"] },
];

describe.skipIf(anyCompiler === undefined)("sizes and places are those of the compiler", () => {
  const cases: readonly (readonly [string, (options: Options) => ReturnType<typeof described>])[] = [
    ...names.map((name) => [name, (options: Options) => example(name, options)] as const),
    ["every record", (options) => described("everything.ode.ts", records, options)],
    ["a batch", (options) => described("everything.ode.ts", records, { ...options, batch: 3 })],
    [
      "adaptive steps",
      (options) => described("v.ode.ts", van, { ...options, method: "dopri5", rtol: 1e-6, atol: 1e-6 }),
    ],
  ];
  it.each(cases.map(([name, compiled], i) => [name, compiled, i] as const))("%s", (_, compiled, turn) => {
    for (const options of shapes.filter((_, k) => isLong || (turn + k) % shapes.length === 0)) {
      const { files, read } = compiled(options);
      // C without padding of its own: what is asked of a struct is asked of the compiler, which need not make a program for it.
      const lines: string[] = [];
      const ask = (name: string, question: string, answer: number): void => {
        const type = `is_right_${lines.length}`;
        lines.push(`typedef char ${type}[(${question}) == ${answer} ? 1 : -1]; /* ${name} is ${answer} */`);
      };
      for (const [name, bytes] of Object.entries<number>(read.bytes))
        if (name !== "tables") ask(name, `sizeof(m_${name})`, bytes);
      for (const [record, leaves] of Object.entries<
        { name: string; member: string; shape: number[]; offset: number; constant?: string }[]
      >(read.records)) {
        for (const { name, member, shape, offset, constant } of leaves) {
          ask(`${record} ${name}`, `offsetof(m_${record}, ${member}) / sizeof(${read.real})`, offset);
          const words = shape.reduce((all, extent) => all * extent, 1);
          ask(
            `${record} ${name} words`,
            `sizeof(((m_${record} *)0)->${member}) / sizeof(${read.real})`,
            words,
          );
          if (record === "params") ask(`constant of ${name}`, constant!, offset);
        }
      }
      if (read.records.params !== undefined)
        ask("all parameters", "M_PARAMS_COUNT", read.bytes.params / (read.real === "float" ? 4 : 8));
      for (const { name, element, count } of read.workspace)
        ask(`workspace ${name}`, `sizeof(((m_workspace *)0)->${name}) / sizeof(${element})`, count);
      // Tables are the file's own.
      let tables = 0;
      for (const { name, bytes } of read.tables) {
        ask(`table ${name}`, `sizeof ${name}`, bytes);
        tables += bytes;
      }
      expect(read.bytes.tables).toBe(tables);
      const members = /typedef struct \{\n#if.*\n.*\n#endif\n([^}]*)\n\} m_workspace;/.exec(
        files.header,
      )![1]!;
      expect(read.workspace.map((one: { name: string }) => one.name)).toEqual(
        members.split("\n").map((line) => /^ {4}\w+ (\w+)/.exec(line)![1]),
      );
      inFolder(files, (folder) => {
        folder.write("ask.c", `#include "m.c"\n#include <stddef.h>\n${lines.join("\n")}\n`);
        expect(lines.length).toBeGreaterThan(5);
        expect(folder.complaints(anyCompiler!, ["-std=c99", "-fsyntax-only"], ["ask.c"])).toBe("");
        // The tag of a debug build is counted by the macro.
        expect(folder.complaints(anyCompiler!, [...strict, "-DM_DEBUG", "-fsyntax-only"], ["m.c"])).toBe("");
      });
    }
  });

  it("constants are told apart by 31 characters, and no member is called like one", () => {
    const { files, read } = described("everything.ode.ts", records, {});
    const defined = files.header.matchAll(/^(?:#define| {4}(?=M_)) *(\w+)/gm);
    const constants = [...new Set([...defined].map((match) => match[1]!))];
    expect(constants).toContain("M_PARAMS_alpha");
    expect(new Set(constants.map((name) => name.slice(0, 31))).size).toBe(constants.length);
    expect(read.records.params.map((one: { constant: string }) => one.constant)).toEqual([
      ...["M_PARAMS_alpha", "M_PARAMS_Alpha", "M_PARAMS_layer_W", "M_PARAMS_layer_0", "M_PARAMS_layer_b"],
      ...["M_PARAMS_layer_b_2", "M_PARAMS_float", "M_PARAMS_aVeryLongNameOfAParame"],
      "M_PARAMS_aVeryLongNameOfAPara_2",
    ]);
    const odd = described(
      "odd.ode.ts",
      `import { ode } from "odegrad";
export const odd = ode({ state: { M_PARAMS_k: 1 }, params: { k: 1, M_PARAMS_COUNT: 2, count: 1, COUNT: 1 },
  rhs: ({ M_PARAMS_k }, { k, M_PARAMS_COUNT }) => ({ M_PARAMS_k: -k * M_PARAMS_COUNT * M_PARAMS_k }),
  loss: { terminal: ({ M_PARAMS_k }) => M_PARAMS_k }, solver: { t1: 1, steps: 4 } });`,
      {},
    );
    expect(odd.read.records.state[0].member).toBe("M_PARAMS_k_");
    expect(
      odd.read.records.params.map((one: { member: string; constant: string }) => [one.member, one.constant]),
    ).toEqual([
      ["k", "M_PARAMS_k"],
      ["M_PARAMS_COUNT_", "M_PARAMS_M_PARAMS_COUNT"],
      ["count", "M_PARAMS_count"],
      ["COUNT", "M_PARAMS_COUNT_2"],
    ]);
    inFolder(odd.files, (folder) => {
      expect(folder.complaints(anyCompiler!, [...strict, "-fsyntax-only"], ["m.c"])).toBe("");
    });
  });
});

const van = `import { ode } from "odegrad";
export const van = ode({
  state: { x: 2, v: 0 },
  params: { mu: 1.5 },
  rhs: ({ x, v }, { mu }) => ({ x: v, v: mu * (1 - x * x) * v - x }),
  times: [0.5, 1, 2],
  loss: { at: ({ x }) => Math.sin(x), running: ({ v }) => v * v, terminal: ({ x }) => x * x },
  solver: { method: "rk4", t1: 2, steps: 40 },
});`;

const kinds = ["add", "multiply", "divide", "negate"] as const;
type Counts = Record<string, number>;
const flat = (one: Operations): Counts => ({
  ...Object.fromEntries([...kinds, "compare" as const].map((kind) => [kind, one[kind]])),
  ...one.calls,
  ...one.helpers,
});
/** What is beyond a bound. */
const beyond = (found: Operations, bound: Counts): string[] =>
  Object.entries(flat(found)).flatMap(([name, times]) =>
    times > (bound[name] ?? 0) ? [`${name}: ${times}, at most ${bound[name] ?? 0}`] : [],
  );

describe.skipIf(!canCount)("operations are those of a run", { timeout: 120_000 }, () => {
  /** Holds what is said of each function against a run, and tells which are exact. */
  const held = ({ files, read }: ReturnType<typeof described>): Record<string, boolean> => {
    const entries = ["solve", "gradient", "evaluate"].filter((entry) => read.operations[entry] !== undefined);
    const runs = countedRuns(files, read.real, entries);
    return Object.fromEntries(
      entries.map((entry, i) => {
        const said = read.operations[entry];
        const found = runs[i]!;
        expect(found.status).toBe(0);
        if (said.isExact) expect(found.operations).toEqual(said.counts);
        else expect(beyond(found.operations, flat(said.counts))).toEqual([]);
        return [entry, said.isExact];
      }),
    );
  };

  it.each(inTurn(names, 2).map((name, i) => [name, shapes[i % 2]!] as const))("%s", (name, shape) => {
    held(example(name, shape));
  });

  it.each(["symplectic", "step", "store-all"])("exactly: plan %s", (adjoint) => {
    for (const optimise of inTurn(["speed", "size"] as const, 2, adjoint === "step" ? 1 : 0))
      expect(held(described("v.ode.ts", van, { adjoint, optimise }))).toEqual({
        solve: true,
        gradient: true,
      });
  });

  it.each(["euler", "dopri8", "ab4", "abm4", "leapfrog", "alf", "reversible-heun", "taylor"])(
    "exactly: method %s",
    (method) => {
      expect(held(described("v.ode.ts", van, { method }))).toEqual({ solve: true, gradient: true });
    },
  );

  it("exactly, where a loop is too long to be followed trip by trip", () => {
    for (const method of ["leapfrog", "ab4"])
      expect(held(described("v.ode.ts", van, { method, steps: 8000 }))).toEqual({
        solve: true,
        gradient: true,
      });
  });

  it.each([{ adjoint: "reversible" }, { adjoint: "continuous" }, { method: "rodas4" }])(
    "at most: %o",
    (options) => {
      expect(held(described("v.ode.ts", van, options))["gradient"]).toBe(false);
    },
  );

  const tolerances = isLong ? { rtol: 1e-6, atol: 1e-8 } : { rtol: 1e-4, atol: 1e-6 };
  it.each(["tsit5", "dopri5", "bosh3"])("at most: %s with adaptive steps", (method) => {
    for (const optimise of inTurn(["speed", "size"] as const, 2, method === "dopri5" ? 1 : 0)) {
      const { files, read } = described("v.ode.ts", van, { method, ...tolerances, optimise });
      const entries = ["solve", "gradient"] as const;
      const runs = countedRuns(files, "double", entries, ["accepted", "rejected"]);
      for (const [i, entry] of entries.entries()) {
        const { counts, reason, adaptive } = read.operations[entry];
        expect([counts, reason]).toEqual([null, "the tolerances choose the steps"]);
        const found = runs[i]!;
        const [accepted, rejected] = found.report as [number, number];
        expect(accepted).toBeGreaterThan(5);
        const [once, attempt, step] = [adaptive.once, adaptive.perAttempt, adaptive.perStep].map(flat);
        const bound = Object.fromEntries(
          [...new Set([once, attempt, step].flatMap((one) => Object.keys(one!)))].map((name) => [
            name,
            (once![name] ?? 0) +
              (accepted + rejected) * (attempt![name] ?? 0) +
              accepted * (step![name] ?? 0),
          ]),
        );
        expect(beyond(found.operations, bound)).toEqual([]);
        // And not much too high: what is multiplied is what the stages multiply.
        expect(found.operations.multiply).toBeGreaterThan(0.8 * bound["multiply"]!);
      }
    }
  });

  it.each([
    ["gauss2", {}, "stages are solved for until they do not change any more"],
    [
      "rk4",
      { adjoint: "revolve", checkpoints: 4 },
      "the plan replays as many steps as its checkpoints ask for",
    ],
  ] as const)("are not known beforehand: %s %o", (method, options, reason) => {
    const { read } = described("v.ode.ts", van, { method, ...options });
    expect(read.operations.gradient).toEqual({ counts: null, isExact: false, reason, adaptive: null });
  });
});
