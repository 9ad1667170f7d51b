extern "C" {
#include "cli/bench/yardstick.h"
}

#include <chrono>
#include <cmath>
#include <new>
#include <opencv2/calib3d.hpp>
#include <opencv2/features2d.hpp>
#include <opencv2/imgproc.hpp>
#include <turbojpeg.h>
#include <vector>

struct yardstick {
  cv::Mat lab, descriptors;
  std::vector<cv::KeyPoint> points;
  double scale;
  cv::Ptr<cv::ORB> orb;
};

namespace {

/* OpenCV throws; C must not see it. */
template <typename Work> enum status guarded(struct fault *fault, Work work) {
  try {
    return work();
  } catch (const std::bad_alloc &) {
    return fault_set(fault, STATUS_MEMORY, "yardstick: out of memory");
  } catch (const std::exception &e) {
    return fault_set(fault, STATUS_INTERNAL, "yardstick: %s", e.what());
  }
}

enum status decode(const struct photo *photo, cv::Mat &bgr, struct fault *fault) {
  int width = 0, height = 0, sampling = 0, space = 0;
  tjhandle decoder = tjInitDecompress();
  if (!decoder) return fault_set(fault, STATUS_MEMORY, "yardstick: out of memory");
  bool good = !tjDecompressHeader3(decoder, photo->bytes, photo->size, &width, &height, &sampling, &space);
  if (good) {
    bgr.create(height, width, CV_8UC3);
    good = !tjDecompress2(decoder, photo->bytes, photo->size, bgr.data, width, 0, height, TJPF_BGR, 0);
  }
  enum status status =
      good ? STATUS_OK
           : fault_set(fault, STATUS_INVALID, "%s: %s; expected a JPEG", photo->path, tjGetErrorStr2(decoder));
  tjDestroy(decoder);
  return status;
}

void detect(const struct yardstick &y, const cv::Mat &bgr, std::vector<cv::KeyPoint> &points, cv::Mat &descriptors) {
  cv::Mat small;
  cv::resize(bgr, small, {}, y.scale, y.scale, cv::INTER_AREA);
  cv::cvtColor(small, small, cv::COLOR_BGR2GRAY);
  y.orb->detectAndCompute(small, cv::noArray(), points, descriptors);
}

/* Golden -> photo, full-size pixels; empty where none is found. */
cv::Mat find_homography(const struct yardstick &y, const cv::Mat &bgr) {
  std::vector<cv::KeyPoint> points;
  cv::Mat descriptors;
  detect(y, bgr, points, descriptors);
  std::vector<cv::DMatch> matches;
  cv::BFMatcher(cv::NORM_HAMMING, true).match(y.descriptors, descriptors, matches);
  std::vector<cv::Point2f> from, to;
  for (const cv::DMatch &m : matches) {
    from.push_back(y.points[static_cast<size_t>(m.queryIdx)].pt);
    to.push_back(points[static_cast<size_t>(m.trainIdx)].pt);
  }
  if (from.size() < 4) return cv::Mat();
  cv::Mat found = cv::findHomography(from, to, cv::USAC_MAGSAC, 2.0, cv::noArray(), 2000, 0.999);
  if (found.empty()) return found;
  const cv::Mat small = (cv::Mat_<double>(3, 3) << y.scale, 0, 0, 0, y.scale, 0, 0, 0, 1);
  return small.inv() * found * small;
}

int count_regions(const struct yardstick &y, const cv::Mat &warped) {
  cv::Mat lab, difference, channel[3], mask, labels, figures, middles;
  cv::cvtColor(warped, lab, cv::COLOR_BGR2Lab);
  cv::absdiff(lab, y.lab, difference);
  cv::split(difference, channel);
  cv::max(channel[0], channel[1], difference);
  cv::max(difference, channel[2], difference);
  cv::GaussianBlur(difference, difference, {3, 3}, 0);
  cv::threshold(difference, mask, 40, 255, cv::THRESH_BINARY);
  cv::morphologyEx(mask, mask, cv::MORPH_OPEN, cv::getStructuringElement(cv::MORPH_ELLIPSE, {3, 3}));
  return cv::connectedComponentsWithStats(mask, labels, figures, middles) - 1;
}

} // namespace

enum status yardstick_open(const struct photo *golden, struct yardstick **yardstick, struct fault *fault) {
  *yardstick = nullptr;
  return guarded(fault, [&] {
    cv::setNumThreads(1);
    cv::Mat bgr;
    enum status status = decode(golden, bgr, fault);
    if (status) return status;
    auto made = new struct yardstick;
    *yardstick = made;
    made->scale = std::sqrt(0.5e6 / static_cast<double>(bgr.total()));
    made->orb = cv::ORB::create(2000);
    cv::cvtColor(bgr, made->lab, cv::COLOR_BGR2Lab);
    detect(*made, bgr, made->points, made->descriptors);
    return STATUS_OK;
  });
}

void yardstick_close(struct yardstick *yardstick) {
  delete yardstick;
}

enum status yardstick_judge(struct yardstick *y, const struct photo *photo, double *ms, int *regions,
                            struct fault *fault) {
  return guarded(fault, [&] {
    const auto begin = std::chrono::steady_clock::now();
    cv::Mat bgr, warped;
    enum status status = decode(photo, bgr, fault);
    if (status) return status;
    cv::Mat pose = find_homography(*y, bgr);
    if (pose.empty()) return fault_set(fault, STATUS_INVALID, "%s: the yardstick finds no homography", photo->path);
    cv::warpPerspective(bgr, warped, pose, y->lab.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP);
    *regions = count_regions(*y, warped);
    *ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    return STATUS_OK;
  });
}
