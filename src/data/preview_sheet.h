#pragma once

#include <cstdint>
#include <vector>

#include "convoy/augmentation.h"
#include "convoy/data_statistics.h"
#include "convoy/dataset.h"
#include "data/contact_sheet.h"

namespace convoy {

/// Makes contact sheets of samples as training sees them. They must be height x width x 1 or 3.
class PreviewSheet {
 public:
  /// `samples` must outlive it. Floats are shown from black to white between the least and the largest value of
  /// `statistics`; `seed` is that of the training.
  PreviewSheet(const Dataset& samples, const DataStatistics& statistics, std::uint64_t seed);

  /// A row for each class.
  ContactSheet by_class() const;
  /// A row for each sample: the original, then its augmented versions in the first `epochs` epochs.
  ContactSheet versions(const Augmentation& augmentation, int epochs) const;

 private:
  using Images = std::vector<std::vector<std::uint8_t>>;

  /// A sheet without images.
  ContactSheet empty() const;
  /// All samples as augmentation changes them in an epoch of training, in order.
  Images in_epoch(int epoch, const Augmentation& augmentation) const;
  /// A value from low_ to high_ as 0 to 255.
  std::uint8_t byte_of(float value) const;

  const Dataset& samples_;
  std::uint64_t seed_;
  double low_ = 0;
  double high_ = 255;
};

}  // namespace convoy
