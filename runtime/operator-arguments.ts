/** What operators take at every point besides it, and what it is called behind the user's own data. */
export const takenBy: Readonly<Record<string, "direction" | "covector">> = {
  jvp: "direction",
  hvp: "direction",
  directional: "direction",
  vjp: "covector",
};
