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
  int distance;
};

/* Bits in which two descriptors differ. */
inline int distance_of(const std::uint64_t *a, const std::uint64_t *b) {
  int bits = 0;
  for (int i = 0; i < 4; i++) bits += __builtin_popcountll(a[i] ^ b[i]);
  return bits;
}

/* Each golden feature's nearest photo feature and the other way round; of equally near ones the first. */
struct both_ways {
  std::vector<int> golden_distance, photo_distance;
  std::vector<size_t> golden_nearest, photo_nearest;
};

/* One source for processors that count bits in one instruction and for those that do not. */
inline __attribute__((always_inline)) void compare_all(const cv::Mat &golden, const cv::Mat &photo,
                                                       struct both_ways &ways) {
  for (size_t i = 0; i < ways.golden_distance.size(); i++) {
    std::uint64_t a[4], b[4];
    std::memcpy(a, golden.ptr(static_cast<int>(i)), sizeof a);
    int least = 257;
    size_t nearest = 0;
    for (size_t j = 0; j < ways.photo_distance.size(); j++) {
      std::memcpy(b, photo.ptr(static_cast<int>(j)), sizeof b);
      int distance = distance_of(a, b);
      if (distance < least) least = distance, nearest = j;
      if (distance < ways.photo_distance[j]) ways.photo_distance[j] = distance, ways.photo_nearest[j] = i;
    }
    ways.golden_distance[i] = least, ways.golden_nearest[i] = nearest;
  }
}

void compare_plainly(const cv::Mat &golden, const cv::Mat &photo, struct both_ways &ways) {
  compare_all(golden, photo, ways);
}

#if defined __x86_64__
__attribute__((target("popcnt"))) void compare_counting(const cv::Mat &golden, const cv::Mat &photo,
                                                        struct both_ways &ways) {
  compare_all(golden, photo, ways);
}

bool counts_bits() {
  return __builtin_cpu_supports("popcnt");
}
#else
void compare_counting(const cv::Mat &golden, const cv::Mat &photo, struct both_ways &ways) {
  compare_all(golden, photo, ways);
}

bool counts_bits() {
  return false;
}
#endif

/* Pairs that are each other's nearest, in the golden's order. */
std::vector<struct nearest> mutual(const cv::Mat &golden, const cv::Mat &photo) {
  size_t rows = static_cast<size_t>(golden.rows), columns = static_cast<size_t>(photo.rows);
  struct both_ways ways = {std::vector<int>(rows, 257), std::vector<int>(columns, 257), std::vector<size_t>(rows, 0),
                           std::vector<size_t>(columns, 0)};
  if (counts_bits())
    compare_counting(golden, photo, ways);
  else
    compare_plainly(golden, photo, ways);
  std::vector<struct nearest> found;
  for (size_t i = 0; i < rows; i++)
    if (ways.photo_nearest[ways.golden_nearest[i]] == i)
      found.push_back({i, ways.golden_nearest[i], ways.golden_distance[i]});
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
