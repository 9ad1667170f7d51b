/* The page's sources, put into the program when it is built (cli/report/assets.cmake). */
#ifndef ASSAY_CLI_REPORT_ASSETS_H
#define ASSAY_CLI_REPORT_ASSETS_H

#include <stddef.h>

struct report_asset {
  const char *name; /* of the file: "page.html"; NULL ends the list */
  const unsigned char *bytes;
  size_t size;
};

extern const struct report_asset report_assets[];

#endif
