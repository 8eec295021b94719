#include <algorithm>
#include <numeric>
#include <utility>

#include "convoy/extend.h"
#include "layers/check.h"
#include "layers/registry.h"

namespace convoy {
namespace {

/// A layer that a program has registered, as a Layer. Adds the gradients of parameters up by group of samples, as all
/// layers do.
class AdaptedLayer final : public Layer {
 public:
  explicit AdaptedLayer(std::unique_ptr<OwnLayer> own) : own_(std::move(own)) {}

  Declaration setup(std::span<const Shape> inputs) override {
    const Shape& input = layers::only_input(inputs);
    input_ = input.size();
    Declaration declaration{.output = own_->shape(input)};
    output_ = declaration.output.size();
    for (const OwnParameter& own : own_->parameters()) {
      declaration.parameters.push_back({.name = own.name,
                                        .shape = own.shape,
                                        .initializer = own.initializer,
                                        .fan_in = own.fan_in,
                                        .fan_out = own.fan_out,
                                        .decayed = own.decayed});
      sizes_.push_back(own.shape.size());
      declaration.group_floats += own.shape.size();
    }
    return declaration;
  }

  Stages forward(Mode, bool) const override {
    return {{Stage::by_sample, [this](const Pass& pass, const Task& task) { forward_sample(pass, task); }}};
  }

  Stages backward(bool) const override {
    Stages stages = {{Stage::by_sample, [this](const Pass& pass, const Task& task) { backward_sample(pass, task); }}};
    if (!sizes_.empty()) {
      stages.push_back(
          {.parts = 1, .body = [this](const Pass& pass, const Task&) { add_groups(pass); }, .when = Stage::When::late});
    }
    return stages;
  }

 private:
  /// The parameters as the program's layer takes them.
  std::vector<std::span<const float>> parameters_of(const Pass& pass) const {
    std::vector<std::span<const float>> parameters;
    for (std::size_t i = 0; i < sizes_.size(); ++i) parameters.emplace_back(pass.parameters[i], sizes_[i]);
    return parameters;
  }

  void forward_sample(const Pass& pass, const Task& task) const {
    own_->forward({pass.inputs[0][task.index], input_}, parameters_of(pass), pass.mode == Mode::train,
                  {pass.output[task.index], output_});
  }

  /// Assigns the sample's d_input unless it is null, and adds its gradients of parameters to its group's sums if
  /// trained.
  void backward_sample(const Pass& pass, const Task& task) const {
    const auto parameters = parameters_of(pass);
    std::vector<std::span<float>> sums;
    float* sum = pass.group_sums ? pass.group_sums[task.group] : nullptr;
    for (std::size_t i = 0; i < sizes_.size() && is_trained(pass); ++i) {
      sums.emplace_back(sum, sizes_[i]);
      sum += sizes_[i];
    }
    std::span<float> dx;
    if (pass.d_inputs[0]) dx = {pass.d_inputs[0][task.index], input_};
    own_->backward({.x = {pass.inputs[0][task.index], input_},
                    .dy = {pass.d_output[task.index], output_},
                    .parameters = parameters,
                    .dx = dx,
                    .d_parameters = sums});
  }

  /// Whether the layer has parameters and is not frozen.
  static bool is_trained(const Pass& pass) { return !pass.gradients.empty() && pass.gradients[0] != nullptr; }

  /// Adds the groups' sums to the gradients unless the layer is frozen.
  void add_groups(const Pass& pass) const {
    if (!is_trained(pass)) return;
    const float* sum = pass.sum_groups(0, std::accumulate(sizes_.begin(), sizes_.end(), std::size_t{0}));
    for (std::size_t i = 0; i < sizes_.size(); ++i) {
      for (std::size_t j = 0; j < sizes_[i]; ++j) pass.gradients[i][j] += *sum++;
    }
  }

  std::unique_ptr<OwnLayer> own_;
  std::size_t input_ = 0;
  std::size_t output_ = 0;
  std::vector<std::size_t> sizes_;  ///< numbers of each parameter
};

}  // namespace

void register_layer(const TypeSchema& type, std::function<std::unique_ptr<OwnLayer>(const Settings&)> make) {
  layer_table().add({type, [make = std::move(make)](const Settings& settings) -> std::unique_ptr<Layer> {
                       return std::make_unique<AdaptedLayer>(make(settings));
                     }});
}

}  // namespace convoy
