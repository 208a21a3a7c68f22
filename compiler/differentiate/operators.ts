/**
 * Differential operators of functions: `laplacian(u)`, `divergence(v)`, `hvp(f)` … become functions of the IR, by Taylor
 * mode with the sum over directions inside, by forward and by reverse mode, whichever propagates fewest vectors. In: a
 * function, its point, what is asked. Out: a function of the same arguments, and what it propagates.
 */

import type { Fn, GlobalArray } from "../ir/nodes.ts";
import { type OperatorCall, type Scheme, type SchemeChoice, sizeOf } from "../model.ts";
import { cheapest } from "./interpolation.ts";
import { outsOf, shapeOf } from "./jets.ts";
import type { Context } from "./normalise.ts";
import {
  along,
  directional,
  divergence,
  gradient,
  jacobian,
  laplacian,
  transposed,
  weighted,
} from "./operator-derivatives.ts";
import { estimate, orderOf } from "./operator-estimate.ts";
import { linear } from "./operator-linear.ts";
import { type ArrayParameter, Writer } from "./operator-writer.ts";

export interface Derived extends SchemeChoice {
  readonly fn: Fn;
  /** Directions and their weights. */
  readonly constants: readonly GlobalArray[];
}

/** `taken`: names that global arrays must not have. */
export function derive(call: OperatorCall, context: Context, taken: Iterable<string>): Derived {
  const writer = new Writer(call, context, taken);
  const { kind, fn, point, name, text } = call;
  const n = point.reduce((sum, name) => sum + sizeOf(shapeOf(fn, name)), 0);
  const alone = (made: Fn, taken: Scheme, passedOver: readonly Scheme[] = []): Derived => ({
    fn: { ...made, name, doc: `${text}: ${taken.name}.` },
    constants: writer.constants,
    text,
    taken,
    passedOver,
  });
  switch (kind.name) {
    case "gradient":
      return alone(gradient(writer, fn), { name: "reverse mode", vectors: 2 }, [
        { name: "forward mode", vectors: 1 + n },
      ]);
    case "jacobian":
      return alone(jacobian(writer, fn), { name: "forward mode, all directions at once", vectors: 1 + n });
    case "hessian":
      writer.needsSecond();
      return alone(jacobian(writer, gradient(writer, fn)), {
        name: "forward over reverse mode, all directions at once",
        vectors: 2 * (1 + n),
      });
    case "divergence":
      return alone(divergence(writer, fn), { name: "forward mode, all directions at once", vectors: 1 + n });
    case "jvp":
      return alone(along(writer, fn), { name: "forward mode", vectors: 2 });
    case "vjp":
      return alone(transposed(writer, fn), { name: "reverse mode", vectors: 2 });
    case "hvp":
      writer.needsSecond();
      return alone(along(writer, gradient(writer, fn)), { name: "forward over reverse mode", vectors: 4 });
    case "laplacian":
      writer.needsSecond();
      return alone(
        laplacian(writer, fn),
        { name: "collapsed 2-jets along the coordinates", vectors: n + 2 },
        [
          { name: "2-jets along the coordinates, summed outside", vectors: 2 * n + 1 },
          { name: "forward over reverse mode for each coordinate", vectors: 2 + 2 * n },
        ],
      );
    case "biharmonic":
      return biharmonic(writer, n, alone);
    case "directional": {
      if (kind.order > 1) writer.needsSecond();
      const scheme = { name: `a ${kind.order}-jet`, vectors: 1 + kind.order };
      return alone(directional(writer, kind.order), scheme);
    }
    case "weightedLaplacian": {
      writer.needsSecond();
      const scheme = { name: "collapsed 2-jets along the columns of sigma", vectors: kind.columns + 2 };
      return alone(weighted(writer, kind.columns, kind.drift), scheme, [
        {
          name: "2-jets along the columns of sigma, summed outside",
          vectors: 2 * kind.columns + 1 + Number(kind.drift),
        },
      ]);
    }
    case "stochastic": {
      const { made, vectors } = estimate(writer, kind);
      const passed = { name: "jets summed outside", vectors: 1 + orderOf(kind.of) * kind.samples };
      const isSummed = kind.error === undefined && kind.of !== "divergence";
      const scheme = `${isSummed ? "collapsed " : ""}${orderOf(kind.of)}-jets along ${kind.samples} directions`;
      return alone(made, { name: scheme, vectors }, isSummed ? [passed] : []);
    }
    case "linearOperator": {
      const { made, taken, passedOver } = linear(writer, kind.alphas);
      return alone(made, taken, passedOver);
    }
    default:
      return kind satisfies never;
  }
}

function biharmonic(
  writer: Writer,
  n: number,
  alone: (made: Fn, taken: Scheme, passedOver: readonly Scheme[]) => Derived,
): Derived {
  writer.needsSecond();
  const nested = { name: "nested collapsed Laplacians", vectors: (n + 2) ** 2 };
  const alphas: number[][] = [];
  for (let i = 0; i < n; i++)
    for (let j = i; j < n; j++)
      alphas.push(Array.from({ length: n }, (_, p) => 2 * (Number(p === i) + Number(p === j))));
  const { counts } = cheapest(alphas);
  const others = [...counts].map(([recipe, directions]) => ({
    name: `collapsed 4-jets by ${recipe}`,
    vectors: 2 + 3 * directions,
  }));
  const schemes = [nested, ...others];
  const least = schemes.reduce((best, each) => (each.vectors < best.vectors ? each : best));
  const passedOver = schemes.filter((each) => each !== least);
  if (least === nested)
    return alone(laplacian(writer, laplacian(writer, writer.call.fn)), nested, passedOver);
  const { made } = linear(writer, alphas);
  const [out] = outsOf(made) as [ArrayParameter];
  const data = alphas.map((alpha) => (alpha.includes(4) ? 1 : 2));
  const body = writer.expanded(made, [writer.constant("coefficients", [data.length], data), out.name]);
  return alone(writer.function([out], body), least, passedOver);
}
