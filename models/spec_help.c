#include "models/spec_schema.h"

#include <string.h>

/* "with gauge: circle, arc" or "with measure"; empty where the key is for all. */
static void kind_words(unsigned only, char *text, size_t room) {
  size_t used = 0;
  text[0] = 0;
  if (only & SPEC_OF_MEASURE) snprintf(text, room, "; with measure");
  for (int i = 0; spec_gauges[i] && !(only & SPEC_OF_MEASURE); i++) {
    if (!(only & SPEC_OF(GAUGE_LINE + i)) || used >= room) continue;
    used += (size_t)snprintf(text + used, room - used, "%s%s", used ? ", " : "; with gauge: ", spec_gauges[i]);
  }
}

static void put_fields(FILE *out, const struct spec_field *fields, int indent) {
  for (const struct spec_field *field = fields; field->key; field++) {
    char expected[512], kinds[160];
    kind_words(field->only, kinds, sizeof kinds);
    bool required = field->required || field->needs;
    fprintf(out, "%*s%s:", indent, "", field->key);
    if (!field->fields) {
      spec_expected(field, expected, sizeof expected);
      fprintf(out, " %s", expected);
    }
    fprintf(out, "%s", kinds);
    if (required) fprintf(out, "; required");
    if (field->fallback) fprintf(out, "; default %s", field->fallback);
    fprintf(out, "\n%*s# %s\n", indent + 4, "", field->help);
    if (field->fields) put_fields(out, field->fields, indent + (field->type == SPEC_LIST ? 4 : 2));
  }
}

/* `path` has room for `room`, and ends with what leads to the fields. */
static bool list_fields(json_t *keys, const struct spec_field *fields, char *path, size_t room) {
  const size_t end = strlen(path);
  bool listed = true;
  for (const struct spec_field *field = fields; field->key && listed; field++) {
    char expected[512], kinds[160];
    kind_words(field->only, kinds, sizeof kinds);
    spec_expected(field, expected, sizeof expected);
    snprintf(path + end, room - end, "%s%s", field->key, field->type == SPEC_LIST ? "[]" : "");
    bool required = field->required || field->needs;
    listed = !json_array_append_new(keys, json_pack("{s:s, s:s?, s:s?, s:b, s:s?, s:s}", "key", path, "expected",
                                                    field->fields ? NULL : expected, "only",
                                                    *kinds ? kinds + strlen("; ") : NULL, "required", required,
                                                    "default", field->fallback, "help", field->help));
    snprintf(path + strlen(path), room - strlen(path), ".");
    if (field->fields && listed) listed = list_fields(keys, field->fields, path, room);
    path[end] = 0;
  }
  return listed;
}

json_t *spec_keys(void) {
  char path[256] = "";
  json_t *keys = json_array();
  if (keys && list_fields(keys, spec_fields, path, sizeof path)) return keys;
  json_decref(keys);
  return NULL;
}

enum status spec_help(FILE *out) {
  fprintf(out,
          "golden.yaml says what is compared, how, and within which tolerances. Every key may be left out unless it\n"
          "is required. Places and lengths are in pixels of the golden photo, centres of pixels at whole numbers.\n\n");
  put_fields(out, spec_fields, 0);
  fprintf(out, "\nExample:\n\n%s", spec_example);
  return fflush(out) || ferror(out) ? STATUS_IO : STATUS_OK;
}
