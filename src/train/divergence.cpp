#include "train/divergence.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "graph/session.h"
#include "train/batch.h"

namespace convoy {
namespace {

bool finite(std::span<const float> values) {
  return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

/// The first of `batch` samples with a value that is not finite; nothing for an empty view.
std::optional<int> bad_sample(const BatchView& view, std::size_t size, int batch) {
  for (int n = 0; view && n < batch; ++n) {
    if (!finite({view[n], size})) return n;
  }
  return std::nullopt;
}

/// " is not finite (sample 4 of the batch)" for sample 3.
std::string not_finite_in(int sample) {
  return " is not finite (sample " + std::to_string(sample + 1) + " of the batch)";
}

std::string output_of(const Network& network, int node) {
  return "the output of layer \"" + network.node(node).name + "\"";
}

}  // namespace

std::optional<NotFinite> first_not_finite(const StepToExamine& step, const Batch& batch, const StepName& name) {
  const Network& network = step.network;
  Weights weights = step.weights.copy();  // the pass moves batch norm's statistics
  for (const auto& tensor : weights.tensors(network)) {
    if (!finite(tensor.values)) return NotFinite{"\"" + tensor.name + "\" is not finite"};
  }
  Session session(network, weights, Mode::train, batch.size, name.last, step.pool, Retain::everything, step.groups);
  copy_inputs(batch, session);
  if (const auto n = bad_sample(session.input(), network.input_shape().size(), batch.size)) {
    return NotFinite{"the input" + not_finite_in(*n), true};
  }
  session.clear_gradients();
  session.forward(batch.size, name.seed, name.step);
  for (int i = 0; i <= name.last; ++i) {
    const auto n = bad_sample(session.output_of(i), network.shape_of(i).size(), batch.size);
    if (n) return NotFinite{output_of(network, i) + not_finite_in(*n)};
  }
  std::vector<double> losses(static_cast<std::size_t>(batch.size));
  compute_losses(step.loss, batch, session, 1.0F / static_cast<float>(batch.size), losses);
  const auto bad_loss = std::ranges::find_if_not(losses, [](double loss) { return std::isfinite(loss); });
  if (bad_loss != losses.end())
    return NotFinite{"the loss" + not_finite_in(static_cast<int>(bad_loss - losses.begin()))};
  session.backward();
  for (int i = name.last; i >= 0; --i) {
    const auto n = bad_sample(session.d_output_of(i), network.shape_of(i).size(), batch.size);
    if (n) return NotFinite{"the gradient of " + output_of(network, i) + not_finite_in(*n)};
    for (const TensorPlace& place : network.node(i).parameters) {
      if (finite(session.gradients().subspan(place.offset, place.shape.size()))) continue;
      return NotFinite{"the gradient of \"" + place.name + "\" is not finite"};
    }
  }
  return {};
}

}  // namespace convoy
