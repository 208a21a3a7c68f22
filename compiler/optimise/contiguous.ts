/**
 * Sums along rows: of two loops that add to entries of an array, the one over the array's last subscript becomes the
 * innermost, and a matrix that would then be read down its columns is read from its transpose. A vectoriser takes the
 * innermost loop as it is: it writes contiguous entries, no two of them the same. In: a loop. Out: the same values to the
 * bit: what is added to one entry comes in its old order.
 */

import { mentions } from "../analysis/contractions.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import type { Accumulate, Block, Expr, For, Let } from "../ir/nodes.ts";
import { rewriteBlock } from "../ir/rewrite.ts";
import { forEachExpr } from "../ir/walk.ts";

/** Entries from which a vector unit is filled. */
const worthwhile = 8;

/** The two loops with contiguous entries innermost; nothing where they are not such loops, or are so already. */
export function contiguous(outer: For, transposeOf: (name: string) => string | undefined): For | undefined {
  const [inner] = outer.body;
  if (inner?.kind !== "for" || outer.body.length !== 1) return undefined;
  if (mentions(inner.from, outer.index) || mentions(inner.to, outer.index)) return undefined;
  if (!isSums(inner.body)) return undefined;
  const sums = inner.body.filter((statement) => statement.kind === "accumulate");
  const along = [inner, outer].find(({ index }) => sums.every(({ at }) => endsIn(at, index)));
  if (along === undefined || !isLong(along) || !areApart(inner.body, sums)) return undefined;

  let isStrided = false;
  let isTurnable = true;
  const turn = (expr: Expr): Expr => {
    if (expr.kind !== "read" || !expr.at.slice(0, -1).some((form) => mentions(form, along.index)))
      return expr;
    const last = expr.at[expr.at.length - 1]!;
    const transpose =
      expr.at.length === 2 && !mentions(last, along.index) ? transposeOf(expr.array) : undefined;
    isStrided = true;
    isTurnable &&= transpose !== undefined;
    return transpose === undefined ? expr : { ...expr, array: transpose, at: [last, expr.at[0]!] };
  };
  const body = rewriteBlock(inner.body, {}, turn);
  if (!isTurnable || (along === inner && !isStrided)) return undefined;
  const across = along === inner ? outer : inner;
  return { ...across, body: [{ ...along, body }] };
}

/**
 * Whether a loop goes over rows that two loops inside it sum into, entry after entry: sums of a row are better held in
 * registers one row at a time than for several rows at once.
 */
export function sumsItsRows(loop: For): boolean {
  const [across] = loop.body;
  const along = across?.kind === "for" ? across.body[0] : undefined;
  if (loop.body.length !== 1 || across?.kind !== "for" || across.body.length !== 1 || along?.kind !== "for")
    return false;
  if (!isSums(along.body) || !isLong(along)) return false;
  return along.body.every(
    (statement) =>
      statement.kind !== "accumulate" ||
      (endsIn(statement.at, along.index) &&
        statement.at.some((form) => mentions(form, loop.index)) &&
        !statement.at.some((form) => mentions(form, across.index))),
  );
}

const isSums = (body: Block): body is readonly (Let | Accumulate)[] =>
  body.every(({ kind }) => kind === "let" || kind === "accumulate") &&
  body.some(({ kind }) => kind === "accumulate");

const isLong = ({ from, to }: For): boolean =>
  (affine.constantOf(affine.subtract(to, from)) ?? 0) >= worthwhile;

/** Whether the last subscript is the index with an offset, so that no two of its trips meet. */
function endsIn(at: readonly Affine[], index: string): boolean {
  const [term, ...others] = at[at.length - 1]?.terms ?? [];
  return (
    others.length === 0 &&
    term?.atom.kind === "index" &&
    term.atom.name === index &&
    term.coefficient === 1 &&
    !at.slice(0, -1).some((form) => mentions(form, index))
  );
}

/** Whether every array that is summed into is so at one place, and is not read. */
function areApart(body: Block, sums: readonly Accumulate[]): boolean {
  const written = new Set(sums.map(({ array }) => array));
  if (written.size < sums.length) return false;
  return body.every((statement) => {
    let fits = true;
    if (statement.kind === "let" || statement.kind === "accumulate") {
      forEachExpr(statement.value, (expr) => {
        fits &&= expr.kind !== "read" || !written.has(expr.array);
      });
    }
    return fits;
  });
}
