/* How a broker's doors are kept: its key, its allow-list, the folders that jobs may point at, the guard. */
#ifndef ASSAY_CLI_SERVE_DOORS_H
#define ASSAY_CLI_SERVE_DOORS_H

#include "cli/options.h"
#include "ipc/allow.h"
#include "ipc/curve.h"
#include "ipc/guard.h"
#include "ipc/roots.h"
#include "ipc/socket.h"

#include <stdbool.h>

struct serve_doors_options {
  const char *data;             /* where key and allow-list are by default */
  const char *const *endpoints; /* that will be listened at: only tcp:// needs keys */
  size_t endpoint_count;
  const char *key, *allow; /* files; NULL: broker.key and allow in `data`, made where they are missing */
  const struct words *roots;
  bool insecure;
};

/* All zero is none; ends with serve_doors_close in either case, after the sockets are closed. */
struct serve_doors {
  struct curve_key key;
  struct socket_security security; /* points into this struct */
  struct allow_list *allow;        /* NULL where there are no keys */
  struct roots *roots;             /* NULL where none was named */
  struct guard *guard;
};

/* Raises the limit of descriptors as far as it may be, and opens all of it. */
enum status serve_doors_open(const struct serve_doors_options *options, void *context, struct serve_doors *doors,
                             struct fault *fault);
void serve_doors_close(struct serve_doors *doors);

#endif
