/* Text of a picture, by Tesseract, which is loaded at the first call. */
#ifndef ASSAY_ENGINE_READ_TEXTS_H
#define ASSAY_ENGINE_READ_TEXTS_H

#include "engine/image.h"
#include "models/status.h"

/* The data of some languages, in memory: for one thread. */
struct text_reader;

/* `languages` as Tesseract names them: "chi_sim+eng". STATUS_UNAVAILABLE where Tesseract is not built in, not installed
 * or has no data of a language (TESSDATA_PREFIX names the folder they are in). */
enum status text_reader_open(const char *languages, struct text_reader **reader, struct fault *fault);
void text_reader_close(struct text_reader *reader);

/* What stands in a luma plane, as words_tidy (words.h) leaves it; the caller frees it. The same picture gives the same
 * answer whatever was read before, on any processor of an architecture, in one thread. */
enum status text_reader_read(struct text_reader *reader, const struct plane *picture, char **text, struct fault *fault);

/* Whether texts can be read here; `about` gets the library, its version and languages, or why not. */
enum status texts_here(char *about, size_t room, struct fault *fault);

#endif
