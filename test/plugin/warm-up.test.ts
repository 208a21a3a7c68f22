/** Builds of nobody's: when they are done, and when not. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ofProcess, WarmUp } from "../../plugin/warm-up.ts";

let clock = 0;
let collect = () => {};
const collections = (listener: () => void) => {
  collect = listener;
};
const began: number[] = [];

/** A build that takes so many milliseconds. */
const taking = (milliseconds: number) => () => {
  began.push(clock);
  clock += milliseconds;
  return milliseconds;
};

/** Lets time go by. */
function wait(milliseconds: number): void {
  const end = clock + milliseconds;
  while (clock < end) {
    const step = Math.min(10, end - clock);
    clock += step;
    vi.advanceTimersByTime(step);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  clock = 0;
  began.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a server that waits", () => {
  it("builds again, a few times, when nothing has been asked for a while", () => {
    const warmUp = new WarmUp(() => clock, collections);
    expect(warmUp.after(() => "built", taking(40))).toBe("built");
    wait(350);
    expect(began).toEqual([]);
    wait(100);
    expect(began.length).toBe(1);
    wait(20_000);
    expect(began.length).toBe(80);
    warmUp.after(() => "built", taking(40));
    wait(20_000);
    expect(began.length).toBe(80);
  });

  it("is done with that when all garbage has been collected, and makes good for it", () => {
    const warmUp = new WarmUp(() => clock, collections);
    warmUp.after(() => "built", taking(20));
    // Not yet of use.
    wait(1000);
    const early = began.length;
    expect(early).toBeLessThan(30);
    collect();
    wait(2000);
    expect(began.length).toBeGreaterThan(30);
    const before = began.length;
    collect();
    wait(20_000);
    expect(began.length).toBe(before + 16);
  });

  it("builds something else every time", () => {
    const warmUp = new WarmUp(() => clock, collections);
    const rounds: number[] = [];
    const again = (round: number) => {
      rounds.push(round);
    };
    warmUp.after(() => "built", again);
    wait(600);
    warmUp.after(() => "built", again);
    wait(600);
    expect(rounds.length).toBeGreaterThan(5);
    expect(new Set(rounds).size).toBe(rounds.length);
  });

  it("waits until it is quiet again", () => {
    const warmUp = new WarmUp(() => clock, collections);
    for (let i = 0; i < 5; i++) {
      warmUp.after(() => "built", taking(40));
      wait(300);
    }
    expect(began).toEqual([]);
    wait(200);
    const before = began.length;
    expect(before).toBeGreaterThan(0);
    warmUp.after(() => "built", taking(40));
    wait(300);
    expect(began.length).toBe(before);
  });

  it("takes no more than four seconds of it, and leaves models alone that take long", () => {
    const slow = new WarmUp(() => clock, collections);
    slow.after(taking(390), taking(390));
    wait(20_000);
    // One was asked for.
    expect(began.length - 1).toBe(11);
    began.length = 0;
    // The first build of a process takes longer than any later one.
    const slower = new WarmUp(() => clock, collections);
    slower.after(taking(900), taking(500));
    wait(20_000);
    expect(began.length).toBe(2);
    began.length = 0;
    const slowest = new WarmUp(() => clock, collections);
    slowest.after(taking(1100), taking(300));
    wait(20_000);
    expect(began.length).toBe(1);
  });

  it("makes good for collections of all garbage, as far as the garbage of that does not make it go on for ever", () => {
    const warmUp = new WarmUp(() => clock, collections);
    warmUp.after(() => "built", taking(20));
    wait(20_000);
    expect(began.length).toBe(80);
    const collecting = () => {
      began.length = 0;
      collect();
      wait(140);
      expect(began).toEqual([]);
      wait(5000);
      return began.length;
    };
    expect(collecting()).toBe(16);
    expect(collecting()).toBe(16);
    // The next save may be a second away.
    began.length = 0;
    collect();
    wait(750);
    expect(began.length).toBe(16);
    for (let i = 0; i < 10; i++) collecting();
    expect(collecting()).toBe(0);
    warmUp.after(() => "built", taking(20));
    wait(5000);
    expect(collecting()).toBe(16);
    // One after the other, before the builds are done.
    began.length = 0;
    collect();
    wait(300);
    collect();
    wait(5000);
    expect(began.length).toBeGreaterThan(16);
    expect(began.length).toBeLessThan(32);
  });

  it("sees the collections of its process", async () => {
    vi.useRealTimers();
    setFlagsFromString("--expose-gc");
    let seen = 0;
    ofProcess(() => seen++);
    const collectAll: () => void = runInNewContext("gc");
    collectAll();
    await expect.poll(() => seen).toBeGreaterThan(0);
  });

  it("ends with what is thrown, which who asked was told", () => {
    const warmUp = new WarmUp(() => clock, collections);
    let tried = 0;
    const broken = () => {
      tried++;
      throw new Error("broken");
    };
    expect(() => warmUp.after(broken, broken)).toThrow("broken");
    wait(1000);
    expect(tried).toBe(1);
    warmUp.after(() => "built", broken);
    wait(1000);
    expect(tried).toBe(2);
  });
});
