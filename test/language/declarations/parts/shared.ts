export const factor = 1.25;

export const scaled = (v: number): number => 2 * v * factor;
