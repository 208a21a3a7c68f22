/** Words of the records of a gradient's result. */

import { type Leaf, sizeOf } from "../../../compiler/model.ts";
import type { Module } from "../../../compiler/module.ts";

const words = (leaves: readonly Leaf[]): number => leaves.reduce((sum, leaf) => sum + sizeOf(leaf.shape), 0);

export const flatSize = ({ model }: Module) => ({
  state0: words(model.state),
  params: words(model.params),
  inputs: model.inputs.reduce((sum, input) => sum + input.count * words(input.leaves), 0),
});
