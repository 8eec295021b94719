#include "data/own_augmentation.h"

#include <map>
#include <string>
#include <utility>

#include "convoy/error.h"
#include "core/random.h"

namespace convoy {
namespace {

std::map<std::string, OwnAugmentation>& registered_augmentations() {
  static std::map<std::string, OwnAugmentation> augmentations;
  return augmentations;
}

const OwnAugmentation& augmentation_named(const std::string& name) {
  const auto found = registered_augmentations().find(name);
  if (found != registered_augmentations().end()) return found->second;
  Texts known;
  for (const auto& [other, function] : registered_augmentations()) known.push_back(other);
  throw Error(ErrorKind::config, "[augmentation]: \"own\" names \"" + name + "\", which this program did not register" +
                                     did_you_mean(name, known));
}

}  // namespace

OwnAugmentations::OwnAugmentations(const Texts& names, const Shape& sample, std::uint64_t seed)
    : shape_(sample), seed_(seed) {
  for (const std::string& name : names) functions_.push_back(augmentation_named(name));
}

void OwnAugmentations::apply(std::uint32_t epoch, std::uint32_t sample, float* values) const {
  for (std::size_t i = 0; i < functions_.size(); ++i) {
    Random random(seed_ ^ (std::uint64_t{i} << 40U), Purpose::own_augmentation, epoch, sample);
    functions_[i]({values, shape_.size()}, shape_, [&random] { return random.uniform(); });
  }
}

void register_augmentation(const std::string& name, OwnAugmentation augmentation) {
  if (name.empty()) throw Error(ErrorKind::config, "own augmentation: it needs a name");
  if (!registered_augmentations().emplace(name, std::move(augmentation)).second) {
    throw Error(ErrorKind::config, "own augmentation \"" + name + "\": there is one of that name");
  }
}

}  // namespace convoy
