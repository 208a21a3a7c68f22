/**
 * Binary floating-point numbers of 1200 bits on BigInt, with roots, exponentials, logarithms and circular functions:
 * relative precision from the smallest double to the largest. The independent truth of the primitive table; nothing
 * here is shared with the compiler.
 */

const precision = 1200;

/** mantissa · 2^exponent */
export interface Big {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const bitsOf = (n: bigint): number => {
  const size = n < 0n ? -n : n;
  if (size === 0n) return 0;
  const digits = size.toString(16);
  return 4 * digits.length - (Math.clz32(Number.parseInt(digits[0]!, 16)) - 28);
};

/** Cut to the working precision. */
function big(mantissa: bigint, exponent: number): Big {
  const excess = bitsOf(mantissa) - precision;
  return excess > 0
    ? { mantissa: mantissa >> BigInt(excess), exponent: exponent + excess }
    : { mantissa, exponent };
}

/** The exact value of a finite double. */
export function exact(x: number): Big {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: bits >> 63n ? -mantissa : mantissa, exponent: Math.max(biased, 1) - 1075 };
}

/** The nearest double; twice rounded where it is subnormal. */
export function toNumber(x: Big): number {
  const excess = Math.max(0, bitsOf(x.mantissa) - 100);
  let value = Number(x.mantissa >> BigInt(excess));
  // In steps, as 2^exponent alone may be out of range.
  let exponent = x.exponent + excess;
  while (exponent !== 0 && value !== 0 && Number.isFinite(value)) {
    const step = Math.max(-900, Math.min(900, exponent));
    value *= 2 ** step;
    exponent -= step;
  }
  return value;
}

export const zero = exact(0);
export const one = exact(1);
const two = exact(2);

export const isNegative = (x: Big): boolean => x.mantissa < 0n;
export const isZero = (x: Big): boolean => x.mantissa === 0n;
export const neg = (x: Big): Big => ({ mantissa: -x.mantissa, exponent: x.exponent });
export const abs = (x: Big): Big => (isNegative(x) ? neg(x) : x);
/** x · 2^by, exactly. */
export const scale = (x: Big, by: number): Big => ({ mantissa: x.mantissa, exponent: x.exponent + by });

export function add(x: Big, y: Big): Big {
  if (isZero(x)) return y;
  if (isZero(y)) return x;
  const exponent = Math.min(x.exponent, y.exponent);
  const shifted = (one: Big): bigint => one.mantissa << BigInt(one.exponent - exponent);
  return big(shifted(x) + shifted(y), exponent);
}

export const sub = (x: Big, y: Big): Big => add(x, neg(y));
export const less = (x: Big, y: Big): boolean => isNegative(sub(x, y));
export const mul = (x: Big, y: Big): Big => big(x.mantissa * y.mantissa, x.exponent + y.exponent);

export function div(x: Big, y: Big): Big {
  const shift = precision + bitsOf(y.mantissa);
  return big((x.mantissa << BigInt(shift)) / y.mantissa, x.exponent - y.exponent - shift);
}

/** Towards 0. */
export const trunc = (x: Big): bigint =>
  x.exponent >= 0
    ? x.mantissa << BigInt(x.exponent)
    : isNegative(x)
      ? -(-x.mantissa >> BigInt(-x.exponent))
      : x.mantissa >> BigInt(-x.exponent);

const nearest = (x: Big): bigint => {
  const doubled = trunc(scale(x, 1));
  return (doubled + (doubled < 0n ? -1n : 1n)) / 2n;
};

export const whole = (n: bigint): Big => big(n, 0);

export function sqrt(x: Big): Big {
  if (isNegative(x)) throw new RangeError("square root of a negative number");
  if (isZero(x)) return zero;
  const shift = 2 * precision + ((((x.exponent - 2 * precision) % 2) + 2) % 2);
  const target = x.mantissa << BigInt(shift);
  let root = 1n << BigInt(Math.ceil(bitsOf(target) / 2));
  for (;;) {
    const next = (root + target / root) >> 1n;
    if (next >= root) return big(root, (x.exponent - shift) / 2);
    root = next;
  }
}

/** first + first·ratio(1) + first·ratio(1)·ratio(2) + …, until terms no longer count. */
function sum(first: Big, ratio: (k: number) => Big): Big {
  let term = first;
  let total = first;
  for (let k = 1; !isZero(term); k++) {
    term = mul(term, ratio(k));
    const isTiny =
      bitsOf(term.mantissa) + term.exponent < bitsOf(total.mantissa) + total.exponent - precision - 8;
    if (isTiny) break;
    total = add(total, term);
  }
  return total;
}

const over = (x: Big, n: number): Big => div(x, exact(n));

/** atan(1/n) = Σ (-1)^k / ((2k + 1) n^(2k + 1)) */
const inverseArctangent = (n: number, sign: 1 | -1): Big => {
  const square = n * n;
  let power = over(one, n);
  let total = power;
  for (let k = 1; bitsOf(power.mantissa) + power.exponent > -precision - 8; k++) {
    power = over(power, sign * square);
    total = add(total, over(power, 2 * k + 1));
  }
  return total;
};

// Machin's formula, and its like for the logarithm: ln 2 = 18 artanh 1/26 - 2 artanh 1/4801 + 8 artanh 1/8749.
export const pi = sub(mul(exact(16), inverseArctangent(5, -1)), mul(exact(4), inverseArctangent(239, -1)));
export const ln2 = add(
  sub(mul(exact(18), inverseArctangent(26, 1)), mul(two, inverseArctangent(4801, 1))),
  mul(exact(8), inverseArctangent(8749, 1)),
);

export function exp(x: Big): Big {
  const twos = nearest(div(x, ln2));
  const rest = sub(x, mul(whole(twos), ln2));
  const halvings = 40;
  const small = scale(rest, -halvings);
  let value = sum(one, (k) => over(small, k));
  for (let k = 0; k < halvings; k++) value = mul(value, value);
  return scale(value, Number(twos));
}

const isSmall = (x: Big): boolean => less(abs(x), exact(0.125));

export const expm1 = (x: Big): Big => (isSmall(x) ? sum(x, (k) => over(x, k + 1)) : sub(exp(x), one));

/** Σ x^(2k+1) / (2k+1) · sign^k, for small x. */
function arctangentSeries(x: Big, sign: 1 | -1): Big {
  const square = mul(exact(sign), mul(x, x));
  return sum(x, (k) => div(mul(square, exact(2 * k - 1)), exact(2 * k + 1)));
}

export function log(x: Big): Big {
  if (isNegative(x) || isZero(x)) throw new RangeError("logarithm of a number that is not positive");
  const twos = bitsOf(x.mantissa) + x.exponent;
  const head = scale(x, -twos);
  // Halley on exp(y) = head, each round trebling the digits.
  let y = exact(Math.log(toNumber(head)));
  for (let round = 0; round < 4; round++) {
    const e = exp(y);
    y = add(y, div(mul(two, sub(head, e)), add(head, e)));
  }
  return add(y, mul(exact(twos), ln2));
}

export const log1p = (x: Big): Big =>
  isSmall(x) ? mul(two, arctangentSeries(div(x, add(two, x)), 1)) : log(add(one, x));

/** Quarter turns, and what is left of the angle. */
function quarters(x: Big): { turns: number; rest: Big } {
  const quarter = scale(pi, -1);
  const count = nearest(div(x, quarter));
  return { turns: Number(((count % 4n) + 4n) % 4n), rest: sub(x, mul(whole(count), quarter)) };
}

const sinSeries = (x: Big): Big => sum(x, (k) => div(mul(x, neg(x)), exact(2 * k * (2 * k + 1))));
const cosSeries = (x: Big): Big => sum(one, (k) => div(mul(x, neg(x)), exact(2 * k * (2 * k - 1))));

export function sin(x: Big): Big {
  const { turns, rest } = quarters(x);
  const size = turns % 2 === 0 ? sinSeries(rest) : cosSeries(rest);
  return turns >= 2 ? neg(size) : size;
}

export function cos(x: Big): Big {
  const { turns, rest } = quarters(x);
  const size = turns % 2 === 0 ? cosSeries(rest) : sinSeries(rest);
  return turns === 1 || turns === 2 ? neg(size) : size;
}

export function atan(x: Big): Big {
  if (less(one, abs(x))) {
    const quarter = scale(isNegative(x) ? neg(pi) : pi, -1);
    return sub(quarter, atan(div(one, x)));
  }
  // atan x = 2 atan(x / (1 + √(1 + x²))), until the series is quick.
  let y = x;
  let doublings = 0;
  while (less(exact(2 ** -12), abs(y))) {
    y = div(y, add(one, sqrt(add(one, mul(y, y)))));
    doublings++;
  }
  return scale(arctangentSeries(y, -1), doublings);
}
