#pragma once

#include <limits>

#include "convoy/settings.h"

namespace convoy {

/// A key that takes a number from `min` to `max`.
inline KeySpec number(const char* name, double fallback, const char* doc, double min = 0,
                      double max = std::numeric_limits<double>::infinity()) {
  return {.name = name, .kind = Kind::number, .fallback = Value{fallback}, .doc = doc, .min = min, .max = max};
}

}  // namespace convoy
