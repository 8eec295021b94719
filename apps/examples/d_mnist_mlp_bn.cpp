// Program D: 784 inputs, a hidden layer of ReLUs with batch normalisation, softmax cross-entropy, Adam at 1e-3, about
// 1000 steps. The document's moving statistics were never updated, so its predictions were not normalised; these are.
//     d_mnist_mlp_bn [DATA [IMAGES]]

#include <convoy/convoy.h>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) try {
  using namespace convoy;
  const DataSplits data = load_idx(argc > 1 ? argv[1] : "data/mnist");
  const int images = argc > 2 ? std::atoi(argv[2]) : 60000;

  Sequential model({28, 28, 1});
  model.add(Flatten{})
      .add(Dense{.units = 100, .activation = "relu"})
      .add(BatchNorm{.name = "norm"})
      .add(Dense{.units = 10});
  model.compile(Adam{.learning_rate = 1e-3}, SoftmaxCrossEntropy{});
  const History history = model.fit(data.train.slice(0, images), {.epochs = 1, .batch_size = 60});
  std::printf("after %d steps: loss %.4f\n", (images + 59) / 60, history.back().loss);
  std::printf("moving mean of the first hidden unit: %.4f\n", static_cast<double>(model.tensor("norm/moving_mean")[0]));
  std::printf("test accuracy %.4f\n", model.evaluate(data.test).accuracy);
} catch (const convoy::Error& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
