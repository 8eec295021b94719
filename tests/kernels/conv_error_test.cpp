// How far each engine of a 3x3 convolution is from the double-precision reference, by norm, and how far it may be.

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "kernels/conv.h"
#include "support/compare.h"
#include "support/reference_conv.h"

namespace convoy::kernels {
namespace {

using test::Doubles;
using test::Floats;
using test::normal_floats;
using test::relative_distance;

double square_norm(const Doubles& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return sum;
}

/// 1, point, point^2, ...: so many powers.
Doubles powers(double point, std::size_t count) {
  Doubles all(count, 1.0);
  for (std::size_t i = 1; i < count; ++i) all[i] = all[i - 1] * point;
  return all;
}

/// The coefficients of the polynomial with these roots but root `without`.
Doubles polynomial(const Doubles& roots, std::size_t without) {
  Doubles coefficients = {1.0};
  for (std::size_t r = 0; r < roots.size(); ++r) {
    if (r == without) continue;
    coefficients.insert(coefficients.begin(), 0.0);
    for (std::size_t i = 0; i + 1 < coefficients.size(); ++i) coefficients[i] -= roots[r] * coefficients[i + 1];
  }
  return coefficients;
}

/// By how much Winograd's F(m x m, 3x3) at these points and infinity enlarges rounding errors. The result is a sum of
/// numbers A[k][i] (G g)[k] (B^T d)[k]; of kernels and images whose numbers are independent and have variance 1, one
/// has the variance A[k][i]^2 |G[k]|^2 |B[k]|^2. All of a tile's together, over the 3 m products that they stand for,
/// are what an axis adds to the variance, so the growth of the deviation by two axes.
double growth(const Doubles& points) {
  const std::size_t outputs = points.size() - 1;
  double variance = square_norm(polynomial(points, points.size()));  // at infinity A and G are 1
  for (std::size_t k = 0; k < points.size(); ++k) {
    const Doubles others = polynomial(points, k);
    double scale = 0;  // the others' polynomial at this point, by which G divides
    for (std::size_t i = 0; i < others.size(); ++i) scale += others[i] * powers(points[k], others.size())[i];
    variance += square_norm(powers(points[k], outputs)) * square_norm(powers(points[k], 3)) / (scale * scale) *
                square_norm(others);
  }
  return variance / (3.0 * static_cast<double>(outputs));
}

struct Candidate {
  std::string name;
  std::unique_ptr<const ConvEngine> engine;
  double growth;
  int tile;        ///< outputs whose products are added up before a sum over pixels
  int taps;        ///< of the kernel, whose products a sum over channels holds
  int transforms;  ///< roundings of a number on its way through the transforms
};

std::vector<Candidate> candidates(const ConvShape& shape) {
  std::vector<Candidate> all;
  all.push_back({"blas", make_blas_conv(shape), 1, 1, 9, 0});
  all.push_back({"direct", make_direct_conv(shape), 1, 1, 9, 0});
  // Three transforms, of two axes each; a number takes part in up to 2 roundings of an axis of F(2x2), 4 of F(4x4).
  all.push_back({"F(2x2)", make_winograd_conv(shape, WinogradTile::f2), growth({0, 1, -1}), 2, 1, 3 * 2 * 2});
  all.push_back(
      {"F(4x4)", make_winograd_conv(shape, WinogradTile::f4), growth({0, 0.625, -0.625, 1.5, -1.5}), 4, 1, 3 * 2 * 4});
  return all;
}

/// The relative error of a sum whose terms go through `roundings` roundings: each changes a number by up to 2^-24 of
/// it, their signs are independent, and no partial sum is larger than the sum.
double bound(double growth, int roundings) { return std::ldexp(growth * std::sqrt(roundings), -24); }

Floats packed(std::size_t floats, const Floats& kernel) { return floats == 0 ? kernel : Floats(floats); }

void check_error(const Candidate& c, const std::string& pass, const Floats& found, const Doubles& wanted, int terms) {
  const double error = relative_distance(found, wanted);
  const double allowed = bound(c.growth, terms + c.transforms);
  MESSAGE(pass << " " << c.name << ": error " << error << ", bound " << allowed);
  CHECK(error < allowed);
}

void check_errors(const ConvShape& s, const Candidate& c) {
  const test::ReferenceConv reference{s};
  const Floats x = normal_floats(s.in_floats(), 1), kernel = normal_floats(s.kernel_floats(), 2);
  const Floats d_y = normal_floats(s.out_floats(), 3);
  Floats scratch(c.engine->scratch_floats());
  Floats y(s.out_floats()), d_x(s.in_floats()), d_kernel(s.kernel_floats());
  Floats weights = packed(c.engine->forward_weights_floats(), kernel);
  c.engine->pack_forward(weights.data(), kernel.data());
  c.engine->forward(y.data(), x.data(), weights.data(), nullptr, scratch.data(), {0, s.out_h});
  check_error(c, "forward", y, reference.forward(x, kernel, Floats{}), c.taps * s.in_c);

  weights = packed(c.engine->backward_weights_floats(), kernel);
  c.engine->pack_backward(weights.data(), kernel.data());
  c.engine->backward_data(d_x.data(), d_y.data(), weights.data(), scratch.data());
  check_error(c, "d_x", d_x, reference.backward_data(d_y, kernel), c.taps * s.out_c);

  const int tap = s.in_c * s.out_c;
  Floats sums(static_cast<std::size_t>(c.engine->sum_planes() * tap));
  c.engine->backward_kernel(sums.data(), d_y.data(), x.data(), scratch.data());
  c.engine->add_kernel_gradient(d_kernel.data(), sums.data());
  const int tiles = (s.out_h + c.tile - 1) / c.tile * ((s.out_w + c.tile - 1) / c.tile);
  check_error(c, "d_kernel", d_kernel, reference.backward_kernel(d_y, x), tiles);
}

TEST_CASE("the rounding errors of convolution engines are as small as their arithmetic promises") {
  const ConvShape shapes[] = {conv_shape({26, 26, 32}, {.filters = 64, .kernel = {3, 3}}),
                              conv_shape({15, 13, 16}, {.filters = 16, .kernel = {3, 3}, .same = true})};
  for (const ConvShape& s : shapes) {
    CAPTURE(s.in_h);
    for (const Candidate& c : candidates(s)) check_errors(s, c);
  }
  CHECK(growth({0, 1, -1}) == doctest::Approx(5.0 / 3));
  CHECK(growth({0, 1, -1, 2, -2}) == doctest::Approx(10.77).epsilon(1e-3));
  CHECK(growth({0, 0.625, -0.625, 1.5, -1.5}) == doctest::Approx(4.78).epsilon(1e-3));
}

}  // namespace
}  // namespace convoy::kernels
