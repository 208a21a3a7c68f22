export const offset = 0.5;
export const two = 2;

export function shifted(x: number): number {
  return x + offset;
}
