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
    `${asked}: not compiled. Use a bundler plugin (odegrad/vite, ...), node --import odegrad/register or odegrad compile (in Vite: optimizeDeps)`,
  );
};

/** What models and fields have of generated code, each beside what is its own. */
type Asked = "gradient" | "valueAndGradient" | "meta";

/** A model or field of a file that was not compiled: what needs generated code refuses. `own`: the names of that, with blanks between. */
export function uncompiled<M extends object, Own extends keyof M>(
  model: Omit<M, Asked | Own>,
  own: string,
): M {
  for (const name of `gradient valueAndGradient meta ${own}`.split(" ")) {
    // What is no function refuses when it is looked at.
    const when = /meta|plan/.test(name) ? "get" : "value";
    Object.defineProperty(model, name, { [when]: notCompiled(name), configurable: true });
  }
  return model as M;
}
