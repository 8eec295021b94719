#include "kernels/dense.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "support/compare.h"
#include "support/every_isa.h"
#include "support/reference_dense.h"

namespace convoy::kernels {
namespace {

using test::Doubles;
using test::doubles;
using test::Floats;
using test::normal_floats;
using test::not_a_number;
using test::relative_distance;

/// Rows with NaN between them: who reads or adds them shows it.
struct Padded {
  std::size_t count, size, stride;
  Floats values;

  Padded(std::size_t rows, std::size_t row_size)
      : count(rows), size(row_size), stride(row_size + 5), values(rows * stride, not_a_number) {}
  Padded(std::size_t rows, const Floats& dense) : Padded(rows, dense.size() / rows) {
    for (std::size_t i = 0; i < dense.size(); ++i) values[i / size * stride + i % size] = dense[i];
  }
  Rows<float> rows() { return {values.data(), static_cast<std::ptrdiff_t>(stride)}; }
  Rows<const float> view() const { return {values.data(), static_cast<std::ptrdiff_t>(stride)}; }
  Floats dense() const {
    Floats all;
    for (std::size_t i = 0; i < count * size; ++i) all.push_back(values[i / size * stride + i % size]);
    return all;
  }
  bool margins_untouched() const {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i % stride >= size && values[i] == values[i]) return false;
    }
    return true;
  }
};

/// Calls check(kernels, reference) for every instruction set and size.
template <class Check>
void for_every_dense(const Check& check) {
  for (const auto* kernels : test::every_isa<DenseKernels>()) {
    for (const std::size_t batch : {1U, 2U, 5U, 32U}) {
      for (const std::size_t inputs : {1U, 13U, 127U, 700U}) {
        for (const std::size_t units : {1U, 2U, 3U, 5U, 10U, 11U, 16U}) {
          CAPTURE(batch);
          CAPTURE(inputs);
          CAPTURE(units);
          check(*kernels, test::ReferenceDense{batch, inputs, units});
        }
      }
    }
  }
}

/// Where a sweep may cut the inputs.
int middle(std::size_t inputs) { return static_cast<int>(inputs / 2 / 16 * 16); }

TEST_CASE("partial dot products of all inputs add up to the reference's output") {
  for_every_dense([](const DenseKernels&, const test::ReferenceDense& reference) {
    const auto [batch, inputs, units] = reference;
    const Floats x = normal_floats(batch * inputs, 1);
    const Floats w = normal_floats(inputs * units, 2);
    const Padded rows(batch, x);
    Floats sum(batch * units);
    const int cuts[] = {0, middle(inputs), static_cast<int>(inputs)};
    for (int part = 0; part < 2; ++part) {
      Padded partial(batch, units);
      few_units_forward(partial.rows(), rows.view(), w.data(), cuts[part], cuts[part + 1], static_cast<int>(units),
                        static_cast<int>(batch));
      CHECK(partial.margins_untouched());
      const Floats added = partial.dense();
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += added[i];
    }
    CHECK(relative_distance(sum, reference.forward(doubles(x), doubles(w), {})) < 1e-5);
  });
}

TEST_CASE("backward assigns dx and adds to dw as the reference does") {
  for_every_dense([](const DenseKernels& kernels, const test::ReferenceDense& reference) {
    const auto [batch, inputs, units] = reference;
    const Floats x = normal_floats(batch * inputs, 3);
    const Floats w = normal_floats(inputs * units, 4);
    const Floats dy = normal_floats(batch * units, 5);
    const Floats dw_before = normal_floats(inputs * units, 6);
    Floats dw = dw_before;
    Padded dx(batch, inputs);
    const Padded x_rows(batch, x);
    const Padded dy_rows(batch, dy);
    const int cuts[] = {0, middle(inputs), static_cast<int>(inputs)};
    for (int part = 0; part < 2; ++part) {
      kernels.backward(dx.rows(), dw.data(), dy_rows.view(), x_rows.view(), w.data(), cuts[part], cuts[part + 1],
                       static_cast<int>(units), {static_cast<int>(batch)});
    }
    auto want = reference.backward(doubles(dy), doubles(x), doubles(w));
    for (std::size_t i = 0; i < dw.size(); ++i) want.kernel[i] += double{dw_before[i]};
    CHECK(relative_distance(dx.dense(), want.x) < 1e-5);
    CHECK(relative_distance(dw, want.kernel) < 1e-5);
    CHECK(dx.margins_untouched());
  });
}

TEST_CASE("either gradient may be left out, and the other is the same") {
  for (const auto* kernels : test::every_isa<DenseKernels>()) {
    constexpr std::size_t batch = 5, inputs = 127, units = 10;
    const Padded x(batch, normal_floats(batch * inputs, 7));
    const Padded dy(batch, normal_floats(batch * units, 8));
    const Floats w = normal_floats(inputs * units, 9);
    Padded dx(batch, inputs), dx_alone(batch, inputs);
    Floats dw(w.size()), dw_alone(w.size());
    kernels->backward(dx.rows(), dw.data(), dy.view(), x.view(), w.data(), 0, inputs, units, {batch});
    kernels->backward(dx_alone.rows(), nullptr, dy.view(), x.view(), w.data(), 0, inputs, units, {batch});
    kernels->backward({nullptr, 0}, dw_alone.data(), dy.view(), x.view(), w.data(), 0, inputs, units, {batch});
    CHECK(dx.dense() == dx_alone.dense());
    CHECK(dw == dw_alone);
  }
}

/// x^T dy, each group's part by itself, then the parts as a balanced tree.
Floats sum_as_tree(const SampleGroups& groups, const Floats& x, const Floats& dy, std::size_t inputs,
                   std::size_t units) {
  std::vector<Floats> sums(static_cast<std::size_t>(groups.count));
  const auto part = [&](SampleGroups::Sum of) {
    Floats& sum = sums[static_cast<std::size_t>(of.group)];
    sum.resize(inputs * units);
    for (int n = groups.begin(of.group); n < groups.begin(of.group + 1); ++n) {
      const auto sample = static_cast<std::size_t>(n);
      for (std::size_t i = 0; i < sum.size(); ++i) {
        sum[i] += x[sample * inputs + i / units] * dy[sample * units + i % units];
      }
    }
  };
  groups.reduce(part, [&](SampleGroups::Sum left, SampleGroups::Sum right) {
    Floats& sum = sums[static_cast<std::size_t>(left.group)];
    const Floats& more = sums[static_cast<std::size_t>(right.group)];
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += more[i];
  });
  return sums[0];
}

TEST_CASE("the weights' gradient is a balanced tree over groups of samples, to the bit") {
  for (const auto* kernels : test::every_isa<DenseKernels>()) {
    for (const int count : {1, 2, 8, 64}) {
      for (const std::size_t batch : {1U, 3U, 8U, 33U}) {
        for (const std::size_t units : {1U, 10U, 16U, 17U, 39U, 64U, 131U}) {
          CAPTURE(count);
          CAPTURE(batch);
          CAPTURE(units);
          constexpr std::size_t inputs = 131;
          // Few bits, so that products are exact, fused or not, of several magnitudes, so that sums are rounded.
          Floats x = normal_floats(batch * inputs, 15);
          Floats dy = normal_floats(batch * units, 16);
          for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::ldexp(std::round(x[i] * 8), 4 * int(i / inputs % 4));
          for (float& value : dy) value = std::round(value * 8) + 1.0F / 16384;
          const SampleGroups groups{static_cast<int>(batch), count};
          const Floats want = sum_as_tree(groups, x, dy, inputs, units);
          const Padded x_rows(batch, x), dy_rows(batch, dy);
          Floats dw(inputs * units);
          for (const int cut : {0, 64}) {
            kernels->weight_gradient(dw.data(), dy_rows.view(), x_rows.view(), cut, cut == 0 ? 64 : int{inputs},
                                     static_cast<int>(units), groups);
          }
          CHECK(dw == want);
          if (units > most_few_units) continue;
          const Floats w(inputs * units);
          Floats few(inputs * units);
          kernels->backward({nullptr, 0}, few.data(), dy_rows.view(), x_rows.view(), w.data(), 0, inputs,
                            static_cast<int>(units), groups);
          CHECK(few == want);
        }
      }
    }
  }
}

TEST_CASE("a sample's dot products do not depend on the batch it is in") {
  constexpr std::size_t batch = 71, inputs = 613, units = 10;
  const Floats x = normal_floats(batch * inputs, 10);
  const Floats w = normal_floats(inputs * units, 11);
  Padded together(batch, units);
  few_units_forward(together.rows(), Padded(batch, x).view(), w.data(), 0, inputs, units, batch);
  const Floats all = together.dense();
  for (std::size_t n = 0; n < batch; ++n) {
    Floats alone(units);
    few_units_forward({alone.data(), units}, {x.data() + n * inputs, inputs}, w.data(), 0, inputs, units, 1);
    CHECK(std::equal(alone.begin(), alone.end(), all.begin() + static_cast<std::ptrdiff_t>(n * units)));
  }
}

TEST_CASE("the reference's gradients are those of its forward pass") {
  const test::ReferenceDense reference{3, 5, 4};
  const Doubles x = doubles(normal_floats(15, 12));
  const Doubles w = doubles(normal_floats(20, 13));
  const Doubles bias = doubles(normal_floats(4, 14));
  const Doubles d_y = doubles(normal_floats(12, 15));
  const auto d = reference.backward(d_y, x, w);
  const auto loss = [&](const Doubles& x_, const Doubles& w_, const Doubles& bias_) {
    return test::weighted_sum(reference.forward(x_, w_, bias_), d_y);
  };
  CHECK(test::numeric_gradient_error(d.x, x, [&](const Doubles& at) { return loss(at, w, bias); }) < 1e-6);
  CHECK(test::numeric_gradient_error(d.kernel, w, [&](const Doubles& at) { return loss(x, at, bias); }) < 1e-6);
  CHECK(test::numeric_gradient_error(d.bias, bias, [&](const Doubles& at) { return loss(x, w, at); }) < 1e-6);
}

}  // namespace
}  // namespace convoy::kernels
