import { expectGenerated, expectGradient } from "odegrad/vitest";
import { it } from "vitest";

it("is wrong", () => expectGradient("wrong.ode.ts").toPass());
it("is wrong about the time", () => expectGradient("wrong.ode.ts", { timeout: 1 }).toPass());
it("is wrong about the name", () => expectGenerated("missing.ode.ts").toMatchGolden("golden/missing.js"));
it("is wrong about not", () => expectGradient("wrong.ode.ts").not.toPass());
it("is wrong about not, too", () => expectGenerated("wrong.ode.ts").not.toMatchGolden("golden/wrong.js"));
