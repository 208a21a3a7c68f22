/**
 * The entry function `solve`, and the forward sweep it shares with `gradient`: steps, observations, the loss. In: a
 * driver. Out: IR. What is stored on the way for a reverse sweep is the plan's business.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Fn, Statement } from "../ir/nodes.ts";
import { status } from "../module.ts";
import { AdaptiveSweep } from "./adaptive.ts";
import { inBatch } from "./batch.ts";
import type { Driver } from "./driver.ts";
import type { Events } from "./event-search.ts";
import { prelude } from "./prelude.ts";
import type { Stepper } from "./stepper.ts";

/** From the start to the end time: states and outputs at the observations, and the value of the loss. */
export function forwardSweep(driver: Driver, stepper: Stepper, events?: Events): Statement[] {
  const { io, model } = driver;
  const out: Statement[] = [
    build.banner("Forward sweep"),
    ...driver.allocate(driver.state),
    ...stepper.allocate(),
    ...driver.start(),
    build.store(io.value, [], build.zero),
  ];

  const oneStep = (n: Affine): Statement[] => driver.inStep(n, () => stepper.forward(n));
  const n = driver.names.fresh("n");
  if (driver.findsSteps) {
    const adaptive = new AdaptiveSweep(driver, stepper.attempts!, (k) => observe(driver, k), events);
    out.push(...adaptive.statements());
    if (model.times === undefined) out.push(...observe(driver, affine.integer(0)));
  } else if (model.times === undefined) {
    out.push(build.loop(n, affine.integer(0), driver.steps, oneStep(affine.index(n))));
    out.push(...observe(driver, affine.integer(0)));
  } else {
    const segment = driver.names.fresh("segment");
    const at = affine.index(segment);
    const end = (offset: number): Affine => affine.gather(driver.observeAt, [affine.offset(at, offset)]);
    // The last segment runs from the last observation to the end and observes nothing.
    out.push(
      build.loop(segment, affine.integer(0), affine.integer(io.observations + 1), [
        build.loop(n, end(0), end(1), oneStep(affine.index(n))),
        build.branch(
          build.compare("lt", build.integerValue(at), build.number(io.observations)),
          observe(driver, at),
        ),
      ]),
    );
  }
  if (driver.integral !== io.value) out.push(build.accumulate(io.value, [], build.read(driver.integral)));
  if (model.loss.terminal !== undefined) {
    const amount = driver.names.fresh("terminal_loss");
    out.push(
      build.comment("Terminal loss."),
      build.alloc(amount, [], { zero: false }),
      ...driver.calls.to(model.loss.terminal, driver.finalPoint(), [{ array: amount, prefix: [] }]),
      build.accumulate(io.value, [], build.read(amount)),
    );
  }
  return out;
}

/** Records observation k: the state, the outputs, and the loss at it. */
function observe(driver: Driver, k: Affine): Statement[] {
  const { io, model } = driver;
  const point = driver.observationPoint(k);
  const at = model.loss.at;
  const amount = driver.names.fresh("observed_loss");
  return [
    build.comment("Observation."),
    ...driver.placed(io.states, [k], (leaf, entry, place) => [
      build.store(place.array, place.at, build.read(leaf.name, entry)),
    ]),
    // A gradient has no use for outputs.
    ...(driver.results.hasBars ? [] : model.outputs).flatMap((output) =>
      driver.calls.to(output.fn, point, [{ array: io.outputs.get(output.name)!, prefix: [k] }]),
    ),
    ...(at === undefined
      ? []
      : [
          build.alloc(amount, [], { zero: false }),
          ...driver.calls.to(at, point, [{ array: amount, prefix: [] }]),
          build.accumulate(io.value, [], build.read(amount)),
        ]),
  ];
}

/** `solve`: trajectory and loss, without a gradient. */
export function solveEntry(
  driver: Driver,
  stepper: Stepper,
  splines: ReadonlyMap<string, Fn>,
  events?: Events,
): Fn {
  const sweep = forwardSweep(driver, stepper, events);
  return {
    name: "solve",
    parameters: [],
    body: [
      ...inBatch(driver, [
        ...prelude(driver, undefined),
        ...driver.coefficients(),
        ...driver.calls.curves(splines),
        ...driver.stages.allocate(),
        ...sweep,
      ]),
      build.leave(status.ok),
    ],
    doc: "Integrates from t0 to t1 in equal steps; fills the states at the observation times and the value of the loss.",
  };
}
