import { swing } from "./swing.ode.ts";

// The generated field calls Math.sin: what it throws has a stack through generated code.
const { sin } = Math;
Math.sin = () => {
  throw new Error("from the field");
};
try {
  swing.gradient();
} catch (error) {
  console.log(error.stack);
}
Math.sin = sin;
