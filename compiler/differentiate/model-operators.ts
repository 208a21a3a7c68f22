/**
 * The differential operators of a model in the places where its functions call them. In: a model of the frontend, whose
 * functions call operators by name. Out: the model with what the operators are made of expanded, so that from here on
 * its functions are like any others, and what each operator propagates; or what has no such derivatives.
 */

import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { ModelError } from "../diagnostics/diagnostic.ts";
import { expandCalls } from "../ir/expand.ts";
import { Names } from "../ir/names.ts";
import type { Fn, GlobalArray } from "../ir/nodes.ts";
import { bindersOf } from "../ir/walk.ts";
import { functionsOf, type Model, mapFunctions, type SchemeChoice } from "../model.ts";
import { derive } from "./operators.ts";

export function withOperators(model: Model): {
  readonly model?: Model;
  readonly diagnostics: readonly Diagnostic[];
} {
  if (model.operators.length === 0) return { model, diagnostics: [] };
  const everything = [
    ...functionsOf(model),
    ...model.functions,
    ...(model.hamiltonian === undefined ? [] : [model.hamiltonian]),
    ...model.operators.map(({ fn }) => fn),
  ];
  const taken = new Set(everything.flatMap(bindersOf));
  const arrays: GlobalArray[] = [...model.constants];
  const derived: Fn[] = [];
  const schemes = new Map<string, SchemeChoice>();
  const diagnostics: Diagnostic[] = [];
  for (const call of model.operators) {
    try {
      const made = derive(call, { arrays, functions: [...model.functions, ...derived] }, taken);
      derived.push(made.fn);
      arrays.push(...made.constants);
      schemes.set(call.name, { text: made.text, taken: made.taken, passedOver: made.passedOver });
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      diagnostics.push(error.diagnostic);
      // What is made of it would be refused for that alone.
      break;
    }
  }
  if (diagnostics.length > 0) return { diagnostics };
  const byName = new Map(derived.map((fn) => [fn.name, fn]));
  const expanded = (fn: Fn): Fn => {
    const names = new Names([...bindersOf(fn), ...arrays.map(({ name }) => name)]);
    return { ...fn, body: expandCalls(fn.body, (call) => byName.get(call.callee), names.fresh) };
  };
  const whole = mapAll(model, expanded);
  return { model: { ...whole, constants: arrays, operators: [], schemes }, diagnostics };
}

/** Functions of the model's solve, helpers and the Hamiltonian. */
function mapAll(model: Model, map: (fn: Fn) => Fn): Model {
  const functions = model.functions.map(map);
  return { ...mapFunctions(model, map), functions, hamiltonian: model.hamiltonian && map(model.hamiltonian) };
}
