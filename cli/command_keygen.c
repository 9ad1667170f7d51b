#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"

#include "ipc/curve.h"
#include "models/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct keygen_options {
  struct common_options common;
  const char *kind, *comment;
};

static const struct option options[] = {
    {.name = "for",
     .kind = OPTION_WORD,
     .offset = offsetof(struct keygen_options, kind),
     .argument = "service|golden",
     .fallback = "service",
     .help = "service: to reach a broker over tcp:// (curve25519); golden: to sign goldens (ed25519)"},
    {.name = "comment",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct keygen_options, comment),
     .argument = "TEXT",
     .help = "whose key it is, a line beside the public key (default: the file's name)"},
    {.name = NULL}};

static enum status make_golden_key(const char *path, const char *comment, char public_text[KEY_TEXT_CHARS + 1],
                                   struct fault *fault) {
  struct signing_key key;
  enum status status = signing_key_make(&key, fault);
  if (!status) status = signing_key_write(&key, path, comment, fault);
  memcpy(public_text, key.public_text, sizeof key.public_text);
  signing_key_wipe(&key);
  return status;
}

static enum status make_service_key(const char *path, const char *comment, char public_text[KEY_TEXT_CHARS + 1],
                                    struct fault *fault) {
  struct curve_key key;
  enum status status = curve_key_make(&key, fault);
  if (!status) status = curve_key_write(&key, path, comment, fault);
  memcpy(public_text, key.public_text, sizeof key.public_text);
  curve_key_wipe(&key);
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct keygen_options *given = values;
  const char *path = given->common.operands.items[0], *slash = strrchr(path, '/');
  const char *comment = given->comment ? given->comment : slash ? slash + 1 : path;
  char public_text[KEY_TEXT_CHARS + 1] = "", *public_path = NULL;
  bool golden = !strcmp(given->kind, "golden");
  enum status status =
      golden ? make_golden_key(path, comment, public_text, fault) : make_service_key(path, comment, public_text, fault);
  if (status) return status;
  if (asprintf(&public_path, "%s.pub", path) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  const char *kind = golden ? "ed25519-public" : "curve25519-public";
  message_note("%s is secret; %s.pub holds the public key", path, path);
  if (given->common.json)
    status = output_json(
        json_pack("{s:s, s:s, s:s, s:s}", "secret", path, "public", public_path, "kind", kind, "key", public_text),
        fault);
  else
    printf("%s %s %s\n", kind, public_text, comment);
  free(public_path);
  return status;
}

const struct command command_keygen = {
    .name = "keygen",
    .summary = "make a key: to reach a service over the network, or to sign goldens",
    .text =
        "Writes the secret key to FILE, which only its owner may read, and the public one to FILE.pub; neither may be\n"
        "there already. The public line, with \"client\", \"worker\" or \"admin\" before it, goes into the allow-list\n"
        "of a service; that of a golden's key into the file of trusted keys.\n\n"
        "With --json one line {\"secret\", \"public\", \"kind\", \"key\"}.",
    .example = "  assay keygen desk.key\n"
               "  echo \"client $(cat desk.key.pub)\" >> /srv/assay/allow",
    .operands = {.usage = "FILE", .least = 1, .most = 1},
    .options = options,
    .values_size = sizeof(struct keygen_options),
    .run = run,
};
