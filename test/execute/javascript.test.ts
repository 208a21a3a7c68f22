/** Generated JavaScript that cannot have its arrays. */

import { expect, it } from "vitest";
import { main } from "../../compiler/cli/program.ts";
import { processContext } from "../../compiler/cli/streams.ts";
import { loadJavaScript } from "../../compiler/execute/javascript.ts";
import { NoMemory } from "../../compiler/execute/problem.ts";

it("says so where there is no memory for them", async () => {
  await expect(loadJavaScript("export const stored$ = new Float64Array(2 ** 50);")).rejects.toThrow(NoMemory);
});

it("which the command line tells as too much memory", async () => {
  let said = "";
  const code = await main(["run", "model.ode.ts"], {
    ...processContext(),
    complain: (text) => {
      said += text;
    },
    // As deep in a command as anything else.
    readFile: () => {
      throw new NoMemory();
    },
  });
  expect(said).toContain("ODE4036");
  expect(said).toContain("--plans");
  expect(code).toBe(1);
});
