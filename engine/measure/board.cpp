#include "engine/measure/opencv_bridge.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
extern "C" {
#include "engine/measure/board.h"
}
#pragma GCC diagnostic pop

#include <cmath>
#include <cstdio>
#include <cstring>
#include <opencv2/calib3d.hpp>
#include <opencv2/core/version.hpp>
#include <vector>

namespace {

constexpr int INTRINSIC = CALIBRATION_VALUES, POSE = 6;

std::vector<cv::Point3f> board_points(const struct calibration *calibration) {
  std::vector<cv::Point3f> points;
  for (int y = 0; y < calibration->rows; y++)
    for (int x = 0; x < calibration->columns; x++)
      points.emplace_back(static_cast<float>(x * calibration->square_mm),
                          static_cast<float>(y * calibration->square_mm), 0.0f);
  return points;
}

/* What one view adds to the normal equations of the intrinsic values once its own pose is eliminated (Schur). */
void add_view(const cv::Mat &intrinsic, const cv::Mat &pose, cv::Mat &normal) {
  cv::Mat inverse;
  if (cv::invert(pose.t() * pose, inverse, cv::DECOMP_SVD) == 0) return;
  const cv::Mat mixed = intrinsic.t() * pose;
  normal += intrinsic.t() * intrinsic - mixed * inverse * mixed.t();
}

struct fitted {
  cv::Mat camera = cv::Mat::eye(3, 3, CV_64F), distortion = cv::Mat::zeros(1, 5, CV_64F);
  std::vector<cv::Mat> turns, shifts;
};

/* projectPoints' columns are turn, shift, fx fy, cx cy, k1 k2 p1 p2 k3: the intrinsic values in our own order. */
void judge_fit(const std::vector<cv::Point3f> &board, const std::vector<std::vector<cv::Point2f>> &seen,
               const fitted &fit, bool third, struct calibration *out) {
  cv::Mat normal = cv::Mat::zeros(INTRINSIC, INTRINSIC, CV_64F);
  double squares = 0;
  for (size_t view = 0; view < seen.size(); view++) {
    std::vector<cv::Point2f> expected;
    cv::Mat jacobian;
    cv::projectPoints(board, fit.turns[view], fit.shifts[view], fit.camera, fit.distortion, expected, jacobian);
    double own = 0;
    for (size_t i = 0; i < expected.size(); i++) {
      const cv::Point2d d = cv::Point2d(seen[view][i]) - cv::Point2d(expected[i]);
      own += d.dot(d);
    }
    squares += own;
    out->photos[view].residual_px = std::sqrt(own / static_cast<double>(expected.size()));
    add_view(jacobian.colRange(POSE, POSE + INTRINSIC), jacobian.colRange(0, POSE), normal);
  }
  const double points = static_cast<double>(seen.size() * board.size()), views = static_cast<double>(seen.size());
  const int fitted_values = INTRINSIC - !third;
  out->freedom = 2 * points - fitted_values - POSE * views;
  out->residual_px = std::sqrt(squares / points);
  cv::Mat covariance;
  cv::invert(normal(cv::Rect(0, 0, fitted_values, fitted_values)), covariance, cv::DECOMP_SVD);
  covariance *= squares / out->freedom;
  for (int i = 0; i < INTRINSIC; i++)
    for (int j = 0; j < INTRINSIC; j++)
      out->covariance[i * INTRINSIC + j] = i < fitted_values && j < fitted_values
                                               ? 0.5 * (covariance.at<double>(i, j) + covariance.at<double>(j, i))
                                               : 0;
}

bool usable(const struct calibration *c) {
  for (int i = 0; i < INTRINSIC; i++)
    if (!std::isfinite(c->lens[i]) || !(c->covariance[i * INTRINSIC + i] >= 0)) return false;
  const double side = std::max(c->width, c->height);
  return c->lens[0] > 0.05 * side && c->lens[1] > 0.05 * side && c->lens[0] < 1000 * side && c->lens[1] < 1000 * side &&
         c->freedom >= 1;
}

} // namespace

enum status board_seek(const struct plane *luma, int columns, int rows, struct pose_point *corners, bool *found,
                       struct fault *fault) {
  *found = false;
  return bridge::guarded(fault, "finding the board", [&] {
    const cv::Mat full(luma->height, luma->width, CV_8U, luma->pixels, luma->stride);
    const bridge::reduced small(full, 1600);
    std::vector<cv::Point2f> points;
    const int how = cv::CALIB_CB_ADAPTIVE_THRESH | cv::CALIB_CB_NORMALIZE_IMAGE;
    *found = cv::findChessboardCorners(small.pixels, cv::Size(columns, rows), points, how);
    if (!*found) return STATUS_OK;
    for (cv::Point2f &p : points)
      p = cv::Point2f(static_cast<float>(std::floor(small.full(p.x) + 0.5)),
                      static_cast<float>(std::floor(small.full(p.y) + 0.5)));
    for (size_t i = 0; i < points.size(); i++) corners[i] = {points[i].x, points[i].y};
    return STATUS_OK;
  });
}

enum status board_calibrate(const struct pose_point *corners, size_t views, bool third, struct calibration *calibration,
                            struct fault *fault) {
  return bridge::guarded(fault, "calibrating", [&] {
    const std::vector<cv::Point3f> board = board_points(calibration);
    std::vector<std::vector<cv::Point2f>> seen(views);
    for (size_t view = 0; view < views; view++)
      for (size_t i = 0; i < board.size(); i++) {
        const struct pose_point &p = corners[view * board.size() + i];
        seen[view].emplace_back(static_cast<float>(p.x), static_cast<float>(p.y));
      }
    fitted fit;
    const std::vector<std::vector<cv::Point3f>> boards(views, board);
    const cv::TermCriteria end(cv::TermCriteria::COUNT | cv::TermCriteria::EPS, 200, 1e-12);
    cv::calibrateCamera(boards, seen, cv::Size(calibration->width, calibration->height), fit.camera, fit.distortion,
                        fit.turns, fit.shifts, third ? 0 : cv::CALIB_FIX_K3, end);
    const cv::Mat &k = fit.camera, &d = fit.distortion;
    const double lens[INTRINSIC] = {k.at<double>(0, 0), k.at<double>(1, 1), k.at<double>(0, 2),
                                    k.at<double>(1, 2), d.at<double>(0),    d.at<double>(1),
                                    d.at<double>(2),    d.at<double>(3),    d.at<double>(4)};
    std::copy(lens, lens + INTRINSIC, calibration->lens);
    judge_fit(board, seen, fit, third, calibration);
    std::snprintf(calibration->opencv, sizeof calibration->opencv, "%s", CV_VERSION);
    if (!usable(calibration))
      return fault_set(fault, STATUS_INVALID,
                       "the photos do not determine a camera; expected the board at several distances, turned and "
                       "tilted by some 30 degrees in different directions");
    return STATUS_OK;
  });
}
