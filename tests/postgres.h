/* A PostgreSQL server of the test's own, in a temporary folder, reached through its socket only; the system's is left
 * alone. As root it runs as "nobody", since PostgreSQL refuses root. It ends with the process that started it. */
#ifndef ASSAY_TESTS_POSTGRES_H
#define ASSAY_TESTS_POSTGRES_H

#include <stdbool.h>

struct postgres;

/* NULL, with a word on standard output, where PostgreSQL is not installed. What fails else fails the test. Its fsync is
 * off: it may be killed, the machine must not. */
struct postgres *postgres_start(void);
void postgres_end(struct postgres *postgres);

/* A new, empty database: its URI, which the caller frees. */
char *postgres_fresh(struct postgres *postgres);

/* Kills the server with all that its clients are about; and has it back, when postgres_restart returns. */
void postgres_kill(struct postgres *postgres);
void postgres_restart(struct postgres *postgres);

/* Until a client waits for a lock. */
void postgres_await_lock(const char *uri);

/* Runs statements; "" or the first value of the last one, which the caller frees. */
char *postgres_ask(const char *uri, const char *script);

#endif
