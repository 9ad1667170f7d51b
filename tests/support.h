/* What the tests share: temporary folders and the real data that may or may not be there. */
#ifndef ASSAY_TESTS_SUPPORT_H
#define ASSAY_TESTS_SUPPORT_H

#include <stddef.h>
#include <stdint.h>

/* A new empty folder under $TMPDIR or /tmp; support_remove deletes it with all that is in it. The caller frees the
 * path. */
char *support_folder(void);
void support_remove(char *folder);

/* printf into a new string; the caller frees it. Never NULL. */
char *support_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes a file, or fails the test. */
void support_write(const char *path, const void *bytes, size_t size);

/* The path of `name` below $ASSAY_TEST_DATA (default: ../shared/data from the project's root), to be freed;
 * where it is missing the test is skipped, with a word. */
char *support_data(const char *name);

/* A deterministic random number generator (xorshift64*), so that a failing case can be run again from its seed. */
uint64_t support_random(uint64_t *state);
/* Evenly over (0, 1), without the ends. */
double support_uniform(uint64_t *state);

#endif
