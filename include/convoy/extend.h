#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "convoy/dataset.h"
#include "convoy/fields.h"
#include "convoy/settings.h"
#include "convoy/shape.h"

/// A program's own layers, losses, optimizers, schedules, data sets, augmentations and metrics. Registered under a
/// name, they are what convoy's own are: configurations, saved models, `explain`, the schema and the C++ API know them.
/// A program registers them before all else: once a configuration or a model was made, Error{config}; so are a name
/// that is taken and an empty one. apps/examples/own_layer.cpp adds a layer.
namespace convoy {

/// A tensor that a layer trains.
struct OwnParameter {
  std::string name;  ///< "kernel": saved as "LAYER/kernel"
  Shape shape;
  std::string initializer = "zeros";  ///< as the key kernel_initializer of conv2d
  int fan_in = 1;                     ///< for the initialisers that scale by them
  int fan_out = 1;
  bool decayed = false;  ///< weight decay applies
};

using ConstTensors = std::span<const std::span<const float>>;
using Tensors = std::span<const std::span<float>>;

/// A layer that works sample by sample, each by itself. Its methods are called from several threads at a time, after
/// shape() once.
class OwnLayer {
 public:
  virtual ~OwnLayer() = default;

  /// The shape of a sample's output. Throws Error{config} for an input that does not fit.
  virtual Shape shape(const Shape& input) = 0;
  virtual std::vector<OwnParameter> parameters() const { return {}; }

  /// Assigns y.
  virtual void forward(std::span<const float> x, ConstTensors parameters, bool training, std::span<float> y) const = 0;

  /// What a sample's backward pass has and wants.
  struct Backward {
    std::span<const float> x;
    std::span<const float> dy;
    ConstTensors parameters;
    std::span<float> dx;   ///< to be assigned; empty where nobody needs it
    Tensors d_parameters;  ///< each to be added to; there are none where the layer is frozen
  };
  virtual void backward(const Backward& pass) const = 0;
};

/// A loss of one sample. A label is its one-hot row.
class OwnLoss {
 public:
  virtual ~OwnLoss() = default;
  /// The loss; where `gradient` is not empty, also assigns d loss / d output to it.
  virtual double sample(std::span<const float> output, std::span<const float> target,
                        std::span<float> gradient) const = 0;
};

/// A rule that turns gradients into steps, on a part of a tensor at a time. Called from several threads.
class OwnOptimizer {
 public:
  virtual ~OwnOptimizer() = default;
  /// Arrays as long as the parameters that it keeps, 0 at first: saved with a checkpoint.
  virtual std::vector<std::string> memory() const { return {}; }
  /// Changes `parameters` and its memory of them; `step` counts from 1.
  virtual void step(std::span<float> parameters, std::span<const float> gradients, Tensors memory, double learning_rate,
                    std::uint64_t step) const = 0;
};

/// The learning rate at a step as a factor of the optimizer's.
struct ScheduleTime {
  std::uint64_t step = 0;
  std::uint64_t steps = 0;  ///< of the whole training
  std::uint64_t steps_an_epoch = 0;
};
using OwnSchedule = std::function<double(const ScheduleTime&)>;

/// Changes a training sample, new in each epoch, in place: it has that shape, and the data set's values before they are
/// scaled (0 to 255 of bytes). `uniform` gives random numbers in [0, 1), which depend on seed, epoch and sample alone.
/// Called from several threads.
using OwnAugmentation =
    std::function<void(std::span<float> sample, const Shape& shape, const std::function<float()>& uniform)>;

/// A number of one sample, of which an evaluation has the mean: Evaluation::metrics.
using OwnMetric = std::function<double(std::span<const float> outputs, int label)>;

void register_layer(const TypeSchema& type, std::function<std::unique_ptr<OwnLayer>(const Settings&)> make);
void register_loss(const TypeSchema& type, std::function<std::unique_ptr<OwnLoss>(const Settings&)> make);
void register_optimizer(const TypeSchema& type, std::function<std::unique_ptr<OwnOptimizer>(const Settings&)> make);
void register_schedule(const TypeSchema& type, std::function<OwnSchedule(const Settings&)> make);
/// `load` reads what [data] says; where it has no test samples, some of those for training are set aside as from any
/// data set.
void register_dataset(const TypeSchema& type, std::function<DataSplits(const Settings&)> load);
/// `own = ["NAME"]` in [augmentation] switches it on.
void register_augmentation(const std::string& name, OwnAugmentation augmentation);
void register_metric(const std::string& name, OwnMetric metric);

/// A type whose keys are those of a struct.
template <class Options>
TypeSchema type_of(const std::string& name, const std::string& doc, const Fields<Options>& fields) {
  return {name, doc, fields.keys()};
}

}  // namespace convoy
