/** Constants in the flash of an AVR, where they otherwise are copied into RAM: the same bits, and the RAM is free. */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { isReady, run } from "./support/harness.ts";
import { compiledModel } from "./support/module.ts";

describe.each(["size", "speed"] as const)("tables in flash, for %s", (optimise) => {
  it.skipIf(!isReady("avr") || !isReady("host"))("give the same bits", { timeout: 120_000 }, () => {
    const folder = compiledModel("test/edge/models/ring", { optimise });
    try {
      const on = (target: string, ...more: string[]) =>
        run(["--target", target, "-Os", "--no-count", ...more, ...folder.args])[0]!;
      const inRam = on("avr");
      // Named address spaces are GNU C; products and sums are fused in neither.
      const inFlash = on("avr", "--std", "gnu99", "-DM_FLASH=__flash");
      expect(inFlash.values).toEqual(inRam.values);
      expect(inFlash.values).toEqual(on("host").values);
      const [tables, problem] = ["tables", "problem"].map((name) => folder.description.bytes[name]!) as [
        number,
        number,
      ];
      expect(tables).toBeGreaterThan(36 * 4);
      const freed = inRam.ram.module - inFlash.ram.module;
      expect(freed).toBe(tables + problem);
      expect(inFlash.ram.module).toBe(0);
      // What is read from flash is read by other instructions, and lies there once instead of twice.
      const cycles = [inRam, inFlash].map(({ measures }) => measures["gradient"]!.cycles!) as [
        number,
        number,
      ];
      if (optimise === "size") {
        const more = ((100 * (cycles[1] - cycles[0])) / cycles[0]).toFixed(1);
        const documented = fs.readFileSync(
          path.resolve(import.meta.dirname, "../../docs/embedded.md"),
          "utf8",
        );
        expect(documented).toContain(
          `${tables} bytes of tables takes ${freed} bytes less of RAM, those of the defaults among them, for ` +
            `${inFlash.flash.total - inRam.flash.total} bytes more of flash and ${more} % more cycles`,
        );
      }
      expect(Math.abs(inFlash.flash.total - inRam.flash.total)).toBeLessThan(600);
    } finally {
      folder.close();
    }
  });
});
