#include "datasets/defect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const float visible = 8; /* grey levels */

static float difference(const uint8_t *a, const uint8_t *b, bool chroma) {
  float r = (float)(b[0] - a[0]), g = (float)(b[1] - a[1]), blue = (float)(b[2] - a[2]);
  float y = 0.299f * r + 0.587f * g + 0.114f * blue;
  if (!chroma) return fabsf(y);
  float cb = (blue - y) / 1.772f, cr = (r - y) / 1.402f;
  return sqrtf(y * y + cb * cb + cr * cr);
}

static int compare_floats(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

/* The extents of the core along and across its longer axis: that of the greatest second moment. */
static void measure_extents(const float *values, int w, int h, float threshold, struct defect *defect) {
  double n = 0, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      if (values[y * w + x] >= threshold) n++, sx += x, sy += y, sxx += x * x, syy += y * y, sxy += x * y;
  double cxx = sxx / n - sx / n * (sx / n), cyy = syy / n - sy / n * (sy / n), cxy = sxy / n - sx / n * (sy / n);
  /* The eigenvector of the larger eigenvalue. */
  double half = (cxx - cyy) / 2, root = sqrt(half * half + cxy * cxy);
  double ax = half + root, ay = cxy;
  if (ax * ax + ay * ay < 1e-12) ax = half < 0 ? 0 : 1, ay = half < 0 ? 1 : 0;
  double norm = sqrt(ax * ax + ay * ay), low[2] = {1e9, 1e9}, high[2] = {-1e9, -1e9};
  ax /= norm, ay /= norm;
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      if (values[y * w + x] >= threshold) {
        double along = x * ax + y * ay, across = y * ax - x * ay;
        low[0] = fmin(low[0], along), high[0] = fmax(high[0], along);
        low[1] = fmin(low[1], across), high[1] = fmax(high[1], across);
      }
  defect->length = high[0] - low[0] + 1, defect->width = high[1] - low[1] + 1;
  if (defect->length < defect->width) {
    double swap = defect->length;
    defect->length = defect->width, defect->width = swap;
  }
}

/* Twice the greatest distance to a pixel outside the core, less one; distances by the 5-7 chamfer. */
static enum status measure_thickness(const float *values, int w, int h, float threshold, struct defect *defect,
                                     struct fault *fault) {
  int stride = w + 2, most = 0;
  int *far = calloc((size_t)stride * (size_t)(h + 2), sizeof *far);
  if (!far) return fault_set(fault, STATUS_MEMORY, "out of memory while measuring a defect");
  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < w * h; i++) {
      int at = pass ? w * h - 1 - i : i, x = at % w, y = at / w;
      int *p = far + (y + 1) * stride + x + 1, step = pass ? 1 : -1, row = pass ? stride : -stride;
      if (values[at] < threshold) continue;
      int least = pass ? *p : 1 << 28;
      int near[4] = {p[step] + 5, p[row] + 5, p[row - 1] + 7, p[row + 1] + 7};
      for (int k = 0; k < 4; k++) least = near[k] < least ? near[k] : least;
      *p = least;
      if (pass && least > most) most = least;
    }
  }
  free(far);
  defect->thickness = 2 * (most / 5.0) - 1;
  return STATUS_OK;
}

/* Adds the neighbours of pixel `at` that are in the core and not yet taken to the stack. */
static int spread(const float *values, int w, int h, float threshold, int at, bool *taken, int *stack, int top) {
  int x = at % w, y = at / w;
  for (int v = y > 0 ? y - 1 : 0; v <= y + 1 && v < h; v++)
    for (int u = x > 0 ? x - 1 : 0; u <= x + 1 && u < w; u++) {
      int next = v * w + u;
      if (values[next] < threshold || taken[next]) continue;
      taken[next] = true;
      stack[top++] = next;
    }
  return top;
}

/* Size of the core's largest piece, 8 neighbours: what an eye takes for one thing. */
static enum status measure_piece(const float *values, int w, int h, float threshold, struct defect *defect,
                                 struct fault *fault) {
  size_t count = (size_t)w * (size_t)h;
  bool *taken = calloc(count, sizeof *taken);
  int *stack = malloc(count * sizeof *stack);
  enum status status = STATUS_OK;
  defect->piece = 0;
  if (!taken || !stack) status = fault_set(fault, STATUS_MEMORY, "out of memory while measuring a defect");
  for (int i = 0; i < w * h && status == STATUS_OK; i++) {
    if (values[i] < threshold || taken[i]) continue;
    int size = 0, top = 1;
    stack[0] = i, taken[i] = true;
    while (top) top = spread(values, w, h, threshold, stack[top - 1], taken, stack, top - 1), size++;
    if (size > defect->piece) defect->piece = size;
  }
  free(taken);
  free(stack);
  return status;
}

static enum status cut_mask(const float *values, struct rectangle r, float threshold, struct defect *defect,
                            struct fault *fault) {
  int w = r.x1 - r.x0, h = r.y1 - r.y0;
  struct rectangle box = {r.x1, r.y1, r.x0, r.y0};
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      if (values[y * w + x] >= threshold) {
        if (r.x0 + x < box.x0) box.x0 = r.x0 + x;
        if (r.x0 + x + 1 > box.x1) box.x1 = r.x0 + x + 1;
        if (r.y0 + y < box.y0) box.y0 = r.y0 + y;
        if (r.y0 + y + 1 > box.y1) box.y1 = r.y0 + y + 1;
      }
  int width = box.x1 - box.x0, height = box.y1 - box.y0;
  defect->mask = calloc((size_t)width * (size_t)height, 1);
  if (!defect->mask) return fault_set(fault, STATUS_MEMORY, "out of memory for a mask");
  defect->box = box;
  defect->area = 0;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      if (values[(box.y0 - r.y0 + y) * w + box.x0 - r.x0 + x] >= threshold)
        defect->mask[y * width + x] = 255, defect->area++;
  return STATUS_OK;
}

enum status defect_measure(const uint8_t *before, const uint8_t *after, struct rectangle rectangle, bool chroma,
                           struct defect *defect, struct fault *fault) {
  int w = rectangle.x1 - rectangle.x0, h = rectangle.y1 - rectangle.y0, differing = 0;
  size_t count = (size_t)w * (size_t)h;
  float *values = malloc(2 * count * sizeof *values);
  if (!values) return fault_set(fault, STATUS_MEMORY, "out of memory while measuring a defect");
  float *sorted = values + count;
  for (size_t i = 0; i < count; i++) {
    values[i] = difference(before + 3 * i, after + 3 * i, chroma);
    if (values[i] >= visible) sorted[differing++] = values[i];
  }
  enum status status = STATUS_OK;
  if (differing < 8) {
    status = fault_set(fault, STATUS_MISSING, "the defect does not show");
  } else {
    qsort(sorted, (size_t)differing, sizeof *sorted, compare_floats);
    float peak = sorted[differing * 4 / 5], core = fmaxf(peak / 2, visible);
    double sum = 0;
    int in_core = 0;
    for (int i = 0; i < differing; i++)
      if (sorted[i] >= core) sum += sorted[i], in_core++;
    defect->contrast = sum / in_core;
    measure_extents(values, w, h, core, defect);
    status = measure_thickness(values, w, h, core, defect, fault);
    if (status == STATUS_OK) status = measure_piece(values, w, h, core, defect, fault);
    if (status == STATUS_OK)
      status = cut_mask(values, rectangle, fmaxf((float)defect->contrast / 4, visible), defect, fault);
  }
  free(values);
  return status;
}
