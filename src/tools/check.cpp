#include "convoy/check.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "config/fit_keys.h"
#include "convoy/data_statistics.h"
#include "core/random.h"
#include "data/stratify.h"
#include "model/training.h"
#include "train/batch.h"

namespace convoy {
namespace {

/// The relative error up to which a gradient counts as right: the loss is a float32.
constexpr double tolerance = 0.04;

/// The loss of one fixed batch as a function of the parameters, with the gradient that backward finds.
class LossSurface {
 public:
  LossSurface(Model::Impl& impl, const Dataset& samples)
      : impl_(impl),
        loader_(samples, impl.scaling, {.batch_size = samples.size()}),
        session_(impl.network(), impl.weights(), Mode::train, samples.size(),
                 last_node(impl.network(), impl.loss().link()), impl.pool),
        losses_(static_cast<std::size_t>(samples.size())) {
    loader_.start(0);
    batch_ = *loader_.next();
  }

  /// The mean loss of the batch with the present weights; dropout always draws the same.
  double loss() {
    copy_inputs(batch_, session_);
    session_.forward(batch_.size, 1, 1);
    compute_losses(impl_.loss(), batch_, session_, 1.0F / static_cast<float>(batch_.size), losses_);
    return std::accumulate(losses_.begin(), losses_.end(), 0.0) / batch_.size;
  }

  /// The gradient of loss(), laid out as Weights::parameters.
  std::vector<float> gradient() {
    session_.clear_gradients();
    loss();
    session_.backward();
    return {session_.gradients().begin(), session_.gradients().end()};
  }

 private:
  Model::Impl& impl_;
  Loader loader_;
  Session session_;
  Batch batch_;
  std::vector<double> losses_;
};

/// A range of the parameters along which the loss is differentiated.
struct CheckedRange {
  std::string name;
  std::size_t offset;
  std::size_t size;
};

/// Compares the gradient of a model's loss with differences of the loss along random directions.
class GradientCheck {
 public:
  /// Computes the gradient at the present weights, of which none is 0.
  GradientCheck(Model::Impl& impl, const Dataset& samples)
      : parameters_(impl.weights().parameters.span()),
        original_(parameters_.begin(), parameters_.end()),
        surface_(impl, samples),
        gradient_(surface_.gradient()) {}

  /// Compares along random direction number `number` within a range of the parameters; the weights are put back. The
  /// best of several step lengths counts.
  DirectionCheck along(const CheckedRange& range, std::uint32_t number) {
    Random random(7, Purpose::directions, number);
    const float scale = size_of(range);
    std::vector<float> direction(range.size);
    double analytic = 0;
    double squares = 0;
    for (std::size_t i = 0; i < range.size; ++i) {
      const auto gradient = static_cast<double>(gradient_[range.offset + i]);
      direction[i] = scale * random.normal();
      analytic += static_cast<double>(direction[i]) * gradient;
      squares += gradient * gradient;
    }
    // The typical derivative along a random direction: errors are relative to it where the terms happen to cancel.
    const double typical = static_cast<double>(scale) * std::sqrt(squares);
    // Too short a step drowns in rounding, too long a one meets the kinks of ReLU and max-pooling: the best of several.
    DirectionCheck best{.tensor = range.name, .analytic = analytic, .numeric = 0, .relative_error = INFINITY};
    for (const float h : {1e-1F, 3e-2F, 1e-2F, 3e-3F, 1e-3F, 3e-4F, 1e-4F}) {
      const double numeric =
          (loss_at(range, direction, h) - loss_at(range, direction, -h)) / (2.0 * static_cast<double>(h));
      const double rounding = 3e-7 / static_cast<double>(h);  // float32 outputs: about 1e-7 of a loss near 1
      const double size = std::max({std::abs(analytic), std::abs(numeric), typical, rounding});
      const double error = std::abs(analytic - numeric) / size;
      if (error >= best.relative_error) continue;
      best.numeric = numeric;
      best.relative_error = error;
    }
    return best;
  }

 private:
  /// The root mean square of the parameters in a range, of which none is 0: the scale of the steps.
  float size_of(const CheckedRange& range) const {
    double squares = 0;
    for (std::size_t i = range.offset; i < range.offset + range.size; ++i) {
      squares += static_cast<double>(original_[i]) * static_cast<double>(original_[i]);
    }
    return static_cast<float>(std::sqrt(squares / static_cast<double>(range.size)));
  }

  /// The loss at a distance along a direction; the weights are put back.
  double loss_at(const CheckedRange& range, const std::vector<float>& direction, float distance) {
    for (std::size_t i = 0; i < range.size; ++i) parameters_[range.offset + i] += distance * direction[i];
    const double loss = surface_.loss();
    std::ranges::copy(original_, parameters_.begin());
    return loss;
  }

  std::span<float> parameters_;
  std::vector<float> original_;
  LossSurface surface_;
  std::vector<float> gradient_;
};

/// The ranges to check: each trained tensor once, and "all" parameters `directions` times; without the latter where
/// layers are frozen.
std::vector<CheckedRange> ranges_of(const Network& network, int directions) {
  std::vector<CheckedRange> ranges;
  for (const Node& node : network.nodes()) {
    if (!node.trainable) continue;
    for (const auto& place : node.parameters) ranges.push_back({place.name, place.offset, place.shape.size()});
  }
  if (ranges.empty()) return ranges;
  // Frozen layers have no gradient, so "all" spans what lies between the trained ones only where none is frozen.
  const bool any_frozen = std::ranges::any_of(
      network.nodes(), [](const Node& node) { return !node.trainable && !node.parameters.empty(); });
  for (int i = 0; i < directions && !any_frozen; ++i) ranges.push_back({"all", 0, network.parameter_floats()});
  return ranges;
}

/// Sets parameters that are 0 to small random numbers: biases of 0 would put every pixel of a black background exactly
/// on the kink of a ReLU.
void move_off_zero(std::span<float> parameters) {
  Random random(7, Purpose::directions, 1U << 31U);
  for (float& value : parameters) {
    if (value == 0) value = 0.1F * random.normal();
  }
}

/// Checks gradients along `directions` directions, at weights of which none is 0; sets result.directions and
/// gradients_ok. The model's weights are put back.
void check_gradients(Model::Impl& impl, const Dataset& samples, int directions, CheckResult& result) {
  Weights initial(impl.network(), 0);
  initial.copy_from(impl.weights());
  move_off_zero(impl.weights().parameters.span());
  GradientCheck check(impl, samples);
  for (const CheckedRange& range : ranges_of(impl.network(), directions)) {
    result.directions.push_back(check.along(range, static_cast<std::uint32_t>(result.directions.size())));
  }
  result.gradients_ok = std::ranges::all_of(
      result.directions, [](const DirectionCheck& direction) { return direction.relative_error <= tolerance; });
  impl.weights().copy_from(initial);
}

/// Trains on `samples` as one batch for so many steps, which changes the model's configuration and weights; sets the
/// overfit members of `result`.
void overfit(Model::Impl& impl, const Dataset& samples, int steps, CheckResult& result) {
  record({.epochs = steps, .batch_size = samples.size(), .shuffle = false, .scaling = impl.config.data.text("scaling")},
         impl.config);
  Training training(impl, samples);
  Trainer& trainer = training.trainer();
  while (!trainer.done()) trainer.run_epoch({});
  const History& history = trainer.progress().history;
  result.overfit_first_loss = history.front().loss;
  result.overfit_last_loss = history.back().loss;
  result.overfit_accuracy = history.back().accuracy;
  result.overfit_ok = result.overfit_last_loss < 0.1 * result.overfit_first_loss ||
                      (result.overfit_accuracy == 1.0 && result.overfit_last_loss < result.overfit_first_loss);
}

}  // namespace

CheckResult check(const Config& config, const CheckOptions& options) {
  const auto seed = static_cast<std::uint64_t>(config.run.integer("seed"));
  const DataSplits data = load_data(config.data, seed, Need::training);
  Model model = Model::from_config(config, data.train.shape(), options.threads);
  Model::Impl& impl = ModelAccess::impl(model);
  impl.scaling = scaling_for(config.data.text("scaling"), data.train);
  check_fits(data.train, impl.input, model.outputs());
  const int batch = std::min(options.batch, data.train.size());
  const Dataset samples = data.train.select(draw_by_class(data.train, batch, seed, Draw::probe).drawn);

  CheckResult result;
  result.train = statistics_of(data.train);
  result.notes = data.notes;
  check_gradients(impl, samples, options.directions, result);
  overfit(impl, samples, options.overfit_steps, result);
  return result;
}

}  // namespace convoy
