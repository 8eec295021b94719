#include "data/scaling.h"

#include <cmath>

#include "convoy/error.h"

namespace convoy {
namespace {

/// The scaling that multiplies all channels by one number.
Scaling same_for_all(std::size_t channels, float multiply) {
  return {std::vector<float>(channels, multiply), std::vector<float>(channels, 0.0F)};
}

/// The scaling to mean 0 and deviation 1 by channel; a constant channel is only moved to 0.
Scaling standard_scaling(const Dataset& data) {
  const auto channels = static_cast<std::size_t>(data.shape().last());
  const std::size_t size = data.shape().size();
  const auto& storage = data.storage();
  std::vector<double> sum(channels);
  std::vector<double> squares(channels);
  for (int n = 0; n < data.size(); ++n) {
    const std::size_t first = static_cast<std::size_t>(data.index(n)) * size;
    for (std::size_t i = 0; i < size; ++i) {
      const double x = storage.bytes.empty() ? static_cast<double>(storage.floats[first + i])
                                             : static_cast<double>(storage.bytes[first + i]);
      sum[i % channels] += x;
      squares[i % channels] += x * x;
    }
  }
  const double count = static_cast<double>(data.size()) * static_cast<double>(size) / static_cast<double>(channels);
  Scaling scaling;
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = sum[c] / count;
    const double deviation = std::sqrt(std::max(0.0, squares[c] / count - mean * mean));
    const double multiply = deviation > 1e-6 ? 1 / deviation : 1;
    scaling.multiply.push_back(static_cast<float>(multiply));
    scaling.add.push_back(static_cast<float>(-mean * multiply));
  }
  return scaling;
}

}  // namespace

SampleScaler::SampleScaler(const Scaling& scaling, const Shape& sample) : threshold_(scaling.threshold) {
  const auto channels = static_cast<std::size_t>(sample.last());
  if (scaling.multiply.size() != channels || scaling.add.size() != channels) {
    throw Error(ErrorKind::data, "scaling for " + std::to_string(scaling.multiply.size()) + " channels, samples have " +
                                     std::to_string(channels));
  }
  for (std::size_t i = 0; i < sample.size(); ++i) {
    multiply_.push_back(scaling.multiply[i % channels]);
    add_.push_back(scaling.add[i % channels]);
  }
}

void SampleScaler::apply_threshold(float* values) const {
  for (std::size_t i = 0; i < multiply_.size(); ++i) values[i] = values[i] > *threshold_ ? 1.0F : 0.0F;
}

Scaling scaling_for(const std::string& kind, const Dataset& train) {
  const auto channels = static_cast<std::size_t>(train.shape().last());
  const bool bytes = !train.storage().bytes.empty();
  if (kind == "binary") {
    Scaling scaling = scaling_for("unit", train);
    scaling.threshold = 0.5F;  // of bytes: 127 is below it, 128 above
    return scaling;
  }
  if (kind == "none" || (kind == "unit" && !bytes)) return same_for_all(channels, 1);
  if (kind == "unit") return same_for_all(channels, 1.0F / 255.0F);
  if (kind == "standard") return standard_scaling(train);
  throw Error(ErrorKind::config, "unknown scaling \"" + kind + "\": expected unit, standard, binary or none");
}

}  // namespace convoy
