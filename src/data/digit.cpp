#include "data/digit.h"

#include <algorithm>
#include <cmath>

#include "convoy/error.h"
#include "data/components.h"
#include "data/strokes.h"

namespace convoy {
namespace {

constexpr int shrunk_side = 512;          // of a photo before the search: more pixels show only paper and noise
constexpr double box_share = 20.0 / 28;   // of the result, for the box of the digit
constexpr double least_width = 2.0 / 20;  // of strokes / longer side of their box: finer ones would fade

/// The photo, shrunk to at most 512 pixels a side.
Image shrunk(const Image& photo) {
  const int side = std::max(photo.height, photo.width);
  if (side <= shrunk_side) return photo;
  const auto scaled = [&](int length) { return std::max(1, length * shrunk_side / side); };
  Image image{.height = scaled(photo.height), .width = scaled(photo.width), .channels = 1, .pixels = {}};
  image.pixels = resize_image(photo.pixels, {photo.height, photo.width}, {image.height, image.width}, 1);
  return image;
}

/// Removes components that are no part of the digit: specks, those along a tenth of the border (a table beside the
/// paper), and, if the largest one does not touch the border, all that do.
void remove_others(std::vector<Component>& components, ImageSize size) {
  const int least_side = std::max(3, std::max(size.height, size.width) / 50);
  std::erase_if(components, [&](const Component& component) { return component.side() < least_side; });
  const auto beside = [&](const Component& component) { return component.on_border > (size.height + size.width) / 5; };
  if (!std::ranges::all_of(components, beside)) std::erase_if(components, beside);
  if (components.empty()) return;
  const Component largest = *std::ranges::max_element(components, {}, &Component::area);
  std::erase_if(components, [&](const Component& component) {
    return component.area() * 20 < largest.area() || (largest.on_border == 0 && component.on_border > 0);
  });
}

/// The pixels of a digit, and the box around them.
struct Outline {
  std::vector<std::uint8_t> mask;
  int top, left, bottom, right;

  int side() const { return std::max(bottom - top, right - left) + 1; }
};

/// The pixels of all components together, and the box around them.
Outline outline_of(const std::vector<Component>& components, ImageSize size) {
  Outline outline{.mask = {}, .top = size.height, .left = size.width, .bottom = 0, .right = 0};
  outline.mask.resize(static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width));
  for (const Component& component : components) {
    for (const auto pixel : component.pixels) outline.mask[static_cast<std::size_t>(pixel)] = 1;
    outline.top = std::min(outline.top, component.top);
    outline.left = std::min(outline.left, component.left);
    outline.bottom = std::max(outline.bottom, component.bottom);
    outline.right = std::max(outline.right, component.right);
  }
  return outline;
}

/// The mean width of the strokes in pixels: four times the mean distance to the edge, which across a stroke goes from 0
/// to half its width and back.
double stroke_width(const Outline& outline, ImageSize size) {
  std::vector<std::uint8_t> ground;
  for (const auto bit : outline.mask) ground.push_back(bit == 0 ? 1 : 0);
  const FloatMap to_ground = distances_to(ground, size);
  double sum = 0;
  double count = 0;
  for (std::size_t i = 0; i < outline.mask.size(); ++i) {
    if (outline.mask[i] == 0) continue;
    sum += static_cast<double>(to_ground[i]) - 0.5;  // from the pixel's centre to the edge
    ++count;
  }
  return 4 * sum / count;
}

/// The median contrast of the pixels of the mask.
float typical_contrast(const Strokes& strokes, const std::vector<std::uint8_t>& mask) {
  FloatMap values;
  for (std::size_t i = 0; i < mask.size(); ++i)
    if (mask[i] != 0) values.push_back(strokes.contrast[i]);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// The photo with nothing but the digit, white on black with grey edges; strokes of a fine pen are widened.
Image digit_alone(const Strokes& strokes, const Outline& outline, ImageSize size) {
  const float typical = typical_contrast(strokes, outline.mask);
  const double missing = least_width * outline.side() - stroke_width(outline, size);
  const auto wider = static_cast<float>(std::max(0.0, missing / 2));
  const FloatMap distances = distances_to(outline.mask, size);
  Image digit{.height = size.height, .width = size.width, .channels = 1, .pixels = {}};
  for (std::size_t i = 0; i < distances.size(); ++i) {
    const float edge = distances[i] < 1.5F ? strokes.contrast[i] / typical : 0;
    const float widened = wider > 0 ? wider + 0.5F - distances[i] : 0;
    digit.pixels.push_back(
        static_cast<std::uint8_t>(std::lround(255 * std::clamp(std::max(edge, widened), 0.0F, 1.0F))));
  }
  return digit;
}

/// Cuts off the outer rows and columns where the digit is hardly visible.
Image trimmed(const Image& image) {
  constexpr std::uint8_t faint = 32;
  int top = image.height, left = image.width, bottom = 0, right = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (image.pixels[static_cast<std::size_t>(y * image.width + x)] < faint) continue;
      top = std::min(top, y);
      left = std::min(left, x);
      bottom = std::max(bottom, y);
      right = std::max(right, x);
    }
  }
  Image inner{.height = bottom - top + 1, .width = right - left + 1, .channels = 1, .pixels = {}};
  for (int y = top; y <= bottom; ++y) {
    const auto row = image.pixels.begin() + static_cast<std::ptrdiff_t>(y) * image.width;
    inner.pixels.insert(inner.pixels.end(), row + left, row + right + 1);
  }
  return inner;
}

/// Scales the digit, with its proportions, to fit 20 / 28 of `size`.
Image scaled_to_fit(const Image& digit, ImageSize size) {
  const double scale = std::min(box_share * size.height / digit.height, box_share * size.width / digit.width);
  const auto scaled = [&](int length) { return std::max(1, static_cast<int>(std::lround(length * scale))); };
  Image image{.height = scaled(digit.height), .width = scaled(digit.width), .channels = 1, .pixels = {}};
  image.pixels = resize_image(digit.pixels, {digit.height, digit.width}, {image.height, image.width}, 1);
  return image;
}

/// Puts a smaller image on black, so that its centre of mass lies in the pixel to the right of and below the middle, as
/// in MNIST, where it was measured between 14 and 15 of 28 in each direction.
Image centred(const Image& small, ImageSize size) {
  double mass = 0, down = 0, across = 0;
  for (std::size_t i = 0; i < small.size(); ++i) {
    const auto place = static_cast<int>(i);
    mass += small.pixels[i];
    const int row = place / small.width;
    down += small.pixels[i] * (row + 0.5);
    across += small.pixels[i] * (place % small.width + 0.5);
  }
  const auto offset = [&](int length, double moment, int inner) {
    return std::clamp(static_cast<int>(std::lround(length / 2.0 + 0.5 - moment / mass)), 0, length - inner);
  };
  const int top = offset(size.height, down, small.height);
  const int left = offset(size.width, across, small.width);
  Image image{.height = size.height, .width = size.width, .channels = 1, .pixels = {}};
  image.pixels.resize(image.size());
  for (int y = 0; y < small.height; ++y) {
    std::copy_n(small.pixels.begin() + static_cast<std::ptrdiff_t>(y) * small.width, small.width,
                image.pixels.begin() + static_cast<std::ptrdiff_t>(y + top) * size.width + left);
  }
  return image;
}

}  // namespace

Image prepared_digit(const Image& photo, ImageSize size) {
  const Image image = shrunk(photo);
  const ImageSize from{image.height, image.width};
  const Strokes strokes = find_strokes(image);
  std::vector<Component> components = components_of(strokes.mask, from);
  remove_others(components, from);
  if (components.empty()) throw Error(ErrorKind::data, "no digit was found: nothing stands out from its ground");
  const Image digit = trimmed(digit_alone(strokes, outline_of(components, from), from));
  return centred(scaled_to_fit(digit, size), size);
}

}  // namespace convoy
