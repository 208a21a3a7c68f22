/**
 * Which leaves of the state are positions and which momenta, so that the derivative of each half depends on the other
 * half alone. In: a model. Out: the two halves, or which two leaves stand in the way. A fact of dependencies: leaf a
 * meets leaf b where the derivative of a depends on b; halves exist where that graph has two colours.
 */

import { activity } from "../analysis/activity.ts";
import type { Context } from "../differentiate/normalise.ts";
import { normalise } from "../differentiate/normalise.ts";
import type { Leaf, Model } from "../model.ts";

export type Halves =
  | { readonly positions: readonly Leaf[]; readonly momenta: readonly Leaf[] }
  /** The derivative of `moved` depends on `on`, which would have to move at the same time; or nothing is left to move in turn. */
  | { readonly positions?: undefined; readonly coupled: { readonly moved: Leaf; readonly on?: Leaf } };

export function halvesOf(model: Model, context: Context): Halves {
  const { body } = normalise(model.rhs, context);
  const depends = new Map<Leaf, Leaf[]>();
  for (const on of model.state) {
    const results = model.state.filter((moved) => {
      const result = `f_${moved.name}`;
      return activity(body, new Set([on.name]), new Set([result])).arrays.has(result);
    });
    for (const moved of results) depends.set(moved, [...(depends.get(moved) ?? []), on]);
  }
  const meets = (leaf: Leaf): Leaf[] => [
    ...(depends.get(leaf) ?? []),
    ...model.state.filter((other) => depends.get(other)?.includes(leaf)),
  ];
  const isPosition = new Map<Leaf, boolean>();
  // The first leaf of each group is a position, as in { q, p } and { angle, rate }.
  for (const first of model.state) {
    if (isPosition.has(first)) continue;
    isPosition.set(first, true);
    const open = [first];
    for (let leaf = open.pop(); leaf !== undefined; leaf = open.pop()) {
      for (const other of meets(leaf)) {
        const known = isPosition.get(other);
        if (known === undefined) {
          isPosition.set(other, !isPosition.get(leaf)!);
          open.push(other);
        } else if (known === isPosition.get(leaf)) {
          const isMoved = depends.get(leaf)?.includes(other) === true;
          return { coupled: isMoved ? { moved: leaf, on: other } : { moved: other, on: leaf } };
        }
      }
    }
  }
  // Where nothing depends on the state, any leaf may be the other half.
  if ([...isPosition.values()].every((one) => one)) {
    const [last, ...others] = model.state.toReversed();
    if (others.length === 0) return { coupled: { moved: last! } };
    isPosition.set(last!, false);
  }
  return {
    positions: model.state.filter((leaf) => isPosition.get(leaf) === true),
    momenta: model.state.filter((leaf) => isPosition.get(leaf) !== true),
  };
}
