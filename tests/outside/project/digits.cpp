#include <convoy/convoy.h>

#if __has_include("core/text.h")
#error "the headers of src/ are visible to a user of convoy"
#endif

/// Trains a small network on a few digits; the share of others that it reads.
double digits_accuracy(const char* folder) {
  const convoy::DataSplits data = convoy::load_idx(folder);
  convoy::Sequential model({28, 28, 1});
  model.add(convoy::Conv2D{.filters = 4, .kernel = 3, .activation = "relu"}).add(convoy::MaxPool2D{});
  model.add(convoy::Flatten{}).add(convoy::Dense{.units = 10, .activation = "softmax"});
  model.compile(convoy::Adam{.learning_rate = 0.01}, convoy::SoftmaxCrossEntropy{});
  model.fit(data.train.slice(0, 1000), {.epochs = 2, .batch_size = 32});
  return model.evaluate(data.test.slice(0, 1000)).accuracy;
}
