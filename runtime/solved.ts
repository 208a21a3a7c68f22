/** `ode` and `kernel` whose models run un-compiled, by the slow solve. */
import { kernelBy, odeBy } from "./ode.ts";
import { simulate } from "./simulate.ts";

export const ode = /* @__PURE__ */ odeBy(simulate);
export const kernel = /* @__PURE__ */ kernelBy(simulate);
