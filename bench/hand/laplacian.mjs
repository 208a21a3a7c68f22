/**
 * The Laplacian of a tanh network D → H → H → 1 at a point, written by hand: value, Jacobian and Laplacian of each layer
 * pushed forward together (the forward Laplacian), and the same with a 2-jet for every coordinate and the sum outside.
 */

export function handLaplacian(D, H, params) {
  const work = {
    h1: new Float64Array(H),
    j1: new Float64Array(H * D),
    l1: new Float64Array(H),
    g2: new Float64Array(D),
  };
  return (x) => {
    const { W1, b1, W2, b2, w3 } = params;
    const { h1, j1, l1, g2 } = work;
    for (let i = 0; i < H; i++) {
      let z = b1[i];
      let square = 0;
      for (let d = 0; d < D; d++) z += W1[i * D + d] * x[d];
      const h = Math.tanh(z);
      const s = 1 - h * h;
      h1[i] = h;
      for (let d = 0; d < D; d++) {
        const g = W1[i * D + d];
        square += g * g;
        j1[i * D + d] = s * g;
      }
      l1[i] = -2 * h * s * square;
    }
    let laplacian = 0;
    for (let i = 0; i < H; i++) {
      let z = b2[i];
      let top = 0;
      g2.fill(0);
      for (let j = 0; j < H; j++) {
        const w = W2[i * H + j];
        z += w * h1[j];
        top += w * l1[j];
        const at = j * D;
        for (let d = 0; d < D; d++) g2[d] += w * j1[at + d];
      }
      const h = Math.tanh(z);
      const s = 1 - h * h;
      let square = 0;
      for (let d = 0; d < D; d++) square += g2[d] * g2[d];
      laplacian += w3[i] * (s * top - 2 * h * s * square);
    }
    return laplacian;
  };
}

export function handUncollapsed(D, H, params) {
  const work = {
    h1: new Float64Array(H),
    j1: new Float64Array(H * D),
    k1: new Float64Array(H * D),
    g2: new Float64Array(D),
    t2: new Float64Array(D),
  };
  return (x) => {
    const { W1, b1, W2, b2, w3 } = params;
    const { h1, j1, k1, g2, t2 } = work;
    for (let i = 0; i < H; i++) {
      let z = b1[i];
      for (let d = 0; d < D; d++) z += W1[i * D + d] * x[d];
      const h = Math.tanh(z);
      const s = 1 - h * h;
      h1[i] = h;
      for (let d = 0; d < D; d++) {
        const g = W1[i * D + d];
        j1[i * D + d] = s * g;
        k1[i * D + d] = -2 * h * s * g * g;
      }
    }
    let laplacian = 0;
    for (let i = 0; i < H; i++) {
      let z = b2[i];
      g2.fill(0);
      t2.fill(0);
      for (let j = 0; j < H; j++) {
        const w = W2[i * H + j];
        z += w * h1[j];
        const at = j * D;
        for (let d = 0; d < D; d++) {
          g2[d] += w * j1[at + d];
          t2[d] += w * k1[at + d];
        }
      }
      const h = Math.tanh(z);
      const s = 1 - h * h;
      for (let d = 0; d < D; d++) laplacian += w3[i] * (s * t2[d] - 2 * h * s * g2[d] * g2[d]);
    }
    return laplacian;
  };
}
