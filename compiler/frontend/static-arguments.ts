/** What functions of the library ask of their arguments: sizes, seeds, functions. Out: the argument, or a located diagnostic. */

import * as messages from "../diagnostics/messages.ts";
import type { Span } from "../diagnostics/span.ts";
import { mostEntries } from "../model.ts";
import { refuse } from "./load.ts";
import { describe, type FunctionValue, isTagged, type Static } from "./static-values.ts";

export function functionOf(value: Static, span: Span): FunctionValue {
  if (isTagged(value) && value.kind === "function") return value;
  return refuse(messages.wrongKind(span, "a function", describe(value)));
}

export function checkedSize(value: number, span: Span): number {
  if (Number.isInteger(value) && value >= 0 && value <= mostEntries) return value;
  return refuse(messages.wrongKind(span, `a whole number from 0 to ${mostEntries}`, String(value)));
}

export const checkedSeed = (value: number, span: Span): number =>
  value === value >>> 0
    ? value
    : refuse(messages.wrongKind(span, "a whole number from 0 to 4294967295", String(value)));
