import { describe, expect, test } from "vitest";
import {
  csr,
  custom,
  dot,
  mat,
  matmul,
  matvec,
  rationalTanh,
  relu,
  sigmoid,
  softmax,
  softplus,
  softsign,
  spmv,
  stopGradient,
  vec,
} from "../../runtime/index.ts";

describe("linear algebra", () => {
  const A = mat(2, 3, [1, 2, 3, 4, 5, 6]);
  const x = vec(3, [1, 0, -1]);

  test("dot, matvec, matmul", () => {
    expect(dot(x, vec(3, [5, 6, 7]))).toBe(-2);
    expect(matvec(A, x)).toEqual(Float64Array.of(-2, -2));
    expect(matmul(A, mat(3, 2, [1, 0, 0, 1, 1, 1]))).toEqual([
      Float64Array.of(4, 5),
      Float64Array.of(10, 11),
    ]);
  });

  test("spmv equals matvec of the dense matrix, with an empty row", () => {
    const sparse = csr(3, 3, [0, 2, 2, 3], [0, 2, 1], [1, 2, 3]);
    expect(spmv(sparse, vec(3, [5, 6, 7]))).toEqual(
      matvec(mat(3, 3, [1, 0, 2, 0, 0, 0, 0, 3, 0]), vec(3, [5, 6, 7])),
    );
  });
});

describe("activations", () => {
  test("relu is 0 up to 0, and of NaN", () => {
    expect([-1, -0, 0, 2].map(relu)).toEqual([0, 0, 0, 2]);
  });

  test("sigmoid and softplus neither overflow nor lose their small values", () => {
    expect(sigmoid(0)).toBe(0.5);
    expect(sigmoid(800)).toBe(1);
    expect(sigmoid(-800)).toBe(0);
    expect(sigmoid(-40) / Math.exp(-40)).toBeCloseTo(1, 14);
    expect(softplus(0)).toBeCloseTo(Math.LN2, 15);
    expect(softplus(800)).toBe(800);
    expect(softplus(-40) / Math.exp(-40)).toBeCloseTo(1, 14);
    expect(softplus(-800)).toBe(0);
  });

  test("sigmoid is the derivative of softplus on both sides of 0", () => {
    for (const z of [-3, -0.1, 0, 0.1, 3]) {
      expect((softplus(z + 1e-6) - softplus(z - 1e-6)) / 2e-6).toBeCloseTo(sigmoid(z), 9);
    }
  });

  test("softsign is odd, and bears large entries", () => {
    expect([-1, 0, 3].map(softsign)).toEqual([-0.5, 0, 0.75]);
    expect(softsign(1e300)).toBe(1);
  });

  test("rationalTanh is tanh to 0.024, and its slope has no jump", () => {
    for (let z = -6; z <= 6; z += 1 / 64)
      expect(Math.abs(rationalTanh(z) - Math.tanh(z))).toBeLessThan(0.024);
    for (const end of [-3, 3]) {
      expect(rationalTanh(end)).toBe(Math.sign(end));
      const inside = (rationalTanh(end) - rationalTanh(end * (1 - 1e-6))) / (end * 1e-6);
      expect(Math.abs(inside)).toBeLessThan(1e-5);
    }
  });

  test("softmax sums to 1 and bears large entries", () => {
    const p = softmax(vec(3, [1000, 1001, 999]));
    expect(p[0]! + p[1]! + p[2]!).toBeCloseTo(1, 15);
    expect(p[1]! / p[0]!).toBeCloseTo(Math.E, 14);
  });
});

test("stopGradient and custom change no value", () => {
  expect(stopGradient(3)).toBe(3);
  expect(custom((a: number, b: number) => a * b, {})(2, 3)).toBe(6);
});
