export const scale = 3;

export const pull = (x: number): number => -scale * x;
