import { ode, vec } from "odegrad";

const knots = [-1, -0.5, 0, 0.4, 1.1];

/** A root by Newton's method: capped, left when it stands. */
function kepler(mean: number, eccentricity: number): number {
  let anomaly = mean;
  for (let i = 0; i < 30; i++) {
    const change = (anomaly - eccentricity * Math.sin(anomaly) - mean) / (1 - eccentricity * Math.cos(anomaly));
    anomaly -= change;
    if (Math.abs(change) < 1e-14) break;
  }
  return anomaly;
}

/** Returns from inside the loop. */
function interpolate(x: number, heights: Float64Array): number {
  if (x <= knots[0]) return heights[0];
  for (let i = 1; i < heights.length; i++) {
    if (x > knots[i]) continue;
    const w = (x - knots[i - 1]) / (knots[i] - knots[i - 1]);
    return (1 - w) * heights[i - 1] + w * heights[i];
  }
  return heights[heights.length - 1];
}

/** From an inner loop through the outer one. */
function firstAbove(u: Float64Array, level: number): [number, number] {
  for (let i = 0; i < u.length; i++) {
    for (let j = i; j >= 0; j -= 2) {
      if (u[i] * u[j] > level) {
        const found: [number, number] = [u[i], u[j]];
        return found;
      }
      if (u[j] < -0.8) break;
    }
  }
  return [level, -level];
}

export const solved = ode({
  state: { x: 0.3, y: vec(5, [0.1, -0.4, 0.7, 0.2, -0.6]) },
  params: { e: 0.3, heights: vec(5, [1, 2, 1.5, 0.5, 0.2]) },
  rhs: ({ x, y }, { e, heights }) => {
    const dy = vec(5);
    const [a, b] = firstAbove(y, e);
    for (let i = 0; i < 5; i++) dy[i] = interpolate(y[i], heights) * a - b;
    return { x: kepler(x, 0.5 * Math.tanh(e)), y: dy };
  },
});

export const skipped = ode({
  state: { x: 0.3, y: vec(6, [0.1, -0.4, 0.7, 0.2, -0.6, 0.9]) },
  params: { k: 0.7 },
  rhs: ({ x, y }, { k }) => {
    const dy = vec(6);
    // Left in the middle of what it does, in both branches, with a value given on one way alone.
    for (let i = 0; i < 6; i++) {
      let kind: number;
      if (y[i] > k) {
        if (x > 0) continue;
        kind = 1;
      } else if (y[i] < -k) {
        kind = 2;
        if (x < -0.5) break;
      } else {
        kind = 3;
      }
      dy[i] = kind * y[i];
      if (i % 2 === 0) continue;
      dy[i] += x;
    }
    // A bound that is not constant: the loop goes on idle.
    let sum = 0;
    for (let i = 0; i < 6; i++) {
      for (let j = 5; j > i; j--) {
        sum += y[j] * 0.1;
        if (sum > k) break;
        sum -= x * 0.05;
      }
    }
    // Of a step other than 1, downwards.
    for (let i = 5; i >= 0; i -= 2) {
      sum += y[i];
      if (sum < -k) break;
    }
    for (const value of y) {
      if (value < 0) continue;
      if (value > 0.8) break;
      sum += value;
    }
    for (const value of [x, k, y[0], y[1]]) {
      if (value > 0.65) break;
      if (value < -0.65) continue;
      sum *= 1 + 0.1 * value;
    }
    for (let i = 0; i < 0; i++) {
      if (x > 0) break;
      sum = 0;
    }
    return { x: sum, y: dy };
  },
});

export const functions = ode({
  state: { x: 0.3, y: vec(4, [0.1, -0.4, 0.7, 0.2]) },
  params: { k: 0.2 },
  rhs: ({ x, y }, { k }) => {
    for (let i = 0; i < 4; i++) {
      if (y[i] < -k) return { x: y[i], y: y.map((each) => each * x) };
    }
    const largest = y.reduce((best, each) => {
      for (let i = 0; i < 3; i++) {
        if (each < i * k) return best + i * x;
      }
      return Math.max(best, each);
    }, 0);
    return { x: largest, y };
  },
});
