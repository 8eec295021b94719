#pragma once

#include <cstdint>
#include <vector>

#include "convoy/augmentation.h"
#include "convoy/data_statistics.h"
#include "convoy/dataset.h"
#include "data/contact_sheet.h"

namespace convoy {

/// Draws samples as training sees them: height x width x 1 or 3.
class PreviewSheet {
 public:
  /// `samples` must outlive it. Floats are drawn from the least to the largest value of `statistics`; `seed` is the
  /// training's.
  PreviewSheet(const Dataset& samples, const DataStatistics& statistics, std::uint64_t seed);

  /// A row for each class.
  ContactSheet by_class() const;
  /// A row for each sample: itself, then what the first `epochs` epochs make of it.
  ContactSheet versions(const Augmentation& augmentation, int epochs) const;

 private:
  using Images = std::vector<std::vector<std::uint8_t>>;

  ContactSheet empty() const;
  Images in_epoch(int epoch, const Augmentation& augmentation) const;
  std::uint8_t byte_of(float value) const;

  const Dataset& samples_;
  std::uint64_t seed_;
  double low_ = 0;
  double high_ = 255;
};

}  // namespace convoy
