/* Calls that must be refused with a status, and leave memory and parameters alone. */
#include <math.h>
#include <stddef.h>
#include "edge.h"
#include "m.h"

static m_problem problem;
static m_workspace workspace;
static m_solution solution;
static m_gradients result;
static m_adam adam;

static int is_refused(void) {
  const int solved = m_solve(&problem, &workspace, &solution);
  const int derived = m_gradient(&problem, &workspace, &result);
  const int nothing = (solution.value != solution.value) && (result.value != result.value) &&
                      (result.params.stiffness != result.params.stiffness);
  return (solved != M_OK) && (derived != M_OK) && nothing;
}

void edge_main(void) {
  problem = m_default;
  m_adam_init(NULL, 0.1f);
  m_adam_init(&adam, 0.1f);
  edge_check("null problem", m_gradient(NULL, &workspace, &result) == M_BAD_ARGUMENT);
  edge_check("null workspace", m_solve(&problem, NULL, &solution) == M_BAD_ARGUMENT);
  edge_check("null results", m_gradient(&problem, &workspace, NULL) == M_BAD_ARGUMENT);
  edge_check("null state of Adam", m_adam_step(&problem, NULL, &workspace, &result) == M_BAD_ARGUMENT);
  edge_check("defaults are well", m_gradient(&problem, &workspace, &result) == M_OK);
  problem.steps = M_STEPS + 1u;
  edge_check("too many steps", is_refused());
  edge_check("too many steps of training", m_adam_step(&problem, &adam, &workspace, &result) == M_STEP_LIMIT);
  edge_check("which moves nothing", (problem.params.stiffness == m_default.params.stiffness) && (adam.mean_left == 1.0f));
  problem.steps = UINT32_MAX;
  edge_check("far too many steps", is_refused());
  problem.steps = 0u;
  edge_check("no steps", is_refused());
  problem = m_default;
  problem.t1 = (float)NAN;
  edge_check("an end that is no number", is_refused());
  problem = m_default;
  problem.t1 = problem.t0;
  edge_check("an empty interval", is_refused());
  problem = m_default;
  problem.params.damping = (float)NAN;
  edge_check("a parameter that is no number", is_refused());
  problem = m_default;
  problem.state0.q = (float)INFINITY;
  edge_check("an infinite state", is_refused());
  problem = m_default;
  problem.times[0] = -1.0f;
  edge_check("a time before the start", is_refused());
  problem = m_default;
  edge_check("and well again", m_gradient(&problem, &workspace, &result) == M_OK);
}
