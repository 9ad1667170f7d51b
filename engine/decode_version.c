#include "engine/decode.h"

#include <stdio.h>

#include <jpeglib.h>

#define TEXT(x) #x
#define TEXT_OF(x) TEXT(x)

const char *decode_jpeg_version(void) {
  return TEXT_OF(LIBJPEG_TURBO_VERSION);
}
