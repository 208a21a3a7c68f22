/**
 * Taylor form of the primitives, on numbers: the truncated series of a function of truncated series, in unscaled
 * coefficients (v_k = v^(k)/k!). In: an opcode and the coefficients of its arguments. Out: those of its value. All but
 * five functions follow from the table's partials by
 *
 *     k·v_k = Σ_args Σ_{j=1..k} j·c_{k-j}·u_j ,   c the series of the partial,
 *
 * where c needs v up to order k - 1 alone. Sums, products (plain and gated) and quotients have recurrences of their
 * own, on which the partials rest. A coefficient that is 0 contributes exactly 0. Source: Griewank & Walther 2008, ch. 13.
 */

import { holds } from "../ir/build.ts";
import type { Expr, Test } from "../ir/nodes.ts";
import type { Opcode } from "../ir/opcode.ts";
import { primitives } from "../ir/primitives.ts";

export type Series = readonly number[];

type Lookup = ReadonlyMap<string, Series>;

export function taylor(op: Opcode, args: readonly Series[]): number[] {
  const order = Math.min(...args.map((arg) => arg.length)) - 1;
  const [u, w = []] = args as [Series, Series?];
  switch (op) {
    case "add":
      return Array.from({ length: order + 1 }, (_, k) => u[k]! + w[k]!);
    case "sub":
      return Array.from({ length: order + 1 }, (_, k) => u[k]! - w[k]!);
    case "mul":
      return Array.from({ length: order + 1 }, (_, k) => convolution(u, w, k));
    case "gate":
      return Array.from({ length: order + 1 }, (_, k) => convolution(u, w, k, gate));
    case "div": {
      const v: number[] = [];
      for (let k = 0; k <= order; k++) {
        let rest = u[k]!;
        for (let j = 1; j <= k; j++) rest -= gate(w[j]!, v[k - j]!);
        v.push(rest / w[0]!);
      }
      return v;
    }
    default:
      return byPartials(op, args, order);
  }
}

const { value: gate } = primitives.gate;

const times = (x: number, y: number): number => x * y;

const convolution = (u: Series, w: Series, k: number, product = times): number => {
  let sum = 0;
  for (let j = 0; j <= k; j++) sum += product(u[j]!, w[k - j]!);
  return sum;
};

function byPartials(op: Opcode, args: readonly Series[], order: number): number[] {
  const primitive = primitives[op];
  const heads = args.map((arg) => arg[0]!);
  const v = [primitive.arity === 1 ? primitive.value(heads[0]!) : primitive.value(heads[0]!, heads[1]!)];
  const [x, y, result] = ["x", "y", "v"].map((name): Expr => ({ kind: "name", name }));
  const partials =
    primitive.arity === 1 ? primitive.partials(x!, result!) : primitive.partials(x!, y!, result!);
  for (let k = 1; k <= order; k++) {
    const known: Lookup = new Map([
      ["x", args[0]!.slice(0, k)],
      ["y", (args[1] ?? args[0]!).slice(0, k)],
      ["v", v],
    ]);
    let sum = 0;
    partials.forEach((partial, position) => {
      const u = args[position]!;
      if (u.slice(1, k + 1).every((coefficient) => coefficient === 0)) return;
      const c = seriesOf(partial, known, k - 1);
      const product = primitive.singular[position]! ? gate : times;
      for (let j = 1; j <= k; j++) if (u[j] !== 0) sum += j * product(c[k - j]!, u[j]!);
    });
    v.push(sum / k);
  }
  return v;
}

function seriesOf(expr: Expr, known: Lookup, order: number): Series {
  switch (expr.kind) {
    case "number":
      return Array.from({ length: order + 1 }, (_, k) => (k === 0 ? expr.value : 0));
    case "name":
      return known.get(expr.name)!.slice(0, order + 1);
    case "primitive":
      return taylor(
        expr.op,
        expr.args.map((arg) => seriesOf(arg, known, order)),
      );
    case "select":
      return seriesOf(decides(expr.test, known) ? expr.then : expr.else, known, order);
    case "read":
    case "integer":
      throw new Error("a partial is made of its arguments and result alone");
    default:
      return expr satisfies never;
  }
}

function decides(test: Test, known: Lookup): boolean {
  switch (test.kind) {
    case "compare":
      return holds(test.relation, seriesOf(test.left, known, 0)[0]!, seriesOf(test.right, known, 0)[0]!);
    case "and":
      return decides(test.left, known) && decides(test.right, known);
    case "or":
      return decides(test.left, known) || decides(test.right, known);
    case "not":
      return !decides(test.of, known);
    case "constant":
      return test.value;
    default:
      return test satisfies never;
  }
}
