/**
 * Puts the body of a called function in the place of the call. Array arguments become accesses of the caller's arrays,
 * so nothing is copied; every binder of the body gets a fresh name.
 */

import type { Affine } from "./affine.ts";
import * as build from "./build.ts";
import type { Block, Call, Expr, Fn, Statement, View } from "./nodes.ts";
import { instantiate } from "./rewrite.ts";
import { calleesOf } from "./walk.ts";

/** The statements that do what the call does. */
export function expandCall(call: Call, callee: Fn, fresh: (wish: string) => string): Statement[] {
  const before: Statement[] = [];
  const names = new Map<string, Expr>();
  const indices = new Map<string, Affine>();
  const views = new Map<string, View>();
  callee.parameters.forEach((parameter, position) => {
    const argument = call.args[position];
    if (argument === undefined)
      throw new Error(`call of ${callee.name}: argument ${parameter.name} is missing`);
    switch (argument.kind) {
      case "real": {
        if (build.isLeaf(argument.value)) {
          names.set(parameter.name, argument.value);
        } else {
          const bound = fresh(parameter.name);
          before.push(build.bind(bound, argument.value, call.span));
          names.set(parameter.name, build.name(bound));
        }
        break;
      }
      case "integer":
        indices.set(parameter.name, argument.value);
        break;
      case "array":
        views.set(parameter.name, argument.view);
        break;
      default:
        argument satisfies never;
    }
  });
  const body = instantiate(callee.body, fresh, {
    name: (name) => names.get(name),
    index: (name) => indices.get(name),
    array: (array) => views.get(array),
  });
  return [...before, ...body];
}

/** Expands every call in a block for which `choose` gives the callee, those inside expanded bodies too. */
export function expandCalls(
  block: Block,
  choose: (call: Call) => Fn | undefined,
  fresh: (wish: string) => string,
): Statement[] {
  const out: Statement[] = [];
  for (const statement of block) {
    switch (statement.kind) {
      case "call": {
        const callee = choose(statement);
        if (callee === undefined) out.push(statement);
        else {
          const body = expandCall(statement, callee, fresh);
          const all = calleesOf(callee).size === 0 ? body : expandCalls(body, choose, fresh);
          for (const one of all) out.push(one);
        }
        break;
      }
      case "for":
      case "while":
        out.push({ ...statement, body: expandCalls(statement.body, choose, fresh) });
        break;
      case "if":
        out.push({
          ...statement,
          then: expandCalls(statement.then, choose, fresh),
          else: expandCalls(statement.else, choose, fresh),
        });
        break;
      default:
        out.push(statement);
    }
  }
  return out;
}
