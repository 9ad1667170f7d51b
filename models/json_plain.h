/* JSON read where it lies, without making a tree of it: for those who pass most of it on as it is. */
#ifndef ASSAY_MODELS_JSON_PLAIN_H
#define ASSAY_MODELS_JSON_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

struct json_slice {
  const char *at;
  size_t size;
};

/* True: `text` is one JSON object (RFC 8259) that jansson reads with JSON_REJECT_DUPLICATES. False: it is none, or one
 * out of the common run, about which jansson is to be asked: nested more than 8 deep, an object of more than 64
 * members, a key with an escape, a character by its number, a number of more than 15 digits. */
bool json_plain(struct json_slice text);

/* Of an object of which json_plain said true: what stands between the quotes of the string that is its member `key`;
 * false where there is none, or it has an escape in it. */
bool json_plain_string(struct json_slice object, const char *key, struct json_slice *value);

#endif
