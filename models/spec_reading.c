/* What zones demand to be read: codes and texts. */
#include "models/pattern.h"
#include "models/spec_reader.h"

#include <string.h>

const char *const spec_code_kinds[] = {"any",         "qr",       "ean_13",           "ean_8",   "upc_a",
                                       "upc_e",       "code_128", "code_93",          "code_39", "codabar",
                                       "interleaved", "databar",  "databar_expanded", NULL};

const struct spec_field spec_code_fields[] = {
    {.key = "kind",
     .type = SPEC_WORD,
     COLUMN(spec_code, kind),
     .words = spec_code_kinds,
     .first_word = CODE_ANY,
     .required = true,
     .help = "of the code; any is a QR code, EAN, UPC, Code 128, 93 or 39"},
    {.key = "value", .type = SPEC_TEXT, COLUMN(spec_code, value), .help = "what it says"},
    {.key = "pattern",
     .type = SPEC_TEXT,
     COLUMN(spec_code, pattern),
     .help = "in place of value: a regular expression (PCRE2) that all of what it says fits"},
    {0}};

const struct spec_field spec_print_fields[] = {
    {.key = "language",
     .type = SPEC_TEXT,
     COLUMN(spec_text, language),
     .required = true,
     .help = "Tesseract's names of its languages, as eng, chi_sim or chi_sim+eng"},
    {.key = "value",
     .type = SPEC_TEXT,
     COLUMN(spec_text, value),
     .help = "what must stand there, by itself or among other words; line breaks count as spaces"},
    {.key = "pattern",
     .type = SPEC_TEXT,
     COLUMN(spec_text, pattern),
     .help = "in place of value: a regular expression (PCRE2) that a part of what stands there fits (^ and $: all)"},
    {0}};

const char *code_kind_name(enum code_kind kind) {
  return kind == CODE_NONE ? "" : spec_code_kinds[kind - CODE_ANY];
}

static const yaml_node_t *place(const struct spec_reader *in, const yaml_node_t *map, const char *key) {
  const yaml_node_t *value = spec_member(in, map, key);
  return value ? value : map;
}

static enum status check_expected(struct spec_reader *in, const yaml_node_t *node, const char *key, const char *value,
                                  const char *pattern) {
  const yaml_node_t *map = spec_member(in, node, key);
  struct pattern *compiled = NULL;
  struct fault wrong = {0};
  if (!*pattern) return STATUS_OK;
  size_t before = spec_enter(in, key, -1);
  if (*value)
    return spec_fail(in, place(in, map, "pattern"), "pattern", "given beside value; expected only one of them");
  enum status status = pattern_compile(pattern, &compiled, &wrong);
  pattern_free(compiled);
  if (status)
    return spec_fail(in, place(in, map, "pattern"), "pattern", "%s; expected a regular expression", wrong.text);
  spec_leave(in, before);
  return STATUS_OK;
}

static bool is_language(const char *text) {
  const char *allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  for (;;) {
    size_t length = strspn(text, allowed);
    if (!length) return false;
    text += length;
    if (!*text) return true;
    if (*text++ != '+') return false;
  }
}

enum status spec_check_reading(struct spec_reader *in, const yaml_node_t *node, const struct spec_zone *zone) {
  enum status status = check_expected(in, node, "code", zone->code.value, zone->code.pattern);
  if (!status) status = check_expected(in, node, "text", zone->text.value, zone->text.pattern);
  if (status || !zone->text.language[0]) return status;
  const yaml_node_t *map = spec_member(in, node, "text");
  if (!is_language(zone->text.language))
    return spec_fail(in, place(in, map, "language"), "text.language",
                     "%s; expected names of languages with + between them, as chi_sim+eng", zone->text.language);
  if (!zone->text.value[0] && !zone->text.pattern[0])
    return spec_fail(in, map, "text", "nothing is demanded; expected value or pattern");
  return STATUS_OK;
}
