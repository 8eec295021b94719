#pragma once

#include <string>
#include <utility>

namespace convoy {

/// Pixels at the four sides of an image; one number stands for all of them, two for height and width.
struct Sides {
  int top = 0;
  int bottom = 0;
  int left = 0;
  int right = 0;
  Sides() = default;
  Sides(int all) : Sides(all, all) {}  // NOLINT(google-explicit-constructor): padding = 1 must read as on all sides
  Sides(int height, int width) : Sides(height, height, width, width) {}
  Sides(int t, int b, int l, int r) : top(t), bottom(b), left(l), right(r) {}
  bool operator==(const Sides&) const = default;
};

/// The border of zeros around an image that a window may cover: "valid" for none, "same" for as much as makes the
/// output input / stride large, rounded up, or a number of pixels at each side.
struct Padding {
  std::string name = {};  ///< empty: `sides`
  Sides sides = {};
  Padding() : Padding("valid") {}
  Padding(std::string by_name) : name(std::move(by_name)) {}  // NOLINT(google-explicit-constructor)
  Padding(const char* by_name) : name(by_name) {}             // NOLINT(google-explicit-constructor)
  Padding(const Sides& given) : sides(given) {}               // NOLINT(google-explicit-constructor)
  Padding(int all) : Padding(Sides(all)) {}                   // NOLINT(google-explicit-constructor)
  Padding(int height, int width) : Padding(Sides(height, width)) {}
  Padding(int top, int bottom, int left, int right) : Padding(Sides(top, bottom, left, right)) {}
  bool same() const { return name == "same"; }
  bool operator==(const Padding&) const = default;
};

}  // namespace convoy
