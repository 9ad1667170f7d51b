/* The numbers and words that go over the wire. PROTOCOL.md tells what they mean. What stands here is known to peers of
 * other versions: it must not be changed, only added to. */
#ifndef ASSAY_IPC_PROTOCOL_H
#define ASSAY_IPC_PROTOCOL_H

/* The first frame of every message: the five letters, the version, the kind, a zero. */
#define PROTOCOL_TAG "ASSAY"
enum { PROTOCOL_TAG_SIZE = 5, PROTOCOL_VERSION = 1, PROTOCOL_PREFIX_SIZE = 8 };

enum message_kind {
  /* any peer */
  MESSAGE_HELLO = 1,
  MESSAGE_WELCOME = 2,
  MESSAGE_ERROR = 3,
  MESSAGE_HEARTBEAT = 4,
  MESSAGE_BYE = 5,
  /* clients */
  MESSAGE_SUBMIT = 16,
  MESSAGE_ACCEPTED = 17,
  MESSAGE_SUBSCRIBE = 18,
  MESSAGE_RESULTS = 19,
  MESSAGE_CREDIT = 20,
  MESSAGE_STATUS_REQUEST = 21,
  MESSAGE_STATUS = 22,
  MESSAGE_GOLDEN_WANTED = 23,
  MESSAGE_GOLDEN = 24, /* also to workers */
  MESSAGE_CANCEL = 25,
  MESSAGE_CANCELLED = 26,
  MESSAGE_RETRY = 27,
  MESSAGE_RETRIED = 28,
  MESSAGE_PART = 29,
  MESSAGE_PART_TAKEN = 30,
  /* workers */
  MESSAGE_READY = 32,
  MESSAGE_WORK = 33,
  MESSAGE_DONE = 34,
  MESSAGE_STORED = 35,
  MESSAGE_RETURN = 36,
  MESSAGE_GOLDEN_REQUEST = 37,
  MESSAGE_GOLDEN_MISSING = 38,
  MESSAGE_PART_REQUEST = 39,
  MESSAGE_PART_SENT = 40
};

/* Limits of one message. */
enum {
  PROTOCOL_MAX_HEADER = 8 << 20,     /* bytes of the JSON header */
  PROTOCOL_MAX_FRAMES = 1026,        /* byte frames */
  PROTOCOL_MAX_BATCH = 1000,         /* jobs or results */
  PROTOCOL_MAX_HOLDING = 10000,      /* jobs a worker may hold */
  PROTOCOL_MAX_CREDIT = 10000,       /* results a client may ask for ahead */
  PROTOCOL_MAX_WORKER_CREDIT = 1000, /* jobs a worker may ask for ahead */
  PROTOCOL_MAX_LINE = 4 << 20,       /* bytes of a result line */
  PROTOCOL_MAX_SUBMISSIONS = 100,    /* listed in a STATUS */
  PROTOCOL_MAX_NAME = 255,           /* bytes of a name */
  PROTOCOL_MAX_PATH = 4095,          /* bytes of a path */
  PROTOCOL_MAX_TEXT = 1023,          /* bytes of an error's text */
  PROTOCOL_MAX_GOLDEN_FILES = 1024,  /* files of a golden */
  PROTOCOL_PART = 4 << 20,           /* bytes of a photo in one message; larger ones travel in parts */
  PROTOCOL_MAX_PRIORITY = 1000,      /* and -1000 */
  PROTOCOL_ID_CHARS = 32             /* hexadecimal: of peers and submissions */
};
#define PROTOCOL_MAX_FRAME ((long long)512 << 20) /* bytes of one photo or file */
#define PROTOCOL_MAX_INTEGER 9007199254740991LL   /* 2^53 - 1: every JSON reader keeps it */

#define ROLE_CLIENT "client"
#define ROLE_WORKER "worker"

#define PHOTO_BY_PATH "path"
#define PHOTO_AS_BYTES "bytes"
#define PHOTO_IN_PARTS "parts"

#define ORDER_COMPLETION "completion"
#define ORDER_POSITION "position"

/* Codes of ERROR and of refused jobs. */
#define ERROR_BAD_MESSAGE "bad_message"   /* not understood; the message had no effect */
#define ERROR_BAD_VERSION "bad_version"   /* another version of the protocol */
#define ERROR_HELLO_FIRST "hello_first"   /* the broker does not know the sender (any more): say HELLO again */
#define ERROR_NOT_ALLOWED "not_allowed"   /* not a message of this role */
#define ERROR_STORE_FAILED "store_failed" /* nothing of the message was stored; the text tells the cause */
#define ERROR_CONFLICT "conflict"         /* the submission has another job at this position */
#define ERROR_BAD_JOB "bad_job"           /* a field of the job is wrong */
#define ERROR_BAD_PHOTO "bad_photo"       /* the bytes are not those of photo_id */
#define ERROR_BAD_GOLDEN "bad_golden"     /* the files are not those of the seal */
#define ERROR_TOO_MANY "too_many"         /* more than the limit of this field */

#endif
