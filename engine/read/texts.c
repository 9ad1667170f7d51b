#include "engine/read/texts.h"

#include "engine/read/words.h"
#include "models/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tesseract/capi.h>

/* What is used of Tesseract, and of the OpenMP that it brings, if any. */
static struct {
  __typeof__(TessVersion) *version;
  __typeof__(TessDeleteText) *delete_text;
  __typeof__(TessDeleteTextArray) *delete_texts;
  __typeof__(TessBaseAPICreate) *create;
  __typeof__(TessBaseAPIDelete) *destroy;
  __typeof__(TessBaseAPISetVariable) *set_variable;
  __typeof__(TessBaseAPIInit4) *init;
  __typeof__(TessBaseAPIInit3) *init_plainly;
  __typeof__(TessBaseAPIGetAvailableLanguagesAsVector) *languages;
  __typeof__(TessBaseAPISetPageSegMode) *set_layout;
  __typeof__(TessBaseAPISetImage) *set_image;
  __typeof__(TessBaseAPISetSourceResolution) *set_resolution;
  __typeof__(TessBaseAPIRecognize) *recognize;
  __typeof__(TessBaseAPIGetUTF8Text) *get_text;
  __typeof__(TessBaseAPIClearAdaptiveClassifier) *forget;
  __typeof__(TessBaseAPIClear) *clear;
  void (*set_threads)(int);
} tesseract;

struct text_reader {
  TessBaseAPI *api;
};

static const struct library_function functions[] = {{"TessVersion", &tesseract.version},
                                                    {"TessDeleteText", &tesseract.delete_text},
                                                    {"TessDeleteTextArray", &tesseract.delete_texts},
                                                    {"TessBaseAPICreate", &tesseract.create},
                                                    {"TessBaseAPIDelete", &tesseract.destroy},
                                                    {"TessBaseAPISetVariable", &tesseract.set_variable},
                                                    {"TessBaseAPIInit4", &tesseract.init},
                                                    {"TessBaseAPIInit3", &tesseract.init_plainly},
                                                    {"TessBaseAPIGetAvailableLanguagesAsVector", &tesseract.languages},
                                                    {"TessBaseAPISetPageSegMode", &tesseract.set_layout},
                                                    {"TessBaseAPISetImage", &tesseract.set_image},
                                                    {"TessBaseAPISetSourceResolution", &tesseract.set_resolution},
                                                    {"TessBaseAPIRecognize", &tesseract.recognize},
                                                    {"TessBaseAPIGetUTF8Text", &tesseract.get_text},
                                                    {"TessBaseAPIClearAdaptiveClassifier", &tesseract.forget},
                                                    {"TessBaseAPIClear", &tesseract.clear},
                                                    {NULL, NULL}};
static struct library libtesseract = {
    .file = "libtesseract.so.5", .package = "libtesseract5", .lost = "texts cannot be read", .functions = functions};

/* Tesseract may have been built without OpenMP. */
static const struct library_function of_openmp[] = {{"omp_set_num_threads", &tesseract.set_threads}, {NULL, NULL}};
static struct library openmp = {
    .file = "libtesseract.so.5", .package = "libtesseract5", .lost = "threads cannot be set", .functions = of_openmp};

/* OpenMP's setting is the calling thread's. */
static void use_one_thread(void) {
  if (!library_need(&openmp, NULL)) tesseract.set_threads(1);
}

enum status texts_here(char *about, size_t room, struct fault *fault) {
  enum status status = library_need(&libtesseract, fault);
  if (status) {
    snprintf(about, room, "%s", libtesseract.fault.text);
    return status;
  }
  size_t used = (size_t)snprintf(about, room, "Tesseract %s, languages:", tesseract.version());
  use_one_thread();
  TessBaseAPI *api = tesseract.create();
  if (!api) return fault_set(fault, STATUS_MEMORY, "texts: out of memory");
  tesseract.set_variable(api, "debug_file", "/dev/null");
  char **languages = tesseract.init_plainly(api, NULL, "osd") ? NULL : tesseract.languages(api);
  for (size_t i = 0; languages && languages[i] && used < room; i++)
    if (strcmp(languages[i], "osd") != 0) used += (size_t)snprintf(about + used, room - used, " %s", languages[i]);
  if (!languages && used < room) snprintf(about + used, room - used, " none is found");
  if (languages) tesseract.delete_texts(languages);
  tesseract.destroy(api);
  return STATUS_OK;
}

/* Tesseract's sums of products differ with the processor, unless they are told which to use. SSE 4.1 is in every x86-64
 * processor since 2008; the plain ones are some five times slower. */
static char *products(void) {
  static char sse[] = "sse", plain[] = "generic";
#if defined __x86_64__
  if (__builtin_cpu_supports("sse4.1")) return sse;
#else
  (void)sse;
#endif
  return plain;
}

enum status text_reader_open(const char *languages, struct text_reader **reader, struct fault *fault) {
  static char variable[] = "dotproduct";
  char *names[] = {variable}, *values[] = {products()};
  struct text_reader *made = NULL;
  *reader = NULL;
  enum status status = library_need(&libtesseract, fault);
  if (status) return status;
  use_one_thread();
  made = calloc(1, sizeof *made);
  if (made) made->api = tesseract.create();
  if (!made || !made->api) {
    text_reader_close(made);
    return fault_set(fault, STATUS_MEMORY, "texts: out of memory");
  }
  /* Before all else: it would write to standard error. */
  tesseract.set_variable(made->api, "debug_file", "/dev/null");
  if (tesseract.init(made->api, NULL, languages, OEM_LSTM_ONLY, NULL, 0, names, values, 1, 0)) {
    const char *place = getenv("TESSDATA_PREFIX");
    text_reader_close(made);
    return fault_set(fault, STATUS_UNAVAILABLE,
                     "texts of language %s cannot be read: Tesseract finds no data of it%s%s; expected those of each "
                     "language (Debian: tesseract-ocr-eng, tesseract-ocr-chi-sim), or TESSDATA_PREFIX to name their "
                     "folder",
                     languages, place ? " in " : "", place ? place : "");
  }
  tesseract.set_layout(made->api, PSM_SINGLE_BLOCK);
  *reader = made;
  return STATUS_OK;
}

void text_reader_close(struct text_reader *reader) {
  if (!reader) return;
  if (reader->api) tesseract.destroy(reader->api);
  free(reader);
}

enum status text_reader_read(struct text_reader *reader, const struct plane *picture, char **text,
                             struct fault *fault) {
  enum { DOTS_PER_INCH = 300 };
  *text = NULL;
  use_one_thread();
  tesseract.forget(reader->api);
  tesseract.set_image(reader->api, picture->pixels, picture->width, picture->height, 1, (int)picture->stride);
  tesseract.set_resolution(reader->api, DOTS_PER_INCH);
  char *seen = tesseract.recognize(reader->api, NULL) ? NULL : tesseract.get_text(reader->api);
  *text = words_tidy(seen ? seen : "");
  if (seen) tesseract.delete_text(seen);
  tesseract.clear(reader->api);
  return *text ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "texts: out of memory");
}
