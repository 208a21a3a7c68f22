import { expect, it } from "vitest";
import { libraryText } from "../../compiler/frontend/library-text.ts";
// @ts-expect-error a script without types
import { embedded } from "../support/embed-library.mjs";

it("the embedded library is that of the runtime; if not, run `node test/support/embed-library.mjs`", () => {
  const written = (embedded as () => string)();
  const text = written.slice(written.indexOf("`") + 1, written.lastIndexOf("`")).replace(/\\([\\`$])/g, "$1");
  expect(libraryText).toBe(text);
});
