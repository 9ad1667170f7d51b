/* Faults on demand in a build of the program (`assay_under_fault`): the linker's --wrap sends what assay's own objects
 * call to the wrappers here, which ask `inject` whether this call fails. What libraries do inside is not touched,
 * except the memory of jansson, and SQLite through its own hooks.
 *
 * A place is where the call stands in the program, as an offset; the pseudo-places of enum inside stand for all calls
 * within a library. The environment says what happens:
 *
 *   ASSAY_FAULT=PLACE:N    the N-th call at this place (hexadecimal) fails, once
 *   ASSAY_FAULT_LOG=FILE   gets a line "failed NAME PLACE CALLER..." when it did; without ASSAY_FAULT, at the end a
 * line "calls NAME PLACE COUNT" for each place that was reached */
#ifndef ASSAY_TESTS_FAULT_INJECT_H
#define ASSAY_TESTS_FAULT_INJECT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum inside { INSIDE_JANSSON = 1, INSIDE_SQLITE_MEMORY, INSIDE_SQLITE_FILES };

/* Whether this call fails. `caller`: __builtin_return_address(0). */
bool inject(const char *name, const void *caller);
bool inject_inside(const char *name, enum inside library);

/* Puts the hooks of SQLite and jansson in place; called before main. */
void inject_into_sqlite(void);
void inject_into_jansson(void);

#ifdef __cplusplus
}
#endif

#endif
