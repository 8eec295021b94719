#pragma once

#include <cstdint>
#include <memory>

#include "convoy/augmentation.h"
#include "convoy/dataset.h"
#include "convoy/fit_options.h"

namespace convoy {

/// One batch, ready for the network. Sample n's input is inputs + n * shape.size().
struct Batch {
  int size = 0;
  const float* inputs = nullptr;
  const int* labels = nullptr;     ///< null without labels
  const float* targets = nullptr;  ///< size * target_size, or null; with mixup, labels have become targets
  int target_size = 0;
};

struct LoaderOptions {
  int batch_size = 32;
  bool shuffle = false;
  LastBatch last_batch = LastBatch::keep;
  std::uint64_t seed = 0;  ///< with the epoch, names the order and the augmentation
  Augmentation augmentation = {};
  int classes = 0;  ///< of the targets that mixup makes of labels; 0: as many as the data has
};

/// Goes through a data set in batches; a thread of its own prepares the next ones. The order of an epoch and
/// what augmentation does depend on seed and epoch only. next() does not allocate.
class Loader {
 public:
  /// Throws Error where scaling or augmentation do not fit the data.
  Loader(Dataset data, Scaling scaling, LoaderOptions options);
  ~Loader();
  Loader(Loader&&) noexcept;
  Loader& operator=(Loader&&) noexcept;

  int batches() const;        ///< in an epoch
  int largest_batch() const;  ///< a merged last batch can exceed batch_size
  int smallest_batch() const;
  int samples() const;  ///< in an epoch: fewer than the data's when the last batch is dropped

  /// Begins an epoch, at batch `first`.
  void start(std::uint32_t epoch, int first = 0);
  /// The next batch, valid until the call after; null at the end of the epoch. Throws what preparing it threw.
  const Batch* next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace convoy
