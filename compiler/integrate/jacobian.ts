/**
 * The Jacobian of the vector field in the state, by forward mode: one tangent for each entry of the state. The matrix is
 * [n, n] over the flat state, a row for each entry of the derivative. Where all leaves are scalars the tangents are
 * written out with their seeds as numbers, so that what is structurally 0 costs nothing.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { expandCalls } from "../ir/expand.ts";
import { Names } from "../ir/names.ts";
import type { Argument, Fn, Parameter, Statement } from "../ir/nodes.ts";
import { bindersOf } from "../ir/walk.ts";
import { type Leaf, sizeOf } from "../model.ts";

/** Place of an entry of a leaf in the flat state. */
export function flatIndex(leaf: Leaf, at: readonly Affine[]): Affine {
  const inner = leaf.shape.reduce(
    (sum, extent, axis) => affine.add(affine.scale(sum, extent), at[axis]!),
    affine.integer(0),
  );
  return affine.offset(inner, leaf.offset);
}

/** `tangent`: the field's jvp for the state alone. Parameters: those of the field that come in, then the matrix. */
export function jacobianOf(rhs: Fn, tangent: Fn, state: readonly Leaf[], taken: readonly string[]): Fn {
  const inputs = rhs.parameters.filter((one) => one.kind !== "array" || one.access === "in");
  const words = state.reduce((sum, leaf) => sum + sizeOf(leaf.shape), 0);
  const names = new Names([...bindersOf(tangent), ...taken]);
  const matrix = names.fresh("jacobian");
  const parameter: Parameter = {
    kind: "array",
    name: matrix,
    element: "real",
    shape: [words, words],
    access: "out",
  };
  const given = inputs.map((one): Argument => {
    if (one.kind === "real") return { kind: "real", value: build.name(one.name) };
    return { kind: "array", view: { array: one.name, prefix: [] } };
  });
  /** All tangents of the field for one set of seeds. */
  const evaluate = (seeds: readonly string[], results: readonly string[]): Statement[] =>
    expandCalls(
      [
        {
          kind: "call",
          callee: tangent.name,
          args: [
            ...given,
            ...[...seeds, ...results].map(
              (array): Argument => ({ kind: "array", view: { array, prefix: [] } }),
            ),
          ],
        },
      ],
      () => tangent,
      names.fresh,
    );
  const column = (of: Leaf, place: readonly Affine[]): Statement[] => {
    const seeds = state.map((leaf) => names.fresh(`${leaf.name}_dot`));
    const results = state.map((leaf) => names.fresh(`f_${leaf.name}_dot`));
    return [
      ...state.map((leaf, i) => build.alloc(seeds[i]!, leaf.shape)),
      build.store(seeds[state.indexOf(of)]!, place, build.one),
      ...state.map((leaf, i) => build.alloc(results[i]!, leaf.shape, { zero: false })),
      ...evaluate(seeds, results),
      ...state.flatMap((leaf, i) =>
        build.forEachEntry(leaf.shape, names.fresh, (at) => [
          build.store(matrix, [flatIndex(leaf, at), flatIndex(of, place)], build.read(results[i]!, at)),
        ]),
      ),
    ];
  };
  return {
    name: "field_jacobian",
    parameters: [...inputs, parameter],
    body: state.flatMap((leaf) => build.forEachEntry(leaf.shape, names.fresh, (at) => column(leaf, at))),
    doc: "The Jacobian of the vector field in the state, row by row.",
  };
}
