#include "train/monitor.h"

#include <algorithm>

#include "convoy/error.h"
#include "core/text.h"

namespace convoy {

Monitor::Monitor(const std::string& name, double min_delta)
    : name_(name), min_delta_(min_delta), validation_(name.starts_with("validation_")), loss_(name.ends_with("loss")) {
  const std::vector<std::string> names = {"validation_accuracy", "validation_loss", "accuracy", "loss"};
  if (std::ranges::find(names, name) != names.end()) return;
  throw Error(ErrorKind::config, "monitor \"" + name + "\": expected " + join_or(names) + did_you_mean(name, names));
}

void Monitor::require(bool has_validation) const {
  if (has_validation || !validation_) return;
  throw Error(ErrorKind::config, "monitor \"" + name_ + "\": there is no validation set; set samples aside " +
                                     "(data.validation) or monitor \"" + (loss_ ? "loss" : "accuracy") + "\"");
}

Score Monitor::score(const EpochLog& log) const {
  if (validation_) return {log.validation_accuracy, log.validation_loss};
  return {log.accuracy, log.loss};
}

bool Monitor::is_better(const Score& score, const Score& best) const {
  const double accuracy_gain = score.accuracy - best.accuracy;
  const double loss_gain = best.loss - score.loss;
  const double gain = loss_ ? loss_gain : accuracy_gain;
  const double other = loss_ ? accuracy_gain : loss_gain;
  return gain > min_delta_ || (gain == 0 && other > min_delta_);
}

}  // namespace convoy
