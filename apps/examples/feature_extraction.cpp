// Feature extraction: what a layer of a trained network gives is the input of another method, here of the nearest mean
// of a class, without any training.
//
//     build/release/examples/feature_extraction data/mnist

#include <convoy/convoy.h>

#include <cstdio>
#include <limits>
#include <vector>

using namespace convoy;

namespace {

/// The mean of the rows of each class.
std::vector<std::vector<double>> class_means(const std::vector<float>& rows, const Dataset& data, std::size_t size) {
  std::vector<std::vector<double>> means(10, std::vector<double>(size));
  std::vector<int> counts(10);
  for (int n = 0; n < data.size(); ++n) {
    const auto label = static_cast<std::size_t>(data.label(n));
    ++counts[label];
    const std::size_t row = static_cast<std::size_t>(n) * size;
    for (std::size_t i = 0; i < size; ++i) means[label][i] += static_cast<double>(rows[row + i]);
  }
  for (std::size_t k = 0; k < 10; ++k) {
    for (double& value : means[k]) value /= counts[k];
  }
  return means;
}

int nearest_mean(const float* row, const std::vector<std::vector<double>>& means) {
  int best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < means.size(); ++k) {
    double distance = 0;
    for (std::size_t i = 0; i < means[k].size(); ++i) {
      const double difference = static_cast<double>(row[i]) - means[k][i];
      distance += difference * difference;
    }
    if (distance < least) best = static_cast<int>(k);
    least = std::min(least, distance);
  }
  return best;
}

double accuracy_of(Model& model, const std::string& layer, const Dataset& train, const Dataset& test) {
  const std::size_t size = model.output_shape_of(layer).size();
  const auto means = class_means(model.outputs_of(layer, train), train, size);
  const std::vector<float> features = model.outputs_of(layer, test);
  int right = 0;
  for (int n = 0; n < test.size(); ++n) {
    right += nearest_mean(features.data() + static_cast<std::size_t>(n) * size, means) == test.label(n) ? 1 : 0;
  }
  return static_cast<double>(right) / test.size();
}

}  // namespace

int main(int argc, char** argv) {
  const DataSplits data = load_idx(argc > 1 ? argv[1] : "data/mnist");
  Sequential model({28, 28, 1});
  model.add(Flatten{.name = "pixels"})
      .add(Dense{.units = 64, .activation = "relu", .name = "features"})
      .add(Dense{.units = 10, .activation = "softmax"});
  model.compile(Adam{}, SoftmaxCrossEntropy{});
  model.fit(data.train.slice(0, 6000), {.epochs = 5});
  const Dataset train = data.train.slice(6000, 2000);
  const Dataset test = data.test.slice(0, 2000);
  std::printf("nearest class mean: %.3f of pixels, %.3f of learnt features\n",
              accuracy_of(model, "pixels", train, test), accuracy_of(model, "features", train, test));
}
