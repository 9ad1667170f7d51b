#include "cli/bench/layouts.h"
#include "cli/bench/patches.h"
#include "cli/output.h"
#include "engine/decode.h"
#include "engine/inspect.h"
#include "engine/pose.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One series: imgN.png or .ppm and H1toNp, N from 2 on. */
struct series {
  const struct common_options *common;
  const char *folder;
  struct inspector *inspector;
  struct inspection *work;
  int32_t width, height; /* of img1 */
};

static bool path_of(const struct series *s, char *path, size_t size, int number) {
  static const char *const endings[] = {"png", "ppm"};
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    snprintf(path, size, "%s/img%d.%s", s->folder, number, endings[i]);
    if (!access(path, R_OK)) return true;
  }
  return false;
}

/* Nine numbers, row by row. */
static enum status read_homography(const char *path, struct pose *pose, struct fault *fault) {
  FILE *file = fopen(path, "re");
  if (!file) return fault_set(fault, STATUS_MISSING, "%s: %s", path, strerror(errno));
  int count = 0;
  while (count < 9 && fscanf(file, "%lf", &pose->h[count]) == 1) count++;
  fclose(file);
  if (count < 9 || !isnormal(pose->h[8]))
    return fault_set(fault, STATUS_INVALID, "%s: expected the nine numbers of a homography", path);
  for (int i = 0; i < 9; i++) pose->h[i] /= pose->h[8];
  return STATUS_OK;
}

/* Both poses by what the pictures themselves say (patches.h). NAN: they say too little. */
struct witness {
  size_t patches;
  double given, found;           /* median displacement of patches under each */
  double from_given, from_found; /* mean corner error of each against the homography of the patches */
};

static enum status ask_patches(const struct series *s, const struct image *image, const struct pose *given,
                               const struct pose *found, struct witness *w, struct fault *fault) {
  const struct image *golden = inspection_golden(s->work);
  struct patches under_given = {.patches = NULL}, under_found = {.patches = NULL};
  struct pose fitted;
  bool told = false;
  enum status status = patches_measure(golden, image, given, &under_given, fault);
  if (!status) status = patches_measure(golden, image, found, &under_found, fault);
  if (!status) status = patches_fit(golden, image, given, &fitted, &told, fault);
  if (!status) {
    *w = (struct witness){under_found.count, under_given.median, under_found.median, NAN, NAN};
    if (told) w->from_given = pose_corner_error(given, &fitted, s->width, s->height);
    if (told) w->from_found = pose_corner_error(found, &fitted, s->width, s->height);
  }
  free(under_given.patches);
  free(under_found.patches);
  return status;
}

static json_t *number(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}

static enum status tell(const struct series *s, int image, double error, const struct witness *w, struct fault *fault) {
  if (s->common->json)
    return output_json(json_pack("{s:s, s:i, s:b, s:f, s:I, s:o, s:o, s:o, s:o}", "series", s->folder, "image", image,
                                 "aligned", true, "error_px", error, "patches", (json_int_t)w->patches,
                                 "patches_given_px", number(w->given), "patches_px", number(w->found),
                                 "fitted_given_px", number(w->from_given), "fitted_px", number(w->from_found)),
                       fault);
  printf("%s 1 to %d: mean corner error %.3f px; %zu patches lie %.3f px off under the given homography and %.3f under "
         "this one (median), and their own homography is %.3f px from the given and %.3f from this one\n",
         s->folder, image, error, w->patches, w->given, w->found, w->from_given, w->from_found);
  return STATUS_OK;
}

static enum status tell_refused(const struct series *s, int image, struct fault *fault) {
  if (s->common->json)
    return output_json(
        json_pack("{s:s, s:i, s:b, s:n}", "series", s->folder, "image", image, "aligned", false, "error_px"), fault);
  printf("%s 1 to %d: refused\n", s->folder, image);
  return STATUS_OK;
}

static enum status compare(const struct series *s, const struct photo *photo, int number, const struct pose *given,
                           const struct pose *found, struct fault *fault) {
  struct image image = {0};
  struct witness w;
  enum status status = decode_photo(photo->bytes, photo->size, NULL, &image, NULL, fault);
  if (!status) status = ask_patches(s, &image, given, found, &w, fault);
  if (!status) status = tell(s, number, pose_corner_error(found, given, s->width, s->height), &w, fault);
  image_free(&image);
  return status;
}

static enum status one_image(struct series *s, const char *path, int number, const struct pose *given,
                             struct fault *fault) {
  struct photo photo = {0};
  struct result result = {0};
  enum status status = photo_read(path, 0, &photo, fault);
  if (!status) status = inspect_align(s->work, &photo, &result, fault);
  if (!status && result.aligned) {
    struct pose found;
    memcpy(found.h, result.homography, sizeof found.h);
    status = compare(s, &photo, number, given, &found, fault);
  } else if (!status) {
    status = tell_refused(s, number, fault);
  }
  result_free(&result);
  photo_free(&photo);
  return status;
}

static enum status all_images(struct series *s, struct fault *fault) {
  char path[4096], homography[4096];
  enum status status = STATUS_OK;
  for (int number = 2; !status && path_of(s, path, sizeof path, number); number++) {
    struct pose given;
    snprintf(homography, sizeof homography, "%s/H1to%dp", s->folder, number);
    status = read_homography(homography, &given, fault);
    if (!status) status = one_image(s, path, number, &given, fault);
  }
  return status;
}

static enum status one_series(const struct common_options *common, const char *folder, struct fault *fault) {
  struct series s = {.common = common, .folder = folder};
  struct photo golden = {0};
  char path[4096];
  if (!path_of(&s, path, sizeof path, 1))
    return fault_set(fault, STATUS_MISSING, "%s: expected img1.png or img1.ppm, img2, ... and H1to2p, ...", folder);
  enum status status = photo_read(path, 0, &golden, fault);
  if (!status) status = inspector_open_photo(&golden, NULL, &s.inspector, fault);
  if (!status) status = inspection_open(s.inspector, &s.work, fault);
  if (!status) {
    const struct image *image = inspection_golden(s.work);
    s.width = image->planes[0].width, s.height = image->planes[0].height;
    status = all_images(&s, fault);
  }
  inspection_close(s.work);
  inspector_close(s.inspector);
  photo_free(&golden);
  return status;
}

enum status accuracy_oxford(const struct common_options *common, struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t i = 1; i < common->operands.count && !status; i++)
    status = one_series(common, common->operands.items[i], fault);
  return status ? status : output_flush(fault);
}
