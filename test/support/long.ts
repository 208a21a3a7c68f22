/**
 * How much a run asks. `npm run test:long` asks everything of everything. `npm test`, which people wait for, asks each
 * question of some model and each model some question: cases take turns, and random programs are fewer.
 */

export const isLong = process.env["ODEGRAD_LONG"] === "1";

/** Every case in the long run, else those whose turn it is: one of `rounds`, from the case numbered `first` on. */
export const inTurn = <Case>(cases: readonly Case[], rounds: number, first = 0): readonly Case[] =>
  isLong ? cases : cases.filter((_, i) => i % rounds === first);
