/**
 * Checks an options record against the closed table of `options.ts`. In: a record from outside, whatever it holds. Out: a
 * null-prototype record of checked values, or diagnostics with spelling suggestions. Only own keys are read, only keys of
 * the table are taken, nothing is merged. It knows single values; how they go together is `resolve.ts`.
 */

import { nearest } from "../runtime/nearest.ts";
import {
  badOptionValue,
  optionNotAvailableYet,
  unknownOption,
  valueNotAvailableYet,
} from "./diagnostics/command-messages.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";

import {
  type CommandOptions,
  configured,
  flagOf,
  type OptionSpec,
  type Options,
  optionSpecs,
} from "./options.ts";

const byKey = new Map(optionSpecs.map((spec) => [spec.key, spec]));

export interface Checked {
  readonly options: CommandOptions;
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks a record against the table. `from` decides which options exist and how they are spelt in messages. */
export function checkOptions(
  raw: Readonly<Record<string, unknown>>,
  from: "library" | "command line" | "configuration",
): Checked {
  const options: Record<string, unknown> = Object.create(null);
  const diagnostics: Diagnostic[] = [];
  const spelt = (key: string): string => (from === "command line" ? flagOf(key) : key);
  for (const key of Object.keys(raw)) {
    const spec = byKey.get(key);
    if (spec === undefined || (from === "library" && spec.library !== true)) {
      const known = optionSpecs.filter((each) => from !== "library" || each.library === true);
      const close = nearest(
        key,
        known.map((each) => each.key),
      );
      diagnostics.push(unknownOption(spelt(key), close === undefined ? undefined : spelt(close)));
      continue;
    }
    const value = raw[key];
    if (value === undefined || value === false) continue;
    if (spec.later !== undefined) {
      diagnostics.push(optionNotAvailableYet(spelt(key), spec.later));
      continue;
    }
    const checked = checkValue(spec, value, spelt(key));
    if ("problem" in checked) diagnostics.push(checked.problem);
    else options[key] = checked.value;
  }
  const own: CommandOptions = options;
  const { [configured]: others } = raw as Options;
  return { options: others === undefined ? own : { ...own, [configured]: others }, diagnostics };
}

type Verdict = { readonly value: unknown } | { readonly problem: Diagnostic };

function checkValue(spec: OptionSpec, value: unknown, flag: string): Verdict {
  const bad = (expected: string): Verdict => ({ problem: badOptionValue(flag, String(value), expected) });
  switch (spec.form) {
    case "switch":
      return value === true ? { value } : bad("true or false");
    case "real": {
      const number = numberOf(value);
      if (spec.isPositive === true && !(number !== undefined && number > 0)) return bad("a number above 0");
      return number === undefined ? bad("a number") : { value: number };
    }
    case "count": {
      const number = numberOf(value);
      const { most = 0xffffffff } = spec;
      const counts = number !== undefined && Number.isSafeInteger(number) && number >= 1 && number <= most;
      return counts ? { value: number } : bad(`a whole number from 1 to ${most}`);
    }
    case "text":
    case "file":
      return typeof value === "string" && value !== "" ? { value } : bad("a text");
    case "list": {
      const items = itemsOf(value);
      // An empty text is a variable of a script that was not set, and means nothing rather than everything or none.
      const isBlank = items?.length === 0 && !(Array.isArray(value) && value.length === 0);
      return items === undefined || isBlank ? bad("a list of names") : { value: items };
    }
    case "numbers": {
      // Each time the option is given is one list.
      const lists = (Array.isArray(value) ? value : [value]).map((each) => itemsOf(each)?.map(numberOf));
      const isSound = lists.every((each) => each?.every((number) => number !== undefined) === true);
      return isSound ? { value: lists } : bad("numbers with commas between them");
    }
    case "choice":
      return choiceOf(spec, value, flag);
    case "choices": {
      const items = itemsOf(value);
      if (items === undefined || items.length === 0) return bad(`one or more of ${spec.choices?.join(", ")}`);
      for (const item of items) {
        const verdict = choiceOf(spec, item, flag);
        if ("problem" in verdict) return verdict;
      }
      return { value: [...new Set(items)] };
    }
    default:
      return spec.form satisfies never;
  }
}

function choiceOf(spec: OptionSpec, value: unknown, flag: string): Verdict {
  const choices = spec.choices ?? [];
  if (typeof value === "string" && choices.includes(value)) return { value };
  if (typeof value === "string" && spec.choicesLater?.includes(value) === true) {
    return { problem: valueNotAvailableYet(flag, value, choices) };
  }
  const close =
    typeof value === "string" ? nearest(value, [...choices, ...(spec.choicesLater ?? [])]) : undefined;
  return { problem: badOptionValue(flag, String(value), `one of ${choices.join(", ")}`, close) };
}

/** From a number, or from text that is a number and nothing else: "1e-3", "0.5", "-2", and not "", "0x10" or "2s". */
function numberOf(value: unknown): number | undefined {
  const number =
    typeof value === "number"
      ? value
      : typeof value === "string" && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value.trim())
        ? Number(value)
        : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

function itemsOf(value: unknown): string[] | undefined {
  const parts = typeof value === "string" ? [value] : value;
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === "string")) return undefined;
  return parts
    .flatMap((part: string) => part.split(","))
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
