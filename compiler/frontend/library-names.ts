/** What can be imported from the library, for those who forgot to: functions the compiler knows, and those it reads. */

import { libraryText } from "./library-text.ts";
import { libraryFunctions } from "./static-library.ts";

export const libraryNames = (): readonly string[] => [
  ...libraryFunctions,
  ...[...libraryText.matchAll(/^export function (\w+)/gm)].map(([, name]) => name!),
];
