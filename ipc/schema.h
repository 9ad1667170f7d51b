/* What the header of each kind of message holds. One table checks what comes in, whoever sent it. */
#ifndef ASSAY_IPC_SCHEMA_H
#define ASSAY_IPC_SCHEMA_H

#include "ipc/protocol.h"
#include "models/status.h"

#include <jansson.h>
#include <stdbool.h>

enum field_type {
  FIELD_INTEGER, /* low..high */
  FIELD_BOOLEAN,
  FIELD_TEXT,        /* low..high bytes of UTF-8 without control characters */
  FIELD_HEX,         /* exactly `high` lower-case hexadecimal digits */
  FIELD_WORD,        /* one of `words` */
  FIELD_OBJECT,      /* anything: its owner checks it */
  FIELD_LIST,        /* low..high objects of `fields` */
  FIELD_HEX_LIST,    /* low..high strings of PROTOCOL_ID_CHARS hexadecimal digits */
  FIELD_INTEGER_LIST /* low..high integers from 0 */
};

struct field {
  const char *name;
  enum field_type type;
  long long low, high;
  bool optional;              /* may be missing or null */
  const struct field *fields; /* of a list's objects, ended by a name of NULL */
  const char *const *words;   /* ended by NULL */
};

/* The schema of a kind, ended by a name of NULL; NULL for a kind that is not known. */
const struct field *schema_of(int kind);
const char *schema_name(int kind);

/* Whether messages of the kind may carry byte frames. */
bool schema_has_frames(int kind);

/* Checks an object: each field that the schema knows has its type and range and is there unless optional. Fields that
 * it does not know are left alone (a newer peer may send more). STATUS_INVALID names the field. */
enum status schema_check(const json_t *object, const struct field *fields, struct fault *fault);

#endif
