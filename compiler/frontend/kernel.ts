/**
 * `kernel({...})` as the `ode` it stands for: one state leaf `y`, and parameters by name. The
 * function itself stays bare: `f(t, y, p)` returns the derivative, `f(t, y, p, dy)` writes it.
 */

import { nearest } from "../../runtime/nearest.ts";
import * as messages from "../diagnostics/messages.ts";
import type { Span } from "../diagnostics/span.ts";
import { refuse, spanOf } from "./load.ts";
import {
  describe,
  isTagged,
  numbersOf,
  type RecordValue,
  record,
  type Static,
  tensorOf,
} from "./static-values.ts";
import { keyNode } from "./syntax.ts";

/** What `kernel` takes beside the function; everything but `state` and `params` means what it means in `ode`. */
const keys = ["state", "params", "rhs", "outputs", "times", "loss", "solver"];

/** Numbers of a state or of parameters, at most. */
const most = 2 ** 24;

export function odeOf(kernel: RecordValue, span: Span): RecordValue {
  const place = (key: string): Span => {
    const node = kernel.nodes.get(key);
    return node === undefined ? span : spanOf(node);
  };
  for (const key of kernel.entries.keys()) {
    if (keys.includes(key)) continue;
    const node = kernel.nodes.get(key);
    const at = node === undefined ? span : spanOf(keyNode(node));
    refuse(messages.unknownKey(at, key, "`kernel`", keys, nearest(key, keys)));
  }
  if (!kernel.entries.has("state")) {
    refuse(messages.missingKey(span, "state", "say how many variables `y` has: `state: 2`"));
  }
  const { state, params } = Object.fromEntries(kernel.entries) as { state: Static; params: Static };
  const entries = new Map(kernel.entries);
  const y = words(state);
  if (y === undefined || y.length === 0) {
    const expected = "the number of variables, or their initial values";
    return refuse(messages.wrongKind(place("state"), expected, describe(state)));
  }
  entries.set("state", record(new Map([["y", tensorOf([y.length], y)]])));
  entries.set("params", paramsOf(params, kernel.entries.has("params"), place("params")));
  return record(entries, kernel.nodes);
}

/** A number of zeros, or the numbers themselves; nothing where it is neither. */
function words(value: Static): readonly number[] | undefined {
  if (typeof value === "number") {
    return Number.isInteger(value) && value >= 0 && value <= most ? new Array(value).fill(0) : undefined;
  }
  const numbers = numbersOf(value);
  return numbers?.shape.length === 1 ? numbers.data : undefined;
}

function paramsOf(value: Static, isGiven: boolean, at: Span): RecordValue {
  if (!isGiven) return record(new Map());
  if (isTagged(value) && value.kind === "list" && value.items.every((item) => typeof item === "string")) {
    const names = value.items as string[];
    const twice = names.find((name, position) => names.indexOf(name) < position);
    if (twice !== undefined) refuse(messages.badLeaf(at, `two parameters have the name \`${twice}\``));
    const nodes = new Map(
      names.flatMap((name, i) => (value.nodes[i] ? [[name, value.nodes[i]] as const] : [])),
    );
    return record(new Map(names.map((name) => [name, 0])), nodes);
  }
  if (isTagged(value) && value.kind === "record") {
    if ([...value.entries.values()].every((each) => typeof each === "number")) return value;
  }
  const expected = 'the names of the parameters, `["k", "c"]`, or a record of numbers';
  return refuse(messages.wrongKind(at, expected, describe(value)));
}
