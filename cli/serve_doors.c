#include "cli/serve_doors.h"

#include "cli/message.h"

#include "models/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const char first_list[] =
    "# Who may connect to this service over tcp://, a line a key; read again when it changes:\n"
    "#\n"
    "#   client curve25519-public BASE64 NAME     hands photos in, reads what came of them\n"
    "#   worker curve25519-public BASE64 NAME     judges photos\n"
    "#   admin curve25519-public BASE64 NAME      a client that sees and cancels what others handed in\n"
    "#\n"
    "# assay keygen FILE makes a key and prints such a line without its first word.\n";

static bool listens_to_the_network(const struct serve_doors_options *options) {
  for (size_t i = 0; i < options->endpoint_count; i++)
    if (!strncmp(options->endpoints[i], "tcp://", 6)) return true;
  return false;
}

static void raise_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

static enum status open_key(const struct serve_doors_options *options, struct serve_doors *doors, struct fault *fault) {
  char *own = NULL;
  if (asprintf(&own, "%s/broker.key", options->data) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  const char *path = options->key ? options->key : own;
  enum status status = STATUS_OK;
  if (options->key || !access(path, F_OK)) {
    status = curve_key_read(path, &doors->key, fault);
  } else {
    status = curve_key_make(&doors->key, fault);
    if (!status) status = curve_key_write(&doors->key, path, "broker", fault);
    if (!status) message_note("made a key for this broker: %s", path);
  }
  free(own);
  return status;
}

static enum status open_list(const struct serve_doors_options *options, struct serve_doors *doors,
                             struct fault *fault) {
  char *own = NULL;
  if (asprintf(&own, "%s/allow", options->data) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  const char *path = options->allow ? options->allow : own;
  enum status status = STATUS_OK;
  if (!options->allow && access(path, F_OK)) {
    status = file_write(AT_FDCWD, path, path, 0640, first_list, strlen(first_list), fault);
    if (!status) message_warning("%s: made; nobody may connect over tcp:// until it has a line a key", path);
  }
  if (!status) status = allow_list_open(path, &doors->allow, fault);
  free(own);
  return status;
}

enum status serve_doors_open(const struct serve_doors_options *options, void *context, struct serve_doors *doors,
                             struct fault *fault) {
  enum status status = STATUS_OK;
  raise_limit();
  if (options->insecure && (options->key || options->allow))
    return fault_set(fault, STATUS_USAGE, "--insecure, and keys too; expected one or the other");
  doors->security.insecure = options->insecure;
  if (options->insecure && listens_to_the_network(options))
    message_warning("--insecure: whoever reaches this port may hand in, judge and read everything");
  if (!options->insecure && listens_to_the_network(options)) {
    status = open_key(options, doors, fault);
    if (!status) status = open_list(options, doors, fault);
    doors->security.own = &doors->key;
  }
  if (!status && options->roots->count)
    status = roots_open(options->roots->items, options->roots->count, &doors->roots, fault);
  if (!status) status = guard_open(context, doors->allow, &doors->guard, fault);
  return status;
}

void serve_doors_close(struct serve_doors *doors) {
  guard_close(doors->guard);
  allow_list_close(doors->allow);
  roots_close(doors->roots);
  curve_key_wipe(&doors->key);
  *doors = (struct serve_doors){0};
}
