// A layer of one's own: x * sigmoid(beta * x), whose beta is learnt, one for each channel ("Swish", Ramachandran et al.
// 2017). It is registered under a name, its gradient is checked, and it trains, saves and loads as convoy's layers do.
//
//     build/release/examples/own_layer data/mnist

#include <convoy/convoy.h>

#include <cmath>
#include <cstdio>
#include <string>

using namespace convoy;

namespace {

struct Swish {
  double start = 1;
};

const Fields<Swish>& swish_fields() {
  static const Fields<Swish> fields =
      Fields<Swish>().add("start", &Swish::start, "The first value of every beta.", {.min = 0, .max = 10});
  return fields;
}

float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

class SwishLayer final : public OwnLayer {
 public:
  explicit SwishLayer(const Swish& options) : start_(options.start) {}

  Shape shape(const Shape& input) override {
    channels_ = static_cast<std::size_t>(input.last());
    return input;
  }

  std::vector<OwnParameter> parameters() const override {
    return {{.name = "beta",
             .shape = {static_cast<int>(channels_)},
             .initializer = "constant(" + std::to_string(start_) + ")"}};
  }

  void forward(std::span<const float> x, ConstTensors parameters, bool, std::span<float> y) const override {
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] * sigmoid(parameters[0][i % channels_] * x[i]);
  }

  void backward(const Backward& pass) const override {
    for (std::size_t i = 0; i < pass.x.size(); ++i) {
      const std::size_t channel = i % channels_;
      const float beta = pass.parameters[0][channel];
      const float gate = sigmoid(beta * pass.x[i]);
      const float slope = pass.x[i] * gate * (1 - gate);  // of the gate, by beta
      if (!pass.dx.empty()) pass.dx[i] = pass.dy[i] * (gate + beta * slope);
      if (!pass.d_parameters.empty()) pass.d_parameters[0][channel] += pass.dy[i] * pass.x[i] * slope;
    }
  }

 private:
  double start_;
  std::size_t channels_ = 0;
};

LayerSpec swish(const Swish& options = {}) {
  LayerSpec layer;
  layer.type = "swish";
  layer.settings = swish_fields().settings(options);
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
      type = "swish"
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
  register_layer(type_of("swish", "x * sigmoid(beta * x), whose beta is learnt.", swish_fields()),
                 [](const Settings& settings) { return std::make_unique<SwishLayer>(swish_fields().read(settings)); });
  std::printf("gradients %s\n", gradients_agree(folder) ? "agree" : "DO NOT AGREE");

  const DataSplits data = load_idx(folder);
  Sequential model({28, 28, 1});
  model.add(Conv2D{.filters = 8, .stride = 2, .name = "conv"})
      .add(swish())
      .add(Flatten{})
      .add(Dense{.units = 10, .activation = "softmax"});
  model.compile(Adam{}, SoftmaxCrossEntropy{});
  model.fit(data.train.slice(0, 6000), {.epochs = 3});
  std::printf("test accuracy %.4f\n", model.evaluate(data.test).accuracy);
  std::printf("betas learnt:");
  for (const float beta : model.tensor("swish_1/beta")) std::printf(" %.3f", static_cast<double>(beta));
  std::printf("\n");
}
