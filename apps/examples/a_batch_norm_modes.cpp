// Program A: 100 random rows of 3 features through batch normalisation. Calling the layer as for prediction divides by
// sqrt(1.001) and nothing more, since the moving statistics are still 0 and 1; it normalises in training mode only.

#include <convoy/convoy.h>

#include <cmath>
#include <cstdio>
#include <random>

namespace {

void describe(const char* title, const std::vector<float>& rows) {
  std::printf("%-34s", title);
  for (std::size_t feature = 0; feature < 3; ++feature) {
    double sum = 0;
    double squares = 0;
    for (std::size_t i = feature; i < rows.size(); i += 3) {
      sum += static_cast<double>(rows[i]);
      squares += static_cast<double>(rows[i]) * static_cast<double>(rows[i]);
    }
    const double mean = sum / 100;
    std::printf("  %8.4f %7.4f", mean, std::sqrt(squares / 100 - mean * mean));
  }
  std::printf("\n");
}

}  // namespace

int main() {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(5, 2);
  std::vector<float> rows(300);
  for (float& value : rows) value = normal(random);
  const auto data = convoy::Dataset::from_floats({3}, rows, std::vector<int>(100));

  convoy::Sequential model({3});
  model.add(convoy::BatchNorm{});
  std::printf("%-34s  %s\n", "mean and deviation of", "feature 1          feature 2          feature 3");
  describe("the input", rows);
  describe("prediction mode: only / sqrt(1.001)", model.forward(data, false));
  describe("training mode: normalised", model.forward(data, true));
  for (int step = 0; step < 1000; ++step) model.forward(data, true);
  describe("prediction after 1000 such batches", model.forward(data, false));
}
