import { swing } from "./swing.ode.ts";

enum Kind {
  Ode = 1,
}
console.log(JSON.stringify({ value: swing.valueAndGradient().value, kind: Kind.Ode }));
