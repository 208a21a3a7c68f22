/**
 * The optimiser: a list of passes from the program as it was derived to the program that is printed. Every pass keeps
 * the value of every result to the bit (the sign of a zero sum excepted).
 */

import { constantRanges, namesAndRanges, rangesOf } from "../analysis/sites.ts";
import { flatten } from "../differentiate/normalise.ts";
import { type Earlier, made } from "../ir/earlier.ts";
import { expandCalls } from "../ir/expand.ts";
import { Names } from "../ir/names.ts";
import type { Block, Expr, Fn, For, GlobalArray, Program } from "../ir/nodes.ts";
import { primitives } from "../ir/primitives.ts";
import { rewriteBlock } from "../ir/rewrite.ts";
import { arraysOf, bindersOf, calleesOf, opcodesOf, reachable } from "../ir/walk.ts";
import { type Model, mapFunctions } from "../model.ts";
import { contractions } from "./contractions.ts";
import { copies } from "./copies.ts";
import { dead } from "./dead.ts";
import { forward } from "./forward.ts";
import { hoist } from "./hoist.ts";
import { initialise } from "./initialise.ts";
import { inline } from "./inline.ts";
import { kernels } from "./kernels.ts";
import { merge } from "./merge.ts";
import { applied, overlay } from "./overlay.ts";
import { parameters } from "./parameters.ts";
import { type Programmed, programmed } from "./programmed.ts";
import { promote } from "./promote.ts";
import { registers } from "./registers.ts";
import { reroll } from "./reroll.ts";
import { reuse } from "./reuse.ts";
import { sameFunctions } from "./same-functions.ts";
import { hasSameWrites, isFlattened } from "./settled.ts";
import { sharedRuns } from "./shared-runs.ts";
import { softsigns, withoutSoftsigns } from "./softsign.ts";
import { split } from "./split.ts";
import { storage } from "./storage.ts";
import { withoutUnreadResults, withWholeSteps } from "./unread.ts";

/**
 * Optimises a program whose entry points are `entries` (functions without parameters, working on global arrays) and
 * `exported` (functions with array parameters). Functions that neither is nor calls are dropped. `isSmall`: code is to be
 * short rather than fast. `earlier`: what builds before made of the same model.
 */
export function optimise(
  whole: Program,
  entries: readonly string[],
  exported: readonly string[],
  isSmall = false,
  earlier?: Earlier,
): Program {
  const outside = new Set([...entries, ...exported]);
  const program = sameFunctions(parameters(writtenOut(withoutRules(whole, entries)), outside), outside);
  const tidiedAs = (way: string, fn: Fn): Fn => {
    const { arrays } = program;
    const context = () => namesAndRanges(arrays);
    return { ...fn, body: made(earlier, fn, way, context, () => tidy(fn, arrays).body) };
  };
  // Entries are tidied once, with what is put into them.
  const functions = program.functions.map((fn) => (entries.includes(fn.name) ? fn : tidiedAs("inner", fn)));
  const inner = inline({ ...program, functions }, entries, isSmall);
  const held = inEntries(inner, entries, (fn) => registers(fn, inner));
  const inlined = inEntries(held, entries, (fn) => tidiedAs("entry", fn));
  const stored = storage(inlined, [...entries, ...exported], new Set(entries));
  const bound = sameFunctions(parameters(kernels(stored, entries), outside), outside);
  const kernelNames = bound.functions
    .map((fn) => fn.name)
    .filter((name) => !program.functions.some((fn) => fn.name === name));
  const placed = storage(bound, kernelNames);
  return onlyReachable(placed, [...entries, ...exported]);
}

/**
 * The program in fewer instructions, as a part with little flash wants it: kernels take no more than they need, stages
 * are trips of a loop, what stands twice is a function. In: a program that `optimise` gave, and its entry functions.
 */
export function compact(whole: Program, entries: readonly string[]): Program {
  const program = onlyReachable(whole, entries);
  const memory = overlay(program, entries);
  const slim = withoutUnread(parameters(program, new Set(entries)), entries);
  const names = new Names([
    ...slim.arrays.map((array) => array.name),
    ...slim.functions.flatMap((fn) => [fn.name, ...bindersOf(fn)]),
  ]);
  const tables: GlobalArray[] = [];
  const rolled = inEntries(slim, entries, (fn) => {
    const made = reroll(fn.body, names, names.fresh);
    tables.push(...made.tables);
    return { ...fn, body: made.body };
  });
  const short = sharedRuns({ ...rolled, arrays: [...rolled.arrays, ...tables] }, entries);
  return applied(short, memory);
}

/** What C alone need not do, whatever code is to be like: see `unread`. */
export function withoutPassing(program: Program, entries: readonly string[]): Program {
  const homes = new Map(program.arrays.map((array) => [array.name, array.home]));
  const steps = program.arrays.find(
    ({ home }) => home?.record === "control" && (home.path[0] === "steps" || home.path[0] === "max_steps"),
  );
  const asked = inEntries(program, entries, (fn) =>
    steps === undefined ? fn : withWholeSteps(fn, steps.name),
  );
  const passed = entries
    .filter((entry) => entry === "gradient" || entry === "hvp")
    .reduce(
      (current, entry) =>
        withoutUnreadResults(current, entry, (array) => {
          const record = homes.get(array)?.record;
          return record === "states" || record === "statesDot";
        }),
      asked,
    );
  return withoutUnread(passed, entries);
}

/** Entries without scalars that nothing reads any more; what kernels read is kept. */
function withoutUnread(program: Program, entries: readonly string[]): Program {
  const globals = new Set(program.arrays.map((array) => array.name));
  const ofArray = constantRanges(program.arrays);
  return inEntries(program, entries, (fn) => ({
    ...fn,
    body: dead(fn.body, (array) => globals.has(array), ofArray, rangesOf(fn)),
  }));
}

/** The program with its products of matrices and vectors as such, for those who look at it or map it. */
export function contracted(program: Program, isKept?: (loop: For) => boolean): Program {
  const ofArray = constantRanges(program.arrays);
  const taken = program.arrays.map((array) => array.name);
  const functions = program.functions.map((fn) => {
    const names = new Names(() => [...bindersOf(fn), ...taken]);
    return { ...fn, body: contractions(fn.body, names, ofArray, rangesOf(fn), isKept) };
  });
  return { ...program, functions };
}

/**
 * The program of `entries` with its products by matrices that stay on programmed arrays: those of the function `solve`, and
 * what its gradient makes of them.
 */
export function onCrossbar(program: Program, entries: readonly string[], solve: string): Programmed {
  return programmed(contracted(onlyReachable(program, entries)), solve);
}

/** Nothing is differentiated any more: calls of functions with rules, and of the rules, are expanded. */
function withoutRules(program: Program, entries: readonly string[]): Program {
  const byName = new Map(program.functions.map((fn) => [fn.name, fn]));
  const functions = program.functions.map((fn) => {
    if (entries.includes(fn.name) || calleesOf(fn).size === 0) return fn;
    const names = new Names([...bindersOf(fn), ...program.arrays.map((array) => array.name)]);
    return { ...fn, body: expandCalls(fn.body, (call) => byName.get(call.callee), names.fresh) };
  });
  return { ...program, functions };
}

/** What was a primitive of its own for its derivative's sake is like any other again. */
function writtenOut(program: Program): Program {
  const used = opcodesOf(program);
  const isWritten = [...used].some((op) => op !== "softsign" && primitives[op].written !== undefined);
  if (!used.has("softsign") && !isWritten) return program;
  const taken = program.arrays.map((array) => array.name);
  const plain = (expr: Expr): Expr =>
    expr.kind === "primitive" && expr.op !== "softsign"
      ? (primitives[expr.op].written?.(...expr.args) ?? expr)
      : expr;
  const functions = program.functions.map((whole) => {
    const fn = isWritten ? { ...whole, body: rewriteBlock(whole.body, {}, plain) } : whole;
    if (!used.has("softsign")) return fn;
    const names = new Names(() => [...bindersOf(fn), ...taken]);
    return withoutSoftsigns({ ...fn, body: flatten(fn.body, names) }, names.fresh);
  });
  return { ...program, functions };
}

function inEntries(program: Program, entries: readonly string[], pass: (fn: Fn) => Fn): Program {
  return {
    ...program,
    functions: program.functions.map((fn) => (entries.includes(fn.name) ? pass(fn) : fn)),
  };
}

/** Cleans up the functions of a model, so that what is derived from them starts from clean code. `earlier`: what builds before made of it. */
export function tidyModel(model: Model, earlier?: Earlier): Model {
  const clean = (fn: Fn): Fn => {
    const plain = tidy(fn, model.constants);
    const found = softsigns(plain);
    const once = found === plain ? plain : tidy(found, model.constants);
    // Operators compute again what stands beside them.
    const merged = (model.schemes?.size ?? 0) > 0 ? merge(once) : once;
    return merged === once ? once : tidy(merged, model.constants);
  };
  const way = (model.schemes?.size ?? 0) > 0 ? "with operators" : "model";
  const context = () => namesAndRanges(model.constants);
  return mapFunctions(model, (fn) => ({
    ...fn,
    body: made(earlier, fn, way, context, () => clean(fn).body),
  }));
}

/** Normal form, scalars out of arrays, each value once, nothing dead, no needless clearing. */
export function tidy(fn: Fn, arrays: readonly GlobalArray[]): Fn {
  const taken = arrays.map((array) => array.name);
  const names = new Names(() => [...bindersOf(fn), ...taken]);
  const ofArray = constantRanges(arrays);
  const ofParameter = rangesOf(fn);
  const kept = new Set(taken);
  for (const parameter of fn.parameters) if (parameter.kind === "array") kept.add(parameter.name);
  const isKept = (array: string): boolean => kept.has(array);

  let body: Block = flatten(fn.body, names);
  body = split(body, names);
  body = promote(body, names);
  const reused = reuse(body);
  body = dead(reused, isKept, ofArray, ofParameter);
  const spared = forward(initialise(body, ofArray, ofParameter), ofArray, ofParameter);
  // Sums that have become empty, and scalars that nobody writes any more, are for the first passes once more.
  const isNormal = hasSameWrites(reused, spared) && isFlattened(spared);
  const isSettled = isNormal && spared === body;
  const normal = isNormal ? spared : promote(flatten(spared, names), names);
  const outside = hoist(normal);
  // What leaves a loop may be equal to something in front of it, and what was stored instead of added may be known.
  if (!isSettled || outside !== body) body = reuse(outside);
  if (!isSettled) body = dead(body, isKept, ofArray, ofParameter);
  return copies({ ...fn, body });
}

function onlyReachable(program: Program, roots: readonly string[]): Program {
  const reached = new Set(roots.flatMap((root) => reachable(program.functions, root)));
  const arrays = new Set([...reached].flatMap((fn) => [...arraysOf(fn)]));
  return {
    arrays: program.arrays.filter((array) => array.role === "interface" || arrays.has(array.name)),
    functions: program.functions.filter((fn) => reached.has(fn)),
  };
}
