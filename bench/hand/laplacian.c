/* The Laplacian of a tanh network D -> H -> H -> 1 at a point by the forward Laplacian, written by hand, with every vector
 * padded and loops over coordinates innermost. Defines D and H before it is included. */

static double hand_laplacian(const net_problem *in) {
  static double h1[H], l1[H], j1[H][D], g2[D];
  const double *x = in->data.points[0];
  double laplacian = 0.0;
  for (int i = 0; i < H; i++) {
    double z = in->params.b1[i], square = 0.0;
    for (int d = 0; d < D; d++) z += in->params.W1[i][d] * x[d];
    const double h = tanh(z), s = 1.0 - h * h;
    for (int d = 0; d < D; d++) {
      const double g = in->params.W1[i][d];
      square += g * g;
      j1[i][d] = s * g;
    }
    h1[i] = h;
    l1[i] = -2.0 * h * s * square;
  }
  for (int i = 0; i < H; i++) {
    double z = in->params.b2[i], top = 0.0, square = 0.0;
    for (int d = 0; d < D; d++) g2[d] = 0.0;
    for (int j = 0; j < H; j++) {
      const double w = in->params.W2[i][j];
      z += w * h1[j];
      top += w * l1[j];
      for (int d = 0; d < D; d++) g2[d] += w * j1[j][d];
    }
    const double h = tanh(z), s = 1.0 - h * h;
    for (int d = 0; d < D; d++) square += g2[d] * g2[d];
    laplacian += in->params.w3[i] * (s * top - 2.0 * h * s * square);
  }
  return laplacian;
}

static double hand_uncollapsed(const net_problem *in) {
  static double h1[H], j1[H][D], k1[H][D], g2[D], t2[D];
  const double *x = in->data.points[0];
  double laplacian = 0.0;
  for (int i = 0; i < H; i++) {
    double z = in->params.b1[i];
    for (int d = 0; d < D; d++) z += in->params.W1[i][d] * x[d];
    const double h = tanh(z), s = 1.0 - h * h;
    for (int d = 0; d < D; d++) {
      const double g = in->params.W1[i][d];
      j1[i][d] = s * g;
      k1[i][d] = -2.0 * h * s * g * g;
    }
    h1[i] = h;
  }
  for (int i = 0; i < H; i++) {
    double z = in->params.b2[i];
    for (int d = 0; d < D; d++) g2[d] = t2[d] = 0.0;
    for (int j = 0; j < H; j++) {
      const double w = in->params.W2[i][j];
      z += w * h1[j];
      for (int d = 0; d < D; d++) {
        g2[d] += w * j1[j][d];
        t2[d] += w * k1[j][d];
      }
    }
    const double h = tanh(z), s = 1.0 - h * h;
    for (int d = 0; d < D; d++) laplacian += in->params.w3[i] * (s * t2[d] - 2.0 * h * s * g2[d] * g2[d]);
  }
  return laplacian;
}
