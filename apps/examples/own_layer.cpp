// A layer of one's own: a leaky ReLU whose slope is learnt, one for each channel ("PReLU", He et al. 2015). It is
// registered under a name, its gradient is checked, and it trains, saves and loads as convoy's own layers do.
//
//     build/release/examples/own_layer data/mnist

#include <convoy/convoy.h>

#include <cstdio>
#include <string>

using namespace convoy;

namespace {

struct PReLU {
  double start = 0.25;
};

const Fields<PReLU>& prelu_fields() {
  static const Fields<PReLU> fields =
      Fields<PReLU>().add("start", &PReLU::start, "What the slopes begin with.", {.min = 0, .max = 1});
  return fields;
}

/// y = x where x is above 0, else slope[channel] * x.
class PReLULayer final : public OwnLayer {
 public:
  explicit PReLULayer(const PReLU& options) : start_(options.start) {}

  Shape shape(const Shape& input) override {
    channels_ = static_cast<std::size_t>(input.last());
    return input;
  }

  std::vector<OwnParameter> parameters() const override {
    return {{.name = "slope",
             .shape = {static_cast<int>(channels_)},
             .initializer = "constant(" + std::to_string(start_) + ")"}};
  }

  void forward(std::span<const float> x, ConstTensors parameters, bool, std::span<float> y) const override {
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] > 0 ? x[i] : parameters[0][i % channels_] * x[i];
  }

  void backward(const Backward& pass) const override {
    for (std::size_t i = 0; i < pass.x.size(); ++i) {
      const std::size_t channel = i % channels_;
      const bool above = pass.x[i] > 0;
      if (!pass.dx.empty()) pass.dx[i] = above ? pass.dy[i] : pass.parameters[0][channel] * pass.dy[i];
      if (!pass.d_parameters.empty() && !above) pass.d_parameters[0][channel] += pass.dy[i] * pass.x[i];
    }
  }

 private:
  double start_;
  std::size_t channels_ = 0;
};

LayerSpec prelu(const PReLU& options = {}) {
  LayerSpec layer;
  layer.type = "prelu";
  layer.settings = prelu_fields().settings(options);
  return layer;
}

/// The same network as a configuration, for the library's own check of gradients.
bool gradients_agree(const std::string& data) {
  const Config config = parse_config(R"(
      [data]
      path = ")" + data + R"("
      limit = 64
      [[layer]]
      type = "conv2d"
      filters = 4
      stride = 2
      [[layer]]
      type = "prelu"
      [[layer]]
      type = "flatten"
      [[layer]]
      type = "dense"
      units = 10
    )",
                                     "own_layer", ".");
  return check(config).gradients_ok;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "data/mnist";
  register_layer(type_of("prelu", "A leaky ReLU whose slopes are learnt.", prelu_fields()),
                 [](const Settings& settings) { return std::make_unique<PReLULayer>(prelu_fields().read(settings)); });
  std::printf("gradients %s\n", gradients_agree(folder) ? "agree" : "DO NOT AGREE");

  const DataSplits data = load_idx(folder);
  Sequential model({28, 28, 1});
  model.add(Conv2D{.filters = 8, .stride = 2, .name = "conv"})
      .add(prelu())
      .add(Flatten{})
      .add(Dense{.units = 10, .activation = "softmax"});
  model.compile(Adam{}, SoftmaxCrossEntropy{});
  model.fit(data.train.slice(0, 6000), {.epochs = 2});
  std::printf("test accuracy %.4f\n", model.evaluate(data.test).accuracy);
  std::printf("slopes learnt:");
  for (const float slope : model.tensor("prelu_1/slope")) std::printf(" %.3f", static_cast<double>(slope));
  std::printf("\n");
}
