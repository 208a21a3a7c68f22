import { half } from "./shared.ts";

export default function helper(x: number): number {
  return x * half - 1;
}

const twice = (x: number): number => 2 * x;

export { twice as renamed };
