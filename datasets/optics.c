#include "datasets/camera.h"

#include <math.h>

/* Sums over texels. */
struct sum {
  float light[3], cover;
};

static void add_texel(const float *linear, uint32_t texel, float weight, struct sum *sum) {
  uint32_t alpha = texel >> 24;
  if (alpha == 255) {
    sum->light[0] += weight * linear[texel >> 16 & 255];
    sum->light[1] += weight * linear[texel >> 8 & 255];
    sum->light[2] += weight * linear[texel & 255];
    sum->cover += weight;
  } else if (alpha) {
    float cover = weight * (float)alpha / 255;
    for (int c = 0; c < 3; c++) {
      /* Rounding may leave a channel above its cover. */
      uint32_t value = (texel >> (16 - 8 * c) & 255) * 255 / alpha;
      sum->light[c] += cover * linear[value < 255 ? value : 255];
    }
    sum->cover += cover;
  }
}

/* How a step of one photo pixel moves in the artwork. */
struct step {
  float xu, yu, xv, yv;
};

static bool touches_patch(const struct view *view, int x0, int y0, int x1, int y1) {
  for (int i = 0; i < view->count; i++) {
    const struct raster *p = &view->patches[i];
    if (x1 >= p->x && y1 >= p->y && x0 < p->x + p->width && y0 < p->y + p->height) return true;
  }
  return false;
}

/* Four bilinear samples, a quarter of a photo pixel from its centre: with three artwork pixels a photo pixel, together
 * they weigh the pixel's area nearly evenly. */
static struct sum sample_artwork(const struct studio *studio, const struct view *view, float x, float y,
                                 struct step step) {
  static const float offsets[4][2] = {{-0.25f, -0.25f}, {0.25f, -0.25f}, {-0.25f, 0.25f}, {0.25f, 0.25f}};
  const struct raster *whole = &view->artwork->whole;
  float sx[4], sy[4], left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;
  for (int i = 0; i < 4; i++) {
    sx[i] = x + offsets[i][0] * step.xu + offsets[i][1] * step.xv;
    sy[i] = y + offsets[i][0] * step.yu + offsets[i][1] * step.yv;
    left = fminf(left, sx[i]), right = fmaxf(right, sx[i]);
    top = fminf(top, sy[i]), bottom = fmaxf(bottom, sy[i]);
  }
  int x0 = (int)floorf(left), x1 = (int)floorf(right) + 1, y0 = (int)floorf(top), y1 = (int)floorf(bottom) + 1;
  struct sum sum = {0};
  if (x1 < 0 || y1 < 0 || x0 >= whole->width || y0 >= whole->height) return sum;
  bool plain = x0 >= 0 && y0 >= 0 && x1 < whole->width && y1 < whole->height && !touches_patch(view, x0, y0, x1, y1);
  for (int i = 0; i < 4; i++) {
    int ix = (int)floorf(sx[i]), iy = (int)floorf(sy[i]);
    float fx = sx[i] - (float)ix, fy = sy[i] - (float)iy;
    uint32_t texels[4];
    if (plain) {
      const uint32_t *at = whole->pixels + (ptrdiff_t)iy * whole->stride + ix;
      texels[0] = at[0], texels[1] = at[1], texels[2] = at[whole->stride], texels[3] = at[whole->stride + 1];
      if (texels[0] == texels[1] && texels[0] == texels[2] && texels[0] == texels[3]) {
        add_texel(studio->linear, texels[0], 0.25f, &sum);
        continue;
      }
    } else {
      for (int k = 0; k < 4; k++) texels[k] = view_pixel(view, ix + (k & 1), iy + (k >> 1));
    }
    add_texel(studio->linear, texels[0], 0.25f * (1 - fx) * (1 - fy), &sum);
    add_texel(studio->linear, texels[1], 0.25f * fx * (1 - fy), &sum);
    add_texel(studio->linear, texels[2], 0.25f * (1 - fx) * fy, &sum);
    add_texel(studio->linear, texels[3], 0.25f * fx * fy, &sum);
  }
  return sum;
}

/* How dark the product's shadow makes the table at a point (mm): a soft one to the lower right, a close one all round.
 */
static float shadow_at(const struct scene *scene, float x, float y) {
  float half_w = (float)scene->width / 2, half_h = (float)scene->height / 2;
  float depth = 1;
  static const float casts[2][4] = {{1.6f, 2.2f, 3.2f, 0.5f}, {0.2f, 0.3f, 0.8f, 0.45f}}; /* dx, dy, reach, amount */
  for (int i = 0; i < 2; i++) {
    float dx = fmaxf(fabsf(x - half_w - casts[i][0]) - half_w, 0),
          dy = fmaxf(fabsf(y - half_h - casts[i][1]) - half_h, 0);
    float t = 1 - sqrtf(dx * dx + dy * dy) / casts[i][2];
    if (t > 0) depth *= 1 - casts[i][3] * t * t * (3 - 2 * t);
  }
  return depth;
}

struct lamp {
  float gx, gy, falloff, spot_x, spot_y, spot_scale, highlight, gains[3], middle_x, middle_y, corner, dark, dark_x,
      dark_y, dark_at;
};

static struct lamp lamp_make(const struct shot *shot) {
  const struct light *light = &shot->light;
  double half = sqrt((double)shot->width * shot->width + (double)shot->height * shot->height) / 2;
  struct lamp lamp = {.gx = (float)(light->gradient / 2 * number_cos(light->direction) / half),
                      .gy = (float)(light->gradient / 2 * number_sin(light->direction) / half),
                      .falloff = (float)light->falloff,
                      .spot_x = (float)(light->spot[0] * shot->width),
                      .spot_y = (float)(light->spot[1] * shot->width),
                      .spot_scale = (float)(1 / (light->size * shot->width * light->size * shot->width)),
                      .highlight = (float)light->highlight,
                      .middle_x = (float)(shot->width - 1) / 2,
                      .middle_y = (float)(shot->height - 1) / 2,
                      .corner = (float)(1 / (half * half)),
                      .dark = (float)light->dark};
  if (light->dark > 0) {
    double per_pixel = 1 / (light->penumbra * shot->width);
    lamp.dark_x = (float)(number_cos(light->direction) * per_pixel);
    lamp.dark_y = (float)(number_sin(light->direction) * per_pixel);
    lamp.dark_at = (float)(light->dark_at / light->penumbra);
  }
  for (int c = 0; c < 3; c++) lamp.gains[c] = (float)(light->exposure * light->cast[c]);
  return lamp;
}

static float lamp_at(const struct lamp *lamp, int x, int y) {
  float dx = (float)x - lamp->middle_x, dy = (float)y - lamp->middle_y;
  float sx = dx - lamp->spot_x, sy = dy - lamp->spot_y, near = 1 + (sx * sx + sy * sy) * lamp->spot_scale;
  float edge = 1 - lamp->falloff * (dx * dx + dy * dy) * lamp->corner;
  if (lamp->dark > 0) {
    float t = fminf(fmaxf(lamp->dark_x * dx + lamp->dark_y * dy - lamp->dark_at + 0.5f, 0), 1);
    edge *= 1 - lamp->dark * t * t * (3 - 2 * t);
  }
  return edge * (1 + lamp->gx * dx + lamp->gy * dy + lamp->highlight / (near * near));
}

/* Brushing runs across the whole tile, so that units whose tiles lie alike in height alone would look alike: theirs are
 * sums of several, each turned end for end or not. */
static float grain_at(const struct studio *studio, const struct shot *shot, const struct scene *scene, float x,
                      float y) {
  float sum = 0;
  if (scene->brush <= 0) return texture_at(&studio->grain, x + shot->grain_offset[0][0], y + shot->grain_offset[0][1]);
  for (int i = 0; i < GRAIN_TILES; i++) {
    const float *offset = shot->grain_offset[i];
    sum += texture_at(&studio->grain, (i & 1 ? x : -x) + offset[0], (i & 2 ? y : -y) + offset[1]);
  }
  return sum / 2; /* the standard deviation of one */
}

/* What the material at a point (mm) reflects, as a share of the approved one's; NULL: it is that. */
static const double *material_at(const struct shot *shot, const double at[2]) {
  for (int i = 0; i < shot->material_count; i++) {
    const double *box = shot->materials[i].box;
    if (at[0] >= box[0] && at[0] < box[2] && at[1] >= box[1] && at[1] < box[3]) return shot->materials[i].tint;
  }
  return NULL;
}

void optics_expose(const struct studio *studio, const struct shot *shot, const struct view *view, struct frame frame,
                   float *const rgb[3]) {
  const struct scene *scene = view->artwork->scene;
  double scale = view->artwork->scale;
  const struct lamp lamp = lamp_make(shot);
  const float ground[3] = {(float)number_to_linear(scene->table.r), (float)number_to_linear(scene->table.g),
                           (float)number_to_linear(scene->table.b)};
  const float per_texel = (float)(1 / scene->texel), fine = (float)(scene->fibre + scene->brush);
  static const float depths[3] = {0.16f, 0.13f, 0.22f};
  float depth = depths[scene->table_kind];
  enum { MESH = 16 };
  for (int row = 0; row < frame.height; row++) {
    struct step step = {0};
    for (int column = 0; column < frame.width; column++) {
      int x = frame.x0 + column, y = frame.y0 + row;
      double at[2], right[2], below[2];
      mapping_unproject(&shot->mapping, x, y, at);
      /* The steps change slowly: they are taken anew at fixed places of the photo, every 16 pixels. */
      if (column == 0 || (x & (MESH - 1)) == 0) {
        int mx = x & ~(MESH - 1);
        double base[2];
        mapping_unproject(&shot->mapping, mx, y, base);
        mapping_unproject(&shot->mapping, mx + 1, y, right);
        mapping_unproject(&shot->mapping, mx, y + 1, below);
        step = (struct step){(float)((right[0] - base[0]) * scale), (float)((right[1] - base[1]) * scale),
                             (float)((below[0] - base[0]) * scale), (float)((below[1] - base[1]) * scale)};
      }
      float mm_x = (float)at[0], mm_y = (float)at[1];
      float art_x = (float)((at[0] + ARTWORK_MARGIN) * scale - 0.5),
            art_y = (float)((at[1] + ARTWORK_MARGIN) * scale - 0.5);
      struct sum sum = sample_artwork(studio, view, art_x, art_y, step);
      float light = lamp_at(&lamp, x, y), table = 0;
      if (sum.cover < 1) {
        float tx = (float)x * (float)studio->table_scale + shot->table_offset[0];
        float ty = (float)y * (float)studio->table_scale + shot->table_offset[1];
        /* The grain of wood runs one way in both scales; elsewhere the coarse scale is turned to hide the repeats. */
        bool turned = scene->table_kind != 2;
        float coarse = texture_at(&studio->table, (turned ? ty : tx) * 0.137f, (turned ? tx : ty) * 0.137f);
        float pattern = texture_at(&studio->table, tx, ty) + 0.6f * coarse;
        table = (1 - sum.cover) * fmaxf(1 + depth * pattern, 0.05f) * shadow_at(scene, mm_x, mm_y);
      }
      float grain = 1, tint[3];
      const double *other = material_at(shot, at);
      for (int c = 0; c < 3; c++) tint[c] = (float)(other ? shot->tint[c] * other[c] : shot->tint[c]);
      if (sum.cover > 0) grain += fine * grain_at(studio, shot, scene, mm_x * per_texel, mm_y * per_texel);
      float *out[3] = {rgb[0], rgb[1], rgb[2]};
      size_t place = (size_t)row * (size_t)frame.width + (size_t)column;
      for (int c = 0; c < 3; c++)
        out[c][place] = light * lamp.gains[c] * (sum.light[c] * grain * tint[c] + table * ground[c]);
    }
  }
}

int optics_reach(double sigma) {
  int reach = (int)ceil(3 * sigma);
  return reach < 4 ? 3 : reach;
}

static void make_taps(double sigma, int reach, float *taps) {
  float total = 0;
  for (int i = 0; i <= reach; i++) {
    taps[i] = (float)number_exp(-i * i / (2 * sigma * sigma));
    total += i ? 2 * taps[i] : taps[i];
  }
  for (int i = 0; i <= reach; i++) taps[i] /= total;
}

/* One line whose samples lie `step` apart. */
static void blur_line(const float *taps, int reach, const float *in, ptrdiff_t step, float *out) {
  float sum = taps[0] * in[0];
  for (int k = 1; k <= reach; k++) sum += taps[k] * (in[-k * step] + in[k * step]);
  *out = sum;
}

void optics_blur(const double sigma[2], struct frame frame, float *plane, float *scratch) {
  float taps[3 * OPTICS_BLUR + 1];
  int w = frame.width, h = frame.height, reach = optics_reach(sigma[0]);
  make_taps(sigma[0], reach, taps);
  for (int y = 0; y < h; y++) {
    const float *in = plane + (size_t)y * (size_t)w;
    float *out = scratch + (size_t)y * (size_t)w;
    for (int x = 0; x < reach; x++) out[x] = in[x], out[w - 1 - x] = in[w - 1 - x];
    for (int x = reach; x < w - reach; x++) blur_line(taps, reach, in + x, 1, out + x);
  }
  reach = optics_reach(sigma[1]);
  make_taps(sigma[1], reach, taps);
  for (int y = reach; y < h - reach; y++) {
    const float *in = scratch + (size_t)y * (size_t)w;
    float *out = plane + (size_t)y * (size_t)w;
    for (int x = reach; x < w - reach; x++) blur_line(taps, reach, in + x, w, out + x);
  }
}
