/**
 * Gives working arrays back to the loop that alone uses them, in front of where they are first written: the inverse of
 * `storage`. In: a program. Out: the same, with arrays that are set anew in every trip of a loop, and that `isWanted`
 * names, declared in its body: what comes next may keep them in registers, or have one for each of several rows.
 */

import * as affine from "../ir/affine.ts";
import type { Block, Fn, GlobalArray, Program, Statement } from "../ir/nodes.ts";
import { arraysOf, forEachStatement, usesArray } from "../ir/walk.ts";

export function localise(program: Program, isWanted: (array: GlobalArray, fn: Fn) => boolean): Program {
  const users = new Map<string, number>();
  for (const fn of program.functions)
    for (const array of arraysOf(fn)) users.set(array, (users.get(array) ?? 0) + 1);
  const local = new Set<string>();
  const functions = program.functions.map((fn) => {
    const used = arraysOf(fn);
    const set = setByNumbers(fn.body);
    const wanted = program.arrays.filter(
      (array) =>
        array.role === "workspace" &&
        array.home === undefined &&
        array.element === "real" &&
        array.shape.length > 0 &&
        used.has(array.name) &&
        set.has(array.name) &&
        users.get(array.name) === 1 &&
        isWanted(array, fn),
    );
    let { body } = fn;
    for (const array of wanted) {
      const placed = declared(body, array, false);
      if (placed === undefined) continue;
      body = placed;
      local.add(array.name);
    }
    return body === fn.body ? fn : { ...fn, body };
  });
  if (local.size === 0) return program;
  return { arrays: program.arrays.filter((array) => !local.has(array.name)), functions };
}

/** Arrays whose entries are set to numbers: others are not set in front of what they are used for. */
function setByNumbers(block: Block): Set<string> {
  const found = new Set<string>();
  forEachStatement(block, (statement) => {
    if (statement.kind === "store" && statement.value.kind === "number") found.add(statement.array);
  });
  return found;
}

/** The block with the array declared in the innermost body that holds all its uses; nothing where that is no loop's. */
function declared(block: Block, array: GlobalArray, isInLoop: boolean): Block | undefined {
  const touching = block.filter((statement) => usesArray(statement, array.name));
  const [first] = touching;
  if (first === undefined) return undefined;
  if (isInLoop && sets(first, array, [])) {
    const { name, element, shape, taped } = array;
    const own: Statement = { kind: "alloc", array: name, element, shape, role: "local", zero: false, taped };
    return block.flatMap((statement) => (statement === first ? [own, statement] : [statement]));
  }
  if (touching.length > 1) return undefined;
  const replaced = (statement: Statement): Statement | undefined => {
    switch (statement.kind) {
      case "for": {
        const body = declared(statement.body, array, true);
        return body && { ...statement, body: [...body] };
      }
      case "if": {
        const inThen = statement.then.some((each) => usesArray(each, array.name));
        const inElse = statement.else.some((each) => usesArray(each, array.name));
        if (inThen && inElse) return undefined;
        const inner = declared(inThen ? statement.then : statement.else, array, isInLoop);
        return inner && { ...statement, [inThen ? "then" : "else"]: [...inner] };
      }
      default:
        return undefined;
    }
  };
  const inside = replaced(first);
  return inside && block.map((statement) => (statement === first ? inside : statement));
}

/** Whether loops over all subscripts, one in another, store every entry before anything else is done with the array. */
function sets(statement: Statement, array: GlobalArray, around: readonly string[]): boolean {
  const depth = around.length;
  if (depth === array.shape.length)
    return (
      statement.kind === "store" &&
      statement.array === array.name &&
      statement.at.every((form, d) => affine.key(form) === affine.key(affine.index(around[d]!))) &&
      statement.value.kind === "number"
    );
  if (statement.kind !== "for" || statement.body.length !== 1) return false;
  const [from, to] = [affine.constantOf(statement.from), affine.constantOf(statement.to)];
  if (from !== 0 || to !== array.shape[depth]) return false;
  return statement.body.length === 1 && sets(statement.body[0]!, array, [...around, statement.index]);
}
