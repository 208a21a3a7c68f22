/**
 * What an operator is given besides the arguments of its function: directions, coefficients, the terms of a linear
 * operator, the samples of an estimate.
 */

import type { ts } from "ts-morph";
import { doubles, draw } from "../../runtime/random.ts";
import * as messages from "../diagnostics/messages.ts";
import * as operatorMessages from "../diagnostics/operator-messages.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Shape } from "../ir/nodes.ts";
import { type Estimated, type OperatorCall, type OperatorKind, sizeOf } from "../model.ts";
import { asArray } from "./access.ts";
import { overEntries } from "./arrays.ts";
import { expand } from "./calls.ts";
import { refuse, spanOf } from "./load.ts";
import type { Lowering } from "./lowering.ts";
import { captures } from "./operator-layout.ts";
import {
  describeShape,
  type FunctionValue,
  isTagged,
  numbersOf,
  type Operator,
  type Static,
  tensorOf,
} from "./static-values.ts";
import { type ArrayValue, constant, describe, real, type Value } from "./values.ts";

/** What an operator is given besides the arguments of its function. */
export function kindOf(
  lowering: Lowering,
  operator: Operator,
  point: Value,
  extras: readonly Value[],
  at: ts.Node,
): { readonly kind: OperatorKind; readonly added: (call: OperatorCall) => readonly ArrayValue[] } {
  const { name, operands } = operator;
  const alike = (): readonly ArrayValue[] => leavesLike(lowering, extras[0]!, point, at);
  switch (name) {
    case "gradient":
    case "jacobian":
    case "hessian":
    case "divergence":
    case "laplacian":
    case "biharmonic":
      return { kind: { name }, added: () => [] };
    case "jvp":
    case "hvp":
      return { kind: { name }, added: alike };
    case "vjp":
      return {
        kind: { name },
        added: ({ fn }) => {
          const out = fn.parameters.at(-1);
          const like: Value = {
            kind: "array",
            view: { array: "", prefix: [] },
            shape: out?.kind === "array" ? out.shape : [],
            element: "real",
          };
          return leavesLike(lowering, extras[0]!, like, at);
        },
      };
    case "directional":
      return { kind: { name, order: operands[0] as number }, added: alike };
    case "stochastic":
      return estimate(lowering, operands, point, extras[0], at);
    case "weightedLaplacian": {
      const n = sizeOf(shapeOfPoint(point));
      const sigma = coefficient(lowering, operands[0], point, "sigma", at);
      const drift =
        operands[1] === undefined ? undefined : coefficient(lowering, operands[1], point, "drift", at);
      const [rows, columns] = sigma.shape;
      if (sigma.shape.length !== 2 || rows !== n) {
        const what = `sigma is ${describeShape(sigma.shape)}, and the point has ${n} coordinates`;
        refuse(
          operatorMessages.badCoefficients(
            spanOf(at),
            name,
            what,
            "give sigma one row for each coordinate, and a column for each direction",
          ),
        );
      }
      if (drift !== undefined && String(drift.shape) !== String([n])) {
        const what = `the drift is ${describeShape(drift.shape)}, and the point has ${n} coordinates`;
        refuse(
          operatorMessages.badCoefficients(
            spanOf(at),
            name,
            what,
            "give the drift one entry for each coordinate",
          ),
        );
      }
      return {
        kind: { name, columns: columns!, drift: drift !== undefined },
        added: () => (drift === undefined ? [sigma] : [sigma, drift]),
      };
    }
    case "linearOperator": {
      const n = sizeOf(shapeOfPoint(point));
      const { alphas, coefficients } = termsOf(operands[0]!, n, at);
      const c = lowering.alloc("coefficients", [alphas.length], false);
      coefficients.forEach((each, t) => {
        const value = numberAt(lowering, each, point, at);
        lowering.emit(build.store(c, [affine.integer(t)], value, lowering.span));
      });
      const value: ArrayValue = {
        kind: "array",
        view: { array: c, prefix: [] },
        shape: [alphas.length],
        element: "real",
      };
      return { kind: { name, alphas }, added: () => [value] };
    }
    default:
      return name satisfies never;
  }
}

/** A randomised estimate: the directions it is the mean over, drawn now or handed over. */
function estimate(
  lowering: Lowering,
  operands: readonly Static[],
  point: Value,
  supplied: Value | undefined,
  at: ts.Node,
): { readonly kind: OperatorKind; readonly added: () => readonly ArrayValue[] } {
  const [inner, samples, distribution, seed, wantsError] = operands as [
    Operator,
    number,
    "normal" | "rademacher" | "coordinate",
    number | undefined,
    boolean,
  ];
  const wrong = (what: string, instead: string): never =>
    refuse(operatorMessages.badCoefficients(spanOf(at), "stochastic", what, instead));
  const n = sizeOf(shapeOfPoint(point));
  const isWeighted = inner.name === "weightedLaplacian";
  if (isWeighted && inner.operands[1] !== undefined)
    wrong("an estimate has no drift", "add the drift by a `linearOperator`, which is exact");
  const sigma = isWeighted ? coefficient(lowering, inner.operands[0], point, "sigma", at) : undefined;
  if (sigma !== undefined && (sigma.shape.length !== 2 || sigma.shape[0] !== n))
    wrong(
      `sigma is ${describeShape(sigma.shape)}, and the point has ${n} coordinates`,
      "give sigma one row for each coordinate, and a column for each direction",
    );
  const drawn = sigma?.shape[1] ?? n;
  const isCoordinate = distribution === "coordinate";
  if (isCoordinate && samples > drawn)
    wrong(
      `${samples} coordinates are drawn where there are ${drawn}`,
      "draw fewer, or take the exact operator",
    );
  let directions: ArrayValue;
  if (seed === undefined) {
    const given = supplied === undefined ? undefined : asArray(lowering, supplied, at);
    if (given === undefined || String(given.shape) !== String([drawn, samples]))
      return refuse(
        messages.wrongShape(
          spanOf(at),
          "the directions",
          describeShape([drawn, samples]),
          given === undefined ? "nothing" : describeShape(given.shape),
        ),
      );
    directions = given;
  } else {
    const data = drawDirections(distribution, seed, drawn, samples);
    directions = asArray(lowering, constant(tensorOf([drawn, samples], data), "directions"), at);
  }
  if (sigma !== undefined) directions = product(lowering, sigma, directions);
  const scale = (isCoordinate ? drawn : 1) / samples;
  // Drawn without replacement they vary less: nothing is left to chance when all are drawn.
  const left = isCoordinate ? Math.sqrt(1 - samples / drawn) : 1;
  const kind: OperatorKind = {
    name: "stochastic",
    of: inner.name as Estimated,
    samples,
    scale,
    error: wantsError ? left : undefined,
  };
  return { kind, added: () => [directions] };
}

/** Directions with unit covariance, one a column: row i holds coordinate i of each. */
export function drawDirections(
  distribution: "normal" | "rademacher" | "coordinate",
  seed: number,
  n: number,
  samples: number,
): Float64Array {
  if (distribution === "normal") return draw({ kind: "normal", seed, mean: 0, sd: 1 }, n * samples);
  const next = doubles(seed);
  if (distribution === "rademacher")
    return Float64Array.from({ length: n * samples }, () => (next() < 0.5 ? -1 : 1));
  // The first of a shuffle of all.
  const order = Array.from({ length: n }, (_, i) => i);
  const data = new Float64Array(n * samples);
  for (let s = 0; s < samples; s++) {
    const at = s + Math.floor(next() * (n - s));
    [order[s], order[at]] = [order[at]!, order[s]!];
    data[order[s]! * samples + s] = 1;
  }
  return data;
}

/** sigma · V, which is handed over in the place of V. */
function product(lowering: Lowering, sigma: ArrayValue, directions: ArrayValue): ArrayValue {
  const [rows, inner] = sigma.shape as [number, number];
  const samples = directions.shape[1]!;
  const array = lowering.alloc("directions", [rows, samples], true);
  overEntries(lowering, [rows, inner, samples], ([i, r, s]) => {
    const left = build.read(sigma.view.array, [...sigma.view.prefix, i!, r!]);
    const right = build.read(directions.view.array, [...directions.view.prefix, r!, s!]);
    lowering.emit(build.accumulate(array, [i!, s!], build.mul(left, right), lowering.span));
  });
  return { kind: "array", view: { array, prefix: [] }, shape: [rows, samples], element: "real" };
}

const shapeOfPoint = (point: Value): Shape => (point.kind === "array" ? point.shape : []);

/** The terms of a linear operator: multi-indices and what stands before them. */
function termsOf(
  written: Static,
  n: number,
  at: ts.Node,
): { readonly alphas: number[][]; readonly coefficients: Static[] } {
  const wrong = (what: string, instead: string): never =>
    refuse(operatorMessages.badCoefficients(spanOf(at), "linearOperator", what, instead));
  if (!isTagged(written) || written.kind !== "list" || written.items.length === 0)
    return wrong("the terms are no list", "write `linearOperator([{ c: 1, alpha: [2, 0] }])`");
  const alphas: number[][] = [];
  const coefficients: Static[] = [];
  for (const term of written.items) {
    if (!isTagged(term) || term.kind !== "record")
      return wrong("a term is no record", "write each term as `{ c: 1, alpha: [2, 0] }`");
    const exponents = numbersOf(term.entries.get("alpha"));
    const fits =
      exponents?.shape.length === 1 &&
      exponents.data.length === n &&
      exponents.data.every((each) => Number.isInteger(each) && each >= 0);
    if (!fits)
      return wrong(
        `\`alpha\` does not hold one exponent for each of the ${n} coordinates`,
        `give \`alpha\` ${n} whole numbers from 0 on, known when the model is compiled`,
      );
    const order = exponents.data.reduce((sum, each) => sum + each, 0);
    if (order > 6)
      refuse(
        operatorMessages.badOrder(
          spanOf(at),
          `the order of \`alpha: [${exponents.data.join(", ")}]\` is ${order}`,
        ),
      );
    const c = term.entries.get("c");
    if (typeof c !== "number" && !(isTagged(c) && c.kind === "function"))
      return wrong(
        "`c` is neither a number nor a function of the point",
        "give each term its coefficient `c`",
      );
    alphas.push([...exponents.data]);
    coefficients.push(c);
  }
  return { alphas, coefficients };
}

/** A coefficient that is a number or a function of the point. */
function numberAt(lowering: Lowering, written: Static, point: Value, at: ts.Node): Expr {
  if (typeof written === "number") return build.number(written);
  const fn = written as FunctionValue;
  if (captures(fn)) refuse(operatorMessages.localFunction(spanOf(at), "linearOperator"));
  const value = expand(lowering, fn, [pointValue(point)], at, "coefficient");
  if (value.kind === "scalar") return value.real();
  return refuse(
    operatorMessages.badCoefficients(
      spanOf(at),
      "linearOperator",
      `\`c\` returns ${describe(value)}`,
      "let it return one number",
    ),
  );
}

/** Coefficients that are an array or a function of the point that returns one. */
function coefficient(
  lowering: Lowering,
  written: Static,
  point: Value,
  what: string,
  at: ts.Node,
): ArrayValue {
  if (isTagged(written) && written.kind === "function") {
    if (captures(written)) refuse(operatorMessages.localFunction(spanOf(at), "weightedLaplacian"));
    return asArray(lowering, expand(lowering, written, [pointValue(point)], at, what), at);
  }
  const numbers = numbersOf(written);
  if (numbers === undefined || numbers.shape.length === 0) {
    return refuse(
      operatorMessages.badCoefficients(
        spanOf(at),
        "weightedLaplacian",
        `${what} is no array of numbers that is known when the model is compiled`,
        `write ${what} as an array of numbers, or as a function of the point that returns one`,
      ),
    );
  }
  const value =
    isTagged(written) && written.kind === "tensor" ? written : tensorOf(numbers.shape, numbers.data);
  return asArray(lowering, constant(value, what), at);
}

/** The point as the functions of the text see it. */
function pointValue(point: Value): Value {
  if (point.kind === "array" && point.shape.length === 0)
    return real(build.read(point.view.array, point.view.prefix));
  return point;
}

/** The arrays of a direction or covector, which has to be in the shape of something. */
function leavesLike(lowering: Lowering, value: Value, like: Value, at: ts.Node): ArrayValue[] {
  const wrong = (): never =>
    refuse(messages.wrongShape(spanOf(at), "the direction", describe(like), describe(value)));
  if (like.kind === "record") {
    if (value.kind !== "record") return wrong();
    return [...like.entries].flatMap(([key, inner]) => {
      const own = value.entries.get(key);
      return own === undefined ? wrong() : leavesLike(lowering, own, inner, at);
    });
  }
  if (like.kind !== "array") return wrong();
  if (like.shape.length === 0) {
    if (value.kind !== "scalar") return wrong();
    const array = lowering.alloc("direction", [], false);
    lowering.emit(build.store(array, [], value.real(), lowering.span));
    return [{ kind: "array", view: { array, prefix: [] }, shape: [], element: "real" }];
  }
  const from = asArray(lowering, value, at);
  if (String(from.shape) !== String(like.shape) || from.element === "integer") return wrong();
  return [from];
}
