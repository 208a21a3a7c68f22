/**
 * Every primitive's Taylor coefficients as expressions against the recurrences on numbers, to order six: all of them along
 * a curve, and the sum over directions of the highest.
 */

import { describe, expect, it } from "vitest";
import { alongCurve, jets } from "../../compiler/differentiate/jets.ts";
import { taylor } from "../../compiler/differentiate/series.ts";
import { evaluate } from "../../compiler/ir/evaluate.ts";
import type { Opcode } from "../../compiler/ir/opcode.ts";
import { primitives } from "../../compiler/ir/primitives.ts";
import { singleFunction } from "../support/single.ts";
import { numbers } from "../support/vectors.ts";

const context = { arrays: [], functions: [] };
const opcodes = Object.keys(primitives) as Opcode[];
const highest = 6;
/** Points whose coefficients can be told from rounding. */
const pointsOf = (op: Opcode): (readonly number[])[] =>
  primitives[op].points.filter((at) => at.every((x) => Math.abs(x) > 1e-3 && Math.abs(x) < 50));

const isPlain = (values: readonly number[]): boolean =>
  values.every((value) => Number.isFinite(value) && Math.abs(value) < 1e12);

describe.each(opcodes)("%s", (op) => {
  const points = pointsOf(op);
  const names = ["x", "y"].slice(0, primitives[op].arity);

  it("has the coefficients of its series along a curve", () => {
    const given = Array.from({ length: highest }, (_, k) => k + 1);
    for (const order of [1, 2, 3, 4, 5, 6]) {
      const orders = given.slice(0, order);
      const fn = alongCurve(singleFunction(op), new Map(names.map((name) => [name, orders])), order, context);
      for (const at of points) {
        const paths = at.map((x, i) => [x, ...numbers(40 + i, order).map((each) => 0.3 * each)]);
        const truth = taylor(op, paths);
        if (!isPlain(truth)) continue;
        const result = Float64Array.of(Number.NaN);
        const args = [
          ...at.map((x) => Float64Array.of(x)),
          ...paths.flatMap((path) => path.slice(1).map((each) => Float64Array.of(each))),
          result,
        ];
        evaluate({ arrays: [], functions: [fn] }, fn.name, args);
        const scale = Math.max(1e-300, ...truth.map(Math.abs));
        expect(Math.abs(result[0]! - truth[order]!), `${op}(${at}) order ${order}`).toBeLessThanOrEqual(
          1e-12 * scale,
        );
      }
    }
  });

  it("has the sum of its series over directions", () => {
    const directions = 3;
    for (const order of [2, 3, 4, 6]) {
      const bundle = { order, directions, collapsed: true };
      const fn = jets(singleFunction(op), "x", bundle, context);
      for (const at of points) {
        const along = [...numbers(50, directions)];
        const each = along.map((v) =>
          taylor(
            op,
            at.map((x, i) => [x, i === 0 ? v : 0, ...new Array<number>(order - 1).fill(0)]),
          ),
        );
        if (!isPlain(each.flat())) continue;
        const result = Float64Array.of(Number.NaN);
        evaluate({ arrays: [], functions: [fn] }, fn.name, [
          ...at.map((x) => Float64Array.of(x)),
          Float64Array.from(along),
          result,
        ]);
        const truth = each.reduce((sum, series) => sum + series[order]!, 0);
        const scale = Math.max(1e-300, ...each.flat().map(Math.abs));
        expect(Math.abs(result[0]! - truth), `${op}(${at}) order ${order}`).toBeLessThanOrEqual(
          1e-12 * scale,
        );
      }
    }
  });
});

it("most primitives have points to compare at", () => {
  expect(opcodes.filter((op) => pointsOf(op).length > 0).length).toBeGreaterThan(0.9 * opcodes.length);
});
