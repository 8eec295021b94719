#include "kernels/gemm.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "core/random.h"
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
void check_gemm(Transpose ta, Transpose tb, int m, int n, int k, bool add) {
  const int lda = (ta == Transpose::yes ? m : k) + 3;
  const int ldb = (tb == Transpose::yes ? k : n) + 2;
  const int ldc = n + 1;
  const Floats a = random((ta == Transpose::yes ? k : m) * lda, 1);
  const Floats b = random((tb == Transpose::yes ? n : k) * ldb, 2);
  const Floats before = random(m * ldc, 3);
  Floats c = before;
  gemm(ta, tb, m, n, k, a.data(), lda, b.data(), ldb, add, c.data(), ldc);
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

TEST_CASE("gemm multiplies row-major matrices of any size, transposed or not, assigning or adding") {
  struct Size {
    int m, n, k;
  };
  for (const Size& size : {Size{1, 1, 1}, {1, 10, 64}, {13, 1, 7}, {13, 33, 64}, {65, 10, 1}, {65, 33, 127}}) {
    CAPTURE(size.m);
    CAPTURE(size.n);
    CAPTURE(size.k);
    for (const bool add : {false, true}) {
      check_gemm(Transpose::no, Transpose::no, size.m, size.n, size.k, add);
      check_gemm(Transpose::no, Transpose::yes, size.m, size.n, size.k, add);
      check_gemm(Transpose::yes, Transpose::no, size.m, size.n, size.k, add);
      check_gemm(Transpose::yes, Transpose::yes, size.m, size.n, size.k, add);
    }
  }
}

TEST_CASE("gemm that assigns ignores what was in C") {
  const Floats a = {1, 2};
  const Floats b = {3, 4};
  float c = std::numeric_limits<float>::quiet_NaN();
  gemm(Transpose::no, Transpose::no, 1, 1, 2, a.data(), 2, b.data(), 1, false, &c, 1);
  CHECK(c == 11);
}

TEST_CASE("OpenBLAS names its kernels") { CHECK_FALSE(std::string(blas_core()).empty()); }

}  // namespace
}  // namespace convoy::kernels
