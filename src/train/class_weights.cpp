#include "train/class_weights.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <system_error>

#include "convoy/error.h"
#include "convoy/metrics.h"
#include "core/text.h"
#include "core/value_text.h"
#include "data/stratify.h"

namespace convoy {
namespace {

/// Throws Error{config}.
[[noreturn]] void refuse_weights(const std::string& what) {
  throw Error(ErrorKind::config, "train.class_weights: " + what);
}

/// samples / (classes present * samples of the class) for each class; 1 for outputs without samples.
std::vector<float> balanced(const Dataset& train, int outputs) {
  const std::vector<int> sizes = class_sizes(train);
  std::vector<float> weights(static_cast<std::size_t>(outputs), 1.0F);
  int present = 0;
  for (const int size : sizes) present += size > 0 ? 1 : 0;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    if (sizes[k] > 0) weights[k] = static_cast<float>(train.size()) / static_cast<float>(present * sizes[k]);
  }
  return weights;
}

/// The number after the equals sign of "cat=2", which is at `equals`. Throws Error{config}.
double weight_in(const std::string& entry, std::size_t equals) {
  double weight = 0;
  const char* end = entry.data() + entry.size();
  const auto result = std::from_chars(entry.data() + equals + 1, end, weight);
  if (result.ec == std::errc{} && result.ptr == end && weight >= 0 && std::isfinite(weight)) return weight;
  refuse_weights("expected CLASS=WEIGHT with a weight of at least 0, got \"" + brief(entry) + "\"");
}

}  // namespace

std::vector<float> class_weights(const Texts& given, const Dataset& train, int outputs) {
  if (given.empty()) return {};
  if (train.storage().labels.empty()) refuse_weights("the training samples have no labels");
  if (given == Texts{"balanced"}) return balanced(train, outputs);
  Texts names;
  for (int k = 0; k < train.classes(); ++k) names.push_back(class_name(train.storage().class_names, k));
  std::vector<float> weights(static_cast<std::size_t>(outputs), 1.0F);
  for (const std::string& entry : given) {
    const std::size_t equals = entry.rfind('=');
    if (equals == std::string::npos) {
      refuse_weights("expected \"balanced\", or CLASS=WEIGHT for some classes, got \"" + brief(entry) + "\"");
    }
    const std::string name = entry.substr(0, equals);
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) {
      refuse_weights("no class \"" + brief(name) + "\" in the training samples" + did_you_mean(name, names));
    }
    weights[static_cast<std::size_t>(found - names.begin())] = static_cast<float>(weight_in(entry, equals));
  }
  return weights;
}

}  // namespace convoy
