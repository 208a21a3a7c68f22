/**
 * Splits loops that do several unrelated things, a sum and a loop over something else, into one loop for each, so that
 * each is small enough for register blocking. In: a block. Out: the same values to the bit: loops are split where no part
 * touches what another part writes. Jets of jets are full of such loops: coefficients of both orders stand side by side.
 */

import * as affine from "../ir/affine.ts";
import type { Names } from "../ir/names.ts";
import type { Block, For, Statement } from "../ir/nodes.ts";
import { instantiate } from "../ir/rewrite.ts";
import { expressionsOf, forEachExpr, forEachStatement, formsOf, withBlocks, withEach } from "../ir/walk.ts";

export function fission(block: Block, names: Names): Block {
  return withEach(block, (statement) => {
    const inside = withBlocks(statement, (inner) => fission(inner, names));
    return (inside.kind === "for" ? apart(inside, names) : undefined) ?? inside;
  });
}

/** A loop for each statement with an effect; nothing where the body is of one kind, or where parts meet. */
function apart(loop: For, names: Names): Statement[] | undefined {
  const effects = loop.body.filter(({ kind }) => kind !== "let");
  const isLoop = (statement: Statement): boolean => statement.kind === "for";
  if (!effects.some(isLoop) || effects.length < 2) return undefined;
  if (!effects.every(({ kind }) => ["for", "store", "accumulate"].includes(kind))) return undefined;
  const parts = partsOf(loop.body, effects);
  if (parts === undefined) return undefined;
  const arrays = parts.map(touched);
  const meet = arrays.some((part, i) =>
    arrays.some((other, j) => i !== j && [...part.written].some((array) => other.all.has(array))),
  );
  if (meet) return undefined;
  return parts.map((body, i) => {
    const own: For = { ...loop, body };
    return i === 0 ? own : instantiate([own], names.fresh)[0]!;
  });
}

/** Each effect with the scalars that it alone is made of; nothing where two share one. */
function partsOf(body: Block, effects: readonly Statement[]): Statement[][] | undefined {
  const lets = new Map(body.flatMap((each) => (each.kind === "let" ? [[each.name, each] as const] : [])));
  const owners = new Map<Statement, number>();
  let isShared = false;
  const claim = (statement: Statement, part: number): void => {
    forEachStatement([statement], (inner) => {
      for (const expr of expressionsOf(inner))
        forEachExpr(expr, (leaf) => {
          const made = leaf.kind === "name" ? lets.get(leaf.name) : undefined;
          if (made === undefined) return;
          const owner = owners.get(made);
          if (owner !== undefined && owner !== part) isShared = true;
          if (owner !== undefined) return;
          owners.set(made, part);
          claim(made, part);
        });
    });
  };
  effects.forEach((effect, part) => {
    owners.set(effect, part);
    claim(effect, part);
  });
  if (isShared) return undefined;
  return effects.map((_, part) => body.filter((statement) => owners.get(statement) === part));
}

/** Arrays that statements write, and all that they touch. */
function touched(statements: Block): {
  readonly written: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
} {
  const written = new Set<string>();
  const all = new Set<string>();
  forEachStatement(statements, (inner) => {
    if (inner.kind === "store" || inner.kind === "accumulate") written.add(inner.array);
    for (const expr of expressionsOf(inner))
      forEachExpr(expr, (part) => {
        if (part.kind === "read") all.add(part.array);
      });
    for (const form of formsOf(inner))
      affine.forEachAtom(form, (atom) => {
        if (atom.kind === "gather") all.add(atom.array);
      });
  });
  for (const array of written) all.add(array);
  return { written, all };
}
