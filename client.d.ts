/**
 * Types of generated text as modules, for a project whose bundler has the plugin: add `/// <reference types="odegrad/client" />` to
 * one of its files. Of a target with several files the default export is the record of them all. The endings that begin with `&` are
 * those of an import that names its model, `x.ode.ts?model=name&c`.
 */

declare module "*.ode.ts?c" {
  /** Header, source, self-test and description (JSON) by their names. */
  export const files: Readonly<Record<string, string>>;
  export default files;
}

declare module "*.ode.ts?js" {
  export const files: Readonly<Record<string, string>>;
  const text: string;
  export default text;
}

declare module "*.ode.ts?ts" {
  export const files: Readonly<Record<string, string>>;
  const text: string;
  export default text;
}

declare module "*.ode.ts?ir" {
  export const files: Readonly<Record<string, string>>;
  const text: string;
  export default text;
}

declare module "*.ode.ts?crossbar" {
  export const files: Readonly<Record<string, string>>;
  /** The program of the crossbar, or the record of files where there are several. */
  const program: unknown;
  export default program;
}

declare module "*&c" {
  /** Header, source, self-test and description (JSON) by their names. */
  export const files: Readonly<Record<string, string>>;
  export default files;
}

declare module "*&js" {
  export const files: Readonly<Record<string, string>>;
  const text: string;
  export default text;
}

declare module "*&ts" {
  export const files: Readonly<Record<string, string>>;
  const text: string;
  export default text;
}

declare module "*&ir" {
  export const files: Readonly<Record<string, string>>;
  const text: string;
  export default text;
}

declare module "*&crossbar" {
  export const files: Readonly<Record<string, string>>;
  /** The program of the crossbar, or the record of files where there are several. */
  const program: unknown;
  export default program;
}
