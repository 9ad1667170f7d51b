/* Makes an allocation of the program under test fail. Link the test with assay_alloc; allocations inside shared
 * libraries are not counted, but those of jansson can be. */
#ifndef ASSAY_TESTS_ALLOC_H
#define ASSAY_TESTS_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* The `n`th allocation from now fails (1: the next one; 0: none). One thread only. */
void alloc_fail_at(size_t n);

/* Whether jansson's allocations count too (not at first). Its parser calls some of their failures syntax errors. */
void alloc_count_jansson(bool counted);

/* Whether one has failed since, and no further one will. */
bool alloc_has_failed(void);

#endif
