/**
 * `adjacency` in module-level code: the matrix of a graph from its edges, by the function that runs un-compiled. In:
 * static values. Out: a sparse matrix, or a located diagnostic.
 */

import type { ts } from "ts-morph";
import { type AdjacencyOptions, adjacency, type Edge } from "../../runtime/graph.ts";
import { nearest } from "../../runtime/nearest.ts";
import * as messages from "../diagnostics/messages.ts";
import { mostEntries } from "../model.ts";
import { refuse, spanOf } from "./load.ts";
import { itemsOf } from "./static-operations.ts";
import { describe, isTagged, numbersOf, type Static, tensorOf } from "./static-values.ts";
import { keyNode } from "./syntax.ts";

/** The arguments that `csr` is called with for the graph. */
export function graphOf(args: readonly Static[], node: ts.CallExpression): readonly Static[] {
  const place = (position: number) => spanOf(node.arguments[position] ?? node);
  const [nodes, list, given] = args;
  if (args.length < 2 || args.length > 3)
    refuse(
      messages.wrongArity(spanOf(node), "adjacency", "a number of nodes, edges and options", args.length),
    );
  if (typeof nodes !== "number" || !Number.isInteger(nodes) || nodes < 1 || nodes > mostEntries)
    return refuse(messages.wrongKind(place(0), `a whole number from 1 to ${mostEntries}`, describe(nodes)));
  const edges = itemsOf(list, node.arguments[1] ?? node).map((item): Edge => {
    const numbers = numbersOf(item);
    if (numbers?.shape.length === 1) return Array.from(numbers.data);
    return refuse(messages.wrongKind(place(1), "edges `[from, to]` or `[from, to, weight]`", describe(item)));
  });
  const options = optionsOf(given, place(2));
  try {
    const { rowStart, column, value } = adjacency(nodes, edges, options);
    return [nodes, nodes, ...[rowStart, column, value].map((each) => tensorOf([each.length], each))];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(messages.badGraph(place(1), error.message.replace(/^adjacency: /, "")));
  }
}

function optionsOf(given: Static, at: ReturnType<typeof spanOf>): AdjacencyOptions {
  if (given === undefined) return {};
  if (!isTagged(given) || given.kind !== "record")
    return refuse(messages.wrongKind(at, "`{ directed?, selfLoops?, normalise? }`", describe(given)));
  const known = ["directed", "selfLoops", "normalise"];
  for (const [key, value] of given.entries) {
    const written = given.nodes.get(key);
    const place = written === undefined ? at : spanOf(keyNode(written));
    if (!known.includes(key))
      refuse(messages.unknownKey(place, key, "the options", known, nearest(key, known)));
    const isRight =
      key === "normalise" ? value === "symmetric" || value === "rows" : typeof value === "boolean";
    const expected = key === "normalise" ? '`normalise`: "symmetric" or "rows"' : `\`${key}\`: true or false`;
    if (!isRight) refuse(messages.wrongKind(place, expected, describe(value)));
  }
  return Object.fromEntries(given.entries) as AdjacencyOptions;
}
