/** `ode`, `kernel` and `adjacency` of bundles: without a solve and without a graph, and they say so. */
import type { adjacency as adjacencyOf } from "./graph.ts";
import { kernelBy, odeBy } from "./ode.ts";
import { notCompiled } from "./refuse.ts";

export const ode = /* @__PURE__ */ odeBy(notCompiled("simulate"));
export const kernel = /* @__PURE__ */ kernelBy(notCompiled("simulate"));

// Made where a model's file is loaded, and looked at by a model that runs un-compiled alone.
export const adjacency = (() =>
  new Proxy({}, { get: notCompiled("adjacency") })) as unknown as typeof adjacencyOf;
