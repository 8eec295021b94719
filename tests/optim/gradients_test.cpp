#include "optim/gradients.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <numeric>

#include "support/compare.h"

using namespace convoy;
using test::normal_floats;

namespace {

ParameterRange range(std::size_t offset, const Shape& shape, double l1 = 0, double l2 = 0, double max_norm = 0) {
  return {offset,
          shape.size(),
          {.name = "w", .shape = shape, .decayed = true, .l1 = l1, .l2 = l2, .max_norm = max_norm},
          true};
}

double norm(const std::vector<float>& values) {
  double squares = 0;
  for (const float v : values) squares += static_cast<double>(v) * static_cast<double>(v);
  return std::sqrt(squares);
}

}  // namespace

TEST_CASE("the largest norm is that of one output, wherever the kernel has it") {
  ThreadPool pool(1);
  ParameterRange kernel = range(0, Shape{2, 2, 2}, 0, 0, 1);
  kernel.declaration.outputs = 2;
  kernel.declaration.output_step = 2;  // the middle axis are the outputs
  std::vector<float> w = {3, 0, 0.5F, 0, 0, 4, 0, 0.5F};
  GradientTools({kernel}, pool).constrain(w);
  const std::vector<float> middle = {0.6F, 0, 0.5F, 0, 0, 0.8F, 0, 0.5F};
  CHECK(test::relative_distance(w, middle) < 1e-6);
  w = {3, 0, 6, 0, 0, 4, 0, 8};
  GradientTools({kernel}, pool).constrain(w);
  const std::vector<float> both = {0.6F, 0, 0.6F, 0, 0, 0.8F, 0, 0.8F};
  CHECK(test::relative_distance(w, both) < 1e-6);
  kernel.declaration.outputs = 4;  // the last two axes are
  kernel.declaration.output_step = 1;
  w = {3, 0, 0.5F, 0, 4, 0.5F, 0, 0.5F};
  GradientTools({kernel}, pool).constrain(w);
  const std::vector<float> last_two = {0.6F, 0, 0.5F, 0, 0.8F, 0.5F, 0, 0.5F};
  CHECK(test::relative_distance(w, last_two) < 1e-6);
}

TEST_CASE("regularisers add their penalty and its gradient to their own tensor only") {
  ThreadPool pool(2);
  GradientTools tools({range(0, Shape{2}, 0.5, 0.25), range(16, Shape{2})}, pool);
  std::vector<float> w(18);
  std::vector<float> g(18, 1.0F);
  w[0] = 2;
  w[1] = -3;
  w[16] = 7;
  CHECK(tools.regularise(w, g) == doctest::Approx(0.5 * 5 + 0.25 * 13));
  CHECK(g[0] == 1 + 0.5F + 0.5F * 2);
  CHECK(g[1] == 1 - 0.5F - 0.5F * 3);
  CHECK(g[16] == 1);
}

TEST_CASE("each regulariser counts also by itself, and none is no penalty") {
  ThreadPool pool(1);
  const auto regularised = [&](double l1, double l2, std::vector<float>& g) {
    const std::vector<float> w = {2, -3};
    return GradientTools({range(0, Shape{2}, l1, l2)}, pool).regularise(w, g);
  };
  std::vector<float> g(2);
  CHECK(regularised(0, 0, g) == 0);
  CHECK(g == std::vector<float>{0, 0});
  CHECK(regularised(0.5, 0, g) == 2.5);
  CHECK(g == std::vector<float>{0.5F, -0.5F});
  CHECK(regularised(0, 0.25, g) == 3.25);
  CHECK(g == std::vector<float>{1.5F, -2});
}

TEST_CASE("at 0 the L1 penalty has no slope") {
  ThreadPool pool(1);
  GradientTools tools({range(0, Shape{2}, 0.5)}, pool);
  std::vector<float> w = {0, -0.0F};
  std::vector<float> g = {1, 2};
  CHECK(tools.regularise(w, g) == 0);
  CHECK(g == std::vector<float>{1, 2});
}

TEST_CASE("clipping by norm keeps the direction and leaves small gradients alone") {
  ThreadPool pool(2);
  GradientTools tools({range(0, Shape{100, 1000})}, pool);
  std::vector<float> g = normal_floats(100000, 0);
  const std::vector<float> before = g;
  tools.clip_norm(g, tools.norm(g), 2 * norm(before));
  CHECK(g == before);
  CHECK(tools.norm(g) == doctest::Approx(norm(before)));
  tools.clip_norm(g, tools.norm(g), 1);
  CHECK(norm(g) == doctest::Approx(1).epsilon(1e-5));
  CHECK(static_cast<double>(g[5] / before[5]) == doctest::Approx(1 / norm(before)).epsilon(1e-5));
}

TEST_CASE("clipping by value limits each number") {
  ThreadPool pool(2);
  GradientTools tools({range(0, Shape{4})}, pool);
  std::vector<float> g = {-3, -0.5F, 0.5F, 3};
  tools.clip_value(g, 1);
  CHECK(g == std::vector<float>{-1, -0.5F, 0.5F, 1});
}

TEST_CASE("max-norm shortens the columns that are too long") {
  ThreadPool pool(2);
  GradientTools tools({range(0, Shape{2, 2}, 0, 0, 1)}, pool);
  std::vector<float> w = {3, 0.1F, 4, 0.2F};  // columns (3, 4) and (0.1, 0.2)
  tools.constrain(w);
  CHECK(w[0] == doctest::Approx(0.6));
  CHECK(w[2] == doctest::Approx(0.8));
  CHECK(w[1] == 0.1F);
}

TEST_CASE("max-norm leaves a column of that very norm as it is") {
  ThreadPool pool(1);
  GradientTools tools({range(0, Shape{2, 1}, 0, 0, 5)}, pool);
  std::vector<float> w = {30, 40};
  tools.constrain(w);
  CHECK(w[0] == doctest::Approx(3));
  w = {3, 4};
  tools.constrain(w);
  CHECK(w == std::vector<float>{3, 4});
  // For norms so small Keras's epsilon, which is added to what is too long, makes a difference.
  constexpr float small = 1.0F / 4096;
  GradientTools smaller({range(0, Shape{1, 1}, 0, 0, double{small})}, pool);
  w = {small};
  smaller.constrain(w);
  CHECK(w[0] == small);
  w = {2 * small};
  smaller.constrain(w);
  CHECK(w[0] == doctest::Approx(2 * double{small} * (double{small} / (2 * double{small} + 1e-7))).epsilon(1e-6));
}

TEST_CASE("sums have the same bits for every number of threads") {
  const auto clipped = [](int threads) {
    ThreadPool pool(threads);
    GradientTools tools({range(0, Shape{333, 333}, 1e-3, 1e-3)}, pool);
    const std::vector<float> w = normal_floats(333 * 333, 0);
    std::vector<float> g = w;
    g.push_back(static_cast<float>(tools.regularise(w, g)));
    tools.clip_norm(g, tools.norm(g), 0.5);
    return g;
  };
  const auto one = clipped(1);
  for (const int threads : {2, 3, 4}) CHECK(clipped(threads) == one);
}
