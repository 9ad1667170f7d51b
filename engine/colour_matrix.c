#include "engine/colour_matrix.h"

#include <math.h>

static const cmsTagSignature COLORANTS[3] = {cmsSigRedColorantTag, cmsSigGreenColorantTag, cmsSigBlueColorantTag};
static const cmsTagSignature CURVES[3] = {cmsSigRedTRCTag, cmsSigGreenTRCTag, cmsSigBlueTRCTag};

/* Linear RGB to XYZ under D50. */
static bool read_primaries(cmsHPROFILE profile, double m[3][3]) {
  for (int c = 0; c < 3; c++) {
    const cmsCIEXYZ *xyz = cmsReadTag(profile, COLORANTS[c]);
    if (!xyz) return false;
    m[0][c] = xyz->X, m[1][c] = xyz->Y, m[2][c] = xyz->Z;
  }
  return true;
}

/* Cofactors over the determinant. */
static bool invert(double m[3][3], double out[3][3]) {
  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 3; c++) {
      const int r1 = (c + 1) % 3, r2 = (c + 2) % 3, c1 = (r + 1) % 3, c2 = (r + 2) % 3;
      out[r][c] = m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1];
    }
  const double determinant = m[0][0] * out[0][0] + m[0][1] * out[1][0] + m[0][2] * out[2][0];
  if (!(fabs(determinant) > 1e-6)) return false;
  for (int i = 0; i < 9; i++) out[i / 3][i % 3] /= determinant;
  return true;
}

/* Rows whose weights sum to less than this keep 65535 times them within 32 bits. */
static const double MOST_WEIGHT = 3.9;

static bool make_weights(cmsHPROFILE profile, cmsHPROFILE srgb, struct colour_matrix *matrix) {
  double from[3][3], to[3][3], back[3][3];
  if (!read_primaries(profile, from) || !read_primaries(srgb, to) || !invert(to, back)) return false;
  for (int r = 0; r < 3; r++) {
    double weight = 0;
    for (int c = 0; c < 3; c++) {
      const double w = back[r][0] * from[0][c] + back[r][1] * from[1][c] + back[r][2] * from[2][c];
      weight += fabs(w);
      if (!(weight < MOST_WEIGHT)) return false;
      matrix->to_srgb[r][c] = (int32_t)floor(w * COLOUR_MATRIX_ONE + 0.5);
    }
  }
  return true;
}

/* A linear value belongs to the code whose neighbourhood, to half way to the next code, it lies in. */
static bool make_encoding(cmsHPROFILE srgb, struct colour_matrix *matrix) {
  const cmsToneCurve *curve = cmsReadTag(srgb, cmsSigGreenTRCTag);
  if (!curve) return false;
  const uint32_t step = 65536 / COLOUR_MATRIX_STEPS;
  uint32_t code = 0;
  for (uint32_t i = 0; i < COLOUR_MATRIX_STEPS; i++) {
    while (code < 255 && cmsEvalToneCurve16(curve, (cmsUInt16Number)((2 * code + 1) * 257 / 2)) <= i * step + step / 2)
      code++;
    matrix->encoded[i] = (uint8_t)code;
  }
  return true;
}

static bool make_curves(cmsHPROFILE profile, struct colour_matrix *matrix) {
  for (int c = 0; c < 3; c++) {
    const cmsToneCurve *curve = cmsReadTag(profile, CURVES[c]);
    if (!curve) return false;
    for (int v = 0; v < 256; v++) matrix->linear[c][v] = cmsEvalToneCurve16(curve, (cmsUInt16Number)(v * 257));
  }
  return true;
}

bool colour_matrix_make(cmsHPROFILE profile, struct colour_matrix *matrix) {
  if (cmsGetColorSpace(profile) != cmsSigRgbData || cmsGetPCS(profile) != cmsSigXYZData ||
      !cmsIsMatrixShaper(profile) || cmsIsTag(profile, cmsSigAToB0Tag) || cmsIsTag(profile, cmsSigDToB0Tag))
    return false;
  cmsHPROFILE srgb = cmsCreate_sRGBProfile();
  const bool made =
      srgb && make_weights(profile, srgb, matrix) && make_curves(profile, matrix) && make_encoding(srgb, matrix);
  if (srgb) cmsCloseProfile(srgb);
  return made;
}

static uint8_t encode(const struct colour_matrix *matrix, int32_t value) {
  const int32_t step = COLOUR_MATRIX_ONE * (65536 / COLOUR_MATRIX_STEPS), last = COLOUR_MATRIX_STEPS - 1;
  const int32_t index = (value < 0 ? 0 : value) / step;
  return matrix->encoded[index < last ? index : last];
}

void colour_matrix_apply(const struct colour_matrix *matrix, uint8_t *rgb, size_t pixels) {
  const int32_t(*m)[3] = matrix->to_srgb;
  for (uint8_t *p = rgb, *end = rgb + 3 * pixels; p < end; p += 3) {
    const int32_t r = matrix->linear[0][p[0]], g = matrix->linear[1][p[1]], b = matrix->linear[2][p[2]];
    p[0] = encode(matrix, m[0][0] * r + m[0][1] * g + m[0][2] * b);
    p[1] = encode(matrix, m[1][0] * r + m[1][1] * g + m[1][2] * b);
    p[2] = encode(matrix, m[2][0] * r + m[2][1] * g + m[2][2] * b);
  }
}
