/* The order of numbers, for qsort. */
#ifndef ASSAY_MODELS_ASCENDING_H
#define ASSAY_MODELS_ASCENDING_H

/* Of two doubles, the smaller first; none may be NAN. */
int ascending(const void *a, const void *b);

#endif
