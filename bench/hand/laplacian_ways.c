/* Times ways to compute one operator, each a module of its own, in turn; the least of many rounds counts. `ways.h`
 * includes the modules and lists them as WAYS(M); with WIDTHS, the rows of each layer, the forward Laplacian written by
 * hand is one more. Reads the parameters and the point from the file that is its argument. Prints the values, then
 * microseconds. */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "ways.h"
#ifdef WIDTHS
#include <math.h>
#include <string.h>
#endif

/* At the start of a cache line, all alike: where the linker happens to put a workspace decides over a third of the time. */
#define LINE __attribute__((aligned(64)))

#define MODULE(p)                                                                                \
  static p##_problem p##_in LINE;                                                                \
  static p##_workspace p##_ws LINE;                                                              \
  static p##_solution p##_out;                                                                   \
  static double p##_run(void) {                                                                  \
    /* Another point each time: nothing may be known before. */                                  \
    p##_in.data.points[0][0] += 1e-9;                                                            \
    if (p##_evaluate(&p##_in, &p##_ws, &p##_out) != 0) exit(3);                                  \
    return p##_out.outputs[0].value;                                                             \
  }                                                                                              \
  static void p##_read(const char *name) {                                                       \
    FILE *file = fopen(name, "rb");                                                              \
    if (file == NULL) exit(4);                                                                   \
    p##_in = p##_default;                                                                        \
    if (fread(&p##_in.params, sizeof p##_in.params, 1, file) != 1) exit(5);                      \
    if (fread(p##_in.data.points[0], sizeof p##_in.data.points[0], 1, file) != 1) exit(6);       \
    fclose(file);                                                                                \
  }
WAYS(MODULE)

#ifdef WIDTHS
/* A tanh network of any depth, its last layer of one row without activation; every vector padded by coordinates. */
static double hand_run(void) {
  static const int rows[] = WIDTHS;
  enum { LAYERS = sizeof rows / sizeof rows[0] };
  static double h[2][MOST] LINE, l[2][MOST] LINE, jet[2][MOST][D] LINE;
  const double *p = (const double *)&collapsed_in.params;
  double *x = collapsed_in.data.points[0];
  int columns = D, from = 0;
  x[0] += 1e-9;
  for (int n = 0; n < LAYERS; n++) {
    const int to = 1 - from;
    const double *b = p + rows[n] * columns;
    for (int i = 0; i < rows[n]; i++) {
      const double *w = p + i * columns;
      double z = b[i], top = 0.0, square = 0.0, g[D];
      if (n == 0) {
        for (int d = 0; d < D; d++) z += w[d] * x[d];
        memcpy(g, w, sizeof g);
      } else {
        for (int d = 0; d < D; d++) g[d] = 0.0;
        for (int j = 0; j < columns; j++) {
          const double c = w[j];
          z += c * h[from][j];
          top += c * l[from][j];
          for (int d = 0; d < D; d++) g[d] += c * jet[from][j][d];
        }
      }
      if (n == LAYERS - 1) return top;
      const double value = tanh(z), s = 1.0 - value * value;
      h[to][i] = value;
      for (int d = 0; d < D; d++) {
        square += g[d] * g[d];
        jet[to][i][d] = s * g[d];
      }
      l[to][i] = s * top - 2.0 * value * s * square;
    }
    p = b + rows[n];
    columns = rows[n];
    from = to;
  }
  return 0.0;
}
#endif

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e6 * (double)t.tv_sec + 1e-3 * (double)t.tv_nsec;
}

#define READ(p) p##_read(names[1]);
#define RUN(p) p##_run,

int main(int count, char **names) {
  double (*const ways[])(void) = {
    WAYS(RUN)
#ifdef WIDTHS
    hand_run
#endif
  };
  enum { COUNT = sizeof ways / sizeof ways[0] };
  double best[COUNT], values[COUNT];
  if (count != 2) return 2;
  for (int w = 0; w < COUNT; w++) {
    WAYS(READ) /* The same point for every way. */
    values[w] = ways[w]();
    best[w] = 1e300;
  }
  for (int round = 0; round < ROUNDS; round++) {
    for (int w = 0; w < COUNT; w++) {
      const double start = now();
      for (int i = 0; i < REPEATS; i++) ways[w]();
      const double each = (now() - start) / REPEATS;
      if (each < best[w]) best[w] = each;
    }
  }
  for (int w = 0; w < COUNT; w++) printf("%.17g ", values[w]);
  for (int w = 0; w < COUNT; w++) printf("%g ", best[w]);
  return 0;
}
