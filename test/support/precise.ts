/**
 * Elementary functions to about 60 digits, on integers scaled by 10^80 (BigInt fixed point): the independent truth of
 * the primitive table. Nothing here is shared with the compiler. Arguments are exact doubles.
 */

const digits = 80n;
export const unit = 10n ** digits;

export type Fixed = bigint;

/** The exact value of a double, cut at 80 decimals. */
export function fixed(x: number): Fixed {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = exponent === 0 ? fraction : fraction | (1n << 52n);
  const shift = BigInt(Math.max(exponent, 1) - 1075);
  const size = shift >= 0n ? (mantissa << shift) * unit : (mantissa * unit) >> -shift;
  return bits >> 63n ? -size : size;
}

/** The nearest double, by way of a decimal text. */
export function toNumber(x: Fixed): number {
  const sign = x < 0n ? "-" : "";
  const size = x < 0n ? -x : x;
  return Number(`${sign}${size}e-${digits}`);
}

export const mul = (x: Fixed, y: Fixed): Fixed => (x * y) / unit;
export const div = (x: Fixed, y: Fixed): Fixed => (x * unit) / y;

export function sqrt(x: Fixed): Fixed {
  if (x < 0n) throw new RangeError("square root of a negative number");
  const target = x * unit;
  if (target === 0n) return 0n;
  let root = 1n << BigInt(Math.ceil(target.toString(2).length / 2));
  for (;;) {
    const next = (root + target / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

export function exp(x: Fixed): Fixed {
  // exp(x) = exp(x / 2^k)^(2^k)
  const halvings = 40n;
  const small = x / (1n << halvings);
  let term = unit;
  let sum = unit;
  for (let k = 1n; term !== 0n; k++) {
    term = (term * small) / (unit * k);
    sum += term;
  }
  for (let k = 0n; k < halvings; k++) sum = mul(sum, sum);
  return sum;
}

export function log(x: Fixed): Fixed {
  if (x <= 0n) throw new RangeError("logarithm of a number that is not positive");
  // Halley on exp(y) = x, from the double nearest to the logarithm.
  const scale = x.toString().length - Number(digits) - 1;
  const head = Number(`${x.toString()[0]}.${x.toString().slice(1, 17)}`);
  let y = fixed(Math.log(head) + scale * Math.LN10);
  for (let round = 0; round < 6; round++) {
    const e = exp(y);
    y += div(2n * (x - e), x + e);
  }
  return y;
}

const series = (x: Fixed, first: Fixed, start: bigint): Fixed => {
  const square = mul(x, x);
  let term = first;
  let sum = first;
  for (let k = start; term !== 0n; k += 2n) {
    term = -(term * square) / (unit * k * (k + 1n));
    sum += term;
  }
  return sum;
};

export const sin = (x: Fixed): Fixed => series(x, x, 2n);
export const cos = (x: Fixed): Fixed => series(x, unit, 1n);

export function atan(x: Fixed): Fixed {
  // Halve the argument until the series is quick.
  let y = x;
  let doublings = 0n;
  while ((y < 0n ? -y : y) > unit / 1000n) {
    y = div(y, unit + sqrt(unit + mul(y, y)));
    doublings++;
  }
  const square = mul(y, y);
  let power = y;
  let sum = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += (k % 4n === 1n ? power : -power) / k;
    power = mul(power, square);
  }
  return sum << doublings;
}

const abs = (x: Fixed): Fixed => (x < 0n ? -x : x);
const half = (x: Fixed): Fixed => x / 2n;

/** Functions of the table that are smooth, by opcode. */
export const precise: Readonly<Record<string, (...args: Fixed[]) => Fixed>> = {
  neg: (x) => -x!,
  abs: (x) => abs(x!),
  sqrt: (x) => sqrt(x!),
  cbrt: (x) => (x! < 0n ? -exp(log(-x!) / 3n) : exp(log(x!) / 3n)),
  exp: (x) => exp(x!),
  expm1: (x) => exp(x!) - unit,
  log: (x) => log(x!),
  log1p: (x) => log(x! + unit),
  log2: (x) => div(log(x!), log(2n * unit)),
  log10: (x) => div(log(x!), log(10n * unit)),
  sin: (x) => sin(x!),
  cos: (x) => cos(x!),
  tan: (x) => div(sin(x!), cos(x!)),
  asin: (x) => atan(div(x!, sqrt(unit - mul(x!, x!)))),
  acos: (x) => half(atan(unit) * 4n) - atan(div(x!, sqrt(unit - mul(x!, x!)))),
  atan: (x) => atan(x!),
  sinh: (x) => half(exp(x!) - exp(-x!)),
  cosh: (x) => half(exp(x!) + exp(-x!)),
  tanh: (x) => div(exp(2n * x!) - unit, exp(2n * x!) + unit),
  asinh: (x) => (x! < 0n ? -log(-x! + sqrt(mul(x!, x!) + unit)) : log(x! + sqrt(mul(x!, x!) + unit))),
  acosh: (x) => log(x! + sqrt(mul(x!, x!) - unit)),
  atanh: (x) => half(log(div(unit + x!, unit - x!))),
  add: (x, y) => x! + y!,
  sub: (x, y) => x! - y!,
  mul: (x, y) => mul(x!, y!),
  div: (x, y) => div(x!, y!),
  mod: (x, y) => x! % y!,
  pow: (x, y) => exp(mul(y!, log(x!))),
  atan2: (x, y) => {
    const pi = atan(unit) * 4n;
    if (y! > 0n) return atan(div(x!, y!));
    return x! >= 0n ? pi + atan(div(x!, y!)) : atan(div(x!, y!)) - pi;
  },
  hypot: (x, y) => sqrt(mul(x!, x!) + mul(y!, y!)),
  min: (x, y) => (x! < y! ? x! : y!),
  max: (x, y) => (x! > y! ? x! : y!),
  gate: (c, p) => mul(c!, p!),
};
