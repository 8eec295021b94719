#pragma once

namespace convoy {

/// Height and width; one number stands for both.
struct Size2 {
  int height = 1;
  int width = 1;
  Size2() = default;
  Size2(int both) : height(both), width(both) {}  // NOLINT(google-explicit-constructor): kernel = 3 must read as 3x3
  Size2(int h, int w) : height(h), width(w) {}
  bool operator==(const Size2&) const = default;
};

}  // namespace convoy
