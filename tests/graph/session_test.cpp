#include "graph/session.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "convoy/error.h"
#include "convoy/layers.h"
#include "core/random.h"
#include "support/layer_spec.h"

using namespace convoy;
using test::with_inputs;

namespace {

/// A residual block with everything that memory planning must get right: fan-out to three consumers, in-place
/// activations behind layers that read and do not read their output, a view, and a concatenation of a tensor with
/// itself.
std::vector<LayerSpec> tangled() {
  return {
      Conv2D{.filters = 4, .padding = "same", .activation = "relu", .name = "stem"},
      with_inputs(BatchNorm{.name = "bn"}, {"stem"}),
      with_inputs(Conv2D{.filters = 4, .padding = "same", .activation = "tanh", .name = "branch"}, {"bn"}),
      with_inputs(Add{.name = "sum"}, {"branch", "stem"}),
      with_inputs(Activation{.function = "sigmoid", .name = "sigmoid"}, {"sum"}),
      with_inputs(Concat{.name = "join"}, {"sigmoid", "stem", "sigmoid"}),
      with_inputs(MaxPool2D{.name = "pool"}, {"join"}),
      with_inputs(Flatten{.name = "flat"}, {"pool"}),
      with_inputs(Dense{.units = 5, .activation = "gelu", .name = "dense"}, {"flat"}),
      with_inputs(Dense{.units = 3, .name = "head"}, {"dense"}),
  };
}

/// Layers that normalise or disturb samples by themselves.
std::vector<LayerSpec> sample_by_sample() {
  return {Conv2D{.filters = 6},
          GroupNorm{.groups = 3},
          LayerNorm{},
          Flatten{},
          Dense{.units = 16},
          Noise{.mean = 0.5, .redrawn = true},
          GroupNorm{.groups = 4},
          LayerNorm{.center = false},
          Dense{.units = 3}};
}

/// Convolutions that make the kernel's gradient in other sums, for a group of samples at once or one after the other.
std::vector<LayerSpec> with_winograd() {
  const Conv2D conv{.filters = 4, .padding = "same", .use_bias = false, .engine = "winograd"};
  return {UpSampling2D{.size = 4}, conv, Activation{.function = "relu"}, AvgPool2D{.pool = 3}, conv, conv, Flatten{},
          Dense{.units = 3}};
}

/// Convolutions by channel, by group and transposed; a squeeze-and-excite gate; views and merges of all kinds.
std::vector<LayerSpec> of_many_kinds() {
  return {
      Conv2D{.filters = 4, .padding = 1, .activation = "elu", .name = "stem"},
      DepthwiseConv2D{.padding = 1, .depth_multiplier = 2, .activation = "mish", .name = "depthwise"},
      Conv2D{.filters = 6, .padding = {1, 0, 1, 0}, .groups = 2, .activation = "hard_swish", .name = "grouped"},
      with_inputs(GlobalMaxPool{.name = "largest"}, {"grouped"}),
      with_inputs(Dense{.units = 6, .activation = "sigmoid", .name = "gate"}, {"largest"}),
      with_inputs(Multiply{.name = "gated"}, {"grouped", "gate"}),
      with_inputs(InstanceNorm{.name = "instance"}, {"gated"}),
      with_inputs(PReLU{.slopes = "one", .initial = 0.25, .name = "prelu"}, {"gated"}),
      with_inputs(Subtract{.name = "less"}, {"instance", "prelu"}),
      with_inputs(Average{.name = "mean"}, {"less", "gated", "less"}),
      with_inputs(ActivityRegularization{.l1 = 0.1, .name = "activity"}, {"mean"}),
      with_inputs(Conv2DTranspose{.filters = 3, .stride = 2, .name = "larger"}, {"activity"}),
      SpatialDropout{.rate = 0.3},
      SeparableConv2D{.filters = 4, .activation = "softplus"},
      Affine{},
      LocalResponseNorm{.size = 3},
      UpSampling2D{.interpolation = "bilinear"},
      Cropping2D{.cropping = 2},
      AdaptiveAvgPool2D{.size = 3},
      ZeroPadding2D{},
      Reshape{.shape = {100}},
      PReLU{},
      Dense{.units = 3, .activation = "log_softmax"},
  };
}

/// The session's output summed with fixed coefficients: a scalar whose gradient is easy to feed back.
float coefficient(int sample, int output) {
  return 0.3F * static_cast<float>(1 + (sample * 7 + output * 3) % 5) - 0.8F;
}

double scalar_of(Session& session, int batch) {
  double sum = 0;
  for (int n = 0; n < batch; ++n) {
    for (int i = 0; i < 3; ++i)
      sum += static_cast<double>(coefficient(n, i)) * static_cast<double>(session.output()[n][i]);
  }
  return sum;
}

void fill_input(Session& session, int batch) {
  Random random(11, Purpose::augmentation);
  for (int n = 0; n < batch; ++n) {
    for (std::size_t i = 0; i < session.network().input_shape().size(); ++i) session.input()[n][i] = random.normal();
  }
}

std::vector<float> gradients_of(const Network& network, int batch, int threads, int groups = SampleGroups::by_default) {
  ThreadPool pool(threads);
  Weights weights(network, 5);
  Session session(network, weights, Mode::train, batch, network.output(), pool, Retain::nothing, groups);
  for (int round = 0; round < 2; ++round) {  // the second must not depend on what the first left
    fill_input(session, batch);
    session.clear_gradients();
    session.forward(batch, 1, 2);
    for (int n = 0; n < batch; ++n) {
      for (int i = 0; i < 3; ++i) session.d_output()[n][i] = coefficient(n, i);
    }
    session.backward();
  }
  return {session.gradients().begin(), session.gradients().end()};
}

}  // namespace

TEST_CASE("the gradients of a tangled graph agree with differences of its output") {
  const Network network({6, 6, 2}, tangled());
  constexpr int batch = 5;
  const std::vector<float> gradients = gradients_of(network, batch, 2);

  ThreadPool pool(2);
  Weights weights(network, 5);
  Session session(network, weights, Mode::train, batch, network.output(), pool);
  Random random(3, Purpose::directions);
  for (int round = 0; round < 6; ++round) {
    std::vector<float> direction(gradients.size());
    double expected = 0;
    for (std::size_t i = 0; i < direction.size(); ++i) {
      direction[i] = random.normal();
      expected += static_cast<double>(direction[i]) * static_cast<double>(gradients[i]);
    }
    const auto value_at = [&](float distance) {
      const Weights original(network, 5);
      weights.copy_from(original);
      for (std::size_t i = 0; i < direction.size(); ++i) weights.parameters[i] += distance * direction[i];
      fill_input(session, batch);
      session.forward(batch, 1, 2);
      return scalar_of(session, batch);
    };
    constexpr float h = 2e-4F;
    const double numeric = (value_at(h) - value_at(-h)) / (2.0 * static_cast<double>(h));
    CHECK(numeric == doctest::Approx(expected).epsilon(0.02));
  }
}

TEST_CASE("gradients have the same bits for every number of threads") {
  for (const auto& layers : {tangled(), sample_by_sample(), of_many_kinds(), with_winograd()}) {
    const Network network({6, 6, 2}, layers);
    for (const int batch : {2, 3, 8, 21}) {
      const auto one = gradients_of(network, batch, 1);
      for (const int threads : {2, 3, 4}) {
        const auto more = gradients_of(network, batch, threads);
        CHECK(std::memcmp(one.data(), more.data(), one.size() * sizeof(float)) == 0);
      }
    }
  }
}

TEST_CASE("with any number of groups the threads change no bit") {
  for (const auto& layers : {tangled(), sample_by_sample(), of_many_kinds(), with_winograd()}) {
    const Network network({6, 6, 2}, layers);
    for (const int groups : {1, 2, 8, 64}) {
      for (const int batch : {1, 3, 8, 32, 33}) {
        CAPTURE(groups);
        CAPTURE(batch);
        const auto one = gradients_of(network, batch, 1, groups);
        for (const int threads : {2, 3, 4}) CHECK(one == gradients_of(network, batch, threads, groups));
      }
    }
  }
}

/// The parts of the parameters' gradients that each of 4 samples gives, in a network whose samples do not meet.
std::vector<std::vector<float>> gradients_by_sample(const Network& network) {
  std::vector<std::vector<float>> parts;
  for (int n = 0; n < 4; ++n) {
    ThreadPool pool(1);
    Weights weights(network, 5);
    Session session(network, weights, Mode::train, 4, network.output(), pool);
    fill_input(session, 4);
    session.clear_gradients();
    session.forward(4, 1, 2);
    for (int m = 0; m < 4; ++m) {
      for (int i = 0; i < 3; ++i) session.d_output()[m][i] = m == n ? coefficient(m, i) : 0;
    }
    session.backward();
    parts.emplace_back(session.gradients().begin(), session.gradients().end());
  }
  return parts;
}

TEST_CASE("gradients are a balanced tree of the groups' parts") {
  const std::vector<LayerSpec> others = {DepthwiseConv2D{},
                                         PReLU{},
                                         Conv2DTranspose{.filters = 3},
                                         Affine{},
                                         SeparableConv2D{.filters = 4},
                                         PReLU{.slopes = "channel"},
                                         Flatten{},
                                         Dense{.units = 3}};
  for (const auto& layers : {sample_by_sample(), others, with_winograd()}) {
    const Network network({6, 6, 2}, layers);
    const auto part = gradients_by_sample(network);
    std::vector<float> sequence(part[0].size()), tree(part[0].size());
    for (std::size_t i = 0; i < tree.size(); ++i) {
      sequence[i] = ((part[0][i] + part[1][i]) + part[2][i]) + part[3][i];
      tree[i] = (part[0][i] + part[1][i]) + (part[2][i] + part[3][i]);
    }
    CHECK(gradients_of(network, 4, 2, 4) == tree);
    CHECK(gradients_of(network, 4, 2, 8) == tree);
    CHECK(gradients_of(network, 4, 2, 64) == tree);
    CHECK(tree != sequence);
  }
}

TEST_CASE("a smaller batch after a larger one is not touched by it") {
  const Network network({6, 6, 2}, tangled());
  ThreadPool pool(2);
  Weights weights(network, 5);
  Session large(network, weights, Mode::train, 16, network.output(), pool);
  fill_input(large, 16);
  large.clear_gradients();
  large.forward(16, 1, 2);
  for (int n = 0; n < 16; ++n) {
    for (int i = 0; i < 3; ++i) large.d_output()[n][i] = 9;
  }
  large.backward();
  fill_input(large, 3);
  large.clear_gradients();
  large.forward(3, 1, 2);
  for (int n = 0; n < 3; ++n) {
    for (int i = 0; i < 3; ++i) large.d_output()[n][i] = coefficient(n, i);
  }
  large.backward();
  const auto expected = gradients_of(network, 3, 2);
  CHECK(std::memcmp(expected.data(), large.gradients().data(), expected.size() * sizeof(float)) == 0);
}

TEST_CASE("predict mode reuses memory and gives each sample the same output in any batch") {
  const Network network({6, 6, 2}, tangled());
  ThreadPool pool(2);
  Weights weights(network, 5);
  Session train(network, weights, Mode::train, 8, network.output(), pool);
  Session predict(network, weights, Mode::predict, 8, network.output(), pool);
  CHECK(predict.memory().activations < train.memory().activations);
  CHECK(predict.memory().gradients == 0);
  fill_input(predict, 8);
  const std::vector<float> third(predict.input()[2], predict.input()[2] + 72);
  predict.forward(8);
  const std::vector<float> in_batch(predict.output()[2], predict.output()[2] + 3);
  std::copy(third.begin(), third.end(), predict.input()[0]);
  predict.forward(1);
  for (int i = 0; i < 3; ++i) CHECK(predict.output()[0][i] == doctest::Approx(in_batch[static_cast<std::size_t>(i)]));
}

TEST_CASE("one sample has the same bits on every number of threads, which divide it into bands") {
  const auto conv = [](const char* name, const char* engine) {
    return Conv2D{.filters = 4, .padding = "same", .engine = engine, .name = name};
  };
  const std::vector<LayerSpec> residual = {
      UpSampling2D{.size = 3},
      conv("stem", "winograd"),
      conv("first", "winograd"),
      Activation{.function = "relu", .name = "relu"},
      conv("second", "direct"),
      with_inputs(Add{.name = "sum"}, {"second", "stem"}),
      Activation{.function = "silu"},
      MaxPool2D{},
      Activation{.function = "tanh"},
      DepthwiseConv2D{.padding = "same"},
      Flatten{},
      Dense{.units = 3},
  };
  const Network network({7, 5, 2}, residual);
  Weights weights(network, 5);
  const auto output_on = [&](int threads) {
    ThreadPool pool(threads);
    Session session(network, weights, Mode::predict, 4, network.output(), pool);
    fill_input(session, 1);
    session.forward(1);
    return std::vector<float>(session.output()[0], session.output()[0] + 3);
  };
  const auto one = output_on(1);
  for (const int threads : {2, 3, 4}) CHECK(output_on(threads) == one);
}

TEST_CASE("in predict mode each worker has what lies between input and output once") {
  const Network network({6, 6, 2}, {Conv2D{.filters = 4}, Activation{.function = "silu"}, GlobalAvgPool{}});
  Weights weights(network, 5);
  const auto activations = [&](int batch, int threads) {
    ThreadPool pool(threads);
    return Session(network, weights, Mode::predict, batch, network.output(), pool).memory().activations;
  };
  const std::size_t ends = (80 + 16) * sizeof(float);  // 72 numbers in and 4 out, in whole cache lines
  CHECK(activations(9, 1) == activations(8, 1) + ends);
  const std::size_t between = activations(8, 1) - 8 * ends;
  CHECK(between >= 4 * 4 * 4 * sizeof(float));
  CHECK(activations(8, 3) == activations(8, 1) + 2 * between);
}

TEST_CASE("what works in place takes no memory of its own, forward and backward") {
  const auto activations = [](const std::vector<LayerSpec>& layers, const Shape& input) {
    const Network network(input, layers);
    Weights weights(network, 1);
    ThreadPool pool(1);
    return Session(network, weights, Mode::train, 8, network.output(), pool).memory().activations;
  };
  const Dense wide{.units = 256};
  const auto plain = activations({wide, wide}, {256});
  CHECK(activations({wide, Dropout{}, wide}, {256}) == plain);
  CHECK(activations({wide, Activation{.function = "relu"}, wide}, {256}) == plain);
  CHECK(activations({wide, Activation{.function = "silu"}, wide}, {256}) > plain);  // reads its input in backward
  // Batch norm's gradient goes into its output's where its channels fill registers, but its output is its own.
  const Conv2D conv16{.filters = 16};
  const Conv2D conv12{.filters = 12};
  const auto grows = [&](const LayerSpec& conv, int channels) {
    const auto with = activations({conv, BatchNorm{}, conv}, {12, 12, channels});
    return static_cast<double>(with - activations({conv, conv}, {12, 12, channels})) / channels;
  };
  CHECK(grows(conv16, 16) < 0.75 * grows(conv12, 12));
}

TEST_CASE("errors inside a pass name the layer") {
  const Network network({10}, {BatchNorm{.name = "norm"}, Dense{.units = 2}});
  ThreadPool pool(2);
  Weights weights(network, 1);
  Session session(network, weights, Mode::train, 1, network.output(), pool);
  fill_input(session, 1);
  try {
    session.forward(1);
    FAIL("a batch of one value a channel must not pass");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).rfind("layer \"norm\": ", 0) == 0);
  }
}
