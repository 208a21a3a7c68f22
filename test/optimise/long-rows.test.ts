/** Rows of generated C that are longer than what compilers unroll have in front of them what is the same along them. */

import { expect, it } from "vitest";
import { compile } from "../../compiler/index.ts";
import { network } from "../support/network.ts";

/** What is multiplied by the columns of V in the field: the state, or scalars with its entries. */
function multipliers(hidden: number): string[] {
  const { outputs } = compile(network({ hidden, steps: 4 }), { target: ["c"], emit: ["gradient"] });
  const source = outputs.find(({ name }) => name === "net.c")!.text;
  const [field] = /static void net_rhs_kernel[\s\S]*?^}/m.exec(source)!;
  return [...field.matchAll(/V_columns\[.*?\]\[i\] \*\s+([a-z_]+)/g)].map(([, by]) => by!);
}

it.each([
  [64, "x_x"],
  [16, "ws"],
] as const)("rows of %i", (hidden, by) => {
  const found = multipliers(hidden);
  expect(found.length).toBe(4);
  for (const each of found) expect(each).toMatch(new RegExp(`^${by}_?$`));
});
