// Branches: ternaries, guards, conditions kept in names, early returns, logic with calls.
import { ode, vec } from "odegrad";

function ramp(x: number): number {
  if (x < -1) return -1;
  if (x > 1) {
    const over = x - 1;
    if (over > 2) return 3;
    return 1 + over / 2;
  }
  return x;
}

function side(x: number, y: number): number {
  let z = 0;
  if (x > 0) {
    if (y > 0) {
      return x * y;
    }
    z = 1;
  } else {
    z = y - x;
  }
  z += 0.5;
  return z * z;
}

const isSmall = (x: number): boolean => Math.abs(x) < 0.7;

export const model = ode({
  state: { x: 0.4, y: -1.2, u: vec(5, (i) => Math.cos(3 * i)) },
  params: { k: 0.8 },
  rhs: ({ x, y, u }, { k }) => {
    const root = x > 0 ? Math.sqrt(x) : 0;
    const positive = y > 0 || (x > 0.5 && y > -2);
    let falling = x < y;
    if (!falling && isSmall(x)) falling = true;
    const both = isSmall(x) && isSmall(y * Math.sin(x));
    const pick = positive ? (falling ? 1 : 2) : both ? x * y : -k;
    let level: number;
    if (y > 0) level = y;
    else if (y < -1) level = -y;
    else {
      level = k;
    }
    const du = vec(5);
    for (let i = 0; i < 5; i++) {
      const left = i > 0 ? u[i - 1] : u[4];
      const right = i === 4 ? u[0] : u[i + 1];
      du[i] = left - 2 * u[i] + right;
      if (i !== 0) du[i] += u[i - 1] > 0 ? u[i - 1] ** 2 : -0.5;
      if (i >= 1 && i <= 3 && u[i - 1] < u[i + 1]) du[i] -= u[i];
    }
    return {
      x: ramp(3 * x) + root + pick,
      y: side(x, y) + level + (positive ? 1 : 0) - (falling ? k : 0),
      u: du,
    };
  },
  loss: {
    terminal: ({ x, y }) =>
      (x > y ? Math.log(1 + x * x) : Math.exp(y)) + (x > 0 && Math.log(x + 1) > y ? x : 0),
  },
});
