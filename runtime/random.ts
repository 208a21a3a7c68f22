/**
 * The random initialisers `uniform` and `normal`, equal bit for bit on every machine, engine and target.
 *
 * In: an integer seed. Out: a description of the distribution (`Initialiser`) that `vec`, `mat` and `tensor` fill themselves
 * from with `draw`; the compiler's interpreter of module constants calls the same `draw`. Entry i of an array, row-major, is
 * number i of the stream of its seed, so a longer array starts with the shorter one.
 *
 * Words: sfc32 (Chris Doty-Humphrey, PractRand 0.93) from the state (0, seed, 0, 1) after 12 words thrown away. All of it is 32-bit
 * integer arithmetic.
 * Doubles in [0, 1): 27 bits of one word and 26 of the next, (a * 2^26 + b) / 2^53.
 * Normals: Karney's method (2016, ACM TOMS 42(1), algorithm N), which compares uniform numbers and never takes a logarithm or a
 * cosine, whose last bit differs between engines; what arithmetic it needs (+ * /) IEEE 754 rounds exactly.
 */
import { refuse } from "./refuse.ts";

/** A distribution to fill an array from. */
export type Initialiser =
  | { readonly kind: "uniform"; readonly seed: number; readonly low: number; readonly high: number }
  | { readonly kind: "normal"; readonly seed: number; readonly mean: number; readonly sd: number };

/** Numbers in [low, high), equally likely. */
export function uniform(seed: number, low = 0, high = 1): Initialiser {
  return { kind: "uniform", seed, low, high };
}

/** Numbers of the normal distribution with this mean and standard deviation. */
export function normal(seed: number, mean = 0, sd = 1): Initialiser {
  return { kind: "normal", seed, mean, sd };
}

/**
 * The first `count` numbers of an initialiser's stream.
 *
 * @throws RangeError when the seed is not an integer of 32 bits: two seeds that look different must not be one stream
 */
export function draw(initialiser: Initialiser, count: number): Float64Array {
  const { seed } = initialiser;
  if (seed !== seed >>> 0) refuse(`seed ${seed} is no integer from 0 to 2^32 - 1`);
  const next = doubles(seed);
  return new Float64Array(count).map(() =>
    initialiser.kind === "uniform"
      ? initialiser.low + (initialiser.high - initialiser.low) * next()
      : initialiser.mean + initialiser.sd * standardNormal(next),
  );
}

/** The stream of doubles in [0, 1) of a seed. */
export function doubles(seed: number): () => number {
  const word = words(seed);
  return () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
}

/** The stream of unsigned 32-bit words of a seed: sfc32. */
export function words(seed: number): () => number {
  let a = 0;
  let b = seed | 0;
  let c = 0;
  let counter = 1;
  const word = () => {
    const sum = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) word();
  return word;
}

/**
 * One number of the standard normal distribution.
 *
 * Its size is k + x: k from the geometric distribution exp(-k / 2), x uniform. Keeping the pair with probability
 * exp(-k (k - 1) / 2) exp(-x (2 k + x) / 2) leaves exp(-(k + x)^2 / 2). Both exponents are split into parts of at most 1.
 */
export function standardNormal(next: () => number): number {
  for (;;) {
    let k = 0;
    while (chance(0.5, next)) k++;
    let kept = true;
    for (let i = k * (k - 1); kept && i > 0; i--) kept = chance(0.5, next);
    const x = next();
    for (let i = 0; kept && i <= k; i++) kept = chance((x * (2 * k + x)) / (2 * k + 2), next);
    if (kept) return next() < 0.5 ? k + x : -k - x;
  }
}

/** True with probability exp(-p), for p in [0, 1]: von Neumann's count of how long p > u1 > u2 > ... goes on (1951). */
function chance(p: number, next: () => number): boolean {
  let even = true;
  for (let u = next(); u < p; u = next()) {
    p = u;
    even = !even;
  }
  return even;
}
