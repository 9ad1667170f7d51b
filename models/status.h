/* What a function came to, and the message for the user.
 *
 * No function of assay prints or exits. One that can fail returns an enum status and, through its last argument,
 * leaves a message that names the file, the place in it and what was expected. */
#ifndef ASSAY_MODELS_STATUS_H
#define ASSAY_MODELS_STATUS_H

enum status {
  STATUS_OK = 0,
  STATUS_USAGE,       /* the command line or the arguments make no sense */
  STATUS_INVALID,     /* what the user gave is not valid: a damaged photo, a wrong spec, a bad message */
  STATUS_MISSING,     /* it is not there */
  STATUS_LIMIT,       /* larger than assay accepts */
  STATUS_IO,          /* reading or writing failed */
  STATUS_MEMORY,      /* out of memory */
  STATUS_UNAVAILABLE, /* the service does not answer */
  STATUS_STOPPED,     /* stopped by the user or by a signal */
  STATUS_DEVICE,      /* a GPU failed, is taken or has no memory left: the CPU can do the same work */
  STATUS_INTERNAL     /* a fault of assay itself */
};

/* A failed call's message. Belongs to the caller, one a thread; `text` is UTF-8, one sentence or more, no newline,
 * without a leading "error:". All zero means no fault. */
struct fault {
  enum status status;
  char text[1024];
};

/* Sets `fault` (may be NULL) from a printf format and returns `status`, so that a caller can write
 * `return fault_set(fault, STATUS_INVALID, "...")`. A text that is too long is cut, never overrun; bytes of a file name
 * that are no printable UTF-8 become '?'. */
enum status fault_set(struct fault *fault, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#ifdef __clang_analyzer__
/* It sees one file at a time and would follow paths on which a fault is no fault. */
#define fault_set(fault, status, ...) ((void)(fault_set)(fault, status, __VA_ARGS__), (status))
#endif

/* Puts `prefix` and ": " before the message, for a caller that knows the place. Returns fault->status. */
enum status fault_prefix(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The exit code of the command line for a status (sysexits): 0, 64, 65, 69, 70 or 74. */
int status_exit_code(enum status status);

#endif
