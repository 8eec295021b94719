// The documents' two CNNs against golden values that generate.py made with PyTorch in double precision.

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "convoy/layers.h"
#include "convoy/optimizers.h"
#include "io/safetensors.h"
#include "kernels/gemm.h"
#include "support/digits.h"
#include "train/model_impl.h"
#include "train/trainer.h"

using namespace convoy;

namespace {

constexpr int batch_size = 32;
constexpr int steps = 20;
constexpr std::uint64_t seed = 55;

Sequential flagship() {
  Sequential model({28, 28, 1});
  model.add(Conv2D{.filters = 32, .activation = "relu", .name = "conv1"})
      .add(BatchNorm{.name = "bn1"})
      .add(Conv2D{.filters = 64, .activation = "relu", .name = "conv2"})
      .add(BatchNorm{.name = "bn2"})
      .add(Flatten{})
      .add(Dense{.units = 10, .activation = "softmax", .name = "dense"});
  return model;
}

Sequential max_pool_network() {
  Sequential model({28, 28, 1});
  model.add(BatchNorm{.name = "bn0"})
      .add(Conv2D{.filters = 32, .activation = "relu", .name = "conv1"})
      .add(MaxPool2D{})
      .add(BatchNorm{.name = "bn1"})
      .add(Conv2D{.filters = 64, .activation = "relu", .name = "conv2"})
      .add(MaxPool2D{})
      .add(BatchNorm{.name = "bn2"})
      .add(Flatten{})
      .add(Dense{.units = 10, .name = "dense"});
  return model;
}

std::vector<float> golden(const TensorFile& file, const std::string& name) {
  const StoredTensor* tensor = file.find(name);
  REQUIRE_MESSAGE(tensor != nullptr, name);
  std::vector<float> values(tensor->bytes.size() / sizeof(float));
  std::memcpy(values.data(), tensor->bytes.data(), tensor->bytes.size());
  return values;
}

/// The norm of the difference over the norm of what is expected.
double relative_error(std::span<const float> values, const std::vector<float>& expected) {
  REQUIRE(values.size() == expected.size());
  double difference = 0;
  double norm = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double d = static_cast<double>(values[i]) - static_cast<double>(expected[i]);
    difference += d * d;
    norm += static_cast<double>(expected[i]) * static_cast<double>(expected[i]);
  }
  return std::sqrt(difference / norm);
}

/// Trains 20 steps, one batch a call, in the order of the file.
class Rerun {
 public:
  Rerun(Model& model, const Spec& optimizer) : impl_(ModelAccess::impl(model)) {
    model.compile(optimizer, SoftmaxCrossEntropy{}, {"constant", {}}, seed);
    const Dataset data = test::mnist().train.slice(0, steps * batch_size);
    impl_.scaling = scaling_for("unit", data);
    trainer_ = std::make_unique<Trainer>(training_task(impl_, data),
                                         TrainerOptions{.epochs = 1, .batches = {.batch_size = batch_size}});
  }

  /// The loss of each step. `after_first` is called after the first.
  template <class AfterFirst>
  std::vector<double> losses(AfterFirst after_first) {
    struct Record : Callback {
      explicit Record(AfterFirst& first) : after(first) {}
      bool on_batch_end(const BatchLog& log) override {
        const double sum = log.loss * log.images;
        found.push_back((sum - last_sum) / batch_size);
        last_sum = sum;
        if (log.batch == 1) after();
        return true;
      }
      AfterFirst& after;
      std::vector<double> found;
      double last_sum = 0;
    } record(after_first);
    trainer_->run_epoch({&record});
    return record.found;
  }

  Model::Impl& impl() { return impl_; }
  std::span<const float> gradient(const TensorSlot& slot) {
    return trainer_->gradients().subspan(slot.offset, slot.shape.size());
  }

 private:
  kernels::SingleThreadedBlas single_;
  Model::Impl& impl_;
  std::unique_ptr<Trainer> trainer_;
};

void check_first_step(Rerun& rerun, const TensorFile& file) {
  Weights& weights = rerun.impl().weights();
  for (const Node& node : rerun.impl().network().nodes()) {
    for (const TensorSlot& slot : node.parameters) {
      INFO(slot.name);
      CHECK(relative_error(rerun.gradient(slot), golden(file, "gradient/" + slot.name)) < 1e-5);
      const auto values = weights.parameters.span().subspan(slot.offset, slot.shape.size());
      CHECK(relative_error(values, golden(file, "parameter/" + slot.name)) < 1e-5);
    }
    for (const TensorSlot& slot : node.states) {
      INFO(slot.name);
      const auto values = weights.states.span().subspan(slot.offset, slot.shape.size());
      CHECK(relative_error(values, golden(file, "state/" + slot.name)) < 1e-5);
    }
  }
}

void check_losses(const std::vector<double>& losses, const std::vector<float>& expected, double tolerance) {
  REQUIRE(losses.size() == expected.size());
  for (std::size_t i = 0; i < losses.size(); ++i) {
    INFO("step " << i + 1);
    const auto wanted = static_cast<double>(expected[i]);
    CHECK(std::abs(losses[i] - wanted) <= tolerance * wanted);
  }
}

void check_model(Model model, const std::string& name) {
  const TensorFile file = read_safetensors("tests/golden/" + name + ".safetensors");
  {
    Rerun rerun(model, Adam{});
    const auto losses = rerun.losses([&] { check_first_step(rerun, file); });
    check_losses(losses, golden(file, "losses/adam"), 1e-3);
  }
  Rerun rerun(model, SGD{.learning_rate = 3e-4});
  check_losses(rerun.losses([] {}), golden(file, "losses/sgd"), 1e-4);
}

}  // namespace

TEST_CASE("the flagship's first step and loss curves are PyTorch's") { check_model(flagship(), "mnist_cnn"); }

TEST_CASE("the max-pool network's first step and loss curves are PyTorch's") {
  check_model(max_pool_network(), "mnist_bn_maxpool");
}
