/* Who may connect over tcp://, and as what: a text file with a line a key,
 *
 *   ROLE curve25519-public BASE64 NAME
 *
 * where ROLE is client, worker or admin, and the rest is what `assay keygen` writes into NAME.pub. A key that has
 * several lines has all their roles. Empty lines and lines that begin with # are passed over. The file is read again
 * when it has changed; one that is not right then leaves the last good list in force. Thread-safe. */
#ifndef ASSAY_IPC_ALLOW_H
#define ASSAY_IPC_ALLOW_H

#include "models/key_file.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>

enum allow_role { ALLOW_CLIENT = 1, ALLOW_WORKER = 2, ALLOW_ADMIN = 4 };
enum { ALLOW_NAME_MAX = 63, ALLOW_KEYS_MAX = 10000 };

struct allow_entry {
  unsigned char key[KEY_BYTES];
  unsigned roles; /* enum allow_role, or-ed */
  char name[ALLOW_NAME_MAX + 1];
};

struct allow_list;

/* STATUS_INVALID names the line. */
enum status allow_list_open(const char *path, struct allow_list **list, struct fault *fault);
void allow_list_close(struct allow_list *list);

/* Whether the key is in the list as it is now; fills *entry. */
bool allow_list_find(struct allow_list *list, const unsigned char key[KEY_BYTES], struct allow_entry *entry);

/* Grows whenever the file was read again. */
unsigned allow_list_version(struct allow_list *list);

#endif
