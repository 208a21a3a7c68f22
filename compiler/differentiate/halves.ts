/**
 * Reverse mode in two functions: one that computes the results and keeps what the reverse sweep reads, and one that is
 * the reverse sweep alone. Between the two the tapes belong to the caller, who may hold many of them: that is what
 * plans of a solve choose between. In: a function and what it is differentiated for. Out: both halves and their tapes.
 */

import type { Span } from "../diagnostics/span.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { stemOf } from "../ir/names.ts";
import type { Alloc, Element, Expr, Fn, Let, Parameter, Shape, Statement, Taped } from "../ir/nodes.ts";
import { primitives } from "../ir/primitives.ts";
import { rewriteBlock } from "../ir/rewrite.ts";
import { forEachExpr, forEachExprIn, forEachStatement, formsOf } from "../ir/walk.ts";
import type { Context } from "./normalise.ts";
import { parts, shapeOf } from "./reverse.ts";

export interface Tape {
  readonly name: string;
  readonly element: Element;
  readonly shape: Shape;
  readonly taped: Taped | undefined;
}

export interface Halves {
  /** Parameters: those of the function, then the tapes, which it fills as far as it comes. */
  readonly taped: Fn;
  /** Parameters: those of the function that come in, the tapes, a seed for each result, the cotangents it adds to. */
  readonly back: Fn;
  readonly tapes: readonly Tape[];
}

/** Work up to which a scalar is computed again from what comes in, rather than kept. */
const cheap = 6;

export function halves(fn: Fn, wrt: ReadonlySet<string>, context: Context): Halves {
  const { inputs, outs, seeds, bars, tapes, forward, reverse, names } = parts(fn, wrt, context);
  const kept: Tape[] = tapes.map(({ array, element, shape, taped }) => ({
    name: array,
    element,
    shape,
    taped,
  }));

  // Arrays of the forward half that the reverse half reads become tapes; results are copied, for they are the caller's.
  const read = arraysRead(reverse);
  const local = new Map(
    forward.filter((one): one is Alloc => one.kind === "alloc").map((one) => [one.array, one]),
  );
  for (const { array, element, shape, span } of local.values()) {
    if (read.has(array)) kept.push({ name: array, element, shape, taped: apart(array, span) });
  }
  const copied = outs.filter((out) => read.has(out.name));
  const copies = new Map(copied.map((out) => [out.name, names.fresh(out.name)]));
  for (const out of copied) {
    const taped = apart(out.name, undefined);
    kept.push({ name: copies.get(out.name)!, element: "real", shape: shapeOf(out), taped });
  }

  // Scalars of the forward half that the reverse half uses are computed again where that is cheap, and kept elsewhere.
  const given = new Set(inputs.map(({ name }) => name));
  const { again, scalars } = scalarsAcross(forward, reverse, given);
  const boxes = new Map(scalars.map(({ name }) => [name, names.fresh(`${name}_kept`)]));
  for (const { name, span } of scalars) {
    kept.push({ name: boxes.get(name)!, element: "real", shape: [], taped: apart(name, span) });
  }

  const isTape = new Set(kept.map(({ name }) => name));
  // Not `out`: what branches pass over stays unwritten, and unread.
  const tapeParameters = (access: "in" | "inout"): Parameter[] =>
    kept.map(({ name, element, shape }) => ({ kind: "array", name, element, shape, access }));
  const taped: Statement[] = forward.flatMap((statement): Statement[] => {
    if (statement.kind === "alloc" && isTape.has(statement.array)) {
      return statement.zero ? cleared(statement, names.fresh) : [];
    }
    if (statement.kind === "let" && boxes.has(statement.name)) {
      return [
        statement,
        build.store(boxes.get(statement.name)!, [], build.name(statement.name), statement.span),
      ];
    }
    return [statement];
  });
  const finish = copied.flatMap((out) =>
    build.forEachEntry(shapeOf(out), names.fresh, (at) => [
      build.store(copies.get(out.name)!, at, build.read(out.name, at)),
    ]),
  );
  const opening = again.map((statement): Statement => {
    const box = boxes.get(statement.name);
    return box === undefined ? statement : { ...statement, value: build.read(box) };
  });
  const renamed = rewriteBlock(reverse, {
    array: (array) => {
      const copy = copies.get(array);
      return copy === undefined ? undefined : { array: copy, prefix: [] };
    },
  });
  return {
    tapes: kept,
    taped: {
      name: `${fn.name}_taped`,
      parameters: [...inputs, ...outs, ...tapeParameters("inout")],
      body: [...taped, ...finish],
      doc: `${fn.name}, keeping what its cotangent needs.`,
    },
    back: {
      name: `${fn.name}_back`,
      parameters: [...inputs, ...tapeParameters("in"), ...seeds, ...bars],
      body: [...opening, ...renamed],
      doc: `Cotangent of ${fn.name} from what was kept: adds its transposed Jacobian times the vector of the *_bar seeds.`,
    },
  };
}

const apart = (name: string, span: Span | undefined): Taped => ({
  value: stemOf(name),
  span,
  reason: { kind: "apart" },
});

/** Arrays that a block reads, those it makes itself left out. */
function arraysRead(block: readonly Statement[]): Set<string> {
  const read = new Set<string>();
  forEachExprIn(block, (expr) => {
    if (expr.kind === "read") read.add(expr.array);
  });
  forEachStatement(block, (statement) => {
    for (const form of formsOf(statement)) {
      affine.forEachAtom(form, (atom) => {
        if (atom.kind === "gather") read.add(atom.array);
      });
    }
  });
  return read;
}

/** Top-level scalars that the reverse half uses, with those they are computed from, in order; and which to keep. */
function scalarsAcross(
  forward: readonly Statement[],
  reverse: readonly Statement[],
  given: ReadonlySet<string>,
): { readonly again: readonly Let[]; readonly scalars: readonly Let[] } {
  const lets = forward.filter((statement): statement is Let => statement.kind === "let");
  const costs = new Map<string, number>();
  for (const { name, value } of lets) {
    let cost = value.kind === "primitive" ? primitives[value.op].cost : 1;
    forEachExpr(value, (inner) => {
      if (inner.kind === "name") cost += given.has(inner.name) ? 0 : (costs.get(inner.name) ?? Infinity);
      if (inner.kind === "read" && !given.has(inner.array)) cost = Infinity;
    });
    costs.set(name, cost);
  }
  const used = new Set<string>();
  const use = (expr: Expr): void =>
    forEachExpr(expr, (inner) => {
      if (inner.kind === "name") used.add(inner.name);
    });
  forEachExprIn(reverse, (expr) => {
    if (expr.kind === "name") used.add(expr.name);
  });
  const isKept = (name: string): boolean => costs.get(name)! > cheap;
  for (const statement of lets.toReversed()) {
    if (used.has(statement.name) && !isKept(statement.name)) use(statement.value);
  }
  const again = lets.filter(({ name }) => used.has(name));
  return { again, scalars: again.filter(({ name }) => isKept(name)) };
}

const cleared = ({ array, shape }: Alloc, fresh: (wish: string) => string): Statement[] =>
  build.forEachEntry(shape, fresh, (at) => [build.store(array, at, build.zero)]);
