/** Spelling suggestions: those of the runtime, where compiled models make them too. */

export { nearest } from "../../runtime/nearest.ts";
