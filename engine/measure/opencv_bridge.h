/* What the C++ files that call OpenCV share. C++ only. */
#ifndef ASSAY_ENGINE_MEASURE_OPENCV_BRIDGE_H
#define ASSAY_ENGINE_MEASURE_OPENCV_BRIDGE_H

/* The headers are C's, where a struct and a function may share a name. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
extern "C" {
#include "engine/image.h"
#include "models/status.h"
}
#pragma GCC diagnostic pop

#include <algorithm>
#include <exception>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace bridge {

/* Does the work with OpenCV's exceptions kept from C. */
template <typename Work> enum status guarded(struct fault *fault, const char *what, Work work) {
  try {
    /* One photo a thread: OpenCV's own threads would only get in each other's way. */
    static const bool single = (cv::setNumThreads(1), true);
    (void)single;
    return work();
  } catch (const std::bad_alloc &) {
    return fault_set(fault, STATUS_MEMORY, "%s: out of memory", what);
  } catch (const cv::Exception &e) {
    if (e.code == cv::Error::StsNoMem) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", what);
    return fault_set(fault, STATUS_INTERNAL, "%s: %s", what, e.err.c_str());
  } catch (const std::exception &e) {
    return fault_set(fault, STATUS_INTERNAL, "%s: %s", what, e.what());
  }
}

/* A picture of at least `side` pixels a side, or the full one where that is smaller, in which targets are sought: every
 * one of its pixels is the rounded mean of `reduction` squared. */
struct reduced {
  enum { MOST = 257 }; /* so many rows of bytes add up to less than 2^16 */
  cv::Mat pixels;
  int reduction = 1;

  reduced(const cv::Mat &full, int side) {
    while (reduction < MOST && std::max(full.cols, full.rows) / (reduction + 1) >= side) reduction++;
    if (reduction == 1) {
      pixels = full;
      return;
    }
    pixels.create(full.rows / reduction, full.cols / reduction, CV_8U);
    std::vector<uint16_t> sums(static_cast<size_t>(full.cols));
    const int area = reduction * reduction;
    for (int y = 0; y < pixels.rows; y++) {
      std::fill(sums.begin(), sums.end(), uint16_t{0});
      for (int v = 0; v < reduction; v++) add_row(full.ptr(y * reduction + v), sums.data(), full.cols);
      const uint16_t *at = sums.data();
      for (int x = 0; x < pixels.cols; x++) {
        int sum = area / 2;
        for (int u = 0; u < reduction; u++) sum += *at++;
        pixels.at<uchar>(y, x) = static_cast<uchar>(sum / area);
      }
    }
  }

  static void add_row(const uchar *__restrict row, uint16_t *__restrict sums, int count) {
    for (int x = 0; x < count; x++) sums[x] = static_cast<uint16_t>(sums[x] + row[x]);
  }

  /* A coordinate of the reduced picture in the full one. */
  double full(double x) const { return (x + 0.5) * reduction - 0.5; }
};

} // namespace bridge

#endif
