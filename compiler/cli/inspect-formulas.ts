/** `odegrad inspect --formulas`: the vector field and its derived adjoint as formulas of matrices, beside their loops. */

import { type Formula, formulasOf } from "../analysis/formulas.ts";
import { printStatement } from "../ir/print.ts";
import type { Module } from "../module.ts";
import { contracted } from "../optimise/index.ts";
import type { Json } from "./number.ts";

/** The longest formula that shares its line with its loops. */
const width = 44;

interface Section {
  readonly title: string;
  readonly formulas: readonly Formula[];
}

function sectionsOf(module: Module): Section[] {
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

export function formulasAsText(module: Module): string {
  return sectionsOf(module)
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
