#include "kernels/gemm.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/random.h"
#include "kernels/matmul.h"
#include "support/compare.h"

namespace convoy::kernels {
namespace {

using test::Floats;

Floats random(int size, std::uint32_t index) {
  Random random(3, Purpose::initial_weights, index);
  Floats values(static_cast<std::size_t>(size));
  for (float& value : values) value = random.normal();
  return values;
}

/// op(M)[row][column]
double at(const Floats& matrix, Transpose transpose, int ld, int row, int column) {
  const int place = transpose == Transpose::yes ? column * ld + row : row * ld + column;
  return double{matrix[static_cast<std::size_t>(place)]};
}

/// Compares with the sums in double; what lies between the rows of C must stay as it was.
void check_product(decltype(&gemm) multiply, Transpose ta, Transpose tb, int m, int n, int k, bool add) {
  const int lda = (ta == Transpose::yes ? m : k) + 3;
  const int ldb = (tb == Transpose::yes ? k : n) + 2;
  const int ldc = n + 1;
  const Floats a = random((ta == Transpose::yes ? k : m) * lda, 1);
  const Floats b = random((tb == Transpose::yes ? n : k) * ldb, 2);
  const Floats before = random(m * ldc, 3);
  Floats c = before;
  multiply(ta, tb, m, n, k, a.data(), lda, b.data(), ldb, add, c.data(), ldc);
  for (int i = 0; i < m; ++i) {
    for (int j = 0; j < ldc; ++j) {
      const std::size_t place =
          static_cast<std::size_t>(i) * static_cast<std::size_t>(ldc) + static_cast<std::size_t>(j);
      double want = j == n || add ? double{before[place]} : 0;
      for (int p = 0; p < k && j < n; ++p) want += at(a, ta, lda, i, p) * at(b, tb, ldb, p, j);
      REQUIRE(double{c[place]} == doctest::Approx(want).epsilon(1e-5));
    }
  }
}

TEST_CASE("gemm and matmul multiply row-major matrices of any size, transposed or not, assigning or adding") {
  struct Size {
    int m, n, k;
  };
  for (const Size& size : {Size{1, 1, 1}, {1, 10, 64}, {13, 1, 7}, {13, 33, 64}, {65, 10, 1}, {65, 33, 127}}) {
    CAPTURE(size.m);
    CAPTURE(size.n);
    CAPTURE(size.k);
    for (const auto multiply : {gemm, matmul}) {
      for (const bool add : {false, true}) {
        check_product(multiply, Transpose::no, Transpose::no, size.m, size.n, size.k, add);
        check_product(multiply, Transpose::no, Transpose::yes, size.m, size.n, size.k, add);
        check_product(multiply, Transpose::yes, Transpose::no, size.m, size.n, size.k, add);
        check_product(multiply, Transpose::yes, Transpose::yes, size.m, size.n, size.k, add);
      }
    }
  }
}

TEST_CASE("matmul adds up several blocks of each size") {
  constexpr int m = 300, n = 75, k = 600;
  const Floats a = random(m * k, 1);
  const Floats b = random(k * n, 2);
  for (const auto& [ta, lda] : {std::pair{Transpose::no, k}, std::pair{Transpose::yes, m}}) {
    for (const auto& [tb, ldb] : {std::pair{Transpose::no, n}, std::pair{Transpose::yes, k}}) {
      Floats c(m * n);
      matmul(ta, tb, m, n, k, a.data(), lda, b.data(), ldb, true, c.data(), n);
      test::Doubles want;
      for (int i = 0; i < m; ++i) {
        for (int j = 0; j < n; ++j) {
          want.push_back(0);
          for (int p = 0; p < k; ++p) want.back() += at(a, ta, lda, i, p) * at(b, tb, ldb, p, j);
        }
      }
      CHECK(test::relative_distance(c, want) < 1e-6);
    }
  }
}

TEST_CASE("gemm and matmul that assign ignore what was in C") {
  const Floats a = {1, 2};
  const Floats b = {3, 4};
  for (const auto multiply : {gemm, matmul}) {
    float c = std::numeric_limits<float>::quiet_NaN();
    multiply(Transpose::no, Transpose::no, 1, 1, 2, a.data(), 2, b.data(), 1, false, &c, 1);
    CHECK(c == 11);
  }
}

TEST_CASE("OpenBLAS names its kernels") { CHECK_FALSE(std::string(blas_core()).empty()); }

}  // namespace
}  // namespace convoy::kernels
