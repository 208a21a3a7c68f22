import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** What tsc says about a project; nothing when all is well. */
function diagnostics(config: string): string {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  try {
    execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", config], {
      cwd: root,
      stdio: "pipe",
    });
    return "";
  } catch (failure) {
    return String((failure as { stdout: Buffer }).stdout);
  }
}

// The models are checked as users check theirs: `strict`, but an index of an array is not taken for possibly undefined.
test("the reference models type-check", () => {
  expect(diagnostics("test/reference/tsconfig.json")).toBe("");
});

test("every form of the language is accepted, every mistake refused", () => {
  expect(diagnostics("test/runtime/types/tsconfig.json")).toBe("");
});
