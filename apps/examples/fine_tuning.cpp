// Fine-tuning: a network learns the digits 0 to 4; then its convolutions are frozen, and a new head on top of them
// learns 5 to 9 from few samples, beside the same network from scratch.
//
//     build/release/examples/fine_tuning data/mnist

#include <convoy/convoy.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

using namespace convoy;

namespace {

/// The samples of digits `first` to `first` + 4, at most `count`, with the classes 0 to 4.
Dataset five_digits(const Dataset& data, int first, int count) {
  const std::size_t size = data.shape().size();
  std::vector<std::uint8_t> images;
  std::vector<int> labels;
  for (int i = 0; i < data.size() && static_cast<int>(labels.size()) < count; ++i) {
    const int digit = data.label(i) - first;
    if (digit < 0 || digit >= 5) continue;
    const auto begin = data.storage().bytes.begin() + static_cast<std::ptrdiff_t>(size) * data.index(i);
    images.insert(images.end(), begin, begin + static_cast<std::ptrdiff_t>(size));
    labels.push_back(digit);
  }
  return Dataset::from_bytes(data.shape(), std::move(images), std::move(labels));
}

Sequential network(const std::string& head, bool train_body) {
  Sequential model({28, 28, 1});
  model.add(Conv2D{.filters = 16, .activation = "relu", .trainable = train_body, .name = "conv1"})
      .add(MaxPool2D{})
      .add(Conv2D{.filters = 32, .activation = "relu", .trainable = train_body, .name = "conv2"})
      .add(MaxPool2D{})
      .add(Flatten{})
      .add(Dense{.units = 5, .activation = "softmax", .name = head});
  model.compile(Adam{}, SoftmaxCrossEntropy{});
  return model;
}

}  // namespace

int main(int argc, char** argv) {
  const DataSplits data = load_idx(argc > 1 ? argv[1] : "data/mnist");
  const Dataset few = five_digits(data.train, 5, 50);
  const Dataset test = five_digits(data.test, 5, 5000);
  const std::filesystem::path file = std::filesystem::temp_directory_path() / "convoy_five_digits.safetensors";

  Sequential body = network("first_head", true);
  body.fit(five_digits(data.train, 0, 10000), {.epochs = 3});
  body.save(file);

  Sequential tuned = network("second_head", false);
  const TakenWeights weights = tuned.take_weights(file);
  std::filesystem::remove(file);
  for (const std::string& name : weights.taken) std::printf("taken %s\n", name.c_str());
  for (const std::string& name : weights.kept) std::printf("kept %s\n", name.c_str());
  tuned.fit(few, {.epochs = 40});

  Sequential scratch = network("second_head", true);
  scratch.fit(few, {.epochs = 40});
  std::printf("digits 5 to 9 from 50 samples: fine-tuned %.3f, from scratch %.3f\n", tuned.evaluate(test).accuracy,
              scratch.evaluate(test).accuracy);
}
