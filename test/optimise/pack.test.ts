/** Parts of jets side by side: the same bits, whole rows in one loop, and nothing moved where something else looks at it. */

import { describe, expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import { allocate, evaluate } from "../../compiler/ir/evaluate.ts";
import type { GlobalArray, Program, Statement } from "../../compiler/ir/nodes.ts";
import { printFn } from "../../compiler/ir/print.ts";
import { packed } from "../../compiler/optimise/pack.ts";
import { numbers, size } from "../support/vectors.ts";

const at = (...places: (string | number)[]) =>
  places.map((place) => (typeof place === "number" ? affine.integer(place) : affine.index(place)));
const loop = (index: string, trips: number, body: Statement[]): Statement =>
  build.loop(index, affine.integer(0), affine.integer(trips), body);
const array = (name: string, shape: number[], role: GlobalArray["role"] = "workspace"): GlobalArray => ({
  name,
  element: "real",
  shape,
  role,
});

interface Layer {
  readonly rows: number;
  readonly columns: number;
  /** Parts of a jet beside its value and its top. */
  readonly parts: readonly (readonly number[])[];
  /** What comes behind the product in the loop over rows. */
  readonly behind?: readonly Statement[];
  readonly arrays?: readonly GlobalArray[];
}

/** Fills a jet h, h_p, h_top, multiplies it by W row by row, and squares what comes out into out, out_p, out_top. */
function layer({ rows, columns, parts, behind = [], arrays = [] }: Layer): Program {
  const all = [[], ...parts, []].map((extents, p) => ({ extents, p }));
  let count = 0;
  /** Loops over a part's extents, each with an index of its own. */
  const nest = (extents: readonly number[], make: (indices: string[]) => Statement[]): Statement[] => {
    const indices = extents.map(() => `n${count++}`);
    return extents.reduceRight((inner, extent, d) => [loop(indices[d]!, extent, inner)], make(indices));
  };
  const fill = all.flatMap(({ extents, p }) =>
    nest(extents, (indices) => [
      build.store(`h${p}`, at("k", ...indices), build.mul(build.read("x", at("k")), build.number(p + 1.25))),
    ]),
  );
  const product = all.flatMap(({ extents, p }) =>
    nest(extents, (indices) => [
      build.bind(`e${p}`, build.read(`h${p}`, at("j", ...indices))),
      build.bind(`m${p}`, build.mul(build.name("w"), build.name(`e${p}`))),
      build.accumulate(`z${p}`, at(...indices), build.name(`m${p}`)),
    ]),
  );
  const body: Statement[] = [
    loop("k", columns, fill),
    loop("i", rows, [
      build.bind("b", build.read("bias", at("i"))),
      ...all.map(({ extents, p }) => build.alloc(`z${p}`, extents, { zero: extents.length > 0 })),
      build.store("z0", [], build.name("b")),
      build.store(`z${all.length - 1}`, [], build.zero),
      loop("j", columns, [build.bind("w", build.read("W", at("i", "j"))), ...product]),
      ...all.flatMap(({ extents, p }) =>
        nest(extents, (indices) => [
          build.bind(`s${p}`, build.read(`z${p}`, at(...indices))),
          build.store(
            `out${p}`,
            at("i", ...indices),
            build.add(build.mul(build.name(`s${p}`), build.name(`s${p}`)), build.name("b")),
          ),
        ]),
      ),
      ...behind,
    ]),
  ];
  return {
    arrays: [
      array("x", [columns], "interface"),
      array("bias", [rows], "interface"),
      array("W", [rows, columns], "interface"),
      ...all.flatMap(({ extents, p }) => [
        array(`h${p}`, [columns, ...extents]),
        array(`out${p}`, [rows, ...extents], "interface"),
      ]),
      ...arrays,
    ],
    functions: [{ name: "main", parameters: [], body }],
  };
}

function valuesOf(program: Program): Record<string, number[]> {
  const memory = allocate(program);
  const given = program.arrays.filter(({ role }) => role === "interface");
  for (const [stream, { name, shape }] of given.entries())
    if (!name.startsWith("out")) memory.get(name)!.set(numbers(stream + 1, size(shape)));
  evaluate(program, "main", [], memory);
  return Object.fromEntries(given.map(({ name }) => [name, [...memory.get(name)!]]));
}

const textOf = ({ functions }: Program): string => functions.map((fn) => printFn(fn)).join("\n");
const jet = [[4], [4, 4], [4]];

describe("a jet of many parts", () => {
  it.each([
    [3, 5],
    [8, 2],
  ])("of %i rows and %i columns is summed in one loop, padded to whole vectors", (rows, columns) => {
    const program = layer({ rows, columns, parts: jet });
    const one = packed(program, 64);
    expect(verifyProgram(one)).toEqual([]);
    expect(valuesOf(one)).toEqual(valuesOf(program));
    // 1 + 4 + 16 + 4 + 1 words, in four vectors of eight.
    expect(textOf(one)).toMatch(/for j in 0\.\.\d+\n +let w = W\[i, j\]\n +for \w+ in 0\.\.32\n/);
    expect(one.arrays.some(({ shape }) => shape.join() === `${columns},32`)).toBe(true);
    expect(one.arrays.some(({ name }) => /^h\d$/.test(name))).toBe(false);
  });

  it("whose rows no cache holds has its product in a loop of its own", () => {
    const program = layer({ rows: 130, columns: 2, parts: jet });
    const apart = packed(program, 64);
    expect(verifyProgram(apart)).toEqual([]);
    expect(valuesOf(apart)).toEqual(valuesOf(program));
    expect(textOf(apart).match(/in 0\.\.130\n/g)).toHaveLength(2);
    expect(textOf(program).match(/in 0\.\.130\n/g)).toHaveLength(1);
  });

  it("stays in one loop over rows where what comes behind changes what the product reads", () => {
    // The bias of the next row.
    const behind = [
      loop("once", 1, [build.store("bias", [affine.offset(affine.index("i"), 1)], build.read("z0"))]),
    ];
    const program = layer({ rows: 130, columns: 2, parts: jet, behind });
    const wider = program.arrays.map((one) => (one.name === "bias" ? { ...one, shape: [131] } : one));
    const kept = packed({ ...program, arrays: wider }, 64);
    expect(valuesOf(kept)).toEqual(valuesOf({ ...program, arrays: wider }));
    expect(textOf(kept).match(/in 0\.\.130\n/g)).toHaveLength(1);
    expect(textOf(kept)).toMatch(/in 0\.\.32\n/);
  });
});

it("a short jet is filled to whole vectors, and has its product apart, however few its rows", () => {
  const program = layer({ rows: 3, columns: 5, parts: [[5]] });
  const short = packed(program, 64);
  expect(verifyProgram(short)).toEqual([]);
  expect(valuesOf(short)).toEqual(valuesOf(program));
  expect(textOf(short)).toMatch(/for j in 0\.\.5\n +let w = W\[i, j\]\n +for \w+ in 0\.\.8\n/);
  expect(textOf(short).match(/for i\S* in 0\.\.3\n/g)!.length).toBeGreaterThan(1);
});

describe("what stays in parts", () => {
  it.each([
    ["few words", { parts: [[2]] }],
    ["one part that fills the vectors by itself", { parts: [[40]] }],
    ["more words than registers hold", { parts: [[8, 8], [20], [20]] }],
  ])("%s", (_, { parts }) => {
    const program = layer({ rows: 3, columns: 5, parts });
    expect(packed(program, 64)).toEqual(program);
  });

  it("a part that a called function is handed", () => {
    const program = layer({ rows: 3, columns: 5, parts: jet });
    const [main] = program.functions;
    const look = {
      name: "look",
      parameters: [{ kind: "array" as const, name: "given", shape: [5], access: "in" as const }],
      body: [],
    };
    const call: Statement = {
      kind: "call",
      callee: "look",
      args: [{ kind: "array", view: { array: "h0", prefix: [] } }],
    };
    const handed = { ...program, functions: [look, { ...main!, body: [...main!.body, call] }] };
    expect(packed(handed as Program, 64)).toEqual(handed);
  });

  it("parts of which another function has one that a caller sees", () => {
    const program = layer({ rows: 3, columns: 5, parts: jet });
    const seen = program.arrays.map((one) =>
      one.name === "h1" ? { ...one, role: "interface" as const } : one,
    );
    expect(packed({ ...program, arrays: seen }, 64).arrays).toEqual(seen);
  });
});
