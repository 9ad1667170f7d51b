extern "C" {
#include "engine/features.h"
}

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <opencv2/core/version.hpp>
#include <opencv2/features2d.hpp>
#include <vector>

struct features {
  std::vector<cv::KeyPoint> points;
  cv::Mat descriptors;
};

namespace {

cv::Mat view(const struct plane *plane) {
  return cv::Mat(plane->height, plane->width, CV_8U, plane->pixels, plane->stride);
}

/* OpenCV throws; C must not see it. */
template <typename Work> enum status guarded(struct fault *fault, Work work) {
  try {
    return work();
  } catch (const std::bad_alloc &) {
    return fault_set(fault, STATUS_MEMORY, "finding features: out of memory");
  } catch (const std::exception &e) {
    return fault_set(fault, STATUS_INTERNAL, "finding features: %s", e.what());
  }
}

/* cos and sin of an angle in degrees by a rational formula: the C library's differ between processors. */
void direction(double degrees, double *cosine, double *sine) {
  while (degrees >= 360) degrees -= 360;
  while (degrees < 0) degrees += 360;
  int quarter = static_cast<int>(degrees / 90 + 0.5);
  double t = (degrees - 90 * quarter) * 0.017453292519943295;
  double t2 = t * t;
  double s = t * (1 - t2 / 6 * (1 - t2 / 20 * (1 - t2 / 42)));
  double c = 1 - t2 / 2 * (1 - t2 / 12 * (1 - t2 / 30 * (1 - t2 / 56)));
  const double cs[4] = {c, -s, -c, s}, sn[4] = {s, c, -s, -c};
  *cosine = cs[quarter & 3];
  *sine = sn[quarter & 3];
}

struct nearest {
  size_t golden, photo;
  std::uint32_t distance;
};

enum { WORDS = 4 };

/* Descriptors of 256 bits, word by word: word k of feature i at [k * count + i]. */
std::vector<std::uint64_t> words_of(const cv::Mat &descriptors) {
  size_t count = static_cast<size_t>(descriptors.rows);
  std::vector<std::uint64_t> out(WORDS * count);
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < WORDS; k++)
      std::memcpy(&out[k * count + i], descriptors.ptr(static_cast<int>(i)) + 8 * k, sizeof out[0]);
  return out;
}

/* The nearest of the others, as distance * 2^16 + index: the least is the nearest, and the first of equally near ones.
 */
struct both_ways {
  std::vector<std::uint32_t> golden, photo;
};

/* One source for processors with vectors that count bits, with one instruction for it, and with neither. */
inline __attribute__((always_inline)) void
compare_all(const std::vector<std::uint64_t> &golden, const std::vector<std::uint64_t> &photo, struct both_ways &ways) {
  size_t rows = ways.golden.size(), columns = ways.photo.size();
  std::vector<std::uint32_t> distances(columns);
  const std::uint64_t *b = photo.data();
  std::uint32_t *distance = distances.data(), *best = ways.photo.data();
  for (size_t i = 0; i < rows; i++) {
    const std::uint64_t a[WORDS] = {golden[i], golden[rows + i], golden[2 * rows + i], golden[3 * rows + i]};
    for (size_t j = 0; j < columns; j++) {
      std::uint64_t bits = 0;
      for (size_t k = 0; k < WORDS; k++)
        bits += static_cast<std::uint64_t>(__builtin_popcountll(a[k] ^ b[k * columns + j]));
      distance[j] = static_cast<std::uint32_t>(bits << 16);
    }
    std::uint32_t least = UINT32_MAX;
    for (size_t j = 0; j < columns; j++) {
      std::uint32_t from_golden = distance[j] + static_cast<std::uint32_t>(j);
      std::uint32_t from_photo = distance[j] + static_cast<std::uint32_t>(i);
      least = from_golden < least ? from_golden : least;
      best[j] = from_photo < best[j] ? from_photo : best[j];
    }
    ways.golden[i] = least;
  }
}

using compare_function = void (*)(const std::vector<std::uint64_t> &, const std::vector<std::uint64_t> &,
                                  struct both_ways &);

void compare_plainly(const std::vector<std::uint64_t> &golden, const std::vector<std::uint64_t> &photo,
                     struct both_ways &ways) {
  compare_all(golden, photo, ways);
}

#if defined __x86_64__
__attribute__((target("popcnt"))) void compare_counting(const std::vector<std::uint64_t> &golden,
                                                        const std::vector<std::uint64_t> &photo,
                                                        struct both_ways &ways) {
  compare_all(golden, photo, ways);
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vpopcntdq"))) void
compare_wide(const std::vector<std::uint64_t> &golden, const std::vector<std::uint64_t> &photo,
             struct both_ways &ways) {
  compare_all(golden, photo, ways);
}

compare_function comparison() {
  if (__builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    return compare_wide;
  return __builtin_cpu_supports("popcnt") ? compare_counting : compare_plainly;
}
#else
compare_function comparison() {
  return compare_plainly;
}
#endif

/* Pairs that are each other's nearest, in the golden's order. Of more than 2^16 features, which no one asks for, the
 * rest has no match. */
std::vector<struct nearest> mutual(const cv::Mat &golden, const cv::Mat &photo) {
  const int most = 1 << 16;
  const cv::Mat g = golden.rowRange(0, std::min(golden.rows, most)), p = photo.rowRange(0, std::min(photo.rows, most));
  struct both_ways ways = {std::vector<std::uint32_t>(static_cast<size_t>(g.rows), UINT32_MAX),
                           std::vector<std::uint32_t>(static_cast<size_t>(p.rows), UINT32_MAX)};
  comparison()(words_of(g), words_of(p), ways);
  std::vector<struct nearest> found;
  for (size_t i = 0; i < ways.golden.size(); i++) {
    size_t j = ways.golden[i] & 0xFFFF;
    if ((ways.photo[j] & 0xFFFF) == i) found.push_back({i, j, ways.golden[i] >> 16});
  }
  return found;
}

} // namespace

enum status features_detect(const struct plane *luma, const struct plane *mask, int count, int levels,
                            struct features **features, struct fault *fault) {
  *features = nullptr;
  return guarded(fault, [&] {
    /* One photo a thread: OpenCV's own threads would only get in each other's way. */
    static const bool single = (cv::setNumThreads(1), true);
    (void)single;
    auto found = new struct features;
    try {
      auto orb = cv::ORB::create(count, 1.2f, levels, 15, 0, 2, cv::ORB::HARRIS_SCORE, 31, 8);
      /* Of a mask, ORB's smaller levels keep only what is 255. */
      cv::Mat part = mask ? cv::Mat(view(mask) != 0) : cv::Mat();
      orb->detectAndCompute(view(luma), part, found->points, found->descriptors);
    } catch (...) {
      delete found;
      throw;
    }
    *features = found;
    return STATUS_OK;
  });
}

void features_free(struct features *features) {
  delete features;
}

size_t features_count(const struct features *features) {
  return features ? features->points.size() : 0;
}

enum status features_match(const struct features *golden, const struct features *photo, struct feature_match **matches,
                           size_t *count, struct fault *fault) {
  *matches = nullptr;
  *count = 0;
  if (golden->points.empty() || photo->points.empty()) return STATUS_OK;
  return guarded(fault, [&] {
    std::vector<struct nearest> found = mutual(golden->descriptors, photo->descriptors);
    std::stable_sort(found.begin(), found.end(),
                     [](const struct nearest &a, const struct nearest &b) { return a.distance < b.distance; });
    auto out = static_cast<struct feature_match *>(std::calloc(found.size() + 1, sizeof **matches));
    if (!out) return fault_set(fault, STATUS_MEMORY, "matching features: out of memory");
    for (size_t i = 0; i < found.size(); i++) {
      const cv::KeyPoint &g = golden->points[found[i].golden];
      const cv::KeyPoint &p = photo->points[found[i].photo];
      out[i].golden_x = g.pt.x, out[i].golden_y = g.pt.y, out[i].photo_x = p.pt.x, out[i].photo_y = p.pt.y;
      out[i].scale = static_cast<double>(p.size) / static_cast<double>(g.size);
      direction(static_cast<double>(p.angle) - static_cast<double>(g.angle), &out[i].cosine, &out[i].sine);
    }
    *matches = out;
    *count = found.size();
    return STATUS_OK;
  });
}

const char *features_version(void) {
  return CV_VERSION;
}
