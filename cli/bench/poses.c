#include "cli/bench/layouts.h"
#include "cli/bench/views.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/parallel.h"
#include "engine/inspect.h"
#include "models/golden.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A pose is right within so many golden pixels, root mean square over what the photo shows of the product's edges. */
static const double RIGHT = 2;

enum { UNITS = 5, VIEWS = VIEW_KINDS - 1, JOBS = SHEET_PRODUCTS * UNITS, CORNERS = 24 };

/* Places on a product where there is something to see: every STEP sheet pixels, a change of so many grey levels. */
enum { STEP = 5, SEEN = 20 };

enum outcome { OUTCOME_RIGHT, OUTCOME_REFUSED, OUTCOME_WRONG, OUTCOMES };

struct shot {
  enum outcome outcome;
  bool aligned; /* whether it was judged or not */
  double off;   /* golden pixels; NAN: there is no product */
  enum verdict verdict;
  char reason[384];
};

struct trial {
  const struct common_options *common;
  enum sheet_kind kinds[SHEET_PRODUCTS]; /* of the products that take part */
  size_t kind_count;
  struct shot shots[JOBS][VIEWS];
  struct fault faults[JOBS];
  long tally[SHEET_PRODUCTS][VIEWS][OUTCOMES];
};

/* ---- the golden ---- */

struct product {
  enum sheet_kind kind;
  struct sheet sheet, other;
  struct pose pose; /* of the golden photo: sheet pixel -> golden pixel */
  struct golden golden;
  struct inspector *inspector;
  struct inspection *work;
};

/* One zone: the product, a little inside its outline. */
static enum status write_spec(const struct product *p, struct spec *spec, struct fault *fault) {
  char text[2048];
  double mx = 0.5 * (p->sheet.width - 1), my = 0.5 * (p->sheet.height - 1), turn = 2 * acos(-1.0) / CORNERS;
  int corners = sheet_is_round(p->kind) ? CORNERS : 4;
  int at = snprintf(text, sizeof text, "name: drawn\noutside: ignore\nzones:\n  - {name: body, polygon: [");
  for (int k = 0; k < corners; k++) {
    double x = corners == 4 ? (k == 1 || k == 2 ? 1 : -1) : cos(k * turn);
    double y = corners == 4 ? (k >= 2 ? 1 : -1) : sin(k * turn);
    struct pose_point corner;
    if (!pose_apply(&p->pose, mx + 0.98 * mx * x, my + 0.98 * my * y, &corner)) continue;
    at += snprintf(text + at, sizeof text - (size_t)at, "%s[%.3f, %.3f]", k ? ", " : "", corner.x, corner.y);
  }
  at += snprintf(text + at, sizeof text - (size_t)at, "]}\n");
  return spec_parse(text, (size_t)at, "drawn", spec, fault);
}

static struct view_how how_seen(const struct product *p) {
  return (struct view_how){&p->sheet, &p->other, sheet_is_cut_out(p->kind)};
}

static void product_close(struct product *p) {
  inspection_close(p->work);
  inspector_close(p->inspector);
  if (p->golden.photos) photo_free(p->golden.photos);
  free(p->golden.photos);
  free(p->golden.path);
  spec_free(&p->golden.spec);
  sheet_free(&p->sheet);
  sheet_free(&p->other);
}

static enum status product_open(const struct common_options *common, enum sheet_kind kind, uint64_t seed,
                                struct product *p, struct fault *fault) {
  const struct inspect_options how = {.backend = common->backend, .cpu = common->cpu};
  struct view view = {.count = 0};
  *p = (struct product){.kind = kind, .golden.version = 1, .golden.photo_count = 1};
  memset(p->golden.sha256, '0', SHA256_CHARS);
  p->golden.path = strdup("drawn");
  p->golden.photos = calloc(1, sizeof *p->golden.photos);
  if (!p->golden.path || !p->golden.photos) return fault_set(fault, STATUS_MEMORY, "poses: out of memory");
  enum status status = sheet_draw(kind, seed, &p->sheet, fault);
  if (!status) status = sheet_draw((enum sheet_kind)((kind + 3) % SHEET_PRODUCTS), seed + 77, &p->other, fault);
  const struct view_how seen = how_seen(p);
  if (!status) status = view_take(VIEW_GOLDEN, &seen, seed, &view, fault);
  if (status) return status;
  p->golden.photos[0] = view.photo, p->pose = view.units[0];
  status = write_spec(p, &p->golden.spec, fault);
  if (!status) status = inspector_open(&p->golden, &how, &p->inspector, fault);
  return status ? status : inspection_open(p->inspector, &p->work, fault);
}

/* ---- how far off a pose is ---- */

static struct pose turned(const struct sheet *sheet, int part, int parts) {
  double angle = 2 * acos(-1.0) * part / parts;
  return pose_turn(cos(angle), sin(angle), 0.5 * (sheet->width - 1), 0.5 * (sheet->height - 1));
}

static bool in_photo(const struct view *view, const struct pose_point *p) {
  return p->x >= 0 && p->y >= 0 && p->x < view->width && p->y < view->height;
}

/* Whether the product is compared there and shows something. */
static bool is_told(const struct product *p, double x, double y) {
  const struct sheet *s = &p->sheet;
  double u = 2 * x / (s->width - 1) - 1, v = 2 * y / (s->height - 1) - 1;
  if (sheet_is_round(p->kind) ? u * u + v * v > 0.9 : fabs(u) > 0.97 || fabs(v) > 0.97) return false;
  return fabs(sheet_at(s, x + 2, y) - sheet_at(s, x - 2, y)) + fabs(sheet_at(s, x, y + 2) - sheet_at(s, x, y - 2)) >
         SEEN;
}

/* Of one unit, its sheet turned first. */
static double off_by(const struct product *p, const struct view *view, const struct pose *unit, const struct pose *turn,
                     const struct pose *found) {
  struct pose truth, from;
  double sum = 0, count = 0;
  if (!pose_compose(unit, turn, &truth) || !pose_invert(&p->pose, &from) || !pose_compose(&truth, &from, &from))
    return INFINITY;
  for (int32_t y = 0; y < p->sheet.height; y += STEP)
    for (int32_t x = 0; x < p->sheet.width; x += STEP) {
      struct pose_point should, golden, is;
      if (!is_told(p, x, y) || !pose_apply(&truth, x, y, &should) || !in_photo(view, &should)) continue;
      if (!pose_apply(&p->pose, x, y, &golden) || !pose_apply(found, golden.x, golden.y, &is)) return INFINITY;
      double scale = pose_scale_at(&from, golden.x, golden.y), dx = is.x - should.x, dy = is.y - should.y;
      sum += (dx * dx + dy * dy) / (scale * scale), count++;
    }
  return count > 0 ? sqrt(sum / count) : INFINITY;
}

static double least_off(const struct product *p, const struct view *view, const struct pose *found) {
  double least = INFINITY;
  int turns = sheet_turns(p->kind);
  for (int unit = 0; unit < view->count; unit++)
    for (int part = 0; part < turns; part++) {
      struct pose turn = turned(&p->sheet, part, turns);
      double off = off_by(p, view, &view->units[unit], &turn, found);
      if (off < least) least = off;
    }
  return view->count ? least : NAN;
}

/* ---- the trial ---- */

static enum status take(const struct product *p, enum view_kind kind, uint64_t seed, struct shot *shot,
                        struct fault *fault) {
  struct view view = {.count = 0};
  struct result result = {0};
  const struct view_how seen = how_seen(p);
  enum status status = view_take(kind, &seen, seed, &view, fault);
  if (!status) status = inspect_photo(p->work, &view.photo, NULL, &result, fault);
  if (!status) {
    struct pose found;
    memcpy(found.h, result.homography, sizeof found.h);
    shot->aligned = result.aligned, shot->verdict = result.verdict;
    shot->off = result.aligned ? least_off(p, &view, &found) : NAN;
    shot->outcome = result.verdict == VERDICT_CANNOT_JUDGE ? OUTCOME_REFUSED
                    : shot->off <= RIGHT                   ? OUTCOME_RIGHT
                                                           : OUTCOME_WRONG;
    if (result.reason_count) snprintf(shot->reason, sizeof shot->reason, "%s", result.reasons[0].text);
  }
  result_free(&result);
  photo_free(&view.photo);
  return status;
}

static void work(void *context, size_t index) {
  struct trial *t = context;
  struct product product;
  struct fault *fault = &t->faults[index];
  uint64_t seed = index % UNITS + 1;
  enum status status = product_open(t->common, t->kinds[index / UNITS], seed, &product, fault);
  for (int k = 0; k < VIEWS && !status; k++)
    status = take(&product, (enum view_kind)(k + 1), seed * 100 + (uint64_t)product.kind, &t->shots[index][k], fault);
  product_close(&product);
  fault->status = status;
}

static enum status finish(void *context, size_t index, struct fault *fault) {
  struct trial *t = context;
  enum status status = t->faults[index].status;
  progress_set(index + 1, t->kind_count * UNITS);
  if (status) *fault = t->faults[index];
  for (int k = 0; k < VIEWS && !status; k++) {
    const struct shot *shot = &t->shots[index][k];
    size_t product = index / UNITS;
    t->tally[product][k][shot->outcome]++;
    if (shot->outcome != OUTCOME_WRONG || t->common->json) continue;
    progress_hide();
    printf("%s %zu, %s: %.1f px off, %s: %s\n", sheet_name(t->kinds[product]), index % UNITS + 1,
           view_name((enum view_kind)(k + 1)), shot->off, verdict_name(shot->verdict), shot->reason);
  }
  return status;
}

static enum status tell(const struct trial *t, int view, struct fault *fault) {
  long all[OUTCOMES] = {0};
  if (!t->common->json) printf("%-10s", view_name((enum view_kind)(view + 1)));
  for (size_t p = 0; p < t->kind_count; p++) {
    const long *tally = t->tally[p][view];
    for (int k = 0; k < OUTCOMES; k++) all[k] += tally[k];
    if (!t->common->json) {
      printf(" %3ld %2ld %2ld", tally[OUTCOME_RIGHT], tally[OUTCOME_REFUSED], tally[OUTCOME_WRONG]);
      continue;
    }
    enum status status =
        output_json(json_pack("{s:s, s:s, s:I, s:I, s:I}", "product", sheet_name(t->kinds[p]), "view",
                              view_name((enum view_kind)(view + 1)), "right", (json_int_t)tally[OUTCOME_RIGHT],
                              "refused", (json_int_t)tally[OUTCOME_REFUSED], "wrong", (json_int_t)tally[OUTCOME_WRONG]),
                    fault);
    if (status) return status;
  }
  if (!t->common->json) printf("  %4ld %3ld %3ld\n", all[OUTCOME_RIGHT], all[OUTCOME_REFUSED], all[OUTCOME_WRONG]);
  return STATUS_OK;
}

static enum status choose(struct trial *t, struct fault *fault) {
  const struct common_options *common = t->common;
  for (size_t i = 1; i < common->operands.count; i++) {
    int kind = 0;
    while (kind < SHEET_PRODUCTS && strcmp(common->operands.items[i], sheet_name((enum sheet_kind)kind)) != 0) kind++;
    if (kind == SHEET_PRODUCTS)
      return fault_set(fault, STATUS_USAGE,
                       "%s: no such product; expected print, plain, blisters, strip, board, gasket, symmetric or dial",
                       common->operands.items[i]);
    t->kinds[t->kind_count++] = (enum sheet_kind)kind;
  }
  for (int kind = 0; kind < SHEET_PRODUCTS && common->operands.count < 2; kind++)
    t->kinds[t->kind_count++] = (enum sheet_kind)kind;
  return STATUS_OK;
}

enum status accuracy_poses(const struct common_options *common, struct fault *fault) {
  struct trial *t = calloc(1, sizeof *t);
  if (!t) return fault_set(fault, STATUS_MEMORY, "poses: out of memory");
  t->common = common;
  enum status status = choose(t, fault);
  const struct parallel parallel = {.count = t->kind_count * UNITS,
                                    .threads = parallel_threads(common->threads),
                                    .work = work,
                                    .finish = finish,
                                    .context = t};
  progress_begin("judging", parallel.count);
  if (!status) status = parallel_run(&parallel, fault);
  progress_end();
  if (!common->json && !status) {
    printf("right, refused and wrong of %d photos a product and view\n%-10s", UNITS, "");
    for (size_t p = 0; p < t->kind_count; p++) printf(" %9s", sheet_name(t->kinds[p]));
    printf("  %12s\n", "all");
  }
  for (int k = 0; k < VIEWS && !status; k++) status = tell(t, k, fault);
  free(t);
  return status ? status : output_flush(fault);
}
