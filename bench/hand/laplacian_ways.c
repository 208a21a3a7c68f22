/* Times ways to compute one Laplacian, each a module of its own, in turn; the least of many rounds counts. Reads the
 * parameters and the point from the file that is its argument. Prints the values, then microseconds. */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "collapsed.h"
#include "inside.h"
#include "nested.h"
#include "outside.h"

#define MODULE(p)                                                                                \
  static p##_problem p##_in;                                                                     \
  static p##_workspace p##_ws;                                                                   \
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
MODULE(collapsed)
MODULE(inside)
MODULE(outside)
MODULE(nested)

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e6 * (double)t.tv_sec + 1e-3 * (double)t.tv_nsec;
}

int main(int count, char **names) {
  double (*const ways[4])(void) = {collapsed_run, inside_run, outside_run, nested_run};
  double best[4] = {1e300, 1e300, 1e300, 1e300}, values[4];
  if (count != 2) return 2;
  collapsed_read(names[1]);
  inside_read(names[1]);
  outside_read(names[1]);
  nested_read(names[1]);
  for (int w = 0; w < 4; w++) values[w] = ways[w]();
  for (int round = 0; round < ROUNDS; round++) {
    for (int w = 0; w < 4; w++) {
      const double start = now();
      for (int i = 0; i < REPEATS; i++) ways[w]();
      const double each = (now() - start) / REPEATS;
      if (each < best[w]) best[w] = each;
    }
  }
  for (int w = 0; w < 4; w++) printf("%.17g ", values[w]);
  for (int w = 0; w < 4; w++) printf("%g ", best[w]);
  return 0;
}
