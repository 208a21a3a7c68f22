/* Training on the part. A plant, here the same model under parameters that the training does not see, gives noisy
 * samples; they go into a ring buffer, and Adam takes a step on the last window of them, again and again. On a part of
 * your own, `listen` reads a sensor. */
#include <stdint.h>

#include "board.h"
#include "oscillator.h"

#define WINDOW 8u
#define RING 16u
#define STEPS 4000u
#define SHOWN 500u

static const float true_stiffness = 2.3f;
static const float true_damping = 0.35f;

/* All the memory there is, beside the stack. */
static oscillator_problem plant;
static oscillator_problem model;
static oscillator_workspace workspace;
static oscillator_solution moved;
static oscillator_gradients gradients;
static oscillator_adam adam;
static float ring[RING];
static uint32_t written;
static uint32_t seed = 1u;

/* Uniform within a hundredth of the amplitude. */
static float noise(void)
{
    seed = (seed * 1664525u) + 1013904223u;
    return 0.02f * (((float)(seed >> 8) / 16777216.0f) - 0.5f);
}

/* Two seconds of the plant: its samples go into the ring as they come. Returns a status. */
static int listen(void)
{
    uint32_t k;
    const int status = oscillator_solve(&plant, &workspace, &moved);
    for (k = 0u; k < WINDOW; k++) {
        ring[written % RING] = moved.states[k].q + noise();
        written++;
    }
    plant.state0 = moved.states[WINDOW - 1u];
    /* What has come to rest is pushed again. */
    if (((plant.state0.q * plant.state0.q) + (plant.state0.v * plant.state0.v)) < 0.5f) {
        plant.state0.v += 1.0f;
    }
    return status;
}

/* One step on the last window. Returns a status. */
static int learn(void)
{
    uint32_t k;
    for (k = 0u; k < WINDOW; k++) {
        model.data.seen[k] = ring[((written + RING) - WINDOW + k) % RING];
    }
    return oscillator_adam_step(&model, &adam, &workspace, &gradients);
}

static void write_count(uint32_t number)
{
    char text[11];
    uint32_t at = 10u;
    text[at] = '\0';
    do {
        at--;
        text[at] = (char)('0' + (int)(number % 10u));
        number /= 10u;
    } while (number != 0u);
    board_write(&text[at]);
}

/* Four decimals, without printf, which is larger than the model. */
static void write_number(float number)
{
    const float magnitude = (number < 0.0f) ? -number : number;
    const uint32_t parts = (uint32_t)((magnitude * 10000.0f) + 0.5f);
    const uint32_t decimals = parts % 10000u;
    board_write((number < 0.0f) ? "-" : "");
    write_count(parts / 10000u);
    board_write(".");
    board_write((decimals < 10u) ? "000" : (decimals < 100u) ? "00" : (decimals < 1000u) ? "0" : "");
    write_count(decimals);
}

static void show(const char *name, float stiffness, float damping)
{
    board_write(name);
    board_write("  stiffness ");
    write_number(stiffness);
    board_write("  damping ");
    write_number(damping);
    board_write("\n");
}

/* Within 1 %. */
static int is_near(float found, float truth)
{
    const float apart = (found > truth) ? (found - truth) : (truth - found);
    return apart <= (0.01f * truth);
}

int main(void)
{
    uint32_t step;
    plant = oscillator_default;
    plant.params.stiffness = true_stiffness;
    plant.params.damping = true_damping;
    model = oscillator_default;
    oscillator_adam_init(&adam, 0.05f);
    show("start", model.params.stiffness, model.params.damping);
    for (step = 1u; step <= STEPS; step++) {
        model.state0.q = plant.state0.q + noise();
        model.state0.v = plant.state0.v + noise();
        if ((listen() != OSCILLATOR_OK) || (learn() != OSCILLATOR_OK)) {
            board_write("a call failed\n");
            return 1;
        }
        adam.rate *= 0.999f;
        if ((step % SHOWN) == 0u) {
            show("found", model.params.stiffness, model.params.damping);
        }
    }
    show("truth", true_stiffness, true_damping);
    if (!is_near(model.params.stiffness, true_stiffness) || !is_near(model.params.damping, true_damping)) {
        board_write("more than 1 % apart\n");
        return 1;
    }
    board_write("within 1 %\n");
    return 0;
}
