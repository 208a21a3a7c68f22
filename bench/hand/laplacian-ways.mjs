/**
 * The Laplacian of a tanh network of any depth at a point, written by hand: value, Jacobian and Laplacian of each layer
 * pushed forward together (the forward Laplacian), four rows of a matrix at a time, and the same with a 2-jet for every
 * coordinate and the sum outside. `layers`: `{ W, b, rows, columns }` each, flat by rows; the last has no activation.
 */

/** out[i][k] = sum over j of W[i][j] in[j][k], four rows at a time. */
function product(W, rows, columns, from, to, width) {
  to.fill(0);
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const [a, b, c, d] = [i * width, (i + 1) * width, (i + 2) * width, (i + 3) * width];
    for (let j = 0; j < columns; j++) {
      const at = i * columns + j;
      const wa = W[at];
      const wb = W[at + columns];
      const wc = W[at + 2 * columns];
      const wd = W[at + 3 * columns];
      const row = j * width;
      for (let k = 0; k < width; k++) {
        const v = from[row + k];
        to[a + k] += wa * v;
        to[b + k] += wb * v;
        to[c + k] += wc * v;
        to[d + k] += wd * v;
      }
    }
  }
  for (; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const w = W[i * columns + j];
      for (let k = 0; k < width; k++) to[i * width + k] += w * from[j * width + k];
    }
}

/** Value, `jets` blocks of D coefficients and, where collapsed, their sum, are columns of one matrix a layer. */
function laplacian(D, layers, isCollapsed) {
  const width = isCollapsed ? D + 2 : 2 * D + 1;
  const widest = Math.max(...layers.map(({ rows }) => rows));
  const [z, h] = [new Float64Array(widest * width), new Float64Array(widest * width)];
  return (x) => {
    layers.forEach(({ W, b, rows, columns }, layer) => {
      if (layer === 0) {
        z.fill(0);
        for (let i = 0; i < rows; i++)
          for (let d = 0; d < D; d++) {
            z[i * width] += W[i * D + d] * x[d];
            z[i * width + 1 + d] = W[i * D + d];
          }
      } else product(W, rows, columns, h, z, width);
      if (layer === layers.length - 1) return;
      for (let i = 0; i < rows; i++) {
        const at = i * width;
        const value = Math.tanh(z[at] + b[i]);
        const s = 1 - value * value;
        const s2 = -2 * value * s;
        h[at] = value;
        let square = 0;
        for (let d = 1; d <= D; d++) {
          const g = z[at + d];
          h[at + d] = s * g;
          if (isCollapsed) square += g * g;
          else h[at + D + d] = s * z[at + D + d] + s2 * g * g;
        }
        if (isCollapsed) h[at + D + 1] = s * z[at + D + 1] + s2 * square;
      }
    });
    let sum = 0;
    for (let k = D + 1; k < width; k++) sum += z[k];
    return sum;
  };
}

export const handLaplacian = (D, layers) => laplacian(D, layers, true);
export const handUncollapsed = (D, layers) => laplacian(D, layers, false);
