import { valve } from "./branch.ode.ts";

// The level decides which branch of the field is taken.
valve.gradient({ state: { level: Number(process.argv[2]) } });
