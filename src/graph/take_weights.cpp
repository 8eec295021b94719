#include "graph/take_weights.h"

#include <algorithm>
#include <map>

namespace convoy {

TakenWeights take_weights(Weights& from, const Network& old, Weights& to, const Network& network) {
  std::map<std::string, Weights::Tensor> offered;
  for (const Weights::Tensor& tensor : from.tensors(old)) offered.emplace(tensor.name, tensor);
  TakenWeights result;
  for (const Weights::Tensor& tensor : to.tensors(network)) {
    const auto found = offered.find(tensor.name);
    if (found == offered.end() || found->second.shape != tensor.shape) {
      result.kept.push_back(tensor.name);
      continue;
    }
    std::ranges::copy(found->second.values, tensor.values.begin());
    result.taken.push_back(tensor.name);
    offered.erase(found);
  }
  for (const auto& [name, tensor] : offered) result.unused.push_back(name);
  return result;
}

}  // namespace convoy
