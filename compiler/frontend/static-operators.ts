/** Differential operators as values of module-level code: by name, given what they take first, and applied to a function. */

import type { ts } from "ts-morph";
import { nearest } from "../../runtime/nearest.ts";
import * as messages from "../diagnostics/messages.ts";
import * as operatorMessages from "../diagnostics/operator-messages.ts";
import type { Estimated } from "../model.ts";
import { refuse, spanOf } from "./load.ts";
import { checkedSeed } from "./static-arguments.ts";
import { describe, isTagged, type Operator, type OperatorName, type Static } from "./static-values.ts";
import { keyNode } from "./syntax.ts";

/** Differential operators of a function, and those that are given something first. */
export const plainOperators: ReadonlySet<string> = new Set<OperatorName>([
  ...(["gradient", "jacobian", "hessian", "divergence", "laplacian", "biharmonic"] as const),
  ...(["jvp", "vjp", "hvp"] as const),
]);
export const givenOperators: ReadonlySet<string> = new Set<OperatorName>([
  "weightedLaplacian",
  "linearOperator",
  "directional",
  "stochastic",
]);

export const operatorNames: readonly string[] = [...plainOperators, ...givenOperators];

/** An operator that is given nothing, by its name. */
export const plainOperator = (name: string): Operator | undefined =>
  plainOperators.has(name) ? { kind: "operator", name: name as OperatorName, operands: [] } : undefined;

export const isOperatorName = (name: string): boolean => plainOperators.has(name) || givenOperators.has(name);

const estimated: ReadonlySet<string> = new Set<Estimated>([
  ...(["laplacian", "weightedLaplacian", "biharmonic", "divergence"] as const),
]);

/** `stochastic(operator, { samples, distribution, seed?, standardError? })`; a seed that is left out is `undefined`. */
export function stochastic([of, sampling]: readonly Static[], node: ts.CallExpression): Operator {
  const place = spanOf(node.arguments[0] ?? node);
  const written =
    typeof of === "string"
      ? plainOperator(of)
      : isTagged(of) && of.kind === "operator"
        ? of
        : isTagged(of) && of.kind === "library"
          ? plainOperator(of.name)
          : undefined;
  if (written === undefined || !estimated.has(written.name)) {
    const known = [...estimated].map((each) => `\`${each}\``).join(", ");
    return refuse(messages.wrongKind(place, `one of ${known}`, written?.name ?? describe(of)));
  }
  const at = spanOf(node.arguments[1] ?? node);
  if (!isTagged(sampling) || sampling.kind !== "record")
    return refuse(messages.wrongKind(at, "`{ samples, distribution, seed? }`", describe(sampling)));
  const known = ["samples", "distribution", "seed", "standardError"];
  for (const key of sampling.entries.keys()) {
    const own = sampling.nodes.get(key);
    if (!known.includes(key))
      refuse(
        messages.unknownKey(own ? spanOf(keyNode(own)) : at, key, "the sampling", known, nearest(key, known)),
      );
  }
  const samples = sampling.entries.get("samples");
  if (typeof samples !== "number" || !Number.isInteger(samples) || samples < 1 || samples > 2 ** 16)
    return refuse(messages.wrongKind(at, "`samples`, a whole number from 1 to 65536", describe(samples)));
  const distribution = sampling.entries.get("distribution");
  if (distribution !== "normal" && distribution !== "rademacher" && distribution !== "coordinate") {
    const expected = '`distribution`: "normal", "rademacher" or "coordinate"';
    return refuse(messages.wrongKind(at, expected, describe(distribution)));
  }
  if (written.name === "biharmonic" && distribution !== "normal")
    refuse(operatorMessages.biasedEstimator(at, "biharmonic", distribution));
  const given = sampling.entries.get("seed");
  const standardError = sampling.entries.get("standardError") ?? false;
  if (typeof standardError !== "boolean")
    return refuse(messages.wrongKind(at, "`standardError`: true or false", describe(standardError)));
  if (standardError && samples < 2)
    refuse(messages.wrongKind(at, "at least two samples for a standard error", "one"));
  const checked =
    given === undefined
      ? undefined
      : typeof given === "number"
        ? checkedSeed(given, at)
        : refuse(messages.wrongKind(at, "`seed`, a whole number", describe(given)));
  return {
    kind: "operator",
    name: "stochastic",
    operands: [written, samples, distribution, checked, standardError],
  };
}

/** An operator of a function, of a `custom` one, or of another operator. */
export function applyOperator(operator: Operator, args: readonly Static[], node: ts.CallExpression): Static {
  const [of] = args;
  if (
    args.length === 1 &&
    isTagged(of) &&
    (of.kind === "function" || of.kind === "custom" || of.kind === "applied")
  )
    return { kind: "applied", operator, of };
  const span = spanOf(node.arguments[0] ?? node);
  return refuse(messages.wrongKind(span, `the function that \`${operator.name}\` is of`, describe(of)));
}
