/**
 * The functions of the vector field that a module exports beside `solve` and `gradient`, with their leaves grouped
 * into flat records. In: a model and its differentiated fields. Out: entries.
 */

import type { Fn } from "../ir/nodes.ts";
import { type Leaf, type Model, sizeOf } from "../model.ts";
import type { Entry, EntryArgument } from "../module.ts";

type Access = "in" | "out" | "inout";

/** A record of consecutive leaves, in the order of the parameters that carry them. */
function record(
  name: string,
  access: Access,
  leaves: readonly Leaf[],
  parameters: readonly string[],
): EntryArgument[] {
  if (leaves.length === 0) return [];
  let offset = 0;
  const members = leaves.map((leaf, position) => {
    const member = { parameter: parameters[position]!, offset };
    offset += sizeOf(leaf.shape);
    return member;
  });
  return [{ kind: "record", name, access, members, size: offset }];
}

export function fieldEntries(model: Model, fieldVjp: Fn, fieldJvp: Fn): Entry[] {
  const inputLeaves = model.inputs.flatMap((input) => input.leaves);
  const groups = [
    { name: "y", leaves: model.state },
    { name: "p", leaves: model.params },
    { name: "inputs", leaves: inputLeaves },
    { name: "data", leaves: model.data },
  ];
  const common = (fn: Fn): EntryArgument[] => {
    let position = 1;
    const time: EntryArgument = { kind: "real", parameter: fn.parameters[0]!.name };
    const records = groups.flatMap(({ name, leaves }) => {
      const names = fn.parameters.slice(position, position + leaves.length).map((one) => one.name);
      position += leaves.length;
      return record(name, "in", leaves, names);
    });
    return [time, ...records];
  };
  const shared = 1 + groups.reduce((sum, group) => sum + group.leaves.length, 0);
  const following = (
    fn: Fn,
    parts: readonly (readonly [string, Access, readonly Leaf[]])[],
  ): EntryArgument[] => {
    let position = shared;
    return parts.flatMap(([name, access, leaves]) => {
      const names = fn.parameters.slice(position, position + leaves.length).map((one) => one.name);
      position += leaves.length;
      return record(name, access, leaves, names);
    });
  };
  const { rhs, state, params } = model;
  return [
    { name: "field", fn: rhs.name, arguments: [...common(rhs), ...following(rhs, [["dy", "out", state]])] },
    {
      name: "fieldVjp",
      fn: fieldVjp.name,
      arguments: [
        ...common(fieldVjp),
        ...following(fieldVjp, [
          ["w", "in", state],
          ["yBar", "inout", state],
          ["pBar", "inout", params],
          ["inputsBar", "inout", inputLeaves],
        ]),
      ],
    },
    {
      name: "fieldJvp",
      fn: fieldJvp.name,
      arguments: [
        ...common(fieldJvp),
        ...following(fieldJvp, [
          ["yDot", "in", state],
          ["pDot", "in", params],
          ["inputsDot", "in", inputLeaves],
          ["dyDot", "out", state],
        ]),
      ],
    },
  ];
}
