// Program C: batch normalisation of a single row in training mode. One value a channel has no variance to divide by, so
// this is an error, by name, instead of a row of zeros.

#include <convoy/convoy.h>

#include <cstdio>

int main() {
  using namespace convoy;
  Sequential model({10});
  model.add(BatchNorm{.name = "norm"});
  const auto one_row = Dataset::from_floats({10}, std::vector<float>(10, 0.5F), std::vector<int>{0});
  std::printf("prediction mode: %.4f in every feature\n", static_cast<double>(model.forward(one_row, false)[0]));
  try {
    model.forward(one_row, true);
  } catch (const Error& error) {
    std::printf("training mode: %s\n", error.what());
    return 0;
  }
  return 1;
}
