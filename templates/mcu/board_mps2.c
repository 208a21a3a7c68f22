/* The board is QEMU's mps2-an386, a Cortex-M4F: vector table, start-up, and semihosting for text and the end of the
 * program. A part of your own brings start-up code from its vendor; then board_write alone is left to write. */
#include <stdint.h>

#include "board.h"

/* Places that the linker script names. */
extern uint32_t board_data_load[], board_data_start[], board_data_end[];
extern uint32_t board_bss_start[], board_bss_end[];
extern uint32_t board_stack_top[];

int main(void);
void reset_handler(void);

/* Asks the debugger, here the emulator, to do something. */
static uint32_t semihost(uint32_t operation, uint32_t argument)
{
    register uint32_t r0 __asm__("r0") = operation;
    register uint32_t r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void board_write(const char *text) { (void)semihost(0x04u, (uint32_t)(uintptr_t)text); }

/* Ends the emulator with a status. */
static void leave(int status)
{
    uint32_t block[2];
    block[0] = 0x20026u;
    block[1] = (uint32_t)status;
    (void)semihost(0x20u, (uint32_t)(uintptr_t)block);
    for (;;) {
    }
}

static void fault(void)
{
    board_write("processor fault: bad access, undefined instruction or stack overflow\n");
    leave(2);
}

typedef void (*vector)(void);
__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
    (vector)(uintptr_t)board_stack_top, reset_handler, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0,
    fault, fault,
};

void reset_handler(void)
{
    const uint32_t *from = board_data_load;
    uint32_t *to;
    for (to = board_data_start; to < board_data_end; to++) {
        *to = *from;
        from++;
    }
    for (to = board_bss_start; to < board_bss_end; to++) {
        *to = 0u;
    }
    /* Single-precision arithmetic is off until it is asked for. */
    *(volatile uint32_t *)0xE000ED88u |= 0xFu << 20;
    __asm__ volatile("dsb\n isb" : : : "memory");
    leave(main());
}

/* Functions of newlib's libm that report errors do it here. */
int *__errno(void);
int *__errno(void)
{
    static int number;
    return &number;
}
