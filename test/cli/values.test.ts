import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../compiler/cli/number.ts";
import { nestedInput, nestedRecord, overwrite } from "../../compiler/cli/records.ts";
import { type Context, Failure } from "../../compiler/cli/streams.ts";
import { parseTable } from "../../compiler/cli/table.ts";
import { withFiles } from "../../compiler/cli/values.ts";
import { defaultProblem } from "../../compiler/execute/problem.ts";
import { type Leaf, type Model, sizeOf } from "../../compiler/model.ts";

const span = { file: "m.ode.ts", start: 0, end: 1 };

/** Leaves of the given shapes laid out one after the other, with the values 0, 1, 2, …; inputs hold `count` copies. */
function leavesOf(shapes: Readonly<Record<string, readonly number[]>>, count = 1): Leaf[] {
  let offset = 0;
  return Object.entries(shapes).map(([name, shape]) => {
    const size = count * sizeOf(shape);
    const initial = Array.from({ length: size }, (_, i) => offset + i);
    const leaf = { path: name.split("."), name, shape, offset, initial, span };
    offset += size;
    return leaf;
  });
}

const leaves = leavesOf({ alpha: [], "net.W": [2, 3], "net.b": [3], "pair.0": [], "pair.1": [2] });
const counted = Float64Array.from({ length: 13 }, (_, i) => i);
const record = {
  alpha: 0,
  net: {
    W: [
      [1, 2, 3],
      [4, 5, 6],
    ],
    b: [7, 8, 9],
  },
  pair: [10, [11, 12]],
};

describe("records", () => {
  it("have the shapes of the model", () => {
    expect(nestedRecord(leaves, counted)).toEqual(record);
    expect(nestedRecord(leaves, counted, (leaf) => leaf.name === "net.b")).toEqual({ net: { b: [7, 8, 9] } });
  });

  it("of an input are lists of pieces", () => {
    const input = {
      name: "u",
      kind: "hold" as const,
      count: 2,
      leaves: leavesOf({ "u.W": [2], "u.b": [] }, 2),
      span,
    };
    expect(nestedInput(input, Float64Array.of(0, 1, 2, 3, 4, 5))).toEqual([
      { W: [0, 1], b: 4 },
      { W: [2, 3], b: 5 },
    ]);
    const bare = { ...input, leaves: leavesOf({ u: [] }, 2) };
    expect(nestedInput(bare, Float64Array.of(7, 8))).toEqual([7, 8]);
  });

  it("read back what they print", () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 13, maxLength: 13 }), (values) => {
        const flat = Float64Array.from(values);
        const copy = new Float64Array(13);
        overwrite(leaves, nestedRecord(leaves, flat), copy, (leaf) => leaf.offset, []);
        expect(Array.from(copy)).toEqual(Array.from(flat));
      }),
    );
  });

  it("may name some leaves only", () => {
    const flat = counted.slice();
    overwrite(leaves, { net: { b: [-1, -2, -3] } }, flat, (leaf) => leaf.offset, []);
    expect(nestedRecord(leaves, flat)).toEqual({ ...record, net: { ...record.net, b: [-1, -2, -3] } });
  });

  it.each<[string, Json]>([
    [
      "net.W[1]",
      {
        net: {
          W: [
            [1, 2, 3],
            [1, 2],
          ],
        },
      },
    ],
    ["net.V", { net: { V: 1 } }],
    ["net", { net: 1 }],
    ["pair.2", { pair: [1, [2, 3], 4] }],
    ["alpha", { alpha: [1] }],
  ])("name the place of a misfit: %s", (where, json) => {
    expect(() => overwrite(leaves, json, counted.slice(), (leaf) => leaf.offset, [])).toThrow(
      expect.objectContaining({ where }),
    );
  });
});

describe("what a fit has written", () => {
  /** A model with parameters that are named as parts of the document are. */
  const model = {
    state: leavesOf({ y: [] }),
    params: leavesOf({ k: [], state: [], value: [] }),
    inputs: [],
    outputs: [],
    data: [],
    times: [1],
  } as unknown as Model;
  const solver = { method: "rk4", adjoint: "symplectic", t0: 0, t1: 3, steps: 3 };
  const read = (json: unknown): number[] => {
    const context = { readFile: () => JSON.stringify(json) } as unknown as Context;
    const problem = withFiles(defaultProblem(model, solver), model, { params: "f.json" }, context);
    return Array.from(problem.params);
  };

  it("is read by the member of the option's name", () => {
    expect(read({ params: { k: 5, value: 6 }, state: { y: 1 } })).toEqual([5, 1, 6]);
    expect(read({ version: 1, model: "m", value: 2, params: { k: 5 }, state: { y: 1 } })).toEqual([5, 1, 2]);
  });

  it("is told from a record of the model's own names", () => {
    expect(read({ state: 7, value: 8 })).toEqual([0, 7, 8]);
    expect(() => read({ params: { k: 5 }, gradient: {} })).toThrow(/`params`: the model has no such leaf/);
  });

  it("is told where it does not fit", () => {
    expect(() => read({ params: { j: 5 } })).toThrow(/`params\.j`: the model has no such leaf/);
    expect(() => read({ params: 5 })).toThrow(/`params`: a record of k, state, value is expected/);
  });
});

describe("tables", () => {
  const model = {
    state: leavesOf({ y: [] }),
    params: [],
    inputs: [],
    outputs: [],
    data: leavesOf({ seen: [3], "far.out": [3, 2] }),
    times: [1, 2, 3],
  } as unknown as Model;
  const solver = { method: "rk4", adjoint: "symplectic", t0: 0, t1: 3, steps: 3 };

  function read(text: string) {
    let notes = "";
    const context = {
      readFile: () => text,
      note: (note: string) => {
        notes += note;
      },
    } as unknown as Context;
    const problem = withFiles(defaultProblem(model, solver), model, { data: "data.csv" }, context);
    return { notes, data: Array.from(problem.data), times: Array.from(problem.times) };
  }

  it("fill vectors, matrices and times by name", () => {
    const { notes, data, times } = read(
      't,far.out.1, seen ,year,"far.out.0"\n0.5,1,2,1900,3\n1.5,4,5,1901,6\n2.5,7,8,1902,9\n',
    );
    expect(times).toEqual([0.5, 1.5, 2.5]);
    expect(data).toEqual([2, 5, 8, 3, 1, 6, 4, 9, 7]);
    expect(notes).toBe("data.csv: not used: year\n");
  });

  it("convert the cells of columns that are used, and no others", () => {
    const { notes, data, times } = read('t,note,seen,\n1,a,10,\n2,"b, with ""marks""",20,x\n3,5",30,\n');
    expect(times).toEqual([1, 2, 3]);
    expect(data.slice(0, 3)).toEqual([10, 20, 30]);
    expect(notes).toBe("data.csv: not used: note\n");
  });

  it.each([";", "\t"])("may have %j between the names and cells", (separator) => {
    const text = "t,seen,note\n1,10,\n2,20,a\n3,3e1,b\n".replaceAll(",", separator);
    expect(read(text)).toMatchObject({ times: [1, 2, 3], notes: "data.csv: not used: note\n" });
    expect(read(text).data.slice(0, 3)).toEqual([10, 20, 30]);
  });

  it("take any line end, a byte order mark and blank lines", () => {
    expect(read("\ufeffseen\r\n1\r\n\r\n2\r\n3").data.slice(0, 3)).toEqual([1, 2, 3]);
  });

  it.each([
    ["", /data\.csv:1: the table is empty/],
    ["1,2\n3,4\n", /data\.csv:1: the first line holds numbers/],
    ["seen\n", /data\.csv:1: the table has no rows/],
    ["seen,t\n1,2\n3\n", /data\.csv:3: 1 cells under 2 names/],
    ["seen\n1\nmany\n3\n", /data\.csv:3: `many` under `seen` is no number/],
    ["seen\n1\n\n,\n", /data\.csv:4/],
    ["seen\n1\n2\n", /data\.csv:3: 2 rows where `seen` has 3/],
    ["saw\n1\n2\n3\n", /data\.csv:1: no column is named/],
    ["seen,t,seen\n1,1,1\n2,2,2\n3,3,3\n", /data\.csv:1: two columns are named `seen`/],
    ["t,year,t\n1,1,1\n2,2,2\n3,3,3\n", /data\.csv:1: two columns are named `t`/],
    ["seen;t\n0,5;1\n1;2\n2;3\n", /data\.csv:2: `0,5` under `seen` has a decimal comma/],
    ["seen,t\n,1\n1,2\n2,3\n", /data\.csv:2: `` under `seen` is no number/],
  ])("say where %j is wrong", (text, message) => {
    expect(() => read(text)).toThrow(Failure);
    expect(() => read(text)).toThrow(message);
  });

  it("read in linear time", () => {
    const wide = `${"a,".repeat(20000)}a\n${"1,".repeat(20000)}1\n`;
    expect(parseTable("w.csv", wide).head).toHaveLength(20001);
  });
});
