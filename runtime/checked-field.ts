/**
 * `field` where it runs un-compiled, as compiled fields run: what it is given is held to the declaration first, and what it gives is
 * a number or typed arrays, whatever the function made.
 */
import { field as plain } from "./field.ts";
import { settled } from "./field-options.ts";
import { computed } from "./records.ts";

/** Declares a field. */
export const field = ((declaration: Parameters<typeof settled>[0]) => {
  const made = plain(declaration);
  const { value, loss } = made;
  return Object.assign(made, {
    value: (x = declaration.point, options?: object) => {
      const given = settled(declaration, options, [x]);
      return computed(value(given.points[0] as never, given as never), "value");
    },
    loss: (options?: object) => loss(settled(declaration, options) as never),
  });
}) as unknown as typeof plain;
