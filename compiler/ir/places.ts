/**
 * Things that are equal but for their places in the model's text, as most of a model is behind an edit, and the same things with
 * other places. In: plain trees of objects, lists and maps: functions of the IR, models. Nothing here knows what a node means.
 */

import type { Span } from "../diagnostics/span.ts";

/** The new place for an old one; nothing where it has none. */
export type Places = (old: Span) => Span | undefined;

type Plain = Readonly<Record<string, unknown>>;

/**
 * Compares things that were with things that are. Equal places stay equal and different ones different, so that whatever looks
 * at places sees the same. Anything that is neither plain data nor the same object counts as different.
 */
export class Comparison {
  readonly #free: string | undefined;
  readonly #isOrdered: boolean;
  readonly #objects = new Map<Span, Span>();
  readonly #there = new Map<string, Span>();
  readonly #back = new Map<string, string>();
  #isMoved = false;

  /** `free`: under which key lists need no more in common than how long they are; `isOrdered`: keys have to be in the same order. */
  constructor({ free, isOrdered = false }: { readonly free?: string; readonly isOrdered?: boolean } = {}) {
    this.#free = free;
    this.#isOrdered = isOrdered;
  }

  /** Whether any place is another one. */
  get isMoved(): boolean {
    return this.#isMoved;
  }

  /** The new place of each that was met. */
  readonly places: Places = (span) => this.#objects.get(span) ?? this.#there.get(keyOf(span));

  isSame(old: unknown, now: unknown): boolean {
    if (typeof old !== "object" || old === null) return Object.is(old, now);
    if (typeof now !== "object" || now === null) return false;
    // Places of the same object have to be met, but not all have any.
    if (old === now && hasNoPlaces(old)) return true;
    if (Array.isArray(old)) return Array.isArray(now) && this.#isSameList(old, now);
    // Most of what is compared are nodes, which are neither maps nor places.
    if (typeof (old as Plain).kind === "string")
      return (old as Plain).kind === (now as Plain).kind && this.#isSameRecord(old as Plain, now as Plain);
    if (old instanceof Map) return now instanceof Map && this.#isSameList([...old], [...now]);
    if (isSpan(old)) return isSpan(now) && this.#isPlaced(old, now);
    return Object.getPrototypeOf(old) === Object.prototype
      ? Object.getPrototypeOf(now) === Object.prototype && this.#isSameRecord(old as Plain, now as Plain)
      : old === now;
  }

  #isSameList(old: readonly unknown[], now: readonly unknown[]): boolean {
    if (old.length !== now.length) return false;
    for (let i = 0; i < old.length; i++) if (!this.isSame(old[i], now[i])) return false;
    return true;
  }

  #isSameRecord(old: Plain, now: Plain): boolean {
    if (this.#isOrdered && Object.keys(old).join() !== Object.keys(now).join()) return false;
    let more = 0;
    for (const key in old) {
      more++;
      const before = old[key];
      const after = now[key];
      if (typeof before !== "object") {
        if (before === after ? before === 0 && !Object.is(before, after) : !Object.is(before, after))
          return false;
        continue;
      }
      const isFree = key === this.#free && Array.isArray(before) && Array.isArray(after);
      if (isFree ? before.length !== after.length : !this.isSame(before, after)) return false;
    }
    for (const _ in now) more--;
    return more === 0;
  }

  #isPlaced(old: Span, now: Span): boolean {
    const known = this.#objects.get(old);
    if (known !== undefined && known === now) return true;
    if (old.file !== now.file) return false;
    const [from, to] = [keyOf(old), keyOf(now)];
    const there = this.#there.get(from);
    const back = this.#back.get(to);
    if (there === undefined ? back !== undefined : back !== from) return false;
    if (there === undefined) {
      this.#there.set(from, now);
      this.#back.set(to, from);
      this.#isMoved ||= from !== to;
    }
    this.#objects.set(old, now);
    return true;
  }
}

/** The same with other places; nothing where one of them has none. What has no places is the same object. */
export function moved<T>(thing: T, places: Places): T | undefined {
  let isKnown = true;
  const walk = (value: unknown): unknown => {
    // Forms of indices have no places.
    if (typeof value !== "object" || value === null || "terms" in value) return value;
    if (Array.isArray(value)) return typeof value[0] === "number" ? value : listed(value);
    if (isSpan(value)) {
      const place = places(value);
      isKnown &&= place !== undefined;
      return place;
    }
    let changed: Record<string, unknown> | undefined;
    for (const key in value) {
      const part = (value as Plain)[key];
      if (typeof part !== "object") continue;
      const made = walk(part);
      if (made === part) continue;
      changed ??= { ...value };
      changed[key] = made;
    }
    return changed ?? value;
  };
  const listed = (list: readonly unknown[]): readonly unknown[] => {
    let changed: unknown[] | undefined;
    for (let i = 0; i < list.length; i++) {
      const made = walk(list[i]);
      if (changed !== undefined) changed.push(made);
      else if (made !== list[i]) changed = [...list.slice(0, i), made];
    }
    return changed ?? list;
  };
  const made = walk(thing) as T;
  return isKnown ? made : undefined;
}

/** Whether something is known to have no places: forms of indices, what is no operation, and lists of such things. */
function hasNoPlaces(thing: object): boolean {
  if (Array.isArray(thing)) {
    const [first] = thing as readonly unknown[];
    return typeof first === "object" && first !== null ? "terms" in first : typeof first === "number";
  }
  switch ((thing as Plain).kind) {
    case undefined:
      return "terms" in thing;
    case "name":
    case "read":
      return true;
    default:
      return false;
  }
}

const isSpan = (object: object): object is Span => "start" in object && "end" in object && "file" in object;

const keyOf = ({ file, start, end }: Span): string => `${start}:${end}:${file}`;
