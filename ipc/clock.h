/* Milliseconds. */
#ifndef ASSAY_IPC_CLOCK_H
#define ASSAY_IPC_CLOCK_H

#include <stdint.h>

int64_t clock_ms(void);      /* never goes back: for waiting */
int64_t clock_us(void);      /* the same in microseconds: for measuring */
int64_t clock_wall_ms(void); /* since 1970: for what is stored */

/* When another was heard last, later by the time for which one stood still oneself, at most `now`: one was to look
 * again at `due`, and up to `grace` ms more are no standing still. */
int64_t clock_forgiven(int64_t heard, int64_t due, int64_t now, int grace);

enum { CLOCK_TEXT_MAX = 32 };
/* 2026-03-01T08:15:30.123Z (RFC 3339) */
void clock_text(int64_t wall_ms, char text[CLOCK_TEXT_MAX]);

#endif
