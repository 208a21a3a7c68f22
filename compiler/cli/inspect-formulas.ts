/** `odegrad inspect --formulas`: the vector field and its derived adjoint as formulas of matrices, beside their loops. */

import { type Formula, formulasOf } from "../analysis/formulas.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Expr } from "../ir/nodes.ts";
import { printStatement } from "../ir/print.ts";
import { rewriteBlock } from "../ir/rewrite.ts";
import { bindersOf, forEachStatement } from "../ir/walk.ts";
import type { Model } from "../model.ts";
import type { Module } from "../module.ts";
import { contracted } from "../optimise/index.ts";
import type { Json } from "./number.ts";

/** The longest formula that shares its line with its loops. */
const width = 44;

/** The longest formula of a field's value that is shown. */
const longest = 200;

interface Section {
  readonly title: string;
  readonly formulas: readonly Formula[];
}

function sectionsOf(module: Module): Section[] {
  if (module.model.field !== undefined) return ofField(module.model);
  const program = contracted(module.program);
  const titles = {
    rhs: "Field",
    rhs_vjp: "Adjoint: transposed Jacobian of the field, times the cotangents (*_bar)",
  };
  return Object.entries(titles).flatMap(([name, title]): Section[] => {
    const fn =
      program.functions.find((one) => one.name === name) ??
      program.functions.find((one) => one.name === `${name}_kernel`);
    return fn === undefined ? [] : [{ title, formulas: formulasOf(fn, program.arrays) }];
  });
}

/**
 * The value of a field at one point, from its model: generated code may have it in the loops over points. What calls rules
 * of the user's own, or is longer than anyone reads, has none.
 */
function ofField({ constants, functions, outputs, data, field }: Model): Section[] {
  const { fn } = outputs.find(({ name }) => name === "value")!;
  const resultName = fn.parameters.at(-1)!.name;
  let isSimple = true;
  forEachStatement(fn.body, ({ kind }) => {
    isSimple &&= kind !== "call";
  });
  const names = new Names(bindersOf(fn));
  const points = new Map(
    data
      .filter(({ name }) => field!.points.includes(name))
      .map(({ name, path }) => [name, names.fresh(["point", ...path.slice(1)].join("_"))]),
  );
  const atOne = (expr: Expr): Expr =>
    expr.kind === "read" && points.has(expr.array)
      ? build.read(points.get(expr.array)!, expr.at.slice(1))
      : expr;
  const value = { array: names.fresh("value"), prefix: [] };
  const body = rewriteBlock(fn.body, { array: (array) => (array === resultName ? value : undefined) }, atOne);
  const program = contracted({ arrays: [...constants], functions: [{ ...fn, body }, ...functions] });
  const formulas = isSimple ? formulasOf(program.functions[0]!, program.arrays) : [];
  const isShort = formulas.every(({ text }) => text.length <= longest);
  return isSimple && isShort ? [{ title: "Value", formulas }] : [];
}

const none = "The value of this field has no short formula; `--ir` prints its loops.\n";

export function formulasAsText(module: Module): string {
  const sections = sectionsOf(module);
  if (sections.length === 0) return none;
  return sections
    .map(({ title, formulas }) => {
      const fitting = formulas.map(({ text }) => text.length).filter((length) => length <= width);
      const column = Math.max(0, ...fitting);
      const lines = formulas.map(({ text, statement }) => {
        const loops = printStatement(statement).trimEnd();
        return text.length > column
          ? `  ${text}\n  ${" ".repeat(column)}    ${loops}`
          : `  ${text.padEnd(column)}    ${loops}`;
      });
      return `${[title, ...lines].join("\n")}\n`;
    })
    .join("\n");
}

/** The formulas alone, as a page for readers has them. */
export const formulasAlone = (module: Module): string =>
  sectionsOf(module)
    .map(({ title, formulas }) => `${[title, ...formulas.map(({ text }) => `  ${text}`)].join("\n")}\n`)
    .join("\n");

export const formulasAsJson = (module: Module): Record<string, Json> => ({
  formulas: sectionsOf(module).map(({ title, formulas }) => ({
    title,
    lines: formulas.map(({ text, statement }) => ({
      formula: text,
      loops: printStatement(statement).trimEnd(),
    })),
  })),
});
