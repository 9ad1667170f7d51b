/* One value by its rank. */
#ifndef ASSAY_ENGINE_SELECT_H
#define ASSAY_ENGINE_SELECT_H

#include <stddef.h>

/* The value that would be at `k` < `count` were they sorted: Hoare's FIND (Communications of the ACM 4, 1961), with
 * moves in place of branches that cannot be foreseen. Brings them into another order. */
double select_value(double *values, size_t count, size_t k);

#endif
