import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const long = process.env["ODEGRAD_LONG"] === "1";

/** Files whose one or few tests take long, which would otherwise come last and keep one core waiting for the other. */
const longest = ["edge/lint", "emit/c-description", "standing/loops", "integrate/methods"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean =>
      longest.some((name) => moduleId.endsWith(`test/${name}.test.ts`));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  resolve: { alias: { odegrad: fileURLToPath(new URL("./runtime/index.ts", import.meta.url)) } },
  test: {
    // Most programs of the tests run for less time than a compiler takes to optimise them; what is kept, the reference
    // runs and the parts of test/edge are compiled as users would.
    env: long ? {} : { ODEGRAD_CFLAGS: "-O0" },
    include: ["test/**/*.test.ts"],
    sequence: { sequencer: LongestFirst },
    // Files share a process, and with it the compiler that is loaded and warm: a fifth of the time. What a file changes
    // in the process (folder, environment) it puts back.
    isolate: false,
    // One less than the cores would leave half of a small machine idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: long ? 600_000 : 60_000,
    hookTimeout: 60_000,
  },
});
