#include "cli/bench/group_photos.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"
#include "engine/decode.h"
#include "engine/inspect.h"
#include "engine/lots/reuse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

struct reuse_options {
  struct common_options common;
  long units, again, quality, crop, brighter;
};

#define FIELD(name) offsetof(struct reuse_options, name)
#define NUMBER(what, argument_, fallback_, low, high, text)                                                            \
  {                                                                                                                    \
    .name = #what, .kind = OPTION_NUMBER, .offset = FIELD(what), .argument = argument_, .fallback = fallback_,         \
    .least = low, .most = high, .help = text                                                                           \
  }
static const struct option options[] = {NUMBER(units, "N", "101", 10, 2000, "drawn photos of different units"),
                                        NUMBER(again, "N", "50", 1, 2000, "of them that are used again"),
                                        NUMBER(quality, "Q", "85", 10, 100, "JPEG quality they are saved with again"),
                                        NUMBER(crop, "PERCENT", "5", 0, 30, "cut off each way"),
                                        NUMBER(brighter, "PERCENT", "10", 0, 50, "added to the brightness"),
                                        {.name = NULL}};

/* Drawn photos show the whole product and what lies around it. */
static const struct group_view whole = {2, 1.15};

struct trial {
  const struct reuse_options *given;
  struct inspection *inspection;
  struct reuse_print *prints;
  size_t count, without; /* without: photos that have no fingerprint */
};

/* ---- photos ---- */

/* Saves the photo as a JPEG: cut at changing sides, and brighter. */
static enum status save(const struct photo *photo, int quality, long crop, long brighter, size_t number,
                        struct photo *out, struct fault *fault) {
  struct image image = {.colour = false};
  enum status status = decode_photo(photo->bytes, photo->size, NULL, &image, NULL, fault);
  if (status) return status;
  int width = (int)(image.width * (100 - crop) / 100), height = (int)(image.height * (100 - crop) / 100);
  int left = number % 2 ? image.width - width : 0, top = number % 4 / 2 ? image.height - height : 0;
  uint8_t *row = malloc((size_t)image.width * 3), *rgb = malloc((size_t)width * (size_t)height * 3);
  unsigned char *jpeg = NULL;
  unsigned long size = 0;
  tjhandle handle = tjInitCompress();
  if (!row || !rgb || !handle) status = fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  for (int y = 0; y < height && !status; y++) {
    image_rgb_row(&image, top + y, row);
    for (size_t i = 0; i < 3 * (size_t)width; i++) {
      long value = (row[3 * (size_t)left + i] * (100 + brighter) + 50) / 100;
      rgb[(size_t)y * (size_t)width * 3 + i] = (uint8_t)(value > 255 ? 255 : value);
    }
  }
  if (!status && tjCompress2(handle, rgb, width, 0, height, TJPF_RGB, &jpeg, &size, TJSAMP_420, quality, 0))
    status = fault_set(fault, STATUS_MEMORY, "benchmark: %s", tjGetErrorStr2(handle));
  if (!status) status = photo_from_bytes("saved again", jpeg, size, out, fault);
  tjFree(jpeg);
  if (handle) tjDestroy(handle);
  image_free(&image);
  free(row);
  free(rgb);
  return status;
}

/* Unit `number`: a drawn one as a camera saves it, or the operand. */
static enum status take(const struct trial *trial, const struct group_art *art, size_t number, struct photo *photo,
                        struct fault *fault) {
  static const int CAMERA_QUALITY = 92;
  const struct words *files = &trial->given->common.operands;
  struct photo drawn = {.size = 0};
  if (files->count) return photo_read(files->items[number + 1], 0, photo, fault);
  enum status status = group_photo_take(art, &whole, number + 1, &drawn, fault);
  if (!status) status = save(&drawn, CAMERA_QUALITY, 0, 0, 0, photo, fault);
  photo_free(&drawn);
  return status;
}

static enum status add_print(struct trial *trial, const struct photo *photo, uint32_t number, struct fault *fault) {
  struct result result = {.photo = NULL};
  enum status status = inspect_photo(trial->inspection, photo, NULL, &result, fault);
  if (status) return status;
  struct reuse_print *print = &trial->prints[trial->count];
  *print = (struct reuse_print){.photo = number};
  if (reuse_parse(result.fingerprint, print))
    trial->count++;
  else
    trial->without++;
  result_free(&result);
  return STATUS_OK;
}

/* ---- figures ---- */

enum { SAVED_AGAIN = 1 << 24 };

struct figures {
  const struct trial *trial;
  size_t units, again;
  size_t found, wrong; /* wrong: pairs of different units */
  double least;        /* likeness of those found */
};

static bool count_pair(void *context, size_t later, size_t earlier, double likeness) {
  struct figures *figures = context;
  const struct reuse_print *a = &figures->trial->prints[later], *b = &figures->trial->prints[earlier];
  if (a->photo - SAVED_AGAIN == b->photo) {
    figures->found++;
    if (likeness < figures->least) figures->least = likeness;
  } else {
    figures->wrong++;
  }
  return true;
}

static enum status gather(struct trial *trial, const struct group_art *art, struct figures *figures,
                          struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t i = 0; i < figures->units + figures->again && !status; i++) {
    bool again = i >= figures->units;
    size_t number = again ? i - figures->units : i;
    struct photo photo = {.size = 0}, saved = {.size = 0};
    status = take(trial, art, number, &photo, fault);
    if (!status && again)
      status =
          save(&photo, (int)trial->given->quality, trial->given->crop, trial->given->brighter, number, &saved, fault);
    if (!status)
      status = add_print(trial, again ? &saved : &photo, (uint32_t)number + (again ? SAVED_AGAIN : 0), fault);
    photo_free(&photo);
    photo_free(&saved);
    progress_set(i + 1, figures->units + figures->again);
  }
  return status;
}

static enum status show(const struct figures *f, struct fault *fault) {
  const struct trial *trial = f->trial;
  size_t pairs = f->units * (f->units - 1) / 2;
  if (trial->given->common.json)
    return output_json(json_pack("{s:I, s:I, s:I, s:I, s:I, s:f}", "again", (json_int_t)f->again, "found",
                                 (json_int_t)f->found, "pairs", (json_int_t)pairs, "wrong", (json_int_t)f->wrong,
                                 "without", (json_int_t)trial->without, "least_likeness", f->found ? f->least : 0),
                       fault);
  printf("photos saved again, cropped by %ld %% and %ld %% brighter: found %zu of %zu\n", trial->given->crop,
         trial->given->brighter, f->found, f->again);
  printf("pairs of different units flagged: %zu of %zu; photos without a fingerprint: %zu\n", f->wrong, pairs,
         trial->without);
  if (f->found) printf("least likeness of those found: %.1f deviations\n", f->least);
  return output_flush(fault);
}

static enum status open_golden(const struct trial *trial, const struct group_art *art, struct photo *golden,
                               struct inspector **inspector, struct fault *fault) {
  const struct words *files = &trial->given->common.operands;
  const struct inspect_options how = {.backend = trial->given->common.backend, .cpu = trial->given->common.cpu};
  enum status status =
      files->count ? photo_read(files->items[0], 0, golden, fault) : group_photo_take(art, &whole, 0, golden, fault);
  return status ? status : inspector_open_photo(golden, &how, inspector, fault);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct reuse_options *given = values;
  const struct group_drift none = {0};
  struct trial trial = {.given = given};
  struct figures figures = {.trial = &trial, .units = (size_t)given->units, .least = INFINITY};
  struct group_art art = {.width = 0};
  struct photo golden = {.size = 0};
  struct inspector *inspector = NULL;
  if (given->common.operands.count) figures.units = given->common.operands.count - 1;
  figures.again = (size_t)given->again < figures.units ? (size_t)given->again : figures.units;
  trial.prints = calloc(figures.units + figures.again, sizeof *trial.prints);
  enum status status =
      trial.prints ? group_art_draw(&none, &art, fault) : fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  if (!status) status = open_golden(&trial, &art, &golden, &inspector, fault);
  if (!status) status = inspection_open(inspector, &trial.inspection, fault);
  progress_begin("photos", figures.units + figures.again);
  if (!status) status = gather(&trial, &art, &figures, fault);
  progress_end();
  if (!status && !reuse_find(trial.prints, trial.count, count_pair, &figures))
    status = fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  if (!status) status = show(&figures, fault);
  inspection_close(trial.inspection);
  inspector_close(inspector);
  photo_free(&golden);
  group_art_free(&art);
  free(trial.prints);
  return status;
}

const struct command command_bench_reuse = {
    .name = "bench reuse",
    .summary = "how well photos that are used again are told from photos of other units",
    .text =
        "Takes photos of different units of one product, drawn ones or those given, saves some of them again,\n"
        "cropped and brighter, and looks for scenes used again as assay lot judge does. Each unit's photo is compared\n"
        "with every other one.\n\n"
        "With --json: {\"again\", \"found\", \"pairs\", \"wrong\", \"without\", \"least_likeness\"}.",
    .example = "  assay bench reuse\n  assay bench reuse --quality 70 golden.jpg photos/*.jpg",
    .operands = {.usage = "[GOLDEN_PHOTO PHOTO...]", .least = 0, .most = SIZE_MAX},
    .options = options,
    .values_size = sizeof(struct reuse_options),
    .run = run,
};
