/**
 * Cuts functions that V8 would leave to its interpreter into several: it makes no machine code of a function of more than
 * 60 KB of bytecode (`--max-optimized-bytecode-size`), which then runs five to ten times slower. In: a program whose arrays
 * are global. Out: the same operations in the same order; what several parts need goes from one to the next through an array.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Block, Call, Fn, GlobalArray, Parameter, Program, Statement, View } from "../ir/nodes.ts";
import { rewriteBlock } from "../ir/rewrite.ts";
import {
  bindersIn,
  bindersOf,
  forEachExprIn,
  forEachStatement,
  formsOf,
  mayLeave,
  withBlocks,
} from "../ir/walk.ts";

/** How long functions may be, by their weight. */
export interface Lengths {
  /** Weight from which a function is cut. */
  readonly most: number;
  /** Up to which statements make one part. */
  readonly mostInPart: number;
  /** Below which statements stay where they are. */
  readonly leastInPart: number;
}

/** A unit of weight is 7 to 8 bytes of bytecode, so that 7000 are 50 to 55 KB. */
const usual: Lengths = { most: 7000, mostInPart: 2000, leastInPart: 150 };

export function outlined(program: Program, lengths = usual): Program {
  const arrays: GlobalArray[] = [];
  const taken = new Names(() => [
    ...program.arrays.map(({ name }) => name),
    ...program.functions.flatMap((fn) => [fn.name, ...bindersOf(fn)]),
  ]);
  const functions = program.functions.flatMap((fn): Fn[] => {
    if (!isPlaced(fn) || weightOf(fn.body) <= lengths.most) return [fn];
    return new Outline(fn, taken, lengths).functions(arrays);
  });
  return arrays.length === 0 ? program : { arrays: [...program.arrays, ...arrays], functions };
}

/** Whether a function has no arrays but those of the program. */
function isPlaced(fn: Fn): boolean {
  let isPlaced = fn.parameters.every(({ kind }) => kind !== "array");
  forEachStatement(fn.body, (statement) => {
    if (statement.kind === "alloc") isPlaced &&= statement.shape.length === 0 && statement.element === "real";
  });
  return isPlaced;
}

/** Operations, reads and writes. */
function weightOf(block: Block): number {
  let weight = 0;
  forEachStatement(block, (statement) => {
    weight += statement.kind === "accumulate" ? 2 : 1;
  });
  forEachExprIn(block, ({ kind }) => {
    if (kind === "primitive" || kind === "read" || kind === "select") weight++;
  });
  return weight;
}

/** Statements that become a function, and what they have to do with others. */
class Part {
  readonly name: string;
  readonly body: Block;
  readonly uses = new Set<string>();
  readonly indices: ReadonlySet<string>;
  /** Scalars that it reads or writes, and those that it writes. */
  readonly touched = new Set<string>();
  readonly written = new Set<string>();
  readonly binds: ReadonlySet<string>;

  constructor(name: string, body: Block) {
    this.name = name;
    this.body = body;
    this.binds = new Set(bindersIn(body));
    const indices = new Set<string>();
    forEachExprIn(body, (expr) => {
      if (expr.kind === "name") this.uses.add(expr.name);
      if (expr.kind === "read" && expr.at.length === 0) this.touched.add(expr.array);
    });
    forEachStatement(body, (statement) => {
      for (const form of formsOf(statement))
        affine.forEachAtom(form, (atom) => {
          if (atom.kind === "index") indices.add(atom.name);
        });
      if (statement.kind !== "store" && statement.kind !== "accumulate" && statement.kind !== "alloc") return;
      this.touched.add(statement.array);
      this.written.add(statement.array);
    });
    this.indices = new Set([...indices].filter((name) => !this.binds.has(name)));
  }
}

class Outline {
  readonly #fn: Fn;
  readonly #taken: Names;
  readonly #lengths: Lengths;
  readonly #parts: Part[] = [];

  constructor(fn: Fn, taken: Names, lengths: Lengths) {
    this.#lengths = lengths;
    this.#fn = fn;
    this.#taken = taken;
  }

  /** The parts and what is left of the function, and the array between them. */
  functions(arrays: GlobalArray[]): Fn[] {
    const fn = this.#fn;
    const frame = new Part(fn.name, this.#cut(fn.body));
    if (this.#parts.length === 0) return [fn];
    const places = [frame, ...this.#parts];
    const slots = new Map<string, View>();
    const array = this.#taken.fresh(`${fn.name}_values`);
    const locals = scalarsOf(fn.body);
    const lets = letsOf(fn);
    for (const name of [...lets, ...locals]) {
      const users = places.filter(
        (part) => part.uses.has(name) || part.touched.has(name) || part.binds.has(name),
      );
      const isGiven = fn.parameters.some((parameter) => parameter.name === name);
      if (users.length > 1 || (isGiven && users.some((part) => part !== frame)))
        slots.set(name, { array, prefix: [affine.integer(slots.size)] });
    }
    arrays.push({ name: array, element: "real", shape: [Math.max(1, slots.size)], role: "workspace" });
    const given = fn.parameters.flatMap((parameter): Statement[] => {
      const slot = slots.get(parameter.name);
      return parameter.kind === "real" && slot !== undefined ? [stored(slot, parameter.name)] : [];
    });
    return [
      ...this.#parts.map((part) => partAsFunction(part, fn, slots, locals)),
      { ...fn, body: [...given, ...framed(frame.body, frame, slots, locals)] },
    ];
  }

  /** The block with calls in the place of statements that leave it nowhere. */
  #cut(block: Block): Statement[] {
    const { mostInPart, leastInPart } = this.#lengths;
    const out: Statement[] = [];
    let run: Statement[] = [];
    const close = (): void => {
      if (weightOf(run) < leastInPart) out.push(...run);
      else out.push(this.#part(run));
      run = [];
    };
    for (const statement of block) {
      const weight = weightOf([statement]);
      if (mayLeave([statement]) || weight > mostInPart) {
        close();
        out.push(withBlocks(statement, (inner) => this.#cut(inner)));
        continue;
      }
      const before = weightOf(run);
      const isSection = statement.kind === "comment" && before > mostInPart / 2;
      if (isSection || before + weight > mostInPart) close();
      run.push(statement);
    }
    close();
    return out;
  }

  #part(body: Block): Call {
    const part = new Part(this.#taken.fresh(`${this.#fn.name}_part`), body);
    this.#parts.push(part);
    return {
      kind: "call",
      callee: part.name,
      args: [...part.indices].map((name) => ({ kind: "integer", value: affine.index(name) })),
    };
  }
}

/** Scalars that a function allocates. */
function scalarsOf(body: Block): Set<string> {
  const names = new Set<string>();
  forEachStatement(body, (statement) => {
    if (statement.kind === "alloc") names.add(statement.array);
  });
  return names;
}

function letsOf(fn: Fn): string[] {
  const names = fn.parameters.filter(({ kind }) => kind === "real").map(({ name }) => name);
  forEachStatement(fn.body, (statement) => {
    if (statement.kind === "let") names.push(statement.name);
  });
  return names;
}

const stored = ({ array, prefix }: View, name: string): Statement =>
  build.store(array, prefix, build.name(name));

const loaded = ({ array, prefix }: View) => build.read(array, prefix);

/** A part with copies of what it needs of others, which it puts back where it changed them. */
function partAsFunction(
  part: Part,
  fn: Fn,
  slots: ReadonlyMap<string, View>,
  locals: ReadonlySet<string>,
): Fn {
  const opening: Statement[] = [];
  const closing: Statement[] = [];
  for (const [name, slot] of slots) {
    const isOwn = part.binds.has(name);
    if (locals.has(name)) {
      if (!part.touched.has(name)) continue;
      if (!isOwn) opening.push(build.alloc(name, [], { zero: false }), build.store(name, [], loaded(slot)));
      if (part.written.has(name)) closing.push(build.store(slot.array, slot.prefix, build.read(name)));
    } else if (isOwn) closing.push(stored(slot, name));
    else if (part.uses.has(name)) opening.push(build.bind(name, loaded(slot)));
  }
  const parameters = [...part.indices].map((name): Parameter => ({ kind: "integer", name }));
  const doc = `A part of ${fn.name}, which is too long for one function.`;
  return { name: part.name, parameters, body: [...opening, ...part.body, ...closing], doc };
}

/** What is left of the function: what it shares with parts is in its place between them. */
function framed(
  block: Block,
  frame: Part,
  slots: ReadonlyMap<string, View>,
  locals: ReadonlySet<string>,
): Statement[] {
  const placed = (statements: Block): Statement[] =>
    statements.flatMap((statement): Statement[] => {
      switch (statement.kind) {
        case "let": {
          const slot = slots.get(statement.name);
          return slot === undefined ? [statement] : [statement, stored(slot, statement.name)];
        }
        case "alloc":
          if (!slots.has(statement.array)) return [statement];
          return statement.zero ? [build.store(statement.array, [], build.zero, statement.span)] : [];
        default:
          return [withBlocks(statement, placed)];
      }
    });
  return rewriteBlock(placed(block), {
    name: (name) => {
      const slot = slots.get(name);
      return slot === undefined || frame.binds.has(name) ? undefined : loaded(slot);
    },
    array: (array) => (locals.has(array) ? slots.get(array) : undefined),
  });
}
