import { expect, it } from "vitest";
import { barLine } from "../../compiler/cli/progress.ts";

it.each([
  [0, "░".repeat(24)],
  [0.5, "█".repeat(12) + "░".repeat(12)],
  [1, "█".repeat(24)],
  [7, "█".repeat(24)],
  [-1, "░".repeat(24)],
])("a bar at %d", (share, bar) => {
  expect(barLine(share, "words", 80)).toBe(`${bar} words`);
});

it("never wraps", () => {
  expect(barLine(0.5, "words ".repeat(30), 40)).toHaveLength(39);
});
