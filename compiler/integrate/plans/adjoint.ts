/**
 * The entry function `gradient`: forward sweep, then the transpose of the same steps in reverse order, exact to rounding.
 * In: a driver and a plan, whose business is where the states come from. Out: IR.
 */

import type { Affine } from "../../ir/affine.ts";
import * as affine from "../../ir/affine.ts";
import * as build from "../../ir/build.ts";
import type { Fn, Statement } from "../../ir/nodes.ts";
import { status } from "../../module.ts";
import { inBatch } from "../batch.ts";
import type { Density } from "../density.ts";
import { type Driver, read, type Vector } from "../driver.ts";
import type { Events } from "../event-search.ts";
import { prelude } from "../prelude.ts";
import { forwardSweep } from "../solve.ts";
import type { Transposer } from "../stepper.ts";

/** `density`: where the density of inputs is asked for as well. `events`: of models that have one. */
export function gradientEntry(driver: Driver, exact: Transposer, density?: Density, events?: Events): Fn {
  const { io, vjps } = driver;
  const transposer = density?.listening(exact) ?? exact;
  const { lambda } = transposer;
  const allocations = transposer.allocatePlan();
  const sweeps = [
    ...forwardSweep(driver, transposer.forward, events),
    ...(density?.atEnd() ?? []),
    ...reverseSweep(driver, transposer),
    ...(density?.statements(lambda) ?? []),
  ];
  return {
    name: "gradient",
    parameters: [],
    body: [
      ...driver.results.clearBars(),
      ...inBatch(driver, [
        ...prelude(driver, io.capacity),
        ...driver.coefficients(),
        ...driver.allocateGrid(),
        ...allocations,
        ...driver.calls.curves(vjps.splines),
        ...driver.calls.curveBars(),
        ...sweeps,
        ...driver.deviation(),
        ...startAdjoint(driver, lambda),
        ...driver.calls.transposeCurves(vjps.splineVjps),
        ...driver.placed(io.startBar, [], (leaf, at, place) => [
          build.store(place.array, place.at, read(lambda, leaf, at)),
        ]),
      ]),
      build.leave(status.ok),
    ],
    doc: "Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss.",
  };
}

/** λ at the start goes into what the initial state was computed from. */
function startAdjoint(driver: Driver, lambda: Vector): Statement[] {
  const { initial } = driver.vjps;
  if (initial === undefined) return [];
  const seeds = driver.model.state.map(lambda);
  return [
    build.comment("Initial state."),
    ...driver.calls.toVjp(initial, driver.startPoint(), seeds, undefined),
  ];
}

function reverseSweep(driver: Driver, transposer: Transposer): Statement[] {
  const { io, model, vjps } = driver;
  const { lambda } = transposer;
  const seed = driver.names.fresh("seed");
  const seedView = { array: seed, prefix: [] };
  const out: Statement[] = [
    build.banner("Reverse sweep"),
    ...transposer.allocateCarried(),
    ...(driver.companions?.allocateBars() ?? []),
    build.alloc(seed, [], { zero: false }),
  ];
  if (vjps.terminal) {
    out.push(
      build.comment("Terminal loss."),
      build.store(seed, [], build.one),
      ...driver.calls.toVjp(vjps.terminal, driver.finalPoint(), [seedView], lambda),
    );
  }
  const observed = (k: Affine): Statement[] =>
    vjps.at === undefined
      ? []
      : [
          build.comment("Observation."),
          build.store(seed, [], build.one),
          ...driver.calls.toVjp(vjps.at, driver.observationPoint(k), [seedView], lambda),
        ];
  out.push(
    ...transposer.allocate(),
    ...(vjps.running ? [build.alloc(driver.runningSeed, [], { zero: false })] : []),
  );
  const oneStep = (n: Affine): Statement[] => driver.inStep(n, () => transposer.reverse(n));
  if (transposer.sweep !== undefined) {
    out.push(...byBoundaries(driver, transposer.sweep, observed));
    return out;
  }
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

/** A sweep that says where it is: observations are added as it passes them. */
function byBoundaries(
  driver: Driver,
  sweep: NonNullable<Transposer["sweep"]>,
  observed: (k: Affine) => Statement[],
): Statement[] {
  const { io, model, names, vjps } = driver;
  if (vjps.at === undefined || model.times === undefined)
    return [
      ...restoreObserved(driver, affine.integer(0)),
      ...observed(affine.integer(0)),
      ...sweep(() => []),
    ];
  const left = names.fresh("observations_left");
  const count = affine.gather(left, []);
  const k = names.fresh("k");
  const last = affine.offset(count, -1);
  const here = names.fresh("observes");
  // In front of all observations stands the step 0, which is no boundary behind a step.
  const isHere = (n: Affine): Statement => {
    const step = build.integerValue(affine.gather(driver.observeAt, [count]));
    return build.store(
      here,
      [],
      build.select(build.compare("eq", step, build.integerValue(n)), build.one, build.zero),
    );
  };
  /** Times that differ by rounding lie at one boundary. */
  const boundary = (n: Affine): Statement[] => [
    isHere(n),
    {
      kind: "while",
      counter: names.fresh("observed"),
      test: build.compare("ne", build.read(here), build.zero),
      limit: io.observations,
      usual: io.observations / driver.solver.steps,
      body: [
        build.loop(k, last, count, [
          ...restoreObserved(driver, affine.index(k)),
          ...observed(affine.index(k)),
        ]),
        build.store(left, [], build.sub(build.integerValue(count), build.one)),
        isHere(n),
      ],
    },
  ];
  const inner = sweep(boundary);
  const first = names.fresh("k");
  return [
    build.alloc(left, [], { element: "integer", zero: false }),
    build.alloc(here, [], { zero: false }),
    build.store(left, [], build.number(io.observations)),
    ...inner,
    build.comment("An observation at the start."),
    build.loop(first, affine.integer(0), count, [
      ...restoreObserved(driver, affine.index(first)),
      ...observed(affine.index(first)),
    ]),
  ];
}

/** The state at an observation is among the results; the reverse sweep takes it from there. */
function restoreObserved(driver: Driver, k: Affine): Statement[] {
  if (driver.vjps.at === undefined || driver.model.times === undefined) return [];
  return driver.placed(driver.io.states, [k], (leaf, at, place) => [
    build.store(leaf.name, at, build.read(place.array, place.at)),
  ]);
}
