/**
 * Scalars of a state that stand side by side as one array, for code that is to be short: a step is then one loop where it
 * would be as many statements as there are scalars. In: a model. Out: the same model, whose functions take such scalars
 * as entries of an array. The caller's records keep a member for each: see `Leaf.parts`.
 */

import * as affine from "../ir/affine.ts";
import { Names } from "../ir/names.ts";
import type { Fn, Parameter, View } from "../ir/nodes.ts";
import { rewriteBlock } from "../ir/rewrite.ts";
import { bindersOf } from "../ir/walk.ts";
import { functionsOf, type Leaf, type Model, mapFunctions } from "../model.ts";

/** Scalars from which it pays: fewer take less code one by one, as registers. */
const least = 4;

export function withPackedState(model: Model): Model {
  const given = [...model.params, ...model.inputs.flatMap(({ leaves }) => leaves), ...model.data];
  const names = new Names([
    ...[...model.state, ...given, ...model.constants].map(({ name }) => name),
    ...functionsOf(model).flatMap(bindersOf),
  ]);
  const state = runsOf(model.state).flatMap((run): readonly Leaf[] =>
    run.length < least ? run : [packed(run, names)],
  );
  return state.length === model.state.length
    ? model
    : { ...mapFunctions(model, (fn) => withArrays(fn, state)), state };
}

/** Neighbours that are scalars together; every other leaf alone. */
function runsOf(leaves: readonly Leaf[]): Leaf[][] {
  const runs: Leaf[][] = [];
  let isOpen = false;
  for (const leaf of leaves) {
    const isScalar = leaf.shape.length === 0;
    if (isScalar && isOpen) runs.at(-1)!.push(leaf);
    else runs.push([leaf]);
    isOpen = isScalar;
  }
  return runs;
}

function packed(parts: readonly Leaf[], names: Names): Leaf {
  const [first] = parts as [Leaf];
  const initial = parts.flatMap((part) => part.initial);
  let name = names.fresh("state");
  while (names.has(`f_${name}`)) name = names.fresh("state");
  return { ...first, path: ["state"], name, shape: [parts.length], initial, parts };
}

/** The function with an array where it has a parameter, or a result, for each of its entries. */
function withArrays(fn: Fn, state: readonly Leaf[]): Fn {
  const entries = new Map<string, View>();
  const arrays = new Map<string, { readonly name: string; readonly shape: readonly number[] }>();
  for (const { name, shape, parts = [] } of state)
    for (const [i, part] of parts.entries())
      for (const prefix of ["", "f_"]) {
        entries.set(`${prefix}${part.name}`, { array: `${prefix}${name}`, prefix: [affine.integer(i)] });
        if (i === 0) arrays.set(`${prefix}${part.name}`, { name: `${prefix}${name}`, shape });
      }
  const parameters = fn.parameters.flatMap((parameter): Parameter[] => {
    if (parameter.kind !== "array" || !entries.has(parameter.name)) return [parameter];
    const array = arrays.get(parameter.name);
    return array === undefined ? [] : [{ ...parameter, ...array }];
  });
  // The functions of a point keep the field as it is.
  const name = `${fn.name}_packed`;
  return { ...fn, name, parameters, body: rewriteBlock(fn.body, { array: (array) => entries.get(array) }) };
}
