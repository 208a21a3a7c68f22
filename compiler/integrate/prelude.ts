/**
 * What an entry does before its first step: reads the control, refuses what makes no sense, finds the length of the steps and
 * places the observations among them.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Statement, Test } from "../ir/nodes.ts";
import { status, uncountable } from "../module.ts";
import type { Driver } from "./driver.ts";

/**
 * Reads the control, refuses what makes no sense, places the observations. `capacity`: the constant that says how
 * many steps checkpoints have room for, where there are any.
 */
export function prelude(driver: Driver, capacity: string | undefined): Statement[] {
  if (driver.findsSteps) return findingPrelude(driver, capacity);
  const { io, model } = driver;
  const n = build.name(driver.names.fresh("n_steps"));
  const count = n.kind === "name" ? n.name : "";
  const stepName = driver.h.kind === "name" ? driver.h.name : "";
  const span = build.sub(build.read(io.t1), build.read(io.t0));
  const length = driver.names.fresh("length");
  const statements: Statement[] = [
    build.bind(count, build.read(io.steps)),
    // No step, no length: refused below, and not divided by nothing before.
    build.alloc(length, []),
    {
      ...build.branch(build.compare("ge", n, build.one), [build.store(length, [], build.div(span, n))]),
      usual: 1,
    },
    build.bind(stepName, build.read(length)),
  ];
  const bound = (wish: string, value: Expr): Expr => {
    const name = driver.names.fresh(wish);
    statements.push(build.bind(name, value));
    return build.name(name);
  };
  const whole = bound("whole_steps", build.primitive("floor", [n]));
  // Infinity minus itself is NaN: 0, and with that less than the length, for finite steps alone that are not 0.
  const spread = bound("h_spread", build.sub(driver.h, driver.h));
  const size = bound("h_size", build.primitive("abs", [driver.h]));
  const wrong: Test[] = [build.compare("ne", whole, n), build.not(build.compare("lt", spread, size))];
  if (capacity === undefined) wrong.push(build.compare("ge", n, build.number(uncountable)));
  for (const pieces of new Set(driver.holds.map((input) => input.count))) {
    const left = bound("left_over", build.primitive("mod", [n, build.number(pieces)]));
    wrong.push(build.compare("ne", left, build.zero));
  }
  statements.push(
    build.store(io.failedStep, [], build.zero),
    build.store(io.failedStage, [], build.zero),
    ...clearCounts(driver),
    build.branch(
      wrong.reduce((left, right) => build.or(left, right)),
      driver.results.leaveSpoilt(status.badArgument),
    ),
  );
  if (capacity !== undefined) {
    statements.push(
      build.branch(
        build.compare("gt", n, build.read(capacity)),
        driver.results.leaveSpoilt(status.stepLimit),
      ),
    );
  }
  if (io.accepted !== undefined) statements.push(build.store(io.accepted, [], n));
  if (io.deviation !== undefined && driver.results.hasBars)
    statements.push(build.store(io.deviation, [], build.number(Number.NaN)));
  statements.push(build.alloc(driver.stepCount, [], { element: "integer", zero: false }));
  statements.push(build.store(driver.stepCount, [], n));
  statements.push(...driver.calls.allocateKnots());
  return model.times === undefined ? statements : [...statements, ...placeObservations(driver, n)];
}

/** Nothing is counted yet, and nothing is left of what an earlier run counted. */
const clearCounts = ({ io: { accepted, rejected, evaluations } }: Driver): Statement[] =>
  [accepted, rejected, evaluations]
    .filter((array) => array !== undefined)
    .map((array) => build.store(array, [], build.zero));

function badTolerances(driver: Driver, bound: (wish: string, value: Expr) => Expr): Test[] {
  const [rtol, atol] = [build.read(driver.io.rtol!), build.read(driver.io.atol!)];
  const tolerances = bound("tolerances", build.add(rtol, atol));
  return [
    build.not(build.compare("ge", rtol, build.zero)),
    build.not(build.compare("ge", atol, build.zero)),
    build.not(build.compare("gt", tolerances, build.zero)),
    build.isNotFinite(tolerances),
  ];
}

function badGrid(driver: Driver, count: Expr, length: Expr, statements: Statement[]): Test[] {
  if (driver.gridStep.kind === "name")
    statements.push(build.bind(driver.gridStep.name, build.div(length, count)));
  const whole = driver.names.fresh("whole_steps");
  statements.push(build.bind(whole, build.primitive("floor", [count])));
  return [build.compare("ne", build.name(whole), count)];
}

/** The same where steps are found: their number is a limit, and observations are met as they come. */
function findingPrelude(driver: Driver, capacity: string | undefined): Statement[] {
  const { io, model, names } = driver;
  const statements: Statement[] = [];
  const bound = (wish: string, value: Expr): Expr => {
    const name = names.fresh(wish);
    statements.push(build.bind(name, value));
    return build.name(name);
  };
  const limit = bound("step_limit", build.read(io.steps));
  const length = bound("length", driver.span);
  const wrong = [
    build.not(build.compare("ge", limit, build.one)),
    ...(capacity === undefined ? [build.compare("ge", limit, build.number(uncountable))] : []),
    ...(driver.isAdaptive ? badTolerances(driver, bound) : badGrid(driver, limit, length, statements)),
    build.isNotFinite(length),
    build.compare("eq", length, build.zero),
  ].reduce((left, right) => build.or(left, right));
  statements.push(
    build.store(io.failedStep, [], build.zero),
    build.store(io.failedStage, [], build.zero),
    ...clearCounts(driver),
    build.branch(wrong, driver.results.leaveSpoilt(status.badArgument)),
  );
  if (capacity !== undefined) {
    statements.push(
      build.branch(
        build.compare("gt", limit, build.read(capacity)),
        driver.results.leaveSpoilt(status.stepLimit),
      ),
    );
  }
  const integer = (array: string, shape: readonly number[] = []): Statement =>
    build.alloc(array, shape, { element: "integer", zero: false });
  statements.push(
    integer(driver.stepCount),
    build.store(driver.stepCount, [], build.zero),
    ...driver.calls.allocateKnots(),
    ...driver.holds
      .map(({ name }) => driver.pieceArray(name))
      .flatMap((at) => [integer(at), build.store(at, [], build.zero)]),
  );
  if (model.times === undefined) return statements;
  const observations = io.observations;
  const misplaced = names.fresh("misplaced");
  const before = names.fresh("time_before");
  const k = names.fresh("k");
  const time = names.fresh("time");
  const direction = build.primitive("sign", [length]);
  const ahead = (from: Expr, to: Expr): Expr => build.mul(build.sub(to, from), direction);
  const at = affine.index(k);
  return [
    ...statements,
    integer(driver.observeAt, [observations + 2]),
    ...driver.holds.map(({ name }) => integer(driver.pieceAtObservation(name), [observations])),
    build.store(driver.observeAt, [affine.integer(0)], build.zero),
    build.comment("Observations in order, and in the interval."),
    build.alloc(misplaced, []),
    build.alloc(before, [], { zero: false }),
    build.store(before, [], build.read(io.t0)),
    build.loop(k, affine.integer(0), affine.integer(observations), [
      build.bind(time, build.read(io.times, [at])),
      build.branch(
        build.or(
          build.not(build.compare("ge", ahead(build.read(before), build.name(time)), build.zero)),
          build.or(
            build.not(build.compare("ge", ahead(build.name(time), build.read(io.t1)), build.zero)),
            build.and(
              build.compare("gt", build.integerValue(at), build.zero),
              build.compare("eq", build.read(before), build.name(time)),
            ),
          ),
        ),
        [build.store(misplaced, [], build.one)],
      ),
      build.store(before, [], build.name(time)),
    ]),
    build.branch(
      build.compare("ne", build.read(misplaced), build.zero),
      driver.results.leaveSpoilt(status.badArgument),
    ),
  ];
}

function placeObservations(driver: Driver, n: Expr): Statement[] {
  const { io } = driver;
  const observations = io.observations;
  const k = driver.names.fresh("k");
  const at = affine.index(k);
  const misplaced = driver.names.fresh("misplaced");
  const before = driver.names.fresh("step_before");
  const [q, m] = [driver.names.fresh("q"), driver.names.fresh("m")];
  const [position, step] = [build.name(q), build.name(m)];
  const [off, last] = [driver.names.fresh("off_step"), driver.names.fresh("last_step")];
  const fits = [
    build.compare("le", build.name(off), build.number(1e-6)),
    build.compare("ge", step, build.name(last)),
    build.compare("le", step, n),
  ].reduce((left, right) => build.and(left, right));
  const pieces = driver.holds.map((input): Statement => {
    const ending = build.primitive("ceil", [build.div(build.mul(step, build.number(input.count)), n)]);
    const piece = build.primitive("max", [build.sub(ending, build.one), build.zero]);
    return build.store(driver.pieceAtObservation(input.name), [at], piece);
  });
  return [
    build.comment("Steps after which the observations are made."),
    build.alloc(driver.observeAt, [observations + 2], { element: "integer", zero: false }),
    ...driver.holds.map((input) =>
      build.alloc(driver.pieceAtObservation(input.name), [observations], { element: "integer", zero: false }),
    ),
    build.alloc(misplaced, []),
    build.alloc(before, []),
    build.store(driver.observeAt, [affine.integer(0)], build.zero),
    build.store(driver.observeAt, [affine.integer(observations + 1)], n),
    build.loop(k, affine.integer(0), affine.integer(observations), [
      build.bind(q, build.div(build.sub(build.read(io.times, [at]), build.read(io.t0)), driver.h)),
      build.bind(m, build.primitive("round", [position])),
      build.bind(off, beyondRounding(build.primitive("abs", [build.sub(position, step)]), n)),
      build.bind(last, build.read(before)),
      build.branch(
        fits,
        [
          build.store(driver.observeAt, [affine.offset(at, 1)], step),
          ...pieces,
          build.store(before, [], step),
        ],
        [build.store(misplaced, [], build.one)],
      ),
    ]),
    build.branch(
      build.compare("ne", build.read(misplaced), build.zero),
      driver.results.leaveSpoilt(status.badArgument),
    ),
  ];
}

/**
 * A small number of steps, or 0 where it is so small that rounding of times may have made it: where a 64th of it
 * vanishes against the count of steps, in whatever precision the program runs.
 */
function beyondRounding(steps: Expr, count: Expr): Expr {
  const rest = build.sub(build.add(count, build.mul(steps, build.number(1 / 64))), count);
  return build.mul(rest, build.number(64));
}
