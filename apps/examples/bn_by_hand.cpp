// The worked examples of batch normalisation, corrected, step by step: mean, variance (over n), normalised values, and
// gamma * x + beta; first by hand in double, then by the library's layer.

#include <convoy/convoy.h>

#include <cmath>
#include <cstdio>
#include <numeric>

namespace {

struct Example {
  const char* title;
  std::vector<float> values;
  float gamma;
  float beta;
};

std::vector<float> counting(int first, int step, int count) {
  std::vector<float> values;
  for (int i = 0; i < count; ++i) values.push_back(static_cast<float>(first + i * step));
  return values;
}

void print(const char* label, const std::vector<float>& values) {
  std::printf("  %-30s", label);
  if (values.size() > 6) {
    std::printf("%.4f ... %.4f\n", static_cast<double>(values.front()), static_cast<double>(values.back()));
    return;
  }
  for (const float value : values) std::printf("%.4f ", static_cast<double>(value));
  std::printf("\n");
}

void by_hand(const Example& example) {
  const auto count = static_cast<double>(example.values.size());
  const double mean = std::accumulate(example.values.begin(), example.values.end(), 0.0) / count;
  double squares = 0;
  for (const float value : example.values)
    squares += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
  const double variance = squares / count;
  std::printf(
      "%s\n  mean = sum / n = %.2f\n  variance = sum (x - mean)^2 / n = %.4f\n  deviation = sqrt(variance) = %.4f\n",
      example.title, mean, variance, std::sqrt(variance));
  std::vector<float> normalised;
  std::vector<float> scaled;
  for (const float value : example.values) {
    const double x = (static_cast<double>(value) - mean) / std::sqrt(variance);
    normalised.push_back(static_cast<float>(x));
    scaled.push_back(static_cast<float>(static_cast<double>(example.gamma) * x + static_cast<double>(example.beta)));
  }
  print("(x - mean) / deviation:", normalised);
  std::printf("  with gamma %g and beta %g:\n", static_cast<double>(example.gamma), static_cast<double>(example.beta));
  print("gamma * x + beta:", scaled);
}

void by_library(const Example& example) {
  convoy::Sequential model({1});
  model.add(convoy::BatchNorm{.epsilon = 1e-10, .name = "norm"});
  model.tensor("norm/gamma")[0] = example.gamma;
  model.tensor("norm/beta")[0] = example.beta;
  const auto data = convoy::Dataset::from_floats({1}, example.values, std::vector<int>(example.values.size()));
  print("the layer, in training mode:", model.forward(data, true));
  std::printf("\n");
}

}  // namespace

int main() {
  const std::vector<Example> examples = {
      {"1, 2, 3 ... 100", counting(1, 1, 100), 2, 3}, {"2, 4, 6 ... 200", counting(2, 2, 100), 2, 3},
      {"3, 6, 9 ... 300", counting(3, 3, 100), 2, 3}, {"1, 2, 3", counting(1, 1, 3), 2, 1},
      {"2, 4, 6", counting(2, 2, 3), 2, 1},
  };
  for (const Example& example : examples) {
    by_hand(example);
    by_library(example);
  }
  std::printf("For a convolution's output the mean runs over batch, height and width, by channel.\n");
}
