#include "graph/fold.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "convoy/layers.h"
#include "core/random.h"
#include "graph/session.h"
#include "support/compare.h"
#include "support/layer_spec.h"

using namespace convoy;
using test::with_inputs;

namespace {

/// Random values everywhere, as after training: variances positive, moving means far from 0.
Weights trained_weights(const Network& network) {
  Weights weights(network, 5);
  Random random(3, Purpose::augmentation);
  for (const auto& tensor : weights.tensors(network)) {
    for (float& value : tensor.values) {
      if (tensor.name.ends_with("/moving_variance")) {
        value = 0.2F + random.uniform();
      } else if (!tensor.name.ends_with("/kernel")) {
        value = random.normal();
      }
    }
  }
  return weights;
}

std::vector<float> outputs(const Network& network, Weights& weights) {
  ThreadPool pool(2);
  constexpr int batch = 3;
  Session session(network, weights, Mode::predict, batch, network.output(), pool);
  Random random(4, Purpose::augmentation);
  for (int n = 0; n < batch; ++n) {
    std::generate_n(session.input()[n], network.input_shape().size(), [&] { return random.normal(); });
  }
  session.forward(batch);
  std::vector<float> all;
  for (int n = 0; n < batch; ++n) {
    all.insert(all.end(), session.output()[n], session.output()[n] + session.output_shape().size());
  }
  return all;
}

struct Outcome {
  std::vector<std::string> kept;  ///< batch norms that are still there
  double distance;                ///< between the outputs of both networks
};

Outcome fold(const std::vector<LayerSpec>& layers) {
  const Network network({9, 8, 3}, layers);
  Weights weights = trained_weights(network);
  FoldedNetwork folded(network, Weights(network, 1));
  folded.refresh(network, weights);
  Outcome outcome;
  for (const Node& node : folded.network().nodes()) {
    if (node.type == "batch_norm") outcome.kept.push_back(node.name);
  }
  outcome.distance = test::relative_distance(outputs(folded.network(), folded.weights()), outputs(network, weights));
  return outcome;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("batch norm after a convolution or dense layer is absorbed, with and without their bias") {
  for (const bool bias : {false, true}) {
    const Outcome outcome =
        fold({Conv2D{.filters = 5, .padding = "same", .use_bias = bias}, BatchNorm{}, Activation{.function = "relu"},
              Flatten{}, Dense{.units = 7, .use_bias = bias}, BatchNorm{.center = false}, Dense{.units = 3}});
    CHECK(outcome.kept.empty());
    CHECK(outcome.distance < 1e-5);
  }
}

TEST_CASE("batch norm before a layer is absorbed by it, also through views, averages and dropout") {
  const Outcome outcome =
      fold({BatchNorm{}, Conv2D{.filters = 4, .activation = "relu"}, BatchNorm{.scale = false}, AvgPool2D{},
            Conv2D{.filters = 6, .kernel = 2, .activation = "tanh", .use_bias = false}, MaxPool2D{}, BatchNorm{},
            Dropout{}, Flatten{}, Dense{.units = 4, .activation = "gelu"}, BatchNorm{}, Dense{.units = 3}});
  CHECK(outcome.kept.empty());
  CHECK(outcome.distance < 1e-5);
}

TEST_CASE("a layer absorbs maps on both of its sides") {
  const Outcome outcome = fold({BatchNorm{}, Conv2D{.filters = 4}, BatchNorm{}, GlobalAvgPool{}, Dense{.units = 3}});
  CHECK(outcome.kept.empty());
  CHECK(outcome.distance < 1e-5);
}

TEST_CASE("batch norm stays where nothing can absorb it") {
  const Outcome padded =
      fold({BatchNorm{.name = "before zeros"}, Conv2D{.filters = 4, .padding = "same", .activation = "relu"},
            BatchNorm{.name = "last"}});
  CHECK(padded.kept == Names{"before zeros", "last"});
  CHECK(padded.distance < 1e-5);
  const Outcome shared =
      fold({Conv2D{.filters = 3, .padding = "same", .name = "conv"}, with_inputs(BatchNorm{.name = "bn"}, {"conv"}),
            with_inputs(Add{.name = "sum"}, {"conv", "bn"}), MaxPool2D{}, Flatten{}, Dense{.units = 2}});
  CHECK(shared.kept == Names{"bn"});
  CHECK(shared.distance < 1e-5);
}

TEST_CASE("convolutions with groups absorb what comes after them, not what comes before") {
  for (const bool bias : {false, true}) {
    const Outcome outcome =
        fold({DepthwiseConv2D{.depth_multiplier = 2, .use_bias = bias}, BatchNorm{},
              Conv2D{.filters = 4, .kernel = 1, .groups = 2, .use_bias = bias}, BatchNorm{}, Affine{},
              Activation{.function = "relu"}, BatchNorm{.name = "before groups"}, Conv2D{.filters = 6, .groups = 2},
              Activation{.function = "relu"}, BatchNorm{.name = "before depthwise"}, DepthwiseConv2D{.kernel = 2}});
    CHECK(outcome.kept == Names{"before groups", "before depthwise"});
    CHECK(outcome.distance < 1e-5);
  }
}

TEST_CASE("maps go through what moves or averages pixels, but not through zeros that count") {
  const Outcome through = fold({BatchNorm{}, UpSampling2D{.interpolation = "bilinear"}, Cropping2D{.cropping = 3},
                                AdaptiveAvgPool2D{.size = 4}, SpatialDropout{}, AvgPool2D{.padding = 1},
                                Conv2D{.filters = 4, .kernel = 2, .padding = 0}, Affine{}});
  CHECK(through.kept.empty());
  CHECK(through.distance < 1e-5);
  const Outcome zeros =
      fold({BatchNorm{.name = "1"}, AvgPool2D{.stride = 1, .padding = 1, .count_padding = true}, Conv2D{.filters = 4},
            Activation{.function = "relu"}, BatchNorm{.name = "2"}, ZeroPadding2D{}, Conv2D{.filters = 4},
            Activation{.function = "relu"}, BatchNorm{.name = "3"}, Conv2D{.filters = 4, .padding = 1}});
  CHECK(zeros.kept == Names{"1", "2", "3"});
  CHECK(zeros.distance < 1e-5);
}

TEST_CASE("branches keep their inputs when a batch norm between them goes") {
  const Outcome outcome = fold(
      {Conv2D{.filters = 4, .use_bias = false, .name = "stem"}, with_inputs(BatchNorm{.name = "bn"}, {"stem"}),
       with_inputs(Conv2D{.filters = 4, .padding = "same", .activation = "relu", .name = "branch"}, {"bn"}),
       with_inputs(Add{.name = "sum"}, {"branch", "bn"}), with_inputs(Concat{.name = "join"}, {"sum", "bn", "branch"}),
       GlobalAvgPool{}, Dense{.units = 3, .activation = "softmax"}});
  CHECK(outcome.kept.empty());
  CHECK(outcome.distance < 1e-5);
}
