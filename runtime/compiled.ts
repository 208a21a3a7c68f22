/**
 * `compiled`: puts generated code behind the methods of a model, in its place.
 *
 * In: the object that `ode`, `kernel` or `field` made, and a function that makes its generated module. Out: the same object,
 * whose methods run generated code. What goes in and comes out has the shapes of the declaration, whose leaves are the
 * templates for reading and writing the module's flat arrays. A call writes all of its question first, so that no call sees
 * what an earlier one left behind.
 *
 * Here, unlike in the module itself, there are allocations and errors: a solve that does not come to its end is thrown.
 */
import { compiledField } from "./compiled-field.ts";
import { compiledModel } from "./compiled-model.ts";
import { type Generated, once } from "./generated.ts";

/**
 * What `odegrad/compiled` is called with by the code that the compiler writes into a model's file.
 *
 * @param plan of a model how it is solved and what that costs; of a field how many points have numbers, where it asks for them
 */
export function compiled<M extends object>(model: M, make: () => Generated, plan: object): M {
  const declaration = (model as { readonly declaration: object }).declaration;
  const module = once(make);
  const methods =
    "point" in declaration
      ? compiledField(declaration as never, module, plan)
      : { ...compiledModel(declaration as never, module, plan), plan };
  return Object.defineProperties(model, {
    ...Object.getOwnPropertyDescriptors(methods),
    meta: { get: () => module().meta, configurable: true },
  });
}

/**
 * Hot updates: the object of the first version of a file becomes that of the next, so that whoever imported it goes on with new
 * code and the page stays as it is.
 *
 * @param kept what outlives the versions of a file; nothing where there are no hot updates
 * @returns the object that the file exports: the first of its name
 */
export function adopt<M extends object>(kept: object | undefined, name: string, model: M): M {
  if (kept === undefined) return model;
  const models = kept as Record<string, M | undefined>;
  const first = models[name];
  if (first !== undefined) return Object.defineProperties(first, Object.getOwnPropertyDescriptors(model));
  models[name] = model;
  return model;
}

/**
 * Whether whoever imported a file may go on with what there was: the next version exports, by the same names, the models that
 * have become it, and nothing else.
 *
 * @param kept what outlives the versions of the file
 * @param next the exports of the next version
 * @param names of the exports of this one, in order and with commas
 */
export function goesOn(kept: object, next: object, names: string): boolean {
  const models = Object.values(kept);
  return Object.keys(next).join() === names && Object.values(next).every((each) => models.includes(each));
}
