/* What a zone demands to be read, and whether what was read is that. */
#ifndef ASSAY_ENGINE_READ_DEMAND_H
#define ASSAY_ENGINE_READ_DEMAND_H

#include "models/pattern.h"
#include "models/spec.h"

/* The code or the text that one zone demands. */
struct demand {
  const struct spec_zone *zone; /* outlives it */
  bool text;                    /* else a code */
  struct pattern *pattern;      /* or NULL */
  char *value;                  /* or NULL; of a text tidy */
  double box[4];                /* around the zone, golden pixels: least x, y, largest x, y */
};

/* Made once, then read by any number of threads. All zero is none; end with demands_free. */
struct demands {
  struct demand *items;
  size_t count;
};

/* Whether a spec demands anything to be read. */
bool demands_any(const struct spec *spec);

/* Of all zones, in the spec's order, the code first; boxes are not set. */
enum status demands_make(const struct spec *spec, struct demands *demands, struct fault *fault);
void demands_free(struct demands *demands);

/* "qr", "text"; and "\"PO-1\"", "what fits PO-[0-9]+" or "any". */
const char *demand_name(const struct demand *demand);
void demand_expected(const struct demand *demand, char *text, size_t room);

bool demand_fits(const struct demand *demand, const char *text, size_t size);

#endif
