#include "engine/measure/opencv_bridge.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
extern "C" {
#include "engine/measure/marker.h"
}
#pragma GCC diagnostic pop

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <opencv2/aruco.hpp>
#include <vector>

namespace {

const struct {
  const char *name;
  cv::aruco::PREDEFINED_DICTIONARY_NAME code;
} dictionaries[] = {
    {"4x4_50", cv::aruco::DICT_4X4_50},
    {"4x4_100", cv::aruco::DICT_4X4_100},
    {"4x4_250", cv::aruco::DICT_4X4_250},
    {"4x4_1000", cv::aruco::DICT_4X4_1000},
    {"5x5_50", cv::aruco::DICT_5X5_50},
    {"5x5_100", cv::aruco::DICT_5X5_100},
    {"5x5_250", cv::aruco::DICT_5X5_250},
    {"5x5_1000", cv::aruco::DICT_5X5_1000},
    {"6x6_50", cv::aruco::DICT_6X6_50},
    {"6x6_100", cv::aruco::DICT_6X6_100},
    {"6x6_250", cv::aruco::DICT_6X6_250},
    {"6x6_1000", cv::aruco::DICT_6X6_1000},
    {"7x7_50", cv::aruco::DICT_7X7_50},
    {"7x7_100", cv::aruco::DICT_7X7_100},
    {"7x7_250", cv::aruco::DICT_7X7_250},
    {"7x7_1000", cv::aruco::DICT_7X7_1000},
    {"aruco_original", cv::aruco::DICT_ARUCO_ORIGINAL},
    {"apriltag_16h5", cv::aruco::DICT_APRILTAG_16h5},
    {"apriltag_25h9", cv::aruco::DICT_APRILTAG_25h9},
    {"apriltag_36h10", cv::aruco::DICT_APRILTAG_36h10},
    {"apriltag_36h11", cv::aruco::DICT_APRILTAG_36h11},
};

/* Empty where there is none of that name. */
cv::Ptr<cv::aruco::Dictionary> dictionary_of(const char *name) {
  for (const auto &known : dictionaries)
    if (!std::strcmp(known.name, name)) return cv::aruco::getPredefinedDictionary(known.code);
  return {};
}

bool before(const struct marker_seen &a, const struct marker_seen &b) {
  if (a.id != b.id) return a.id < b.id;
  if (a.corners[0].y != b.corners[0].y) return a.corners[0].y < b.corners[0].y;
  return a.corners[0].x < b.corners[0].x;
}

/* The codes of one picture, by their numbers. */
std::vector<struct marker_seen> look(const bridge::reduced &small, const cv::Ptr<cv::aruco::Dictionary> &codes) {
  auto how = cv::aruco::DetectorParameters::create();
  how->cornerRefinementMethod = cv::aruco::CORNER_REFINE_NONE; /* engine/measure/target_fit.h does it */
  std::vector<std::vector<cv::Point2f>> corners;
  std::vector<int> ids;
  cv::aruco::detectMarkers(small.pixels, codes, corners, ids, how);
  std::vector<struct marker_seen> found(ids.size());
  for (size_t i = 0; i < ids.size(); i++) {
    found[i].id = ids[i];
    for (size_t k = 0; k < 4; k++) {
      const cv::Point2f &p = corners[i][k];
      found[i].corners[k] = {std::floor(small.full(p.x) + 0.5), std::floor(small.full(p.y) + 0.5)};
    }
  }
  std::sort(found.begin(), found.end(), before);
  return found;
}

} // namespace

enum status marker_cells(const char *dictionary, int id, uint8_t cells[MARKER_MAX_BITS * MARKER_MAX_BITS], int *side,
                         struct fault *fault) {
  return bridge::guarded(fault, "marker", [&] {
    const auto codes = dictionary_of(dictionary);
    if (!codes || id < 0 || id >= codes->bytesList.rows || codes->markerSize + 2 > MARKER_MAX_BITS)
      return fault_set(fault, STATUS_INVALID, "marker %d of the dictionary %s; expected one of its %d codes, from 0",
                       id, dictionary, codes ? codes->bytesList.rows : 0);
    const cv::Mat bits =
        cv::aruco::Dictionary::getBitsFromByteList(codes->bytesList.rowRange(id, id + 1), codes->markerSize);
    *side = codes->markerSize + 2;
    std::memset(cells, 0, MARKER_MAX_BITS * MARKER_MAX_BITS);
    for (int y = 0; y < bits.rows; y++)
      for (int x = 0; x < bits.cols; x++) cells[(y + 1) * *side + x + 1] = bits.at<uchar>(y, x) != 0;
    return STATUS_OK;
  });
}

enum status marker_find(const struct plane *luma, const char *dictionary, int wanted, struct marker_seen **seen,
                        size_t *count, struct fault *fault) {
  *seen = nullptr;
  *count = 0;
  return bridge::guarded(fault, "finding the marker", [&] {
    const auto codes = dictionary_of(dictionary);
    if (!codes) return fault_set(fault, STATUS_INVALID, "%s: no such dictionary of markers", dictionary);
    const cv::Mat full(luma->height, luma->width, CV_8U, luma->pixels, luma->stride);
    std::vector<struct marker_seen> found;
    /* Most markers are large enough for a small picture, which takes a quarter of the time. */
    for (int side = 800, last = 0; side <= 3200; side *= 2) {
      const bridge::reduced small(full, side);
      if (small.reduction == last) break;
      last = small.reduction;
      found = look(small, codes);
      if (std::any_of(found.begin(), found.end(), [&](const auto &one) { return wanted < 0 || one.id == wanted; }))
        break;
    }
    if (found.empty()) return STATUS_OK;
    auto out = static_cast<struct marker_seen *>(std::calloc(found.size(), sizeof **seen));
    if (!out) return fault_set(fault, STATUS_MEMORY, "finding the marker: out of memory");
    std::copy(found.begin(), found.end(), out);
    *seen = out;
    *count = found.size();
    return STATUS_OK;
  });
}
