#include "models/spec_schema.h"

#include <string.h>

static const char *kind_word(unsigned only) {
  switch (only) {
  case SPEC_OF_LINE:
    return "with gauge: line";
  case SPEC_OF_CIRCLE:
    return "with gauge: circle";
  case SPEC_OF_MEASURE:
    return "with measure";
  default:
    return NULL;
  }
}

static void put_fields(FILE *out, const struct spec_field *fields, int indent) {
  for (const struct spec_field *field = fields; field->key; field++) {
    char expected[512];
    const char *kind = kind_word(field->only);
    bool required = field->required || field->needs;
    fprintf(out, "%*s%s:", indent, "", field->key);
    if (!field->fields) {
      spec_expected(field, expected, sizeof expected);
      fprintf(out, " %s", expected);
    }
    if (kind) fprintf(out, "; %s", kind);
    if (required) fprintf(out, "; required");
    if (field->fallback) fprintf(out, "; default %s", field->fallback);
    fprintf(out, "\n%*s# %s\n", indent + 4, "", field->help);
    if (field->fields) put_fields(out, field->fields, indent + (field->type == SPEC_LIST ? 4 : 2));
  }
}

enum status spec_help(FILE *out) {
  fprintf(out,
          "golden.yaml says what is compared, how, and within which tolerances. Every key may be left out unless it\n"
          "is required. Places and lengths are in pixels of the golden photo, centres of pixels at whole numbers.\n\n");
  put_fields(out, spec_fields, 0);
  fprintf(out, "\nExample:\n\n%s", spec_example);
  return fflush(out) || ferror(out) ? STATUS_IO : STATUS_OK;
}
