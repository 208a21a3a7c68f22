import { describe, expect, test } from "vitest";
import { strongWolfe } from "../../runtime/line-search.ts";
import { adam, lbfgs, type Objective, type Progress } from "../../runtime/optimisers.ts";

const rosenbrock: Objective = (x, gradient) => {
  const [a, b] = [1 - x[0]!, x[1]! - x[0]! ** 2];
  gradient[0] = -2 * a - 400 * x[0]! * b;
  gradient[1] = 200 * b;
  return a * a + 100 * b * b;
};

/** sum_i scale_i (x_i - i)^2 / 2. */
const quadratic =
  (scales: readonly number[]): Objective =>
  (x, gradient) => {
    let value = 0;
    scales.forEach((scale, i) => {
      gradient[i] = scale * (x[i]! - i);
      value += 0.5 * scale * (x[i]! - i) ** 2;
    });
    return value;
  };

describe("lbfgs", () => {
  test("reaches the minimum of Rosenbrock's function from (-1.2, 1)", () => {
    const minimum = lbfgs(rosenbrock, [-1.2, 1]);
    expect(minimum.status).toBe("converged");
    expect(minimum.value).toBeLessThan(1e-10);
    expect(Math.hypot(minimum.x[0]! - 1, minimum.x[1]! - 1)).toBeLessThan(1e-8);
    expect(minimum.evaluations).toBeLessThan(80);
  });

  test("chained Rosenbrock in 50 dimensions", () => {
    const chained: Objective = (x, gradient) => {
      gradient.fill(0);
      let value = 0;
      for (let i = 0; i + 1 < x.length; i++) {
        const part = new Float64Array(2);
        value += rosenbrock(x.subarray(i, i + 2), part);
        gradient[i]! += part[0]!;
        gradient[i + 1]! += part[1]!;
      }
      return value;
    };
    const minimum = lbfgs(chained, new Float64Array(50).fill(-0.5), { relativeTolerance: 1e-9 });
    expect(minimum).toMatchObject({ status: "converged" });
    expect(minimum.value).toBeLessThan(1e-14);
  });

  test("a badly scaled quadratic, to its gradient tolerance", () => {
    const minimum = lbfgs(quadratic([1e-3, 1, 1e2, 1e5, 1e6]), [10, -10, 10, -10, 10], {
      gradientTolerance: 1e-9,
    });
    expect(minimum.status).toBe("converged");
    expect(minimum.gradientNorm).toBeLessThanOrEqual(1e-9);
    minimum.x.forEach((entry, i) => {
      expect(entry).toBeCloseTo(i, 5);
    });
  });

  test("steps back from where there is no value", () => {
    // x - log x has its minimum at 1 and no value below 0, where the first full steps lead.
    const barrier: Objective = (x, gradient) => {
      gradient[0] = 1e3 * (1 - 1 / x[0]!);
      return 1e3 * (x[0]! - Math.log(x[0]!));
    };
    for (const start of [20, 1e3, 1e-6]) {
      const minimum = lbfgs(barrier, [start]);
      expect(minimum.x[0]).toBeCloseTo(1, 8);
      expect(["converged", "flat"]).toContain(minimum.status);
    }
  });

  test("a hard edge of the finite region", () => {
    const edge: Objective = (x, gradient) => {
      gradient[0] = 2 * (x[0]! - 0.999);
      return x[0]! > 1 ? Number.NaN : (x[0]! - 0.999) ** 2;
    };
    expect(lbfgs(edge, [-100]).x[0]).toBeCloseTo(0.999, 8);
  });

  test("a start without a gradient is converged at once", () => {
    const minimum = lbfgs(quadratic([1, 2]), [0, 1]);
    expect(minimum).toMatchObject({ status: "converged", iteration: 0, evaluations: 1, value: 0 });
  });

  test.each([1e-100, 1e-18, 1e-12, 1e18, 1e100])(
    "an objective times %d is minimised at the same point",
    (factor) => {
      const scaled: Objective = (x, gradient) => {
        const value = factor * rosenbrock(x, gradient);
        gradient.forEach((entry, i) => {
          gradient[i] = factor * entry;
        });
        return value;
      };
      const [plain, other] = [lbfgs(rosenbrock, [-1.2, 1]), lbfgs(scaled, [-1.2, 1])];
      expect(other.status).toBe("converged");
      expect(other.x[0]).toBeCloseTo(1, 6);
      expect(Math.abs(other.evaluations - plain.evaluations)).toBeLessThan(5);
    },
  );

  // What a rate does to a decay that is observed at t = 1 and t = 2.
  const decay =
    (unit: number, seen: (t: number) => number): Objective =>
    (x, gradient) => {
      gradient[0] = 0;
      return [1, 2].reduce((value, t) => {
        const apart = Math.exp(-x[0]! * unit * t) - seen(t);
        gradient[0]! -= 2 * apart * t * unit * Math.exp(-x[0]! * unit * t);
        return value + apart ** 2;
      }, 0);
    };

  test.each([1e-3, 1e-6, 1e-10, 1e-20, 1e-40])(
    "a rate that starts as %d gets to where it belongs",
    (unit) => {
      const noisy = (t: number) => Math.exp(-2 * t) + 0.01 * t;
      const [wanted, found] = [lbfgs(decay(1, noisy), [1]), lbfgs(decay(unit, noisy), [1])];
      expect(found.status).toBe("converged");
      expect(found.x[0]! * unit).toBeCloseTo(wanted.x[0]!, 7);
    },
  );

  test("so does one beside another that starts as large as it is", () => {
    const both: Objective = (x, gradient) => {
      const [a, k] = [x[0]!, 1e-10 * x[1]!];
      gradient[0] = 2 * (a - 3) + 0.5 * (k - 2);
      gradient[1] = 1e-10 * (2 * (k - 2) + 0.5 * (a - 3));
      return 1 + (a - 3) ** 2 + (k - 2) ** 2 + 0.5 * (a - 3) * (k - 2);
    };
    const { x } = lbfgs(both, [1, 1]);
    expect(x[0]).toBeCloseTo(3, 6);
    expect(x[1]! * 1e-10).toBeCloseTo(2, 6);
  });

  test("a start where the objective explodes is no measure of what is small", () => {
    const growth: Objective = (x, gradient) => {
      const [apart, slope] = [Math.exp(10 * x[0]!) - Math.exp(5), 10 * Math.exp(10 * x[0]!)];
      gradient[0] = 2 * apart * slope;
      return 1 + apart ** 2;
    };
    for (const start of [2, 5, 10]) expect(lbfgs(growth, [start]).x[0]).toBeCloseTo(0.5, 6);
  });

  test("a start at the minimum is converged, or flat where rounding hides it", () => {
    const first = lbfgs(rosenbrock, [-1.2, 1]);
    const again = lbfgs(rosenbrock, first.x);
    expect(["converged", "flat"]).toContain(again.status);
    expect(again.value).toBeLessThanOrEqual(first.value);
  });

  test("a start without a gradient keeps the value that it has", () => {
    const halfway: Objective = (_x, gradient) => {
      gradient[0] = Number.NaN;
      return 1;
    };
    for (const minimise of [lbfgs, adam])
      expect(minimise(halfway, [1])).toMatchObject({ status: "not finite", value: 1, iteration: 0 });
  });

  test("a start without a value", () => {
    const nowhere: Objective = (_x, gradient) => {
      gradient.fill(Number.NaN);
      return Number.NaN;
    };
    expect(lbfgs(nowhere, [1]).status).toBe("not finite");
  });

  test("asking for more than rounding allows ends as flat, not in a loop", () => {
    const noisy: Objective = (x, gradient) => {
      gradient[0] = 2 * (x[0]! - 1) + 1e-3;
      return 1e6 + (x[0]! - 1) ** 2;
    };
    const minimum = lbfgs(noisy, [3], { gradientTolerance: 0 });
    expect(["flat", "converged"]).toContain(minimum.status);
    expect(minimum.x[0]).toBeCloseTo(1, 2);
  });

  test("a linear function has no minimum: the limit of iterations ends it", () => {
    const linear: Objective = (_x, gradient) => {
      gradient[0] = 1;
      return _x[0]!;
    };
    expect(lbfgs(linear, [0], { iterations: 5 })).toMatchObject({ status: "iteration limit", iteration: 5 });
  });

  test("reports falling values and stops when told", () => {
    const values: number[] = [];
    const onIteration = ({ iteration, value }: Progress) => {
      values.push(value);
      return iteration < 5;
    };
    const minimum = lbfgs(rosenbrock, [-1.2, 1], { onIteration });
    expect(minimum).toMatchObject({ status: "stopped", iteration: 5 });
    expect(values.length).toBe(6);
    expect(values).toEqual([...values].sort((a, b) => b - a));
  });

  test("is deterministic and leaves the start alone", () => {
    const start = Float64Array.of(-1.2, 1);
    expect(lbfgs(rosenbrock, start)).toEqual(lbfgs(rosenbrock, start));
    expect(start).toEqual(Float64Array.of(-1.2, 1));
  });
});

describe("strongWolfe", () => {
  // The first function of More and Thuente 1994: far from its minimum it is nearly flat.
  const phi = (a: number) => ({ step: a, value: -a / (a * a + 2), slope: (a * a - 2) / (a * a + 2) ** 2 });

  test.each([1e-3, 0.1, 1, 10, 1e3])("from a first step of %d, both conditions hold", (first) => {
    const { step, value, slope } = strongWolfe(phi, phi(0), first);
    expect(value).toBeLessThanOrEqual(phi(0).value + 1e-4 * step * phi(0).slope);
    expect(Math.abs(slope)).toBeLessThanOrEqual(0.9 * Math.abs(phi(0).slope));
  });
});

describe("adam", () => {
  test("the first step is the learning rate against the sign of the gradient, whatever its size", () => {
    const { x } = adam(quadratic([1e-3, 1e6]), [5, -5], { iterations: 1, learningRate: 0.1 });
    expect(x[0]).toBeCloseTo(4.9, 6);
    expect(x[1]).toBeCloseTo(-4.9, 6);
  });

  test("the second step is the bias-corrected formula", () => {
    const { x } = adam(quadratic([1]), [1], { iterations: 2, learningRate: 0.1 });
    const [g1, g2] = [1, 0.9];
    const m = (0.09 * g1 + 0.1 * g2) / (1 - 0.81);
    const v = (0.000999 * g1 ** 2 + 0.001 * g2 ** 2) / (1 - 0.999 ** 2);
    expect(x[0]).toBeCloseTo(0.9 - (0.1 * m) / Math.sqrt(v), 7);
  });

  test("minimises Rosenbrock's function", () => {
    const minimum = adam(rosenbrock, [-1.2, 1], { iterations: 5000, learningRate: 0.02 });
    expect(minimum.value).toBeLessThan(1e-5);
    expect(minimum).toMatchObject({ status: "iteration limit", iteration: 5000, evaluations: 5001 });
  });

  test("a schedule of the learning rate sees iterations from 1", () => {
    const seen: number[] = [];
    adam(quadratic([1]), [1], { iterations: 3, learningRate: (n) => seen.push(n) && 0.1 });
    expect(seen).toEqual([1, 2, 3]);
  });

  test("converged by a relative tolerance, where one is given", () => {
    const options = { relativeTolerance: 1e-3, learningRate: 0.1 };
    const minimum = adam(quadratic([1e-9, 2e-9]), [5, 7], options);
    expect(minimum.status).toBe("converged");
    expect(minimum.gradientNorm).toBeLessThan(2e-11);
  });

  test("converged, stopped, not finite", () => {
    expect(adam(quadratic([1]), [0])).toMatchObject({ status: "converged", iteration: 0 });
    expect(adam(quadratic([1]), [1], { onIteration: () => false })).toMatchObject({ status: "stopped" });
    const cliff: Objective = (x, gradient) => {
      gradient[0] = 1;
      return x[0]! < 0.85 ? Number.NaN : x[0]!;
    };
    const last = adam(cliff, [1], { learningRate: 0.1 });
    expect(last).toMatchObject({ status: "not finite", iteration: 1, evaluations: 3 });
    expect(last.x[0]).toBeCloseTo(0.9, 6);
  });
});
