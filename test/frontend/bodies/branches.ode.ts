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

/** Branches that may return, or not, in front of more. */
function stages(x: number, y: number): number {
  let level: number;
  let sum = x;
  if (x > -0.5) {
    if (y > 0) return x - y;
    level = 1;
    if (x * y > -0.2) {
      sum += y;
      if (sum > 0.1) return sum * sum;
    }
  } else {
    level = 2;
    sum = -y;
  }
  if (sum < level) {
    sum *= level;
    if (x < -1) return Math.sin(sum);
  } else if (y < -1.3) return level;
  return sum + level;
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
      y: side(x, y) + stages(x, y) + stages(2 * y, x) + level + (positive ? 1 : 0) - (falling ? k : 0),
      u: du,
    };
  },
  loss: {
    terminal: ({ x, y }) =>
      (x > y ? Math.log(1 + x * x) : Math.exp(y)) + (x > 0 && Math.log(x + 1) > y ? x : 0),
  },
});
