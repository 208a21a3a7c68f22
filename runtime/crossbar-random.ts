/**
 * Random numbers by name: what is asked for says which number it is, so that the order of asking means nothing.
 *
 * In: a seed and the number of a matrix (the key); a tile, a use, a cell or line, and a count (the place). Out: the stream of
 * doubles in [0, 1), and of standard normals, of that place.
 *
 * Words: Philox-4x32 with 10 rounds (Salmon, Moraes, Dror and Shaw 2011), a keyed function of a 128-bit counter. Doubles and
 * normals are made from words as in `random.ts`, without any function whose last bit differs between engines.
 */
import { standardNormal } from "./random.ts";
import { refuse } from "./refuse.ts";

/** What a random number is for. Numbers of different uses never meet. */
export const use = {
  programming: 1,
  drift: 2,
  stuck: 3,
  forwardRead: 4,
  transposedRead: 5,
  forwardInput: 6,
  transposedInput: 7,
  rowPulses: 8,
  columnPulses: 9,
  pulseSpread: 10,
  deviceSpread: 11,
  rounding: 12,
} as const;

export type Use = (typeof use)[keyof typeof use];

/** Streams of random numbers of one matrix. A stream is read up before the next `at`. */
export interface Streams {
  /** Goes to the start of a stream. */
  at(use: Use, tile: number, cell: number, count: number): Streams;
  /** The next double in [0, 1) of the stream. */
  uniform(): number;
  /** The next standard normal of the stream. */
  normal(): number;
}

/**
 * The streams of a seed and a matrix.
 *
 * @throws RangeError when the seed is not an integer of 32 bits
 */
export function streams(seed: number, matrix: number): Streams {
  if (seed !== seed >>> 0) refuse(`seed ${seed} is no integer from 0 to 2^32 - 1`);
  const counter = new Uint32Array(4);
  const words = new Uint32Array(4);
  let read = 4;
  const uniform = (): number => {
    if (read === 4) {
      philox(counter, seed, matrix, words);
      counter[3]!++;
      read = 0;
    }
    const value = ((words[read]! >>> 5) * 2 ** 26 + (words[read + 1]! >>> 6)) / 2 ** 53;
    read += 2;
    return value;
  };
  const self: Streams = {
    at(use, tile, cell, count) {
      counter[0] = cell;
      counter[1] = tile;
      counter[2] = count;
      // The low bits count the blocks of one stream; a normal takes about ten numbers.
      counter[3] = use << 24;
      read = 4;
      return self;
    },
    uniform,
    normal: () => standardNormal(uniform),
  };
  return self;
}

/** Four random words of a counter of four words and a key of two. */
export function philox(counter: Uint32Array, key0: number, key1: number, out: Uint32Array): void {
  let [a, b, c, d] = [counter[0]!, counter[1]!, counter[2]!, counter[3]!];
  let k0 = key0 | 0;
  let k1 = key1 | 0;
  for (let round = 0; round < 10; round++) {
    const high0 = highProduct(0xd2511f53, a);
    const low0 = Math.imul(0xd2511f53, a);
    const high1 = highProduct(0xcd9e8d57, c);
    const low1 = Math.imul(0xcd9e8d57, c);
    a = (high1 ^ b ^ k0) >>> 0;
    b = low1;
    c = (high0 ^ d ^ k1) >>> 0;
    d = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}

/** The upper 32 bits of the product of two unsigned words. */
function highProduct(a: number, b: number): number {
  const low = (a & 0xffff) * (b & 0xffff);
  const middle = (a >>> 16) * (b & 0xffff) + (low >>> 16);
  const other = (a & 0xffff) * (b >>> 16) + (middle & 0xffff);
  // Sums of two products stay below 2^33: exact in doubles, but past the range of `>>>`.
  return (a >>> 16) * (b >>> 16) + Math.floor(middle / 65536) + Math.floor(other / 65536);
}
