#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/document.h"
#include "config/override.h"

namespace convoy {

/// One dimension of a sweep: a key with its values, or the named variants.
struct SweepAxis {
  struct Choice {
    std::string label;  ///< the value, or the variant's name
    Texts overrides;
    std::string where = {};  ///< empty: the axis's
  };
  struct Range {
    double low = 0;
    double high = 0;
    bool whole = false;        ///< whole numbers, both ends included
    bool logarithmic = false;  ///< uniform in the number's logarithm
  };

  std::string key;  ///< empty: variants
  std::vector<Choice> choices = {};
  std::optional<Range> range = {};  ///< instead of choices
  std::string where = {};
  std::string folder = {};  ///< where relative paths start

  bool varies() const { return range || choices.size() > 1; }
};

/// A [sweep] section.
struct SweepTable {
  std::vector<SweepAxis> axes;
  int seeds = 1;
  int jobs = 1;
  int random = 0;
};

/// A setting before its configuration is built.
struct SweepPoint {
  std::string label;  ///< empty: nothing varies
  std::vector<Override> overrides;
};

/// Checks a [sweep] section as far as that goes without the configuration. Throws Error{config}.
SweepTable read_sweep(const WrittenSection& section, const Section& schema);

/// "train.batch_size=16,32", as given on the command line. Throws Error{config}.
SweepAxis read_sweep_axis(const std::string& text);

/// All combinations, the last axis fastest, or `random` of them drawn by the seed. Throws Error{config} for more than
/// a thousand.
std::vector<SweepPoint> sweep_points(const SweepTable& table, std::uint64_t seed);

}  // namespace convoy
