import { swing } from "./swing.ode.ts";

console.log(JSON.stringify(swing.valueAndGradient()));
