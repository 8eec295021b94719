#pragma once

#include <string>

#include "convoy/callbacks.h"

namespace convoy {

/// Accuracy and loss of an epoch, of the validation set or of training.
struct Score {
  double accuracy = 0;
  double loss = 0;
};

/// The number that decides which epoch is the best: a loss should be small, an accuracy large.
class Monitor {
 public:
  /// `name` is "validation_accuracy", "validation_loss", "accuracy" or "loss"; improvements up to `min_delta`
  /// do not count. Throws Error{config} for another name.
  explicit Monitor(const std::string& name, double min_delta = 0);

  /// Throws Error{config} where a validation metric is monitored, but nothing validated.
  void require(bool has_validation) const;
  /// Accuracy and loss of the validation set where a validation metric is monitored, else of training.
  Score score(const EpochLog& log) const;
  /// Whether `score` is better than `best` by more than min_delta; where the monitored number is equal, the other of
  /// loss and accuracy decides.
  bool is_better(const Score& score, const Score& best) const;

 private:
  std::string name_;
  double min_delta_;
  bool validation_;
  bool loss_;
};

}  // namespace convoy
