/**
 * The entry function `gradient`: forward sweep, then the transpose of the same steps in reverse order, exact to rounding.
 * In: a driver and a plan, whose business is where the states come from. Out: IR.
 */

import type { Affine } from "../../ir/affine.ts";
import * as affine from "../../ir/affine.ts";
import * as build from "../../ir/build.ts";
import type { Fn, Statement } from "../../ir/nodes.ts";
import { status } from "../../module.ts";
import { type Driver, read } from "../driver.ts";
import { forwardSweep } from "../solve.ts";
import { Bars, Step } from "../step.ts";
import type { Plan } from "./plan.ts";

export function gradientEntry(driver: Driver, plan: Plan): Fn {
  const { io, model, vjps } = driver;
  const allocations = plan.allocate();
  const bars = new Bars(driver);
  const sweeps = [
    ...forwardSweep(driver, {
      enter: (n) => plan.enter(n),
      slope: (point, evaluate) => plan.slope(point, evaluate),
      keepsTapes: plan.keepsTapes,
    }),
    ...reverseSweep(driver, plan, bars),
  ];
  return {
    name: "gradient",
    parameters: [],
    body: [
      ...driver.clearBars(),
      ...driver.prelude(io.capacity),
      ...driver.coefficients(),
      ...driver.allocateGrid(),
      ...allocations,
      ...driver.curves(vjps.splines),
      ...driver.curveBars(),
      ...sweeps,
      ...startAdjoint(driver, bars),
      ...driver.transposeCurves(vjps.splineVjps),
      ...[...io.startBar].flatMap(([leafName, bar]) => {
        const leaf = model.state.find((one) => one.name === leafName)!;
        return build.forEachEntry(leaf.shape, driver.names.fresh, (at) => [
          build.store(bar, at, read(bars.lambda, leaf, at)),
        ]);
      }),
      build.leave(status.ok),
    ],
    doc: "Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss.",
  };
}

/** λ at the start goes into what the initial state was computed from. */
function startAdjoint(driver: Driver, { lambda }: Bars): Statement[] {
  const { initial } = driver.vjps;
  if (initial === undefined) return [];
  const seeds = driver.model.state.map(lambda);
  return [build.comment("Initial state."), ...driver.callVjp(initial, driver.startPoint(), seeds, undefined)];
}

function reverseSweep(driver: Driver, plan: Plan, bars: Bars): Statement[] {
  const { io, model, vjps } = driver;
  const { lambda } = bars;
  const seed = driver.names.fresh("seed");
  const seedView = { array: seed, prefix: [] };
  const out: Statement[] = [
    build.banner("Reverse sweep"),
    ...bars.allocateCarried(),
    ...driver.allocateCompanionBars(),
    build.alloc(seed, [], { zero: false }),
  ];
  if (vjps.terminal) {
    out.push(
      build.comment("Terminal loss."),
      build.store(seed, [], build.one),
      ...driver.callVjp(vjps.terminal, driver.finalPoint(), [seedView], lambda),
    );
  }
  const observed = (k: Affine): Statement[] =>
    vjps.at === undefined
      ? []
      : [
          build.comment("Observation."),
          build.store(seed, [], build.one),
          ...driver.callVjp(vjps.at, driver.observationPoint(k), [seedView], lambda),
        ];
  out.push(
    ...bars.allocate(),
    ...(vjps.running ? [build.alloc(driver.runningSeed, [], { zero: false })] : []),
  );
  const step = new Step(driver);
  const oneStep = (n: Affine): Statement[] =>
    driver.inStep(n, () =>
      step.byScheme(n, (scheme) => [
        ...plan.reenter(n, scheme),
        ...step.transpose(n, scheme, bars, (point, evaluate, seeds, to) =>
          plan.back(point, evaluate, seeds, to),
        ),
      ]),
    );
  const n = driver.names.fresh("n");
  if (model.times === undefined) {
    out.push(...restoreObserved(driver, affine.integer(0)), ...observed(affine.integer(0)));
    out.push(build.loop(n, affine.integer(0), driver.steps, oneStep(affine.index(n)), { down: true }));
    return out;
  }
  const segment = driver.names.fresh("segment");
  const at = affine.index(segment);
  const end = (offset: number): Affine => affine.gather(driver.observeAt, [affine.offset(at, offset)]);
  const observation = vjps.at
    ? [
        build.branch(build.compare("lt", build.integerValue(at), build.number(io.observations)), [
          ...restoreObserved(driver, at),
          ...observed(at),
        ]),
      ]
    : [];
  out.push(
    build.loop(
      segment,
      affine.integer(0),
      affine.integer(io.observations + 1),
      [...observation, build.loop(n, end(0), end(1), oneStep(affine.index(n)), { down: true })],
      { down: true },
    ),
  );
  return out;
}

/** The state at an observation is among the results; the reverse sweep takes it from there. */
function restoreObserved(driver: Driver, k: Affine): Statement[] {
  if (driver.vjps.at === undefined || driver.model.times === undefined) return [];
  return driver.assign(driver.state, (leaf, at) => build.read(driver.io.states.get(leaf.name)!, [k, ...at]));
}
