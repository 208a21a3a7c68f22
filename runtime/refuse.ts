/**
 * The errors of the authoring entry: values that do not fit, and models asked for what only generated code can give.
 */

/** @throws RangeError always */
export function refuse(why: string): never {
  throw RangeError(why);
}

/** A function that always throws: says what was asked for and lists every way to compile the file. */
export const notCompiled = (asked: string) => (): never => {
  throw Error(
    `${asked}: not compiled. Use a bundler plugin (odegrad/vite, ...), node --import odegrad/register or odegrad compile`,
  );
};
