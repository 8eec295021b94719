#include "graph/fold.h"

#include <algorithm>
#include <map>

namespace convoy {
namespace {

Folding folding(const Network& network, int node) { return network.node(node).declaration.folding; }

bool is_linear(Folding folding) { return folding == Folding::linear || folding == Folding::linear_padded; }

/// The one node that takes each node's output; Network::input (-1) where none or several do.
std::vector<int> only_consumers(const Network& network) {
  const auto nodes = network.nodes().size();
  std::vector<int> uses(nodes);
  std::vector<int> consumers(nodes, Network::input);
  for (std::size_t i = 0; i < nodes; ++i) {
    for (const int source : network.nodes()[i].inputs) {
      if (source == Network::input) continue;
      const auto at = static_cast<std::size_t>(source);
      consumers[at] = ++uses[at] == 1 ? static_cast<int>(i) : Network::input;
    }
  }
  return consumers;
}

/// The layer after the batch norm `node` that can absorb it, or Network::input.
int linear_after(const Network& network, const std::vector<int>& consumers, int node) {
  do {
    node = consumers[static_cast<std::size_t>(node)];
  } while (node != Network::input && folding(network, node) == Folding::passes_affine);
  return node != Network::input && folding(network, node) == Folding::linear ? node : Network::input;
}

/// Where a tensor begins in its block.
const float* values(const AlignedBuffer<float>& block, const TensorPlace& tensor) {
  return block.data() + tensor.offset;
}

/// The kernel and the bias of a convolution or dense layer.
struct Linear {
  std::span<float> kernel;
  std::span<float> bias;
};

/// Kernel and bias of the layer `name` among `tensors`.
Linear linear_named(const std::vector<Weights::Tensor>& tensors, const std::string& name) {
  Linear linear;
  for (const auto& tensor : tensors) {
    if (tensor.name == name + "/kernel") linear.kernel = tensor.values;
    if (tensor.name == name + "/bias") linear.bias = tensor.values;
  }
  return linear;
}

/// Changes kernel and bias as if the input had passed scale * x + shift by channel before.
void absorb_before(const Linear& linear, const std::vector<double>& scale, const std::vector<double>& shift) {
  const std::size_t outputs = linear.bias.size();
  std::vector<double> bias(linear.bias.begin(), linear.bias.end());
  for (std::size_t row = 0; row * outputs < linear.kernel.size(); ++row) {
    const std::size_t channel = row % scale.size();
    for (std::size_t o = 0; o < outputs; ++o) {
      float& w = linear.kernel[row * outputs + o];
      bias[o] += shift[channel] * static_cast<double>(w);
      w = static_cast<float>(scale[channel] * static_cast<double>(w));
    }
  }
  std::ranges::transform(bias, linear.bias.begin(), [](double b) { return static_cast<float>(b); });
}

/// Changes kernel and bias as if the output passed scale * y + shift by channel afterwards.
void absorb_after(const Linear& linear, const std::vector<double>& scale, const std::vector<double>& shift) {
  const std::size_t outputs = linear.bias.size();
  for (std::size_t i = 0; i < linear.kernel.size(); ++i) {
    linear.kernel[i] = static_cast<float>(scale[i % outputs] * static_cast<double>(linear.kernel[i]));
  }
  for (std::size_t o = 0; o < outputs; ++o) {
    linear.bias[o] = static_cast<float>(scale[o] * static_cast<double>(linear.bias[o]) + shift[o]);
  }
}

}  // namespace

FoldedNetwork::FoldedNetwork(const Network& network, const Weights& weights)
    : folds_(find_folds(network)),
      network_(network.input_shape(), without_folded(network, folds_)),
      weights_(Weights::zeros(network_)) {
  refresh(network, weights);
}

std::vector<FoldedNetwork::Fold> FoldedNetwork::find_folds(const Network& network) {
  const std::vector<int> consumers = only_consumers(network);
  std::vector<Fold> before, after;
  for (int i = 0; i <= network.output(); ++i) {
    if (folding(network, i) != Folding::affine) continue;
    const int source = network.node(i).inputs[0];
    if (source != Network::input && is_linear(folding(network, source)) &&
        consumers[static_cast<std::size_t>(source)] == i) {
      after.push_back({i, source, false});
    } else if (const int linear = linear_after(network, consumers, i); linear != Network::input) {
      before.push_back({i, linear, true});
    }
  }
  before.insert(before.end(), after.begin(), after.end());
  return before;
}

std::vector<LayerSpec> FoldedNetwork::without_folded(const Network& network, const std::vector<Fold>& folds) {
  const auto folded_away = [&](int node) { return std::ranges::find(folds, node, &Fold::affine) != folds.end(); };
  const auto absorbs = [&](int node) { return std::ranges::find(folds, node, &Fold::linear) != folds.end(); };
  std::vector<LayerSpec> layers;
  auto spec = network.layers().begin();
  for (int i = 0; i <= network.output(); ++i) {
    const Node& node = network.node(i);
    if (!node.owner.empty()) continue;  // part of its layer's description, as `activation`
    LayerSpec layer = *spec++;
    if (folded_away(i)) continue;
    layer.name = node.name;
    layer.inputs.clear();
    for (int source : node.inputs) {
      while (source != Network::input && folded_away(source)) source = network.node(source).inputs[0];
      layer.inputs.push_back(network.layer_of(source));
    }
    if (absorbs(i)) layer.settings.set("use_bias", true);
    layers.push_back(std::move(layer));
  }
  return layers;
}

void FoldedNetwork::refresh(const Network& network, const Weights& weights) {
  copy_tensors(network, weights);
  for (const Fold& fold : folds_) apply(fold, network, weights);
}

void FoldedNetwork::copy_tensors(const Network& given, const Weights& weights) {
  std::map<std::string, const float*> by_name;
  for (const Node& node : given.nodes()) {
    for (const auto& tensor : node.parameters) by_name[tensor.name] = values(weights.parameters, tensor);
    for (const auto& tensor : node.states) by_name[tensor.name] = values(weights.states, tensor);
  }
  for (const auto& tensor : weights_.tensors(network_)) {
    const auto found = by_name.find(tensor.name);
    if (found != by_name.end()) {
      std::copy_n(found->second, tensor.values.size(), tensor.values.begin());
    } else {  // a bias that only the folded layer has
      std::ranges::fill(tensor.values, 0.0F);
    }
  }
}

void FoldedNetwork::apply(const Fold& fold, const Network& given, const Weights& weights) {
  const Node& affine = given.node(fold.affine);
  std::vector<const float*> parameters, states;
  for (const auto& tensor : affine.parameters) parameters.push_back(values(weights.parameters, tensor));
  for (const auto& tensor : affine.states) states.push_back(values(weights.states, tensor));
  const auto channels = static_cast<std::size_t>(affine.declaration.output.last());
  std::vector<double> scale(channels), shift(channels);
  affine.layer->affine_map(parameters, states, scale, shift);
  const Linear linear = linear_named(weights_.tensors(network_), given.node(fold.linear).name);
  (fold.before ? absorb_before : absorb_after)(linear, scale, shift);
}

}  // namespace convoy
