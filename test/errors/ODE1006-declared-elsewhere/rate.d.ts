export declare function rate(x: number): number;
