/**
 * Updates by stochastic pulse trains (Gokmen and Vlasov 2016): rows and columns fire at random, at rates whose product is the
 * wanted change, and a cell moves by one step where both fire at once.
 */

/** A train: its length, and the chance of a pulse per unit of an error (rows) and of an input (columns). */
export interface Train {
  readonly length: number;
  readonly row: number;
  readonly column: number;
}

/**
 * The train of an update by rate x error x input, as AIHWKIT plans it.
 *
 * With management it is as long as the largest change needs, up to `most`, and the chances are shared so that rows and columns
 * with the largest numbers fire equally often; where `most` is too short, rows of the largest errors always fire. Without, it has
 * the length `most`, and a unit of error and of input have the same chance.
 *
 * @param rate in weights over their range, positive
 * @param step the change by one pulse, of a weight over its range
 * @returns undefined where nothing is to change
 */
export function train(
  rate: number,
  largestError: number,
  largestInput: number,
  step: number,
  most: number,
  managed: boolean,
): Train | undefined {
  const pulses = (rate * largestError * largestInput) / step;
  if (pulses === 0) return undefined;
  const length = managed ? Math.min(Math.ceil(pulses), most) : most;
  const chance = Math.sqrt(rate / (step * length));
  if (!managed) return { length, row: chance, column: chance };
  const error = pulses > most ? (largestError * most) / pulses : largestError;
  return {
    length,
    row: chance * Math.sqrt(largestInput / error),
    column: chance * Math.sqrt(error / largestInput),
  };
}

/** The moments of a train in which a line fires, one bit each. */
export function firing(length: number, chance: number, uniform: () => number): number {
  let bits = 0;
  for (let moment = 0; moment < length; moment++) if (uniform() < chance) bits |= 1 << moment;
  return bits;
}

/** How many moments two lines share. */
export function coincidences(row: number, column: number): number {
  let bits = row & column;
  let count = 0;
  for (; bits !== 0; bits &= bits - 1) count++;
  return count;
}
