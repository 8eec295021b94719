#include "kernels/pool.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "support/compare.h"
#include "support/every_isa.h"
#include "support/reference_pool.h"

namespace convoy::kernels {
namespace {

using test::doubles;
using test::Floats;
using test::normal_floats;
using test::not_a_number;
using test::ReferencePool;
using test::relative_distance;

/// Windows that tile the image, overlap, leave a rest, stick out of it, and lie apart.
std::vector<PoolShape> shapes() {
  std::vector<PoolShape> all;
  for (const int channels : {1, 3, 8, 13, 32, 127}) {
    all.push_back({6, 4, channels, 3, 2, 2, 2, 2, 2, 0, 0});
    all.push_back({7, 5, channels, 3, 2, 2, 2, 2, 2, 0, 0});
    all.push_back({7, 6, channels, 5, 4, 3, 3, 1, 1, 0, 0});
    all.push_back({7, 5, channels, 4, 3, 3, 3, 2, 2, 1, 1});
    all.push_back({5, 13, channels, 2, 5, 2, 1, 3, 3, 0, 0});
    all.push_back({1, 1, channels, 1, 1, 3, 3, 2, 2, 1, 1});
  }
  return all;
}

/// Calls check(kernels, reference) for every instruction set and shape.
template <class Check>
void for_every_shape(const Check& check) {
  for (const auto* kernels : test::every_isa<PoolKernels>()) {
    for (const PoolShape& shape : shapes()) {
      CAPTURE(shape.channels);
      CAPTURE(shape.in_w);
      CAPTURE(shape.pool_h);
      CAPTURE(shape.stride_h);
      check(*kernels, ReferencePool{shape});
    }
  }
}

TEST_CASE("max pooling takes the largest of each window, and its gradient goes there") {
  for_every_shape([](const PoolKernels& kernels, const ReferencePool& reference) {
    const Floats x = normal_floats(reference.in_size(), 1);
    const Floats dy = normal_floats(reference.out_size(), 2);
    Floats y(reference.out_size(), not_a_number), dx(reference.in_size(), not_a_number);
    std::vector<std::uint8_t> place(y.size(), 255);
    kernels.max_forward(y.data(), place.data(), x.data(), reference.shape);
    kernels.max_backward(dx.data(), dy.data(), place.data(), reference.shape);
    CHECK(doubles(y) == reference.max(doubles(x)));
    CHECK(relative_distance(dx, reference.max_backward(doubles(dy), doubles(x))) < 1e-6);
  });
}

TEST_CASE("of equal numbers max pooling takes the first") {
  for_every_shape([](const PoolKernels& kernels, const ReferencePool& reference) {
    const Floats x(reference.in_size(), -1.0F);
    const Floats dy = normal_floats(reference.out_size(), 3);
    Floats y(reference.out_size(), not_a_number), dx(reference.in_size(), not_a_number);
    std::vector<std::uint8_t> place(y.size(), 255);
    kernels.max_forward(y.data(), place.data(), x.data(), reference.shape);
    kernels.max_backward(dx.data(), dy.data(), place.data(), reference.shape);
    CHECK(y == Floats(y.size(), -1.0F));
    CHECK(relative_distance(dx, reference.max_backward(doubles(dy), doubles(x))) < 1e-6);
  });
}

TEST_CASE("max pooling does not hide NaN, wherever in a window it is") {
  for (const auto* kernels : test::every_isa<PoolKernels>()) {
    for (const int channels : {1, 13, 32}) {
      for (int pixel = 0; pixel < 4; ++pixel) {
        const PoolShape shape{2, 2, channels, 1, 1, 2, 2, 2, 2, 0, 0};
        const auto width = static_cast<std::size_t>(channels);
        Floats x = normal_floats(4 * width, 6);
        for (std::size_t c = 0; c < width; c += 2) x[static_cast<std::size_t>(pixel) * width + c] = not_a_number;
        Floats y(width);
        std::vector<std::uint8_t> place(width);
        kernels->max_forward(y.data(), place.data(), x.data(), shape);
        for (std::size_t c = 0; c < width; ++c) {
          CHECK(std::isnan(y[c]) == (c % 2 == 0));
          if (c % 2 == 0) CHECK(place[c] == pixel);
        }
      }
    }
  }
}

TEST_CASE("average pooling is the mean of what lies inside the image") {
  for_every_shape([](const PoolKernels& kernels, const ReferencePool& reference) {
    const Floats x = normal_floats(reference.in_size(), 4, 1e3F);
    const Floats dy = normal_floats(reference.out_size(), 5);
    Floats y(reference.out_size(), not_a_number), dx(reference.in_size(), not_a_number);
    kernels.average_forward(y.data(), x.data(), reference.shape);
    kernels.average_backward(dx.data(), dy.data(), reference.shape);
    CHECK(relative_distance(y, reference.average(doubles(x))) < 1e-6);
    CHECK(relative_distance(dx, reference.average_backward(doubles(dy))) < 1e-6);
  });
}

}  // namespace
}  // namespace convoy::kernels
