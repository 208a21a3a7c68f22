/**
 * Derivatives of a function at its point, by reverse mode, by forward mode along all directions at once, and by jets whose top
 * coefficients are summed inside. In: a writer, and the function. Out: a function of the same arguments.
 */

import * as build from "../ir/build.ts";
import type { Fn, Statement } from "../ir/nodes.ts";
import { sizeOf } from "../model.ts";
import { jvp } from "./forward.ts";
import { jets, outsOf, shapeOf } from "./jets.ts";
import { type ArrayParameter, arrayParameter, flat, type Writer } from "./operator-writer.ts";
import { vjp } from "./reverse.ts";

/** Reverse mode of one number: a function with a result for each leaf of the point. */
export function gradient(writer: Writer, fn: Fn): Fn {
  const derivative = vjp(fn, new Set(writer.call.point), writer.context);
  const seed = writer.names.fresh("seed");
  return reversed(writer, fn, derivative, seed, [
    build.alloc(seed, [], { zero: false }),
    build.store(seed, [], build.one),
  ]);
}

export function transposed(writer: Writer, fn: Fn): Fn {
  const derivative = vjp(fn, new Set(writer.call.point), writer.context);
  const seed = writer.names.fresh("covector");
  const made = reversed(writer, fn, derivative, seed, []);
  const outs = outsOf(made);
  const inputs = made.parameters.filter((one) => !outs.includes(one as ArrayParameter));
  return { ...made, parameters: [...inputs, arrayParameter(seed, writer.result(fn).shape, "in"), ...outs] };
}

function reversed(writer: Writer, fn: Fn, derivative: Fn, seed: string, opening: readonly Statement[]): Fn {
  const leaves = writer.call.point.map((name) => ({
    out: writer.names.fresh(`${name}_bar`),
    shape: shapeOf(fn, name),
  }));
  // In the order of the parameters, which is that of the leaves of the point.
  const body = [
    ...opening,
    ...leaves.flatMap(({ out, shape }) => writer.filled(out, shape, () => build.zero)),
    ...writer.expanded(derivative, [seed, ...leaves.map(({ out }) => out)]),
  ];
  return writer.function(
    leaves.map(({ out, shape }) => arrayParameter(out, shape, "out")),
    body,
  );
}

/** Forward mode: as `fn`, with a direction for each leaf of the point before the results. */
export function along(writer: Writer, fn: Fn): Fn {
  return jvp(fn, new Set(writer.call.point), writer.context);
}

/** First derivatives of every result along every coordinate: the results have the axes of the point last. */
export function jacobian(writer: Writer, fn: Fn): Fn {
  const point = writer.onlyPoint;
  const shape = writer.pointShape;
  const jet = jets(fn, point, { order: 1, directions: "unit", collapsed: false }, writer.context);
  const { shape: rows } = writer.result(fn);
  const wide = writer.names.fresh("derivative");
  const out = writer.names.fresh("jacobian");
  const body = [
    build.alloc(wide, [...rows, sizeOf(shape)], { zero: false }),
    ...writer.expanded(jet, [wide]),
    ...writer.filled(out, [...rows, ...shape], (at) =>
      build.read(wide, [...at.slice(0, rows.length), flat(at.slice(rows.length), shape)]),
    ),
  ];
  return writer.function([arrayParameter(out, [...rows, ...shape], "out")], body);
}

export function divergence(writer: Writer, fn: Fn): Fn {
  const shape = writer.pointShape;
  const jet = jets(fn, writer.onlyPoint, { order: 1, directions: "unit", collapsed: false }, writer.context);
  const wide = writer.names.fresh("derivative");
  const out = writer.names.fresh("divergence");
  const body = [
    build.alloc(wide, [...shape, sizeOf(shape)], { zero: false }),
    ...writer.expanded(jet, [wide]),
    build.store(out, [], build.zero),
    ...build.forEachEntry(shape, writer.names.fresh, (at) => [
      build.accumulate(out, [], build.read(wide, [...at, flat(at, shape)])),
    ]),
  ];
  return writer.function([arrayParameter(out, [], "out")], body);
}

export function laplacian(writer: Writer, fn: Fn): Fn {
  return writer.collapsed(fn, { order: 2, directions: "unit", collapsed: true }, [], [], 2);
}

/** `sigma` and the drift are handed over with a row for each coordinate. */
export function weighted(writer: Writer, columns: number, hasDrift: boolean): Fn {
  const n = sizeOf(writer.pointShape);
  const sigma = writer.names.fresh("sigma");
  const drift = writer.names.fresh("drift");
  const half = writer.names.fresh("half_drift");
  const added = [
    arrayParameter(sigma, [n, columns], "in"),
    ...(hasDrift ? [arrayParameter(drift, [n], "in")] : []),
  ];
  // The point's own second coefficient enters linearly: half the drift, and the first-order term is free.
  const directions = writer.byCoordinate(sigma, [columns]);
  const top = hasDrift ? writer.byCoordinate(half, []) : undefined;
  const before = [
    ...directions.before,
    ...(top === undefined
      ? []
      : [
          build.alloc(half, [n], { zero: false }),
          ...writer.filled(half, [n], (at) => build.mul(build.number(0.5), build.read(drift, at))),
          ...top.before,
        ]),
  ];
  const bundle = { order: 2, directions: columns, collapsed: true, top: hasDrift };
  const given = [directions.name, ...(top === undefined ? [] : [top.name])];
  return writer.collapsed(writer.call.fn, bundle, added, given, 2, before);
}

export function directional(writer: Writer, order: number): Fn {
  const { fn } = writer.call;
  if (order === 1) return along(writer, fn);
  const shape = writer.pointShape;
  const direction = writer.names.fresh("direction");
  const only = writer.names.fresh("directions");
  const before = [
    build.alloc(only, [...shape, 1], { zero: false }),
    ...writer.filled(only, [...shape, 1], (at) => build.read(direction, at.slice(0, -1))),
  ];
  const bundle = { order, directions: 1, collapsed: true };
  return writer.collapsed(
    fn,
    bundle,
    [arrayParameter(direction, shape, "in")],
    [only],
    factorial(order),
    before,
  );
}

const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));
