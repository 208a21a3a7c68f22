/* Training on the part: a stream of noisy samples in a ring buffer, Adam on the last window of it, until the parameters
 * are those of the plant. The plant is the same model under parameters that the training does not see. */
#include "edge.h"
#include "m.h"

#define WINDOW 8u
#define RING 16u
#define STEPS 4000u

static m_problem plant;
static m_problem model;
static m_workspace workspace;
static m_solution moved;
static m_gradients result;
static m_adam adam;
static float ring[RING];
static uint16_t written;
static int16_t failures;
static uint32_t seed = 1u;

/* Uniform within a hundredth of the amplitude. */
static float noise(void) {
  seed = (seed * 1664525u) + 1013904223u;
  return 0.02f * (((float)(seed >> 8) / 16777216.0f) - 0.5f);
}

/* Two seconds of the plant: its samples go into the ring as they come. */
static void listen(void) {
  uint16_t k;
  failures = (int16_t)(failures + (m_solve(&plant, &workspace, &moved) != M_OK));
  for (k = 0u; k < WINDOW; k++) {
    ring[written % RING] = moved.states[k].q + noise();
    written = (uint16_t)((written + 1u) % (8u * RING));
  }
  plant.state0 = moved.states[WINDOW - 1u];
  /* What has come to rest is pushed again. */
  if ((plant.state0.q * plant.state0.q) + (plant.state0.v * plant.state0.v) < 0.5f) plant.state0.v += 1.0f;
}

static void learn(void) {
  uint16_t k;
  for (k = 0u; k < WINDOW; k++) model.data.seen[k] = ring[(written + RING - WINDOW + k) % RING];
  failures = (int16_t)(failures + (m_adam_step(&model, &adam, &workspace, &result) != M_OK));
}

static void one_step(void) { learn(); }

static int near(float found, float truth) {
  const float apart = (found > truth) ? (found - truth) : (truth - found);
  return apart <= 0.01f * truth;
}

void edge_main(void) {
  uint16_t n;
  plant = m_default;
  plant.params.stiffness = 2.3f;
  plant.params.damping = 0.35f;
  model = m_default;
  m_adam_init(&adam, 0.05f);
  for (n = 0u; n < STEPS; n++) {
    model.state0.q = plant.state0.q + noise();
    model.state0.v = plant.state0.v + noise();
    listen();
    learn();
    adam.rate *= 0.999f;
  }
  edge_measure("step", one_step);
  edge_check("every call is well", failures == 0);
  edge_check("the stiffness is within 1 %", near(model.params.stiffness, 2.3f));
  edge_check("the damping is within 1 %", near(model.params.damping, 0.35f));
  edge_vec_f32("stiffness", &model.params.stiffness, 1u);
  edge_vec_f32("damping", &model.params.damping, 1u);
}
