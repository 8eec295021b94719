// Program E: batch normalisation on the input and after each of two pooled convolutions. The document's own layer took
// its moments over the channels only and never moved its statistics; the right one takes them over batch, height and
// width.
//     e_mnist_bn_maxpool [DATA [EPOCHS [IMAGES]]]

#include <convoy/convoy.h>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) try {
  using namespace convoy;
  const DataSplits data = load_idx(argc > 1 ? argv[1] : "data/mnist");
  const int epochs = argc > 2 ? std::atoi(argv[2]) : 10;
  const int images = argc > 3 ? std::atoi(argv[3]) : 55000;

  Sequential model({28, 28, 1});
  model.add(BatchNorm{})
      .add(Conv2D{.filters = 32, .kernel = 3, .activation = "relu"})
      .add(MaxPool2D{})
      .add(BatchNorm{})
      .add(Conv2D{.filters = 64, .kernel = 3, .activation = "relu"})
      .add(MaxPool2D{})
      .add(BatchNorm{})
      .add(Flatten{})
      .add(Dense{.units = 10});
  model.compile(Adam{}, SoftmaxCrossEntropy{});
  const Summary summary = model.summary();
  std::printf("parameters: %lld, of which %lld are not trained\n",
              static_cast<long long>(summary.trainable + summary.non_trainable),
              static_cast<long long>(summary.non_trainable));
  model.fit(data.train.slice(0, images), {.epochs = epochs, .validation = data.train.slice(55000, 5000)});
  std::printf("test accuracy %.4f\n", model.evaluate(data.test).accuracy);
} catch (const convoy::Error& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
