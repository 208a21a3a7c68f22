/**
 * Mixed partial derivatives from derivatives along directions, in exact fractions. In: multi-indices of one order K.
 * Out: directions with whole-number entries, and for each multi-index the weight of each direction, so that
 *
 *     ∂^α f = Σ_r weight_r · f_K(v_r) ,   f_K(v) the coefficient of order K of f along v (unscaled: f^(K)/K!).
 *
 * Two recipes: the interpolation of Griewank, Utke and Walther (2000), and polarisation with multiplicities,
 * ∂^α f = 2^-K Σ_{0≤k≤α} (-1)^|k| C(α,k) f_K(Σ_p (α_p - 2·k_p)·e_p). Directions that are multiples of each other are one.
 */

/** A fraction in lowest terms, the denominator positive. */
export class Rational {
  readonly num: bigint;
  readonly den: bigint;

  constructor(num: bigint, den: bigint = 1n) {
    const sign = den < 0n ? -1n : 1n;
    const common = gcd(num < 0n ? -num : num, den * sign) || 1n;
    this.num = (sign * num) / common;
    this.den = (sign * den) / common;
  }

  static readonly zero = new Rational(0n);
  static readonly one = new Rational(1n);

  static of(value: number): Rational {
    return new Rational(BigInt(value));
  }

  plus(other: Rational): Rational {
    return new Rational(this.num * other.den + other.num * this.den, this.den * other.den);
  }

  minus(other: Rational): Rational {
    return this.plus(new Rational(-other.num, other.den));
  }

  times(other: Rational): Rational {
    return new Rational(this.num * other.num, this.den * other.den);
  }

  over(other: Rational): Rational {
    return new Rational(this.num * other.den, this.den * other.num);
  }

  power(exponent: number): Rational {
    let out = Rational.one;
    for (let i = 0; i < exponent; i++) out = out.times(this);
    return out;
  }

  get isZero(): boolean {
    return this.num === 0n;
  }

  /** The nearest double, where both parts are below 2^53. */
  toNumber(): number {
    return Number(this.num) / Number(this.den);
  }

  toString(): string {
    return this.den === 1n ? String(this.num) : `${this.num}/${this.den}`;
  }
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

/** C(a, b) of a fraction a and a whole number b. */
function binomial(a: Rational, b: number): Rational {
  let out = Rational.one;
  for (let l = 0; l < b; l++) out = out.times(a.minus(Rational.of(l))).over(Rational.of(b - l));
  return out;
}

const total = (index: readonly number[]): number => index.reduce((sum, each) => sum + each, 0);

/** Every index from 0 to `most`, the last entry fastest. */
function upTo(most: readonly number[]): number[][] {
  return most.reduce<number[][]>(
    (heads, extent) => heads.flatMap((head) => Array.from({ length: extent + 1 }, (_, k) => [...head, k])),
    [[]],
  );
}

/** Every index of a length whose entries sum to `sum`. */
export function indicesOf(length: number, sum: number): number[][] {
  if (length === 0) return sum === 0 ? [[]] : [];
  return Array.from({ length: sum + 1 }, (_, first) => sum - first).flatMap((first) =>
    indicesOf(length - 1, sum - first).map((rest) => [first, ...rest]),
  );
}

/**
 * gamma_{i,j} = Σ_{0≤m≤i, |m|>0} (-1)^{|i-m|} C(i, m) C(|i|·m/|m|, j) (|m|/|i|)^{|i|}, the weight of direction j
 * (|j| = |i|) in the mixed derivative i. Source: Griewank, Utke, Walther, Math. Comp. 69 (2000), eq. (13).
 */
export function gamma(i: readonly number[], j: readonly number[]): Rational {
  const order = total(i);
  return upTo(i).reduce((sum, m) => {
    const size = total(m);
    if (size === 0) return sum;
    const sign = (order - size) % 2 === 0 ? Rational.one : Rational.of(-1);
    const choices = i.reduce((product, each, p) => product.times(binomial(Rational.of(each), m[p]!)), sign);
    const stretched = j.reduce(
      (product, each, p) => product.times(binomial(new Rational(BigInt(order * m[p]!), BigInt(size)), each)),
      choices,
    );
    return sum.plus(stretched.times(new Rational(BigInt(size), BigInt(order)).power(order)));
  }, Rational.zero);
}

export interface Family {
  readonly recipe: "interpolation" | "polarisation";
  /** Whole numbers without a common factor, the first that is not 0 positive. */
  readonly directions: readonly (readonly number[])[];
  /** weights[t][r]: of direction r in the multi-index t. */
  readonly weights: readonly (readonly Rational[])[];
}

export const recipes = ["polarisation", "interpolation"] as const;

/** The directions of a recipe for multi-indices that all have the same order. */
export function family(alphas: readonly (readonly number[])[], recipe: Family["recipe"]): Family {
  const directions: number[][] = [];
  const places = new Map<string, number>();
  const weights: Rational[][] = alphas.map((alpha) => {
    const order = total(alpha);
    const row: Rational[] = [];
    const add = (direction: readonly number[], weight: Rational): void => {
      if (weight.isZero || direction.every((each) => each === 0)) return;
      const { primitive, factor } = lowest(direction);
      const key = primitive.join();
      const known = places.get(key);
      const place = known ?? directions.push(primitive) - 1;
      if (known === undefined) places.set(key, place);
      row[place] = (row[place] ?? Rational.zero).plus(weight.times(Rational.of(factor).power(order)));
    };
    const axes = alpha.flatMap((each, p) => (each > 0 ? [p] : []));
    const exponents = axes.map((p) => alpha[p]!);
    const along = (entries: readonly number[]): number[] =>
      alpha.map((_, p) => (axes.includes(p) ? entries[axes.indexOf(p)]! : 0));
    if (axes.length === 1) {
      add(along([1]), factorial(order));
    } else if (recipe === "interpolation") {
      for (const j of indicesOf(axes.length, order)) add(along(j), gamma(exponents, j));
    } else {
      const scale = Rational.of(2).power(order);
      for (const k of upTo(exponents)) {
        const sign = Rational.of(total(k) % 2 === 0 ? 1 : -1);
        const choices = exponents.reduce(
          (product, each, p) => product.times(binomial(Rational.of(each), k[p]!)),
          sign,
        );
        add(along(exponents.map((each, p) => each - 2 * k[p]!)), choices.over(scale));
      }
    }
    return row;
  });
  // What cancels over the multiples of a direction is not propagated.
  return {
    recipe,
    directions,
    weights: weights.map((row) => directions.map((_, r) => row[r] ?? Rational.zero)),
  };
}

/** The recipe with the fewest directions, and how many each has. */
export function cheapest(alphas: readonly (readonly number[])[]): {
  readonly best: Family;
  readonly counts: ReadonlyMap<Family["recipe"], number>;
} {
  const families = recipes.map((recipe) => family(alphas, recipe));
  const best = families.reduce((least, each) =>
    each.directions.length < least.directions.length ? each : least,
  );
  return { best, counts: new Map(families.map(({ recipe, directions }) => [recipe, directions.length])) };
}

export const factorial = (k: number): Rational =>
  k < 2 ? Rational.one : factorial(k - 1).times(Rational.of(k));

/** A direction without a common factor, its first entry that is not 0 positive, and what it was multiplied by. */
function lowest(direction: readonly number[]): { primitive: number[]; factor: number } {
  const common = direction.reduce((sum, each) => divisor(sum, Math.abs(each)), 0);
  const first = direction.find((each) => each !== 0)!;
  const factor = first < 0 ? -common : common;
  return { primitive: direction.map((each) => (each === 0 ? 0 : each / factor)), factor };
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
