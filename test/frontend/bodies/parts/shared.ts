import numbers from "./numbers.json" with { type: "json" };

export const half = 0.5;

export const table = numbers.rows;

export function scaleBy(x: number, by: number): number {
  return x * by * numbers.factor;
}

/** Nothing a model could use; what is not used does not matter. */
export async function later(): Promise<number> {
  return 1;
}
