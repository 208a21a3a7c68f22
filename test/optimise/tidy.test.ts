/** Cleaning up an entry function: what it computes on every way out stays what it was, and nothing is left that a second look finds. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import { allocate, evaluate } from "../../compiler/ir/evaluate.ts";
import { Names } from "../../compiler/ir/names.ts";
import type { Block, Expr, Fn, GlobalArray, Statement } from "../../compiler/ir/nodes.ts";
import { forEachExprIn, forEachStatement } from "../../compiler/ir/walk.ts";
import { tidy } from "../../compiler/optimise/index.ts";
import { isLong } from "../support/long.ts";

const results = ["one", "two", "three"];
const given = ["x", "y"];
const arrays: readonly GlobalArray[] = [...results, ...given].map((name) => ({
  name,
  element: "real",
  shape: [],
  role: "interface",
}));

/** An entry function with scalars of its own, loops, and branches of which some leave; a list of numbers decides. */
function randomEntry(choices: readonly number[]): Fn {
  let position = 0;
  const choose = (count: number): number => (choices[position++] ?? 0) % count;
  const names = new Names(arrays.map(({ name }) => name));
  const scalars: string[] = [];
  const value = (depth = 0): Expr => {
    const leaf = choose(3);
    if (depth > 2 || leaf === 0) return build.number([2, 0.5, -1, 0, 3][choose(5)]!);
    const from = leaf === 1 || scalars.length === 0 ? given : scalars;
    const read = build.read(from[choose(from.length)]!);
    const other = choose(5);
    if (other === 0) return build.neg(build.mul(read, value(depth + 1)));
    if (other === 1) return build.mul(build.neg(read), value(depth + 1));
    if (other === 2) return build.add(read, value(depth + 1));
    if (other === 3) return build.sub(value(depth + 1), read);
    return read;
  };
  const written = (): string => {
    const all = [...scalars, ...results];
    return all[choose(all.length)]!;
  };
  const block = (depth: number, isInner: boolean): Statement[] => {
    const count = scalars.length;
    const out: Statement[] = [];
    for (let left = 2 + choose(5); left > 0; left--) {
      switch (choose(depth > 2 ? 4 : 7)) {
        case 0: {
          const name = names.fresh("s");
          out.push(build.alloc(name, []));
          scalars.push(name);
          break;
        }
        case 1:
        case 2:
          out.push(build.store(written(), [], value()));
          break;
        case 3: {
          // What is added reads no scalar that it is added to.
          out.push(
            build.accumulate(written(), [], build.mul(build.read(given[choose(2)]!), build.number(3))),
          );
          break;
        }
        case 4: {
          const index = names.fresh("n");
          out.push(build.loop(index, affine.integer(0), affine.integer(choose(4)), block(depth + 1, true)));
          break;
        }
        default: {
          const test = build.compare("gt", value(), build.number([0, 1, 5, -20][choose(4)]!));
          const leaving = choose(2) === 0 ? [build.leave(1 + choose(3))] : [];
          out.push(build.branch(test, [...block(depth + 1, true), ...leaving]));
        }
      }
    }
    // Scalars live to the end of their block.
    if (isInner) scalars.length = count;
    return out;
  };
  const opening = results.map((name) => build.store(name, [], build.zero));
  return { name: "entry", parameters: [], body: [...opening, ...block(0, false), build.leave(0)] };
}

/** The status, and all that the arrays hold then. */
function outcome(entry: Fn, x: number, y: number): number[] {
  const program = { arrays, functions: [entry] };
  const memory = allocate(program);
  memory.get("x")!.set([x]);
  memory.get("y")!.set([y]);
  const status = evaluate(program, "entry", [], memory);
  // Sums may lose the sign of a zero.
  return [status, ...results.map((name) => memory.get(name)![0]! + 0)];
}

const operations = (block: Block): number => {
  let count = 0;
  forEachExprIn(block, (expr) => {
    if (expr.kind === "primitive") count++;
  });
  return count;
};

const statements = (block: Block): number => {
  let count = 0;
  forEachStatement(block, () => count++);
  return count;
};

describe("an entry function that is cleaned up", () => {
  const choices = fc.array(fc.nat(1000), { minLength: 20, maxLength: 160, size: "max" });
  const drawn = isLong ? {} : { seed: 20_261_123 };

  it("gives what it gave, by whichever way it leaves", () => {
    const statuses = new Set<number>();
    fc.assert(
      fc.property(choices, (list) => {
        const entry = randomEntry(list);
        const clean = tidy(entry, arrays);
        for (const [x, y] of [
          [2, -3],
          [-0.5, 7],
          [1, 1],
        ] as const) {
          const before = outcome(entry, x, y);
          statuses.add(before[0]!);
          expect(outcome(clean, x, y)).toEqual(before);
        }
      }),
      { numRuns: isLong ? 50_000 : 3000, ...drawn },
    );
    expect([...statuses].sort()).toEqual([0, 1, 2, 3]);
  });

  it("has no more to clean up", () => {
    let dirtier = 0;
    let all = 0;
    fc.assert(
      fc.property(choices, (list) => {
        const once = tidy(randomEntry(list), arrays);
        const twice = tidy(once, arrays);
        all++;
        expect(operations(twice.body)).toBeLessThanOrEqual(operations(once.body));
        if (statements(twice.body) < statements(once.body)) dirtier++;
      }),
      { numRuns: isLong ? 20_000 : 1000, ...drawn },
    );
    expect(dirtier / all).toBeLessThan(0.05);
  });
});

describe("what cleaning up leaves", () => {
  const cleaned = (body: Block): Block => tidy({ name: "entry", parameters: [], body }, arrays).body;
  const [x, y] = given.map((name) => build.read(name)) as [Expr, Expr];

  it("a sign stands where the product is used", () => {
    const body = cleaned([
      build.bind("product", build.mul(build.neg(x), y)),
      build.store("one", [], build.add(build.read("three"), build.name("product"))),
      build.store("two", [], build.name("product")),
    ]);
    const ops: string[] = [];
    forEachExprIn(body, (expr) => {
      if (expr.kind === "primitive") ops.push(expr.op);
    });
    expect(ops.sort()).toEqual(["mul", "neg", "sub"]);
  });

  it("a loop keeps no scalar that only a way out of it writes", () => {
    const body = cleaned([
      build.alloc("failed", []),
      build.loop("n", affine.integer(0), affine.integer(3), [
        build.accumulate("one", [], x),
        build.branch(build.compare("gt", build.read("one"), y), [
          build.store("failed", [], build.number(2)),
          build.store("two", [], build.read("failed")),
          build.leave(1),
        ]),
      ]),
      build.store("two", [], build.read("failed")),
      build.leave(0),
    ]);
    const stored: unknown[] = [];
    forEachStatement(body, (statement) => {
      expect(statement.kind).not.toBe("alloc");
      if (statement.kind === "store" && statement.array === "two") stored.push(statement.value);
    });
    expect(stored).toEqual([build.number(2), build.zero]);
  });
});
