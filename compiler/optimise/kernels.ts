/**
 * Binds functions to the arrays they are called with. In: a program whose entry functions call others with views of
 * global arrays. Out: kernels that work on those arrays directly and take only scalars: the leading indices of the
 * views, and the real and integer arguments. A V8 loop over module constants runs 1.6 times faster than one over
 * arguments, and a C compiler knows that different members do not overlap.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import { Names } from "../ir/names.ts";
import type { Argument, Block, Call, Fn, Parameter, Program, Statement, View } from "../ir/nodes.ts";
import { instantiate } from "../ir/rewrite.ts";
import { arraysOf, bindersOf, withBlocks } from "../ir/walk.ts";

export function kernels(program: Program, entries: readonly string[]): Program {
  const byName = new Map(program.functions.map((fn) => [fn.name, fn]));
  const shapes = new Map(program.arrays.map((array) => [array.name, array.shape]));
  const arrays = program.arrays.map((array) => array.name);
  const globals = new Set(arrays);
  const taken = new Names(program.functions.map((fn) => fn.name));
  const made = new Map<string, Fn>();

  const bind = (call: Call): Call => {
    const callee = byName.get(call.callee);
    if (callee === undefined) throw new Error(`call of ${call.callee}, which is not in the program`);
    // What nobody else is called may stay what it is.
    const names = new Names(() => [...bindersOf(callee), ...arrays]);
    const touched = arraysOf(callee);
    const parameters: Parameter[] = [];
    const args: Argument[] = [];
    const views = new Map<string, View>();
    const bindings: string[] = [];
    callee.parameters.forEach((parameter, position) => {
      const argument = call.args[position]!;
      if (argument.kind !== "array") {
        parameters.push(parameter);
        args.push(argument);
        return;
      }
      // What the function does not look at says nothing about where it works.
      if (!touched.has(parameter.name)) return;
      const { array, prefix } = argument.view;
      bindings.push(`${parameter.name}=${array}/${prefix.length}`);
      const inner: Affine[] = prefix.map((form, axis) => {
        const name = names.fresh(prefixName(array, axis));
        const extent = shapes.get(array)?.[axis];
        parameters.push({
          kind: "integer",
          name,
          ...(extent === undefined ? {} : { range: { low: 0, high: extent - 1 } }),
        });
        args.push({ kind: "integer", value: form });
        return affine.index(name);
      });
      views.set(parameter.name, { array, prefix: inner });
    });
    // What takes nothing works on the module's arrays already.
    if (callee.parameters.length === 0) return call;
    const key = `${callee.name}(${bindings.join(";")})`;
    let kernel = made.get(key);
    if (kernel === undefined) {
      kernel = {
        name: taken.fresh(`${callee.name}_kernel`),
        parameters,
        body: instantiate(callee.body, (wish) => (globals.has(wish) ? names.fresh(wish) : wish), {
          array: (array) => views.get(array),
        }),
        doc: callee.doc,
      };
      made.set(key, kernel);
    }
    return { ...call, callee: kernel.name, args };
  };
  const walk = (block: Block): Statement[] =>
    block.map((statement): Statement => {
      switch (statement.kind) {
        case "call":
          return bind(statement);
        default:
          return withBlocks(statement, walk);
      }
    });
  const functions = program.functions.map((fn) =>
    entries.includes(fn.name) ? { ...fn, body: walk(fn.body) } : fn,
  );
  return { ...program, functions: [...made.values(), ...functions] };
}

const prefixName = (array: string, axis: number): string =>
  axis === 0 ? `at_${array}` : `at_${array}_${axis}`;
