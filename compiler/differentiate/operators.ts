/**
 * Differential operators of functions: `laplacian(u)`, `divergence(v)`, `hvp(f)` … become functions of the IR, by Taylor
 * mode with the sum over directions inside, by forward and by reverse mode, whichever propagates fewest vectors. In: a
 * function, its point, what is asked. Out: a function of the same arguments, and what it propagates.
 */

import { activity } from "../analysis/activity.ts";
import { ModelError } from "../diagnostics/diagnostic.ts";
import * as messages from "../diagnostics/operator-messages.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { expandCall } from "../ir/expand.ts";
import { Names } from "../ir/names.ts";
import type { Argument, Expr, Fn, GlobalArray, Parameter, Shape, Statement } from "../ir/nodes.ts";
import { primitives } from "../ir/primitives.ts";
import { bindersOf, forEachStatement } from "../ir/walk.ts";
import { type Estimated, type OperatorCall, type Scheme, type SchemeChoice, sizeOf } from "../model.ts";
import { jvp } from "./forward.ts";
import { cheapest } from "./interpolation.ts";
import { type Bundle, jets, outsOf, shapeOf } from "./jets.ts";
import { type Context, normalise } from "./normalise.ts";
import { vjp } from "./reverse.ts";

export interface Derived extends SchemeChoice {
  readonly fn: Fn;
  /** Directions and their weights. */
  readonly constants: readonly GlobalArray[];
}

/** `taken`: names that global arrays must not have. */
export function derive(call: OperatorCall, context: Context, taken: Iterable<string>): Derived {
  return new Derivation(call, context, taken).derived();
}

type Estimate = Extract<OperatorCall["kind"], { name: "stochastic" }>;

/** Order of the derivative along a direction that an estimate is the mean of. */
const orderOf = (of: Estimated): number => (of === "divergence" ? 1 : of === "biharmonic" ? 4 : 2);

type ArrayParameter = Extract<Parameter, { kind: "array" }>;

const array = (name: string, shape: Shape, access: "in" | "out"): ArrayParameter => ({
  kind: "array",
  name,
  element: "real",
  shape,
  access,
});

const whole = (name: string): Argument => ({ kind: "array", view: { array: name, prefix: [] } });

class Derivation {
  readonly #call: OperatorCall;
  readonly #context: Context;
  readonly #names: Names;
  readonly #inputs: readonly Parameter[];
  readonly #constants: GlobalArray[] = [];

  constructor(call: OperatorCall, context: Context, taken: Iterable<string>) {
    this.#call = call;
    this.#context = context;
    this.#names = new Names([...taken, ...bindersOf(call.fn), ...context.arrays.map(({ name }) => name)]);
    this.#inputs = call.fn.parameters.filter((one) => one.kind !== "array" || one.access !== "out");
  }

  derived(): Derived {
    const { kind, fn, point } = this.#call;
    const n = point.reduce((sum, name) => sum + sizeOf(shapeOf(fn, name)), 0);
    const alone = (made: Fn, taken: Scheme, passedOver: readonly Scheme[] = []): Derived => ({
      fn: { ...made, name: this.#call.name, doc: `${this.#call.text}: ${taken.name}.` },
      constants: this.#constants,
      text: this.#call.text,
      taken,
      passedOver,
    });
    const first = { name: "forward over reverse mode", vectors: 4 };
    switch (kind.name) {
      case "gradient":
        return alone(this.#gradient(fn), { name: "reverse mode", vectors: 2 }, [
          { name: "forward mode", vectors: 1 + n },
        ]);
      case "jacobian":
        return alone(this.#jacobian(fn), { name: "forward mode, all directions at once", vectors: 1 + n });
      case "hessian":
        this.#needsSecond();
        return alone(this.#jacobian(this.#gradient(fn)), {
          name: "forward over reverse mode, all directions at once",
          vectors: 2 * (1 + n),
        });
      case "divergence":
        return alone(this.#divergence(fn), { name: "forward mode, all directions at once", vectors: 1 + n });
      case "jvp":
        return alone(this.#along(fn), { name: "forward mode", vectors: 2 });
      case "vjp":
        return alone(this.#transposed(fn), { name: "reverse mode", vectors: 2 });
      case "hvp":
        this.#needsSecond();
        return alone(this.#along(this.#gradient(fn)), first);
      case "laplacian":
        this.#needsSecond();
        return alone(
          this.#laplacian(fn),
          { name: "collapsed 2-jets along the coordinates", vectors: n + 2 },
          [
            { name: "2-jets along the coordinates, summed outside", vectors: 2 * n + 1 },
            { name: "forward over reverse mode for each coordinate", vectors: 2 + 2 * n },
          ],
        );
      case "biharmonic":
        return this.#biharmonic(n, alone);
      case "directional": {
        if (kind.order > 1) this.#needsSecond();
        const scheme = { name: `a ${kind.order}-jet`, vectors: 1 + kind.order };
        return alone(this.#directional(kind.order), scheme);
      }
      case "weightedLaplacian": {
        this.#needsSecond();
        const scheme = { name: "collapsed 2-jets along the columns of sigma", vectors: kind.columns + 2 };
        return alone(this.#weighted(kind.columns, kind.drift), scheme, [
          {
            name: "2-jets along the columns of sigma, summed outside",
            vectors: 2 * kind.columns + 1 + Number(kind.drift),
          },
        ]);
      }
      case "stochastic": {
        const { made, vectors } = this.#estimate(kind);
        const passed = { name: "jets summed outside", vectors: 1 + orderOf(kind.of) * kind.samples };
        const isSummed = kind.error === undefined && kind.of !== "divergence";
        const scheme = `${isSummed ? "collapsed " : ""}${orderOf(kind.of)}-jets along ${kind.samples} directions`;
        return alone(made, { name: scheme, vectors }, isSummed ? [passed] : []);
      }
      case "linearOperator": {
        const { made, taken, passedOver } = this.#linear(kind.alphas);
        return alone(made, taken, passedOver);
      }
      default:
        return kind satisfies never;
    }
  }

  /** The shape of the point of an operator that goes through directions. */
  get #pointShape(): Shape {
    return shapeOf(this.#call.fn, this.#onlyPoint);
  }

  get #onlyPoint(): string {
    const [name, ...others] = this.#call.point;
    if (name === undefined || others.length > 0)
      throw new ModelError(messages.badPoint(this.#call.span, this.#call.kind.name, "a record"));
    return name;
  }

  #result(fn: Fn): ArrayParameter {
    return outsOf(fn)[0]!;
  }

  /** Refuses what has no second derivatives: functions that bend, and rules for the first alone. */
  #needsSecond(): void {
    const { fn, point, kind, span } = this.#call;
    const { body } = normalise(fn, this.#context);
    const active = activity(body, new Set(point), new Set(outsOf(fn).map((out) => out.name)));
    forEachStatement(body, (statement) => {
      if (statement.kind === "let" && statement.value.kind === "primitive") {
        const { op, args } = statement.value;
        if (primitives[op].kind !== "kinked" || !active.scalars.has(statement.name)) return;
        if (!args.some((arg) => arg.kind === "name" && active.scalars.has(arg.name))) return;
        throw new ModelError(messages.kinkInOperator(statement.span ?? span, kind.name, `Math.${op}`, span));
      }
      if (statement.kind === "call" && !["hessian", "hvp"].includes(kind.name)) {
        const moved = statement.args.some(
          (arg) => arg.kind === "real" && arg.value.kind === "name" && active.scalars.has(arg.value.name),
        );
        if (moved) throw new ModelError(messages.noHigherRule(statement.span ?? span, kind.name, span));
      }
    });
  }

  /** What a call of a function does; the arrays it is handed come after the arguments of the operator's own function. */
  #expanded(callee: Fn, added: readonly string[]): Statement[] {
    const given = this.#inputs.map(
      (one): Argument =>
        one.kind === "real"
          ? { kind: "real", value: build.name(one.name) }
          : one.kind === "integer"
            ? { kind: "integer", value: affine.index(one.name) }
            : whole(one.name),
    );
    const call = { kind: "call" as const, callee: callee.name, args: [...given, ...added.map(whole)] };
    return expandCall(call, callee, this.#names.fresh);
  }

  #function(added: readonly Parameter[], body: readonly Statement[]): Fn {
    return { name: this.#call.name, parameters: [...this.#inputs, ...added], body };
  }

  /** Reverse mode of one number: a function with a result for each leaf of the point. */
  #gradient(fn: Fn): Fn {
    const derivative = vjp(fn, new Set(this.#call.point), this.#context);
    const seed = this.#names.fresh("seed");
    return this.#reversed(fn, derivative, seed, [
      build.alloc(seed, [], { zero: false }),
      build.store(seed, [], build.one),
    ]);
  }

  #transposed(fn: Fn): Fn {
    const derivative = vjp(fn, new Set(this.#call.point), this.#context);
    const seed = this.#names.fresh("covector");
    const made = this.#reversed(fn, derivative, seed, []);
    const outs = outsOf(made);
    const inputs = made.parameters.filter((one) => !outs.includes(one as ArrayParameter));
    return { ...made, parameters: [...inputs, array(seed, this.#result(fn).shape, "in"), ...outs] };
  }

  #reversed(fn: Fn, derivative: Fn, seed: string, opening: readonly Statement[]): Fn {
    const leaves = this.#call.point.map((name) => ({
      out: this.#names.fresh(`${name}_bar`),
      shape: shapeOf(fn, name),
    }));
    // In the order of the parameters, which is that of the leaves of the point.
    const body = [
      ...opening,
      ...leaves.flatMap(({ out, shape }) => this.#filled(out, shape, () => build.zero)),
      ...this.#expanded(derivative, [seed, ...leaves.map(({ out }) => out)]),
    ];
    return this.#function(
      leaves.map(({ out, shape }) => array(out, shape, "out")),
      body,
    );
  }

  /** Forward mode: as `fn`, with a direction for each leaf of the point before the results. */
  #along(fn: Fn): Fn {
    return jvp(fn, new Set(this.#call.point), this.#context);
  }

  #filled(to: string, shape: Shape, value: (at: readonly Affine[]) => Expr): Statement[] {
    return build.forEachEntry(shape, this.#names.fresh, (at) => [build.store(to, at, value(at))]);
  }

  /** First derivatives of every result along every coordinate: the results have the axes of the point last. */
  #jacobian(fn: Fn): Fn {
    const point = this.#onlyPoint;
    const shape = this.#pointShape;
    const jet = jets(fn, point, { order: 1, directions: "unit", collapsed: false }, this.#context);
    const { shape: rows } = this.#result(fn);
    const wide = this.#names.fresh("derivative");
    const out = this.#names.fresh("jacobian");
    const body = [
      build.alloc(wide, [...rows, sizeOf(shape)], { zero: false }),
      ...this.#expanded(jet, [wide]),
      ...this.#filled(out, [...rows, ...shape], (at) =>
        build.read(wide, [...at.slice(0, rows.length), flat(at.slice(rows.length), shape)]),
      ),
    ];
    return this.#function([array(out, [...rows, ...shape], "out")], body);
  }

  #divergence(fn: Fn): Fn {
    const shape = this.#pointShape;
    const jet = jets(fn, this.#onlyPoint, { order: 1, directions: "unit", collapsed: false }, this.#context);
    const wide = this.#names.fresh("derivative");
    const out = this.#names.fresh("divergence");
    const body = [
      build.alloc(wide, [...shape, sizeOf(shape)], { zero: false }),
      ...this.#expanded(jet, [wide]),
      build.store(out, [], build.zero),
      ...build.forEachEntry(shape, this.#names.fresh, (at) => [
        build.accumulate(out, [], build.read(wide, [...at, flat(at, shape)])),
      ]),
    ];
    return this.#function([array(out, [], "out")], body);
  }

  #laplacian(fn: Fn): Fn {
    return this.#collapsed(fn, { order: 2, directions: "unit", collapsed: true }, [], [], 2);
  }

  /** A collapsed bundle's sum, times a number. `added`: parameters that the function gets besides. */
  #collapsed(
    fn: Fn,
    bundle: Bundle,
    added: readonly ArrayParameter[],
    given: readonly string[],
    factor: number,
    before: readonly Statement[] = [],
  ): Fn {
    const jet = jets(fn, this.#onlyPoint, bundle, this.#context);
    const { shape } = this.#result(fn);
    const top = this.#names.fresh("top");
    const out = this.#names.fresh("result");
    const body = [
      ...before,
      build.alloc(top, shape, { zero: false }),
      ...this.#expanded(jet, [...given, top]),
      ...this.#filled(out, shape, (at) => build.mul(build.number(factor), build.read(top, at))),
    ];
    return this.#function([...added, array(out, shape, "out")], body);
  }

  #weighted(columns: number, hasDrift: boolean): Fn {
    const shape = this.#pointShape;
    const sigma = this.#names.fresh("sigma");
    const drift = this.#names.fresh("drift");
    const half = this.#names.fresh("half_drift");
    const added = [array(sigma, [...shape, columns], "in"), ...(hasDrift ? [array(drift, shape, "in")] : [])];
    // The point's own second coefficient enters linearly: half the drift, and the first-order term is free.
    const before = hasDrift
      ? [
          build.alloc(half, shape, { zero: false }),
          ...this.#filled(half, shape, (at) => build.mul(build.number(0.5), build.read(drift, at))),
        ]
      : [];
    const bundle = { order: 2, directions: columns, collapsed: true, top: hasDrift };
    return this.#collapsed(this.#call.fn, bundle, added, hasDrift ? [sigma, half] : [sigma], 2, before);
  }

  /** The mean over given directions, and how far off it may be. */
  #estimate({ of, samples, scale, error }: Estimate): { made: Fn; vectors: number } {
    const { fn } = this.#call;
    const order = orderOf(of);
    if (order > 1) this.#needsSecond();
    const shape = this.#pointShape;
    const directions = this.#names.fresh("directions");
    const given = array(directions, [...shape, samples], "in");
    const factor = of === "biharmonic" ? 8 : order;
    if (error === undefined && of !== "divergence") {
      const bundle = { order, directions: samples, collapsed: true };
      const made = this.#collapsed(fn, bundle, [given], [directions], factor * scale);
      return { made, vectors: 2 + (order - 1) * samples };
    }
    const jet = jets(fn, this.#onlyPoint, { order, directions: samples, collapsed: false }, this.#context);
    const { shape: rows } = this.#result(fn);
    const wide = this.#names.fresh("wide");
    const each = this.#names.fresh("estimates");
    const out = this.#names.fresh("result");
    const at: readonly Affine[] = error === undefined ? [] : [affine.integer(0)];
    const s = this.#names.fresh("s");
    const sample = affine.index(s);
    // One estimate for each direction: vᵀ J v of a divergence, the derivative along v of the others.
    const own =
      of === "divergence"
        ? [
            build.store(each, [sample], build.zero),
            ...build.forEachEntry(rows, this.#names.fresh, (entry) => [
              build.accumulate(
                each,
                [sample],
                build.mul(build.read(directions, [...entry, sample]), build.read(wide, [...entry, sample])),
              ),
            ]),
          ]
        : [
            build.store(
              each,
              [sample],
              build.mul(
                build.number(factor),
                build.read(wide, [...rows.map(() => affine.integer(0)), sample]),
              ),
            ),
          ];
    const all = affine.integer(samples);
    const body: Statement[] = [
      build.alloc(wide, [...rows, samples], { zero: false }),
      ...this.#expanded(jet, [directions, wide]),
      build.alloc(each, [samples], { zero: false }),
      build.loop(s, affine.integer(0), all, own),
      build.store(out, at, build.zero),
    ];
    const t = this.#names.fresh("s");
    body.push(
      build.loop(t, affine.integer(0), all, [
        build.accumulate(out, at, build.mul(build.number(scale), build.read(each, [affine.index(t)]))),
      ]),
    );
    if (error !== undefined) {
      // √(Σ (e_s - mean)² / (S (S - 1))), with e_s at the scale of the estimate.
      const r = this.#names.fresh("s");
      const spread = this.#names.fresh("spread");
      const off = this.#names.fresh("off");
      const whole = build.mul(build.number(scale * samples), build.read(each, [affine.index(r)]));
      body.push(
        build.alloc(spread, []),
        build.loop(r, affine.integer(0), all, [
          build.bind(off, build.sub(whole, build.read(out, at))),
          build.accumulate(spread, [], build.mul(build.name(off), build.name(off))),
        ]),
        build.store(
          out,
          [affine.integer(1)],
          build.mul(
            build.number(error),
            build.sqrt(build.div(build.read(spread), build.number(samples * (samples - 1)))),
          ),
        ),
      );
    }
    const made = this.#function([given, array(out, error === undefined ? [] : [2], "out")], body);
    return { made, vectors: 1 + order * samples };
  }

  #directional(order: number): Fn {
    const { fn } = this.#call;
    if (order === 1) return this.#along(fn);
    const shape = this.#pointShape;
    const direction = this.#names.fresh("direction");
    const only = this.#names.fresh("directions");
    const before = [
      build.alloc(only, [...shape, 1], { zero: false }),
      ...this.#filled(only, [...shape, 1], (at) => build.read(direction, at.slice(0, -1))),
    ];
    const bundle = { order, directions: 1, collapsed: true };
    return this.#collapsed(fn, bundle, [array(direction, shape, "in")], [only], factorial(order), before);
  }

  #biharmonic(
    n: number,
    alone: (made: Fn, taken: Scheme, passedOver: readonly Scheme[]) => Derived,
  ): Derived {
    this.#needsSecond();
    const nested = { name: "nested collapsed Laplacians", vectors: (n + 2) ** 2 };
    const alphas: number[][] = [];
    for (let i = 0; i < n; i++)
      for (let j = i; j < n; j++)
        alphas.push(Array.from({ length: n }, (_, p) => 2 * (Number(p === i) + Number(p === j))));
    const { counts } = cheapest(alphas);
    const others = [...counts].map(([recipe, directions]) => ({
      name: `collapsed 4-jets by ${recipe}`,
      vectors: 2 + 3 * directions,
    }));
    const schemes = [nested, ...others];
    const least = schemes.reduce((best, each) => (each.vectors < best.vectors ? each : best));
    const passedOver = schemes.filter((each) => each !== least);
    if (least === nested) return alone(this.#laplacian(this.#laplacian(this.#call.fn)), nested, passedOver);
    const { made } = this.#linear(alphas);
    const [out] = outsOf(made) as [ArrayParameter];
    const data = alphas.map((alpha) => (alpha.includes(4) ? 1 : 2));
    const body = this.#expanded(made, [this.#constant("coefficients", [data.length], data), out.name]);
    return alone(this.#function([out], body), least, passedOver);
  }

  /** Σ c·∂^α f, order by order; terms of an order share their directions, and the first order rides with the second. */
  #linear(alphas: readonly (readonly number[])[]): {
    made: Fn;
    taken: Scheme;
    passedOver: readonly Scheme[];
  } {
    const { fn } = this.#call;
    const point = this.#onlyPoint;
    const shape = this.#pointShape;
    const { shape: resultShape } = this.#result(fn);
    const c = this.#names.fresh("c");
    const out = this.#names.fresh("result");
    const body: Statement[] = [...this.#filled(out, resultShape, () => build.zero)];
    const add = (from: string, factor: Expr): void => {
      body.push(
        ...build.forEachEntry(resultShape, this.#names.fresh, (at) => [
          build.accumulate(out, at, build.mul(factor, build.read(from, at))),
        ]),
      );
    };
    const termsOf = (order: number): number[] =>
      alphas.flatMap((alpha, t) => (alpha.reduce((sum, each) => sum + each, 0) === order ? [t] : []));
    const coefficient = (t: number): Expr => build.read(c, [affine.integer(t)]);
    if (alphas.some((alpha) => alpha.some((each) => each > 1) || alpha.filter((each) => each > 0).length > 1))
      this.#needsSecond();

    const zeroth = termsOf(0);
    if (zeroth.length > 0) {
      const value = this.#names.fresh("value");
      body.push(build.alloc(value, resultShape, { zero: false }), ...this.#expanded(fn, [value]));
      for (const t of zeroth) add(value, coefficient(t));
    }
    // The drift is the point's second coefficient where there are second derivatives, which costs nothing.
    const first = termsOf(1);
    const hasSecond = termsOf(2).length > 0;
    const drift = this.#names.fresh("drift");
    if (first.length > 0) {
      body.push(build.alloc(drift, shape));
      for (const t of first) {
        const axis = alphas[t]!.indexOf(1);
        body.push(build.accumulate(drift, unflat(axis, shape), coefficient(t)));
      }
      if (!hasSecond) {
        const tangent = this.#names.fresh("tangent");
        const along = this.#along(fn);
        body.push(
          build.alloc(tangent, resultShape, { zero: false }),
          ...this.#expanded(along, [drift, tangent]),
        );
        add(tangent, build.one);
      }
    }
    let vectors = 1 + (first.length > 0 && !hasSecond ? 1 : 0);
    const passed = new Map<string, number>();
    const names: string[] = [];
    for (let order = 2; order <= 6; order++) {
      const terms = termsOf(order);
      if (terms.length === 0) continue;
      const { best, counts } = cheapest(terms.map((t) => alphas[t]!));
      const count = best.directions.length;
      names.push(`${order}-jets`);
      vectors += 1 + (order - 1) * count;
      for (const [recipe, directions] of counts)
        passed.set(recipe, (passed.get(recipe) ?? 0) + 1 + (order - 1) * directions);
      const directions = this.#constant(
        `directions_${order}`,
        [...shape, count],
        Array.from({ length: sizeOf(shape) }, (_, p) => best.directions.map((each) => each[p]!)).flat(),
      );
      const table = this.#constant(
        `weights_${order}`,
        [terms.length, count],
        best.weights.flatMap((row) => row.map((each) => each.toNumber())),
      );
      const weights = this.#names.fresh("weights");
      body.push(build.alloc(weights, [count]));
      terms.forEach((t, row) => {
        body.push(
          ...build.forEachEntry([count], this.#names.fresh, (at) => [
            build.accumulate(
              weights,
              at,
              build.mul(coefficient(t), build.read(table, [affine.integer(row), ...at])),
            ),
          ]),
        );
      });
      const top = order === 2 && first.length > 0;
      const jet = jets(
        fn,
        point,
        { order, directions: count, collapsed: true, weighted: true, top },
        this.#context,
      );
      const sum = this.#names.fresh("sum");
      const given = [directions, weights, ...(top ? [drift] : []), sum];
      body.push(build.alloc(sum, resultShape, { zero: false }), ...this.#expanded(jet, given));
      add(sum, build.one);
    }
    const recipe = [...passed].map(([name, count]) => ({
      name: `collapsed jets by ${name}`,
      vectors: 1 + count,
    }));
    const taken = {
      name: names.length === 0 ? "forward mode" : `collapsed ${names.join(" and ")}`,
      vectors,
    };
    return {
      made: this.#function([array(c, [alphas.length], "in"), array(out, resultShape, "out")], body),
      taken,
      passedOver: recipe.filter((each) => each.vectors > vectors),
    };
  }

  #constant(wish: string, shape: Shape, data: readonly number[]): string {
    const name = this.#names.fresh(`${this.#call.name}_${wish}`);
    this.#constants.push({ name, element: "real", shape, role: "constant", data });
    return name;
  }
}

/** The place of an entry in row-major order. */
const flat = (at: readonly Affine[], shape: Shape): Affine =>
  at.reduce((sum, form, axis) => affine.add(affine.scale(sum, shape[axis]!), form), affine.integer(0));

/** The entry at a place in row-major order. */
const unflat = (place: number, shape: Shape): Affine[] => {
  let rest = place;
  return shape
    .toReversed()
    .map((extent) => {
      const at = rest % extent;
      rest = Math.floor(rest / extent);
      return affine.integer(at);
    })
    .toReversed();
};

const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));
