/** What docs/embedded.md shows of a command is what the command prints. What is measured on a part is held by test/edge. */

import { expect, it } from "vitest";
import { odegrad } from "../support/command.ts";
import { pageOf } from "./models.ts";

it("the table of plans is what `inspect --memory` prints of the model with 76 parameters", async () => {
  const [, page] = pageOf("docs/embedded.md").split("## Before flashing");
  const [, options] = /`odegrad inspect model\.ode\.ts (--memory [^`]*)`/.exec(page!)!;
  const [, shown] = /^```\n(plan [\s\S]*?)\n```$/m.exec(page!)!;
  const words = ["inspect", "test/edge/models/node-4-8.ode.ts", ...options!.split(" ")];
  const { code, out } = await odegrad(words);
  expect(code).toBe(0);
  expect(out.slice(0, out.indexOf("\nbytes of C"))).toBe(shown);
});
