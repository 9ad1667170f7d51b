/* Milliseconds. */
#ifndef ASSAY_IPC_CLOCK_H
#define ASSAY_IPC_CLOCK_H

#include <stdint.h>

int64_t clock_ms(void);      /* never goes back: for waiting */
int64_t clock_wall_ms(void); /* since 1970: for what is stored */

#endif
