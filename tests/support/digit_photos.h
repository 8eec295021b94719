#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "data/image.h"

namespace convoy::test {

/// How a digit is drawn on paper and photographed. Lengths are in pixels, greys from 0 to 255.
struct DigitPhoto {
  int digit = 0;
  int width = 400, height = 300;
  double centre_x = 200, centre_y = 150;
  double tall = 120;       ///< height of the digit
  double pen = 8;          ///< width of its strokes
  double slant = 0;        ///< to the right, by the height
  double paper = 190;      ///< grey of the ground
  double ink = 60;         ///< grey of the strokes, lighter than the paper or darker
  double shadow_x = 0;     ///< light that the right side lacks, as a share; below 0: the left side
  double shadow_y = 0;     ///< the same of the bottom
  double noise = 0;        ///< its deviation
  std::uint32_t seed = 1;  ///< of the noise
};

struct Point {
  double x, y;
};
using Stroke = std::vector<Point>;

/// Part of an ellipse, angles in degrees, clockwise from the right.
inline void arc(Stroke& stroke, double x, double y, double radius_x, double radius_y, double from, double to) {
  for (int i = 0; i <= 16; ++i) {
    const double angle = (from + (to - from) * i / 16) * 3.14159265358979 / 180;
    stroke.push_back({x + radius_x * std::cos(angle), y + radius_y * std::sin(angle)});
  }
}

/// A digit's strokes as most people write it, in a box one high and 0.6 wide.
inline std::vector<Stroke> strokes_of(int digit) {
  Stroke a, b;
  switch (digit) {
    case 0: arc(a, 0.3, 0.5, 0.28, 0.5, -90, 270); break;
    case 1: a = {{0.15, 0.2}, {0.32, 0.0}, {0.32, 1.0}}; break;
    case 2:
      arc(a, 0.3, 0.27, 0.26, 0.27, 190, 395);
      a.insert(a.end(), {{0.04, 1.0}, {0.6, 1.0}});
      break;
    case 3:
      arc(a, 0.28, 0.25, 0.25, 0.25, 200, 450);
      arc(a, 0.28, 0.74, 0.29, 0.26, 270, 520);
      break;
    case 4:
      a = {{0.35, 0.0}, {0.0, 0.62}, {0.6, 0.62}};
      b = {{0.45, 0.3}, {0.43, 1.0}};
      break;
    case 5:
      a = {{0.55, 0.0}, {0.12, 0.0}, {0.08, 0.45}};
      arc(a, 0.27, 0.69, 0.3, 0.31, 235, 515);
      break;
    case 6:
      a = {{0.45, 0.0}, {0.2, 0.25}, {0.05, 0.55}};
      arc(a, 0.3, 0.72, 0.26, 0.28, 180, 540);
      break;
    case 7: a = {{0.0, 0.0}, {0.6, 0.0}, {0.22, 1.0}}; break;
    case 8:
      arc(a, 0.3, 0.24, 0.22, 0.24, 90, 450);
      arc(b, 0.3, 0.74, 0.28, 0.26, 270, 630);
      break;
    default: arc(a, 0.3, 0.28, 0.26, 0.28, 0, 360); a.insert(a.end(), {{0.56, 0.28}, {0.5, 0.65}, {0.4, 1.0}});
  }
  return b.empty() ? std::vector<Stroke>{a} : std::vector<Stroke>{a, b};
}

inline double distance(Point p, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y;
  const double length = dx * dx + dy * dy;
  const double t = length > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0) : 0;
  return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

inline Image photo_of(const DigitPhoto& photo) {
  std::vector<Stroke> strokes = strokes_of(photo.digit);
  for (Stroke& stroke : strokes) {
    for (Point& point : stroke) {
      point = {photo.centre_x + (point.x - 0.3 + photo.slant * (0.5 - point.y)) * photo.tall,
               photo.centre_y + (point.y - 0.5) * photo.tall};
    }
  }
  std::mt19937 random(photo.seed);
  Image image{.height = photo.height, .width = photo.width, .channels = 1, .pixels = {}};
  for (int y = 0; y < photo.height; ++y) {
    for (int x = 0; x < photo.width; ++x) {
      double nearest = 1e9;
      for (const Stroke& stroke : strokes) {
        for (std::size_t i = 1; i < stroke.size(); ++i)
          nearest = std::min(nearest, distance({x + 0.5, y + 0.5}, stroke[i - 1], stroke[i]));
      }
      const double ink = std::clamp(photo.pen / 2 + 0.5 - nearest, 0.0, 1.0);
      const auto lost = [](double share, double at) { return share < 0 ? -share * (1 - at) : share * at; };
      const double light = (1 - lost(photo.shadow_x, static_cast<double>(x) / photo.width)) *
                           (1 - lost(photo.shadow_y, static_cast<double>(y) / photo.height));
      double noise = -6;  // Irwin and Hall: twelve uniform draws are nearly normal, and the same with every library
      for (int i = 0; i < 12; ++i) noise += static_cast<double>(random()) / 4294967296.0;
      const double grey = light * (photo.paper + ink * (photo.ink - photo.paper)) + photo.noise * noise;
      image.pixels.push_back(static_cast<std::uint8_t>(std::clamp(grey, 0.0, 255.0)));
    }
  }
  return image;
}

}  // namespace convoy::test
