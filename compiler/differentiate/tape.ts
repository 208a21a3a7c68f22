/**
 * Tapes: static arrays in which the forward sweep keeps values for the reverse sweep, one entry per iteration of the
 * loops around the value. In: the decisions of `analysis/recorded`. Out: the forward sweep with its tape stores, the
 * declarations of the tapes, and how the reverse sweep reads them.
 */

import type { Recorded } from "../analysis/recorded.ts";
import type { Around, Ranges } from "../analysis/sites.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { type Names, stemOf } from "../ir/names.ts";
import type { Access, Alloc, Block, Element, Expr, Statement, Taped, While } from "../ir/nodes.ts";

export class Tapes {
  readonly #names: Names;
  readonly #ranges: Ranges;
  readonly #places = new Map<string, Access>();
  readonly #trips = new Map<While, Access>();
  readonly #allocations: Alloc[] = [];

  constructor(facts: Recorded, names: Names, ranges: Ranges) {
    this.#names = names;
    this.#ranges = ranges;
    for (const [name, source] of facts.sources) {
      if (source.kind !== "tape") continue;
      const taped: Taped = {
        value: stemOf(name),
        span: facts.definitions.get(name)?.statement.span,
        reason: source.reason,
      };
      this.#places.set(name, this.#declare(`${stemOf(name)}_tape`, source.loops, "real", taped));
    }
  }

  allocations(): readonly Alloc[] {
    return this.#allocations;
  }

  /** The value of a taped scalar, in the iteration the reverse sweep stands at. */
  read(name: string): Expr {
    const place = this.#places.get(name)!;
    return build.read(place.array, place.at);
  }

  /** Number of trips a `while` made, as an entry of an integer tape. */
  trips(loop: While): Access {
    return this.#trips.get(loop)!;
  }

  /** The statements of a function with tape stores after the values they keep. */
  forwardSweep(block: Block, loops: readonly Around[] = []): Statement[] {
    return block.flatMap((statement): Statement[] => {
      switch (statement.kind) {
        case "let": {
          const place = this.#places.get(statement.name);
          if (place === undefined) return [statement];
          return [statement, build.store(place.array, place.at, build.name(statement.name), statement.span)];
        }
        case "for": {
          const { index, from, to, down } = statement;
          const inside = [...loops, { statement, index, from, to, down }];
          return [{ ...statement, body: this.forwardSweep(statement.body, inside) }];
        }
        case "while": {
          const trips = this.#declare("trips_tape", loops, "integer", {
            value: statement.counter,
            span: statement.span,
            reason: { kind: "trips" },
          });
          this.#trips.set(statement, trips);
          const around: Around = {
            statement,
            index: statement.counter,
            from: affine.integer(0),
            to: affine.integer(statement.limit),
            down: false,
          };
          const done = affine.offset(affine.index(statement.counter), 1);
          return [
            build.store(trips.array, trips.at, build.zero),
            {
              ...statement,
              body: [
                ...this.forwardSweep(statement.body, [...loops, around]),
                build.store(trips.array, trips.at, build.integerValue(done)),
              ],
            },
          ];
        }
        case "if":
          return [
            {
              ...statement,
              then: this.forwardSweep(statement.then, loops),
              else: this.forwardSweep(statement.else, loops),
            },
          ];
        default:
          return [statement];
      }
    });
  }

  #declare(wish: string, loops: readonly Around[], element: Element, taped: Taped): Access {
    const array = this.#names.fresh(wish);
    const at: Affine[] = [];
    const shape: number[] = [];
    for (const around of loops) {
      const range = this.#ranges.index(around.index);
      if (range === undefined || !Number.isFinite(range.low) || !Number.isFinite(range.high)) {
        throw new Error(`the trip count of the loop over ${around.index} has no bound known at compile time`);
      }
      at.push(affine.offset(affine.index(around.index), -range.low));
      shape.push(Math.max(0, range.high - range.low + 1));
    }
    this.#allocations.push({
      ...build.alloc(array, shape, { element, role: "tape", zero: false, span: taped.span }),
      taped,
    });
    return { array, at };
  }
}
