import { expectGradient } from "odegrad/vitest";
import { it } from "vitest";

it("is wrong", () => expectGradient("wrong.ode.ts").toPass());
