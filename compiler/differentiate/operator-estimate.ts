/** Estimates of operators by random directions: their mean, and how far off it may be. */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Fn, Statement } from "../ir/nodes.ts";
import { type Estimated, type OperatorCall, sizeOf } from "../model.ts";
import { jets } from "./jets.ts";
import { arrayParameter, type Writer } from "./operator-writer.ts";

type Estimate = Extract<OperatorCall["kind"], { name: "stochastic" }>;

/** Order of the derivative along a direction that an estimate is the mean of. */
export const orderOf = (of: Estimated): number => (of === "divergence" ? 1 : of === "biharmonic" ? 4 : 2);

/** The mean over given directions, and how far off it may be. */
export function estimate(
  writer: Writer,
  { of, samples, scale, error }: Estimate,
): { made: Fn; vectors: number } {
  const { fn } = writer.call;
  const order = orderOf(of);
  if (order > 1) writer.needsSecond();
  const handed = writer.names.fresh("directions");
  const given = arrayParameter(handed, [sizeOf(writer.pointShape), samples], "in");
  const { name: directions, before } = writer.byCoordinate(handed, [samples]);
  const factor = of === "biharmonic" ? 8 : order;
  if (error === undefined && of !== "divergence") {
    const bundle = { order, directions: samples, collapsed: true };
    const made = writer.collapsed(fn, bundle, [given], [directions], factor * scale, before);
    return { made, vectors: 2 + (order - 1) * samples };
  }
  const jet = jets(fn, writer.onlyPoint, { order, directions: samples, collapsed: false }, writer.context);
  const { shape: rows } = writer.result(fn);
  const wide = writer.names.fresh("wide");
  const each = writer.names.fresh("estimates");
  const out = writer.names.fresh("result");
  const at: readonly Affine[] = error === undefined ? [] : [affine.integer(0)];
  const s = writer.names.fresh("s");
  const sample = affine.index(s);
  // One estimate for each direction: vᵀ J v of a divergence, the derivative along v of the others.
  const own =
    of === "divergence"
      ? [
          build.store(each, [sample], build.zero),
          ...build.forEachEntry(rows, writer.names.fresh, (entry) => [
            build.accumulate(
              each,
              [sample],
              build.mul(build.read(directions, [...entry, sample]), build.read(wide, [...entry, sample])),
            ),
          ]),
        ]
      : [
          build.store(
            each,
            [sample],
            build.mul(build.number(factor), build.read(wide, [...rows.map(() => affine.integer(0)), sample])),
          ),
        ];
  const all = affine.integer(samples);
  const body: Statement[] = [
    ...before,
    build.alloc(wide, [...rows, samples], { zero: false }),
    ...writer.expanded(jet, [directions, wide]),
    build.alloc(each, [samples], { zero: false }),
    build.loop(s, affine.integer(0), all, own),
    build.store(out, at, build.zero),
  ];
  const t = writer.names.fresh("s");
  body.push(
    build.loop(t, affine.integer(0), all, [
      build.accumulate(out, at, build.mul(build.number(scale), build.read(each, [affine.index(t)]))),
    ]),
  );
  if (error !== undefined) {
    // √(Σ (e_s - mean)² / (S (S - 1))), with e_s at the scale of the estimate.
    const r = writer.names.fresh("s");
    const spread = writer.names.fresh("spread");
    const off = writer.names.fresh("off");
    const whole = build.mul(build.number(scale * samples), build.read(each, [affine.index(r)]));
    body.push(
      build.alloc(spread, []),
      build.loop(r, affine.integer(0), all, [
        build.bind(off, build.sub(whole, build.read(out, at))),
        build.accumulate(spread, [], build.mul(build.name(off), build.name(off))),
      ]),
      build.store(
        out,
        [affine.integer(1)],
        build.mul(
          build.number(error),
          build.sqrt(build.div(build.read(spread), build.number(samples * (samples - 1)))),
        ),
      ),
    );
  }
  const made = writer.function([given, arrayParameter(out, error === undefined ? [] : [2], "out")], body);
  return { made, vectors: 1 + order * samples };
}
