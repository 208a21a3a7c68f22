/* Records of the hand-written gradient of a graph neural ODE; NODES, FEATURES and STEPS are macros. */
#ifndef GRAPH_HAND_H
#define GRAPH_HAND_H

typedef struct { double W[FEATURES][FEATURES], b[FEATURES]; } hand_params;
typedef struct { const int *rowStart, *column; const double *value; } hand_graph;
typedef struct {
    double H[NODES][FEATURES], w[NODES][FEATURES];
    double stage[4][NODES][FEATURES], k[4][NODES][FEATURES], u[4][NODES][FEATURES];
    double summed[STEPS][4][NODES][FEATURES], tanh_of[STEPS][4][NODES][FEATURES];
} hand_workspace;

double hand_solve(const hand_graph *g, const hand_params *restrict p, const double (*restrict start)[FEATURES],
                  double t1, hand_workspace *restrict s);
double hand_gradient(const hand_graph *g, const hand_params *restrict p, const double (*restrict start)[FEATURES],
                     double t1, hand_workspace *restrict s, hand_params *restrict bar,
                     double (*restrict lambda)[FEATURES]);

#endif
