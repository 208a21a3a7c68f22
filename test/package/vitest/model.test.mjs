import { expectGenerated, expectGradient } from "odegrad/vitest";
import { expect, it } from "vitest";
import { swing } from "./swing.ode.ts";

it("passes", () => expectGradient("swing.ode.ts").toPass());
it("is golden", () => {
  expectGenerated(new URL("./swing.ode.ts", import.meta.url), { target: ["js"] }).toMatchGolden(
    "golden/swing.js",
  );
  expectGenerated("swing.ode.ts", { target: ["c"], steps: 40 }).toMatchGolden("golden/swing.h");
});
it("is compiled by the plugin", () => expect(swing.gradient().params.length).toBeTypeOf("number"));
