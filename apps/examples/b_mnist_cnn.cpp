// Program B, the flagship: two convolutions with batch normalisation, trained on MNIST.
//     b_mnist_cnn [DATA [EPOCHS [IMAGES]]]

#include <convoy/convoy.h>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) try {
  using namespace convoy;
  const DataSplits data = load_idx(argc > 1 ? argv[1] : "data/mnist");
  const int epochs = argc > 2 ? std::atoi(argv[2]) : 10;
  const int images = argc > 3 ? std::atoi(argv[3]) : 55000;

  Sequential model({28, 28, 1});
  model.add(Conv2D{.filters = 32, .kernel = 3, .activation = "relu"})
      .add(BatchNorm{})
      .add(Conv2D{.filters = 64, .kernel = 3, .activation = "relu"})
      .add(BatchNorm{})
      .add(Flatten{})
      .add(Dense{.units = 10, .activation = "softmax"});
  model.compile(Adam{}, SoftmaxCrossEntropy{});
  std::printf("%s\n", text(model.summary()).c_str());

  struct Print : Callback {
    bool on_epoch_end(const EpochLog& log) override {
      std::printf("epoch %d: loss %.4f, accuracy %.4f, validation accuracy %.4f, %.0f images/s\n", log.epoch, log.loss,
                  log.accuracy, log.validation_accuracy, log.images_per_second);
      return true;
    }
  } print;
  model.fit(data.train.slice(0, images),
            {.epochs = epochs, .validation = data.train.slice(55000, 5000), .callbacks = {&print}});
  std::printf("test accuracy %.4f\n", model.evaluate(data.test).accuracy);
} catch (const convoy::Error& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
