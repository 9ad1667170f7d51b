/* Ctrl-C: the first asks for a clean stop, the second kills. */
#ifndef ASSAY_CLI_INTERRUPT_H
#define ASSAY_CLI_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and SIGHUP ask for a stop, and the same signal once more has its usual effect. */
void interrupt_watch(void);
/* The signal that asked for a stop; 0 while none did. */
int interrupt_signal(void);
/* A descriptor that becomes readable when a stop was asked for, for poll(); -1 before interrupt_watch. */
int interrupt_descriptor(void);

#endif
