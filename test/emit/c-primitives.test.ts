/** Every primitive means in C what the table says, at its points of test and where C and JavaScript disagree. */

import { beforeAll, describe, expect, it } from "vitest";
import { defaultProblem } from "../../compiler/execute/problem.ts";
import { type Affine, index, integer } from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import type { Expr } from "../../compiler/ir/nodes.ts";
import { type Opcode, opcodes } from "../../compiler/ir/opcode.ts";
import { primitives } from "../../compiler/ir/primitives.ts";
import {
  anyCompiler,
  emitted,
  inFolder,
  type Real,
  sanitizers,
  strict,
  withEngine,
} from "../support/c-files.ts";
import { handBuilt, observe } from "../support/hand-built.ts";

const special = [
  Number.NaN,
  0,
  -0,
  Infinity,
  -Infinity,
  1,
  -1,
  0.5,
  -0.5,
  0.49999999999999994,
  -2.5,
  2.5,
  1.5,
  -0.3,
  3,
  4503599627370497,
  -1e300,
  5e-324,
];

/** Results that IEEE 754 or the helpers fix to the last bit; the mathematical library decides on the others. */
const exact: ReadonlySet<Opcode> = new Set([
  ..."neg abs sign sqrt floor ceil round trunc fround add sub mul div mod min max gate".split(" "),
] as Opcode[]);

const argumentsOf = (op: Opcode): readonly (readonly number[])[] => {
  const { arity, points } = primitives[op];
  const pairs = special.flatMap((x) => special.map((y) => [x, y]));
  return [...points, ...(arity === 1 ? special.map((x) => [x]) : pairs)];
};

const meant = (op: Opcode, [x, y]: readonly number[]): number => {
  const primitive = primitives[op];
  return primitive.arity === 1 ? primitive.value(x!) : primitive.value(x!, y!);
};

/** The operation as it stands, past the constructors that fold. */
const raw = (op: Opcode, args: readonly Expr[]): Expr => ({ kind: "primitive", op, args });

/** Arguments of every operation, one behind the other; `first` says where those of an operation begin. */
function argumentTable(isWanted: (point: readonly number[]) => boolean) {
  const points: (readonly number[])[] = [];
  const first = new Map<Opcode, number>();
  for (const op of opcodes) {
    first.set(op, points.length);
    points.push(...argumentsOf(op).filter(isWanted));
  }
  return { points, first };
}

const endOf = (op: Opcode, { points, first }: ReturnType<typeof argumentTable>): number =>
  first.get(opcodes[opcodes.indexOf(op) + 1]!) ?? points.length;

/** An operation applied to the pair of parameters at an index. */
const applied = (op: Opcode, k: Affine): Expr =>
  raw(
    op,
    [0, 1].slice(0, primitives[op].arity).map((i) => build.read("given", [k, integer(i)])),
  );

/** What C makes of them: a module with a loop for each operation, whose k-th observation is the k-th result. */
function resultsIn(real: Real, table: ReturnType<typeof argumentTable>): Float64Array {
  const { points, first } = table;
  const module = handBuilt({
    state: [{ path: "x" }],
    params: [{ path: "given", shape: [points.length, 2], initial: points.flatMap(([x, y]) => [x!, y ?? 0]) }],
    times: points.map((_, k) => k),
    solve: opcodes.map((op) => {
      const k = index(`k_${op}`);
      return build.loop(`k_${op}`, integer(first.get(op)!), integer(endOf(op, table)), [
        build.store("x_states", [k], applied(op, k)),
      ]);
    }),
    gradient: [],
  });
  return withEngine(module, real, (engine) => {
    const { status, states } = engine.solve(defaultProblem(module.model, module.solver));
    expect(status).toBe(0);
    return states;
  });
}

const single = (op: Opcode, point: readonly number[]): number => {
  const [x, y] = point.map(Math.fround);
  return Math.fround(meant(op, [x!, y ?? 0]));
};

function expectClose(found: number, truth: number, epsilon: number, what: string): void {
  if (Object.is(found, truth)) return;
  const error = Math.abs(found - truth);
  // Of a subnormal result the last place alone may differ.
  expect(error, `${what}: ${found} instead of ${truth}`).toBeLessThanOrEqual(
    epsilon * Math.abs(truth) + (Math.abs(truth) < 1e-300 ? 1e-323 : 0),
  );
}

describe.skipIf(anyCompiler === undefined)("primitives in C", () => {
  const everything = argumentTable(() => true);
  const singles = argumentTable((point) => point.every((x) => Object.is(Math.fround(x), x)));
  let doubleResults: Float64Array;
  let floatResults: Float64Array;
  beforeAll(() => {
    doubleResults = resultsIn("double", everything);
    floatResults = resultsIn("float", singles);
  });

  const forPoints = (
    op: Opcode,
    table: ReturnType<typeof argumentTable>,
    check: (point: readonly number[], k: number) => void,
  ): void => {
    const [first, end] = [table.first.get(op)!, endOf(op, table)];
    expect(end).toBeGreaterThan(first);
    for (let k = first; k < end; k++) check(table.points[k]!, k);
  };

  it.each(opcodes)("%s", (op) => {
    forPoints(op, everything, (point, k) => {
      const [found, truth] = [doubleResults[k]!, meant(op, point)];
      const what = `${op}(${point.join(", ")})`;
      if (exact.has(op)) expect(Object.is(found, truth), `${what}: ${found}, not ${truth}`).toBe(true);
      else expectClose(found, truth, 2 ** -49, what);
    });
  });

  it.each(opcodes)("%s in single precision", (op) => {
    forPoints(op, singles, (point, k) => {
      const [found, truth] = [floatResults[k]!, single(op, point)];
      const what = `${op}(${point.join(", ")})`;
      if (exact.has(op)) expect(Object.is(found, truth), `${what}: ${found}, not ${truth}`).toBe(true);
      else expectClose(found, truth, 2 ** -20, what);
    });
  });

  it.each(["double", "float"] satisfies Real[])(
    "all of them at once: no warning, no complaint: %s",
    (real) => {
      const module = handBuilt({
        state: [{ path: "x" }],
        params: [{ path: "given", shape: [1, 2], initial: [0.3, 0.7] }],
        times: opcodes.map((_, k) => k),
        solve: opcodes.map((op, k) => observe("x", k, applied(op, integer(0)))),
      });
      inFolder(emitted(module, real), (folder) => {
        expect(folder.complaints(anyCompiler!, [...strict, "-c"], ["m.c"])).toBe("");
        const ran = folder.run(["m.c", "m_selftest.c"], anyCompiler === "gcc" ? sanitizers : []);
        expect(ran.errors).toBe("");
      });
    },
  );
});
