/**
 * What the terminal plot and the SVG chart share: series, the range they cover, and ticks at round numbers.
 */

/** One named line or set of points. Entries that are not finite break a line and drop a point. */
export interface Series {
  readonly name: string;
  readonly kind: "line" | "points";
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** An axis: its range and where its ticks are, rising. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

export type Range = readonly [low: number, high: number];

/** The points of a series, in order, cut into runs where an entry is not finite. */
export function runs({ x, y }: Series): (readonly [x: number, y: number])[][] {
  const found: (readonly [number, number])[][] = [[]];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    if (Number.isFinite(x[i]!) && Number.isFinite(y[i]!)) found.at(-1)!.push([x[i]!, y[i]!]);
    else if (found.at(-1)!.length) found.push([]);
  }
  return found.filter((run) => run.length > 0);
}

/** The colour of each series, as an index: series of one name (a line and the points it should meet) share theirs. */
export function colourIndices(series: readonly Series[]): number[] {
  const names = [...new Set(series.map(({ name }) => name))];
  return series.map(({ name }) => names.indexOf(name));
}

/** The ranges of x and y over all series, or nothing when no point is finite. */
export function extent(series: readonly Series[]): { readonly x: Range; readonly y: Range } | undefined {
  const points = series.flatMap((one) => runs(one).flat());
  if (!points.length) return undefined;
  const range = (axis: 0 | 1): Range => [
    points.reduce((low, point) => Math.min(low, point[axis]), Number.POSITIVE_INFINITY),
    points.reduce((high, point) => Math.max(high, point[axis]), Number.NEGATIVE_INFINITY),
  ];
  return { x: range(0), y: range(1) };
}

/**
 * An axis over a range with about `count` ticks at multiples of 1, 2 or 5 times a power of ten.
 *
 * @param whole whether the axis reaches out to the ticks around the range, or keeps to the range
 */
export function axis([from, to]: Range, count: number, whole: boolean): Axis {
  // A single value, or values apart by rounding, get a range around them, so that they have a place to be drawn at.
  const size = Math.max(Math.abs(from), Math.abs(to));
  const pad = to - from <= Math.max(1e-12 * size, leastSize) ? (size > leastSize ? size / 2 : 1) : 0;
  const [low, high] = [kept(from - pad), kept(to + pad)];
  // Of halves: the range of the largest numbers is infinite.
  const step = roundStep((high / 2 - low / 2) / Math.max(count - 1, 1));
  const slack = 1e-9;
  const first = whole ? Math.floor(low / step + slack) : Math.ceil(low / step - slack);
  const last = whole ? Math.ceil(high / step - slack) : Math.floor(high / step + slack);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => first + i)
    .filter((index) => Number.isFinite(index * step))
    .map((index) => ({ at: index * step, label: tickLabel(index, step) }));
  return { low: whole ? kept(first * step) : low, high: whole ? kept(last * step) : high, ticks };
}

/** A range no longer than this is drawn as a single value. */
export const leastSize = 1e-300;

/** Within the finite numbers. */
const kept = (value: number): number => Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));

/** Where a value lies between the ends of an axis, from 0 to 1. Halves, so that nothing overflows. */
export function share(value: number, { low, high }: Pick<Axis, "low" | "high">): number {
  return (value / 2 - low / 2) / (high / 2 - low / 2);
}

/** The least 1, 2 or 5 times a power of ten that is no smaller than twice a number; no more than 1e308. */
function roundStep(half: number): number {
  if (half > 5e307) return 1e308;
  const least = 2 * half;
  const exponent = Math.floor(Math.log10(least));
  for (const digit of [1, 2, 5]) {
    const step = scaled(digit, exponent);
    if (step >= least * (1 - 1e-9)) return step;
  }
  return scaled(1, exponent + 1);
}

/** digit * 10^exponent as the nearest double, which multiplying by a power may miss. */
function scaled(digit: number, exponent: number): number {
  return Number(`${digit}e${exponent}`);
}

/** `index * step` with as many digits as the step has; very large and very small numbers with an exponent. */
function tickLabel(index: number, step: number): string {
  const exponent = Math.floor(Math.log10(step) + 1e-9);
  const value = index * step;
  if (index === 0) return "0";
  const size = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
  const text =
    size >= 6 || exponent < -5
      ? value.toExponential(Math.max(size - exponent, 0)).replace("e+", "e")
      : value.toFixed(Math.max(-exponent, 0));
  return text.replaceAll("-", "\u2212");
}
