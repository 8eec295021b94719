#include "graph/initializers.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "convoy/error.h"

using namespace convoy;

namespace {

struct Moments2 {
  double mean;
  double deviation;
  double largest;
};

Moments2 draw(const std::string& name, int fan_in, int fan_out) {
  std::vector<float> values(50000);
  initialise(values,
             {.name = "kernel", .shape = Shape{50000}, .initializer = name, .fan_in = fan_in, .fan_out = fan_out}, 3,
             1);
  double sum = 0;
  double squares = 0;
  double largest = 0;
  for (const double value : values) {
    sum += value;
    squares += value * value;
    largest = std::max(largest, std::abs(value));
  }
  const double mean = sum / 50000;
  return {mean, std::sqrt(squares / 50000 - mean * mean), largest};
}

}  // namespace

TEST_CASE("initialisers have the moments that their papers give") {
  const auto near = [](double value, double expected) { return std::abs(value - expected) < 0.02 * expected; };
  const Moments2 glorot = draw("glorot_uniform", 288, 576);
  const double limit = std::sqrt(6.0 / (288 + 576));
  CHECK(glorot.largest <= limit);
  CHECK(near(glorot.largest, limit));
  CHECK(near(glorot.deviation, limit / std::sqrt(3.0)));
  CHECK(std::abs(glorot.mean) < 0.001);
  CHECK(near(draw("glorot_normal", 288, 576).deviation, std::sqrt(2.0 / (288 + 576))));
  CHECK(near(draw("he_normal", 100, 7).deviation, std::sqrt(2.0 / 100)));
  CHECK(near(draw("he_uniform", 100, 7).deviation, std::sqrt(2.0 / 100)));
  CHECK(near(draw("lecun_normal", 100, 7).deviation, 0.1));
  CHECK(near(draw("lecun_uniform", 100, 7).deviation, 0.1));
  CHECK(near(draw("random_normal", 1, 1).deviation, 0.05));
  CHECK(draw("random_uniform", 1, 1).largest <= 0.05);
  CHECK(draw("zeros", 1, 1).largest == 0);
  CHECK(draw("ones", 1, 1).mean == 1);
}

TEST_CASE("truncated normals stay within two deviations of the untruncated one") {
  CHECK(draw("he_normal", 100, 7).largest <= 2 * std::sqrt(2.0 / 100) / 0.8796 + 1e-6);
}

TEST_CASE("a number in brackets is the deviation, the limit or the constant") {
  const auto near = [](double value, double expected) { return std::abs(value - expected) < 0.02 * expected; };
  CHECK(near(draw("random_normal(0.3)", 1, 1).deviation, 0.3));
  CHECK(draw("random_normal(0.3)", 1, 1).largest > 0.9);
  CHECK(near(draw("truncated_normal(0.3)", 1, 1).deviation, 0.3 * 0.8796));
  CHECK(near(draw("truncated_normal(0.3)", 1, 1).largest, 0.6));
  CHECK(near(draw("random_uniform(2)", 1, 1).largest, 2));
  CHECK(draw("constant(-0.5)", 1, 1).mean == -0.5);
  CHECK(draw("constant", 1, 1).largest == 0);
  CHECK(near(draw("truncated_normal", 1, 1).deviation, 0.05 * 0.8796));
  for (const char* wrong :
       {"he_normal(2)", "constant()", "constant(x)", "constant(1", "constant(1)x", "constant(inf)"}) {
    CHECK_THROWS_AS(draw(wrong, 1, 1), Error);
  }
}

TEST_CASE("an unknown initialiser is an error that lists the known ones") {
  std::vector<float> values(1);
  CHECK_THROWS_WITH_AS(
      initialise(values, {.name = "kernel", .shape = Shape{1}, .initializer = "glorot"}, 1, 0),
      "unknown initializer \"glorot\": expected zeros, ones, glorot_uniform, glorot_normal, he_uniform, "
      "he_normal, lecun_uniform, lecun_normal, random_normal, random_uniform, truncated_normal, variance_scaling, "
      "orthogonal, dirac or constant",
      Error);
}

TEST_CASE("orthogonal matrices have upright columns, or rows where these are fewer") {
  for (const Shape& shape : {Shape{3, 3, 4, 8}, Shape{5, 20}, Shape{7, 7}}) {
    CAPTURE(shape.text());
    std::vector<float> values(shape.size());
    initialise(values, {.name = "kernel", .shape = shape, .initializer = "orthogonal(2)"}, 5, 1);
    const auto columns = static_cast<std::size_t>(shape.last());
    const std::size_t rows = values.size() / columns;
    const bool upright = rows >= columns;
    const std::size_t count = upright ? columns : rows;
    const auto at = [&](std::size_t vector, std::size_t i) {
      return static_cast<double>(upright ? values[i * columns + vector] : values[vector * columns + i]);
    };
    for (std::size_t a = 0; a < count; ++a) {
      for (std::size_t b = 0; b <= a; ++b) {
        double product = 0;
        for (std::size_t i = 0; i < (upright ? rows : columns); ++i) product += at(a, i) * at(b, i);
        CHECK(product == doctest::Approx(a == b ? 4 : 0).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("dirac passes channels on, variance_scaling takes a factor of the variance") {
  std::vector<float> kernel(3 * 3 * 2 * 3);
  initialise(kernel, {.name = "kernel", .shape = Shape{3, 3, 2, 3}, .initializer = "dirac"}, 1, 1);
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const bool centre = i / 6 == 4;
    CHECK(kernel[i] == (centre && (i % 6 == 0 || i % 6 == 4) ? 1.0F : 0.0F));
  }
  CHECK_THROWS_AS(draw("dirac", 1, 1), Error);
  CHECK(draw("variance_scaling(2)", 100, 7).deviation == doctest::Approx(std::sqrt(2.0 / 100)).epsilon(0.02));
  CHECK(draw("variance_scaling", 100, 7).deviation == doctest::Approx(0.1).epsilon(0.02));
}
