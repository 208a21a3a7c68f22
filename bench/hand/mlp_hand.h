/* Records of the hand-written gradient of a neural ODE; D, H and STEPS are macros. */
#ifndef MLP_HAND_H
#define MLP_HAND_H

typedef struct { double W1[H][D], b1[H], W2[D][H], b2[D]; } hand_params;
typedef struct {
    double W1t[D][H], W2t[H][D], y[D];
    double stage[STEPS][4][D], hidden[STEPS][4][H];
} hand_workspace;

double hand_solve(const hand_params *restrict p, const double *restrict start, double t1, hand_workspace *restrict s);
double hand_gradient(const hand_params *restrict p, const double *restrict start, double t1, hand_workspace *restrict s,
                     hand_params *restrict bar, double *restrict lambda);

#endif
