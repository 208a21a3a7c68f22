/**
 * The instructions of a crossbar program as text, one a line: products by name of the matrix, with the vectors they are
 * made of (`*` stands for the entries of a vector), loops with their bounds, and digital statements as the IR has them.
 */

import { reads } from "../analysis/contractions.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import type { Access, Block, Contract, Program } from "../ir/nodes.ts";
import { printForm, printStatement, printTest } from "../ir/print.ts";
import type { Matrices } from "../optimise/programmed.ts";
import { nameOf } from "./javascript-crossbar.ts";

/** `entries`: functions that are called from outside. */
export function listing(
  program: Program,
  matrices: readonly Matrices[],
  entries: readonly string[],
): string[] {
  const nameOfTile = ({ array, isTurned }: Matrices): string => `${nameOf(array)}${isTurned ? "'" : ""}`;
  const named = new Map(
    matrices.flatMap((one) => [
      [one.array.name, nameOfTile(one)] as const,
      ...(one.gradient === undefined ? [] : [[one.gradient.name, nameOfTile(one)] as const]),
    ]),
  );
  const lines: string[] = [];
  const put = (depth: number, text: string): void => {
    lines.push(`${"  ".repeat(depth)}${text}`);
  };
  for (const one of matrices) {
    const times = one.count === 1 ? "" : ` x ${one.count}`;
    put(0, `prog ${nameOfTile(one)} ${one.rows} ${one.columns}${times}`);
  }
  const walk = (block: Block, depth: number): void => {
    for (const statement of block) {
      switch (statement.kind) {
        case "for": {
          const [from, to] = [printForm(statement.from), printForm(statement.to)];
          put(depth, `loop ${statement.index} ${from} ${to}${statement.down ? " down" : ""}`);
          walk(statement.body, depth + 1);
          put(depth, "end");
          break;
        }
        case "while":
          put(depth, `while ${printTest(statement.test)} at most ${statement.limit}`);
          walk(statement.body, depth + 1);
          put(depth, "end");
          break;
        case "if":
          put(depth, `if ${printTest(statement.test)}`);
          walk(statement.then, depth + 1);
          if (statement.else.length > 0) {
            put(depth, "else");
            walk(statement.else, depth + 1);
          }
          put(depth, "end");
          break;
        case "contract":
          product(statement, depth, named, put);
          break;
        case "comment":
          put(depth, `; ${statement.text.replaceAll("\n", " ")}`);
          break;
        default:
          for (const line of printStatement(statement).split("\n")) put(depth, line);
      }
    }
  };
  for (const { name, parameters, body } of program.functions) {
    const words = parameters.map((one) => one.name);
    put(0, `${entries.includes(name) ? "entry" : "function"} ${[name, ...words].join(" ")}`);
    walk(body, 1);
    put(1, entries.includes(name) ? "halt" : "return");
  }
  return lines;
}

const mnemonics = { apply: "mvm", applyTransposed: "mtvm", accumulate: "opa" } as const;

function product(
  { mapped, to, factors, over }: Contract,
  depth: number,
  named: ReadonlyMap<string, string>,
  put: (depth: number, text: string) => void,
): void {
  if (mapped === undefined) throw new Error("a contraction is listed as loops");
  const { kind, row, column } = mapped;
  const outer = over.filter(({ index }) => index !== row && index !== column);
  outer.forEach(({ index, from, to: past }, i) => {
    put(depth + i, `loop ${index} ${printForm(from)} ${printForm(past)}`);
  });
  const inner = depth + outer.length;
  /** A vector along an axis: what its entry at 0 is written as, with a star at the axis. */
  const vector = (place: Access, index: string): string =>
    `${place.array}[${place.at.map((form) => starred(form, index)).join(", ")}]`;
  const held = [to, ...factors].find(({ array }) => named.has(array))!;
  const lead = held.at.slice(0, -2).map((form) => `[${printForm(form)}]`);
  const matrix = `${named.get(held.array)}${lead.join("")}`;
  if (kind === "accumulate") {
    const d = factors.find((factor) => reads(factor, row))!;
    const x = factors.find((factor) => reads(factor, column))!;
    put(inner, `${mnemonics[kind]} ${matrix} ${vector(d, row)} ${vector(x, column)}`);
  } else {
    const [kept, summed] = kind === "apply" ? [row, column] : [column, row];
    const from = factors.find((factor) => !reads(factor, kept))!;
    const mode = kind === "apply" ? "none" : "pow2max";
    put(inner, `${mnemonics[kind]} ${matrix} ${vector(to, kept)} ${vector(from, summed)} ${mode}`);
  }
  outer.forEach((_, i) => {
    put(inner - 1 - i, "end");
  });
}

function starred(form: Affine, index: string): string {
  const along = form.terms.find(({ atom }) => atom.kind === "index" && atom.name === index);
  if (along === undefined) return printForm(form);
  const rest = affine.subtract(form, affine.scale(affine.index(index), along.coefficient));
  const star = along.coefficient === 1 ? "*" : `${along.coefficient}*`;
  return affine.constantOf(rest) === 0 ? star : `${printForm(rest)} + ${star}`;
}
