/* What main.c needs of the board it runs on. */
#ifndef BOARD_H
#define BOARD_H

/* Shows a text. */
void board_write(const char *text);

#endif
