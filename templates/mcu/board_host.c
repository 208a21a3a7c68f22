/* The board is this machine. */
#include <stdio.h>

#include "board.h"

void board_write(const char *text) { (void)fputs(text, stdout); }
