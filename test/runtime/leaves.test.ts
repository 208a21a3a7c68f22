import { describe, expect, test } from "vitest";
import { csr, mat, normal, tensor, uniform, vec } from "../../runtime/index.ts";
import { draw } from "../../runtime/random.ts";

describe("vec", () => {
  test("zeros, fill, array, function, initialiser", () => {
    expect(vec(2)).toEqual(Float64Array.of(0, 0));
    expect(vec(2, 3)).toEqual(Float64Array.of(3, 3));
    expect(vec(2, [1, 2])).toEqual(Float64Array.of(1, 2));
    expect(vec(3, (i) => i * i)).toEqual(Float64Array.of(0, 1, 4));
    expect(vec(4, normal(1, 2, 3))).toEqual(draw(normal(1, 2, 3), 4));
  });

  test("an array is copied", () => {
    const source = Float64Array.of(1, 2);
    const x = vec(2, source);
    source[0] = 9;
    expect(x[0]).toBe(1);
  });

  test("an array of another length is refused", () => {
    expect(() => vec(3, [1, 2])).toThrow("2 values for 3 entries");
    expect(() => mat(2, 2, [[1, 2], [3]])).toThrow("3 values for 4 entries");
  });
});

describe("mat and tensor", () => {
  test("rows are views of one row-major buffer", () => {
    const W = mat(2, 3, (i, j) => 10 * i + j);
    expect(W).toEqual([Float64Array.of(0, 1, 2), Float64Array.of(10, 11, 12)]);
    expect(new Float64Array(W[0]!.buffer)).toEqual(Float64Array.of(0, 1, 2, 10, 11, 12));
  });

  test("row-major, nested and typed rows say the same", () => {
    const nested = [[1, 2], [3, 4]]; // biome-ignore format: a matrix
    expect(mat(2, 2, [1, 2, 3, 4])).toEqual(mat(2, 2, nested));
    expect(mat(2, 2, mat(2, 2, nested))).toEqual(mat(2, 2, nested));
  });

  test("random entries follow the stream row by row", () => {
    expect(new Float64Array(mat(3, 2, uniform(4, -1, 1))[0]!.buffer)).toEqual(draw(uniform(4, -1, 1), 6));
  });

  test("tensor of rank 3", () => {
    const T = tensor([2, 3, 4], (i, j, k) => 100 * i! + 10 * j! + k!);
    expect(T[1]![2]![3]).toBe(123);
    expect(T[0]![0]!.buffer).toBe(T[1]![2]!.buffer);
    expect(T[1]![2]!.byteOffset).toBe(8 * 20);
  });
});

describe("csr", () => {
  test("keeps its arrays as integers and doubles", () => {
    const A = csr(2, 3, [0, 2, 3], [0, 2, 1], [0.5, 2, 3]);
    expect(A.rowStart).toEqual(Int32Array.of(0, 2, 3));
    expect(A.column).toEqual(Int32Array.of(0, 2, 1));
    expect(A.value).toEqual(Float64Array.of(0.5, 2, 3));
  });

  test("arrays that do not fit are refused", () => {
    expect(() => csr(2, 3, [0, 2], [0, 2, 1], [1, 2, 3])).toThrow("csr");
    expect(() => csr(2, 3, [0, 2, 4], [0, 2, 1], [1, 2, 3])).toThrow("csr");
    expect(() => csr(2, 3, [0, 2, 3], [0, 3, 1], [1, 2, 3])).toThrow("csr");
    expect(() => csr(2, 3, [0, 2, 3], [0, 2], [1, 2, 3])).toThrow("csr");
  });
});
