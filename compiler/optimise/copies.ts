/**
 * Removes the copy of a local array into a result: `du` filled, then `f_u[i] = du[i]` for all i, becomes `f_u` filled
 * itself. In: a function. Out: the same function without such copies. Only a copy at the end of the array's life is
 * one: the result is touched nowhere else, and the local array not after it.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Fn, Statement } from "../ir/nodes.ts";
import { rewriteBlock } from "../ir/rewrite.ts";
import { bindersOf, expressionsOf, forEachExpr, forEachStatement } from "../ir/walk.ts";

export function copies(fn: Fn): Fn {
  let current = fn;
  for (const parameter of fn.parameters) {
    if (parameter.kind !== "array" || parameter.access !== "out" || parameter.element !== "real") continue;
    current = withoutCopyInto(current, parameter.name, parameter.shape);
  }
  return current;
}

function withoutCopyInto(fn: Fn, result: string, shape: readonly number[]): Fn {
  const position = fn.body.findIndex((statement) => copySource(statement, result, shape) !== undefined);
  if (position < 0) return fn;
  const source = copySource(fn.body[position]!, result, shape)!;
  const alloc = fn.body.find((statement) => statement.kind === "alloc" && statement.array === source);
  if (alloc?.kind !== "alloc" || alloc.shape.join() !== shape.join()) return fn;
  const others = fn.body.filter((_, at) => at !== position);
  if (others.some((statement) => touches(statement, result))) return fn;
  if (fn.body.slice(position + 1).some((statement) => touches(statement, source))) return fn;
  const names = new Names(bindersOf(fn));
  const cleared = alloc.zero
    ? build.forEachEntry(shape, names.fresh, (at) => [build.store(result, at, build.zero, alloc.span)])
    : [];
  const body = others.flatMap((statement) => (statement === alloc ? cleared : [statement]));
  return {
    ...fn,
    body: rewriteBlock(body, {
      array: (array) => (array === source ? { array: result, prefix: [] } : undefined),
    }),
  };
}

/** The array that a statement copies into the result in full, entry for entry. */
function copySource(statement: Statement, result: string, shape: readonly number[]): string | undefined {
  let inner: Statement = statement;
  const indices: string[] = [];
  while (inner.kind === "for") {
    const extent = shape[indices.length];
    if (affine.constantOf(inner.from) !== 0 || affine.constantOf(inner.to) !== extent) return undefined;
    indices.push(inner.index);
    // In normal form the entry that is read has a name of its own.
    const [first, second] = inner.body;
    if (inner.body.length === 2 && first?.kind === "let" && second?.kind === "store") {
      if (second.value.kind !== "name" || second.value.name !== first.name) return undefined;
      inner = { ...second, value: first.value };
    } else if (inner.body.length === 1) {
      inner = inner.body[0]!;
    } else {
      return undefined;
    }
  }
  if (indices.length === 0 || indices.length !== shape.length) return undefined;
  if (inner.kind !== "store" || inner.array !== result || inner.value.kind !== "read") return undefined;
  const wanted = indices.map((index) => affine.key(affine.index(index))).join();
  if (inner.at.map(affine.key).join() !== wanted) return undefined;
  return inner.value.at.map(affine.key).join() === wanted ? inner.value.array : undefined;
}

function touches(statement: Statement, array: string): boolean {
  let found = false;
  forEachStatement([statement], (inner) => {
    if ((inner.kind === "store" || inner.kind === "accumulate") && inner.array === array) found = true;
    if (inner.kind === "call") {
      found ||= inner.args.some((arg) => arg.kind === "array" && arg.view.array === array);
    }
    if (inner.kind === "contract") {
      found ||= [inner.to, ...inner.factors].some((place) => place.array === array);
    }
    for (const expr of expressionsOf(inner)) {
      forEachExpr(expr, (part) => {
        found ||= part.kind === "read" && part.array === array;
      });
    }
  });
  return found;
}
