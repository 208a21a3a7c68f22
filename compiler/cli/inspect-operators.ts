/** `odegrad inspect`: the differential operators of a model, how each is computed, and what was passed over. */

import type { Model } from "../model.ts";
import type { Json } from "./number.ts";

interface Row {
  /** As the text has it: `laplacian(u)`. */
  readonly operator: string;
  readonly scheme: string;
  /** Vectors that every value of the function is. */
  readonly vectors: number;
  readonly passedOver: readonly { readonly name: string; readonly vectors: number }[];
}

const rowsOf = ({ schemes }: Model): Row[] =>
  [...(schemes?.values() ?? [])].map(({ text, taken, passedOver }) => ({
    operator: text,
    scheme: taken.name,
    vectors: taken.vectors,
    passedOver,
  }));

export function operatorsAsText(model: Model): string {
  const rows = rowsOf(model);
  if (rows.length === 0) return "";
  const cells = [
    ["operator", "vectors", "computed by", "instead of"],
    ...rows.map(({ operator, scheme, vectors, passedOver }) => [
      operator,
      String(vectors),
      scheme,
      passedOver.map((each) => `${each.vectors} by ${each.name}`).join("; "),
    ]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  const lines = cells.map(([operator, vectors, scheme, others]) =>
    [operator!.padEnd(widths[0]!), vectors!.padStart(widths[1]!), scheme!.padEnd(widths[2]!), others]
      .join("  ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}

export const operatorsAsJson = (model: Model): { readonly [key: string]: Json } =>
  model.schemes === undefined
    ? {}
    : {
        operators: rowsOf(model).map((row) => ({
          ...row,
          passedOver: row.passedOver.map((each) => ({ ...each })),
        })),
      };
