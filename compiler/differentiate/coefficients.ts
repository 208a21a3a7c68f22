/**
 * Taylor form of the primitives as expressions: the coefficients of an operation from those of its operands, in
 * unscaled coefficients (v_k = v^(k)/k!). All but sums, products and quotients follow from the table's partials by
 *
 *     k·v_k = Σ_args Σ_{j=1..k} j·c_{k-j}·u_j ,   c the series of the partial.
 *
 * `series.ts` is the same on numbers, and the truth of the tests. In v_K the highest coefficients of the operands stand
 * linearly, with the partial itself as their factor (`top`); what is left (`rest`) is made of lower orders.
 */

import * as build from "../ir/build.ts";
import type { Expr, Test } from "../ir/nodes.ts";
import { primitives } from "../ir/primitives.ts";
import { partialsOf } from "./forward.ts";

/** The coefficients of a value, each computed where it is first asked for. */
export interface Coefficients {
  at(order: number): Expr;
}

/** Where what is computed is bound to a name: with what all directions share, or for each direction. */
export interface Place {
  readonly shared: (expr: Expr) => Expr;
  readonly each: (expr: Expr) => Expr;
}

type Operand = (atom: Expr) => Coefficients;
type Primitive = Expr & { readonly kind: "primitive" };

/** Coefficients that are known; those that are not are 0. */
export const constantSeries = (known: readonly Expr[]): Coefficients => ({
  at: (order) => known[order] ?? build.zero,
});

/** An operation on atoms, or an atom, with the coefficients of its operands. */
export class Operation implements Coefficients {
  readonly #value: Expr;
  readonly #result: Expr;
  readonly #place: Place;
  readonly #recurrences: Recurrences;
  readonly #own: Coefficients;

  /** `result` names the value itself. */
  constructor(value: Expr, operand: Operand, result: Expr, place: Place) {
    this.#value = value;
    this.#result = result;
    this.#place = place;
    this.#recurrences = new Recurrences(operand, place, 0);
    this.#own = this.#recurrences.of(value, result);
  }

  at(order: number): Expr {
    return this.#own.at(order);
  }

  /** What the operands' own highest coefficients contribute to that of the value. */
  top(top: (atom: Expr) => Expr): Expr {
    const value = this.#value;
    switch (value.kind) {
      case "name":
        return top(value);
      case "select":
        return build.select(value.test, top(value.then), top(value.else));
      case "primitive": {
        const tops = value.args.map(top);
        const [x, y] = value.args as [Expr, Expr];
        switch (value.op) {
          case "neg":
            return build.neg(tops[0]!);
          case "add":
          case "sub":
            return build.primitive(value.op, tops);
          case "mul":
            return build.add(build.mul(x, tops[1]!), build.mul(tops[0]!, y));
          case "gate":
            return build.add(build.gate(x, tops[1]!), build.gate(tops[0]!, y));
          case "div":
            return build.div(build.sub(tops[0]!, build.gate(tops[1]!, this.#result)), y);
          default: {
            const { singular } = primitives[value.op];
            const partials = this.#recurrences.partials(value, this.#own);
            return tops
              .map((each, i) => (build.isZero(each) ? each : times(each, partials[i]!.at(0), singular[i]!)))
              .reduce((left, right) => build.add(left, right));
          }
        }
      }
      default:
        return build.zero;
    }
  }

  /** What lower orders contribute to the coefficient of the given order. */
  rest(order: number): Expr {
    if (this.#value.kind !== "primitive") return build.zero;
    const rest = this.#recurrences.term(this.#value, this.#own, order, order - 1);
    return build.isZero(rest) ? rest : this.#place.each(rest);
  }
}

class Recurrences {
  readonly #operand: Operand;
  readonly #place: Place;
  /** How many functions lie around: the value of each goes by a name of its own in its partials. */
  readonly #depth: number;
  /** Series by the text of what they are of. */
  readonly #known = new Map<string, Coefficients>();
  readonly #partials = new Map<Coefficients, readonly Coefficients[]>();

  constructor(operand: Operand, place: Place, depth: number) {
    this.#operand = operand;
    this.#place = place;
    this.#depth = depth;
  }

  of(value: Expr, result?: Expr): Coefficients {
    if (build.isLeaf(value)) return this.#operand(value);
    const key = JSON.stringify(value);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found: Expr[] = result === undefined ? [] : [result];
    const own: Coefficients = {
      at: (order) => {
        if (found[order] !== undefined) return found[order];
        const whole = this.#at(value, own, order);
        if (order === 0) found[order] = this.#place.shared(whole);
        else if (result !== undefined) found[order] = this.#place.each(whole);
        else {
          // What a partial is made of keeps its factor outside, where it may cancel against the next one.
          const { factor, rest } = withFactor(whole);
          found[order] = build.mul(build.number(factor), this.#place.each(rest));
        }
        return found[order];
      },
    };
    this.#known.set(key, own);
    return own;
  }

  #at(value: Expr, own: Coefficients, order: number): Expr {
    switch (value.kind) {
      case "select": {
        const sides = [value.then, value.else].map((side) => this.of(side).at(order));
        return build.select(this.#test(value.test), sides[0]!, sides[1]!);
      }
      case "primitive":
        if (order === 0)
          return build.primitive(
            value.op,
            value.args.map((arg) => this.of(arg).at(0)),
          );
        return this.term(value, own, order, order);
      default:
        throw new Error(`a ${value.kind} is no operation on atoms`);
    }
  }

  /** The partials of an operation as series of its operands and of its value. */
  partials(value: Primitive, own: Coefficients): readonly Coefficients[] {
    const known = this.#partials.get(own);
    if (known !== undefined) return known;
    const name = `\0result ${this.#depth}`;
    const result = build.name(name);
    const inner = new Recurrences(
      (atom) => (atom.kind === "name" && atom.name === name ? own : this.of(atom)),
      this.#place,
      this.#depth + 1,
    );
    // The sine in the partial of the cosine in the partial of the sine is the sine itself.
    for (const [key, each] of this.#known) inner.#known.set(key, each);
    const partials = partialsOf(value, result).map((partial) => inner.of(partial));
    this.#partials.set(own, partials);
    return partials;
  }

  /**
   * The coefficient of an order, of which operands contribute orders up to `highest`: all of it where that is the
   * order itself, else what is left beside the operands' own coefficients of that order.
   */
  term(value: Primitive, own: Coefficients, order: number, highest: number): Expr {
    const operands = value.args.map((arg) => this.of(arg));
    const [u, w] = operands as [Coefficients, Coefficients];
    const lowest = order - highest;
    switch (value.op) {
      case "neg":
        return lowest > 0 ? build.zero : build.neg(u.at(order));
      case "add":
      case "sub":
        return lowest > 0 ? build.zero : build.primitive(value.op, [u.at(order), w.at(order)]);
      case "mul":
        return build.isLeaf(value.args[0]!) && same(value.args[0]!, value.args[1]!)
          ? square(u, lowest, order)
          : sum(lowest, highest, (j) => product(u.at(j), w.at(order - j)));
      case "gate":
        return sum(lowest, highest, (j) => build.gate(u.at(j), w.at(order - j)));
      case "div": {
        const known = sum(1, highest, (j) => build.gate(w.at(j), own.at(order - j)));
        const whole = lowest > 0 ? build.neg(known) : build.sub(u.at(order), known);
        return build.isZero(whole) ? build.zero : build.div(whole, w.at(0));
      }
      default: {
        const partials = this.partials(value, own);
        const { singular } = primitives[value.op];
        const parts = operands.map((each, i) =>
          sum(1, highest, (j) => {
            const moved = each.at(j);
            if (build.isZero(moved)) return build.zero;
            return scaled(j / order, times(moved, partials[i]!.at(order - j), singular[i]!));
          }),
        );
        return parts.reduce((left, right) => build.add(left, right), build.zero);
      }
    }
  }

  #test(test: Test): Test {
    switch (test.kind) {
      case "compare":
        return build.compare(test.relation, this.of(test.left).at(0), this.of(test.right).at(0));
      case "and":
        return build.and(this.#test(test.left), this.#test(test.right));
      case "or":
        return build.or(this.#test(test.left), this.#test(test.right));
      case "not":
        return build.not(this.#test(test.of));
      case "constant":
        return test;
      default:
        return test satisfies never;
    }
  }
}

/** A moving operand times a partial; exactly 0 for one that does not move, where the partial may be infinite. */
const times = (moved: Expr, partial: Expr, singular: boolean): Expr =>
  singular ? build.gate(moved, partial) : product(partial, moved);

/** A value as a power of two, or its negative, times the rest. */
function withFactor(value: Expr): { readonly factor: number; readonly rest: Expr } {
  if (value.kind !== "primitive") return { factor: 1, rest: value };
  const [x, y] = value.args as [Expr, Expr];
  if (value.op === "neg") {
    const { factor, rest } = withFactor(x);
    return { factor: -factor, rest };
  }
  if (value.op !== "mul" || x.kind !== "number" || !Number.isInteger(Math.log2(Math.abs(x.value))))
    return { factor: 1, rest: value };
  const { factor, rest } = withFactor(y);
  return { factor: x.value * factor, rest };
}

/** A number times a value: one product for all factors. */
function scaled(by: number, value: Expr): Expr {
  const { factor, rest } = withFactor(value);
  return build.mul(build.number(by * factor), rest);
}

/** A product with the factors in front. */
function product(x: Expr, y: Expr): Expr {
  const left = withFactor(x);
  const right = withFactor(y);
  return build.mul(build.number(left.factor * right.factor), build.mul(left.rest, right.rest));
}

const sum = (from: number, to: number, term: (j: number) => Expr): Expr => {
  let out = build.zero;
  for (let j = from; j <= to; j++) out = build.add(out, term(j));
  return out;
};

const same = (left: Expr, right: Expr): boolean => JSON.stringify(left) === JSON.stringify(right);

/** Σ_{j=lowest..order-lowest} u_j·u_{order-j}, each pair once. */
function square(u: Coefficients, lowest: number, order: number): Expr {
  let out = build.zero;
  for (let j = lowest; 2 * j < order; j++) out = build.add(out, scaled(2, product(u.at(j), u.at(order - j))));
  if (order % 2 === 0 && order / 2 >= lowest) out = build.add(out, product(u.at(order / 2), u.at(order / 2)));
  return out;
}
