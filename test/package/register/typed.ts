import { swing } from "./swing.ode.ts";

const { value }: { value: number } = swing.valueAndGradient();
enum Kind {
  Ode = 1,
}
console.log(JSON.stringify({ value, kind: Kind.Ode }));
