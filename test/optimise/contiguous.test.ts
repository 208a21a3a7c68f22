/** Sums along rows: the same bits whatever the order of loops and subscripts, the last subscript innermost where it may be. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import { allocate, evaluate } from "../../compiler/ir/evaluate.ts";
import type { Block, GlobalArray, Program, Statement } from "../../compiler/ir/nodes.ts";
import { printFn } from "../../compiler/ir/print.ts";
import { columns } from "../../compiler/optimise/columns.ts";
import { numbers } from "../support/vectors.ts";

const extents = { i: 9, j: 10, k: 12 } as const;
type Index = keyof typeof extents;
const places = (at: readonly Index[]) => at.map((index) => affine.index(index));
const array = (name: string, at: readonly Index[], role: GlobalArray["role"]): GlobalArray => ({
  name,
  element: "real",
  shape: at.map((index) => extents[index]),
  role,
});

/** Z[target] += X[first] * Y[second] in three loops, the outermost named first. */
function product(
  loops: readonly Index[],
  { target, first, second }: { target: readonly Index[]; first: readonly Index[]; second: readonly Index[] },
): Program {
  const sum: Statement = build.accumulate(
    "Z",
    places(target),
    build.mul(build.read("X", places(first)), build.read("Y", places(second))),
  );
  const nest = loops.reduceRight<Statement>(
    (body, index) => build.loop(index, affine.integer(0), affine.integer(extents[index]), [body]),
    sum,
  );
  return {
    arrays: [
      array("X", first, "workspace"),
      array("Y", second, "workspace"),
      array("Z", target, "workspace"),
    ],
    functions: [{ name: "main", parameters: [], body: [nest] }],
  };
}

function valuesOf(program: Program): number[] {
  const memory = allocate(program);
  for (const [stream, name] of ["X", "Y", "Z"].entries()) {
    const words = memory.get(name)!;
    words.set(numbers(stream + 1, words.length));
  }
  evaluate(program, "main", [], memory);
  return [...memory.get("Z")!];
}

const byRows = (program: Program): Program => columns(program, ["main"], true);
const textOf = ({ functions }: Program): string => functions.map((fn) => printFn(fn)).join("\n");
/** Indices of the nest that sums into Z, the outermost first. */
function nestOf({ functions }: Program): string {
  const find = (block: Block, around: string): string | undefined => {
    for (const statement of block) {
      if (statement.kind === "accumulate" && statement.array === "Z") return around;
      const found = statement.kind === "for" ? find(statement.body, around + statement.index[0]) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return find(functions[0]!.body, "") ?? "";
}

describe("a product of matrices", () => {
  const forwards = { target: ["i", "j"], first: ["i", "k"], second: ["k", "j"] } as const;

  it("has the columns of the result innermost", () => {
    expect(nestOf(byRows(product(["i", "j", "k"], forwards)))).toBe("ikj");
    expect(valuesOf(byRows(product(["i", "j", "k"], forwards)))).toEqual(
      valuesOf(product(["i", "j", "k"], forwards)),
    );
  });

  it("stays where its columns are innermost already", () => {
    const program = product(["i", "k", "j"], forwards);
    expect(textOf(byRows(program))).toBe(textOf(program));
  });

  it("reads a transposed matrix along its rows from a copy", () => {
    const program = product(["i", "k", "j"], { ...forwards, second: ["j", "k"] });
    const turned = byRows(program);
    expect(turned.arrays.map(({ name }) => name)).toContain("Y_columns");
    expect(textOf(turned)).toContain("Y_columns[k, j]");
    expect(valuesOf(turned)).toEqual(valuesOf(program));
  });

  it("keeps no copy that nothing reads", () => {
    // X would have to be turned for Z to be summed along its rows, and Y, of three subscripts, cannot be.
    const program = product(["i", "k", "j"], {
      target: ["i", "j"],
      first: ["j", "k"],
      second: ["j", "k", "i"],
    });
    expect(textOf(byRows(program))).toBe(textOf(program));
    expect(byRows(program).arrays).toEqual(program.arrays);
  });

  it("stays where the result is one of its factors", () => {
    const program = product(["i", "j", "k"], forwards);
    const [fn] = program.functions;
    const aliased: Program = JSON.parse(
      JSON.stringify({ ...program, functions: [fn] }).replaceAll('"X"', '"Z"'),
    );
    const arrays = aliased.arrays
      .slice(1)
      .map((one) => (one.name === "Z" ? { ...one, shape: [12, 12] } : one));
    expect(textOf(byRows({ ...aliased, arrays }))).toBe(textOf({ ...aliased, arrays }));
  });
});

describe("random nests", () => {
  const indices = ["i", "j", "k"] as const satisfies readonly Index[];
  const order = fc.shuffledSubarray([...indices], { minLength: 3, maxLength: 3 });
  const subscripts = fc.shuffledSubarray([...indices], { minLength: 1, maxLength: 3 });

  it("keep every bit", () => {
    let changed = 0;
    fc.assert(
      fc.property(order, subscripts, subscripts, subscripts, (loops, target, first, second) => {
        const program = product(loops, { target, first, second });
        const turned = byRows(program);
        if (textOf(turned) !== textOf(program)) changed++;
        expect(verifyProgram(turned)).toEqual([]);
        expect(valuesOf(turned)).toEqual(valuesOf(program));
      }),
      { numRuns: 500, seed: 20_261_121 },
    );
    expect(changed).toBeGreaterThan(50);
  });
});
