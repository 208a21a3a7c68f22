/**
 * Outer products that the stages of a step add to one matrix are added together: the stages keep their factors, and one
 * loop behind them goes over the matrix once (a rank-s update instead of s of rank 1). In: a program bound to its arrays,
 * with its products as contractions. Out: the same values to the bit: each entry gets the same terms in the same order.
 * It costs the places of the factors, for each stage; factors that nothing overwrites meanwhile are read where they are.
 */

import { kindOf, mentions } from "../analysis/contractions.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names, stemOf } from "../ir/names.ts";
import type {
  Access,
  Argument,
  Block,
  Call,
  Contract,
  Expr,
  Fn,
  GlobalArray,
  Let,
  Parameter,
  Program,
  Statement,
} from "../ir/nodes.ts";
import { rewriteForm } from "../ir/rewrite.ts";
import { arraysOf, bindersOf, calleesOf, mayLeave, reachable, withBlocks } from "../ir/walk.ts";
import { lanes, wordsOfShortRow } from "./pack.ts";
import { writtenIn } from "./reuse.ts";

/**
 * Words of a matrix for each word of its two factors from which on going over it less often pays. Rows of more than a vector
 * that compilers unroll altogether are as fast as they are, four at a time. (Both by measurement.)
 */
const worthwhile = 4;

/** A matrix and the products that a kernel adds to it, which it touches nowhere else. */
type Updates = ReadonlyMap<string, readonly Contract[]>;

/** Calls of a block between the first and the last of which nothing else meets `matrices`. */
interface Run {
  readonly first: number;
  readonly calls: { readonly at: number; readonly call: Call }[];
  readonly matrices: Set<string>;
}

/** A factor at the time of the sum: rows or columns of an array, which a further subscript runs along. */
interface Factor {
  readonly array: string;
  readonly prefix: readonly Affine[];
}

export function rankUpdates(program: Program, entries: readonly string[]): Program {
  const found = new Map<string, Updates>();
  for (const fn of program.functions) {
    const updates = entries.includes(fn.name) ? undefined : updatesOf(fn, program);
    if (updates !== undefined && updates.size > 0) found.set(fn.name, updates);
  }
  if (found.size === 0) return program;
  return new Fusion(program, found).program();
}

/** Outer products at the top of a kernel's body into matrices that nothing else in it touches. */
function updatesOf(fn: Fn, { arrays }: Program): Updates {
  const updates = new Map<string, Contract[]>();
  if (calleesOf(fn).size > 0 || fn.parameters.some(({ kind }) => kind === "array")) return updates;
  const integers = new Set(fn.parameters.flatMap(({ kind, name }) => (kind === "integer" ? [name] : [])));
  const global = new Map(arrays.map((array) => [array.name, array]));
  const isUpdate = (statement: Statement): statement is Contract => {
    if (statement.kind !== "contract") return false;
    const { to, factors, over } = statement;
    if (to.at.length !== 2 || factors.length !== 2 || over.length !== 2 || kindOf(statement) !== "outer")
      return false;
    const [rows, columns] = over.map(tripsOf);
    if (rows === undefined || columns === undefined) return false;
    if (rows * columns < worthwhile * (rows + columns)) return false;
    if (columns > lanes && columns <= wordsOfShortRow) return false;
    if (!to.at.every((form, axis) => affine.equal(form, affine.index(over[axis]!.index)))) return false;
    const isOfParameters = (form: Affine): boolean =>
      form.terms.every(({ atom }) => atom.kind === "index" && integers.has(atom.name));
    return (
      global.has(to.array) &&
      factors.every(({ array, at }) => {
        const last = at[at.length - 1]!;
        const isAlong = over.some(({ index }) => affine.equal(last, affine.index(index)));
        return isAlong && array !== to.array && at.slice(0, -1).every(isOfParameters);
      })
    );
  };
  const candidates = fn.body.filter(isUpdate);
  const rest = arraysOf({ ...fn, body: fn.body.filter((each) => !isUpdate(each)) });
  for (const contract of candidates) {
    const { array } = contract.to;
    const isRead = candidates.some(({ factors }) => factors.some((factor) => factor.array === array));
    if (rest.has(array) || isRead) continue;
    updates.set(array, [...(updates.get(array) ?? []), contract]);
  }
  return updates;
}

const tripsOf = ({ from, to }: { readonly from: Affine; readonly to: Affine }): number | undefined =>
  affine.constantOf(from) === 0 ? affine.constantOf(to) : undefined;

class Fusion {
  readonly #program: Program;
  readonly #updates: ReadonlyMap<string, Updates>;
  readonly #byName: ReadonlyMap<string, Fn>;
  readonly #global: ReadonlyMap<string, GlobalArray>;
  readonly #names: Names;
  /** Arrays that a function and what it calls touch, and those that they write. */
  readonly #touched = new Map<string, ReadonlySet<string>>();
  readonly #written = new Map<string, ReadonlySet<string>>();
  /** Kernels that keep their factors, by what they keep, and functions that add them up, by their text. */
  readonly #made = new Map<string, Fn>();
  /** Places of factors, by what is kept in them. */
  readonly #places = new Map<string, { name: string; extent: number; slots: number; of: string }>();

  constructor(program: Program, updates: ReadonlyMap<string, Updates>) {
    this.#program = program;
    this.#updates = updates;
    this.#byName = new Map(program.functions.map((fn) => [fn.name, fn]));
    this.#global = new Map(program.arrays.map((array) => [array.name, array]));
    this.#names = new Names([
      ...program.arrays.map(({ name }) => name),
      ...program.functions.flatMap((fn) => [fn.name, ...bindersOf(fn)]),
    ]);
  }

  program(): Program {
    const functions = this.#program.functions.map((fn) => {
      const body = this.#block(fn.body);
      return body === fn.body ? fn : { ...fn, body };
    });
    if (this.#made.size === 0) return this.#program;
    const places = [...this.#places.values()].map(
      ({ name, extent, slots, of }): GlobalArray => ({
        name,
        element: "real",
        shape: [slots, extent],
        role: "workspace",
        doc: `${stemOf(of)} of each stage, until the products are added up.`,
      }),
    );
    // Kernels that are called in no other way any more are not printed.
    const called = new Set(functions.flatMap((fn) => [...calleesOf(fn)]));
    const left = functions.filter((fn) => !this.#updates.has(fn.name) || called.has(fn.name));
    return { arrays: [...this.#program.arrays, ...places], functions: [...this.#made.values(), ...left] };
  }

  #block(block: Block): Block {
    let isChanged = false;
    const walked = block.map((statement): Statement => {
      const inner = withBlocks(statement, (inner) => this.#block(inner));
      isChanged ||= inner !== statement;
      return inner;
    });
    const runs = this.#runs(walked).filter(
      ({ calls, matrices }) =>
        calls.length > 1 && [...matrices].some((matrix) => this.#count(calls, matrix) > 1),
    );
    if (runs.length === 0) return isChanged ? walked : block;
    const replaced = new Map<number, Statement[]>();
    for (const run of runs) this.#fuse(run, walked, replaced);
    return walked.flatMap((statement, at) => replaced.get(at) ?? [statement]);
  }

  #count(calls: Run["calls"], matrix: string): number {
    return calls.reduce(
      (sum, { call }) => sum + (this.#updates.get(call.callee)?.get(matrix)?.length ?? 0),
      0,
    );
  }

  /** The longest runs of calls with updates, from the first on. */
  #runs(block: Block): Run[] {
    const runs: Run[] = [];
    let run: Run | undefined;
    block.forEach((statement, at) => {
      const updates = statement.kind === "call" ? this.#updates.get(statement.callee) : undefined;
      if (run !== undefined) {
        const touched = this.#touchedBy(statement);
        const meets = [...run.matrices].some((matrix) => touched.has(matrix) && !updates?.has(matrix));
        if (meets || mayLeave([statement])) run = undefined;
      }
      if (statement.kind !== "call" || updates === undefined) return;
      if (run === undefined) {
        run = { first: at, calls: [], matrices: new Set() };
        runs.push(run);
      }
      run.calls.push({ at, call: statement });
      for (const matrix of updates.keys()) run.matrices.add(matrix);
    });
    return runs;
  }

  #fuse({ first, calls, matrices }: Run, block: Block, replaced: Map<number, Statement[]>): void {
    const last = calls[calls.length - 1]!.at;
    const written = new Set(block.slice(first, last + 1).flatMap((each) => [...this.#writtenBy(each)]));
    const fused = [...matrices].filter((matrix) => this.#count(calls, matrix) > 1);
    const terms = new Map<string, { contract: Contract; factors: Factor[] }[]>();
    for (const matrix of fused) terms.set(matrix, []);
    calls.forEach(({ at, call }, slot) => {
      const kept = this.#kernel(call, slot, calls.length, new Set(fused), written);
      replaced.set(at, [kept.call]);
      for (const { contract, factors } of kept.terms)
        terms.get(contract.to.array)!.push({ contract, factors });
    });
    const sum = this.#sum([...terms.values()]);
    replaced.set(last, [...replaced.get(last)!, sum]);
  }

  /** The call of a kernel that keeps its factors in place `slot` instead of adding their products, and where they are. */
  #kernel(call: Call, slot: number, slots: number, fused: ReadonlySet<string>, written: ReadonlySet<string>) {
    const fn = this.#byName.get(call.callee)!;
    const given = new Map(
      fn.parameters.flatMap(({ kind, name }, position) => {
        const argument = call.args[position]!;
        return kind === "integer" && argument.kind === "integer" ? [[name, argument.value] as const] : [];
      }),
    );
    const stays = ({ array, at }: Access): boolean =>
      this.#global.has(array) &&
      !written.has(array) &&
      at.slice(0, -1).every((form) => !gathers(rewriteForm(form, { index: (name) => given.get(name) })));
    const parameter = this.#names.fresh("stage");
    const key: string[] = [call.callee];
    const counts = new Map<string, number>();
    const terms: { contract: Contract; factors: Factor[] }[] = [];
    const keep = (contract: Contract): Statement[] => {
      const number = counts.get(contract.to.array) ?? 0;
      counts.set(contract.to.array, number + 1);
      const kept: Statement[] = [];
      const factors = contract.factors.map((factor, position): Factor => {
        if (stays(factor)) {
          const prefix = factor.at.slice(0, -1);
          return {
            array: factor.array,
            prefix: prefix.map((form) => rewriteForm(form, { index: (name) => given.get(name) })),
          };
        }
        const along = contract.over.find(({ index }) => mentions(factor.at[factor.at.length - 1]!, index))!;
        const extent = tripsOf(along)!;
        const name = this.#place(`${contract.to.array} ${number} ${position}`, factor.array, extent, slots);
        const index = this.#names.fresh("i");
        const at = [...factor.at.slice(0, -1), affine.index(index)];
        kept.push(
          build.loop(index, affine.integer(0), affine.integer(extent), [
            build.store(name, [affine.index(parameter), affine.index(index)], build.read(factor.array, at)),
          ]),
        );
        key.push(`${name}<-${factor.array}`);
        return { array: name, prefix: [affine.integer(slot)] };
      });
      terms.push({ contract, factors });
      return kept;
    };
    const updates = new Set(
      [...this.#updates.get(call.callee)!].flatMap(([to, all]) => (fused.has(to) ? all : [])),
    );
    const body = fn.body.flatMap((statement): Statement[] =>
      statement.kind === "contract" && updates.has(statement) ? keep(statement) : [statement],
    );
    const isPlaced = key.length > 1;
    const known = this.#made.get(key.join());
    const made: Fn = known ?? {
      ...fn,
      name: this.#names.fresh(`${stemOf(fn.name)}_kept`),
      parameters: isPlaced
        ? [...fn.parameters, { kind: "integer", name: parameter, range: { low: 0, high: slots - 1 } }]
        : fn.parameters,
      body,
    };
    this.#made.set(key.join(), made);
    const place: Argument[] = isPlaced ? [{ kind: "integer", value: affine.integer(slot) }] : [];
    return { call: { ...call, callee: made.name, args: [...call.args, ...place] }, terms };
  }

  #place(key: string, of: string, extent: number, slots: number): string {
    const known = this.#places.get(key);
    const place = known ?? { name: this.#names.fresh(`${stemOf(of)}_kept`), extent, slots, of };
    this.#places.set(key, { ...place, slots: Math.max(place.slots, slots) });
    return place.name;
  }

  /** The call of the function that adds all terms to their matrices; subscripts that are no constants are arguments. */
  #sum(updates: readonly { contract: Contract; factors: Factor[] }[][]): Call {
    const names = new Names([
      ...this.#global.keys(),
      ...[...this.#places.values()].map(({ name }) => name),
      ...this.#byName.keys(),
    ]);
    const parameters: Parameter[] = [];
    const args: Argument[] = [];
    const given = new Map<string, Affine>();
    const parameterOf = (form: Affine, array: string, axis: number): Affine => {
      if (affine.constantOf(form) !== undefined) return form;
      const key = affine.key(form);
      const known = given.get(key);
      if (known !== undefined) return known;
      const name = names.fresh(`at_${stemOf(array)}`);
      const high = this.#global.get(array)!.shape[axis]! - 1;
      parameters.push({ kind: "integer", name, range: { low: 0, high } });
      args.push({ kind: "integer", value: form });
      given.set(key, affine.index(name));
      return affine.index(name);
    };
    const body = updates.map((terms) => {
      const { to, over } = terms[0]!.contract;
      const indices = [names.fresh("i"), names.fresh("j")];
      const at = indices.map(affine.index);
      // What is the same along a row is read in front of it.
      const held: Let[] = [];
      const value = terms.reduce<Expr>(
        (sum, { contract, factors }) => {
          const reads = factors.map(({ array, prefix }, position) => {
            const form = contract.factors[position]!.at.at(-1)!;
            const axis = contract.over.findIndex(({ index }) => mentions(form, index));
            const entry = build.read(array, [
              ...prefix.map((one, each) => parameterOf(one, array, each)),
              at[axis]!,
            ]);
            if (axis === 1) return entry;
            held.push(build.bind(names.fresh(stemOf(array)), entry));
            return build.name(held[held.length - 1]!.name);
          });
          return build.add(sum, build.mul(reads[0]!, reads[1]!));
        },
        build.read(to.array, at),
      );
      const [rows, columns] = over as [(typeof over)[0], (typeof over)[0]];
      return build.loop(indices[0]!, rows.from, rows.to, [
        ...held,
        build.loop(indices[1]!, columns.from, columns.to, [build.store(to.array, at, value)]),
      ]);
    });
    const key = JSON.stringify([parameters, body]);
    const made: Fn = this.#made.get(key) ?? {
      name: this.#names.fresh("add_products"),
      parameters,
      body,
      doc: "Adds the products that the stages of a step have kept the factors of, in their order.",
    };
    this.#made.set(key, made);
    return { kind: "call", callee: made.name, args };
  }

  #touchedBy(statement: Statement): ReadonlySet<string> {
    return this.#ofCallees(statement, this.#touched, arraysOf);
  }

  #writtenBy(statement: Statement): ReadonlySet<string> {
    return this.#ofCallees(statement, this.#written, ({ body }) => writtenIn(body));
  }

  /** What is asked of a statement, and of the functions that it calls, which are asked once. */
  #ofCallees(
    statement: Statement,
    answers: Map<string, ReadonlySet<string>>,
    ask: (fn: Fn) => ReadonlySet<string>,
  ): ReadonlySet<string> {
    const own: Fn = { name: "", parameters: [], body: [statement] };
    const found = new Set(ask(own));
    for (const callee of calleesOf(own)) {
      const known =
        answers.get(callee) ??
        new Set(reachable(this.#program.functions, callee).flatMap((fn) => [...ask(fn)]));
      answers.set(callee, known);
      for (const array of known) found.add(array);
    }
    return found;
  }
}

function gathers(form: Affine): boolean {
  let found = false;
  affine.forEachAtom(form, (atom) => {
    found ||= atom.kind !== "index";
  });
  return found;
}
