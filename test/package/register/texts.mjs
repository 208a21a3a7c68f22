// Generated text of a model, and the model under a name of its own.
import { files } from "./swing.ode.ts?c";
import ir from "./swing.ode.ts?model=swing&ir";
import { swing } from "./swing.ode.ts?v=2";

const unknown = await import("./swing.ode.ts?cc").catch((error) => error.message);
console.log(JSON.stringify({ ir, names: Object.keys(files), value: swing.loss(), unknown }));
