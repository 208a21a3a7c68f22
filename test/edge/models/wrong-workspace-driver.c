/* Workspaces that belong to another model are refused in debug builds, and not touched. */
#include <string.h>
#include "edge.h"
#include "m.h"
#include "w.h"

static m_problem small;
static m_gradients small_result;
static m_solution small_solution;
static m_adam adam;
static w_problem large;
static w_gradients large_result;
static union {
  m_workspace small;
  w_workspace large;
} arena;
static unsigned char before[sizeof arena];
/* As large as the small model needs, and not a byte more. */
static m_workspace own;

static int is_untouched(void) { return memcmp(&arena, before, sizeof arena) == 0; }

void edge_main(void) {
  void *const erased = &arena;
  void *const short_of = &own;
  small = m_default;
  large = w_default;
  edge_check("bytes are counted with the tag", sizeof(m_workspace) == M_WORKSPACE_BYTES);
  edge_check("a fresh workspace is taken", m_gradient(&small, (m_workspace *)erased, &small_result) == M_OK);
  edge_check("and again", m_solve(&small, (m_workspace *)erased, &small_solution) == M_OK);
  (void)memcpy(before, &arena, sizeof arena);
  edge_check("that of another model is refused", w_gradient(&large, (w_workspace *)erased, &large_result) == W_WRONG_WORKSPACE);
  edge_check("and not touched", is_untouched());
  edge_check("results are no numbers", (large_result.value != large_result.value) &&
                                           (large_result.params.W1[7][3] != large_result.params.W1[7][3]));
  edge_check("also where it is too short", (m_gradient(&small, &own, &small_result) == M_OK) &&
                                               (w_gradient(&large, (w_workspace *)short_of, &large_result) == W_WRONG_WORKSPACE));
  edge_check("it is still its owner's", m_gradient(&small, (m_workspace *)erased, &small_result) == M_OK);
  (void)memset(&arena, 0, sizeof arena);
  edge_check("cleared it is anybody's", w_gradient(&large, (w_workspace *)erased, &large_result) == W_OK);
  (void)memcpy(before, &arena, sizeof arena);
  edge_check("a solve refuses it", m_solve(&small, (m_workspace *)erased, &small_solution) == M_WRONG_WORKSPACE);
  edge_check("with no numbers", (small_solution.value != small_solution.value) &&
                                    (small_solution.states[0].q != small_solution.states[0].q));
  m_adam_init(&adam, 0.1f);
  edge_check("so does a step", m_adam_step(&small, &adam, (m_workspace *)erased, &small_result) == M_WRONG_WORKSPACE);
  edge_check("which moves nothing", (small.params.stiffness == m_default.params.stiffness) && (adam.mean_left == 1.0f));
  edge_check("and touches nothing", is_untouched());
  (void)memset(&arena, 0xAA, sizeof arena);
  edge_check("neither is rubbish taken", m_gradient(&small, (m_workspace *)erased, &small_result) == M_WRONG_WORKSPACE);
}
