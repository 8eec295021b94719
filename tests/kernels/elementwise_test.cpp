#include "kernels/elementwise.h"

#include <doctest/doctest.h>

#include <vector>

#include "support/compare.h"
#include "support/every_isa.h"

namespace convoy::kernels {
namespace {

using test::Floats;

TEST_CASE("add adds, also in place") {
  for (const auto* kernels : test::every_isa<ElementwiseKernels>()) {
    for (const std::size_t count : {1U, 13U, 127U}) {
      const Floats a = test::normal_floats(count, 1);
      const Floats b = test::normal_floats(count, 2);
      Floats want(count);
      for (std::size_t i = 0; i < count; ++i) want[i] = a[i] + b[i];
      Floats sum(count);
      kernels->add(sum.data(), a.data(), b.data(), count);
      CHECK(sum == want);
      Floats same = a;
      kernels->add(same.data(), same.data(), b.data(), count);
      CHECK(same == want);
    }
  }
}

TEST_CASE("mask scales what is kept and clears the rest, also in place") {
  for (const auto* kernels : test::every_isa<ElementwiseKernels>()) {
    for (const std::size_t count : {1U, 13U, 127U}) {
      const Floats x = test::normal_floats(count, 3);
      std::vector<unsigned char> keep(count);
      Floats want(count);
      for (std::size_t i = 0; i < count; ++i) {
        keep[i] = static_cast<unsigned char>(i % 3 == 0 ? i % 7 + 1 : 0);
        want[i] = keep[i] != 0 ? x[i] * 1.25F : 0;
      }
      Floats y(count, -1);
      kernels->mask(y.data(), x.data(), keep.data(), count, 1.25F);
      CHECK(y == want);
      Floats same = x;
      kernels->mask(same.data(), same.data(), keep.data(), count, 1.25F);
      CHECK(same == want);
    }
  }
}

}  // namespace
}  // namespace convoy::kernels
