#include "cli/bench/accuracy.h"

#include <stdlib.h>
#include <string.h>

static const double LEAST_OVERLAP = 0.33;

enum status accuracy_add(struct accuracy_box **boxes, size_t *count, const struct accuracy_box *box,
                         struct fault *fault) {
  if (!(*count & (*count - 1))) {
    struct accuracy_box *larger = realloc(*boxes, (*count ? 2 * *count : 1) * sizeof *larger);
    if (!larger) return fault_set(fault, STATUS_MEMORY, "accuracy: out of memory");
    *boxes = larger;
  }
  (*boxes)[(*count)++] = *box;
  return STATUS_OK;
}

void accuracy_image_free(struct accuracy_image *image) {
  free(image->marked);
  free(image->found);
  *image = (struct accuracy_image){0};
}

/* Intersection over union. */
static double overlap(const struct accuracy_box *a, const struct accuracy_box *b) {
  double width = (a->right < b->right ? a->right : b->right) - (a->left > b->left ? a->left : b->left);
  double height = (a->bottom < b->bottom ? a->bottom : b->bottom) - (a->top > b->top ? a->top : b->top);
  if (width <= 0 || height <= 0) return 0;
  double both = width * height;
  return both / ((a->right - a->left) * (a->bottom - a->top) + (b->right - b->left) * (b->bottom - b->top) - both);
}

static int surer(const void *a, const void *b) {
  double p = ((const struct accuracy_box *)a)->confidence, q = ((const struct accuracy_box *)b)->confidence;
  return (p < q) - (p > q);
}

struct ranked {
  double confidence;
  size_t order;
  bool right;
};

static int by_rank(const void *a, const void *b) {
  const struct ranked *p = a, *q = b;
  if (p->confidence < q->confidence) return 1;
  if (p->confidence > q->confidence) return -1;
  return (p->order > q->order) - (p->order < q->order);
}

/* Matches one image's findings, surest first; `ranked` gets one row each. */
static size_t match(struct accuracy_image *image, bool with_class, bool *taken, size_t order, struct ranked *ranked) {
  size_t right = 0;
  memset(taken, 0, image->marked_count);
  qsort(image->found, image->found_count, sizeof *image->found, surer);
  for (size_t i = 0; i < image->found_count; i++) {
    double best = LEAST_OVERLAP;
    size_t at = image->marked_count;
    for (size_t j = 0; j < image->marked_count; j++) {
      if (taken[j] || (with_class && image->marked[j].class_ != image->found[i].class_)) continue;
      double v = overlap(&image->marked[j], &image->found[i]);
      if (v > best) best = v, at = j;
    }
    bool hit = at < image->marked_count;
    if (hit) taken[at] = true, right++;
    ranked[i] = (struct ranked){image->found[i].confidence, order + i, hit};
  }
  return right;
}

enum status accuracy_score(struct accuracy_image *images, size_t count, bool with_class, struct accuracy_figures *f,
                           struct fault *fault) {
  *f = (struct accuracy_figures){0};
  size_t most = 1;
  for (size_t i = 0; i < count; i++) {
    f->marked += images[i].marked_count, f->found += images[i].found_count;
    if (images[i].marked_count > most) most = images[i].marked_count;
  }
  struct ranked *ranked = calloc(f->found + 1, sizeof *ranked);
  bool *taken = calloc(most, sizeof *taken);
  enum status status = ranked && taken ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "accuracy: out of memory");
  size_t at = 0, hits = 0;
  for (size_t i = 0; i < count && !status; i++) {
    f->right += match(&images[i], with_class, taken, at, ranked + at);
    at += images[i].found_count;
  }
  if (!status) qsort(ranked, f->found, sizeof *ranked, by_rank);
  double sum = 0;
  for (size_t i = 0; i < f->found && !status; i++)
    if (ranked[i].right) hits++, sum += (double)hits / (double)(i + 1);
  f->precision = f->found ? (double)f->right / (double)f->found : 0;
  f->recall = f->marked ? (double)f->right / (double)f->marked : 0;
  f->f = f->right ? 2 * f->precision * f->recall / (f->precision + f->recall) : 0;
  f->average_precision = f->marked ? sum / (double)f->marked : 0;
  free(ranked);
  free(taken);
  return status;
}
