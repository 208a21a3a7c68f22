/**
 * The vector field of an energy: q' = ∂H/∂p, p' = −∂H/∂q, by reverse mode. In: a model whose frontend found a
 * `hamiltonian`. Out: the model with its `rhs`, which from here on is like any other.
 */

import { vjp } from "../differentiate/reverse.ts";
import * as build from "../ir/build.ts";
import { expandCall } from "../ir/expand.ts";
import { Names } from "../ir/names.ts";
import type { Argument, Call, Fn, Statement } from "../ir/nodes.ts";
import { bindersOf } from "../ir/walk.ts";
import type { Leaf, Model } from "../model.ts";

export function withField(model: Model): Model {
  const { hamiltonian } = model;
  if (hamiltonian === undefined) return model;
  const wrt = new Set(model.state.map((leaf) => leaf.name));
  const derivative = vjp(hamiltonian, wrt, { arrays: model.constants, functions: model.functions });
  return { ...model, rhs: fieldOf(model, hamiltonian, derivative) };
}

function fieldOf({ state, constants }: Model, hamiltonian: Fn, derivative: Fn): Fn {
  const inputs = hamiltonian.parameters.filter((one) => one.kind !== "array" || one.access === "in");
  const names = new Names([
    ...bindersOf(derivative),
    ...constants.map(({ name }) => name),
    ...state.map((leaf) => `f_${leaf.name}`),
  ]);
  const view = (array: string): Argument => ({ kind: "array", view: { array, prefix: [] } });
  const seed = names.fresh("seed");
  const bars = new Map(state.map((leaf) => [leaf, names.fresh(`${leaf.name}_bar`)]));
  const given = inputs.map(
    (one): Argument => (one.kind === "real" ? { kind: "real", value: build.name(one.name) } : view(one.name)),
  );
  const call: Call = {
    kind: "call",
    callee: derivative.name,
    args: [...given, view(seed), ...state.map((leaf) => view(bars.get(leaf)!))],
  };
  const body: Statement[] = [
    build.alloc(seed, [], { zero: false }),
    build.store(seed, [], build.one),
    ...state.map((leaf) => build.alloc(bars.get(leaf)!, leaf.shape)),
    ...expandCall(call, derivative, names.fresh),
    ...state.flatMap((leaf) => {
      const { other, isPosition } = partnerOf(leaf, state);
      return build.forEachEntry(leaf.shape, names.fresh, (at) => {
        const slope = build.read(bars.get(other)!, at);
        return [build.store(`f_${leaf.name}`, at, isPosition ? slope : build.neg(slope))];
      });
    }),
  ];
  const results = state.map((leaf) => ({
    kind: "array" as const,
    name: `f_${leaf.name}`,
    element: "real" as const,
    shape: leaf.shape,
    access: "out" as const,
  }));
  return {
    name: "rhs",
    parameters: [...inputs, ...results],
    body,
    doc: "The vector field of the Hamiltonian: q' = ∂H/∂p, p' = −∂H/∂q.",
  };
}

/** `p.a` of `q.a` and the other way round; the frontend has seen to it that there is one. */
function partnerOf(
  leaf: Leaf,
  state: readonly Leaf[],
): { readonly other: Leaf; readonly isPosition: boolean } {
  const [head, ...rest] = leaf.path;
  const wanted = [head === "q" ? "p" : "q", ...rest].join(".");
  const other = state.find(({ path }) => path.join(".") === wanted);
  if (other === undefined) throw new Error(`${leaf.path.join(".")} has no partner`);
  return { other, isPosition: head === "q" };
}
