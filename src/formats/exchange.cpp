#include "formats/exchange.h"

#include <algorithm>
#include <stdexcept>

namespace convoy::formats {

std::span<const float> ExportedModel::values(const std::string& tensor) const {
  const auto found = std::ranges::find(tensors, tensor, &NamedTensor::name);
  if (found == tensors.end()) throw std::out_of_range("no tensor " + tensor);
  return found->values;
}

}  // namespace convoy::formats
