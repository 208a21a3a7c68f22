/** Linear operators with given coefficients: sums of partial derivatives, from jets along directions that interpolate them. */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Fn, Shape, Statement } from "../ir/nodes.ts";
import { type Scheme, sizeOf } from "../model.ts";
import { cheapest } from "./interpolation.ts";
import { jets } from "./jets.ts";
import { along } from "./operator-derivatives.ts";
import { arrayParameter, type Writer } from "./operator-writer.ts";

/** Σ c·∂^α f, order by order; terms of an order share their directions, and the first order rides with the second. */
export function linear(
  writer: Writer,
  alphas: readonly (readonly number[])[],
): {
  made: Fn;
  taken: Scheme;
  passedOver: readonly Scheme[];
} {
  const { fn } = writer.call;
  const point = writer.onlyPoint;
  const shape = writer.pointShape;
  const { shape: resultShape } = writer.result(fn);
  const c = writer.names.fresh("c");
  const out = writer.names.fresh("result");
  const body: Statement[] = [...writer.filled(out, resultShape, () => build.zero)];
  const add = (from: string, factor: Expr): void => {
    body.push(
      ...build.forEachEntry(resultShape, writer.names.fresh, (at) => [
        build.accumulate(out, at, build.mul(factor, build.read(from, at))),
      ]),
    );
  };
  const termsOf = (order: number): number[] =>
    alphas.flatMap((alpha, t) => (alpha.reduce((sum, each) => sum + each, 0) === order ? [t] : []));
  const coefficient = (t: number): Expr => build.read(c, [affine.integer(t)]);
  if (alphas.some((alpha) => alpha.some((each) => each > 1) || alpha.filter((each) => each > 0).length > 1))
    writer.needsSecond();

  const zeroth = termsOf(0);
  if (zeroth.length > 0) {
    const value = writer.names.fresh("value");
    body.push(build.alloc(value, resultShape, { zero: false }), ...writer.expanded(fn, [value]));
    for (const t of zeroth) add(value, coefficient(t));
  }
  // The drift is the point's second coefficient where there are second derivatives, which costs nothing.
  const first = termsOf(1);
  const hasSecond = termsOf(2).length > 0;
  const drift = writer.names.fresh("drift");
  if (first.length > 0) {
    body.push(build.alloc(drift, shape));
    for (const t of first) {
      const axis = alphas[t]!.indexOf(1);
      body.push(build.accumulate(drift, unflat(axis, shape), coefficient(t)));
    }
    if (!hasSecond) {
      const tangent = writer.names.fresh("tangent");
      const derivative = along(writer, fn);
      body.push(
        build.alloc(tangent, resultShape, { zero: false }),
        ...writer.expanded(derivative, [drift, tangent]),
      );
      add(tangent, build.one);
    }
  }
  let vectors = 1 + (first.length > 0 && !hasSecond ? 1 : 0);
  const passed = new Map<string, number>();
  const names: string[] = [];
  for (let order = 2; order <= 6; order++) {
    const terms = termsOf(order);
    if (terms.length === 0) continue;
    const { best, counts } = cheapest(terms.map((t) => alphas[t]!));
    const count = best.directions.length;
    names.push(`${order}-jets`);
    vectors += 1 + (order - 1) * count;
    for (const [recipe, directions] of counts)
      passed.set(recipe, (passed.get(recipe) ?? 0) + 1 + (order - 1) * directions);
    const directions = writer.constant(
      `directions_${order}`,
      [...shape, count],
      Array.from({ length: sizeOf(shape) }, (_, p) => best.directions.map((each) => each[p]!)).flat(),
    );
    const table = writer.constant(
      `weights_${order}`,
      [terms.length, count],
      best.weights.flatMap((row) => row.map((each) => each.toNumber())),
    );
    const weights = writer.names.fresh("weights");
    body.push(build.alloc(weights, [count]));
    terms.forEach((t, row) => {
      body.push(
        ...build.forEachEntry([count], writer.names.fresh, (at) => [
          build.accumulate(
            weights,
            at,
            build.mul(coefficient(t), build.read(table, [affine.integer(row), ...at])),
          ),
        ]),
      );
    });
    const top = order === 2 && first.length > 0;
    const jet = jets(
      fn,
      point,
      { order, directions: count, collapsed: true, weighted: true, top },
      writer.context,
    );
    const sum = writer.names.fresh("sum");
    const given = [directions, weights, ...(top ? [drift] : []), sum];
    body.push(build.alloc(sum, resultShape, { zero: false }), ...writer.expanded(jet, given));
    add(sum, build.one);
  }
  const recipe = [...passed].map(([name, count]) => ({
    name: `collapsed jets by ${name}`,
    vectors: 1 + count,
  }));
  const taken = {
    name: names.length === 0 ? "forward mode" : `collapsed ${names.join(" and ")}`,
    vectors,
  };
  return {
    made: writer.function(
      [arrayParameter(c, [alphas.length], "in"), arrayParameter(out, resultShape, "out")],
      body,
    ),
    taken,
    passedOver: recipe.filter((each) => each.vectors > vectors),
  };
}

/** The entry at a place in row-major order. */
const unflat = (place: number, shape: Shape): Affine[] => {
  let rest = place;
  return shape
    .toReversed()
    .map((extent) => {
      const at = rest % extent;
      rest = Math.floor(rest / extent);
      return affine.integer(at);
    })
    .toReversed();
};
