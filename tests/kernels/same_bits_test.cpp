// Every kernel computes the same bits with every instruction set that has a fused multiply-add.

#include "support/same_bits.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "kernels/activation.h"
#include "kernels/batch_norm.h"
#include "kernels/conv_tiles.h"
#include "kernels/dense.h"
#include "kernels/depthwise.h"
#include "kernels/elementwise.h"
#include "kernels/layer_norm.h"
#include "kernels/optimizer.h"
#include "kernels/pool.h"
#include "kernels/softmax.h"

namespace convoy::kernels {
namespace {

using test::Doubles;
using test::Floats;
using test::normal_floats;
using test::same_bits_on_every_isa;

constexpr std::size_t counts[] = {1, 3, 15, 16, 17, 127, 1000};

/// Appends each number as the float nearest to it and what that leaves, so that other bits of a double show.
void append(Floats& floats, const Doubles& numbers) {
  for (const double number : numbers) {
    const auto high = static_cast<float>(number);
    floats.push_back(high);
    floats.push_back(static_cast<float>(number - double{high}));
  }
}
void append(Floats& floats, const Floats& more) { floats.insert(floats.end(), more.begin(), more.end()); }

std::size_t size(int a, int b, int c = 1) {
  return static_cast<std::size_t>(a) * static_cast<std::size_t>(b) * static_cast<std::size_t>(c);
}

TEST_CASE("activations have the same bits on every instruction set") {
  using K = ActivationKernels;
  struct Function {
    std::string name;
    K::Forward K::*forward;
    K::Backward K::*backward;
  };
  const Function functions[] = {{"relu", &K::relu, &K::d_relu},
                                {"relu6", &K::relu6, &K::d_relu6},
                                {"sigmoid", &K::sigmoid, &K::d_sigmoid},
                                {"tanh", &K::tanh, &K::d_tanh},
                                {"selu", &K::selu, &K::d_selu},
                                {"hard_sigmoid", &K::hard_sigmoid, &K::d_hard_sigmoid},
                                {"softplus", &K::softplus, &K::d_softplus},
                                {"gelu_tanh", &K::gelu_tanh, &K::d_gelu_tanh},
                                {"hard_swish", &K::hard_swish, &K::d_hard_swish},
                                {"mish", &K::mish, &K::d_mish},
                                {"gelu", &K::gelu, &K::d_gelu},
                                {"silu", &K::silu, &K::d_silu}};
  for (const std::size_t count : counts) {
    const Floats x = normal_floats(count, 1, 0, 3);
    const Floats dy = normal_floats(count, 2);
    for (const Function& function : functions) {
      CAPTURE(function.name);
      CHECK(same_bits_on_every_isa<K>([&](const K& k) {
        Floats y(count);
        (k.*function.forward)(y.data(), x.data(), count);
        Floats dx(count);
        (k.*function.backward)(dx.data(), dy.data(), x.data(), count);
        append(y, dx);
        return y;
      }));
    }
    CHECK(same_bits_on_every_isa<K>([&](const K& k) {
      Floats all;
      Floats y(count);
      k.leaky_relu(y.data(), x.data(), count, 0.1F);
      append(all, y);
      k.elu(y.data(), x.data(), count, 0.7F);
      append(all, y);
      k.d_leaky_relu(y.data(), dy.data(), x.data(), count, 0.1F);
      append(all, y);
      k.d_elu(y.data(), dy.data(), x.data(), count, 0.7F);
      append(all, y);
      k.prelu(y.data(), x.data(), dy.data(), count);
      append(all, y);
      Floats slopes = x;
      k.d_prelu(y.data(), slopes.data(), dy.data(), x.data(), x.data(), count);
      append(all, y);
      append(all, slopes);
      return all;
    }));
  }
}

TEST_CASE("batch norm has the same bits on every instruction set") {
  using K = BatchNormKernels;
  for (const int channels : {1, 3, 5, 8, 13, 16, 20, 33, 64, 100}) {
    for (const int pixels : {1, 2, 37, 700}) {
      CAPTURE(channels);
      CAPTURE(pixels);
      const Floats x = normal_floats(size(pixels, channels), 1, 2, 3);
      const Floats dy = normal_floats(size(pixels, channels), 2);
      const Floats a = normal_floats(size(channels, 1), 3);
      const Floats b = normal_floats(size(channels, 1), 4);
      const Floats c = normal_floats(size(channels, 1), 5);
      CHECK(same_bits_on_every_isa<K>([&](const K& k) {
        Doubles mean(a.size()), m2(a.size());
        Floats pivot(a.size());
        k.moments(mean.data(), m2.data(), pivot.data(), x.data(), pixels, channels);
        Floats all;
        append(all, mean);
        append(all, m2);
        return all;
      }));
      CHECK(same_bits_on_every_isa<K>([&](const K& k) {
        Doubles sum(a.size()), product(a.size());
        k.gradient_sums(sum.data(), product.data(), dy.data(), x.data(), a.data(), pixels, channels);
        Floats all;
        append(all, sum);
        append(all, product);
        return all;
      }));
      CHECK(same_bits_on_every_isa<K>([&](const K& k) {
        Floats y(x.size());
        k.normalize(y.data(), x.data(), a.data(), b.data(), c.data(), pixels, channels);
        Floats dx(x.size());
        k.input_gradient(dx.data(), dy.data(), x.data(), a.data(), b.data(), c.data(), a.data(), pixels, channels);
        append(y, dx);
        k.frozen_input_gradient(dx.data(), dy.data(), a.data(), pixels, channels);
        append(y, dx);
        return y;
      }));
    }
  }
}

TEST_CASE("layer norm has the same bits on every instruction set") {
  using K = LayerNormKernels;
  for (const std::size_t width : counts) {
    CAPTURE(width);
    const int columns = static_cast<int>(width);
    const Floats x = normal_floats(3 * width, 1, 2, 3);
    const Floats dy = normal_floats(3 * width, 2);
    const Floats gamma = normal_floats(width, 3);
    CHECK(same_bits_on_every_isa<K>([&](const K& k) {
      Floats y(x.size()), dx(x.size());
      Normal normals[3];
      k.forward(y.data(), normals, x.data(), gamma.data(), gamma.data(), 1e-3, 3, columns);
      Doubles d_gamma(width), d_beta(width);
      k.parameter_gradients(d_gamma.data(), d_beta.data(), dy.data(), x.data(), normals, 3, columns);
      k.input_gradient(dx.data(), dy.data(), x.data(), normals, gamma.data(), 3, columns);
      append(y, d_gamma);
      append(y, d_beta);
      append(y, dx);
      return y;
    }));
  }
}

TEST_CASE("softmax has the same bits on every instruction set") {
  using K = SoftmaxKernels;
  for (const std::size_t classes : counts) {
    const Floats x = normal_floats(3 * classes, 1, 0, 4);
    const Floats dy = normal_floats(3 * classes, 2);
    CHECK(same_bits_on_every_isa<K>([&](const K& k) {
      Floats y(x.size()), dx(x.size()), all;
      k.forward(y.data(), x.data(), 3, classes);
      append(all, y);
      k.backward(dx.data(), dy.data(), y.data(), 3, classes);
      append(all, dx);
      k.log_forward(y.data(), x.data(), 3, classes);
      append(all, y);
      k.log_backward(dx.data(), dy.data(), y.data(), 3, classes);
      append(all, dx);
      return all;
    }));
  }
}

TEST_CASE("elementwise kernels have the same bits on every instruction set") {
  using K = ElementwiseKernels;
  for (const std::size_t count : counts) {
    const Floats a = normal_floats(count, 1);
    const Floats b = normal_floats(count, 2);
    CHECK(same_bits_on_every_isa<K>([&](const K& k) {
      Floats all;
      for (const auto function : {k.add, k.subtract, k.multiply, k.maximum}) {
        Floats y(count);
        function(y.data(), a.data(), b.data(), count);
        append(all, y);
      }
      Floats y = b;
      k.add_scaled(y.data(), a.data(), count, 0.3F);
      append(all, y);
      append(all, Doubles{k.sum_of_squares(a.data(), count)});
      return all;
    }));
  }
}

TEST_CASE("optimizers have the same bits on every instruction set") {
  using K = OptimizerKernels;
  for (const std::size_t count : counts) {
    const Floats g = normal_floats(count, 1);
    const Floats start = normal_floats(count, 2);
    Floats positive = g;
    for (float& value : positive) value *= value;
    // Each rule once, on state of its own.
    CHECK(same_bits_on_every_isa<K>([&](const K& k) {
      Floats all;
      const auto add = [&](const auto& rule) {
        Floats w = start, m = g, v = positive, more = positive;
        rule(w.data(), m.data(), v.data(), more.data());
        for (const Floats& state : {w, m, v, more}) append(all, state);
      };
      using P = float*;
      const float* d = start.data();
      add([&](P w, P m, P v, P) { k.adam(w, m, v, d, count, 0.1F, 0.1F, 0.001F, 1e-7F); });
      add([&](P w, P m, P v, P x) { k.amsgrad(w, m, v, x, d, count, 0.1F, 0.1F, 0.001F, 1e-7F); });
      add([&](P w, P m, P v, P) { k.nadam(w, m, v, d, count, 0.1F, 0.2F, 0.9F, 0.1F, 0.001F, 1e-7F); });
      add([&](P w, P m, P, P) { k.momentum(w, m, d, count, 0.1F, 0.9F, false); });
      add([&](P w, P m, P, P) { k.momentum(w, m, d, count, 0.1F, 0.9F, true); });
      add([&](P w, P, P, P) { k.descend(w, d, count, 0.1F); });
      add([&](P w, P m, P v, P) { k.rmsprop(w, v, m, d, count, 0.1F, 0.1F, 0.9F, 1e-7F); });
      add([&](P w, P m, P, P) { k.momentum_of_gradients(w, m, d, count, 0.1F, 0.9F, false); });
      add([&](P w, P m, P, P) { k.momentum_of_gradients(w, m, d, count, 0.1F, 0.9F, true); });
      add([&](P w, P, P v, P) { k.adagrad(w, v, d, count, 0.1F, 1e-7F); });
      add([&](P w, P, P v, P x) { k.adadelta(w, v, x, d, count, 0.1F, 0.05F, 1e-6F); });
      add([&](P w, P m, P, P) { k.lion(w, m, d, count, 0.1F, 0.9F, 0.1F, 0.99F, 0.01F); });
      add([&](P w, P m, P, P) { k.lookahead(w, m, count, 0.5F); });
      return all;
    }));
  }
}

TEST_CASE("pools have the same bits on every instruction set") {
  using K = PoolKernels;
  for (const int channels : {1, 7, 16, 21, 48}) {
    const PoolShape shape{.in_h = 6,
                          .in_w = 5,
                          .channels = channels,
                          .out_h = 3,
                          .out_w = 3,
                          .pool_h = 3,
                          .pool_w = 3,
                          .stride_h = 2,
                          .stride_w = 2,
                          .pad_h = 0,
                          .pad_w = 1};
    const Floats x = normal_floats(size(6, 5, channels), 1);
    const Floats dy = normal_floats(size(3, 3, channels), 2);
    CHECK(same_bits_on_every_isa<K>([&](const K& k) {
      Floats all, y(dy.size()), dx(x.size());
      std::vector<std::uint8_t> place(y.size());
      k.max_forward(y.data(), place.data(), x.data(), shape);
      append(all, y);
      k.max_backward(dx.data(), dy.data(), place.data(), shape);
      append(all, dx);
      k.average_forward(y.data(), x.data(), shape);
      append(all, y);
      k.average_backward(dx.data(), dy.data(), shape);
      append(all, dx);
      return all;
    }));
  }
}

TEST_CASE("depthwise convolutions have the same bits on every instruction set") {
  using K = DepthwiseKernels;
  for (const int channels : {1, 7, 16, 21, 48}) {
    const DepthwiseShape shape{.channels = channels,
                               .in_h = 9,
                               .in_w = 19,
                               .out_h = 9,
                               .out_w = 19,
                               .kernel_h = 3,
                               .kernel_w = 4,
                               .stride_h = 1,
                               .stride_w = 1,
                               .pad_h = 1,
                               .pad_w = 1,
                               .dilation_h = 1,
                               .dilation_w = 1};
    const Floats x = normal_floats(size(9, 19, channels), 1);
    const Floats kernel = normal_floats(size(3, 4, channels), 2);
    CHECK(same_bits_on_every_isa<K>([&](const K& k) {
      Floats all, y(x.size());
      k.forward(y.data(), x.data(), kernel.data(), kernel.data(), shape, 0, 9);
      append(all, y);
      Floats sums(kernel.size());
      k.backward_kernel(sums.data(), y.data(), x.data(), shape);
      append(all, sums);
      k.backward_data(y.data(), x.data(), kernel.data(), shape);
      append(all, y);
      return all;
    }));
  }
}

TEST_CASE("dense layers' gradients have the same bits on every instruction set") {
  using K = DenseKernels;
  for (const int units : {1, 3, 10, 16}) {
    for (const int inputs : {5, 128, 301}) {
      constexpr int batch = 37;
      const Floats x = normal_floats(size(batch, inputs), 1);
      const Floats dy = normal_floats(size(batch, units), 2);
      const Floats w = normal_floats(size(inputs, units), 3);
      CHECK(same_bits_on_every_isa<K>([&](const K& k) {
        Floats dx(x.size()), dw = w;
        k.backward({dx.data(), inputs}, dw.data(), {dy.data(), units}, {x.data(), inputs}, w.data(), 0, inputs, units,
                   {batch});
        append(dx, dw);
        k.weight_gradient(dw.data(), {dy.data(), units}, {x.data(), inputs}, 0, inputs, units, {batch});
        append(dx, dw);
        return dx;
      }));
    }
  }
}

}  // namespace
}  // namespace convoy::kernels
