/* Libraries of which the program has every function that it calls under the library's own name, and which are loaded
 * when one of them is first called: most commands need none of them, and they bring some thirty others, which take
 * longer to load than a small photo to judge. Only the program has them so; everything else links them. */
#ifndef ASSAY_CLI_LOADED_LOADED_H
#define ASSAY_CLI_LOADED_LOADED_H

#include "models/library.h"

#include <stddef.h>

/* Ends the program with a message where the library is not there, as the system would that does not start one without
 * its libraries. Any thread. */
void loaded_need(struct library *library);

#define LOADED_POINTER_V(type, name, parameters, arguments) __typeof__(name) *name;
#define LOADED_POINTER(name, parameters, arguments) __typeof__(name) *name;
#define LOADED_ROW_V(type, name, parameters, arguments) {#name, &loaded.name},
#define LOADED_ROW(name, parameters, arguments) {#name, &loaded.name},
#define LOADED_FUNCTION_V(type, name, parameters, arguments)                                                           \
  type name parameters {                                                                                               \
    loaded_need(&library);                                                                                             \
    return loaded.name arguments;                                                                                      \
  }
#define LOADED_FUNCTION(name, parameters, arguments)                                                                   \
  void name parameters {                                                                                               \
    loaded_need(&library);                                                                                             \
    loaded.name arguments;                                                                                             \
  }

/* Defines the functions of a library's file. FUNCTIONS(VALUE, NOTHING) lists them: VALUE(type, name, (parameters),
 * (arguments)), and NOTHING(name, (parameters), (arguments)) where none is returned. Debian's package of it is `named`,
 * and `without` it, what cannot be done. */
#define LOADED(FUNCTIONS, library_file, named, without)                                                                \
  static struct { FUNCTIONS(LOADED_POINTER_V, LOADED_POINTER) } loaded;                                                \
  static const struct library_function functions[] = {FUNCTIONS(LOADED_ROW_V, LOADED_ROW){NULL, NULL}};                \
  static struct library library = {.file = library_file, .package = named, .lost = without, .functions = functions};   \
  FUNCTIONS(LOADED_FUNCTION_V, LOADED_FUNCTION)

#endif
