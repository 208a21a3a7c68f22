/** The harness holds on this machine: the example's bits on every part, counts that repeat, bad modules refused. */

import { describe, expect, it } from "vitest";
import { isReady, selftest, type TargetName } from "./support/harness.ts";

describe.each<TargetName>(["m4f", "rv32f", "avr"])("the harness on %s", (target) => {
  it.skipIf(!isReady(target))("gives the example's bits and counts", () => {
    const { status, stdout, stderr } = selftest([target]);
    expect(`${stdout}${stderr}`).not.toMatch(/FAIL/);
    expect(stdout).toMatch(new RegExp(`^ok {3}${target}: the example prints the expected bits$`, "m"));
    expect(status).toBe(0);
  });
});
