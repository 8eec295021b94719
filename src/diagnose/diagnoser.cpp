#include "diagnose/diagnoser.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <span>

#include "diagnose/mode_gap.h"

namespace convoy {
namespace {

double square_sum(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += double{value} * double{value};
  return sum;
}

double square_distance(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0, std::plus<>(), [](double x, double y) {
    const double difference = x - y;
    return difference * difference;
  });
}

}  // namespace

Diagnoser::Diagnoser(const TrainingTask& task, const DiagnosticsOptions& options, const LoaderOptions& batches,
                     const std::string& run)
    : task_(task),
      every_(static_cast<std::uint64_t>(options.every)),
      run_(run),
      last_(task.last_node()),
      probe_(task, options, batches) {}

void Diagnoser::before_step(Session& session) {
  const std::span<const float> parameters = task_.weights.parameters.span();
  before_.assign(parameters.begin(), parameters.end());
  profile_.emplace(task_.network.nodes().size(), task_.pool.threads());
  session.set_profile(&*profile_);
}

void Diagnoser::after_step(Session& session, const Step& step, const std::vector<Callback*>& callbacks) {
  session.set_profile(nullptr);
  if (!step.taken) return;
  const Diagnostics found = record_of(session, step);
  for (Callback* callback : callbacks) callback->on_diagnostics(found);
  const std::string warning = new_warning(found);
  if (warning.empty()) return;
  for (Callback* callback : callbacks) callback->on_warning("step " + std::to_string(step.number) + ": " + warning);
}

Diagnostics Diagnoser::record_of(Session& session, const Step& step) {
  Diagnostics found{.step = step.number, .epoch = step.epoch};
  std::vector<std::optional<double>> dead = probe_.observe(found);
  for (int i = 0; i <= last_; ++i) {
    LayerDiagnostics layer = record_of_node(i, session.gradients(), step.images);
    layer.dead = dead[static_cast<std::size_t>(i)];
    if (task_.network.node(i).owner.empty()) {
      found.layers.push_back(layer);
    } else {  // `activation = ` is part of its layer
      found.layers.back().dead = layer.dead;
      found.layers.back().forward_us += layer.forward_us;
      found.layers.back().backward_us += layer.backward_us;
    }
  }
  return found;
}

LayerDiagnostics Diagnoser::record_of_node(int index, std::span<const float> gradients, int images) const {
  const Node& node = task_.network.node(index);
  constexpr double us = 1e6;
  LayerDiagnostics layer{.name = node.name};
  layer.forward_us = profile_->seconds(index, Profile::forward) * us / images;
  layer.backward_us = profile_->seconds(index, Profile::backward) * us / images;
  if (node.parameters.empty()) return layer;
  double gradient = 0;
  double weight = 0;
  double weight_before = 0;
  double change = 0;
  for (const TensorPlace& place : node.parameters) {
    const auto part = [&](std::span<const float> all) { return all.subspan(place.offset, place.shape.size()); };
    gradient += square_sum(part(gradients));
    weight += square_sum(part(task_.weights.parameters.span()));
    weight_before += square_sum(part(before_));
    change += square_distance(part(task_.weights.parameters.span()), part(before_));
  }
  layer.gradient_norm = std::sqrt(gradient);
  layer.weight_norm = std::sqrt(weight);
  if (weight_before > 0) layer.update_ratio = std::sqrt(change / weight_before);
  return layer;
}

std::string Diagnoser::new_warning(const Diagnostics& found) {
  const std::string warning = explain_mode_gap(found, run_);
  const bool is_new = !warning.empty() && !warned_;
  warned_ = !warning.empty();
  return is_new ? warning : "";
}

}  // namespace convoy
