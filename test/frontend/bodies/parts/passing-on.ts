// A module of exports: everything of another one, one of them under its own name, and one name that wins.
import { offset } from "./scale.ts";

export * from "./scale.ts";
export * as scales from "./scale.ts";
export const two = 2 + offset;
