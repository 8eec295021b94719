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
  /// A value of the key, or a variant, with the overrides that set it.
  struct Choice {
    std::string label;  ///< the value, or the variant's name
    Texts overrides;
    std::string where = {};  ///< if empty, that of the axis
  };
  /// An interval to draw numbers from, in place of choices.
  struct Range {
    double low = 0;
    double high = 0;
    bool whole = false;        ///< whole numbers, both ends included
    bool logarithmic = false;  ///< uniform in the number's logarithm
  };

  std::string key;  ///< "" for the axis of the variants
  std::vector<Choice> choices = {};
  std::optional<Range> range = {};  ///< instead of choices
  std::string where = {};
  std::string folder = {};  ///< the folder that relative paths start from

  bool varies() const { return range || choices.size() > 1; }
};

/// A [sweep] section: its axes, and `random` settings to draw, 0 for all combinations.
struct SweepTable {
  std::vector<SweepAxis> axes;
  int seeds = 1;  ///< runs of each setting
  int jobs = 1;   ///< runs at a time
  int random = 0;
};

/// A setting before its configuration is built.
struct SweepPoint {
  std::string label;  ///< "" where nothing varies
  std::vector<Override> overrides;
};

/// Reads a [sweep] section and checks everything that does not need the configuration. Throws Error{config}.
SweepTable read_sweep(const WrittenSection& section, const Section& schema);

/// Reads an axis as given on the command line: "train.batch_size=16,32" or "KEY=1e-4..1e-1 log". Throws Error{config}.
SweepAxis read_sweep_axis(const std::string& text);

/// The settings of a sweep: all combinations, the last axis fastest, or `random` of them drawn by the seed. Throws
/// Error{config} for more than a thousand combinations, and for a range among them.
std::vector<SweepPoint> sweep_points(const SweepTable& table, std::uint64_t seed);

}  // namespace convoy
