/**
 * Random IR functions for the laws: well formed by construction, with loops (up, down, triangular, empty), carried
 * state, overwritten arrays, swaps, branches and mutable scalars. In: a list of numbers, each deciding one choice; a
 * list that ends early decides 0. fast-check shrinks such a list to a small program by itself.
 */

import type { Affine } from "../../compiler/ir/affine.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import { Names } from "../../compiler/ir/names.ts";
import type { Expr, Fn, Shape, Statement, Test } from "../../compiler/ir/nodes.ts";
import type { Opcode } from "../../compiler/ir/opcode.ts";

interface Scope {
  readonly scalars: readonly string[];
  /** Loop indices with the exclusive upper end of their interval (from 0). */
  readonly indices: readonly { readonly name: string; readonly extent: number }[];
  readonly arrays: readonly { readonly name: string; readonly shape: Shape; readonly writable: boolean }[];
}

export const inputs = [
  { name: "x", shape: [4] },
  { name: "p", shape: [] },
  { name: "w", shape: [3, 4] },
] as const;

export const results = [
  { name: "y", shape: [4] },
  { name: "z", shape: [] },
] as const;

/** `bends`: subscripts wrap around and are divided, too, and tests ask for indices. */
export function randomFunction(choices: readonly number[], { bends = false } = {}): Fn {
  let position = 0;
  const choose = (count: number): number => (choices[position++] ?? 0) % count;
  const names = new Names(["t", ...inputs.map((one) => one.name), ...results.map((one) => one.name)]);

  const subscript = (extent: number, scope: Scope): Affine => {
    if (bends && scope.indices.length > 0 && choose(2) === 0) {
      const shifted = affine.offset(affine.index(scope.indices.at(-1)!.name), choose(5));
      const divided = affine.quotient(shifted, affine.integer(1 + choose(3) * choose(3)));
      return affine.remainder(divided, affine.integer(extent));
    }
    const fitting = scope.indices.filter((one) => one.extent <= extent && one.extent > 0);
    const pick = choose(fitting.length + 2);
    if (pick < fitting.length) {
      const one = fitting[pick]!;
      const slack = extent - one.extent;
      const shift = slack > 0 ? choose(slack + 1) : 0;
      // Sometimes from the other end.
      if (choose(4) === 1) {
        return affine.subtract(affine.integer(extent - 1 - shift), affine.index(one.name));
      }
      return affine.offset(affine.index(one.name), shift);
    }
    return affine.integer(choose(extent));
  };

  const place = (scope: Scope, writable: boolean): { array: string; at: Affine[] } => {
    const arrays = scope.arrays.filter((one) => one.writable || !writable);
    const one = arrays[choose(arrays.length)]!;
    return { array: one.name, at: one.shape.map((extent) => subscript(extent, scope)) };
  };

  const smooth: readonly Opcode[] = ["sin", "cos", "tanh", "atan", "asinh"];

  const expression = (scope: Scope, depth: number): Expr => {
    const pick = depth <= 0 ? choose(3) : choose(12);
    switch (pick) {
      case 0: {
        const one = place(scope, false);
        return build.read(one.array, one.at);
      }
      case 1:
        return scope.scalars.length > 0
          ? build.name(scope.scalars[choose(scope.scalars.length)]!)
          : build.number(0.5);
      case 2: {
        const index = scope.indices[choose(Math.max(1, scope.indices.length))];
        return index ? build.integerValue(affine.index(index.name)) : build.number(1 + choose(3) / 4);
      }
      case 3:
      case 4:
        return build.add(expression(scope, depth - 1), expression(scope, depth - 1));
      case 5:
        return build.sub(expression(scope, depth - 1), expression(scope, depth - 1));
      case 6:
      case 7:
        return build.mul(expression(scope, depth - 1), expression(scope, depth - 1));
      case 8: {
        // A denominator that stays away from 0.
        const below = build.add(build.number(3), build.primitive("sin", [expression(scope, depth - 1)]));
        return build.div(expression(scope, depth - 1), below);
      }
      case 9:
        return build.primitive(smooth[choose(smooth.length)]!, [expression(scope, depth - 1)]);
      case 10: {
        const op: Opcode = choose(2) === 0 ? "max" : "min";
        return build.primitive(op, [expression(scope, depth - 1), expression(scope, depth - 1)]);
      }
      default:
        return build.select(test(scope), expression(scope, depth - 1), expression(scope, depth - 1));
    }
  };

  const test = (scope: Scope): Test => {
    const ofIndex = bends && scope.indices.length > 0 && choose(2) === 0;
    const one = build.compare(
      choose(2) === 0 ? "lt" : "ge",
      ofIndex ? build.integerValue(affine.index(scope.indices.at(-1)!.name)) : expression(scope, 1),
      ofIndex ? build.number(choose(5)) : build.number(choose(5) / 4 - 0.5),
    );
    switch (choose(5)) {
      case 1:
        return build.and(one, build.compare("gt", expression(scope, 1), build.number(-0.3)));
      case 2:
        return build.or(one, build.compare("le", expression(scope, 1), build.number(0.2)));
      case 3:
        return build.not(one);
      default:
        return one;
    }
  };

  const block = (outer: Scope, length: number, depth: number): Statement[] => {
    let scope = outer;
    const out: Statement[] = [];
    for (let line = 0; line < length; line++) {
      switch (choose(9)) {
        case 0: {
          const one = place(scope, true);
          out.push(build.store(one.array, one.at, expression(scope, 2)));
          break;
        }
        case 1: {
          const name = names.fresh("v");
          out.push(build.bind(name, expression(scope, 2)));
          scope = { ...scope, scalars: [...scope.scalars, name] };
          break;
        }
        case 2: {
          const one = place(scope, true);
          const value = names.fresh("v");
          out.push(build.bind(value, expression(scope, 2)));
          out.push(build.accumulate(one.array, one.at, build.name(value)));
          break;
        }
        case 3: {
          const name = names.fresh("a");
          const shape: Shape = [[], [3], [4], [2, 4]][choose(4)]!;
          out.push(build.alloc(name, shape));
          scope = { ...scope, arrays: [...scope.arrays, { name, shape, writable: true }] };
          break;
        }
        case 4: {
          // A swap of two entries, which may be the same one.
          const [one, other] = [place(scope, true), place(scope, true)];
          const [left, right] = [names.fresh("l"), names.fresh("r")];
          out.push(build.bind(left, build.read(one.array, one.at)));
          out.push(build.bind(right, build.read(other.array, other.at)));
          out.push(build.store(one.array, one.at, build.name(right)));
          out.push(build.store(other.array, other.at, build.primitive("sin", [build.name(left)])));
          break;
        }
        case 5:
        case 6:
        case 7: {
          if (depth <= 0) break;
          const name = names.fresh("i");
          const extent = [0, 1, 2, 3, 4, 17][choose(6)]!;
          // Sometimes triangular: up to an outer index.
          const bound = scope.indices[choose(Math.max(1, scope.indices.length))];
          const triangular = bound !== undefined && bound.extent <= 4 && choose(3) === 1;
          const to = triangular ? affine.index(bound.name) : affine.integer(extent);
          const inside = { name, extent: triangular ? Math.max(1, bound.extent - 1) : extent };
          const body = block(
            { ...scope, indices: extent === 0 && !triangular ? scope.indices : [...scope.indices, inside] },
            1 + choose(4),
            depth - 1,
          );
          out.push(build.loop(name, affine.integer(0), to, body, { down: choose(2) === 1 }));
          break;
        }
        default: {
          if (depth <= 0) break;
          const then = block(scope, 1 + choose(3), depth - 1);
          const otherwise = choose(2) === 1 ? block(scope, 1 + choose(2), depth - 1) : [];
          out.push(build.branch(test(scope), then, otherwise));
          break;
        }
      }
    }
    return out;
  };

  const opening: Statement[] = results.flatMap((one) =>
    build.forEachEntry(one.shape, names.fresh, (at) => [build.store(one.name, at, build.read("p"))]),
  );
  const scope: Scope = {
    scalars: ["t"],
    indices: [],
    arrays: [
      ...inputs.map((one) => ({ ...one, writable: false })),
      ...results.map((one) => ({ ...one, writable: true })),
    ],
  };
  const body = [...opening, ...block(scope, 3 + choose(6), 3)];
  return {
    name: "f",
    parameters: [
      { kind: "real", name: "t" },
      ...inputs.map((one) => ({
        kind: "array" as const,
        element: "real" as const,
        access: "in" as const,
        ...one,
      })),
      ...results.map((one) => ({
        kind: "array" as const,
        element: "real" as const,
        access: "out" as const,
        ...one,
      })),
    ],
    body,
  };
}
