#include "models/spec.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static const char *const seeds[] = {
    "name: carton\noutside: ignore\ncolour: {reference: body}\nlight: {gain: [0.5, 2], unevenness: 0.3}\nzones:\n"
    "  - {name: body, polygon: [[100, 110], [300, 110], [300, 240]], severity: major, tolerance: {edge: 1}}\n"
    "  - name: date\n    mask: date.png\n    ignore: true\naql: {level: II, critical: 0, major: 2.5}\n",
    "alignment: {model: rigid, local: 2}\nscale: {source: fixture, mm_per_px: 0.1}\ndimensions:\n"
    "  - {name: hole, gauge: circle, centre: [312, 307], radius: 22.5, search: 12}\n"
    "  - {name: left, gauge: line, box: {centre: [113, 260], size: [40, 80], angle: 0}, along: width}\n"
    "  - {name: r, measure: radius, of: hole, lower: 2.1, upper: 2.3, unit: mm}\n"
    "  - {name: d, measure: distance, of: [hole, left], lower: 2.1, unit: px}\n",
    "a: &x [*x, *x]\n--- !t\n? {b: |\n  c}\n: \"\\x41\\0\"\n", NULL};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct spec spec;
  struct fault fault = {0};
  enum status status = spec_parse((const char *)bytes, size, "fuzz", &spec, &fault);
  if (!status != !fault.text[0]) abort(); /* a failure has words, a success has none */
  for (size_t i = 0; i < spec.zone_count; i++)
    if (!spec.zones[i].polygon == !spec.zones[i].mask || !spec.zones[i].name[0]) abort();
  if (status && (spec.zones || spec.dimensions)) abort();
  spec_free(&spec);
  return 0;
}

uint8_t *fuzz_seed(int i, size_t *size) {
  char *seed = seeds[i] ? strdup(seeds[i]) : NULL;
  *size = seed ? strlen(seed) : 0;
  return (uint8_t *)seed;
}
