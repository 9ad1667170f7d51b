extern "C" {
#include "cli/bench/ecc.h"
}

#include <opencv2/video/tracking.hpp>

int ecc_affine(const uint8_t *golden, const uint8_t *photo, int width, int height, const double start[6],
               double found[6]) {
  try {
    const cv::Mat from(height, width, CV_8UC1, const_cast<uint8_t *>(golden));
    const cv::Mat to(height, width, CV_8UC1, const_cast<uint8_t *>(photo));
    cv::Mat map(2, 3, CV_32F);
    for (int i = 0; i < 6; i++) map.at<float>(i / 3, i % 3) = static_cast<float>(start[i]);
    const cv::TermCriteria until(cv::TermCriteria::COUNT + cv::TermCriteria::EPS, 100, 1e-7);
    cv::findTransformECC(from, to, map, cv::MOTION_AFFINE, until);
    for (int i = 0; i < 6; i++) found[i] = static_cast<double>(map.at<float>(i / 3, i % 3));
    return 1;
  } catch (const std::exception &) {
    return 0;
  }
}
