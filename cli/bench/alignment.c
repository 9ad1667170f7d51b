#include "cli/bench/ecc.h"
#include "cli/bench/layouts.h"
#include "cli/bench/waves.h"
#include "cli/output.h"
#include "engine/inspect.h"
#include "engine/solve.h"
#include "models/library.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As alignments are compared in the literature: 120 random affine maps of pictures of 300 x 300 pixels. */
enum { PAIRS = 120, SIDE = 300, AFFINE = 6 };
static const double NOISE = 2, CONTRAST = 40, DEGREE = 3.14159265358979323846 / 180;

/* The finest periods of the scenes, photo pixels: soft, as a good lens leaves it, and close to what pixels can hold. */
static const double finest[] = {16, 8, 5};
enum { SCENES = sizeof finest / sizeof *finest };

static const char HEADER[] = "P5 300 300 255\n";
enum { HEADER_SIZE = sizeof HEADER - 1 };

struct pair {
  double truth[AFFINE]; /* golden -> photo: x' = t0 x + t1 y + t2, y' = t3 x + t4 y + t5 */
  double bound;         /* square of the Cramer-Rao bound of the corners' RMS, photo pixels */
  struct photo golden, photo;
};

/* Errors of the corners over all pairs. */
struct errors {
  long count, missing;
  double squares, sum[2];
};

/* ---- a pair ---- */

static void invert(const double a[AFFINE], double inverse[AFFINE]) {
  double determinant = a[0] * a[4] - a[1] * a[3];
  inverse[0] = a[4] / determinant, inverse[1] = -a[1] / determinant;
  inverse[3] = -a[3] / determinant, inverse[4] = a[0] / determinant;
  inverse[2] = -(inverse[0] * a[2] + inverse[1] * a[5]), inverse[5] = -(inverse[3] * a[2] + inverse[4] * a[5]);
}

/* Turned by up to 10 degrees, 5 % larger or smaller along two axes, sheared by up to 5 %, moved by up to 10 px. */
static void draw_map(double map[AFFINE], struct draws *draws) {
  double angle = DEGREE * draw_even(draws, -10, 10), c = cos(angle), s = sin(angle), middle = 0.5 * (SIDE - 1);
  double sx = draw_even(draws, 0.95, 1.05), sy = draw_even(draws, 0.95, 1.05), shear = draw_even(draws, -0.05, 0.05);
  map[0] = c * sx, map[1] = c * shear - s * sy, map[3] = s * sx, map[4] = s * shear + c * sy;
  map[2] = middle - (map[0] + map[1]) * middle + draw_even(draws, -10, 10);
  map[5] = middle - (map[3] + map[4]) * middle + draw_even(draws, -10, 10);
}

static void map_point(const double map[AFFINE], double x, double y, double to[2]) {
  to[0] = map[0] * x + map[1] * y + map[2], to[1] = map[3] * x + map[4] * y + map[5];
}

/* Fisher's information of the six numbers of a displacement d = (p0 u + p1 v + p2, p3 u + p4 v + p5) in golden pixels,
 * (u, v) from -1 to 1 over the golden: both photos are noisy, and of the larger one's pixels there are more. */
static void inform(const struct waves *golden, const double map[AFFINE], double information[AFFINE * AFFINE]) {
  double middle = 0.5 * (SIDE - 1), area = map[0] * map[4] - map[1] * map[3], gx[SIDE], gy[SIDE];
  double variance = (NOISE * NOISE + 1.0 / 12) * (1 + 1 / area);
  memset(information, 0, AFFINE * AFFINE * sizeof *information);
  for (int y = 0; y < SIDE; y++) {
    waves_row(golden, y, SIDE, NULL, gx, gy);
    for (int x = 0; x < SIDE; x++) {
      double to[2], u = (x - middle) / middle, v = (y - middle) / middle;
      map_point(map, x, y, to);
      if (to[0] < 0 || to[1] < 0 || to[0] > SIDE - 1 || to[1] > SIDE - 1) continue;
      double slope[AFFINE] = {gx[x] * u, gx[x] * v, gx[x], gy[x] * u, gy[x] * v, gy[x]};
      for (int i = 0; i < AFFINE; i++)
        for (int j = 0; j <= i; j++) information[i * AFFINE + j] += slope[i] * slope[j] / variance;
    }
  }
}

/* Mean over the corners of the least variance of their places in the photo; negative where the pair does not tell. */
static double bound_of(const struct waves *golden, const double map[AFFINE]) {
  double information[AFFINE * AFFINE], sum = 0;
  inform(golden, map, information);
  for (int corner = 0; corner < 4; corner++)
    for (int axis = 0; axis < 2; axis++) {
      double u = corner & 1 ? 1 : -1, v = corner & 2 ? 1 : -1, a = map[3 * axis], b = map[3 * axis + 1], x[AFFINE];
      double along[AFFINE] = {a * u, a * v, a, b * u, b * v, b};
      if (!solve_symmetric(information, along, AFFINE, x)) return -1;
      for (int i = 0; i < AFFINE; i++) sum += along[i] * x[i] / 4;
    }
  return sum;
}

static uint8_t rounded(double level) {
  double r = floor(level + 0.5);
  return (uint8_t)(r < 0 ? 0 : r > 255 ? 255 : r);
}

static enum status photo_of(const struct waves *seen, struct draws *draws, struct photo *photo, struct fault *fault) {
  uint8_t *bytes = malloc(HEADER_SIZE + SIDE * SIDE);
  double level[SIDE];
  if (!bytes) return fault_set(fault, STATUS_MEMORY, "alignment: out of memory");
  memcpy(bytes, HEADER, HEADER_SIZE);
  uint8_t *pixels = bytes + HEADER_SIZE;
  for (int y = 0; y < SIDE; y++) {
    waves_row(seen, y, SIDE, level, NULL, NULL);
    for (int x = 0; x < SIDE; x++) pixels[y * SIDE + x] = rounded(level[x] + NOISE * draw_normal(draws));
  }
  enum status status = photo_from_bytes("drawn", bytes, HEADER_SIZE + SIDE * SIDE, photo, fault);
  free(bytes);
  return status;
}

static enum status pair_draw(double period, int index, struct pair *pair, struct fault *fault) {
  static const double identity[AFFINE] = {1, 0, 0, 0, 1, 0};
  struct draws draws = {.state = (uint64_t)index + 1};
  struct waves scene, golden, photo;
  double to_scene[AFFINE];
  waves_draw(&scene, period, CONTRAST, &draws);
  draw_map(pair->truth, &draws);
  invert(pair->truth, to_scene);
  golden = waves_seen(&scene, identity), photo = waves_seen(&scene, to_scene);
  pair->bound = bound_of(&golden, pair->truth);
  enum status status = photo_of(&golden, &draws, &pair->golden, fault);
  return status ? status : photo_of(&photo, &draws, &pair->photo, fault);
}

static void pair_free(struct pair *pair) {
  photo_free(&pair->golden);
  photo_free(&pair->photo);
}

/* ---- both ways to align it ---- */

/* `found`: golden -> photo, row by row; NULL: none. */
static void add_error(const struct pair *pair, const double *found, struct errors *e) {
  struct pose pose;
  if (!found) {
    e->missing++;
    return;
  }
  memcpy(pose.h, found, sizeof pose.h);
  for (int corner = 0; corner < 4; corner++) {
    double x = corner & 1 ? SIDE - 1 : 0, y = corner & 2 ? SIDE - 1 : 0, should[2];
    struct pose_point is = {NAN, NAN};
    pose_apply(&pose, x, y, &is);
    map_point(pair->truth, x, y, should);
    double dx = is.x - should[0], dy = is.y - should[1];
    e->squares += (dx * dx + dy * dy) / 4;
    e->sum[0] += dx / 4, e->sum[1] += dy / 4;
  }
  e->count++;
}

static enum status align(struct pair *pair, struct errors *errors, struct fault *fault) {
  struct inspector *inspector = NULL;
  struct inspection *work = NULL;
  struct result result = {0};
  enum status status = inspector_open_photo(&pair->golden, NULL, &inspector, fault);
  if (!status) status = inspection_open(inspector, &work, fault);
  if (!status) status = inspect_align(work, &pair->photo, &result, fault);
  if (!status) add_error(pair, result.aligned ? result.homography : NULL, errors);
  result_free(&result);
  inspection_close(work);
  inspector_close(inspector);
  return status;
}

/* From the true map on, which favours it. */
static void align_by_ecc(ecc_function *ecc, const struct pair *pair, struct errors *errors) {
  double found[9] = {0, 0, 0, 0, 0, 0, 0, 0, 1};
  bool good = ecc(pair->golden.bytes + HEADER_SIZE, pair->photo.bytes + HEADER_SIZE, SIDE, SIDE, pair->truth, found);
  add_error(pair, good ? found : NULL, errors);
}

/* ---- telling ---- */

static double rms(const struct errors *e) {
  return sqrt(e->squares / (double)e->count);
}

static double mean(const struct errors *e) {
  return hypot(e->sum[0], e->sum[1]) / (double)e->count;
}

static enum status tell(const struct common_options *common, double period, const char *who, const struct errors *e,
                        double bound, struct fault *fault) {
  bool any = e->count > 0;
  if (common->json)
    return output_json(json_pack("{s:f, s:s, s:I, s:I, s:f, s:o, s:o}", "finest_period_px", period, "by", who, "pairs",
                                 (json_int_t)PAIRS, "refused", (json_int_t)e->missing, "bound_px", bound, "rms_px",
                                 any ? json_real(rms(e)) : json_null(), "mean_px",
                                 any ? json_real(mean(e)) : json_null()),
                       fault);
  printf("%8.0f  %-18s %8ld %10.5f %10.5f %8.3f %10.5f\n", period, who, e->missing, any ? rms(e) : NAN, bound,
         any ? rms(e) / bound : NAN, any ? mean(e) : NAN);
  return STATUS_OK;
}

static enum status one_scene(const struct common_options *common, double period, ecc_function *ecc,
                             struct fault *fault) {
  struct errors ours = {0}, theirs = {0};
  double bound = 0;
  enum status status = STATUS_OK;
  for (int i = 0; i < PAIRS && !status; i++) {
    struct pair pair = {0};
    status = pair_draw(period, i, &pair, fault);
    bound += pair.bound / PAIRS;
    if (!status) status = align(&pair, &ours, fault);
    if (!status && ecc) align_by_ecc(ecc, &pair, &theirs);
    pair_free(&pair);
  }
  bound = sqrt(bound);
  if (!status) status = tell(common, period, "assay", &ours, bound, fault);
  return status || !ecc ? status : tell(common, period, "findTransformECC", &theirs, bound, fault);
}

enum status accuracy_alignment(const struct common_options *common, struct fault *fault) {
  struct fault unheard;
  ecc_function *ecc = NULL;
  const struct library_function functions[] = {{ECC_SYMBOL, &ecc}, {NULL, NULL}};
  enum status status = STATUS_OK;
  if (library_load(ECC_LIBRARY, functions, &unheard)) ecc = NULL;
  if (!common->json) {
    printf("%d pairs of %d x %d px, noise %.0f grey levels; errors of the golden's corners in the photo, px\n", PAIRS,
           SIDE, SIDE, NOISE);
    if (!ecc) printf("without " ECC_LIBRARY ": findTransformECC is not printed beside it\n");
    printf("%8s  %-18s %8s %10s %10s %8s %10s\n", "finest", "by", "refused", "rms", "bound", "ratio", "mean");
  }
  for (int i = 0; i < SCENES && !status; i++) status = one_scene(common, finest[i], ecc, fault);
  return status ? status : output_flush(fault);
}
