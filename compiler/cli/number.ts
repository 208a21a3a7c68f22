/**
 * JSON as the command line prints it: every number reads back to the same bits, keys stay in the order of writing, and
 * a row of numbers stays on one line. `JSON.stringify` loses negative zero and turns infinities into null.
 */

/** Shortest text that reads back to the same double. NaN, for which JSON has no word, becomes null. */
export function formatNumber(value: number): string {
  if (Object.is(value, -0)) return "-0";
  if (Number.isNaN(value)) return "null";
  // Beyond the range of a double, so every reader rounds it to infinity.
  if (value === Infinity) return "1e999";
  if (value === -Infinity) return "-1e999";
  return String(value);
}

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

const isFlat = (value: Json): boolean =>
  value === null || typeof value !== "object" || (Array.isArray(value) && value.every(isFlat));

/** One JSON document without the final line end. Members that are undefined are left out. */
export function formatJson(value: Json, indent = ""): string {
  if (value === null) return "null";
  switch (typeof value) {
    case "number":
      return formatNumber(value);
    case "boolean":
      return String(value);
    case "string":
      return JSON.stringify(value);
    case "object": {
      const inner = `${indent}  `;
      if (Array.isArray(value)) {
        const items: readonly Json[] = value;
        if (items.every(isFlat)) return `[${items.map((item) => formatJson(item)).join(", ")}]`;
        return `[\n${items.map((item) => inner + formatJson(item, inner)).join(",\n")}\n${indent}]`;
      }
      const members = Object.entries(value).filter(([, member]) => member !== undefined);
      if (members.length === 0) return "{}";
      const lines = members.map(
        ([key, member]) => `${inner}${JSON.stringify(key)}: ${formatJson(member as Json, inner)}`,
      );
      return `{\n${lines.join(",\n")}\n${indent}}`;
    }
    default:
      throw new TypeError(`no JSON for ${typeof value}`);
  }
}

/** For tables: at most nine significant digits, which is what an eye takes in. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  if (Object.is(value, -0)) return "-0";
  const text = value.toPrecision(9);
  return text.includes("e") ? String(Number(text)) : text.replace(/\.?0+$/, "");
}
