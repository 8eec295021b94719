#pragma once

#include <cstdint>
#include <memory>

#include "convoy/augmentation.h"
#include "convoy/dataset.h"
#include "convoy/fit_options.h"

namespace convoy {

/// One batch, ready for the network. The input of sample n begins at inputs + n * shape.size().
struct Batch {
  int size = 0;
  const float* inputs = nullptr;
  const int* labels = nullptr;     ///< null without labels
  const float* targets = nullptr;  ///< size * target_size, or null; with mixup or cutmix made from labels
  int target_size = 0;
};

struct LoaderOptions {
  int batch_size = 32;
  bool shuffle = false;
  LastBatch last_batch = LastBatch::keep;
  std::uint64_t seed = 0;  ///< determines, with the epoch, the order and the augmentation
  Augmentation augmentation = {};
  int classes = 0;  ///< number of targets that mixup makes of a label; 0: as the data have
};

/// Iterates over a data set in batches, which a separate thread prepares. The order of an epoch and the augmentation
/// depend only on seed and epoch. next() does not allocate.
class Loader {
 public:
  /// Throws Error where scaling or augmentation do not fit the data.
  Loader(Dataset data, const Scaling& scaling, LoaderOptions options);
  ~Loader();
  Loader(Loader&&) noexcept;
  Loader& operator=(Loader&&) noexcept;

  int batches() const;        ///< batches of an epoch
  int largest_batch() const;  ///< a merged last batch can exceed batch_size
  int smallest_batch() const;
  int samples() const;  ///< samples of an epoch: fewer than the data have when the last batch is dropped

  /// Begins an epoch at batch `first`; numbers both from 0.
  void start(std::uint32_t epoch, int first = 0);
  /// The next batch, valid until the next call; null at the end of the epoch. Throws the error that preparing it threw.
  const Batch* next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace convoy
