/**
 * The reference models and their expected values, for the tests of this folder.
 *
 * Models are imported by path at run time, so that the root type check, which is stricter than a user's, leaves their text alone.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Case {
  readonly command: string;
  readonly args: readonly string[];
  readonly file?: string;
  readonly value?: number;
  readonly t?: readonly number[];
  readonly state?: unknown;
  readonly outputs?: unknown;
  readonly operators?: Readonly<Record<string, unknown>>;
}

const folder = new URL("../reference/models/", import.meta.url);

export const referenceModels: readonly string[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

export function cases(model: string): readonly Case[] {
  return JSON.parse(readFileSync(fileURLToPath(new URL(`${model}/expected.json`, folder)), "utf8"));
}

/** The object a model file exports. */
export async function load(
  model: string,
  file = `${model}.ode.ts`,
): Promise<{ readonly declaration: object }> {
  const exported = await import(fileURLToPath(new URL(`${model}/${file}`, folder)));
  return Object.values(exported)[0] as { declaration: object };
}

/** The numbers in `value`, depth first. */
export function numbersIn(value: unknown): number[] {
  return typeof value === "number" ? [value] : Object.values(value as object).flatMap(numbersIn);
}
