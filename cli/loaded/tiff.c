/* libtiff as the program has it: only photos that are TIFF ask for it. */
#include "cli/loaded/loaded.h"

#include <tiffio.h>

#define FUNCTIONS(VALUE, NOTHING)                                                                                      \
  VALUE(TIFF *, TIFFClientOpenExt,                                                                                     \
        (const char *a, const char *b, thandle_t c, TIFFReadWriteProc d, TIFFReadWriteProc e, TIFFSeekProc f,          \
         TIFFCloseProc g, TIFFSizeProc h, TIFFMapFileProc i, TIFFUnmapFileProc j, TIFFOpenOptions *k),                 \
        (a, b, c, d, e, f, g, h, i, j, k))                                                                             \
  NOTHING(TIFFClose, (TIFF * a), (a))                                                                                  \
  VALUE(uint32_t, TIFFComputeStrip, (TIFF * a, uint32_t b, uint16_t c), (a, b, c))                                     \
  VALUE(uint32_t, TIFFComputeTile, (TIFF * a, uint32_t b, uint32_t c, uint32_t d, uint16_t e), (a, b, c, d, e))        \
  VALUE(int, TIFFVGetField, (TIFF * a, uint32_t b, va_list c), (a, b, c))                                              \
  VALUE(int, TIFFVGetFieldDefaulted, (TIFF * a, uint32_t b, va_list c), (a, b, c))                                     \
  VALUE(int, TIFFVSetField, (TIFF * a, uint32_t b, va_list c), (a, b, c))                                              \
  VALUE(int, TIFFIsTiled, (TIFF * a), (a))                                                                             \
  VALUE(TIFFOpenOptions *, TIFFOpenOptionsAlloc, (void), ())                                                           \
  NOTHING(TIFFOpenOptionsFree, (TIFFOpenOptions * a), (a))                                                             \
  NOTHING(TIFFOpenOptionsSetErrorHandlerExtR, (TIFFOpenOptions * a, TIFFErrorHandlerExtR b, void *c), (a, b, c))       \
  NOTHING(TIFFOpenOptionsSetMaxSingleMemAlloc, (TIFFOpenOptions * a, tmsize_t b), (a, b))                              \
  NOTHING(TIFFOpenOptionsSetWarningHandlerExtR, (TIFFOpenOptions * a, TIFFErrorHandlerExtR b, void *c), (a, b, c))     \
  VALUE(int, TIFFRGBAImageOK, (TIFF * a, char b[1024]), (a, b))                                                        \
  VALUE(int, TIFFReadDirectory, (TIFF * a), (a))                                                                       \
  VALUE(int, TIFFReadEXIFDirectory, (TIFF * a, toff_t b), (a, b))                                                      \
  VALUE(tmsize_t, TIFFReadEncodedStrip, (TIFF * a, uint32_t b, void *c, tmsize_t d), (a, b, c, d))                     \
  VALUE(tmsize_t, TIFFReadEncodedTile, (TIFF * a, uint32_t b, void *c, tmsize_t d), (a, b, c, d))                      \
  VALUE(int, TIFFReadRGBAImageOriented, (TIFF * a, uint32_t b, uint32_t c, uint32_t * d, int e, int f),                \
        (a, b, c, d, e, f))                                                                                            \
  VALUE(tmsize_t, TIFFStripSize, (TIFF * a), (a))                                                                      \
  VALUE(tmsize_t, TIFFTileSize, (TIFF * a), (a))

LOADED(FUNCTIONS, "libtiff.so.6", "libtiff6", "no TIFF can be read")

/* The library's own are the same. */
#define WITH_LIST(name, with_list)                                                                                     \
  int name(TIFF *tiff, uint32_t tag, ...) {                                                                            \
    va_list list;                                                                                                      \
    va_start(list, tag);                                                                                               \
    int found = with_list(tiff, tag, list);                                                                            \
    va_end(list);                                                                                                      \
    return found;                                                                                                      \
  }
WITH_LIST(TIFFGetField, TIFFVGetField)
WITH_LIST(TIFFGetFieldDefaulted, TIFFVGetFieldDefaulted)
WITH_LIST(TIFFSetField, TIFFVSetField)
