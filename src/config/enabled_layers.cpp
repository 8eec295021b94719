#include "config/enabled_layers.h"

#include <map>
#include <string>
#include <utility>

#include "config/fail.h"

namespace convoy {
namespace {

/// The name of the layer that feeds a next layer without inputs.
std::string name_of_last(const std::vector<LayerSpec>& layers) { return layers.empty() ? "input" : layers.back().name; }

}  // namespace

std::vector<LayerSpec> enabled_layers(std::vector<SwitchedLayer> layers) {
  std::vector<LayerSpec> kept;
  std::map<std::string, std::string> stands_for;  // a disabled layer -> the layer whose output it would pass on
  std::string before = name_of_last(kept);        // what the next layer takes unless it says otherwise
  for (SwitchedLayer& switched : layers) {
    LayerSpec& layer = switched.layer;
    for (std::string& input : layer.inputs) {
      if (const auto found = stands_for.find(input); found != stands_for.end()) input = found->second;
    }
    if (switched.enabled) {
      if (layer.inputs.empty() && before != name_of_last(kept)) layer.inputs = {before};
      before = layer.name;
      kept.push_back(std::move(layer));
      continue;
    }
    if (layer.inputs.size() > 1) {
      fail(layer.where, "layer \"" + layer.name + "\" (" + layer.type + ") cannot be disabled: it has " +
                            std::to_string(layer.inputs.size()) + " inputs, and none of them can stand for it");
    }
    if (!layer.inputs.empty()) before = layer.inputs[0];
    stands_for[layer.name] = before;
  }
  return kept;
}

}  // namespace convoy
