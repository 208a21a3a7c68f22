/* Times the generated and the hand-written Laplacian in turn; the least of many rounds counts. Prints microseconds. */
#define _POSIX_C_SOURCE 199309L
#include "net.h"
#include <math.h>
#include <stdio.h>
#include <time.h>
#include "laplacian.c"

static net_problem problem;
static net_workspace workspace;
static net_solution solution;
static volatile double sink;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e6 * (double)t.tv_sec + 1e-3 * (double)t.tv_nsec;
}

static void generated(void) {
  net_evaluate(&problem, &workspace, &solution);
  sink = solution.outputs[0].value;
}
static void hand(void) { sink = hand_laplacian(&problem); }
static void uncollapsed(void) { sink = hand_uncollapsed(&problem); }

int main(void) {
  void (*const candidates[3])(void) = {hand, generated, uncollapsed};
  double best[3] = {1e300, 1e300, 1e300}, values[3];
  problem = net_default;
  for (int round = 0; round < 60; round++) {
    for (int c = 0; c < 3; c++) {
      const double start = now();
      for (int i = 0; i < REPEATS; i++) {
        /* Another point each time: nothing may be known before. */
        problem.data.points[0][0] += 1e-9;
        candidates[c]();
      }
      const double each = (now() - start) / REPEATS;
      if (each < best[c]) best[c] = each;
    }
  }
  problem = net_default;
  for (int c = 0; c < 3; c++) {
    candidates[c]();
    values[c] = sink;
  }
  printf("%.17g %.17g %.17g %g %g %g\n", values[0], values[1], values[2], best[0], best[1], best[2]);
  return 0;
}
