/** `field` where it runs un-compiled: what it is given is held to the declaration first, as compiled fields do. */
import { field as plain } from "./field.ts";
import { settled } from "./field-options.ts";

/** Declares a field. */
export const field = ((declaration: Parameters<typeof settled>[0]) => {
  const made = plain(declaration);
  const { value, loss } = made;
  return Object.assign(made, {
    value: (x = declaration.point, options?: object) => {
      const given = settled(declaration, options, [x]);
      return value(given.points[0] as never, given as never);
    },
    loss: (options?: object) => loss(settled(declaration, options) as never),
  });
}) as typeof plain;
