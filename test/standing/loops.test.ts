/**
 * Loops at 0, 1, 2, 3 and 17 trips: carried recurrences, active starts, jumps, arrays under two names, swaps. Every
 * derivative against a complex step; called again and again with the same bits, and with inputs as they were. Every plan in
 * JavaScript and C in the long run; in the short one each loop has a plan in turn, every other of them in C too.
 */

import { describe, expect, it } from "vitest";
import { tidyModel } from "../../compiler/optimise/index.ts";
import { adjoints } from "../../compiler/resolve.ts";
import { compiled } from "../support/compiled.ts";
import { type Complex, evaluateComplex } from "../support/complex.ts";
import { isLong } from "../support/long.ts";
import { read } from "../support/plain-model.ts";

const bodies: Readonly<Record<string, (n: number) => string>> = {
  "a nonlinear recurrence": (n) =>
    `let s = x; for (let i = 0; i < ${n}; i++) s = Math.sin(s * c) + x; return s;`,
  "two that feed each other": (n) =>
    `let a = x; let b = c; for (let i = 0; i < ${n}; i++) { const d = a * b; b = Math.tanh(a + i); a = d; } return a + b * x;`,
  "a divisor in the loop": (n) =>
    `let s = c; for (let i = 0; i < ${n}; i++) s = (s + x / s) / 2; return s * s;`,
  "a start that is active": (n) =>
    `let s = x * c; for (let i = ${n}; i > 0; i--) s *= 1 + x / (i + 1); return s;`,
  "a running product in memory": (n) =>
    `const a = vec(20); a[0] = x; for (let i = 0; i < ${n}; i++) a[i + 1] = a[i] * c + Math.cos(a[i]); return a[${n}];`,
  "a triangle": (n) =>
    `let s = 0; for (let i = 0; i < ${n}; i++) { let p = x; for (let j = 0; j < i; j++) p *= Math.sin(c + j); s += p; } return s + x;`,
  "what is skipped": (n) =>
    `let s = c; for (let i = 0; i < ${n}; i++) { if (i % 3 === 1) continue; s = s * x + 0.5; } return s;`,
  "what is left": (n) =>
    `let s = c; for (let i = 0; i < ${n}; i++) { s = s * x + 0.3; if (s > 1.1) break; s += 0.05; } return s * x;`,
  "what returns": (n) =>
    `let s = c; for (let i = 0; i < ${n}; i++) { s *= 1 + x; if (s > 2) return s * x; } return s - x;`,
  "a swap": (n) =>
    `let a = x; let b = c; for (let i = 0; i < ${n}; i++) { [a, b] = [b * 1.1, a * x]; } return a - b * b;`,
  "one array twice": (n) =>
    `const f = (p: Float64Array, q: Float64Array) => { p[0] = q[0] * x + c; q[0] = Math.sin(p[0]); };
    const a = vec(2, c); for (let i = 0; i < ${n}; i++) f(a, a); return a[0] + a[1];`,
  "an entry onto itself": (n) =>
    `const a = vec(3, x); for (let i = 0; i < ${n}; i++) { a[i % 3] = a[i % 3] * c; a[(i + 1) % 3] = Math.tanh(a[(i + 1) % 3] + a[i % 3] * a[2]); } return a[0] * a[1] + a[2];`,
  "a sum into what was read": (n) =>
    `const a = vec(2, x); for (let i = 0; i < ${n}; i++) { const old = a[0]; a[0] += old * c * 0.1; a[1] += Math.sin(old) * a[0]; } return a[1];`,
};

const text = (body: string): string => `import { ode, vec } from "odegrad";
export const model = ode({
  state: { x: 0.4 },
  params: { c: 0.7 },
  rhs: ({ x }, { c }) => { ${body.replace(/return ([^;]*);/g, "return { x: $1 };")} },
  loss: { terminal: ({ x }, { c }) => x * x + c * x },
  solver: { method: "heun", t1: 0.3, steps: 3 },
});`;

const trips = [0, 1, 2, 3, 17];
const cases = Object.entries(bodies).map(([name, body], i) => ({
  name,
  body,
  loops: trips.map((n, k) => ({
    n,
    turn: (trips.length * i + k) % adjoints.length,
    isTurnOfC: (i + k) % 2 === 0,
  })),
}));

describe.each(cases)("$name", ({ body, loops }) => {
  it.each(loops)(
    "of $n trips",
    async ({ n, turn, isTurnOfC }) => {
      const source = text(body(n));
      const { loss, rhs, constants } = tidyModel(read(source)[0]!);
      // The discrete solve in complex numbers: Heun, three steps.
      const field = (t: number, x: Complex, c: Complex): Complex =>
        evaluateComplex(
          rhs,
          constants,
          new Map<string, number | Complex[]>([
            ["t", t],
            ["x", [x]],
            ["c", [c]],
          ]),
        ).get("f_x")![0]!;
      const along = (dx: number, dc: number): number => {
        const step = 1e-200;
        const h = 0.3 / 3;
        const c = { re: 0.7, im: dc * step };
        let x: Complex = { re: 0.4, im: dx * step };
        const moved = (from: Complex, by: number, k: Complex): Complex => ({
          re: from.re + by * k.re,
          im: from.im + by * k.im,
        });
        for (let k = 0; k < 3; k++) {
          const first = field(k * h, x, c);
          const second = field((k + 1) * h, moved(x, h, first), c);
          x = moved(moved(x, h / 2, first), h / 2, second);
        }
        const value = evaluateComplex(
          loss.terminal!,
          constants,
          new Map<string, number | Complex[]>([
            ["t", 0.3],
            ["x", [x]],
            ["c", [c]],
          ]),
        );
        return value.get("result")![0]!.im / step;
      };
      const exact = [along(1, 0), along(0, 1)] as const;
      for (const [plan, adjoint] of adjoints.entries()) {
        if (!isLong && plan !== turn) continue;
        const { engine, c, problem, loaded } = await compiled(source, { adjoint }, isLong || isTurnOfC);
        const before = problem.params.slice();
        for (const [name, target] of Object.entries({ js: engine, c })) {
          if (target === undefined) continue;
          const first = target.gradient(problem);
          expect(first.status).toBe(0);
          expect(Math.abs(first.state0[0]! - exact[0]), `${adjoint} ${name}`).toBeLessThanOrEqual(
            1e-13 * (1 + Math.abs(exact[0])),
          );
          expect(Math.abs(first.params[0]! - exact[1]), `${adjoint} ${name}`).toBeLessThanOrEqual(
            1e-13 * (1 + Math.abs(exact[1])),
          );
          // Another question in between leaves no trace.
          target.gradient({ ...problem, params: Float64Array.of(-1.3), state0: Float64Array.of(0.9) });
          expect(target.gradient(problem)).toEqual(first);
        }
        expect(problem.params).toEqual(before);
        expect(loaded.io.params).toEqual(before);
        c?.close();
      }
    },
    120_000,
  );
});
