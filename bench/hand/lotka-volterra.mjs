/**
 * The gradient of a Lotka–Volterra solve by classical Runge–Kutta, derived and tuned by hand: what generated code is
 * measured against. States are stored per step, stages are computed again in the reverse sweep, everything is a local
 * scalar. Loss: (log hare - 3)² + (log lynx - 2)²/2 at t1.
 */

/** @param {number} steps capacity */
export function handWritten(steps) {
  const hares = new Float64Array(steps);
  const lynxes = new Float64Array(steps);
  const out = new Float64Array(7);

  /** Gradient into [value, hare, lynx, alpha, beta, gamma, delta]. */
  function gradient(hare0, lynx0, alpha, beta, gamma, delta, t1, n) {
    const hs = hares;
    const ls = lynxes;
    const h = t1 / n;
    const h2 = 0.5 * h;
    const h6 = h / 6;
    const h3 = h / 3;
    let x = hare0;
    let y = lynx0;
    for (let k = 0; k < n; k++) {
      hs[k] = x;
      ls[k] = y;
      const a1 = (alpha - beta * y) * x;
      const b1 = (delta * x - gamma) * y;
      const x2 = x + h2 * a1;
      const y2 = y + h2 * b1;
      const a2 = (alpha - beta * y2) * x2;
      const b2 = (delta * x2 - gamma) * y2;
      const x3 = x + h2 * a2;
      const y3 = y + h2 * b2;
      const a3 = (alpha - beta * y3) * x3;
      const b3 = (delta * x3 - gamma) * y3;
      const x4 = x + h * a3;
      const y4 = y + h * b3;
      const a4 = (alpha - beta * y4) * x4;
      const b4 = (delta * x4 - gamma) * y4;
      x += h6 * (a1 + 2 * (a2 + a3) + a4);
      y += h6 * (b1 + 2 * (b2 + b3) + b4);
    }
    const u = Math.log(x) - 3;
    const v = Math.log(y) - 2;
    out[0] = u * u + 0.5 * v * v;
    let p = (2 * u) / x;
    let q = v / y;
    let alphaBar = 0;
    let betaBar = 0;
    let gammaBar = 0;
    let deltaBar = 0;
    for (let k = n - 1; k >= 0; k--) {
      const x1 = hs[k];
      const y1 = ls[k];
      const f1 = alpha - beta * y1;
      const g1 = delta * x1 - gamma;
      const x2 = x1 + h2 * f1 * x1;
      const y2 = y1 + h2 * g1 * y1;
      const f2 = alpha - beta * y2;
      const g2 = delta * x2 - gamma;
      const x3 = x1 + h2 * f2 * x2;
      const y3 = y1 + h2 * g2 * y2;
      const f3 = alpha - beta * y3;
      const g3 = delta * x3 - gamma;
      const x4 = x1 + h * f3 * x3;
      const y4 = y1 + h * g3 * y3;
      const f4 = alpha - beta * y4;
      const g4 = delta * x4 - gamma;

      let wp = h6 * p;
      let wq = h6 * q;
      let px = wp * x4;
      let qy = wq * y4;
      let xy = x4 * y4;
      alphaBar += px;
      gammaBar -= qy;
      betaBar -= wp * xy;
      deltaBar += wq * xy;
      const u4 = wp * f4 + delta * qy;
      const v4 = wq * g4 - beta * px;

      wp = h3 * p + h * u4;
      wq = h3 * q + h * v4;
      px = wp * x3;
      qy = wq * y3;
      xy = x3 * y3;
      alphaBar += px;
      gammaBar -= qy;
      betaBar -= wp * xy;
      deltaBar += wq * xy;
      const u3 = wp * f3 + delta * qy;
      const v3 = wq * g3 - beta * px;

      wp = h3 * p + h2 * u3;
      wq = h3 * q + h2 * v3;
      px = wp * x2;
      qy = wq * y2;
      xy = x2 * y2;
      alphaBar += px;
      gammaBar -= qy;
      betaBar -= wp * xy;
      deltaBar += wq * xy;
      const u2 = wp * f2 + delta * qy;
      const v2 = wq * g2 - beta * px;

      wp = h6 * p + h2 * u2;
      wq = h6 * q + h2 * v2;
      px = wp * x1;
      qy = wq * y1;
      xy = x1 * y1;
      alphaBar += px;
      gammaBar -= qy;
      betaBar -= wp * xy;
      deltaBar += wq * xy;
      p += u4 + u3 + u2 + wp * f1 + delta * qy;
      q += v4 + v3 + v2 + wq * g1 - beta * px;
    }
    out[1] = p;
    out[2] = q;
    out[3] = alphaBar;
    out[4] = betaBar;
    out[5] = gammaBar;
    out[6] = deltaBar;
    return out;
  }
  return gradient;
}
